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
    /// Whether an answer with this head may be kept, as far as its head tells.
    pub(super) fn wants(&self, status: u16, fields: &Fields) -> bool {
        let is_forbidden =
            ["no-store", "private"].iter().any(|token| fields.lists("cache-control", token));
        self.statuses.contains(&status) && !is_forbidden
    }
}

const MOST_BYTES: usize = 256 << 20;
const MOST_ENTRIES: usize = 4096;
