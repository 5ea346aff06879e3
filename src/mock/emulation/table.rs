//! The table of an emulation, as `src/mock/emulations/*.toml` writes it. Every section left out
//! means a proxy that changes nothing.

#![allow(clippy::struct_excessive_bools, reason = "each is a fact of its own, named in the tables")]

use serde::{Deserialize, Deserializer};

use super::gateway::Gateway;
use crate::bits::hresult::Hresult;
use crate::mock::cut::{Otherwise, Policy, Several};
use crate::mock::layout::Layout;
use crate::mock::mechanism::Rule;

/// All that is known of a version, or of versions that behave alike.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Table {
    /// Permanent, kebab-case: product, version and variant, such as `apache-2.0.43-disk`.
    pub id: String,
    /// The first and the last version of which this holds. Each of them is a name too.
    pub versions: Option<[String; 2]>,
    /// What follows the version in the names, such as `-disk`.
    #[serde(default)]
    pub suffix: String,
    /// More names of exactly this.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// The product in words, without version.
    pub product: String,
    /// What it does that others do not, in one line.
    pub summary: String,
    /// Ids of the bugs that it has.
    #[serde(default)]
    pub bugs: Vec<String>,
    /// Where this is known from.
    pub evidence: String,
    /// What is not known and therefore not emulated, or emulated by guess.
    #[serde(default)]
    pub unknown: Vec<String>,
    /// What a run against it concludes.
    pub promise: Promise,
    /// What it does besides, in terms of the mechanisms of faults.
    #[serde(default, rename = "rule")]
    pub(crate) rules: Vec<Rule>,
    #[serde(default)]
    pub(crate) request: Request,
    #[serde(default)]
    pub(crate) reading: Reading,
    #[serde(default)]
    pub(crate) head: Head,
    #[serde(default)]
    pub(crate) length: Length,
    #[serde(default)]
    pub(crate) cuts: Cuts,
    #[serde(default)]
    pub(crate) ranges: Policy,
    #[serde(default)]
    pub(crate) parts: Layout,
    #[serde(default)]
    pub(crate) page: Page,
    #[serde(default)]
    pub(crate) gzip: bool,
    pub(crate) cache: Option<Cache>,
    /// A proxy that fetches, keeps and cuts files itself; then the other sections do not count, but
    /// for `cuts`, `ranges`, `parts` and `page`.
    pub(crate) gateway: Option<Gateway>,
}

/// What a run must conclude.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Promise {
    /// The target that shows it.
    #[serde(default = "mock")]
    pub target: String,
    /// The verdict of the run.
    pub verdict: Verdict,
    /// The code that the job shows; none when it transfers.
    #[serde(default, deserialize_with = "read_hresult")]
    pub hresult: Option<Hresult>,
    /// Id of a check that fails.
    pub check: Option<String>,
}

impl Promise {
    /// The code of the job in words.
    pub fn job(&self) -> String {
        self.hresult.map_or_else(|| String::from("transferred"), |code| code.to_string())
    }
}

/// The verdict of a run.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// A required check fails.
    Fail,
    /// All is well.
    Pass,
    /// Only a recommended or informational check fails.
    Warn,
}

impl Verdict {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fail => "fail",
            Self::Pass => "pass",
            Self::Warn => "warn",
        }
    }
}

/// A bug, told once for all versions that have it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Bug {
    /// Permanent within the file.
    pub id: String,
    /// One line.
    pub title: String,
    /// Number in the product's bug tracker, or of the advisory.
    pub number: Option<String>,
    /// What happens on the wire, and why.
    pub text: String,
    /// The versions that have it, first to last.
    pub versions: String,
    /// The change that mended it.
    pub fix: Option<String>,
    /// What helps without an upgrade.
    pub workaround: Option<String>,
}

/// What the next server is asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Request {
    /// `Max-Forwards` of a request that has none; 0: none. One that is there counts down by 1.
    pub(crate) max_forwards: u32,
    pub(crate) connection: ToOrigin,
    /// The connection serves the next request of the same client too, when the origin keeps it.
    pub(crate) reuses_connection: bool,
    /// Characters that are percent-encoded in the path.
    pub(crate) escapes: String,
}

/// What the next server is told of the connection.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ToOrigin {
    /// `Connection: close` when the client said so, otherwise nothing.
    #[default]
    AsClient,
    /// `Connection: close` each time.
    Close,
    /// `Connection: Keep-Alive` each time.
    KeepAlive,
}

/// How the answer of the next server is read off the socket. The pieces read are the chunks of a
/// chunked answer, and some versions act only when all is in the first piece.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Reading {
    /// Largest piece, in bytes.
    pub(crate) piece: usize,
    /// The piece counts from the head on: the first holds less of the body. Otherwise it is of the
    /// body alone, and filled.
    pub(crate) counts_head: bool,
    /// When the body comes after the head, an empty piece goes ahead of it.
    pub(crate) flushes_head: bool,
}

impl Default for Reading {
    fn default() -> Self {
        Self { piece: 8192, counts_head: false, flushes_head: false }
    }
}

/// The head that is written.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Head {
    pub(crate) date: Date,
    /// `Server` of an answer that has none; `{version}` stands for the version. Empty: none.
    pub(crate) missing_server: Option<String>,
    /// Who is named in the answer to CONNECT, as `missing-server`.
    pub(crate) proxy_agent: Option<String>,
    /// The origin's status line is written even when the status is another by then.
    pub(crate) stale_status_line: bool,
    /// Content-Length is dropped when Transfer-Encoding stands beside it.
    pub(crate) coding_beats_length: bool,
    /// A head of 255 to 257 bytes is made longer by `X-Pad`.
    pub(crate) pads: bool,
    /// The client's Connection is still seen when keep-alive is decided: clients of HTTP/1.0 can
    /// keep their connection.
    pub(crate) sees_keep_alive: bool,
}

/// Whose Date is sent.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Date {
    /// The origin's, and an own one when it sent none.
    #[default]
    Origin,
    Own,
}

/// When an answer has a Content-Length.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Length {
    /// The origin's is dropped when a body follows; it comes back only if the end of the body is
    /// seen in time.
    pub(crate) removed_before_body: bool,
    /// So many bytes are held back in wait for the end; 0: no more than the first piece.
    pub(crate) hold: usize,
    /// All is held back when the client speaks HTTP/1.0.
    pub(crate) holds_all_for_http_10: bool,
    pub(crate) on_head: OnHead,
}

/// What becomes of the Content-Length of a HEAD.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OnHead {
    #[default]
    Kept,
    /// It is overwritten by the 0 bytes that were sent, and a 0 is dropped.
    Lost,
    /// A 0 is dropped.
    ZeroLost,
}

/// When the proxy itself cuts Range out of a whole file (200), and how it sends that. What is cut
/// is said by the [`Policy`], how parts look by the [`Layout`].
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Cuts {
    pub(crate) when: When,
    /// For HEAD too.
    pub(crate) for_head: bool,
    /// Only when the next server's answer has Accept-Ranges, whatever its value.
    pub(crate) needs_accept_ranges: bool,
    /// `If-Unmodified-Since` is compared here.
    pub(crate) conditions: bool,
    /// `Request-Range` and old browsers are served `multipart/x-byteranges`.
    pub(crate) request_range: bool,
    /// What is answered to several ranges when the file is not kept yet.
    pub(crate) several_on_miss: Option<Several>,
    /// What is answered to any range of a client of HTTP/1.0, when it is not cut like others.
    pub(crate) of_http_10: Option<Otherwise>,
    /// Parts after which what is ready is sent on; 0: all at once.
    pub(crate) parts_at_once: usize,
}

/// When Range is cut.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum When {
    /// A single range is measured against a length of 0, so it is never satisfiable; a list is
    /// cut.
    AgainstZero,
    Always,
    /// Only when the whole body is in the first piece.
    FirstPiece,
    /// Only out of what is kept.
    Hits,
    #[default]
    Never,
}

/// The error page of a range that is not satisfiable.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Page {
    /// The document type.
    pub(crate) doctype: String,
    /// Its title is the origin's status line.
    pub(crate) stale_title: bool,
    /// The whole page of a gateway: `{status}` stands for code and words.
    pub(crate) body: Option<String>,
    /// That of its own 412, if it is another one. Without any text it has no Content-Type either.
    pub(crate) body_of_412: Option<String>,
    /// Fields of a gateway's page that has a body, as `Name: value`.
    pub(crate) fields: Vec<String>,
}

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
    /// Bodies are stored whose length is not known ahead.
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

fn mock() -> String {
    String::from("mock:")
}

fn read_hresult<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Hresult>, D::Error> {
    u32::deserialize(deserializer).map(|code| Some(Hresult(code)))
}
