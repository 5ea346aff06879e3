//! What a status other than the expected one means where the file was asked.

use url::Url;

use super::{auth, client_sends, shown, validators};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::exchange::Exchange;
use crate::model::finding::Judgement;
use crate::model::hresult::{Hresult, is_defined_status};
use crate::model::profile::Profile;
use crate::wire::redirect::{is_redirect, redirect_target};

/// The judgement on a status that is neither 200 nor 206, and not 416 to a range.
pub(in crate::checks) fn judge(evidence: &Evidence, exchange: &Exchange, status: u16) -> Judgement {
    let method = exchange.probe.method.as_str();
    let client = evidence.profile.client();
    let summary = format!("{method} was answered with {status}");
    let judgement = match status {
        407 if auth::refuses_everything(evidence) => {
            return Judgement::skipped("see proxy-authentication");
        }
        407 if auth::refusals(evidence).offers(auth::IMPLICIT) => {
            Judgement::inconclusive(Defect::ProxyAuthentication, summary).because(format!(
                "407 Proxy Authentication Required came here, though not to every request. \
                 Offered: {}. {client} answers Negotiate and NTLM with an account of Windows, which \
                 the proxy must accept. Unanswered, the job ends with BG_E_HTTP_ERROR_407.",
                auth::refusals(evidence).schemes()
            ))
        }
        407 => Judgement::fail(Defect::ProxyAuthentication, summary).because(format!(
            "407 Proxy Authentication Required came here, though not to every request. \
             {client} shows 0x80190197 unless it can answer the challenge."
        )),
        401 if evidence.profile == Profile::Bits
            && let Some(refusals) = auth::server_wants_the_account(evidence) =>
        {
            Judgement::inconclusive(Defect::HttpStatus(401), summary).because(format!(
                "Offered: {}. BITS answers Negotiate and NTLM with the account of the job; for a \
                 service that is the computer's account, which the server must accept. Unanswered, \
                 the job ends with BG_E_HTTP_ERROR_401.",
                refusals.schemes()
            ))
        }
        412 if exchange.probe.conditional && validators::date_changed(evidence) => {
            return Judgement::skipped("Last-Modified changed; see unchanged-validators");
        }
        412 if exchange.probe.conditional => {
            Judgement::fail(Defect::ConditionRefused(412), summary).because(
                "The request carried If-Unmodified-Since with the Last-Modified of the HEAD, and \
                 412 Precondition Failed says that the file changed since. See \
                 if-unmodified-since.",
            )
        }
        304 => Judgement::fail(Defect::UnexpectedStatus(304), summary).because(
            "304 Not Modified answers a conditional request for a copy that the client holds; \
             this one asked for none (RFC 9110 15.4.5).",
        ),
        redirect if is_redirect(redirect) => redirected(evidence, exchange, status, summary),
        300..=399 => Judgement::fail(Defect::UnexpectedStatus(status), summary).because(format!(
            "{status} is none of the redirects that a client follows by itself (RFC 9110 15.4). \
             {client} shows it as {}.",
            code(status)
        )),
        511 => Judgement::fail(Defect::HttpStatus(511), summary).because(format!(
            "511 Network Authentication Required comes from a captive portal, which wants a login \
             before it lets anything pass (RFC 6585 6). {client} shows it as {}.",
            code(511)
        )),
        400..=599 if !client_sends(exchange.probe.purpose) => {
            Judgement::fail(Defect::HttpStatus(status), summary).because(format!(
                "{status} refuses the request, which {client} does not send in an ordinary download."
            ))
        }
        500..=599 => Judgement::fail(Defect::HttpStatus(status), summary).because(format!(
            "{status} says that the proxy or the server has a problem. {client} shows it as {}{}",
            code(status),
            if matches!(status, 500 | 502..=504) { " and tries again later." } else { "." }
        )),
        400..=499 => Judgement::fail(Defect::HttpStatus(status), summary).because(format!(
            "{status} refuses the request; {client} ends the job with {}.",
            Hresult::http_status(status)
        )),
        _ => Judgement::fail(Defect::UnexpectedStatus(status), summary)
            .because(format!("{client} cannot use a {status} here: it needs {}.", needed(method))),
    };
    judgement.proved_by([exchange.id])
}

/// What redirects that lead nowhere have to do with a cookie; empty where none sets one.
pub(in crate::checks) fn cookie(chain: &[&Exchange]) -> String {
    let name = chain.iter().find_map(|exchange| {
        let value = exchange.answer()?.head.fields.first("set-cookie")?;
        Some(value.split(['=', ';']).next().unwrap_or_default().trim().to_owned())
    });
    let Some(name) = name else { return String::new() };
    let is_sent = chain.iter().any(|exchange| exchange.request.fields.has("cookie"));
    let then = if is_sent {
        "It was sent back, and redirects came all the same."
    } else {
        "It was not sent back, since it is for another host, or came only at the end."
    };
    format!(
        " A redirect sets the cookie {}. {then} A login page or a filter that wants a cookie does \
         this: exempt the host from it.",
        shown(&name)
    )
}

/// A redirect that came later than to the first request. The client follows it, so that its status
/// is no code of the job: what comes at its end decides, unless it leads nowhere.
fn redirected(evidence: &Evidence, exchange: &Exchange, status: u16, summary: String) -> Judgement {
    let method = exchange.probe.method.as_str();
    let client = evidence.profile.client();
    let own = Url::parse(&exchange.request.url).ok();
    let head = exchange.answer().map(|answer| &answer.head);
    let target = head.zip(own.as_ref()).and_then(|(head, own)| redirect_target(head, own));
    let Some(target) = target else {
        return Judgement::fail(Defect::RedirectUnusable, summary)
            .because(format!("It has no Location that {client} would follow (RFC 9110 15.4)."));
    };
    let came_from = |hop: &Exchange| Url::parse(&hop.request.url).is_ok_and(|url| url == target);
    if own.as_ref() == Some(&target) || evidence.redirects().any(came_from) {
        return Judgement::fail(Defect::RedirectUnusable, summary).because(format!(
            "Its Location is the URL that was asked: {client} goes in a circle.{}",
            cookie(&[exchange])
        ));
    }
    Judgement::fail(Defect::UnexpectedStatus(status), summary).because(format!(
        "A redirect came to this {method} though the first request was answered otherwise: \
         {client} follows it to a place that may not be the file, such as a login page, and what \
         comes there decides how the job ends."
    ))
}

/// The name of the code for a status, where Microsoft defines one, else its number.
fn code(status: u16) -> String {
    if is_defined_status(status) {
        format!("BG_E_HTTP_ERROR_{status}")
    } else {
        Hresult::http_status(status).to_string()
    }
}

fn needed(method: &str) -> &'static str {
    if method == "HEAD" { "200 with the size" } else { "206 Partial Content" }
}
