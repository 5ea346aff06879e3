//! Fresh objects on a user's URL: the same URL with a query that no one has used before. Called by
//! [`super::siblings`].
//!
//! Such a URL is used only where the server answers it with the size and the validators of the file.
//! A failure counts only when it repeats on another fresh URL, and when the usual order of requests
//! on such a URL is right: a server that treats queries in its own way must not change a verdict.

use rand::Rng as _;
use url::Url;

use super::leg::{Learned, LegRunner};
use super::notes;
use super::siblings::Siblings;
use crate::model::check::Check;
use crate::model::evidence::{Evidence, History, Sibling, stated_size};
use crate::model::exchange::{Answer, Exchange};
use crate::model::finding::Status;
use crate::model::probe::Purpose;
use crate::model::profile::Profile;
use crate::wire::content_range::ContentRange;
use crate::wire::head::ResponseHead;

/// The file under test, as its first answers show it.
#[derive(Clone, Debug)]
pub(super) struct Subject {
    /// Where the redirects led.
    pub(super) url: Url,
    /// In bytes.
    pub(super) size: u64,
    etag: Option<String>,
    last_modified: Option<String>,
}

/// A fresh URL that is asked in the usual order, and the exchanges about it so far.
pub(super) struct Control {
    pub(super) subject: Subject,
    pub(super) url: Url,
    pub(super) exchanges: Vec<Exchange>,
}

impl Subject {
    /// What the first exchanges of a phase show; none where the first range is not right, since
    /// other orders show nothing then.
    pub(super) fn of(exchanges: &[Exchange], profile: Profile, learned: &Learned) -> Option<Self> {
        let find = |purpose| exchanges.iter().find(|one| one.probe.purpose == purpose);
        let first = match profile {
            Profile::Bits => Purpose::RangeFirst,
            Profile::Do => Purpose::DoFirstBlock,
        };
        find(first)?.answer().filter(|answer| answer.head.status == 206)?;
        let head = &find(opening(profile))?.answer()?.head;
        let field = |name| head.fields.first(name).map(str::to_owned);
        Some(Self {
            url: learned.url().clone(),
            size: learned.size().filter(|&size| size > 0)?,
            etag: field("etag"),
            last_modified: field("last-modified"),
        })
    }

    /// The same URL with a query that no one has used before.
    pub(super) fn fresh_url(&self) -> Url {
        with_query(&self.url, rand::rng().random())
    }

    /// Why the answer to the first request for a fresh URL does not show the same file.
    pub(super) fn difference(&self, exchanges: &[Exchange]) -> Option<String> {
        if exchanges.iter().any(|one| one.probe.purpose == Purpose::Redirect) {
            return Some("the server redirects the URL when a query is added".to_owned());
        }
        let Some(exchange) = exchanges.last() else {
            return Some("the URL with a query was not asked".to_owned());
        };
        let answer = match &exchange.result {
            Ok(answer) => answer,
            Err(failure) => return Some(format!("the URL with a query got no answer ({failure})")),
        };
        let status = answer.head.status;
        if !matches!(status, 200 | 206) {
            return Some(format!("the server answers the URL with a query with {status}"));
        }
        match stated_size(exchange).or_else(|| total(answer)) {
            None => return Some("no size is stated for the URL with a query".to_owned()),
            Some(size) if size != self.size => {
                return Some(format!(
                    "the server states {size} bytes for the URL with a query, not {}",
                    self.size
                ));
            }
            Some(_) => {}
        }
        if let Some(sign) = notes::cache_sign(answer) {
            return Some(format!("the URL with a new query was answered from a cache ({sign})"));
        }
        self.other_validator(&answer.head)
    }

    fn other_validator(&self, head: &ResponseHead) -> Option<String> {
        let pairs = [("ETag", &self.etag), ("Last-Modified", &self.last_modified)];
        let mut both = pairs
            .into_iter()
            .filter_map(|(name, own)| Some((name, own.as_deref()?, head.fields.first(name)?)))
            .peekable();
        if both.peek().is_none() {
            return Some(
                "no validator shows that the URL with a query is the same file".to_owned(),
            );
        }
        let other = both.find(|(_, own, fresh)| own != fresh);
        other.map(|(name, ..)| format!("the server sends another {name} for the URL with a query"))
    }
}

/// Keeps of the siblings on fresh URLs what certainly comes from the order of requests. Why some
/// were dropped is noted in the evidence.
pub(super) async fn confirm(
    runner: &LegRunner<'_>,
    siblings: &Siblings<'_>,
    checks: &[&'static Check],
    evidence: &mut Evidence,
    mut control: Control,
) {
    let mut usual: Option<Evidence> = None;
    for index in 0..evidence.siblings.len() {
        let history = evidence.siblings[index].history;
        if !fails(checks, evidence, history) {
            continue;
        }
        if history == History::Filling {
            if !evidence.siblings[index].evidence.exchanges.iter().all(is_served) {
                let why = "the server did not answer while it was sending the file";
                drop_sibling(evidence, index, why);
                continue;
            }
        } else {
            let url = control.subject.fresh_url();
            let exchanges = siblings.ask_again(runner, &url, history, control.subject.size).await;
            evidence.siblings[index].evidence =
                runner.evidence_of_sibling(&url, control.subject.size, exchanges);
            if !fails(checks, evidence, history) {
                continue;
            }
        }
        if usual.is_none() {
            let more = siblings.ask_usual(runner, &control.url, control.subject.size).await;
            control.exchanges.extend(more);
            let exchanges = std::mem::take(&mut control.exchanges);
            usual = Some(runner.evidence_of_sibling(&control.url, control.subject.size, exchanges));
        }
        let Some(usual) = &usual else { continue };
        let swapped = Evidence {
            siblings: vec![Sibling { history, evidence: usual.clone() }],
            ..evidence.clone()
        };
        if fails(checks, &swapped, history) {
            let why = "the server answers ranges of the URL with a query in another way";
            drop_sibling(evidence, index, why);
        }
    }
    evidence.siblings.retain(|sibling| !sibling.evidence.exchanges.is_empty());
}

/// Empties a sibling, so that it is dropped later.
fn drop_sibling(evidence: &mut Evidence, index: usize, why: &str) {
    evidence.siblings[index].evidence.exchanges.clear();
    evidence.not_fresh = Some(why.to_owned());
}

/// Whether a check of siblings with this history fails.
fn fails(checks: &[&'static Check], evidence: &Evidence, history: History) -> bool {
    let of_history = checks.iter().filter(|check| {
        check.history == Some(history) && check.profiles.contains(&evidence.profile)
    });
    of_history
        .into_iter()
        .any(|check| matches!(check.judge(evidence).status, Status::Fail | Status::Inconclusive))
}

/// Whether a request was answered with success, to the end of the answer.
fn is_served(exchange: &Exchange) -> bool {
    exchange.failure().is_none()
        && exchange.answer().is_some_and(|answer| matches!(answer.head.status, 200 | 206))
}

/// The first request of a client.
pub(super) fn opening(profile: Profile) -> Purpose {
    match profile {
        Profile::Bits => Purpose::Head,
        Profile::Do => Purpose::DoFirstBytes,
    }
}

fn total(answer: &Answer) -> Option<u64> {
    let value = answer.head.fields.first("content-range").filter(|_| answer.head.status == 206)?;
    ContentRange::parse(value).ok()?.total()
}

pub(super) fn with_query(url: &Url, random: u64) -> Url {
    let before = url.query().filter(|query| !query.is_empty());
    let before = before.map_or_else(String::new, |query| format!("{query}&"));
    let mut fresh = url.clone();
    fresh.set_query(Some(&format!("{before}bitsgate={random:016x}")));
    fresh
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::head::parse_response_head;

    fn subject() -> Subject {
        Subject {
            url: Url::parse("http://a/b.cab").unwrap(),
            size: 100,
            etag: Some("\"v\"".to_owned()),
            last_modified: Some("Wed, 25 Nov 2020 16:46:48 GMT".to_owned()),
        }
    }

    #[test]
    fn a_fresh_url_keeps_the_query_that_is_there() {
        let fresh = |url: &str| with_query(&Url::parse(url).unwrap(), 10).to_string();
        let key = "bitsgate=000000000000000a";
        assert_eq!(fresh("http://a/b.cab"), format!("http://a/b.cab?{key}"));
        assert_eq!(fresh("http://a/b.cab?"), format!("http://a/b.cab?{key}"));
        assert_eq!(fresh("http://a/b?x=%2F&y=1"), format!("http://a/b?x=%2F&y=1&{key}"));
        assert_ne!(subject().fresh_url(), subject().fresh_url());
    }

    #[test]
    fn only_equal_validators_show_the_same_file() {
        let other = |fields: &str| {
            let text = format!("HTTP/1.1 200 OK\r\n{fields}\r\n");
            subject().other_validator(&parse_response_head(text.as_bytes()).unwrap().unwrap())
        };
        let date = "Last-Modified: Wed, 25 Nov 2020 16:46:48 GMT\r\n";
        assert_eq!(other(&format!("ETag: \"v\"\r\n{date}")), None);
        assert_eq!(other(date), None);
        assert!(other(&format!("ETag: \"w\"\r\n{date}")).unwrap().contains("another ETag"));
        assert!(other("").unwrap().contains("no validator"));
    }
}
