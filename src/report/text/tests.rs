//! The text of every sample, at several widths.

use super::*;
use crate::report::sample;

fn text(name: &str, options: TextOptions) -> String {
    let (_, outcome) = sample::all().into_iter().find(|(sample, _)| *sample == name).unwrap();
    String::from_utf8(render(&outcome, &options)).unwrap()
}

#[test]
fn texts_are_as_agreed() {
    for (name, _) in sample::all() {
        for width in [80, 60] {
            let options = TextOptions {
                width,
                detail: if name == "warn" { Detail::Exchanges } else { Detail::Brief },
                ..Default::default()
            };
            insta::assert_snapshot!(format!("{name}-{width}"), text(name, options));
        }
    }
}

#[test]
fn verbose_shows_the_exchanges() {
    insta::assert_snapshot!(text(
        "fail",
        TextOptions { detail: Detail::Exchanges, ..Default::default() }
    ));
}

#[test]
fn color_only_repeats_the_words() {
    for (name, _) in sample::all() {
        let colored = text(name, TextOptions { color: true, ..Default::default() });
        let plain = anstream::adapter::strip_str(&colored).to_string();
        assert_ne!(colored, plain);
        assert_eq!(plain, text(name, TextOptions::default()));
    }
}

#[test]
fn no_control_character_and_no_wide_line_is_printed() {
    for (name, _) in sample::all() {
        for width in [20, 60, 80, 200] {
            let text =
                text(name, TextOptions { width, detail: Detail::Exchanges, ..Default::default() });
            for line in text.lines() {
                assert!(!line.chars().any(char::is_control), "{name}: {line:?}");
                assert!(!line.ends_with(' '), "{name}: {line:?}");
                // Wide is what cannot be broken: one long word, or a row of the table.
                let words = line.split(' ').map(|word| word.chars().count());
                let unbreakable = words.max().unwrap_or(0) + "INCONCLUSIVE  ".len() > width;
                // Its columns need 80.
                let row = width < 80 && (line.contains("  0x8") || line.contains("CODE  "));
                let fits = line.chars().count() <= width || width < 60;
                assert!(fits || unbreakable || row, "{name}: {line}");
            }
        }
    }
}

#[test]
fn one_result_fits_one_screen() {
    for (name, most) in
        [("pass", 10), ("fail", 25), ("fail-multi-only", 25), ("inconclusive", 20), ("excused", 13)]
    {
        let text = text(name, TextOptions::default());
        assert!(text.lines().count() <= most, "{name}: {text}");
        for word in ["RFC", "SHA-1", "rule", "source", "HTTP/1.1 "] {
            assert!(!text.contains(word), "{name} has {word}: {text}");
        }
    }
}

#[test]
fn quiet_is_the_verdict_line() {
    for (name, _) in sample::all() {
        let text =
            text(name, TextOptions { detail: Detail::Verdict, width: 200, ..Default::default() });
        assert_eq!(text.lines().count(), 1, "{name}: {text}");
    }
}

#[test]
fn ascii_text_has_nothing_else() {
    for (name, _) in sample::all() {
        for detail in [Detail::Brief, Detail::Exchanges] {
            let options = TextOptions { ascii: true, width: 40, detail, ..Default::default() };
            assert!(text(name, options).is_ascii(), "{name}");
        }
    }
}

#[test]
fn quantities_are_words() {
    assert_eq!(byte_words(1023), "1023 bytes");
    assert_eq!(byte_words(16_384), "16 KiB");
    assert_eq!(byte_words(5 << 30), "5 GiB");
    assert_eq!(counted(1, "check"), "1 check");
}
