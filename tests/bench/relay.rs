//! A relay that is a long way off: it holds every byte for half a round trip in each direction and
//! lets nothing pass before the round trip that opens a connection is over. It changes no byte.
//!
//! The kernel accepts at once on the loopback, so the relay charges for the opening itself: what
//! is sent earlier than one round trip after the connect leaves only then, as it would with real
//! distance, where the client would still wait for its connection. A peer that shows itself to be
//! a proxy stands next to the server and is not held up.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// The distance between both ends.
pub(crate) const ROUND_TRIP: Duration = Duration::from_millis(100);

/// A relay that runs until this is dropped.
pub(crate) struct Relay {
    addr: SocketAddr,
    counts: Arc<Counts>,
    _accepting: JoinSet<()>,
}

/// What came to a relay.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) connections: usize,
    pub(crate) requests: usize,
    /// The most connections that were open at the same time.
    pub(crate) most_at_once: usize,
}

#[derive(Debug, Default)]
struct Counts {
    open: AtomicUsize,
    seen: Mutex<Seen>,
}

/// Counts a connection for as long as its client keeps it open.
struct Open(Arc<Counts>);

impl Relay {
    /// Relays to `to`, on a free port of the loopback.
    pub(crate) async fn start(to: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let addr = listener.local_addr().expect("a bound address");
        let counts = Arc::new(Counts::default());
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, to, Arc::clone(&counts)));
        Self { addr, counts, _accepting: accepting }
    }

    pub(crate) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// What came since the last reset, without what a near peer sent.
    pub(crate) fn seen(&self) -> Seen {
        *self.counts.seen.lock().expect("no panic holds it")
    }

    pub(crate) fn reset(&self) {
        self.counts.note(|seen| *seen = Seen::default());
    }
}

impl Counts {
    fn note(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.seen.lock().expect("no panic holds it"));
    }
}

impl Open {
    fn new(counts: &Arc<Counts>) -> Self {
        let open = counts.open.fetch_add(1, Ordering::Relaxed) + 1;
        counts.note(|seen| {
            seen.connections += 1;
            seen.most_at_once = seen.most_at_once.max(open);
        });
        Self(Arc::clone(counts))
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn accept(listener: TcpListener, to: SocketAddr, counts: Arc<Counts>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        connections.spawn(relay(client, to, Arc::clone(&counts)));
    }
}

async fn relay(client: TcpStream, to: SocketAddr, counts: Arc<Counts>) {
    let accepted = Instant::now();
    let Ok(server) = TcpStream::connect(to).await else { return };
    client.set_nodelay(true).expect("an open socket");
    server.set_nodelay(true).expect("an open socket");
    let near = timeout(SETTLING, is_near(&client)).await;
    if near.unwrap_or(false) {
        let (mut client, mut server) = (client, server);
        drop(tokio::io::copy_bidirectional(&mut client, &mut server).await);
        return;
    }
    // What was closed before this connection was opened has been noticed by then. Nothing of this
    // one may leave so early.
    sleep_until(accepted + SETTLING).await;
    let open = Open::new(&counts);
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let (up, down) = (mpsc::unbounded_channel(), mpsc::unbounded_channel());
    tokio::join!(
        read(from_client, up.0, accepted + ROUND_TRIP, Some(open)),
        write(to_server, up.1),
        read(from_server, down.0, accepted, None),
        write(to_client, down.1),
    );
}

/// Whether the peer stands next to the server: it is a proxy, and not what is measured. Waits
/// for the first bytes.
async fn is_near(client: &TcpStream) -> bool {
    let mut bytes = vec![0; PIECE];
    let length = client.peek(&mut bytes).await.unwrap_or(0);
    bytes[..length].windows(NEAR.len()).any(|window| window.eq_ignore_ascii_case(NEAR))
}

/// Gives every piece the time at which it arrives at the other end. An empty one is the end.
async fn read(
    mut stream: OwnedReadHalf,
    pieces: mpsc::UnboundedSender<(Instant, Vec<u8>)>,
    stands: Instant,
    open: Option<Open>,
) {
    let mut end = Vec::new();
    loop {
        let mut piece = vec![0; PIECE];
        let length = stream.read(&mut piece).await.unwrap_or(0);
        piece.truncate(length);
        if let Some(Open(counts)) = &open {
            let requests = ends_of_heads(&mut end, &piece);
            counts.note(|seen| seen.requests += requests);
        }
        let arrives = Instant::now().max(stands) + ROUND_TRIP / 2;
        if pieces.send((arrives, piece)).is_err() || length == 0 {
            return;
        }
    }
}

async fn write(
    mut stream: OwnedWriteHalf,
    mut pieces: mpsc::UnboundedReceiver<(Instant, Vec<u8>)>,
) {
    while let Some((arrives, piece)) = pieces.recv().await {
        sleep_until(arrives).await;
        if piece.is_empty() || stream.write_all(&piece).await.is_err() {
            break;
        }
    }
    // Dropping the stream closes its direction.
}

/// How many heads end in a piece; `before` keeps the bytes that may begin such an end.
fn ends_of_heads(before: &mut Vec<u8>, piece: &[u8]) -> usize {
    before.extend_from_slice(piece);
    let count = before.windows(4).filter(|window| window == b"\r\n\r\n").count();
    before.drain(..before.len().saturating_sub(3));
    count
}

/// Asserts that a relay changes no byte and takes the time that it says.
pub(crate) async fn check_itself() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let relay = Relay::start(listener.local_addr().expect("a bound address")).await;
    let mut echo = JoinSet::new();
    echo.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let (mut from, mut to) = stream.into_split();
                drop(tokio::io::copy(&mut from, &mut to).await);
            });
        }
    });

    let begun = Instant::now();
    let mut stream = TcpStream::connect(relay.addr()).await.expect("the relay accepts");
    say(&mut stream, b"GET / HTTP/1.1\r\n\r\n").await;
    assert_took("the first bytes of a new connection", begun, 2);
    let begun = Instant::now();
    say(&mut stream, b"GET / HTTP/1.1\r\n\r\n").await;
    assert_took("more on the same connection", begun, 1);
    let many: Vec<u8> =
        (0..1_u32 << 20).map(|index| (index.wrapping_mul(index) >> 7) as u8).collect();
    let begun = Instant::now();
    say(&mut stream, &many).await;
    assert_took("a mebibyte", begun, 1);

    let mut early = TcpStream::connect(relay.addr()).await.expect("the relay accepts");
    sleep(ROUND_TRIP).await;
    let begun = Instant::now();
    say(&mut early, b"an early connection").await;
    assert_took("the first bytes of an early connection", begun, 1);

    let begun = Instant::now();
    let mut near = TcpStream::connect(relay.addr()).await.expect("the relay accepts");
    say(&mut near, b"GET / HTTP/1.1\r\nVia: 1.1 next-door\r\n\r\n").await;
    assert_took("a near peer", begun, 0);

    let seen = relay.seen();
    assert_eq!((seen.connections, seen.requests, seen.most_at_once), (2, 2, 2), "{seen:?}");
    drop(early);
    let begun = Instant::now();
    stream.shutdown().await.expect("an open socket");
    assert_eq!(stream.read(&mut [0]).await.ok(), Some(0), "the end comes through");
    assert_took("the end", begun, 1);
}

/// Sends bytes to an echo and asserts that the same come back.
async fn say(stream: &mut TcpStream, bytes: &[u8]) {
    let mut back = vec![0; bytes.len()];
    let (mut from, mut to) = stream.split();
    let (sent, received) = tokio::join!(to.write_all(bytes), from.read_exact(&mut back));
    sent.and(received.map(drop)).expect("an echo");
    assert!(back == bytes, "the relay changes bytes");
}

#[track_caller]
fn assert_took(what: &str, begun: Instant, round_trips: u32) {
    let (took, least) = (begun.elapsed(), ROUND_TRIP * round_trips);
    assert!(took >= least, "{what}: {took:?} is less than {least:?}");
    assert!(took < least + TOLERANCE, "{what}: {took:?} is far more than {least:?}");
}

/// A field that a proxy adds and the prober never sends.
const NEAR: &[u8] = b"\r\nVia: ";

/// Bytes read at once.
const PIECE: usize = 64 * 1024;

/// How soon a near peer says something.
const SETTLING: Duration = Duration::from_millis(20);

/// What a busy machine may add to a round trip.
const TOLERANCE: Duration = Duration::from_millis(90);
