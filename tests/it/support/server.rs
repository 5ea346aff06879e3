//! A raw TCP server that records every request, byte for byte, and answers scripted bytes.
//!
//! It knows nothing of HTTP but where a request head ends, so it can say anything.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::runtime;

/// A request as it came.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Received {
    /// Which connection carried it; the first is 0.
    pub(crate) connection: usize,
    /// Which request it was on its connection; the first is 0.
    pub(crate) turn: usize,
    /// All bytes up to and with the empty line.
    pub(crate) bytes: Vec<u8>,
}

/// What the server does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Writes the bytes and waits for the next request.
    Keep(Vec<u8>),
    /// Writes the bytes and closes the connection in order.
    Close(Vec<u8>),
    /// Writes byte after byte with a pause after each, then closes.
    Drip(Vec<u8>, Duration),
    /// Writes the first bytes, then the others over and over until the client goes.
    Endless(Vec<u8>, Vec<u8>),
    /// Resets the connection.
    Reset,
    /// Writes the bytes and resets the connection.
    ResetAfter(Vec<u8>),
    /// Says nothing until the client goes.
    Silence,
    /// Writes the bytes and says nothing more until the client goes.
    StallAfter(Vec<u8>),
    /// Writes the first bytes at once, and of the others one byte after the other with a pause.
    Trickle(Vec<u8>, Vec<u8>, Duration),
    /// Grants a CONNECT, wherever it asked to go, and relays to this address.
    Tunnel(SocketAddr),
}

/// The server. It serves until the end of the process; every connection has its thread.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    journal: Journal,
}

impl Server {
    /// Starts a server that asks `script` about every request.
    pub(crate) fn start(script: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        let (address, incoming) = listen();
        let journal = Journal::default();
        let (script, entries) = (Arc::new(script), Arc::clone(&journal));
        thread::spawn(move || {
            for (connection, stream) in incoming.enumerate() {
                let (script, entries) = (Arc::clone(&script), Arc::clone(&entries));
                thread::spawn(move || serve(stream, connection, &*script, &entries));
            }
        });
        Self { address, journal }
    }

    /// Starts a server that gives the answers in their order, whichever connection asks, and keeps
    /// silent after the last.
    pub(crate) fn answering(answers: impl IntoIterator<Item = Reply>) -> Self {
        let left = Mutex::new(answers.into_iter().collect::<Vec<_>>().into_iter());
        Self::start(move |_| {
            let next = left.lock().unwrap_or_else(PoisonError::into_inner).next();
            next.unwrap_or(Reply::Silence)
        })
    }

    /// Starts a server of another protocol: it reads once, writes the bytes and closes.
    pub(crate) fn speaking(bytes: &'static [u8]) -> Self {
        let (address, incoming) = listen();
        thread::spawn(move || {
            for mut stream in incoming {
                thread::spawn(move || {
                    let _ = stream.read(&mut [0; 4096]);
                    let _ = stream.write_all(bytes);
                    linger(&mut stream);
                });
            }
        });
        Self { address, journal: Journal::default() }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its address as an `http` URL with `path`, which begins with a slash.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Every request so far, in the order of arrival.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

type Journal = Arc<Mutex<Vec<Received>>>;

/// Listens on a free port of the loopback: the address, and the connections as they come.
pub(crate) fn listen() -> (SocketAddr, impl Iterator<Item = TcpStream> + Send + 'static) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("the address of a listener");
    (address, std::iter::from_fn(move || Some(listener.accept())).flatten().map(|(one, _)| one))
}

/// A script for a proxy that wants credentials in the Basic scheme: requests without any get 407,
/// the others what `script` says.
pub(crate) fn challenging(
    script: impl Fn(&Received) -> Reply + Send + Sync + 'static,
) -> impl Fn(&Received) -> Reply + Send + Sync + 'static {
    move |received| match received.authorization() {
        Some(_) => script(received),
        None => Reply::Keep(challenge("Basic realm=\"x\"")),
    }
}

/// A 407 that offers this.
pub(crate) fn challenge(offer: &str) -> Vec<u8> {
    format!("HTTP/1.1 407 x\r\nProxy-Authenticate: {offer}\r\nContent-Length: 0\r\n\r\n").into()
}

impl Received {
    /// The request as text.
    pub(crate) fn head(&self) -> &str {
        std::str::from_utf8(&self.bytes).expect("requests are text")
    }

    /// The request target.
    pub(crate) fn target(&self) -> &str {
        self.head().split(' ').nth(1).expect("a target")
    }

    /// Whether it asks for several ranges.
    pub(crate) fn asks_several(&self) -> bool {
        let range = self.head().lines().find(|line| line.starts_with("Range: "));
        range.is_some_and(|range| range.contains(','))
    }

    /// The value of `Proxy-Authorization`.
    pub(crate) fn authorization(&self) -> Option<String> {
        let text = String::from_utf8_lossy(&self.bytes).into_owned();
        text.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("proxy-authorization").then(|| value.to_owned())
        })
    }
}

/// Relays between a client, of which `rest` was read already, and a connection to `backend`,
/// until both sides have closed.
pub(crate) fn relay(mut client: TcpStream, rest: &[u8], backend: SocketAddr) {
    let Ok(mut server) = TcpStream::connect(backend) else { return };
    let (Ok(mut from_client), Ok(mut to_server)) = (client.try_clone(), server.try_clone()) else {
        return;
    };
    if to_server.write_all(rest).is_err() {
        return;
    }
    thread::spawn(move || {
        let _ = io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
    });
    let _ = io::copy(&mut server, &mut client);
    let _ = client.shutdown(Shutdown::Write);
}

fn serve(
    mut stream: TcpStream,
    connection: usize,
    script: &dyn Fn(&Received) -> Reply,
    journal: &Journal,
) {
    // A client that goes away in the middle is not this server's failure: every error ends the
    // connection and nothing else.
    let mut rest = Vec::new();
    for turn in 0.. {
        let Some(bytes) = next_head(&mut stream, &mut rest) else { return };
        let received = Received { connection, turn, bytes };
        journal.lock().unwrap_or_else(PoisonError::into_inner).push(received.clone());
        match script(&received) {
            Reply::Keep(bytes) => {
                if stream.write_all(&bytes).is_err() {
                    return;
                }
            }
            Reply::Close(bytes) => {
                let _ = stream.write_all(&bytes);
                return linger(&mut stream);
            }
            Reply::Drip(bytes, pause) => return drip(stream, &[], &bytes, pause),
            Reply::Trickle(first, bytes, pause) => return drip(stream, &first, &bytes, pause),
            Reply::Endless(bytes, again) => {
                let mut written = stream.write_all(&bytes);
                while written.is_ok() {
                    written = stream.write_all(&again);
                }
                return;
            }
            Reply::Reset => return reset(stream),
            Reply::ResetAfter(bytes) => {
                let _ = stream.write_all(&bytes);
                return reset(stream);
            }
            Reply::Silence => return drain(&mut stream),
            Reply::StallAfter(bytes) => {
                let _ = stream.write_all(&bytes);
                return drain(&mut stream);
            }
            Reply::Tunnel(backend) => {
                let granted = b"HTTP/1.1 200 Connection established\r\n\r\n";
                if stream.write_all(granted).is_ok() {
                    relay(stream, &rest, backend);
                }
                return;
            }
        }
    }
}

/// The bytes up to and with the next empty line; what comes after them stays in `rest`.
fn next_head(stream: &mut TcpStream, rest: &mut Vec<u8>) -> Option<Vec<u8>> {
    loop {
        if let Some(at) = rest.windows(4).position(|window| window == b"\r\n\r\n") {
            return Some(rest.drain(..at + 4).collect());
        }
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer) {
            Ok(0) => return None,
            Ok(length) => rest.extend_from_slice(&buffer[..length]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
    }
}

/// Writes the first bytes at once and the others one by one, then closes.
fn drip(mut stream: TcpStream, first: &[u8], bytes: &[u8], pause: Duration) {
    let mut written = stream.write_all(first);
    for byte in bytes {
        written = written.and_then(|()| stream.write_all(&[*byte]));
        if written.is_err() {
            return;
        }
        thread::sleep(pause);
    }
    linger(&mut stream);
}

/// Closes our side and waits for the client's: closing with unread bytes would reset the
/// connection and could destroy the answer on its way.
fn linger(stream: &mut TcpStream) {
    let _ = stream.shutdown(Shutdown::Write);
    let _ = stream.set_read_timeout(Some(Duration::from_secs(1)));
    drain(stream);
}

/// Without lingering a close is a reset; the standard library cannot ask for that yet.
pub(crate) fn reset(stream: TcpStream) {
    let _context = runtime().enter();
    stream.set_nonblocking(true).expect("a socket can be made asynchronous");
    let stream = tokio::net::TcpStream::from_std(stream).expect("a socket of this runtime");
    let _ = stream.set_zero_linger();
}

fn drain(stream: &mut TcpStream) {
    let mut buffer = [0; 4096];
    while matches!(stream.read(&mut buffer), Ok(length) if length > 0) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_recorded_byte_for_byte_and_answered_by_the_script() {
        let server = Server::answering([
            Reply::Keep(b"one".to_vec()),
            Reply::Close(b"two".to_vec()),
            Reply::Close(b"three".to_vec()),
        ]);
        let first = b"HEAD /a HTTP/1.1\r\nhOST:  x \r\n\r\n";
        let second = b"GET /b HTTP/1.1\r\n\r\n";
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(first).unwrap();
        let mut answer = [0; 3];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"one");
        stream.write_all(second).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, "two");

        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(second).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, "three");

        assert_eq!(
            server.received(),
            [
                Received { connection: 0, turn: 0, bytes: first.to_vec() },
                Received { connection: 0, turn: 1, bytes: second.to_vec() },
                Received { connection: 1, turn: 0, bytes: second.to_vec() },
            ]
        );
        assert_eq!(server.url("/x"), format!("http://{}/x", server.address()));
    }

    #[test]
    fn two_requests_in_one_segment_are_told_apart() {
        let server =
            Server::answering([Reply::Keep(b"1".to_vec()), Reply::Drip(b"23".to_vec(), PAUSE)]);
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(b"GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, "123");
        assert_eq!(server.received().len(), 2);
    }

    #[test]
    fn silence_says_nothing() {
        let server = Server::answering([Reply::Silence]);
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.set_read_timeout(Some(PAUSE)).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
        let error = stream.read(&mut [0]).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
    }

    #[test]
    fn tunnels_relay_and_resets_reset() {
        let backend = Server::answering([Reply::Keep(b"one".to_vec()), Reply::Reset]);
        let address = backend.address();
        let server = Server::start(move |_| Reply::Tunnel(address));
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.write_all(b"CONNECT a:1 HTTP/1.1\r\n\r\nGET /1 HTTP/1.1\r\n\r\n").unwrap();
        let mut answer = [0; 42];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200 Connection established\r\n\r\none");

        let mut stream = TcpStream::connect(backend.address()).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
        assert_eq!(stream.read(&mut [0]).unwrap_err().kind(), ErrorKind::ConnectionReset);
    }

    const PAUSE: Duration = Duration::from_millis(20);
}
