//! A raw client: sends bytes, and gives head and body of the answer as they came, with whether the
//! connection was closed after it.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// A connection.
pub(crate) struct Client {
    stream: TcpStream,
    input: Vec<u8>,
}

/// An answer, byte for byte.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// With the empty line.
    pub(crate) head: Vec<u8>,
    /// As framed, chunk sizes included.
    pub(crate) body: Vec<u8>,
    /// Whether the other side closed after it.
    pub(crate) is_closed: bool,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("a proxy that listens");
        stream.set_nodelay(true).expect("an option of a socket");
        Self { stream, input: Vec::new() }
    }

    /// Sends a request and reads the answer to its end.
    pub(crate) fn ask(&mut self, request: &[u8]) -> Answer {
        self.stream.write_all(request).expect("a proxy that reads");
        let head = self.until(|input| end_of(input, b"\r\n\r\n"));
        let text = String::from_utf8_lossy(&head).to_ascii_lowercase();
        let length = text.split_once("content-length: ").map(|(_, rest)| {
            rest.split("\r\n").next().and_then(|value| value.parse().ok()).expect("a length")
        });
        let is_empty = request.starts_with(b"HEAD") || text.starts_with("http/1.1 304");
        let body = match length {
            _ if is_empty => Vec::new(),
            Some(length) => self.until(|input| (input.len() >= length).then_some(length)),
            None if text.contains("transfer-encoding: chunked") => self.until(end_of_chunks),
            None => self.until(|_| None),
        };
        let says_close = text.contains("connection: close");
        let is_closed = self.read(if says_close { LONG } else { SHORT }) == Some(0);
        assert!(self.input.is_empty(), "stray bytes: {:?}", String::from_utf8_lossy(&self.input));
        Answer { head, body, is_closed }
    }

    /// Sends a CONNECT and reads the head of the answer, behind which the tunnel begins.
    pub(crate) fn grant(&mut self, request: &[u8]) -> Vec<u8> {
        self.stream.write_all(request).expect("a proxy that reads");
        self.until(|input| end_of(input, b"\r\n\r\n"))
    }

    /// Takes as many bytes as `end` says, or all up to the close.
    fn until(&mut self, end: impl Fn(&[u8]) -> Option<usize>) -> Vec<u8> {
        loop {
            if let Some(end) = end(&self.input) {
                return self.input.drain(..end).collect();
            }
            match self.read(LONG) {
                Some(0) => return std::mem::take(&mut self.input),
                Some(_) => {}
                None => panic!("no end after {:?}", String::from_utf8_lossy(&self.input)),
            }
        }
    }

    /// How many bytes came; nothing when none did in time.
    fn read(&mut self, patience: Duration) -> Option<usize> {
        self.stream.set_read_timeout(Some(patience)).expect("an option of a socket");
        let mut block = [0; 16 * 1024];
        match self.stream.read(&mut block) {
            Ok(count) => {
                self.input.extend_from_slice(&block[..count]);
                Some(count)
            }
            Err(error) if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock) => {
                None
            }
            Err(_) => Some(0),
        }
    }
}

fn end_of(input: &[u8], what: &[u8]) -> Option<usize> {
    input.windows(what.len()).position(|window| window == what).map(|at| at + what.len())
}

/// The length of a chunked body that is all there.
fn end_of_chunks(input: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let line = end_of(&input[at..], b"\r\n")?;
        let size = std::str::from_utf8(&input[at..at + line - 2]).expect("a chunk size");
        let size = usize::from_str_radix(size, 16).expect("a chunk size");
        at += line + size + 2;
        if size == 0 {
            return (input.len() >= at).then_some(at);
        }
        if at > input.len() {
            return None;
        }
    }
}

/// For what must come.
const LONG: Duration = Duration::from_secs(10);
/// For what must not come.
const SHORT: Duration = Duration::from_millis(3);
