//! Metrics for the textfile collector of Prometheus' node exporter, in the text format 0.0.4.
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>) [`crate::monitor`] serves the
//! same.

use super::lookup;
use std::fmt::{Display, Write as _};

use super::excuse::{self, Kind};
use super::label;
use super::view::{ResultView, fix_line};
use crate::model::disposition::Excuse;
use crate::model::finding::Status;
use crate::model::outcome::{Outcome, RouteResult};
use crate::model::verdict::Impact;
use crate::model::verdict::Verdict;
use crate::ui::escape::escape;

/// The report: UTF-8, each line ended. Series stay the same from run to run while targets, proxies
/// and profiles do.
pub fn render(outcome: &Outcome) -> Vec<u8> {
    let mut page = Page(String::new());
    page.build_info();
    let ended = outcome.started + outcome.duration;
    let ended = ended.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    page.family("bitsgate_last_run_timestamp_seconds", "When the last run ended.");
    page.sample("bitsgate_last_run_timestamp_seconds", &[], ended.as_secs_f64());
    page.family("bitsgate_run_duration_seconds", "How long the last run took.");
    page.sample("bitsgate_run_duration_seconds", &[], outcome.duration.as_secs_f64());

    page.family("bitsgate_run_complete", "1 when all results of the last run are there, 0 else.");
    page.sample("bitsgate_run_complete", &[], u8::from(outcome.complete));

    let distinct = distinct(&outcome.results);
    let results = || distinct.iter().map(|&result| (result, labels(result)));
    page.family("bitsgate_verdict", "1 for the verdict of a result, 0 for all others.");
    for (result, labels) in results() {
        for verdict in VERDICTS {
            let labels = with(&labels, "verdict", verdict.as_str());
            page.sample("bitsgate_verdict", &labels, u8::from(result.verdict == verdict));
        }
    }
    page.family("bitsgate_findings", "Checks in all phases, by what came of them.");
    for (result, labels) in results() {
        for status in STATUSES {
            let statuses = result.findings.iter().map(|finding| finding.judgement.status);
            let count = statuses.filter(|&one| one == status).count();
            page.sample("bitsgate_findings", &with(&labels, "status", status.as_str()), count);
        }
    }
    page.family(
        "bitsgate_excused_findings",
        "Findings that count for less than their level says, by why.",
    );
    for (result, labels) in results() {
        for kind in Kind::ALL {
            let count = excuse::excused(result).filter(|(_, one)| *one == kind).count();
            page.sample(
                "bitsgate_excused_findings",
                &with(&labels, "excuse", kind.as_str()),
                count,
            );
        }
    }
    page.family("bitsgate_excused_finding_info", "A finding that counts for less, while it does.");
    for (result, labels) in results() {
        for (finding, kind) in excuse::excused(result) {
            let (reason, until) = match &finding.treatment.excuse {
                Some(Excuse::Accepted { reason, until }) => (reason.as_str(), until.as_str()),
                _ => ("", ""),
            };
            let of_finding = [
                ("check", finding.check),
                ("phase", finding.leg.as_str()),
                ("status", finding.judgement.status.as_str()),
                ("excuse", kind.as_str()),
                ("reason", reason),
                ("until", until),
            ];
            let labels: Labels<'_> = labels.iter().copied().chain(of_finding).collect();
            page.sample("bitsgate_excused_finding_info", &labels, 1);
        }
    }
    page.family("bitsgate_job_error_info", "The code that Windows would show, while there is one.");
    for (result, labels) in results() {
        let Some(code) = result.job().hresult else { continue };
        let (number, name) = (code.to_string(), lookup::code(code).map_or("", |code| code.name));
        let labels = with(&with(&labels, "hresult", &number), "name", name);
        page.sample("bitsgate_job_error_info", &labels, 1);
    }
    page.family("bitsgate_cause_info", "A cause that changes the verdict, while there is one.");
    for (result, labels) in results() {
        let view = ResultView::of(result);
        let mut names: Vec<_> = Vec::new();
        for cause in view.causes.iter().filter(|cause| cause.impact > Impact::Note) {
            // Two causes of one name would be one series.
            let name = (cause.name(), cause.party.as_str());
            if names.contains(&name) {
                continue;
            }
            names.push(name);
            let fix = fix_line(&view, cause);
            let of_cause = [("cause", name.0), ("party", name.1), ("fix", fix.as_str())];
            let labels: Labels<'_> = labels.iter().copied().chain(of_cause).collect();
            page.sample("bitsgate_cause_info", &labels, 1);
        }
    }
    page.family("bitsgate_requests", "Requests that were sent.");
    for (result, labels) in results() {
        page.sample("bitsgate_requests", &labels, result.traffic().requests);
    }
    page.family("bitsgate_received_bytes", "Bytes of bodies that were received.");
    for (result, labels) in results() {
        page.sample("bitsgate_received_bytes", &labels, result.traffic().bytes);
    }
    page.0.into_bytes()
}

/// What there is to say before anything was run.
pub fn before_first_run() -> Vec<u8> {
    let mut page = Page(String::new());
    page.build_info();
    page.0.into_bytes()
}

/// The results, without those that would give the same series once more, which no collector
/// accepts: of the same target, proxy and profile the worst stays.
fn distinct(results: &[RouteResult]) -> Vec<&RouteResult> {
    let mut distinct: Vec<&RouteResult> = Vec::new();
    for result in results {
        match distinct.iter_mut().find(|known| labels(known) == labels(result)) {
            Some(known) if known.verdict < result.verdict => *known = result,
            Some(_) => {}
            None => distinct.push(result),
        }
    }
    distinct
}

type Labels<'a> = Vec<(&'static str, &'a str)>;

/// Names are those that `/probe` takes: of what has none, the URL, so that there is no series
/// without them.
fn labels(result: &RouteResult) -> Labels<'_> {
    let pair = label::Labels::from(result);
    let (proxy, target) = (pair.proxy, pair.target);
    vec![
        ("target", target.url),
        ("target_name", target.short()),
        ("proxy", proxy.url),
        ("proxy_name", proxy.short()),
        ("profile", result.profile.as_str()),
    ]
}

fn with<'a>(labels: &Labels<'a>, name: &'static str, value: &'a str) -> Labels<'a> {
    labels.iter().copied().chain([(name, value)]).collect()
}

struct Page(String);

impl Page {
    fn build_info(&mut self) {
        self.family("bitsgate_build_info", "The version that made these metrics.");
        self.sample("bitsgate_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    }

    // Writing to a String cannot fail.
    fn family(&mut self, name: &str, help: &str) {
        let _ = write!(self.0, "# HELP {name} {help}\n# TYPE {name} gauge\n");
    }

    fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        self.0.push_str(name);
        if !labels.is_empty() {
            let labels: Vec<_> = labels
                .iter()
                .map(|(name, value)| format!("{name}=\"{}\"", quoted(value)))
                .collect();
            let _ = write!(self.0, "{{{}}}", labels.join(","));
        }
        let _ = writeln!(self.0, " {value}");
    }
}

/// The value of a label between its quotes.
fn quoted(value: &str) -> String {
    escape(value).replace('\\', "\\\\").replace('"', "\\\"")
}

const VERDICTS: [Verdict; 4] = [Verdict::Fail, Verdict::Inconclusive, Verdict::Pass, Verdict::Warn];

const STATUSES: [Status; 5] =
    [Status::Fail, Status::Inconclusive, Status::Pass, Status::Skipped, Status::Warn];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::model::outcome::Traffic;
    use crate::report::consumer::Consumer;
    use crate::report::sample;

    #[test]
    fn the_report_is_as_agreed() {
        let text = render(&sample::named("several"));
        insta::assert_snapshot!(String::from_utf8(text).unwrap());
    }

    #[test]
    fn what_a_fleet_forgot_is_counted() {
        let mut outcome = sample::named("pass");
        outcome.results[0].exchanges.clear();
        outcome.results[0].forgotten = Traffic { requests: 21, retries: 0, bytes: 4321 };
        let text = String::from_utf8(render(&outcome)).unwrap();
        for (metric, value) in
            [("bitsgate_requests{", " 21"), ("bitsgate_received_bytes{", " 4321")]
        {
            let line = text.lines().find(|line| line.starts_with(metric)).unwrap();
            assert!(line.ends_with(value), "{line}");
        }
    }

    #[test]
    fn promtool_has_nothing_to_remark() {
        for (name, mut outcome) in sample::all() {
            outcome.results[0].target.push_str("\"} 1\n\\evil{");
            let text = render(&outcome);
            let Some(said) = PROMTOOL.read(&text, name) else { return };
            assert_eq!(said, "", "{name}");
        }
    }

    #[test]
    fn each_result_has_one_verdict() {
        let outcome = sample::named("several");
        let text = String::from_utf8(render(&outcome)).unwrap();
        let verdicts = text.lines().filter(|line| line.starts_with("bitsgate_verdict{"));
        let (ones, zeros): (Vec<_>, Vec<_>) = verdicts.partition(|line| line.ends_with(" 1"));
        // Two of the four results are of the same pair: the worse one counts.
        assert_eq!((ones.len(), zeros.len()), (3, 9));
        assert!(ones[0].contains("verdict=\"fail\""), "{ones:?}");
    }

    #[test]
    fn two_accounts_of_one_proxy_have_series_of_their_own() {
        let mut outcome = sample::named("fail");
        let mut other = outcome.results[0].clone();
        outcome.results[0].names.proxy = Some(String::from("site-a"));
        other.names.proxy = Some(String::from("site-b"));
        outcome.results.push(other);
        let text = String::from_utf8(render(&outcome)).unwrap();
        for name in ["site-a", "site-b"] {
            let labels = format!("proxy=\"http://proxy.example.com:3128\",proxy_name=\"{name}\"");
            let lines = text.lines().filter(|line| line.starts_with("bitsgate_verdict{"));
            assert_eq!(lines.filter(|line| line.contains(&labels)).count(), 4, "{text}");
        }
        let file = "http://wsus.example.com/Content/update.cab";
        let labels = format!("{{target=\"{file}\",target_name=\"{file}\",");
        assert!(text.contains(&labels), "{text}");
    }

    #[test]
    fn no_series_is_there_twice() {
        for (name, outcome) in sample::all() {
            let text = String::from_utf8(render(&outcome)).unwrap();
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            let series: Vec<_> = lines.filter_map(|line| line.rsplit_once(' ')).collect();
            let distinct: HashSet<_> = series.iter().map(|(series, _)| series).collect();
            assert_eq!(distinct.len(), series.len(), "{name}");
        }
    }

    const PROMTOOL: Consumer =
        Consumer { known_as: "promtool", command: &["promtool", "check", "metrics"] };
}
