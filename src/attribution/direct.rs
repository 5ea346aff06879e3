//! What the direct leg tells of a finding made through a proxy: whether the server fails alike,
//! in another way, or was never met. Called by blame and by advice.

use crate::model::check::Group;
use crate::model::defect::Defect;
use crate::model::finding::{Finding, Level, Status};

/// The direct leg beside a finding made through a proxy.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Beside<'f> {
    /// Directly the file was not reached, as this finding says: whoever answered there need not
    /// be the server.
    Barred(&'f Finding),
    /// The check was not judged directly.
    Nothing,
    /// The check is wrong directly too, in another way.
    Other(&'f Finding),
    /// The check is right directly.
    Right(&'f Finding),
    /// The same is wrong directly.
    Same(&'f Finding),
}

/// What the direct leg says of `finding`, which another leg made.
///
/// `direct`: the findings of the direct leg.
pub fn beside<'f>(direct: &[&'f Finding], finding: &Finding) -> Beside<'f> {
    let met = finding.judgement.defect;
    let barrier = barrier(direct).filter(|_| !met.is_some_and(bars));
    let without = barrier.map_or(Beside::Nothing, Beside::Barred);
    let Some(same) = direct.iter().copied().find(|other| other.check == finding.check) else {
        return without;
    };
    // A page in place of the file may well be answered as a file would be.
    if barrier.is_some_and(|barrier| barrier.judgement.defect == Some(Defect::BlockPage)) {
        return without;
    }
    match (same.judgement.status, same.judgement.defect, met) {
        // The whole file came in the end, after the same trouble now and then.
        (Status::Warn, Some(own), Some(met)) if both_by_chance(own, met) => Beside::Same(same),
        (Status::Pass | Status::Warn, ..) => Beside::Right(same),
        (Status::Skipped, ..) | (_, None | Some(Defect::EmptyFile | Defect::NotJudged), _) => {
            without
        }
        (_, Some(own), Some(met)) if own == met || reports(met, own) || both_pass(met, own) => {
            Beside::Same(same)
        }
        _ if barrier.is_some() => without,
        _ => Beside::Other(same),
    }
}

/// What kept the direct leg from the file: an egress filter, a portal, a server that is down.
/// None when a range came rightly.
pub fn barrier<'f>(direct: &[&'f Finding]) -> Option<&'f Finding> {
    let is_range = |finding: &Finding| matches!(finding.row.group, Group::Range | Group::Multi);
    let is_right = |finding: &Finding| finding.judgement.status == Status::Pass;
    if direct.iter().any(|finding| is_range(finding) && is_right(finding)) {
        return None;
    }
    direct.iter().copied().find(|finding| {
        matches!(finding.judgement.status, Status::Fail | Status::Inconclusive)
            && finding.level == Level::Required
            && finding.judgement.defect.is_some_and(bars)
    })
}

/// Whether a defect may come of something that stands before the file.
fn bars(defect: Defect) -> bool {
    matches!(
        defect,
        Defect::BlockPage
            | Defect::CertificateInvalid
            | Defect::ConnectionLost
            | Defect::HttpStatus(_)
            | Defect::ProxyAuthentication
            | Defect::ProxyChallengeMissing
            | Defect::RedirectUnusable
            | Defect::TimedOut
            | Defect::TlsFailed
            | Defect::UnexpectedStatus(300..=399)
    )
}

/// Whether both are statuses of a request that failed for now: which of them comes is chance.
fn both_pass(one: Defect, other: Defect) -> bool {
    one.passes_for_now() && other.passes_for_now()
}

/// Whether both are failures of the same kind that may occur now and then.
fn both_by_chance(one: Defect, other: Defect) -> bool {
    both_pass(one, other) || (one == other && one.comes_by_chance())
}

/// Whether `through` is how a gateway reports that the server fails with `own` (RFC 9110 15.6.3,
/// 15.6.5).
pub fn reports(through: Defect, own: Defect) -> bool {
    let is_report = matches!(through, Defect::HttpStatus(502..=504));
    let is_failure = matches!(
        own,
        Defect::BodyLengthWrong
            | Defect::ConnectionLost
            | Defect::FramingConflict
            | Defect::HeadTooLong
            | Defect::HttpStatus(500..=599)
            | Defect::MalformedResponse
            | Defect::Stalled
            | Defect::TimedOut
    );
    is_report && is_failure
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::disposition::Treatment;
    use crate::model::exchange::Leg;
    use crate::model::finding::Judgement;

    fn finding(check: &'static str, judgement: Judgement) -> Finding {
        Finding {
            row: crate::checks::table::find(check).unwrap(),
            check,
            level: Level::Required,
            leg: Leg::Direct,
            judgement,
            bits: None,
            treatment: Treatment::default(),
        }
    }

    fn fail(check: &'static str, defect: Defect) -> Finding {
        finding(check, Judgement::fail(defect, "wrong"))
    }

    fn pass(check: &'static str) -> Finding {
        finding(check, Judgement::pass("right"))
    }

    /// In a word, what a direct leg says of `range-first` that fails with a defect.
    fn word(direct: &[Finding], through: Defect) -> &'static str {
        let direct: Vec<_> = direct.iter().collect();
        match beside(&direct, &fail("range-first", through)) {
            Beside::Barred(_) => "barred",
            Beside::Nothing => "nothing",
            Beside::Other(_) => "other",
            Beside::Right(_) => "right",
            Beside::Same(_) => "same",
        }
    }

    #[test]
    fn who_does_not_reach_the_file_tells_nothing_of_the_server() {
        let lost = Defect::ContentRangeMissing;
        for barrier in [
            Defect::HttpStatus(403),
            Defect::HttpStatus(503),
            Defect::BlockPage,
            Defect::ConnectionLost,
            Defect::RedirectUnusable,
        ] {
            assert_eq!(word(&[fail("range-first", barrier)], lost), "barred", "{barrier:?}");
            // The same barrier on both ways is the server's, as far as anybody can tell.
            assert_eq!(word(&[fail("range-first", barrier)], barrier), "same", "{barrier:?}");
        }
        let refused = fail("head-status", Defect::HttpStatus(403));
        let skipped = finding("range-first", Judgement::skipped("see head-status"));
        assert_eq!(word(&[refused.clone(), skipped], lost), "barred");
        assert_eq!(word(&[refused.clone(), pass("range-first")], lost), "right");
        let page = fail("block-page", Defect::BlockPage);
        assert_eq!(word(&[page, fail("range-first", lost)], lost), "barred");
        // A range that is right elsewhere shows that the server was met.
        let refused = fail("range-first", Defect::HttpStatus(403));
        assert_eq!(word(&[refused, pass("range-middle")], lost), "other");
    }

    #[test]
    fn chance_that_a_retry_overcame_directly_is_the_servers() {
        let warned = |defect| finding("content-hash", Judgement::warn(defect, "after 1 retry"));
        let beside = |own, met| {
            let own = warned(own);
            matches!(beside(&[&own], &fail("content-hash", met)), Beside::Same(_))
        };
        assert!(beside(Defect::HttpStatus(503), Defect::HttpStatus(429)));
        assert!(beside(Defect::ConnectionLost, Defect::ConnectionLost));
        assert!(!beside(Defect::ConnectionLost, Defect::HttpStatus(503)));
        assert!(!beside(Defect::BytesDiffer, Defect::BytesDiffer));
    }

    #[test]
    fn only_the_same_defect_is_the_servers() {
        let lost = Defect::RangeLengthMissing;
        assert_eq!(word(&[fail("range-first", lost)], lost), "same");
        assert_eq!(word(&[fail("range-first", lost)], Defect::WholeFileForRange), "other");
        assert_eq!(word(&[pass("range-first")], lost), "right");
        assert_eq!(word(&[], lost), "nothing");
        let refused = [fail("range-first", Defect::HttpStatus(404))];
        assert_eq!(word(&refused, Defect::HttpStatus(403)), "other");
        // A gateway says in its own words that the server fails.
        for own in [Defect::ConnectionLost, Defect::MalformedResponse, Defect::HttpStatus(500)] {
            assert_eq!(word(&[fail("range-first", own)], Defect::HttpStatus(502)), "same");
        }
        let whole = [fail("range-first", Defect::WholeFileForRange)];
        assert_eq!(word(&whole, Defect::HttpStatus(502)), "other");
    }
}
