//! Probes one after the other on one kept connection, as BITS sends them. Made by
//! [`SocketClient::lane`].

use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use tokio::task::JoinSet;
use tokio::time::Instant;
use url::Url;

use super::transfer::{Patience, Wanted, transfer};
use super::{Connection, Dialed, SocketClient};
use crate::http::client::trailing_bytes::{GRACE, arrived, grace_after, watch};
use crate::http::reception::MAX_STRAY;
use crate::http::whole_file::FileReader;
use crate::model::exchange::{Answer, BodyEnd, Client, Exchange, ExchangeId, Request, Timing};
use crate::model::failure::{Failure, FailureKind, Peer};
use crate::model::probe::{Probe, Purpose};
use crate::wire::head::HeadError;

/// Probes one after the other on one kept connection, and what came of them.
pub struct Lane<'c> {
    client: &'c SocketClient,
    connection: Option<Connection>,
    /// Since when nothing was asked on it.
    quiet: Instant,
    opening: Option<Opening>,
    exchanges: Vec<Exchange>,
    /// What looks at the bytes of the next whole file.
    file: Option<FileReader>,
}

/// A connection that was begun before there is anything to send on it.
struct Opening {
    /// One task. It ends, and its connection is closed, when this is dropped.
    task: JoinSet<(Dialed, Instant)>,
    /// The server that it leads to; none when it ends at the proxy, whatever the URL.
    server: Option<String>,
}

/// One try to send a request and read its answer.
struct Attempt {
    result: Result<Answer, Failure>,
    timing: Timing,
    connection: u32,
    /// Bytes that were no response head.
    unread: Vec<u8>,
    nothing_came: bool,
}

/// A request that was sent, if need be a second time on a new connection.
struct Delivered {
    attempt: Attempt,
    /// The connection had carried an exchange before.
    reused: bool,
    /// How the first attempt ended, when a kept connection had been closed.
    first_attempt: Option<Failure>,
}

/// Why a kept connection could not carry a request.
enum Refused {
    /// The peer had closed it.
    Closed(Failure),
    /// Bytes that belong to the exchange before came in place of an answer. That is a fault of
    /// that exchange, whether they are seen before the request is sent or only after it.
    Stray,
}

impl<'c> Lane<'c> {
    /// One without a connection yet.
    pub(super) fn new(client: &'c SocketClient) -> Self {
        Self {
            client,
            connection: None,
            quiet: Instant::now(),
            opening: None,
            exchanges: Vec::new(),
            file: None,
        }
    }

    /// One whose connection is opened meanwhile. Nothing is sent on it before.
    pub(super) fn opening(client: &'c SocketClient, url: &Url) -> Self {
        let (dialer, to, until) = (client.dialer.clone(), url.clone(), client.exchange_end());
        let mut task = JoinSet::new();
        task.spawn(async move { (dialer.dial(&to, until).await, Instant::now()) });
        Self { opening: Some(Opening { task, server: client.server(url) }), ..Self::new(client) }
    }

    /// Sends a probe and records what came of it. `expected`: bytes that the body of a right
    /// answer has at most.
    pub async fn send(
        &mut self,
        probe: Probe,
        url: &Url,
        mut request: Request,
        expected: u64,
    ) -> &Exchange {
        let (begun, started) = (SystemTime::now(), Instant::now());
        let wanted = Wanted::of(&probe, expected);
        let until = self.client.exchange_end();
        let delivered = self.deliver_signed(url, &mut request, wanted, until).await;
        let Delivered { mut attempt, reused, first_attempt } = delivered;
        self.client.hide_echo(attempt.result.as_mut());
        let timing = Timing { total: started.elapsed(), ..attempt.timing };
        self.exchanges.push(Exchange {
            id: ExchangeId(0),
            probe,
            leg: self.client.leg,
            client: Client::Socket,
            connection: attempt.connection,
            reused,
            first_attempt,
            request,
            result: attempt.result,
            begun,
            timing,
        });
        self.last()
    }

    /// As [`Self::send`], for a plain GET of a whole file: `file` sees all bytes, and is given back
    /// with what they showed.
    pub async fn send_for_file(
        &mut self,
        probe: Probe,
        url: &Url,
        request: Request,
        expected: u64,
        file: FileReader,
    ) -> Option<FileReader> {
        self.file = Some(file);
        self.send(probe, url, request, expected).await;
        self.file.take()
    }

    /// Sends a request, and once more with credentials when the proxy asks for them. Only the
    /// last answer is recorded: the first challenge is a part of signing in.
    async fn deliver_signed(
        &mut self,
        url: &Url,
        request: &mut Request,
        wanted: Wanted,
        until: Instant,
    ) -> Delivered {
        let mut authorization = self.client.authorization(url);
        let bytes = SocketClient::wire_form(request, authorization.as_deref());
        let mut delivered = self.deliver(url, &bytes, wanted, until).await;
        let is_signed = authorization.is_some();
        if let Ok(answer) = &delivered.attempt.result
            && self.client.is_challenged(url, &answer.head, is_signed)
        {
            authorization = self.client.authorization(url);
            let bytes = SocketClient::wire_form(request, authorization.as_deref());
            let second = self.deliver(url, &bytes, wanted, until).await;
            delivered = Delivered {
                // The challenge alone does not make it a kept connection.
                reused: delivered.reused && second.reused,
                first_attempt: second.first_attempt.or(delivered.first_attempt),
                ..second
            };
        }
        if authorization.is_some() {
            request.fields.push("Proxy-Authorization", "Basic (hidden)");
        }
        delivered
    }

    /// Sends a request on the kept connection, or on a new one when there is none that works.
    async fn deliver(
        &mut self,
        url: &Url,
        bytes: &[u8],
        wanted: Wanted,
        until: Instant,
    ) -> Delivered {
        let mut first_attempt = None;
        if let Some(connection) = self.reusable_connection(url, &mut first_attempt).await {
            let attempt = self.attempt(connection, bytes, wanted, until).await;
            match self.refused_by_stale_connection(&attempt) {
                Some(Refused::Closed(failure)) => first_attempt = Some(failure),
                Some(Refused::Stray) => {}
                None => {
                    self.add_line_ends(&attempt);
                    return Delivered { attempt, reused: true, first_attempt };
                }
            }
        }
        let attempt = self.attempt_anew(url, bytes, wanted, until).await;
        Delivered { attempt, reused: false, first_attempt }
    }

    /// The exchange sent last.
    ///
    /// # Panics
    /// When nothing was sent yet.
    pub fn last(&self) -> &Exchange {
        &self.exchanges[self.exchanges.len() - 1]
    }

    /// The exchanges so far.
    pub fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    /// Says of the last exchange that it was a redirect which is now followed.
    pub fn mark_redirect(&mut self) {
        if let Some(last) = self.exchanges.last_mut() {
            last.probe.purpose = Purpose::Redirect;
        }
    }

    /// The exchanges so far; the lane goes on without them.
    pub fn take(&mut self) -> Vec<Exchange> {
        std::mem::take(&mut self.exchanges)
    }

    /// Whether the connection of the last exchange is kept for the next one.
    pub fn is_kept(&self) -> bool {
        self.connection.is_some()
    }

    /// Gives the kept connection up, so that the next request is sent on a new one. What has arrived
    /// on it belongs to the last exchange.
    pub async fn renew(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let mut bytes = [0; MAX_STRAY];
        if let Some(Ok(length)) = arrived(&mut connection.stream, &mut bytes, self.quiet).await {
            self.add_stray(&bytes[..length]);
        }
    }

    /// Waits a moment for what a peer sends beyond the last answer, and gives the connection up where
    /// something comes.
    pub async fn settle(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        let stray = watch(&mut connection.stream, self.quiet + GRACE).await;
        if stray.is_empty() {
            self.connection = Some(connection);
        } else {
            self.add_stray(&stray);
        }
    }

    /// Watches the kept connection for bytes that nobody asked for, and gives the exchanges.
    pub async fn finish(self) -> Vec<Exchange> {
        self.finish_keeping().await.0
    }

    /// As [`Self::finish`], and gives the connection too when it can carry more.
    pub(crate) async fn finish_keeping(mut self) -> (Vec<Exchange>, Option<Connection>) {
        if let Some(mut connection) = self.connection.take() {
            let until = self.quiet + grace_after(&self.exchanges);
            let stray = watch(&mut connection.stream, until).await;
            self.add_stray(&stray);
            if stray.is_empty() {
                self.connection = Some(connection);
            }
        }
        (self.exchanges, self.connection)
    }

    /// The kept connection, if it leads to `url` and the peer has not closed it meanwhile.
    async fn reusable_connection(
        &mut self,
        url: &Url,
        first_attempt: &mut Option<Failure>,
    ) -> Option<Connection> {
        let mut connection = self.connection.take()?;
        if connection.server != self.client.server(url) {
            return None;
        }
        let mut bytes = [0; MAX_STRAY];
        match arrived(&mut connection.stream, &mut bytes, self.quiet).await {
            None => Some(connection),
            Some(Ok(0) | Err(_)) => {
                let closed = Failure::new(FailureKind::Closed, Peer::Server);
                *first_attempt = Some(closed.because("the kept connection had been closed"));
                None
            }
            Some(Ok(length)) => {
                self.add_stray(&bytes[..length]);
                None
            }
        }
    }

    /// Whether an attempt on a kept connection only shows that it could not be used any more, so
    /// that the request is sent once anew. Stray bytes of the exchange before are noted there.
    fn refused_by_stale_connection(&mut self, tried: &Attempt) -> Option<Refused> {
        let failure = tried.result.as_ref().err()?;
        if matches!(failure.kind, FailureKind::MalformedHead(HeadError::NotHttp(_))) {
            self.add_stray(&tried.unread);
            return Some(Refused::Stray);
        }
        let is_stale = tried.nothing_came && failure.may_be_stale_connection();
        is_stale.then(|| Refused::Closed(failure.clone()))
    }

    /// Line ends before a status line, which are skipped, belong to the exchange before (RFC 9112 2.2
    /// allows them before a request only).
    fn add_line_ends(&mut self, tried: &Attempt) {
        let Ok(answer) = &tried.result else { return };
        let raw = &answer.interim.first().unwrap_or(&answer.head).raw;
        let is_line_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let length = raw.iter().position(|byte| !is_line_end(byte)).unwrap_or_default();
        let line_ends = raw.slice(..length);
        if !line_ends.is_empty() {
            self.add_stray(&line_ends);
        }
    }

    fn add_stray(&mut self, bytes: &[u8]) {
        let Some(Exchange { result: Ok(answer), .. }) = self.exchanges.last_mut() else { return };
        let mut stray = answer.body.stray.to_vec();
        let room = MAX_STRAY - stray.len().min(MAX_STRAY);
        stray.extend_from_slice(&bytes[..bytes.len().min(room)]);
        answer.body.stray = Bytes::from(stray);
        self.client.hide_echo(Ok(answer));
    }

    async fn attempt_anew(
        &mut self,
        url: &Url,
        bytes: &[u8],
        wanted: Wanted,
        until: Instant,
    ) -> Attempt {
        let started = Instant::now();
        let number = self.client.connections.fetch_add(1, Ordering::Relaxed) + 1;
        let dialed = if started >= self.client.deadline {
            Err(self.client.timeout_failure(FailureKind::Deadline))
        } else {
            match self.opened(url).await {
                Some(opened) => opened,
                None => self.client.dialer.dial(url, until).await,
            }
        };
        let connect = started.elapsed();
        let mut attempt = match dialed {
            Ok(stream) => {
                let server = self.client.server(url);
                let connection = Connection { stream, number, server };
                self.attempt(connection, bytes, wanted, until).await
            }
            Err(failure) => Attempt {
                result: Err(self.or_deadline(failure)),
                timing: Timing::default(),
                connection: number,
                unread: Vec::new(),
                nothing_came: true,
            },
        };
        attempt.timing.connect = connect;
        attempt
    }

    /// The connection that was opened ahead, or why that failed; none when it is of no use: it
    /// leads elsewhere, waited so long that a peer may be tired of it, or was closed or written to
    /// already, which is no fault before the first request.
    async fn opened(&mut self, url: &Url) -> Option<Dialed> {
        let mut opening = self.opening.take()?;
        if opening.server != self.client.server(url) {
            return None;
        }
        let (opened, since) = opening.task.join_next().await?.ok()?;
        let Ok(mut stream) = opened else { return Some(opened) };
        let is_fresh = since.elapsed() < LONGEST_IDLE;
        (is_fresh && arrived(&mut stream, &mut [0], since).await.is_none()).then_some(Ok(stream))
    }

    fn or_deadline(&self, failure: Failure) -> Failure {
        let is_timeout = matches!(
            failure.kind,
            FailureKind::NoAnswer | FailureKind::ConnectTimeout | FailureKind::TooSlow { .. }
        );
        if is_timeout && Instant::now() >= self.client.deadline {
            return self.client.timeout_failure(FailureKind::Deadline);
        }
        failure
    }

    /// Sends the request on a connection and reads the answer; keeps the connection if it can
    /// carry more.
    async fn attempt(
        &mut self,
        mut connection: Connection,
        bytes: &[u8],
        wanted: Wanted,
        until: Instant,
    ) -> Attempt {
        let mut reception = wanted.reception(self.file.take());
        let mut timing = Timing::default();
        let SocketClient { timeout: silence, deadline, .. } = *self.client;
        let patience = if wanted.is_file() {
            Patience::for_file(silence, deadline)
        } else {
            Patience::new(until, silence, deadline)
        };
        let reading = transfer(&mut connection, bytes, &mut reception, &mut timing, patience);
        let end = match reading.await {
            Ok(end) => end,
            Err(failure) => BodyEnd::Broken(self.or_deadline(failure)),
        };
        let unread = reception.unread().to_vec();
        let nothing_came = reception.wire_bytes() == 0;
        let is_complete = end == BodyEnd::Complete;
        let usable = is_complete && reception.leaves_connection_usable();
        let number = connection.number;
        self.file = reception.take_file();
        let mut result = reception.finish(end);
        self.quiet = Instant::now();
        if usable {
            self.connection = Some(connection);
        } else if let (true, Ok(answer)) = (is_complete, &mut result)
            && answer.body.stray.is_empty()
        {
            answer.body.stray =
                Bytes::from(watch(&mut connection.stream, self.quiet + GRACE).await);
        }
        Attempt { result, timing, connection: number, unread, nothing_came }
    }
}

/// How long a connection may wait for its first request.
const LONGEST_IDLE: Duration = Duration::from_secs(2);
