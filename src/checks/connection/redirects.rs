//! `redirects`: redirects lead to the file in at most ten hops.

use crate::checks::rules::shown;
use crate::checks::rules::status::cookie;
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::exchange::Exchange;
use crate::model::finding::Judgement;
use crate::wire::redirect::is_redirect;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let hops: Vec<_> = evidence.redirects().collect();
    let last = evidence.opening();
    let unfollowed = last
        .filter(|exchange| exchange.answer().is_some_and(|answer| is_redirect(answer.head.status)));
    let chain: Vec<&Exchange> = hops.iter().copied().chain(last).collect();
    let ids = || chain.iter().map(|exchange| exchange.id);
    let fail = |summary: String| {
        Judgement::fail(Defect::RedirectUnusable, summary)
            .because(format!("{}{}", told(&chain), cookie(&chain)))
            .proved_by(ids())
    };
    if let Some(exchange) = unfollowed {
        return fail(why_unusable(exchange, hops.len()));
    }
    if hops.len() > MOST_HOPS {
        return fail(format!("more than {MOST_HOPS} redirects"));
    }
    match (hops.len(), last) {
        (0, None) => Judgement::skipped("the first request was not sent"),
        (0, Some(first)) if first.answer().is_none() => {
            Judgement::skipped("the first request got no answer; see reachable")
        }
        (0, Some(head)) => Judgement::pass("no redirect").proved_by([head.id]),
        (_, Some(last)) if last.request.fields.has("cookie") => {
            Judgement::warn(Defect::RedirectUnusable, "a redirect sets a cookie and wants it back")
                .because(format!(
                    "{} The cookie was sent back from there on. WinHTTP keeps cookies by default; \
             whether {} does is not documented. Exempt the host from what sets the cookie.",
                    told(&chain),
                    evidence.profile.client()
                ))
                .proved_by(ids())
        }
        (count, _) => Judgement::pass(format!("redirects followed: {count}"))
            .because(told(&chain))
            .proved_by(ids()),
    }
}

fn why_unusable(exchange: &Exchange, hops: usize) -> String {
    let location = exchange.answer().and_then(|answer| answer.head.fields.first("location"));
    let Some(location) = location.filter(|location| !location.is_empty()) else {
        return "a redirect without Location".to_owned();
    };
    let target = url::Url::parse(&exchange.request.url).and_then(|url| url.join(location));
    match target {
        Err(_) => "a redirect with a Location that is no URL".to_owned(),
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            "a redirect to another scheme than http or https".to_owned()
        }
        Ok(url) if url.scheme() == "http" && exchange.request.url.starts_with("https:") => {
            "a redirect leads from https to http, which BITS does not follow".to_owned()
        }
        Ok(_) if hops >= MOST_HOPS => format!("more than {MOST_HOPS} redirects"),
        Ok(_) => "redirects in a circle".to_owned(),
    }
}

/// The chain in words, without what is too long.
fn told(chain: &[&Exchange]) -> String {
    const SHOWN: usize = 4;
    let mut words: Vec<String> = chain
        .iter()
        .take(SHOWN)
        .map(|exchange| match exchange.answer() {
            Some(answer) => format!("{} {}", shown(&exchange.request.url), answer.head.status),
            None => shown(&exchange.request.url),
        })
        .collect();
    if chain.len() > SHOWN {
        words.push(format!("{} more", chain.len() - SHOWN));
    }
    let location = chain
        .last()
        .and_then(|exchange| exchange.answer())
        .filter(|answer| is_redirect(answer.head.status))
        .and_then(|answer| answer.head.fields.first("location"))
        .map_or_else(String::new, |location| format!(" Its Location: {}.", shown(location)));
    format!("{}.{location}", words.join(", then "))
}

/// WinHTTP follows ten redirects by default.
const MOST_HOPS: usize = 10;
