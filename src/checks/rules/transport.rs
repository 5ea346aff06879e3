//! What a network failure means for a judgement.

use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::exchange::Exchange;
use crate::model::failure::{Failure, FailureKind, SOCKS};
use crate::model::finding::Judgement;
use crate::model::probe::Method;
use crate::wire::head::HeadError;

/// The defect that a failure shows when nothing else is known.
pub(in crate::checks) fn defect_of(failure: &Failure) -> Defect {
    match &failure.kind {
        FailureKind::NameNotResolved => Defect::NameNotResolved,
        FailureKind::CannotConnect | FailureKind::ConnectTimeout => Defect::CannotConnect,
        FailureKind::SocksRefused | FailureKind::HttpPort { wanted: SOCKS, .. } => {
            Defect::SocksRefused
        }
        FailureKind::TunnelRefused(head) if head.status == 407 => Defect::ProxyAuthentication,
        FailureKind::TunnelRefused(head) => Defect::TunnelRefused(head.status),
        FailureKind::CertificateInvalid => Defect::CertificateInvalid,
        FailureKind::TlsFailed | FailureKind::HttpPort { .. } => Defect::TlsFailed,
        FailureKind::NoAnswer | FailureKind::TooSlow { .. } => Defect::TimedOut,
        FailureKind::Closed | FailureKind::Reset => Defect::ConnectionLost,
        FailureKind::MalformedHead(HeadError::TooLong) => Defect::HeadTooLong,
        FailureKind::MalformedHead(_) | FailureKind::MalformedChunk => Defect::MalformedResponse,
        FailureKind::TooManyInterim => Defect::InterimAnswer,
        FailureKind::Deadline | FailureKind::Library => Defect::NotJudged,
    }
}

/// Whether what came is no HTTP: a head or a chunked body against the grammar (RFC 9112 sections 4,
/// 5 and 7.1; RFC 9110 section 5.1 for names of fields). Of lengths and numbers of heads no RFC
/// says what is too much.
pub(in crate::checks) fn breaks_rfc(failure: &Failure) -> bool {
    match &failure.kind {
        FailureKind::MalformedHead(error) => *error != HeadError::TooLong,
        FailureKind::MalformedChunk => true,
        _ => false,
    }
}

/// Whether a failure of a body whose head came breaks a rule: what is cut before the end that its
/// framing announced is an incomplete message (RFC 9112 8).
pub(in crate::checks) fn cuts_message(failure: &Failure) -> bool {
    matches!(failure.kind, FailureKind::Closed | FailureKind::Reset) || breaks_rfc(failure)
}

/// The judgement on an exchange that failed before its head was complete. Where the peer answered
/// other requests, the failure is a finding about this one; else nothing can be concluded.
pub(in crate::checks) fn judge(
    evidence: &Evidence,
    exchange: &Exchange,
    failure: &Failure,
) -> Judgement {
    let summary = summary_of(failure);
    let reason = reason_of(exchange, failure);
    let judgement = match defect_of(failure) {
        defect @ Defect::NotJudged => Judgement::inconclusive(defect, summary),
        Defect::ProxyAuthentication => return Judgement::skipped("see proxy-authentication"),
        defect if !evidence.anything_answered() => Judgement::inconclusive(defect, summary),
        Defect::TimedOut if exchange.probe.method == Method::Get => {
            Judgement::fail(Defect::Stalled, "no answer came to this range within the timeout")
        }
        defect => Judgement::fail(defect, summary),
    };
    let judgement = if breaks_rfc(failure) { judgement.breaking_rfc() } else { judgement };
    judgement.because(reason).proved_by([exchange.id])
}

/// One line on a failure, of bounded length.
pub(in crate::checks) fn summary_of(failure: &Failure) -> String {
    match &failure.kind {
        FailureKind::MalformedHead(HeadError::FieldLine(_)) => {
            "the answer has a malformed header line".to_owned()
        }
        FailureKind::MalformedHead(HeadError::NotHttp(_)) => {
            "the answer does not begin with an HTTP status line".to_owned()
        }
        FailureKind::MalformedHead(HeadError::StatusLine(_)) => {
            "the status line of the answer is malformed".to_owned()
        }
        FailureKind::TunnelRefused(head) => {
            format!("the proxy answered CONNECT with {}", head.status)
        }
        kind => Failure { detail: String::new(), ..Failure::new(kind.clone(), failure.peer) }
            .to_string(),
    }
}

/// A failure in the words of the system, cut when long, without control characters.
pub(in crate::checks) fn detail_of(failure: &Failure) -> String {
    let text = failure.to_string();
    text.chars().take(240).map(|char| if char.is_control() { '?' } else { char }).collect()
}

fn reason_of(exchange: &Exchange, failure: &Failure) -> String {
    let asked = match &exchange.probe.ranges {
        Some(ranges) => format!("{} {ranges}", exchange.probe.method.as_str()),
        None => exchange.probe.method.as_str().to_owned(),
    };
    let detail = detail_of(failure);
    let hint = match failure.kind {
        FailureKind::NoAnswer if exchange.probe.method == Method::Get => {
            " A firewall that blocks ranges looks like this, and so does a cache that first \
             downloads the file up to the range: a longer --timeout tells them apart."
        }
        _ => "",
    };
    format!("Asked {asked}: {detail}.{hint}")
}
