//! `http-version`: the answers are HTTP/1.1, or HTTP/1.0 with working ranges.

use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::exchange::Exchange;
use crate::model::finding::Judgement;
use crate::model::profile::Profile;
use crate::wire::head::Version;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let odd = evidence.answers().find(|(_, answer)| answer.head.version.major != 1);
    if let Some((exchange, answer)) = odd {
        return Judgement::fail(
            Defect::OldVersion,
            format!("the status line says {}", answer.head.version),
        )
        .because(format!(
            "{} speaks HTTP/1.1; only HTTP/1.0 and HTTP/1.1 can answer it on one connection.",
            evidence.profile.client()
        ))
        .breaking_rfc()
        .proved_by([exchange.id]);
    }
    let old = evidence.answers().find(|(_, answer)| answer.head.version == Version::HTTP_10);
    let Some((exchange, _)) = old else {
        return match evidence.answers().next() {
            Some(_) => Judgement::pass("HTTP/1.1"),
            None => Judgement::skipped("nobody answered; see reachable"),
        };
    };
    let first = evidence.first_piece().and_then(Exchange::answer);
    match first {
        Some(answer) if answer.head.status != 206 => {
            Judgement::warn(Defect::OldVersion, "HTTP/1.0, and ranges do not work").because(
                match evidence.profile {
                    Profile::Bits => {
                        "HTTP/1.0 knows no ranges of its own. BITS may show 0x80200012 instead \
                         of the code of the range."
                    }
                    Profile::Do => "HTTP/1.0 knows no ranges of its own.",
                },
            )
        }
        _ => Judgement::pass("HTTP/1.0, which is fine since the rest decides")
            .because("An HTTP/1.0 server will do when it states sizes and honours ranges."),
    }
    .proved_by([exchange.id])
}
