//! One kept connection that asks for ranges, reads the heads of the answers, and can be used again.
//! Called by [`super::transfer`] for each range.

use std::time::Duration;

use bytes::{BufMut as _, Bytes, BytesMut};
use futures_util::FutureExt as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::body::{Body, Received};
use super::sink::{Feed, Gone};
use crate::http::client::{Connection, SocketClient, is_unclean_tls_end};
use crate::http::dial::{io_failure, tls_error};
use crate::model::exchange::{BodyEnd, Request};
use crate::model::failure::{Failure, FailureKind, Peer};
use crate::wire::head::{
    CLIENT_HEAD_LIMIT, Framing, HeadError, MAX_INTERIM, ResponseHead, parse_response_head,
};

/// A connection that is opened when it is needed and kept while it can be.
pub(super) struct Link<'c> {
    client: &'c SocketClient,
    connection: Option<Connection>,
}

/// An answer of which the head came.
pub(super) struct Arriving {
    pub(super) interim: Vec<ResponseHead>,
    pub(super) head: ResponseHead,
    /// What came of the body with the head.
    pub(super) begun: BytesMut,
    connection: Connection,
}

/// Why an attempt on a kept connection is made once anew.
struct Stale;

impl<'c> Link<'c> {
    pub(super) fn new(client: &'c SocketClient, kept: Option<Connection>) -> Self {
        Self { client, connection: kept }
    }

    /// Sends a request and reads the head of its answer. A kept connection that turns out to be
    /// closed is no failure: the request is sent once more on a new one.
    pub(super) async fn ask(&mut self, url: &Url, request: &Request) -> Result<Arriving, Failure> {
        let authorization = self.client.authorization(url);
        let answer = self.ask_once(url, request, authorization.as_deref()).await?;
        if !self.client.is_challenged(url, &answer.head, authorization.is_some()) {
            return Ok(answer);
        }
        // The page that came with the challenge is not read: its connection ends here.
        drop(answer);
        let authorization = self.client.authorization(url);
        self.ask_once(url, request, authorization.as_deref()).await
    }

    async fn ask_once(
        &mut self,
        url: &Url,
        request: &Request,
        authorization: Option<&str>,
    ) -> Result<Arriving, Failure> {
        let bytes = SocketClient::wire_form(request, authorization);
        if let Some(connection) = self.reusable(url)?
            && let Ok(answer) = self.attempt(connection, &bytes, true).await
        {
            return answer;
        }
        let dialed = self.client.dialer.dial(url, self.client.exchange_end()).await?;
        let connection = Connection { stream: dialed, number: 0, server: self.client.server(url) };
        // Only a kept connection can be stale.
        self.attempt(connection, &bytes, false).await.unwrap_or_else(|Stale| Err(closed(0)))
    }

    /// Hands the content of the body on, at most `most` bytes of it, and keeps the connection when
    /// it can carry more.
    pub(super) async fn pass_on(
        &mut self,
        arriving: Arriving,
        first: u64,
        most: u64,
        feed: &mut Feed,
    ) -> Result<Received, Gone> {
        let Arriving { head, begun, mut connection, .. } = arriving;
        let mut body = Body { head: &head, silence: self.client.timeout, at: first, most, feed };
        let received = body.pass_on(&mut connection, begun).await?;
        let is_whole =
            received.end == BodyEnd::Complete && !received.too_many && received.stray.is_empty();
        if is_whole && head.framing(false) != Framing::Close && head.keeps_alive() {
            self.connection = Some(connection);
        }
        Ok(received)
    }

    /// The kept connection, when it leads to `url` and was not closed meanwhile. Bytes that nobody
    /// asked for would be read as the next answer, as BITS would.
    fn reusable(&mut self, url: &Url) -> Result<Option<Connection>, Failure> {
        let Some(mut connection) = self.connection.take() else { return Ok(None) };
        if connection.server != self.client.server(url) {
            return Ok(None);
        }
        let mut stray = [0; 64];
        match connection.stream.read(&mut stray).now_or_never() {
            None => Ok(Some(connection)),
            Some(Ok(length)) if length > 0 => {
                let text = String::from_utf8_lossy(&stray[..length]).into_owned();
                let kind = FailureKind::MalformedHead(HeadError::NotHttp(text));
                Err(Failure::new(kind, Peer::Server).because("bytes came that nobody asked for"))
            }
            Some(_) => Ok(None),
        }
    }

    async fn attempt(
        &self,
        mut connection: Connection,
        request: &[u8],
        is_kept: bool,
    ) -> Result<Result<Arriving, Failure>, Stale> {
        let stream = &mut connection.stream;
        let sent = async {
            stream.write_all(request).await?;
            stream.flush().await
        };
        // Until then the whole head must be there: one that comes byte by byte is no progress.
        let until = Instant::now() + self.client.timeout;
        // A peer may answer and close before it has read the request: then the answer counts.
        let write_error = match timeout_at(until, sent).await {
            Ok(sent) => sent.err(),
            Err(_) => return Ok(Err(Failure::new(FailureKind::NoAnswer, Peer::Server))),
        };
        let (mut interim, mut begun) = (Vec::new(), BytesMut::with_capacity(HEAD_BUFFER));
        let mut came = 0;
        loop {
            let read = read_more(&mut connection, &mut begun, usize::MAX, until);
            let length = match read.await {
                Ok(length) => length,
                Err(_) if is_kept && came == 0 && write_error.is_some() => return Err(Stale),
                Err(failure) if is_kept && came == 0 && failure.may_be_stale_connection() => {
                    return Err(Stale);
                }
                Err(failure) => return Ok(Err(too_slow(failure, came))),
            };
            if length == 0 {
                return if is_kept && came == 0 { Err(Stale) } else { Ok(Err(closed(came))) };
            }
            came += length as u64;
            loop {
                match parse_response_head(&begun) {
                    Err(error) => {
                        let kind = FailureKind::MalformedHead(error);
                        return Ok(Err(Failure::new(kind, Peer::Server)));
                    }
                    Ok(None) => break,
                    Ok(Some(head)) if head.raw.len() > CLIENT_HEAD_LIMIT => {
                        let kind = FailureKind::MalformedHead(HeadError::TooLong);
                        return Ok(Err(Failure::new(kind, Peer::Server)));
                    }
                    Ok(Some(head)) => {
                        drop(begun.split_to(head.raw.len()));
                        if !head.is_interim() {
                            return Ok(Ok(Arriving { interim, head, begun, connection }));
                        }
                        if interim.len() == MAX_INTERIM {
                            let kind = FailureKind::TooManyInterim;
                            return Ok(Err(Failure::new(kind, Peer::Server)));
                        }
                        interim.push(head);
                    }
                }
            }
        }
    }
}

impl Arriving {
    /// Reads a little of the body when nothing of it has come yet, so that a page can be told from
    /// a file by how it begins.
    pub(super) async fn peek(&mut self, silence: Duration) -> Bytes {
        let has_body = !matches!(self.head.framing(false), Framing::None | Framing::Length(0));
        if has_body && self.begun.is_empty() {
            let until = Instant::now() + silence.min(PEEK);
            // What fails here fails again when the body is read.
            let _ = read_more(&mut self.connection, &mut self.begun, PEEKED, until).await;
        }
        Bytes::copy_from_slice(&self.begun[..self.begun.len().min(PEEKED)])
    }
}

/// Reads what is there, at most `limit` bytes; 0 is the end.
pub(super) async fn read_more(
    connection: &mut Connection,
    buffer: &mut BytesMut,
    limit: usize,
    until: Instant,
) -> Result<usize, Failure> {
    let is_of_proxy = connection.server.is_none();
    let mut limited = (&mut *buffer).limit(limit);
    let begun = Instant::now();
    match timeout_at(until, connection.stream.read_buf(&mut limited)).await {
        Ok(Ok(length)) => Ok(length),
        Ok(Err(error)) if is_unclean_tls_end(&error) => Ok(0),
        Ok(Err(error)) => {
            let peer = match tls_error(&error) {
                Some(_) if is_of_proxy => Peer::Proxy,
                _ => Peer::Server,
            };
            Err(io_failure(&error, peer))
        }
        Err(_) => Err(Failure::new(FailureKind::NoAnswer, Peer::Server)
            .because(format_args!("no byte for {:.0?}", begun.elapsed()))),
    }
}

/// No answer at all is another thing than one that began and did not go on. `came`: all bytes of
/// the answer.
pub(super) fn too_slow(failure: Failure, came: u64) -> Failure {
    match failure.kind {
        FailureKind::NoAnswer if came > 0 => {
            Failure { kind: FailureKind::TooSlow { received: came }, ..failure }
        }
        _ => failure,
    }
}

pub(super) fn closed(came: u64) -> Failure {
    Failure::new(FailureKind::Closed, Peer::Server).because(format_args!("{came} bytes had come"))
}

/// Room for a head that is read at once; longer ones make it grow.
const HEAD_BUFFER: usize = 16 * 1024;

/// How much of a body is looked at, in bytes.
const PEEKED: usize = 1024;

/// How long the beginning of a body is waited for.
const PEEK: Duration = Duration::from_secs(2);
