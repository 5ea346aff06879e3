//! A request as received and a reply as it will be written, with everything that a rule can change.

use std::time::Duration;

use bytes::Bytes;
use serde::Deserialize;
use tokio::net::TcpStream;

use super::body::Body;
use super::mechanism::Pace;
use super::parts::Parts;
use crate::wire::byte_range::RangeSet;
use crate::wire::fields::{Field, Fields};

/// A request head, and its body when it had a small one.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    /// The digit after the dot of the version.
    pub(crate) minor: u8,
    pub(crate) fields: Fields,
    pub(crate) body: Bytes,
}

impl Request {
    pub(crate) fn is_head(&self) -> bool {
        self.method == "HEAD"
    }

    pub(crate) fn is_connect(&self) -> bool {
        self.method == "CONNECT"
    }

    /// The ranges asked; Range has a meaning for GET only (RFC 9110 14.2).
    pub(crate) fn ranges(&self) -> Option<RangeSet> {
        let value = self.fields.first("range").filter(|_| self.method == "GET")?;
        RangeSet::parse(value)
    }

    /// The path and query of an origin-form or absolute-form target.
    pub(crate) fn path_and_query(&self) -> &str {
        match self.target.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("/", |slash| &rest[slash..]),
            None => &self.target,
        }
    }

    /// Whether the client keeps the connection (RFC 9112 9.3).
    pub(crate) fn keeps_alive(&self) -> bool {
        let says = |token| {
            self.fields.lists("connection", token) || self.fields.lists("proxy-connection", token)
        };
        !says("close") && (self.minor >= 1 || says("keep-alive"))
    }
}

/// A reply, before it is written.
#[derive(Debug)]
pub(crate) struct Reply {
    /// Interim statuses to send before it.
    pub(crate) interim: Vec<u16>,
    pub(crate) minor: u8,
    pub(crate) status: u16,
    pub(crate) reason: String,
    pub(crate) fields: Fields,
    pub(crate) body: Body,
    /// A multipart body that is not encoded yet; `body` is empty as long as this is some.
    pub(crate) parts: Option<Parts>,
    pub(crate) coding: Coding,
    pub(crate) head: HeadForm,
    pub(crate) delivery: Delivery,
    pub(crate) ending: Ending,
    /// It is out of a cache.
    pub(crate) is_hit: bool,
    /// Framing and Connection are settled already, and whether the connection ends with it.
    pub(crate) closes: Option<bool>,
    /// The other end of a tunnel that begins after this reply.
    pub(crate) tunnel: Option<TcpStream>,
}

/// How the body is put on the wire.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Coding {
    Chunked,
    /// Chunked, but the last chunk never comes.
    ChunkedWithoutEnd,
    Plain,
}

/// Deviations of the head from its fields.
#[derive(Clone, Debug, Default)]
pub(crate) struct HeadForm {
    /// Nothing but the body: HTTP/0.9.
    pub(crate) absent: bool,
    /// Header fields without end.
    pub(crate) endless: bool,
    /// Bytes of filler fields.
    pub(crate) filler: usize,
    /// Lines end in LF alone.
    pub(crate) bare_lf: bool,
    pub(crate) pace: Option<Pace>,
    /// Lines written as they are, after the fields.
    pub(crate) raw_lines: Vec<Bytes>,
    /// Written in place of the status line.
    pub(crate) status_line: Option<Bytes>,
    /// What happens after so many bytes of the head.
    pub(crate) cut: Option<(usize, After)>,
}

/// How the bytes of the body are delivered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Delivery {
    /// So many bytes are left out at the start.
    pub(crate) skip: u64,
    /// Delivery ends after so many bytes, and `after` happens.
    pub(crate) limit: Option<u64>,
    /// The byte at this place of the body is altered.
    pub(crate) corrupt: Option<u64>,
    /// Follows the body.
    pub(crate) append: Bytes,
    /// Bytes without end follow the body.
    pub(crate) endless: bool,
    /// Follows a HEAD's head.
    pub(crate) after_head: Bytes,
    pub(crate) pace: Option<Pace>,
    pub(crate) after: After,
}

/// What happens after the last byte that is delivered.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum After {
    /// The connection is closed.
    Close,
    /// All is well.
    #[default]
    Continue,
    /// The connection is reset (RST).
    Reset,
    /// Nothing more comes, the connection stays open.
    Stall,
}

/// What becomes of the connection after the reply.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ending {
    /// As the fields of request and reply say.
    AsSaid,
    /// Closed at once without a word.
    CloseSilently,
    /// Closed when no request came for this time.
    CloseWhenIdle(Duration),
}

impl Reply {
    /// A reply without fields and body.
    pub(crate) fn new(status: u16) -> Self {
        Self {
            interim: Vec::new(),
            minor: 1,
            status,
            reason: reason_of(status).to_owned(),
            fields: Fields::default(),
            body: Body::default(),
            parts: None,
            coding: Coding::Plain,
            head: HeadForm::default(),
            delivery: Delivery::default(),
            ending: Ending::AsSaid,
            is_hit: false,
            closes: None,
            tunnel: None,
        }
    }

    /// A whole page, with Date, Server, type and length.
    pub(crate) fn page(status: u16, content_type: &str, page: impl Into<Bytes>) -> Self {
        let page = page.into();
        let mut reply = Self::new(status);
        reply.fields.push("Server", SERVER);
        reply.fields.push("Date", httpdate::fmt_http_date(std::time::SystemTime::now()));
        reply.fields.push("Content-Type", content_type);
        reply.fields.push("Content-Length", page.len().to_string());
        reply.body = Body::fixed(page);
        reply
    }

    /// A one-line page in plain text.
    pub(crate) fn text(status: u16, text: &str) -> Self {
        Self::page(status, "text/plain", format!("{text}\n"))
    }

    pub(crate) fn set_status(&mut self, status: u16) {
        self.status = status;
        reason_of(status).clone_into(&mut self.reason);
    }

    /// The size of the whole file, as this reply states it.
    pub(crate) fn total(&self) -> Option<u64> {
        use crate::wire::content_range::ContentRange;
        use crate::wire::fields::ContentLength;
        match self.status {
            200 => match self.fields.content_length() {
                ContentLength::Valid { value, .. } => Some(value),
                _ => None,
            },
            206 | 416 => match (&self.parts, self.fields.first("content-range")) {
                (Some(parts), None) => parts.total(),
                (_, value) => ContentRange::parse(value?).ok()?.total(),
            },
            _ => None,
        }
    }
}

/// Takes all fields of this name out.
pub(crate) fn remove(fields: &mut Fields, name: &str) {
    rebuild(fields, |field| (!field.name.eq_ignore_ascii_case(name)).then_some(field));
}

/// Gives the first field of this name the value and takes the others out; appends it when absent.
pub(crate) fn set(fields: &mut Fields, name: &str, value: &str) {
    let mut is_set = false;
    rebuild(fields, |mut field| {
        if !field.name.eq_ignore_ascii_case(name) {
            return Some(field);
        }
        value.clone_into(&mut field.value);
        (!std::mem::replace(&mut is_set, true)).then_some(field)
    });
    if !is_set {
        fields.push(name, value);
    }
}

/// Removes the fields that are for one hop alone, and those that Connection names (RFC 9110 7.6.1).
pub(crate) fn remove_hop_by_hop(fields: &mut Fields) {
    remove_named_in_connection(fields);
    rebuild(fields, |field| {
        let is_it = HOP_BY_HOP.iter().any(|name| field.name.eq_ignore_ascii_case(name));
        (!is_it).then_some(field)
    });
}

/// Removes the fields that Connection names.
pub(crate) fn remove_named_in_connection(fields: &mut Fields) {
    let named: Vec<String> = fields
        .all("connection")
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_owned())
        .collect();
    for name in &named {
        remove(fields, name);
    }
}

/// Passes each field through `keep`, in order.
pub(crate) fn rebuild(fields: &mut Fields, keep: impl FnMut(Field) -> Option<Field>) {
    let old = std::mem::take(fields);
    *fields = old.iter().cloned().filter_map(keep).map(|field| (field.name, field.value)).collect();
}

/// The registered reason phrase.
pub(crate) fn reason_of(status: u16) -> &'static str {
    hyper::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("Unknown")
}

const HOP_BY_HOP: [&str; 8] = [
    "Connection",
    "Keep-Alive",
    "Proxy-Authorization",
    "Proxy-Connection",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
];
/// The value of `Server` and the name in `Via`.
pub(crate) const SERVER: &str = "bitsgate-mock";
