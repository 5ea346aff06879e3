//! What a gateway has kept, by URL.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use super::table::Keeps;
use crate::wire::fields::Fields;

/// All that is kept.
#[derive(Debug, Default)]
pub(crate) struct Store(Mutex<HashMap<String, Kept>>);

/// A kept answer, its fields as they came.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) status: u16,
    pub(super) reason: String,
    pub(super) fields: Fields,
    pub(super) body: Bytes,
    pub(super) since: SystemTime,
}

impl Store {
    /// What is kept of a URL and not too old.
    pub(super) fn find(&self, rules: &Keeps, url: &str) -> Option<Kept> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.get(url)?;
        let lifetime = Duration::from_secs(rules.seconds);
        (found.since.elapsed().unwrap_or_default() < lifetime).then(|| found.clone())
    }

    pub(super) fn keep(&self, url: String, answer: Kept) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.insert(url, answer);
        let size = |kept: &HashMap<String, Kept>| kept.values().map(|one| one.body.len()).sum();
        let mut held: usize = size(&kept);
        while held > MOST_BYTES || kept.len() > MOST_ENTRIES {
            // There is one: a single body is smaller than all may be.
            let oldest = kept.iter().min_by_key(|(_, one)| one.since).map(|(url, _)| url.clone());
            let gone = oldest.and_then(|url| kept.remove(&url));
            held -= gone.map_or(held, |one| one.body.len());
        }
    }
}

impl Keeps {
    /// Whether an answer with this head may be kept, as far as its head states.
    pub(super) fn wants(&self, status: u16, fields: &Fields) -> bool {
        let is_forbidden =
            ["no-store", "private"].iter().any(|token| fields.lists("cache-control", token));
        self.statuses.contains(&status)
            && !is_forbidden
            && (!self.needs_lifetime || tells_lifetime(fields))
    }
}

fn tells_lifetime(fields: &Fields) -> bool {
    let directives = fields.all("cache-control").flat_map(|value| value.split(','));
    let mut names = directives.filter_map(|part| part.trim().split_once('=')).map(|(name, _)| name);
    let is_lifetime =
        |name: &str| ["max-age", "s-maxage"].iter().any(|known| known.eq_ignore_ascii_case(name));
    fields.has("expires") || names.any(is_lifetime)
}

const MOST_BYTES: usize = 256 << 20;
const MOST_ENTRIES: usize = 4096;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_keep_only_what_tells_its_lifetime() {
        let wants = |needs_lifetime, fields: &[(&str, &str)]| {
            let keeps = Keeps {
                statuses: vec![200],
                largest: 1,
                seconds: 1,
                learns_length: false,
                decodes: false,
                not_for_http_10: false,
                not_of_ranges: false,
                needs_lifetime,
                codes: false,
            };
            keeps.wants(200, &fields.iter().copied().collect())
        };
        let public = ("Cache-Control", "public");
        for fields in [&[][..], &[public]] {
            assert!(wants(false, fields));
            assert!(!wants(true, fields));
        }
        for said in ["public, max-age=9", "S-MaxAge=9"] {
            assert!(wants(true, &[("Cache-Control", said)]), "{said}");
        }
        assert!(wants(true, &[("Expires", "Tue, 01 Mar 2005 10:00:00 GMT")]));
        assert!(!wants(true, &[("Cache-Control", "max-age=9, no-store")]));
    }
}
