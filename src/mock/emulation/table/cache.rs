//! The section of the cache of a chain of filters. Called by `emulation::cache`, which does what it
//! says, and by `emulation::proxy`.

use serde::Deserialize;

/// A cache.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Cache {
    /// A 206 with an explicit lifetime is stored as the entity.
    #[serde(default)]
    pub(crate) stores_partial: bool,
    /// Empty bodies are stored.
    #[serde(default)]
    pub(crate) stores_empty: bool,
    /// Bodies of unknown length are stored.
    #[serde(default)]
    pub(crate) stores_unknown_length: bool,
    /// An answer that is stored gets Expires when it has none.
    #[serde(default)]
    pub(crate) adds_expires: bool,
    /// What `no-cache` of the client does (RFC 2616 section 14.9.4, end-to-end reload).
    #[serde(default)]
    pub(crate) reload: Reload,
    /// What is kept counts as changed just now: under `If-Unmodified-Since` it is answered 412.
    #[serde(default)]
    pub(crate) changes_now: bool,
    pub(crate) hit_fields: HitFields,
    pub(crate) expired: Expired,
}

impl Cache {
    /// The client's fields that own conditions take the place of.
    pub(crate) fn replaced_by_conditions(&self) -> &'static [&'static str] {
        match self.expired {
            Expired::Revalidated | Expired::RevalidatedWithHead => &["If-Range"],
            Expired::RevalidatedWhole => &["If-Range", "Range"],
            _ => &[],
        }
    }
}

/// What the client's `no-cache` does.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Reload {
    /// In Pragma or Cache-Control, it passes the cache by, and nothing is stored.
    Bypasses,
    /// In either, what is kept counts as expired.
    Expires,
    /// In Pragma it passes the cache by; in Cache-Control it is not heeded.
    #[default]
    PragmaBypasses,
}

/// Where the fields of a hit stand.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum HitFields {
    /// Where the origin put them.
    AsStored,
    /// Last-Modified, Content-Length and Content-Type behind the rest, which is in the table for
    /// errors and stays on error pages.
    ErrorTable,
    /// Content-Type ahead.
    TypeFirst,
    /// Content-Type at the very end.
    TypeLast,
}

/// What an expired entry is good for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Expired {
    /// The client's request goes on as it came, and the answer replaces the entry.
    Fetched,
    /// 404 for every request, for good.
    NotFound,
    /// Every request goes on with an own condition, and the 304 goes to the client. After a HEAD
    /// the entry is gone.
    OwnCondition,
    /// A GET goes on with own conditions; a 304 refreshes the entry. The 304 to a HEAD goes to the
    /// client, and the entry is gone.
    Revalidated,
    /// A GET and a HEAD go on with own conditions; a 304 refreshes the entry.
    RevalidatedWithHead,
    /// As `revalidated-with-head`, without Range: the answer is cut here.
    RevalidatedWhole,
    /// Served as if it were fresh.
    Served,
}
