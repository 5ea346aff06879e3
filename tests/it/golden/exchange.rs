//! Asks at the socket and reads the whole answer as it comes: head, body in its framing, what comes
//! after it, and what becomes of the connection.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Status line and fields, without their line ends.
    pub(crate) head: Vec<String>,
    /// Without its transfer coding.
    pub(crate) body: Vec<u8>,
    pub(crate) framing: Framing,
    /// What came when the body was over.
    pub(crate) stray: Vec<u8>,
    pub(crate) connection: Connection,
}

/// How the end of the body is told.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Framing {
    Chunked,
    ChunkedWithoutEnd,
    Close,
    Length,
    /// Fewer bytes than announced.
    LengthUnreached,
    /// No body can follow.
    NoBody,
    /// In chunks, though the head does not say so; ended or not.
    UnsaidChunks,
    UnsaidChunksWithoutEnd,
}

/// What became of the connection after the answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Connection {
    Closed,
    Kept,
    Reset,
}

/// Sends `request` and reads what comes.
pub(crate) fn ask(address: SocketAddr, request: &str) -> Answer {
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(TICK)).expect("a time limit");
    stream.write_all(request.as_bytes()).expect("a request goes out");
    let begun = Instant::now();
    let is_head = request.starts_with("HEAD ");
    let mut data = Vec::new();
    let mut quiet_since = Instant::now();
    let connection = loop {
        let mut buffer = [0; 16 * 1024];
        match stream.read(&mut buffer) {
            Ok(0) => break Connection::Closed,
            Ok(length) => {
                data.extend_from_slice(&buffer[..length]);
                quiet_since = Instant::now();
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break Connection::Reset,
            Err(_) => {}
        }
        // A whole answer is followed by silence, an unfinished one by a longer one.
        let is_whole = parse(&data, is_head, false).is_some_and(|answer| answer.is_whole());
        let patience = if is_whole { QUIET } else { SILENCE };
        if quiet_since.elapsed() > patience || begun.elapsed() > LIMIT {
            break Connection::Kept;
        }
    };
    let is_over = connection != Connection::Kept;
    let answer = parse(&data, is_head, is_over);
    let empty = Answer {
        head: Vec::new(),
        body: Vec::new(),
        framing: Framing::NoBody,
        stray: data,
        connection,
    };
    Answer { connection, ..answer.unwrap_or(empty) }
}

impl Answer {
    fn is_whole(&self) -> bool {
        matches!(self.framing, Framing::Chunked | Framing::Length | Framing::NoBody)
    }

    /// The value of a field.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.head.iter().skip(1).find_map(|line| {
            let (field, value) = line.split_once(':')?;
            field.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// Reads what came; none as long as the head is not whole.
fn parse(data: &[u8], is_head: bool, is_over: bool) -> Option<Answer> {
    let end = data.windows(4).position(|window| window == b"\r\n\r\n")?;
    let text = String::from_utf8_lossy(&data[..end]).into_owned();
    let mut answer = Answer {
        head: text.split("\r\n").map(str::to_owned).collect(),
        body: Vec::new(),
        framing: Framing::Close,
        stray: Vec::new(),
        connection: Connection::Kept,
    };
    let rest = &data[end + 4..];
    let status = answer.head[0].split(' ').nth(1).unwrap_or_default();
    if is_head || ["204", "304"].contains(&status) {
        answer.framing = Framing::NoBody;
        answer.stray = rest.to_vec();
    } else if answer.field("Transfer-Encoding").is_some() {
        read_chunks(&mut answer, rest);
    } else if let Some(length) = answer.field("Content-Length").and_then(|text| text.parse().ok()) {
        let length: usize = length;
        let is_reached = rest.len() >= length;
        answer.framing = if is_reached { Framing::Length } else { Framing::LengthUnreached };
        answer.body = rest[..length.min(rest.len())].to_vec();
        answer.stray = rest[length.min(rest.len())..].to_vec();
    } else {
        read_chunks(&mut answer, rest);
        answer.framing = match answer.framing {
            _ if answer.body.is_empty() && is_over => Framing::Close,
            _ if answer.body.is_empty() => Framing::LengthUnreached,
            Framing::Chunked => Framing::UnsaidChunks,
            _ => Framing::UnsaidChunksWithoutEnd,
        };
        if matches!(answer.framing, Framing::Close | Framing::LengthUnreached) {
            answer.body = rest.to_vec();
        }
    }
    Some(answer)
}

fn read_chunks(answer: &mut Answer, mut rest: &[u8]) {
    answer.framing = Framing::ChunkedWithoutEnd;
    loop {
        let Some(end) = rest.windows(2).position(|window| window == b"\r\n") else { return };
        let line = String::from_utf8_lossy(&rest[..end]).into_owned();
        let Ok(size) = usize::from_str_radix(line.trim(), 16) else { return };
        let data = &rest[end + 2..];
        if size == 0 {
            if let Some(after) = data.strip_prefix(b"\r\n") {
                answer.framing = Framing::Chunked;
                answer.stray = after.to_vec();
            }
            return;
        }
        answer.body.extend(&data[..size.min(data.len())]);
        if data.len() < size + 2 {
            return;
        }
        rest = &data[size + 2..];
    }
}

/// How long one read waits.
const TICK: Duration = Duration::from_millis(50);
/// Nothing after a whole answer for this time: the connection is kept.
const QUIET: Duration = Duration::from_millis(300);
/// Nothing in the midst of an answer for this time: it never ends.
const SILENCE: Duration = Duration::from_secs(4);
const LIMIT: Duration = Duration::from_secs(30);
