//! Workflow commands of GitHub Actions: an annotation for each defect, and one for each verdict.
//! (<https://docs.github.com/actions/reference/workflow-commands-for-github-actions>)

use super::detail;
use super::effect::{Effect, effect, incomplete, title};
use super::lookup::Lookup;
use super::text::{finding, job_sentence};
use crate::check::finding::Status;
use crate::run::outcome::{Outcome, RouteResult, Verdict};
use crate::ui::escape::escape;

/// The report: UTF-8, each line a command.
pub fn render(outcome: &Outcome, lookup: &Lookup) -> Vec<u8> {
    let mut text = String::new();
    for result in &outcome.results {
        let command = match result.verdict {
            Verdict::Fail | Verdict::Inconclusive => "error",
            Verdict::Pass => "notice",
            Verdict::Warn => "warning",
        };
        let mut message = vec![escape(&job_sentence(result, lookup)).into_owned()];
        message.extend(result.advice.first().map(|advice| {
            format!("mend, {}: {}", advice.name, advice.setting.replace('\n', "; "))
        }));
        let head = format!("{}: {}", result.verdict.as_str(), title(result));
        push_command(&mut text, command, &head, &message);
        write_findings(&mut text, result, lookup);
    }
    if let Some(why) = incomplete(outcome) {
        push_command(&mut text, "error", outcome.verdict.as_str(), &[why.to_owned()]);
    }
    text.into_bytes()
}

fn write_findings(text: &mut String, result: &RouteResult, lookup: &Lookup) {
    for status in [Status::Fail, Status::Warn, Status::Inconclusive] {
        for group in finding::alike(result, status) {
            let Some(first) = group.first() else { continue };
            let command = match group.iter().map(|finding| effect(finding, result)).max() {
                Some(Effect::Fail | Effect::Unsure) => "error",
                Some(Effect::Warn) => "warning",
                _ => "notice",
            };
            let names = finding::names(group.iter().copied(), result);
            let mut message = vec![escape(&first.judgement.summary).into_owned()];
            message.push(escape(&title(result)).into_owned());
            message.extend(detail::lines(result, first, lookup));
            push_command(text, command, &names, &message);
        }
    }
}

fn push_command(text: &mut String, command: &str, title: &str, message: &[String]) {
    let title = data(&escape(title)).replace(':', "%3A").replace(',', "%2C");
    text.extend(["::", command, " title=bitsgate ", &title, "::"]);
    text.push_str(&data(&message.join("\n")));
    text.push('\n');
}

/// The data of a command, on one line.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_report_is_as_agreed() {
        let text = render(&sample::named("several"), &sample::LOOKUP);
        insta::assert_snapshot!(String::from_utf8(text).unwrap());
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
            let text = String::from_utf8(render(&outcome, &sample::LOOKUP)).unwrap();
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
