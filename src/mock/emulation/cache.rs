//! A cache as Apache's `mod_cache` is one: what it stores, how long that is fresh, and how a hit looks.

use std::collections::HashMap;
use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use super::flow::{Flow, Piece, Pieces, are_whole, joined};
use super::table::{Cache, HitFields, Reload};
use crate::mock::message::{Request, remove, set};
use crate::wire::fields::{ContentLength, Fields};

/// What a proxy has stored, by URL.
#[derive(Debug, Default)]
pub(crate) struct Store(Mutex<HashMap<String, Entry>>);

/// A stored answer.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    status: u16,
    fields: Fields,
    content_type: Option<String>,
    body: Bytes,
    stored: SystemTime,
    /// How old it was when it came.
    age: Duration,
    lifetime: Duration,
}

impl Store {
    pub(super) fn find(&self, url: &str) -> Option<Entry> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(url).cloned()
    }

    pub(super) fn remove(&self, url: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(url);
    }

    /// Stores an entry in place of any other.
    pub(super) fn put(&self, url: &str, entry: Entry) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if entries.len() >= MOST_ENTRIES {
            entries.clear();
        }
        entries.insert(url.to_owned(), entry);
    }

    /// Stores the answer to a GET when this version would, with its whole body; the pieces stay as
    /// they were.
    pub(super) async fn keep(
        &self,
        rules: &Cache,
        request: &Request,
        flow: &mut Flow,
    ) -> io::Result<()> {
        let Some(lifetime) = lifetime(flow, request).filter(|found| {
            matches!(flow.status, 200 | 203 | 300 | 301)
                || (flow.status == 206 && rules.stores_partial && found.is_explicit)
        }) else {
            return Ok(());
        };
        // The size must be known ahead: from Content-Length, or from an end in the first piece.
        let known = match flow.fields.content_length() {
            ContentLength::Valid { value, .. } => usize::try_from(value).unwrap_or(usize::MAX),
            _ if rules.stores_unknown_length => LARGEST,
            _ => 0,
        };
        let is_known_empty = known == 0 && flow.fields.has("content-length");
        if known > LARGEST || (is_known_empty && !rules.stores_unknown_length) {
            return Ok(());
        }
        // Before it is seen whether there is anything to store.
        if rules.adds_expires && !flow.fields.has("expires") {
            flow.fields.push("Expires", httpdate::fmt_http_date(SystemTime::now() + lifetime.time));
        }
        let pieces = flow.pieces.take(known).await?;
        let body = joined(&pieces);
        let is_whole = are_whole(&pieces);
        flow.pieces.put_back(pieces);
        if !is_whole || (body.is_empty() && !rules.stores_empty) {
            return Ok(());
        }
        let age = flow.fields.first("age").and_then(|age| age.parse().ok()).unwrap_or(0);
        let entry = Entry {
            status: flow.status,
            fields: flow.fields.clone(),
            content_type: flow.content_type.clone(),
            body,
            stored: SystemTime::now(),
            age: Duration::from_secs(age),
            lifetime: lifetime.time,
        };
        self.put(&request.target, entry);
        Ok(())
    }
}

impl Entry {
    fn is_fresh(&self) -> bool {
        self.current_age() < self.lifetime
    }

    /// The fields by which the origin is asked whether this is still right.
    pub(super) fn conditions(&self) -> Vec<(&'static str, String)> {
        let known = [("If-None-Match", "etag"), ("If-Modified-Since", "last-modified")];
        let of = |(condition, name)| Some((condition, self.fields.first(name)?.to_owned()));
        known.into_iter().filter_map(of).collect()
    }

    /// This entry made fresh by a 304, and the answer: that of a hit, but without Age, and with
    /// Last-Modified set to a new value.
    pub(super) fn refresh(mut self, rules: &Cache, request: &Request, said: &Flow) -> (Self, Flow) {
        for field in said.fields.iter() {
            let is_of_body = ["content-length", "content-type"]
                .iter()
                .any(|name| field.name.eq_ignore_ascii_case(name));
            if !is_of_body && self.fields.has(&field.name) {
                set(&mut self.fields, &field.name, &field.value);
            }
        }
        self.stored = SystemTime::now();
        self.age = Duration::ZERO;
        if let Some(found) = lifetime(said, request) {
            self.lifetime = found.time;
        }
        let mut flow = self.clone().hit(rules);
        remove(&mut flow.fields, "Age");
        if let Some(modified) = flow.fields.first("last-modified").map(str::to_owned) {
            remove(&mut flow.fields, "Last-Modified");
            flow.fields.push("Last-Modified", modified);
        }
        (self, flow)
    }

    /// The answer as this cache gives it: all of it in one piece, and no status line of its own.
    pub(super) fn hit(self, rules: &Cache) -> Flow {
        let age = self.current_age().as_secs().to_string();
        let (mut error_fields, mut fields) = (Fields::default(), self.fields);
        match rules.hit_fields {
            HitFields::AsStored => {}
            HitFields::ErrorTable => {
                error_fields = std::mem::take(&mut fields);
                for name in ["Last-Modified", "Content-Length", "Content-Type"] {
                    if let Some(value) = error_fields.first(name) {
                        fields.push(name, value);
                    }
                    remove(&mut error_fields, name);
                }
            }
            HitFields::TypeFirst => {
                let mut first = Fields::default();
                if let Some(content_type) = &self.content_type {
                    first.push("Content-Type", content_type);
                }
                remove(&mut fields, "Content-Type");
                let rest = fields.iter().map(|field| (field.name.clone(), field.value.clone()));
                rest.for_each(|(name, value)| first.push(name, value));
                fields = first;
            }
            HitFields::TypeLast => remove(&mut fields, "Content-Type"),
        }
        set(&mut fields, "Age", &age);
        Flow {
            status: self.status,
            status_line: None,
            error_fields,
            fields,
            content_type: self.content_type,
            pieces: Pieces::of([Piece::last(self.body)]),
        }
    }

    fn current_age(&self) -> Duration {
        self.age + self.stored.elapsed().unwrap_or_default()
    }
}

/// Whether the client wants an answer that is not from the cache.
pub(super) fn is_bypassed(rules: &Cache, request: &Request) -> bool {
    let fields = &request.fields;
    let by_no_cache = match rules.reload {
        Reload::Bypasses => says_no_cache(request),
        Reload::Expires => false,
        Reload::PragmaBypasses => fields.lists("pragma", "no-cache"),
    };
    by_no_cache || fields.has("authorization")
}

/// Whether an entry may answer the client without a word to the origin.
pub(super) fn is_served(rules: &Cache, request: &Request, entry: &Entry) -> bool {
    let is_expired = rules.reload == Reload::Expires && says_no_cache(request);
    entry.is_fresh() && !is_expired
}

fn says_no_cache(request: &Request) -> bool {
    let fields = &request.fields;
    fields.lists("pragma", "no-cache") || fields.lists("cache-control", "no-cache")
}

/// Whether the client asks under a condition: the origin is asked, and its answer is stored.
pub(super) fn is_conditional(request: &Request) -> bool {
    let conditions = ["if-none-match", "if-modified-since", "if-match"];
    conditions.iter().any(|name| request.fields.has(name))
}

struct Lifetime {
    time: Duration,
    /// Said by Cache-Control or Expires, not guessed.
    is_explicit: bool,
}

/// How long the answer is fresh; nothing when it must not be stored.
fn lifetime(flow: &Flow, request: &Request) -> Option<Lifetime> {
    let fields = &flow.fields;
    let is_private = ["no-store", "private", "no-cache"]
        .iter()
        .any(|token| fields.lists("cache-control", token));
    let has_validator = ["last-modified", "etag", "expires"].iter().any(|name| fields.has(name));
    if is_private || !has_validator || (request.target.contains('?') && !fields.has("expires")) {
        return None;
    }
    let date = |name| httpdate::parse_http_date(fields.first(name)?).ok();
    let now = date("date").unwrap_or_else(SystemTime::now);
    let said = seconds(fields, "s-maxage").or_else(|| seconds(fields, "max-age")).or_else(|| {
        let expires = fields.first("expires")?;
        let expires = httpdate::parse_http_date(expires).unwrap_or(now);
        Some(expires.duration_since(now).unwrap_or_default())
    });
    let guessed = || match date("last-modified") {
        Some(modified) => (now.duration_since(modified).unwrap_or_default() / 10).min(LONGEST),
        None => DEFAULT,
    };
    Some(Lifetime { time: said.unwrap_or_else(guessed), is_explicit: said.is_some() })
}

fn seconds(fields: &Fields, directive: &str) -> Option<Duration> {
    fields.all("cache-control").flat_map(|value| value.split(',')).find_map(|part| {
        let (name, value) = part.trim().split_once('=')?;
        let is_it = name.eq_ignore_ascii_case(directive);
        value.trim_matches('"').parse().ok().filter(|_| is_it).map(Duration::from_secs)
    })
}

/// `CacheDefaultExpire` and `CacheMaxExpire` of the measured configuration.
const DEFAULT: Duration = Duration::from_hours(1);
const LONGEST: Duration = Duration::from_hours(24);
/// `CacheMaxFileSize` of the measured configuration, in bytes.
const LARGEST: usize = 10_000_000;
const MOST_ENTRIES: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds and whether they are said, for an answer with these fields.
    fn seconds_of(target: &str, fields: &[(&str, &str)]) -> Option<(u64, bool)> {
        let flow = Flow {
            status: 200,
            status_line: None,
            error_fields: Fields::default(),
            fields: fields.iter().copied().collect(),
            content_type: None,
            pieces: Pieces::default(),
        };
        let request = Request {
            method: "GET".into(),
            target: target.into(),
            minor: 1,
            fields: Fields::default(),
            body: Bytes::new(),
        };
        lifetime(&flow, &request).map(|found| (found.time.as_secs(), found.is_explicit))
    }

    #[test]
    fn a_lifetime_is_said_or_guessed() {
        let date = ("Date", "Tue, 01 Mar 2005 10:00:00 GMT");
        let (etag, max_age) = (("ETag", "\"a\""), ("Cache-Control", "public, max-age=9"));
        assert_eq!(seconds_of("/a", &[date, etag, max_age]), Some((9, true)));
        let shared = ("Cache-Control", "max-age=9, s-maxage=8");
        assert_eq!(seconds_of("/a", &[date, etag, shared]), Some((8, true)));
        let expires = ("Expires", "Tue, 01 Mar 2005 10:01:00 GMT");
        assert_eq!(seconds_of("/a?b", &[date, expires]), Some((60, true)));
        assert_eq!(seconds_of("/a", &[date, ("Expires", "0")]), Some((0, true)));
        let modified = ("Last-Modified", "Tue, 01 Mar 2005 09:00:00 GMT");
        assert_eq!(seconds_of("/a", &[date, modified]), Some((360, false)));
        let old = ("Last-Modified", "Mon, 01 Mar 2004 09:00:00 GMT");
        assert_eq!(seconds_of("/a", &[date, old]), Some((86400, false)));
        assert_eq!(seconds_of("/a", &[date, etag]), Some((3600, false)));
    }

    #[test]
    fn some_answers_are_not_stored() {
        let etag = ("ETag", "\"a\"");
        assert_eq!(seconds_of("/a", &[]), None);
        assert_eq!(seconds_of("/a?b", &[etag]), None);
        for directive in ["no-store", "private", "no-cache"] {
            assert_eq!(
                seconds_of("/a", &[etag, ("Cache-Control", directive)]),
                None,
                "{directive}"
            );
        }
    }
}
