//! What every format shows of a cause.

use super::*;
use crate::report::text::TextOptions;
use crate::report::{Format, sample, write};

#[test]
fn checks_with_one_reason_are_one_cause() {
    let outcome = sample::named("fail");
    let view = View::of(&outcome);
    let causes = &view.results[0].causes;
    let failing: Vec<_> = causes.iter().filter(|one| one.impact == Impact::Fail).collect();
    let [cause] = failing.as_slice() else { panic!("{causes:#?}") };
    assert_eq!(cause.check_words(), "range-first +4");
    assert_eq!((cause.party, cause.fixes.as_slice()), (Party::Proxy, &[0][..]));
    assert!(cause.summary.starts_with("The proxy ignores Range: asked for bytes 0-5690"));
    assert_eq!(view.impact.exit_code(), 1);
}

#[test]
fn suppressed_findings_are_a_cause_of_their_own() {
    let outcome = sample::excused();
    let view = View::of(&outcome);
    assert_eq!(view.results[0].main_cause().map(|cause| cause.summary.clone()), None);
    let kinds: Vec<_> = view.results[0].causes.iter().filter_map(|one| one.suppressed).collect();
    assert_eq!(kinds.len(), 3, "{kinds:?}");
    assert_eq!(View::exit_code(&outcome, false), 0);
}

#[test]
fn every_format_has_cause_party_and_fix() {
    let outcome = sample::named("fail");
    for format in [
        Format::Csv,
        Format::Github,
        Format::Html,
        Format::Json,
        Format::Junit,
        Format::Markdown,
        Format::Nagios,
        Format::Prometheus,
        Format::Sarif,
        Format::Tap,
        Format::Text,
    ] {
        let options = TextOptions { width: 400, ..TextOptions::default() };
        let text = sample::written(|out| write(format, &outcome, &options, out));
        let text = String::from_utf8(text).unwrap();
        assert!(text.contains("request_header_access Range allow all"), "{format:?}: {text}");
        assert!(text.to_lowercase().contains("proxy"), "{format:?}: {text}");
        let cause = ["gnores Range", "whole-file-for-range"];
        assert!(cause.iter().any(|words| text.contains(words)), "{format:?}: {text}");
    }
}

#[test]
fn test_results_have_no_case_for_comparison_only() {
    for (name, outcome) in sample::all() {
        for format in [Format::Junit, Format::Tap] {
            let options = TextOptions::default();
            let text = sample::written(|out| write(format, &outcome, &options, out));
            assert!(!String::from_utf8(text).unwrap().contains("comparison only"), "{name}");
        }
    }
}
