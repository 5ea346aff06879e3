//! `content-hash`: the file arrives whole, and is the right one.

use crate::model::defect::Defect;
use crate::model::evidence::{Comparison, Evidence, Retried, Whole};
use crate::model::finding::{Judgement, Status};

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    match &evidence.whole {
        None => Judgement::skipped("the file was not fetched whole; --deep does so"),
        Some(Whole::NotFetched(why)) => Judgement::skipped(why.clone()),
        Some(Whole::Broken { defect, summary, done }) => broken(*defect, summary, *done),
        Some(Whole::Came { bytes, sha1, named, compared, retried }) => {
            let judgement = came(*bytes, sha1, named.as_deref(), *compared);
            match retried {
                Some(retried) if judgement.status != Status::Fail => after_retries(retried),
                _ => judgement,
            }
        }
    }
}

fn broken(defect: Option<Defect>, summary: &str, done: u64) -> Judgement {
    let reason = format!("{done} bytes had come when this happened: {summary}.");
    let what = "the file did not arrive whole";
    match defect {
        None | Some(Defect::NotJudged) => Judgement::inconclusive(Defect::NotJudged, what),
        Some(defect) => Judgement::fail(defect, what),
    }
    .because(reason)
}

/// The file came and nothing speaks against its bytes, but not at the first attempt.
fn after_retries(retried: &Retried) -> Judgement {
    let times = match retried.times {
        1 => "1 retry".to_owned(),
        times => format!("{times} retries"),
    };
    let wait = humantime::format_duration(retried.wait);
    let summary = format!("the file arrived whole after {times}, for which BITS would wait {wait}");
    let defect = retried.defect.unwrap_or(Defect::NotJudged);
    let judgement = if retried.is_too_long {
        Judgement::fail(defect, summary)
    } else {
        Judgement::warn(defect, summary)
    };
    let is_likely_an_end = retried.defect.is_some_and(Defect::may_end_a_job);
    let unknown = if is_likely_an_end {
        " No document says that BITS tries again after this status: a job that meets it may end."
    } else {
        ""
    };
    judgement.because(format!("The last one was for this: {}.{unknown}", retried.summary))
}

fn came(bytes: u64, sha1: &str, named: Option<&str>, compared: Option<Comparison>) -> Judgement {
    let wrong = |reason: String| {
        Judgement::fail(Defect::BytesDiffer, "the file arrived whole, but with wrong bytes")
            .because(format!(
                "{reason} The download would succeed, and whoever checks the file refuses it \
                 then: WSUS and Windows Update do. Something on the way alters bytes: a filter, a \
                 faulty cache, faulty memory."
            ))
    };
    match (compared, named) {
        (Some(Comparison::DifferAt(at)), _) => {
            wrong(format!("The first wrong one of {bytes} bytes is that at position {at}."))
        }
        (_, Some(named)) if named != sha1 => wrong(format!(
            "The URL states the SHA-1 {named}; the {bytes} bytes that came have {sha1}."
        )),
        (None, None) => Judgement::skipped(format!(
            "the file came whole ({bytes} bytes, SHA-1 {sha1}), but the URL states no SHA-1 to \
             compare with"
        )),
        (Some(Comparison::Same), _) => {
            Judgement::pass(format!("all {bytes} bytes are those of the file"))
        }
        (None, Some(_)) => {
            Judgement::pass(format!("{bytes} bytes have the SHA-1 that the URL states"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_judged_by_truth_and_by_name() {
        let judged = |named, compared| came(3, "aa", named, compared).status;
        assert_eq!(judged(Some("aa"), None), Status::Pass);
        assert_eq!(judged(Some("ab"), None), Status::Fail);
        assert_eq!(judged(Some("ab"), Some(Comparison::Same)), Status::Fail);
        assert_eq!(judged(None, Some(Comparison::Same)), Status::Pass);
        assert_eq!(judged(Some("aa"), Some(Comparison::DifferAt(2))), Status::Fail);
        assert_eq!(judged(None, None), Status::Skipped);
    }

    #[test]
    fn retries_warn_and_fail_when_they_would_take_too_long() {
        let after = |times, is_too_long| {
            let retried = Retried {
                times,
                wait: std::time::Duration::from_mins(10) * times,
                is_too_long,
                defect: Some(Defect::ConnectionLost),
                summary: "the connection was reset".to_owned(),
            };
            after_retries(&retried)
        };
        let (one, seven) = (after(1, false), after(7, true));
        assert_eq!((one.status, one.defect), (Status::Warn, Some(Defect::ConnectionLost)));
        assert!(one.summary.contains("after 1 retry, for which BITS would wait 10m"), "{one:?}");
        assert_eq!((seven.status, seven.defect), (Status::Fail, Some(Defect::ConnectionLost)));
        assert!(seven.summary.contains("7 retries, for which BITS would wait 1h 10m"), "{seven:?}");
    }

    #[test]
    fn a_download_that_breaks_off_keeps_its_defect() {
        let defect = |defect| broken(defect, "x", 1).defect;
        assert_eq!(defect(Some(Defect::WholeFileForRange)), Some(Defect::WholeFileForRange));
        assert_eq!(broken(None, "x", 1).status, Status::Inconclusive);
    }
}
