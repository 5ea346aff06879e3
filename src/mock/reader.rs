//! Reads requests off a connection, strictly and within bounds.

use std::io;

use bytes::BytesMut;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use super::message::{Reply, Request};
use crate::wire::fields::{ContentLength, Fields};

/// What came instead of a request.
#[derive(Debug)]
pub(crate) enum NoRequest {
    /// The client closed, or broke off.
    Closed,
    /// It cannot be served; this is the answer, and then the connection is closed.
    Refused(Box<Reply>),
}

/// Reads one request. `buffer` holds what came after the one before.
pub(crate) async fn read_request(
    stream: &mut TcpStream,
    buffer: &mut BytesMut,
) -> Result<Request, NoRequest> {
    loop {
        if let Some((mut request, length)) = parse(buffer)? {
            let _ = buffer.split_to(length);
            read_body(stream, buffer, &mut request).await?;
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
    if request.minor >= 1 && request.fields.all("host").count() != 1 {
        return Err(refused(400, "An HTTP/1.1 request has exactly one Host."));
    }
    Ok(Some((request, length)))
}

async fn read_body(
    stream: &mut TcpStream,
    buffer: &mut BytesMut,
    request: &mut Request,
) -> Result<(), NoRequest> {
    if request.fields.has("transfer-encoding") {
        return Err(refused(411, "A body needs a Content-Length here."));
    }
    let length = match request.fields.content_length() {
        ContentLength::Absent => return Ok(()),
        ContentLength::Valid { value, .. } if value <= MAX_BODY => value as usize,
        ContentLength::Valid { .. } => return Err(refused(413, "The body is too long.")),
        _ => return Err(refused(400, "Content-Length is not a number.")),
    };
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

const MAX_HEAD: usize = 64 * 1024;
const MAX_FIELDS: usize = 128;
const MAX_BODY: u64 = 1024 * 1024;
const READ: usize = 4 * 1024;
