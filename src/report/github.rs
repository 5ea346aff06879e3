//! Workflow commands of GitHub Actions: an annotation for each defect, and one for each verdict.
//! (<https://docs.github.com/actions/reference/workflow-commands-for-github-actions>)

use std::cmp::Reverse;

use super::effect::{impact, outlook, title};
use super::text::finding;
use super::view::{ResultView, cause_lines};
use super::{detail, excuse, incomplete, remarks};
use crate::model::finding::Status;
use crate::model::outcome::{Outcome, RouteResult};
use crate::model::verdict::Impact;
use crate::model::verdict::Verdict;
use crate::ui::escape::{escape, escape_limited};

/// The report: UTF-8, each line a command.
///
/// GitHub shows the first ten annotations of each kind of a step, and has the others in the log
/// only. So what must not be missed comes first: that the run is incomplete, then the verdict and
/// cure of each result, then what was found, each with the worst result before the others.
pub fn render(outcome: &Outcome) -> Vec<u8> {
    let mut text = String::new();
    if let Some(why) = incomplete::sentence(outcome) {
        let message: Vec<String> = std::iter::once(why).chain(incomplete::lines(outcome)).collect();
        push_command(&mut text, "error", "incomplete", &message);
    }
    let mut worst_first: Vec<&RouteResult> = outcome.results.iter().collect();
    worst_first.sort_by_key(|result| Reverse(result.verdict));
    for result in &worst_first {
        let command = match result.verdict {
            Verdict::Fail | Verdict::Inconclusive => "error",
            Verdict::Pass => "notice",
            Verdict::Warn if result.is_lifted() => "error",
            Verdict::Warn => "warning",
        };
        let mut message = vec![escape(&outlook(result)).into_owned()];
        message.extend(excuse::sentence([*result]));
        let view = ResultView::of(result);
        if let Some(cause) = view.main_cause() {
            message.extend(cause_lines(&view, cause));
        }
        let head = format!("{}: {}", result.verdict.as_str(), title(result));
        push_command(&mut text, command, &head, &message);
    }
    let remarks = remarks::lines(outcome);
    if !remarks.is_empty() {
        let command = if outcome.warnings.is_empty() { "notice" } else { "warning" };
        push_command(&mut text, command, "accepted findings and baseline", &remarks);
    }
    for result in &worst_first {
        write_findings(&mut text, result);
    }
    text.into_bytes()
}

fn write_findings(text: &mut String, result: &RouteResult) {
    for status in [Status::Fail, Status::Warn, Status::Inconclusive] {
        for group in finding::alike(result, status) {
            let Some(first) = group.first() else { continue };
            let command = match group.iter().map(|finding| impact(finding, result)).max() {
                Some(Impact::Fail | Impact::Unsure) => "error",
                Some(Impact::Warn) => "warning",
                _ => "notice",
            };
            let names = finding::names(group.iter().copied(), result);
            let mut message = vec![escape(&first.judgement.summary).into_owned()];
            message.push(escape(&title(result)).into_owned());
            message.extend(detail::lines(result, first));
            push_command(text, command, &names, &message);
        }
    }
}

fn push_command(text: &mut String, command: &str, title: &str, message: &[String]) {
    let title = data(&escape_limited(title, TITLE)).replace(':', "%3A").replace(',', "%2C");
    text.extend(["::", command, " title=bitsgate ", &title, "::"]);
    let message = message.join("\n");
    let end = message.floor_char_boundary(MESSAGE);
    text.push_str(&data(&message[..end]));
    if end < message.len() {
        text.push_str(" ...");
    }
    text.push('\n');
}

/// The data of a command, on one line.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Characters of a title.
const TITLE: usize = 200;

/// Bytes of a message: the rest of a longer one is cut off by GitHub at 4 KiB.
const MESSAGE: usize = 4000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_report_is_as_agreed() {
        let text = render(&sample::named("several"));
        insta::assert_snapshot!(String::from_utf8(text).unwrap());
    }

    #[test]
    fn what_must_not_be_missed_is_among_the_first_ten() {
        let mut outcome = sample::named("several");
        let failing = sample::named("fail").results.remove(0);
        outcome.results.extend(vec![failing; 5]);
        outcome.complete = false;
        outcome.results[1].findings[1].judgement.reason = "long \u{e4}\n".repeat(2000);
        let text = String::from_utf8(render(&outcome)).unwrap();
        let mut errors = text.lines().filter(|line| line.starts_with("::error "));
        assert!(errors.next().unwrap().contains("Incomplete: "), "{text}");
        let fails = errors.take(7).filter(|line| line.contains(" title=bitsgate fail%3A "));
        assert_eq!(fails.count(), 7, "{text}");
        assert!(text.lines().all(|line| line.len() < 3 * 4096), "{text}");
        assert!(text.lines().any(|line| line.ends_with(" ...")), "{text}");
    }

    #[test]
    fn the_network_gives_no_command() {
        let mut text = String::new();
        let message = ["100%\r".to_owned(), "::stop-commands::x".to_owned()];
        push_command(&mut text, "error", "a,b: c%\n", &message);
        assert_eq!(
            text,
            "::error title=bitsgate a%2Cb%3A c%25\\n::100%25%0D%0A::stop-commands::x\n"
        );
        for (name, outcome) in sample::all() {
            let text = String::from_utf8(render(&outcome)).unwrap();
            for line in text.lines() {
                let (head, message) = line[2..].split_once("::").unwrap();
                let (command, title) = head.split_once(" title=bitsgate ").unwrap();
                assert!(matches!(command, "error" | "warning" | "notice"), "{name}: {line}");
                assert!(!title.contains([':', ',']) && !message.is_empty(), "{name}: {line}");
                assert!(!line.contains(char::is_control), "{name}: {line:?}");
            }
        }
    }
}
