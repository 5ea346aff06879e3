//! Whether the target itself can be used. Where it cannot, nothing can be concluded about the proxy
//! or about BITS: the name of the file, its host or its port is wrong, or the server is down.

use url::Url;

use crate::model::evidence::Evidence;
use crate::model::exchange::{Exchange, Leg};
use crate::model::failure::{Failure, FailureKind};
use crate::model::outcome::LegReport;
use crate::wire::head::ResponseHead;
use crate::wire::redirect::is_redirect;

/// Why the target cannot be used, in a sentence or two that name the cause; none when it can, or
/// when that is not known. `legs` in the order direct, cold, warm.
pub(crate) fn why_unusable(legs: &[Evidence], reports: &[LegReport]) -> Option<String> {
    let tested = legs.iter().find(|leg| leg.through_proxy).or(legs.first())?;
    let direct = legs.iter().find(|leg| leg.leg == Leg::Direct && tested.through_proxy);
    if is_listing(tested) && direct.is_none_or(is_listing) {
        return Some(format!("The target is not usable: {} is a page. {FOLDER}", tested.url));
    }
    if legs.iter().any(delivers) {
        return None;
    }
    if let Some(why) = dead_redirect(tested) {
        return Some(why);
    }
    let head = refusal(tested)?;
    let (status, url) = (head.status, &tested.url);
    let is_folder = Url::parse(url).is_ok_and(|url| url.path().ends_with('/'));
    let advice = if is_folder { FOLDER } else { advice_for(status) };
    if let Some(same) = direct.and_then(refusal) {
        return Some(format!(
            "The target is not usable: without the proxy the server answers {} for {url}. {}",
            same.status,
            if is_folder { FOLDER } else { advice_for(same.status) }
        ));
    }
    if direct.is_some() {
        return None;
    }
    let skipped = reports.iter().find(|report| report.leg == Leg::Direct);
    let why_not_direct = skipped.and_then(|report| report.skipped.as_deref());
    let without = why_not_direct.map_or_else(String::new, |why| format!(" Without it: {why}."));
    // A 500 alone may have any cause; where the server cannot be reached directly either, it has this.
    let is_plausible = status != 500 || why_not_direct.is_some();
    if tested.through_proxy && is_plausible && cannot_reach(head) {
        return Some(format!(
            "The target is not usable: the proxy answers {status}{}, so it cannot resolve or \
             reach {}.{without} Check the host name and the port in the URL, and that the server \
             runs.",
            squid_error(head).map_or_else(String::new, |error| format!(" ({error})")),
            authority(url)
        ));
    }
    let is_unusable = match status {
        404 | 410 => true,
        401 | 403 => is_folder && !tested.through_proxy,
        _ => false,
    };
    let by = if tested.through_proxy { "through the proxy " } else { "" };
    is_unusable.then(|| {
        format!(
            "The target is not usable: {by}every request for {url} is answered with \
             {status}.{without} {advice}"
        )
    })
}

/// Whether the URL, or the one that it redirects to, is that of a folder whose page came.
fn is_listing(evidence: &Evidence) -> bool {
    let last = evidence.opening().and_then(|first| Url::parse(&first.request.url).ok());
    let is_html = |head: &ResponseHead| {
        let kind = head.media_type();
        head.status == 200 && kind.as_deref() == Some("text/html")
    };
    let mut heads = evidence.exchanges.iter().filter_map(head_of).peekable();
    last.is_some_and(|url| url.path().ends_with('/'))
        && heads.peek().is_some()
        && heads.all(|head| is_html(head) || is_redirect(head.status))
}

/// Whether anything came that is of a file: then the target exists.
fn delivers(evidence: &Evidence) -> bool {
    evidence.answers().any(|(_, answer)| matches!(answer.head.status, 200..=299 | 416))
}

/// The head of the first answer, when each answer refuses with a 4xx or 5xx; the one to CONNECT,
/// when the proxy refuses each tunnel. A proxy that wants credentials says nothing of the target.
fn refusal(evidence: &Evidence) -> Option<&ResponseHead> {
    let heads = || evidence.exchanges.iter().filter_map(head_of);
    let is_refusal = |head: &ResponseHead| matches!(head.status, 400..=599) && head.status != 407;
    // What answers a GET is nearer to what the target is: some servers refuse each HEAD.
    let last = evidence.exchanges.iter().filter_map(head_of).last()?;
    (heads().all(is_refusal)).then_some(last)
}

fn head_of(exchange: &Exchange) -> Option<&ResponseHead> {
    match &exchange.result {
        Ok(answer) => Some(&answer.head),
        Err(Failure { kind: FailureKind::TunnelRefused(head), .. }) => Some(head),
        Err(_) => None,
    }
}

/// The first request was redirected to where nothing answers, or no file is.
fn dead_redirect(evidence: &Evidence) -> Option<String> {
    evidence.redirects().next()?;
    let last = evidence.opening()?;
    let what = match &last.result {
        Ok(answer) if is_redirect(answer.head.status) || answer.head.status == 407 => return None,
        Ok(answer) if matches!(answer.head.status, 404 | 410 | 500 | 502..=504) => {
            format!("which is answered with {}", answer.head.status)
        }
        Ok(_) => return None,
        Err(failure) => match failure.kind {
            FailureKind::NameNotResolved
            | FailureKind::CannotConnect
            | FailureKind::ConnectTimeout
            | FailureKind::TunnelRefused(_)
            | FailureKind::NoAnswer => format!("which cannot be reached: {failure}"),
            _ => return None,
        },
    };
    Some(format!(
        "The target is not usable: it redirects to {}, {what}. Check that place, or name the URL \
         of the file itself.",
        last.request.url
    ))
}

/// Whether a proxy says that it cannot reach the server.
fn cannot_reach(head: &ResponseHead) -> bool {
    let is_denied = squid_error(head).is_some_and(|error| error.contains("DENIED"));
    matches!(head.status, 500 | 502..=504) && !is_denied
}

/// What Squid names as the cause.
fn squid_error(head: &ResponseHead) -> Option<&str> {
    head.fields.first("x-squid-error")
}

fn advice_for(status: u16) -> &'static str {
    match status {
        404 | 410 => "Check the path in the URL: name a file that the server has.",
        401 | 403 => "Name a file that clients may read without an account.",
        500.. => "Check that the server works, and that host and port in the URL are its own.",
        _ => "Check the URL.",
    }
}

fn authority(url: &str) -> String {
    let Ok(url) = Url::parse(url) else { return url.to_owned() };
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{}:{port}", url.host_str().unwrap_or_default())
}

const FOLDER: &str = "The URL names a folder: name a file in it.";
