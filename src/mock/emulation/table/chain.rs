//! The sections of a chain of filters: what the next server is asked, how its answer is read, and
//! how a head, a length, a cut and an error page are made. Each belongs to the mechanism of its
//! name; `Cuts` and `Page` count for gateways too.

use serde::Deserialize;

use crate::mock::cut::{Otherwise, Several};

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

/// What the next server gets as Connection.
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
    /// The name in the response to CONNECT, as `missing-server`.
    pub(crate) proxy_agent: Option<String>,
    /// The origin's status line is written even when the status is another by then.
    pub(crate) stale_status_line: bool,
    /// Content-Length is dropped when there is a Transfer-Encoding too.
    pub(crate) coding_beats_length: bool,
    /// A head of 255 to 257 bytes is made longer by `X-Pad`.
    pub(crate) pads: bool,
    /// The client's Connection is still seen when keep-alive is decided: clients of HTTP/1.0 can
    /// keep their connection.
    pub(crate) sees_keep_alive: bool,
}

/// Which Date is sent.
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
