//! The proxy's way to the next server. It reads replies with our own head parser, because hyper's
//! client would change the case of names and refuse what a faulty origin sends.

use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::message::Request;
use crate::wire::head::{Framing, ResponseHead, parse_response_head};

/// The body of a reply that is still being read.
#[derive(Debug)]
pub(crate) struct UpstreamBody {
    stream: TcpStream,
    buffer: BytesMut,
    state: State,
}

#[derive(Debug)]
enum State {
    /// Before a chunk-size line.
    ChunkSize,
    /// So many bytes of a chunk are left, its line end included.
    Chunk(u64),
    Close,
    Done,
    Length(u64),
}

/// Interim statuses, the head and the body that follows it.
pub(crate) struct UpstreamReply {
    pub(crate) interim: Vec<u16>,
    pub(crate) head: ResponseHead,
    pub(crate) framing: Framing,
    pub(crate) body: UpstreamBody,
}

/// Connects, within [`CONNECT_TIMEOUT`].
pub(crate) async fn connect(authority: &str) -> io::Result<TcpStream> {
    tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect(authority))
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

/// Sends the request, whose target is in origin-form, and reads the head of the reply.
pub(crate) async fn fetch(authority: &str, request: &Request) -> io::Result<UpstreamReply> {
    let mut stream = connect(authority).await?;
    stream.set_nodelay(true)?;
    let mut head = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
    for field in request.fields.iter() {
        head.extend([field.name.as_str(), ": ", field.value.as_str(), "\r\n"]);
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&request.body).await?;
    let mut buffer = BytesMut::new();
    let mut interim = Vec::new();
    loop {
        let parsed = parse_response_head(&buffer)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        match parsed {
            Some(head) => {
                let _ = buffer.split_to(head.raw.len());
                if head.is_interim() && interim.len() < MAX_INTERIM {
                    interim.push(head.status);
                    continue;
                }
                let framing = head.framing(request.is_head());
                let state = match framing {
                    Framing::Chunked => State::ChunkSize,
                    Framing::Close => State::Close,
                    Framing::Length(length) => State::Length(length),
                    Framing::None => State::Done,
                };
                let body = UpstreamBody { stream, buffer, state };
                return Ok(UpstreamReply { interim, head, framing, body });
            }
            None if stream.read_buf(&mut buffer).await? == 0 => {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            None => {}
        }
    }
}

impl UpstreamBody {
    /// Bytes that are still to come, when that is known.
    pub(crate) fn remaining(&self) -> Option<u64> {
        match self.state {
            State::Done => Some(0),
            State::Length(length) => Some(length),
            _ => None,
        }
    }

    /// The next bytes of the decoded body; nothing at its end.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Bytes>> {
        loop {
            match self.state {
                State::Done | State::Length(0) => return Ok(None),
                State::Length(left) => {
                    let bytes = self.take(left).await?;
                    self.state = State::Length(left - bytes.len() as u64);
                    return Ok(Some(bytes));
                }
                State::Close => {
                    return match self.take(u64::MAX).await {
                        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                            self.state = State::Done;
                            Ok(None)
                        }
                        other => other.map(Some),
                    };
                }
                State::ChunkSize => {
                    let line = self.line().await?;
                    let size = line.split(';').next().unwrap_or_default().trim();
                    let size = u64::from_str_radix(size, 16).map_err(io::Error::other)?;
                    if size == 0 {
                        while !self.line().await?.is_empty() {}
                        self.state = State::Done;
                    } else {
                        self.state = State::Chunk(size);
                    }
                }
                State::Chunk(0) => {
                    self.line().await?;
                    self.state = State::ChunkSize;
                }
                State::Chunk(left) => {
                    let bytes = self.take(left).await?;
                    self.state = State::Chunk(left - bytes.len() as u64);
                    return Ok(Some(bytes));
                }
            }
        }
    }

    /// At least one and at most `limit` bytes.
    async fn take(&mut self, limit: u64) -> io::Result<Bytes> {
        if self.buffer.is_empty() {
            self.read().await?;
        }
        let count = (self.buffer.len() as u64).min(limit) as usize;
        Ok(self.buffer.split_to(count).freeze())
    }

    async fn line(&mut self) -> io::Result<String> {
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.buffer) {
                let line = self.buffer.split_to(end + 1);
                return Ok(String::from_utf8_lossy(&line).trim().to_owned());
            }
            if self.buffer.len() > MAX_LINE {
                return Err(io::Error::other("a line of the chunked body is too long"));
            }
            self.read().await?;
        }
    }

    async fn read(&mut self) -> io::Result<()> {
        self.buffer.reserve(READ);
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const MAX_INTERIM: usize = 16;
const MAX_LINE: usize = 8 * 1024;
const READ: usize = 16 * 1024;
