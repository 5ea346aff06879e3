//! Reads requests off a connection, strictly and within bounds.

use std::io;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::message::{Reply, Request};
use super::server::IDLE;
use crate::accept::HEAD_TIME;
use crate::wire::fields::{ContentLength, Fields};

/// What came instead of a request.
#[derive(Debug)]
pub(crate) enum NoRequest {
    /// The client closed, or broke off.
    Closed,
    /// It cannot be served; this is the answer, and then the connection is closed.
    Refused(Box<Reply>),
}

/// Reads one request. `buffer` holds what came after the one before. `idle`: how long its first
/// byte is waited for; then its head must end within [`HEAD_TIME`].
pub(crate) async fn read_request(
    stream: &mut TcpStream,
    buffer: &mut BytesMut,
    idle: Duration,
) -> Result<Request, NoRequest> {
    if buffer.is_empty() {
        within(idle, more(stream, buffer)).await?;
    }
    let mut request = within(HEAD_TIME, read_head(stream, buffer)).await?;
    within(IDLE, read_body(stream, buffer, &mut request)).await?;
    Ok(request)
}

/// A client that is too slow is as good as gone.
async fn within<T>(
    time: Duration,
    read: impl Future<Output = Result<T, NoRequest>>,
) -> Result<T, NoRequest> {
    timeout(time, read).await.unwrap_or(Err(NoRequest::Closed))
}

async fn read_head(stream: &mut TcpStream, buffer: &mut BytesMut) -> Result<Request, NoRequest> {
    loop {
        if let Some((request, length)) = parse(buffer)? {
            let _ = buffer.split_to(length);
            return Ok(request);
        }
        if buffer.len() > MAX_HEAD {
            return Err(refused(431, "The header section is too long."));
        }
        more(stream, buffer).await?;
    }
}

fn parse(buffer: &[u8]) -> Result<Option<(Request, usize)>, NoRequest> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_FIELDS];
    let mut parsed = httparse::Request::new(&mut headers);
    let length = match parsed.parse(buffer) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => {
            return Err(refused(431, "There are too many header fields."));
        }
        Err(_) => return Err(refused(400, "This is not an HTTP/1.1 request.")),
    };
    let text = |value: &[u8]| String::from_utf8_lossy(value).trim().to_owned();
    let fields: Fields =
        parsed.headers.iter().map(|header| (header.name.to_owned(), text(header.value))).collect();
    let request = Request {
        method: parsed.method.unwrap_or_default().to_owned(),
        target: parsed.path.unwrap_or_default().to_owned(),
        minor: parsed.version.unwrap_or(1),
        fields,
        body: bytes::Bytes::new(),
    };
    match objection(&request) {
        None => Ok(Some((request, length))),
        Some(reply) => Err(NoRequest::Refused(Box::new(reply))),
    }
}

/// The answer to a request head that parses and still cannot be served. The connection is closed
/// after it: where the next request begins is unsure.
pub(crate) fn objection(request: &Request) -> Option<Reply> {
    let fields = &request.fields;
    if request.minor >= 1 && fields.all("host").count() != 1 {
        return Some(Reply::text(400, "An HTTP/1.1 request has exactly one Host."));
    }
    if fields.has("transfer-encoding") {
        return Some(Reply::text(411, "A body needs a Content-Length here."));
    }
    match fields.content_length() {
        ContentLength::Absent | ContentLength::Valid { value: ..=MAX_BODY, .. } => None,
        ContentLength::Valid { .. } => Some(Reply::text(413, "The body is too long.")),
        _ => Some(Reply::text(400, "Content-Length is not a number.")),
    }
}

async fn read_body(
    stream: &mut TcpStream,
    buffer: &mut BytesMut,
    request: &mut Request,
) -> Result<(), NoRequest> {
    let ContentLength::Valid { value, .. } = request.fields.content_length() else {
        return Ok(());
    };
    // At most MAX_BODY, or there had been an objection.
    let length = value as usize;
    while buffer.len() < length {
        more(stream, buffer).await?;
    }
    request.body = buffer.split_to(length).freeze();
    Ok(())
}

async fn more(stream: &mut TcpStream, buffer: &mut BytesMut) -> Result<(), NoRequest> {
    buffer.reserve(READ);
    match stream.read_buf(buffer).await {
        Ok(0) | Err(_) => Err(NoRequest::Closed),
        Ok(_) => Ok(()),
    }
}

fn refused(status: u16, text: &str) -> NoRequest {
    NoRequest::Refused(Box::new(Reply::text(status, text)))
}

/// Drops what the client still sends until it closes; the end of a stall.
pub(crate) async fn drain(stream: &mut TcpStream) -> io::Result<()> {
    let mut sink = [0_u8; 1024];
    while stream.read(&mut sink).await? > 0 {}
    Ok(())
}

pub(crate) const MAX_HEAD: usize = 64 * 1024;
pub(crate) const MAX_FIELDS: usize = 128;
const MAX_BODY: u64 = 1024 * 1024;
const READ: usize = 4 * 1024;
