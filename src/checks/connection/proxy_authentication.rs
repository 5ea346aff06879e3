//! `proxy-authentication`: the proxy asks for no credentials that a service cannot give.

use crate::checks::rules::auth;
use crate::checks::rules::auth::Refusals;
use crate::checks::rules::shown;
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::finding::Judgement;
use crate::model::profile::Profile;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let refusals = auth::refusals(evidence);
    if refusals.exchanges.is_empty() {
        return if evidence.anything_answered() {
            Judgement::pass("no credentials were asked for")
        } else {
            Judgement::skipped("nobody answered; see reachable")
        };
    }
    let judgement = if refusals.without_field {
        Judgement::fail(Defect::ProxyChallengeMissing, "407 without Proxy-Authenticate")
            .because(
                "A 407 must name a scheme (RFC 9110 15.5.8); without one nobody can answer it.",
            )
            .breaking_rfc()
    } else if let Some(value) =
        refusals.malformed.as_ref().filter(|_| refusals.challenges.is_empty())
    {
        Judgement::fail(Defect::ProxyChallengeMissing, "407 with an unreadable Proxy-Authenticate")
            .because(format!("Got {} (RFC 9110 11.6.1).", shown(value)))
            .breaking_rfc()
    } else if refusals.others == 0 || refusals.offers(auth::IMPLICIT) {
        let offered = offered(&refusals, evidence.profile);
        let (summary, reason) = if !evidence.has_credentials {
            ("the proxy asks for credentials (407)".to_owned(), offered)
        } else if refusals.offers(ANSWERED) {
            ("the proxy did not accept the credentials (407)".to_owned(), offered)
        } else {
            let summary = format!(
                "the proxy offers {} only, which bitsgate cannot answer yet (407)",
                refusals.schemes().replace(", ", " and ")
            );
            (summary, format!("The credentials were not sent. {offered}"))
        };
        Judgement::inconclusive(Defect::ProxyAuthentication, summary).because(reason)
    } else {
        Judgement::warn(
            Defect::ProxyAuthentication,
            format!(
                "the proxy asks for credentials on {} of {} requests",
                refusals.exchanges.len(),
                refusals.exchanges.len() + refusals.others
            ),
        )
        .because(offered(&refusals, evidence.profile))
    };
    judgement.proved_by(refusals.exchanges)
}

/// The schemes offered, and what BITS can do with each.
fn offered(refusals: &Refusals, profile: Profile) -> String {
    let use_of_them = match profile {
        Profile::Bits if refusals.offers(auth::IMPLICIT) => {
            "BITS answers Negotiate and NTLM with the account of the job; for a service that is \
             the computer's account, which the proxy must accept."
        }
        Profile::Bits if refusals.offers(EXPLICIT) => {
            "BITS can use this only when the application or bitsadmin /SetCredentials gave \
             credentials."
        }
        Profile::Bits => "BITS supports none of them.",
        Profile::Do if refusals.offers(auth::IMPLICIT) => {
            "Delivery Optimization goes to the proxy as the signed-in user, else as Network \
             Service, which is the computer's account; the proxy must accept both."
        }
        Profile::Do => "Delivery Optimization cannot be given credentials for these.",
    };
    let list = refusals.schemes();
    format!("Offered: {list}. {use_of_them} Unanswered, the job ends with BG_E_HTTP_ERROR_407.")
}

/// Schemes that the tool answers itself, when it has credentials.
const ANSWERED: &[&str] = &["Basic"];

/// Schemes that need explicit credentials (Microsoft: `BG_AUTH_SCHEME`).
const EXPLICIT: &[&str] = &["Basic", "Digest", "Passport1.4", "Passport"];
