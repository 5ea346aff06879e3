//! Remarks about the URLs of WSUS and of Microsoft's CDN: what they state of their file, how they
//! are served, and whether the answers lead elsewhere. Called for the notes of every result.

use url::Url;

use crate::model::evidence::Evidence;
use crate::model::exchange::{Answer, Exchange};
use crate::model::wsus;
use crate::model::wsus::content;
use crate::wire::redirect::is_redirect;

/// Remarks in full sentences; none for a URL that is nothing of WSUS.
pub(super) fn notes(legs: &[Evidence]) -> Vec<String> {
    let Some(url) = legs.first().and_then(|leg| Url::parse(&leg.url).ok()) else {
        return Vec::new();
    };
    let (hash, base) = (content::content_hash(&url), wsus::base_of(&url));
    let mut notes = Vec::new();
    if let Some(hash) = hash {
        let here = if legs.iter().any(|leg| leg.whole.is_some()) {
            "See content-hash."
        } else {
            "Here it was not; parts were compared with each other. --deep does it."
        };
        notes.push(format!(
            "The name of the file states its SHA-1, {hash}: a whole download can be checked \
             against it. {here}"
        ));
    }
    if content::query_matters(&url) {
        notes.push(
            "The query of this link is its key, and it expires: a proxy must pass it on unchanged."
                .to_owned(),
        );
    }
    if hash.is_some() || base.is_some() {
        notes.extend(wsus::port_remark(&url).filter(|_| is_of_wsus(&url)).map(sentence));
        let answers = legs.iter().flat_map(Evidence::answers);
        let elsewhere = answers.into_iter().find_map(|(one, answer)| leads_elsewhere(one, answer));
        let host = if is_of_wsus(&url) { HOST } else { "" };
        notes.extend(elsewhere.map(|note| format!("{note}{host}")));
    } else if url.path() == "/" && url.query().is_none() {
        notes.push(format!(
            "This is the start page of a site. If it is a WSUS server, test a content file, or \
             {url}Content/anonymousCheckFile.txt to see whether it is alive."
        ));
    }
    notes
}

/// A base URL, or a file of the content store: the CDN has no ports of its own.
fn is_of_wsus(url: &Url) -> bool {
    let mut segments = url.path_segments().into_iter().flatten();
    wsus::base_of(url).is_some() || segments.any(|name| name.eq_ignore_ascii_case("content"))
}

/// The host that an answer names in place of the one asked (RFC 9110 10.2.2 and 8.7).
fn leads_elsewhere(exchange: &Exchange, answer: &Answer) -> Option<String> {
    let asked = Url::parse(&exchange.request.url).ok()?;
    let names: &[&str] = if is_redirect(answer.head.status) {
        &["Location", "Content-Location"]
    } else {
        &["Content-Location"]
    };
    let (name, other) = names.iter().find_map(|name| {
        let other = asked.join(answer.head.fields.first(name)?).ok()?;
        let is_web = matches!(other.scheme(), "http" | "https");
        (is_web && is_elsewhere(&other, &asked)).then_some((name, other))
    })?;
    let then = match *name {
        "Location" => "Clients go on there, perhaps past the proxy",
        _ => "The server takes itself for that one",
    };
    let (other, asked) = (shown(&other), shown(&asked));
    Some(format!(
        "Another host than the one asked is named: {other} in place of {asked}, by {name}. {then}."
    ))
}

/// Another host, or another port of the same one; from http to https a port must change.
fn is_elsewhere(other: &Url, asked: &Url) -> bool {
    let same_scheme = other.scheme() == asked.scheme();
    other.host_str() != asked.host_str()
        || (same_scheme && other.port_or_known_default() != asked.port_or_known_default())
}

/// Scheme, host and port, of bounded length: they came off the network.
fn shown(url: &Url) -> String {
    url.origin().ascii_serialization().chars().take(120).collect()
}

/// A remark with a capital letter and a full stop.
fn sentence(remark: &str) -> String {
    let mut letters = remark.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    format!("{}{}.", first.map(String::from).unwrap_or_default(), letters.as_str())
}

/// Observed: the host of a content URL is that of the request for it, the port the server's.
const HOST: &str = " A WSUS server builds the URLs of its content from the Host that it was asked \
                    for: see that nothing on the way rewrites Host.";

#[cfg(test)]
mod tests {
    use super::*;

    fn elsewhere(other: &str, asked: &str) -> bool {
        is_elsewhere(&Url::parse(other).unwrap(), &Url::parse(asked).unwrap())
    }

    #[test]
    fn another_host_is_told_from_another_path_or_scheme() {
        assert!(elsewhere("http://other/a", "http://wsus/a"));
        assert!(elsewhere("http://wsus/a", "http://wsus:8530/a"));
        assert!(elsewhere("https://other/a", "http://wsus/a"));
        assert!(!elsewhere("http://WSUS/b", "http://wsus:80/a"));
        assert!(!elsewhere("https://wsus/a", "http://wsus/a"));
    }

    #[test]
    fn remarks_become_sentences() {
        assert_eq!(sentence("with TLS on"), "With TLS on.");
        assert_eq!(sentence(""), ".");
    }
}
