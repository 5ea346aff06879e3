//! Comma-separated values (RFC 4180) for spreadsheets: a line for each check on each leg.

use super::lookup;
use std::io::{self, Write};

use ::csv::{Terminator, WriterBuilder};

use super::excuse;
use super::view::{ResultView, fix_line};
use crate::model::job_kind::kinds_word;
use crate::model::outcome::Outcome;
use crate::ui::escape::escape;

/// Writes the report: UTF-8, lines ended with CRLF, the first with the names of the columns. What
/// was not tried has a line without a check, with the status `not-tried`.
pub fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    let complete = if outcome.complete { "yes" } else { "no" };
    writer.write_record(COLUMNS)?;
    for result in &outcome.results {
        let view = ResultView::of(result);
        for finding in &result.findings {
            let judgement = &finding.judgement;
            let code = finding.bits.map(|view| view.hresult);
            let name = code.and_then(lookup::code).map_or("", |code| code.name);
            let exchanges: Vec<_> = judgement.exchanges.iter().map(ToString::to_string).collect();
            let kinds = Some(finding.row).map_or("both", |meta| kinds_word(meta.jobs));
            let cause = view.cause_of(finding);
            let cells: [&str; COLUMNS.len()] = [
                &result.target,
                result.proxy.as_deref().unwrap_or("direct"),
                result.profile.as_str(),
                result.verdict.as_str(),
                finding.check,
                finding.leg.as_str(),
                finding.level.as_str(),
                judgement.status.as_str(),
                &judgement.summary,
                &judgement.reason,
                &code.map_or_else(String::new, |code| code.to_string()),
                name,
                judgement.rfc.as_str(),
                &exchanges.join(" "),
                complete,
                &excuse::words(finding).unwrap_or_default(),
                result.names.proxy.as_deref().unwrap_or_default(),
                result.names.target.as_deref().unwrap_or_default(),
                kinds,
                &cause.map_or_else(String::new, |cause| cause.summary.clone()),
                cause.map_or("", |cause| cause.party.as_str()),
                &cause.map_or_else(String::new, |cause| fix_line(&view, cause)),
            ];
            writer.write_record(cells.map(inert))?;
        }
    }
    for missing in &outcome.missing {
        let mut cells = [""; COLUMNS.len()];
        cells[0] = &missing.target;
        cells[1] = missing.proxy.as_deref().unwrap_or("direct");
        cells[7] = "not-tried";
        cells[8] = missing.why;
        cells[14] = complete;
        cells[16] = missing.names.proxy.as_deref().unwrap_or_default();
        cells[17] = missing.names.target.as_deref().unwrap_or_default();
        writer.write_record(cells.map(inert))?;
    }
    writer.flush()
}

/// A cell that no spreadsheet takes for a formula: an apostrophe says that it is text.
fn inert(cell: &str) -> String {
    let text = escape(cell);
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@']);
    if is_formula { format!("'{text}") } else { text.into_owned() }
}

const COLUMNS: [&str; 22] = [
    "target",
    "proxy",
    "profile",
    "verdict",
    "check",
    "phase",
    "level",
    "status",
    "summary",
    "reason",
    "hresult",
    "code",
    "rfc",
    "exchanges",
    "run_complete",
    "treatment",
    "proxy_name",
    "target_name",
    "job_kind",
    "cause",
    "at_fault",
    "fix",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn render(outcome: &Outcome) -> Vec<u8> {
        sample::written(|out| write(outcome, out))
    }

    #[test]
    fn the_report_is_as_agreed() {
        let text = render(&sample::named("several"));
        insta::assert_snapshot!(String::from_utf8(text).unwrap());
    }

    #[test]
    fn every_finding_is_read_back() {
        for (name, mut outcome) in sample::all() {
            let reason = "=cmd|' /C calc'!A0,\"quoted\"\nnext";
            outcome.results[0].findings[0].judgement.reason = reason.to_owned();
            let bytes = render(&outcome);
            let mut reader = ::csv::Reader::from_reader(bytes.as_slice());
            assert_eq!(reader.headers().unwrap(), COLUMNS.as_slice());
            let records: Vec<_> = reader.records().map(Result::unwrap).collect();
            let findings =
                outcome.results.iter().map(|result| result.findings.len()).sum::<usize>();
            assert_eq!(records.len(), findings, "{name}");
            assert_eq!(&records[0][9], "'=cmd|' /C calc'!A0,\"quoted\"\\nnext");
        }
    }

    #[test]
    fn what_was_not_tried_has_a_line() {
        let bytes = render(&sample::incomplete());
        let mut reader = ::csv::Reader::from_reader(bytes.as_slice());
        let records: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert!(records.iter().all(|record| &record[14] == "no"), "{records:?}");
        let missing = records.last().unwrap();
        assert_eq!((&missing[1], &missing[4]), ("http://paris.example:3128", ""));
        assert_eq!((&missing[16], &missing[17]), ("paris", ""));
        assert_eq!((&missing[7], &missing[8]), ("not-tried", "the run was interrupted"));
    }

    #[test]
    fn formulas_are_inert() {
        for formula in ["=1", "+1", "-1", "@SUM(A1)", " =1"] {
            assert_eq!(inert(formula), format!("'{formula}"));
        }
        assert_eq!(inert("\t=1"), "\\t=1");
        assert_eq!(inert("206 with bytes 0-4"), "206 with bytes 0-4");
    }
}
