//! The part of an emulation's table that describes a gateway: what it asks, what it keeps and how it
//! writes the head. Everything left out means a proxy that changes nothing.

#![allow(clippy::struct_excessive_bools, reason = "each is a fact of its own, named in the tables")]

use serde::Deserialize;

/// A gateway.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Gateway {
    pub(crate) asks: Asks,
    /// Without it nothing is kept.
    pub(crate) keeps: Option<Keeps>,
    pub(crate) head: Head,
}

/// What the next server is asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Asks {
    /// HEAD becomes GET: the whole file is fetched for it.
    pub(crate) head_as_get: bool,
    /// Fields that are not passed on.
    pub(crate) remove: Vec<String>,
    /// When not empty: the only fields that are passed on, besides Host.
    pub(crate) only: Vec<String>,
    /// Fields that replace the client's or follow them, as `Name: value`.
    pub(crate) set: Vec<String>,
    pub(crate) range: OnRange,
    /// Accept-Encoding becomes `gzip` when it allows that, and is dropped otherwise.
    pub(crate) gzip_or_no_coding: bool,
    /// The file is fetched in aligned pieces of so many bytes, each with a Range of its own.
    pub(crate) slice: Option<u64>,
    pub(crate) lower_case_names: bool,
    /// Fields that the next server is taken not to send: its share of what goes wrong.
    pub(crate) server_lacks: Vec<String>,
    /// A 206 of the next server, which was not asked for a range, is answered with this status.
    pub(crate) status_for_unasked_206: Option<u16>,
    /// A client's HTTP/1.0 is passed on; otherwise everything is HTTP/1.1.
    pub(crate) version_of_client: bool,
    /// Everything is HTTP/1.0.
    pub(crate) http_10: bool,
}

/// What becomes of the client's Range on its way to the next server.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OnRange {
    #[default]
    Kept,
    /// Kept only when the field begins with `bytes=0-`.
    KeptFromZero,
    /// Removed unless it cannot be read as ranges of bytes.
    RemovedWhenReadable,
}

/// A cache.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Keeps {
    /// Answers to GET with these statuses.
    pub(crate) statuses: Vec<u16>,
    /// Only bodies of at most so many bytes.
    pub(crate) largest: u64,
    /// For so long.
    pub(crate) seconds: u64,
    /// A kept body has a length, also when its answer came without one.
    #[serde(default)]
    pub(crate) learns_length: bool,
    /// What the next server coded with gzip goes out plain, with a weak entity tag.
    #[serde(default)]
    pub(crate) decodes: bool,
    /// Clients of HTTP/1.0 neither fill it nor get anything out of it.
    #[serde(default)]
    pub(crate) not_for_http_10: bool,
    /// Nothing is kept that came for a request with Range.
    #[serde(default)]
    pub(crate) not_of_ranges: bool,
    /// Only what states its lifetime is kept, by max-age, s-maxage or Expires.
    #[serde(default)]
    pub(crate) needs_lifetime: bool,
    /// Bodies are coded again before they are kept: until a body is kept whole, its length is not known.
    #[serde(default)]
    pub(crate) codes: bool,
}

/// The head that is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Head {
    /// Names in the order of the head. `*` stands for the next server's fields that are not named,
    /// `new` for those that are set here and not named. `+Name` is meant for a field only when it
    /// is set here.
    pub(crate) order: Vec<String>,
    /// The same for own error pages and for several parts, when they differ. What these do not name
    /// is left out.
    pub(crate) order_of_pages: Vec<String>,
    pub(crate) order_of_parts: Vec<String>,
    /// Fields of every answer, as `Name: value`. `{hit}` stands for HIT or MISS, `{host}` for the
    /// name of the proxy, `{age}` for seconds, `{minor}` for the digit of the client's version,
    /// `{now}` for the date, `{ids}` for a number, and a second one on a hit.
    pub(crate) set: Vec<String>,
    /// The same for hits.
    pub(crate) set_on_hits: Vec<String>,
    /// The same for what ranges can be cut out of.
    pub(crate) set_on_files: Vec<String>,
    /// The same for own error pages.
    pub(crate) set_on_pages: Vec<String>,
    /// What is set again stands where the next server's field stood.
    pub(crate) keeps_places: bool,
    /// When not empty: the only fields besides Connection and those that cutting sets.
    pub(crate) only: Vec<String>,
    /// The own words behind 416.
    pub(crate) words_of_416: Option<String>,
    /// Own words stand behind the status of the next server too.
    pub(crate) own_words: bool,
    /// A length that is right already keeps its place when cutting sets it.
    pub(crate) keeps_equal_length: bool,
    /// The next server's Connection is passed on.
    pub(crate) keeps_connection: bool,
    /// HEAD of a file without a known length says `Transfer-Encoding: chunked`.
    pub(crate) states_coding: bool,
    /// A chunked 206 of the next server never ends.
    pub(crate) unended_206: bool,
    /// The version is that of the client, which may be HTTP/1.0.
    pub(crate) version_of_client: bool,
    /// What a kept connection says, as `Name: value`. `{connection}` stands for Proxy-Connection if
    /// the client sent that, else for Connection.
    pub(crate) kept: Option<String>,
    /// What a closed one says.
    pub(crate) closed: Option<String>,
    /// Clients of HTTP/1.0 get no notice that the connection closes.
    pub(crate) closes_http_10_unsaid: bool,
    /// Methods after which the connection is closed, with notice.
    pub(crate) methods_that_close: Vec<String>,
    /// A body without a known length ends with the connection, for clients of HTTP/1.1 too.
    pub(crate) never_chunks: bool,
    pub(crate) persistence: Persistence,
}

/// When a connection is kept.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Persistence {
    /// As Connection says; Proxy-Connection is not known.
    #[default]
    Connection,
    Never,
    /// As Connection or Proxy-Connection says.
    ProxyConnection,
    /// The same for HTTP/1.0; `Proxy-Connection: close` of HTTP/1.1 is not seen.
    ProxyConnectionOfOld,
}
