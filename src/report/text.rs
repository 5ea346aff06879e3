//! The report for a person at a terminal: verdict first, then what is wrong and why, then the
//! rest in one line each. The words alone tell everything; colour repeats it.

pub(super) mod exchange;
pub(super) mod finding;
pub(super) mod gate;
mod matrix;
mod words;

use super::effect::outlook;
use super::excuse;
use super::label::Labels;
use crate::run::outcome::{Outcome, RouteResult, Verdict};
use crate::ui::page::Page;
use crate::ui::style::{Painter, Role};
pub(super) use words::{
    blame_sentence, byte_words, code_words, cost_words, count_findings, counted, file_words,
    first_cure, job_sentence, other_jobs, product_words, source_words,
};

/// How to lay the text out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TextOptions {
    /// Columns of the terminal; 80 where there is none. Only what must not be cut is longer.
    pub width: usize,
    /// Whether to colour.
    pub color: bool,
    /// Whether to show every exchange.
    pub verbose: bool,
    /// Whether to show the curl command that repeats what is not right.
    pub curl: bool,
}

impl Default for TextOptions {
    fn default() -> Self {
        Self { width: 80, color: false, verbose: false, curl: false }
    }
}

/// The report: UTF-8, each line ended. Holds no control character but line ends and, when
/// coloured, the escape sequences of the styles.
pub fn render(outcome: &Outcome, options: &TextOptions) -> Vec<u8> {
    let mut page = Page::new(options.width, Painter { color: options.color });
    let is_short = |result: &RouteResult| {
        let is_plain = result.verdict == Verdict::Pass && excuse::counts([result]).is_none();
        outcome.results.len() > MANY && is_plain && !options.verbose
    };
    let proxy_of = |result| Labels::from(result).proxy;
    for (index, result) in outcome.results.iter().enumerate() {
        if is_short(result) {
            write_header(&mut page, result);
            page.indented(&format!("{}.", count_findings(&result.findings)));
            page.gap();
            continue;
        }
        let mut earlier = outcome.results[..index].iter();
        // What was told of the same route before is not told again.
        let told = earlier
            .find(|&other| proxy_of(other) == proxy_of(result) && !is_short(other))
            .filter(|_| !options.verbose);
        write_result(&mut page, result, told, options);
        page.gap();
    }
    if outcome.results.len() > 1 {
        matrix::write(&mut page, &outcome.results, options.width);
        page.gap();
    }
    gate::write(&mut page, outcome);
    write_total(&mut page, outcome);
    page.into_bytes()
}

/// One result. `told`: a result over the same route that came before, if any.
fn write_result(
    page: &mut Page,
    result: &RouteResult,
    told: Option<&RouteResult>,
    options: &TextOptions,
) {
    write_header(page, result);
    page.indented(&outlook(result));
    if let Some(sentence) = excuse::sentence([result]) {
        page.indented(&sentence);
    }
    page.indented(&format!("Profile {}: {}.", result.profile, result.profile.users()));
    if let Some(blame) = &result.blame {
        page.labelled("who", &blame_sentence(blame));
    }
    for blame in &result.also_to_blame {
        page.labelled("and", &blame_sentence(blame));
    }
    if let Some(advice) = result.advice.first() {
        page.labelled("mend", &first_cure(advice));
    }
    for note in &result.notes {
        page.indented(&format!("Note: {}.", note.trim_end_matches('.')));
    }
    finding::write_failures(page, result, told, options.curl);
    match told {
        None => {
            write_advice(page, result);
            finding::write_rest(page, result);
        }
        Some(told) if told.advice != result.advice => write_advice(page, result),
        Some(_) => {}
    }
    if options.verbose {
        for exchange in &result.exchanges {
            page.gap();
            exchange::write_exchange(page, exchange);
        }
    }
    page.gap();
    page.line(&format!("{}.", count_findings(&result.findings)));
}

/// `FAIL  http://wsus/a.cab via proxy berlin (http://proxy:3128)`.
fn write_header(page: &mut Page, result: &RouteResult) {
    let verdict = result.verdict.as_str().to_uppercase();
    page.tagged(role_of_verdict(result.verdict), &verdict, &Labels::from(result).to_string());
}

/// All cures, and the products that gave themselves away.
fn write_advice(page: &mut Page, result: &RouteResult) {
    if result.advice.is_empty() {
        return;
    }
    page.gap();
    for recognised in &result.recognised {
        let version = recognised.version.as_deref().unwrap_or_default();
        let certainty = recognised.certainty.as_str();
        let evidence = recognised.evidence.join("; ");
        let text = format!("{} {version} ({certainty}): {evidence}", recognised.name);
        page.tagged(Role::Aside, "seen", &text);
    }
    for advice in &result.advice {
        page.tagged(Role::Heading, "mend", &product_words(advice));
        if let Some(place) = file_words(advice) {
            page.labelled("in", &place);
        }
        for line in advice.setting.lines() {
            page.verbatim(line);
        }
        if let Some(reload) = advice.reload {
            page.labelled("then", reload);
        }
        page.labelled("why", &advice.text);
        page.labelled("source", &source_words(advice));
    }
}

fn write_total(page: &mut Page, outcome: &Outcome) {
    let results = match outcome.results.len() {
        1 => String::new(),
        count => format!("{}: {}; ", counted(count, "result"), count_verdicts(&outcome.results)),
    };
    page.line(&format!("{results}{}.", cost_words(outcome)));
}

/// `2 fail, 1 inconclusive, 5 pass`, the worst first; what does not occur is left out.
fn count_verdicts(results: &[RouteResult]) -> String {
    let counts = [Verdict::Fail, Verdict::Inconclusive, Verdict::Warn, Verdict::Pass]
        .into_iter()
        .map(|verdict| (verdict, results.iter().filter(|one| one.verdict == verdict).count()))
        .filter(|&(_, count)| count > 0)
        .map(|(verdict, count)| format!("{count} {}", verdict.as_str()));
    counts.collect::<Vec<_>>().join(", ")
}

fn role_of_verdict(verdict: Verdict) -> Role {
    match verdict {
        Verdict::Fail => Role::Fail,
        Verdict::Inconclusive => Role::Inconclusive,
        Verdict::Pass => Role::Pass,
        Verdict::Warn => Role::Warn,
    }
}

/// With more results than these, those that pass are told in two lines each.
const MANY: usize = 5;

#[cfg(test)]
mod tests {
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
                let options = TextOptions { width, verbose: name == "warn", ..Default::default() };
                insta::assert_snapshot!(format!("{name}-{width}"), text(name, options));
            }
        }
    }

    #[test]
    fn verbose_shows_the_exchanges() {
        insta::assert_snapshot!(text("fail", TextOptions { verbose: true, ..Default::default() }));
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
                let text = text(name, TextOptions { width, verbose: true, ..Default::default() });
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
    fn quantities_are_words() {
        assert_eq!(byte_words(1023), "1023 bytes");
        assert_eq!(byte_words(16_384), "16.0 KiB");
        assert_eq!(byte_words(5 << 30), "5.0 GiB");
        assert_eq!(counted(1, "check"), "1 check");
    }
}
