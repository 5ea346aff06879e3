//! Markdown for a pull request or a job summary: the verdicts in a table, the cures, and the
//! details folded away.

use std::fmt::Write as _;

use super::effect::{case, impact, outlook};
use super::label::{Label, Labels};
use super::text::{
    blame_sentence, cost_words, count_findings, counted, file_words, finding, product_words,
};
use super::view::ResultView;
use super::{detail, excuse, incomplete, remarks};
use crate::model::finding::Status;
use crate::model::outcome::{Outcome, RouteResult};
use crate::model::verdict::Impact;
use crate::model::verdict::Verdict;
use crate::ui::escape::escape;

/// The report: GitHub Flavored Markdown, UTF-8, each line ended. What came off the network stands
/// in code only, or with its marks escaped.
pub fn render(outcome: &Outcome) -> Vec<u8> {
    let mut text = format!("## bitsgate: {}\n\n", outcome.verdict.as_str());
    // Writing to a String cannot fail, here and below.
    if let Some(why) = incomplete::sentence(outcome) {
        let _ = writeln!(text, "**{}**\n", plain(&why));
        for line in incomplete::lines(outcome) {
            let _ = writeln!(text, "- {}", plain(&line));
        }
        text.push('\n');
    }
    if let Some(sentence) = excuse::sentence(&outcome.results) {
        let _ = writeln!(text, "**{}**\n", plain(&sentence));
    }
    let remarks = remarks::lines(outcome);
    for line in &remarks {
        let _ = writeln!(text, "- {}", plain(line));
    }
    if !remarks.is_empty() {
        text.push('\n');
    }
    write_table(&mut text, outcome);
    let is_told = |result: &&RouteResult| {
        result.verdict != Verdict::Pass || excuse::counts([*result]).is_some()
    };
    let mut untold = outcome.results.iter().filter(is_told);
    for result in untold.by_ref() {
        write_result(&mut text, result);
        if text.len() > ENOUGH {
            break;
        }
    }
    let left_out = untold.count();
    if left_out > 0 {
        let results = counted(left_out, "result");
        let _ = writeln!(text, "\nThe details of {results} more are left out.");
    }
    let results = counted(outcome.results.len(), "result");
    let _ = writeln!(text, "\n{results}, {}.", cost_words(outcome));
    text.into_bytes()
}

fn write_table(text: &mut String, outcome: &Outcome) {
    text.push_str("| verdict | code | target | proxy | profile |\n|---|---|---|---|---|\n");
    for result in &outcome.results {
        let verdict = match result.verdict {
            Verdict::Fail => "**FAIL**",
            Verdict::Inconclusive => "**INCONCLUSIVE**",
            Verdict::Pass => "pass",
            Verdict::Warn => "warn",
        };
        let code = result.job().hresult.map_or_else(|| "-".to_owned(), |code| code.to_string());
        let labels = Labels::from(result);
        let direct = || plain(&labels.proxy.to_string());
        let proxy = if labels.is_direct { direct() } else { label(labels.proxy, code_cell) };
        let target = label(labels.target, code_cell);
        let profile = result.profile;
        let excused = excuse::counts([result]);
        let excused = excused.map_or_else(String::new, |counts| format!(" ({counts})"));
        let _ = writeln!(text, "| {verdict}{excused} | {code} | {target} | {proxy} | {profile} |");
    }
}

fn write_result(text: &mut String, result: &RouteResult) {
    let labels = Labels::from(result);
    let proxy = match (labels.is_direct, labels.proxy.name) {
        (false, _) => format!(" via {}", label(labels.proxy, code_span)),
        (true, Some(name)) => format!(" direct ({})", plain(name)),
        (true, None) => String::new(),
    };
    let _ = writeln!(text, "\n### {}{proxy}\n", label(labels.target, code_span));
    let _ = writeln!(text, "{}", plain(&outlook(result)));
    let view = ResultView::of(result);
    for cause in view.causes.iter().filter(|cause| cause.impact > Impact::Note) {
        let checks = cause.check_words();
        let _ = writeln!(text, "\n**Cause:** {} ({})", plain(&cause.summary), plain(&checks));
    }
    if let Some(blame) = &result.blame {
        let _ = writeln!(text, "\n**At fault:** {}", plain(&blame_sentence(blame)));
    }
    for advice in &result.advice {
        let _ = writeln!(text, "\n**Fix:** {}\n", plain(&product_words(advice)));
        if let Some(place) = file_words(advice) {
            let _ = writeln!(text, "In {}:\n", plain(&place));
        }
        write_block(text, advice.setting.lines());
        if let Some(reload) = advice.reload {
            let _ = writeln!(text, "Then: {}\n", code_span(reload));
        }
        let _ = writeln!(text, "{}", plain(&advice.text));
    }
    for note in &result.notes {
        let _ = writeln!(text, "\n> {}", plain(note));
    }
    for status in [Status::Fail, Status::Warn, Status::Inconclusive] {
        for group in finding::alike(result, status) {
            // A group is never empty.
            let Some((first, others)) = group.split_first() else { continue };
            let mark = match impact(first, result) {
                Impact::None if excuse::kind(first, result).is_some() => "excused",
                Impact::Fail => "FAIL",
                Impact::Pass | Impact::None | Impact::Note => "note",
                Impact::Unsure => "inconclusive",
                Impact::Warn => "warn",
            };
            let summary = html(&first.judgement.summary);
            let _ = writeln!(
                text,
                "\n<details><summary>{mark}: <b>{}</b>: {summary}</summary>\n",
                case(first)
            );
            let lines = detail::lines(result, first);
            write_block(text, lines.iter().map(String::as_str));
            if !others.is_empty() {
                let names = finding::names(others.iter().copied(), result);
                let _ = writeln!(text, "Also: {}\n", plain(&names));
            }
            text.push_str("</details>\n");
        }
    }
    let _ = writeln!(text, "\n{}.", count_findings(&result.findings));
}

/// Lines in a fence that none of them can end.
fn write_block<'a>(text: &mut String, lines: impl Iterator<Item = &'a str> + Clone) {
    let longest = lines.clone().map(longest_run).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    let _ = writeln!(text, "{fence}text");
    for line in lines {
        let _ = writeln!(text, "{}", escape(line));
    }
    let _ = writeln!(text, "{fence}\n");
}

/// A name as text, and a URL in code.
fn label(label: Label<'_>, code: fn(&str) -> String) -> String {
    let url = code(label.url);
    label.name.map_or_else(|| url.clone(), |name| format!("{} ({url})", plain(name)))
}

/// A code span in a cell of a table, where a bar ends even that.
fn code_cell(content: &str) -> String {
    code_span(content).replace('|', "\\|")
}

/// Text in code, whatever it holds.
fn code_span(content: &str) -> String {
    let content = escape(content);
    let fence = "`".repeat(longest_run(&content) + 1);
    // Blanks keep backticks of the content apart from the fence; one on each side is not shown.
    let blank = if content.starts_with('`') || content.ends_with('`') { " " } else { "" };
    format!("{fence}{blank}{content}{blank}{fence}")
}

fn longest_run(text: &str) -> usize {
    text.split(|char| char != '`').map(str::len).max().unwrap_or(0)
}

/// Text without any markup, and in which nobody is called and no issue is named.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for char in escape(text).chars() {
        match char {
            '&' => plain.push_str("&amp;"),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '@' | '#' => plain.extend([char.to_string().as_str(), "<!-- -->"]),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' | '$' => {
                plain.extend(['\\', char]);
            }
            _ => plain.push(char),
        }
    }
    plain
}

/// Text within a block of HTML, where no other markup counts.
fn html(text: &str) -> String {
    let text = escape(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('@', "@<!-- -->").replace('#', "#<!-- -->")
}

/// Bytes after which no further result is told in full: a job summary takes 1 MiB, a comment less.
/// What passes needs no more than its row in the table.
const ENOUGH: usize = 800_000;

#[cfg(test)]
mod tests {
    use pulldown_cmark::{Event, Options, Parser, Tag};

    use super::*;
    use crate::report::sample;

    #[test]
    fn the_report_is_as_agreed() {
        for name in ["several", "warn"] {
            let text = render(&sample::named(name));
            insta::assert_snapshot!(name, String::from_utf8(text).unwrap());
        }
    }

    #[test]
    fn no_mark_of_the_network_is_obeyed() {
        assert_eq!(code_span("a`b``c|"), "```a`b``c|```");
        assert_eq!(code_cell("a`b``c|"), "```a`b``c\\|```");
        assert_eq!(code_span("`a"), "`` `a ``");
        assert_eq!(plain("<b>*@x* #1"), "&lt;b&gt;\\*@<!-- -->x\\* #<!-- -->1");
        let mut block = String::new();
        write_block(&mut block, ["```", "\u{202e}x"].into_iter());
        assert_eq!(block, "````text\n```\n\\u{202e}x\n````\n\n");
    }

    #[test]
    fn a_reader_finds_the_table_and_no_markup_of_the_network() {
        for (name, mut outcome) in sample::all() {
            let evil = "a|b](http://evil) <img src=x> ![x](y) **`c`** </details>\n\n# H @you";
            let result = &mut outcome.results[0];
            result.verdict = result.verdict.max(Verdict::Warn);
            result.target = evil.to_owned();
            result.proxy = Some(evil.to_owned());
            result.names.proxy = Some(evil.to_owned());
            result.names.target = Some(evil.to_owned());
            result.notes.push(evil.to_owned());
            for finding in &mut result.findings {
                finding.judgement.summary = evil.to_owned();
                finding.judgement.reason = evil.to_owned();
            }
            let text = String::from_utf8(render(&outcome)).unwrap();
            let (mut rows, mut headings) = (0, 0);
            for event in Parser::new_ext(&text, Options::ENABLE_TABLES) {
                match event {
                    Event::Start(Tag::TableRow) => rows += 1,
                    Event::Start(Tag::Heading { .. }) => headings += 1,
                    Event::Start(Tag::Link { .. } | Tag::Image { .. }) => panic!("{name}: {text}"),
                    Event::Html(html) | Event::InlineHtml(html) => {
                        assert!(!html.contains("<img"), "{name}: {html}");
                    }
                    _ => {}
                }
            }
            let told = |result: &&RouteResult| {
                result.verdict != Verdict::Pass || excuse::counts([*result]).is_some()
            };
            let told = outcome.results.iter().filter(told).count();
            assert_eq!((rows, headings), (outcome.results.len(), 1 + told), "{name}: {text}");
        }
    }

    #[test]
    fn lines_hold_no_control_character_and_folds_are_closed() {
        for (name, outcome) in sample::all() {
            let text = String::from_utf8(render(&outcome)).unwrap();
            assert!(!text.contains(|char: char| char.is_control() && char != '\n'), "{name}");
            assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
            let fences = text.lines().filter(|line| line.starts_with("```")).count();
            assert_eq!(fences % 2, 0, "{name}");
        }
    }
}
