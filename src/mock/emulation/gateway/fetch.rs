//! Asks the next server, as the table says.

use std::io;
use std::time::Duration;

use super::table::{Asks, Gateway, OnRange};
use crate::mock::emulation::reading::{Connection, Reader, Slot};
use crate::mock::emulation::table::Reading;
use crate::mock::message::{Request, rebuild, remove, remove_hop_by_hop, set};
use crate::mock::proxy::with_port;
use crate::wire::byte_range::RangeSet;
use crate::wire::fields::{ContentLength, Fields};

/// What is asked, and of whom.
#[derive(Clone, Debug)]
pub(super) struct Asker {
    pub(super) gateway: &'static Gateway,
    pub(super) request: Request,
    pub(super) authority: String,
    pub(super) path: String,
}

/// An answer of the next server, without the fields of its hop.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) status: u16,
    pub(super) reason: String,
    pub(super) fields: Fields,
    /// Whether it was asked for by HEAD.
    pub(super) is_head: bool,
    /// Of the body, or of that of a GET, in bytes.
    pub(super) length: Option<u64>,
    pub(super) is_chunked: bool,
    pub(super) body: Reader,
}

impl Asker {
    /// The answer to the client's request, or to one for `range`.
    pub(super) async fn fetch(&self, range: Option<&str>) -> io::Result<Fetched> {
        let is_head = self.request.is_head() && !self.gateway.asks.head_as_get;
        let bytes = self.outgoing(is_head, range);
        let authority = with_port(&self.authority, 80);
        let (slot, reading) = (Slot::default(), Reading::default());
        let asked = Connection::ask(&slot, &authority, &bytes, is_head, reading);
        let (head, connection) = tokio::time::timeout(UPSTREAM_TIMEOUT, asked)
            .await
            .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        let body = connection.body(&head, is_head, reading, None);
        let mut fields = head.fields;
        let is_chunked = fields.has("transfer-encoding");
        let connection = fields.first("connection").map(str::to_owned);
        remove_hop_by_hop(&mut fields);
        if let Some(value) = connection.filter(|_| self.gateway.head.keeps_connection) {
            fields.push("Connection", value);
        }
        for name in &self.gateway.asks.server_lacks {
            remove(&mut fields, name);
        }
        if is_chunked {
            remove(&mut fields, "Content-Length");
        }
        let length = match fields.content_length() {
            ContentLength::Valid { value, .. } => Some(value),
            ContentLength::Absent => None,
            _ => return Err(io::Error::other("its Content-Length cannot be read")),
        };
        let (status, reason) = (head.status, head.reason);
        Ok(Fetched { status, reason, fields, is_head, length, is_chunked, body })
    }

    fn outgoing(&self, is_head: bool, range: Option<&str>) -> Vec<u8> {
        let asks = &self.gateway.asks;
        let method = match self.request.method.as_str() {
            "HEAD" if !is_head => "GET",
            method => method,
        };
        let minor = match self.request.minor {
            _ if asks.http_10 => 0,
            minor if asks.version_of_client => minor,
            _ => 1,
        };
        let mut fields = Fields::default();
        fields.push("Host", &self.authority);
        if let Some(range) = range {
            fields.push("Range", range);
        }
        for field in passed_on(asks, &self.request).iter() {
            fields.push(&field.name, &field.value);
        }
        if asks.gzip_or_no_coding {
            let accepts_gzip = ["gzip", "*"].iter().any(|own| fields.lists("accept-encoding", own));
            remove(&mut fields, "Accept-Encoding");
            if accepts_gzip {
                fields.push("Accept-Encoding", "gzip");
            }
        }
        for line in &asks.set {
            let (name, value) = line.split_once(": ").unwrap_or((line, ""));
            set(&mut fields, name, value);
        }
        let mut text = format!("{method} {} HTTP/1.{minor}\r\n", self.path);
        for field in fields.iter() {
            let name = if asks.lower_case_names {
                field.name.to_ascii_lowercase()
            } else {
                field.name.clone()
            };
            text.extend([name.as_str(), ": ", &field.value, "\r\n"]);
        }
        text.push_str("\r\n");
        let mut bytes = text.into_bytes();
        bytes.extend_from_slice(&self.request.body);
        bytes
    }
}

/// The client's fields that go on.
fn passed_on(asks: &Asks, request: &Request) -> Fields {
    let is_in = |list: &[String], name: &str| list.iter().any(|own| own.eq_ignore_ascii_case(name));
    let drops_range = request.fields.first("range").is_some_and(|value| match asks.range {
        OnRange::Kept => false,
        OnRange::KeptFromZero => !value.starts_with("bytes=0-"),
        OnRange::RemovedWhenReadable => RangeSet::parse(value).is_some(),
    });
    let mut fields = request.fields.clone();
    remove_hop_by_hop(&mut fields);
    rebuild(&mut fields, |field| {
        let name = field.name.as_str();
        let is_dropped = name.eq_ignore_ascii_case("host")
            || (drops_range && name.eq_ignore_ascii_case("range"))
            || is_in(&asks.remove, name)
            || (!asks.only.is_empty() && !is_in(&asks.only, name));
        (!is_dropped).then_some(field)
    });
    fields
}

/// For the head of an answer.
const UPSTREAM_TIMEOUT: Duration = Duration::from_mins(1);
