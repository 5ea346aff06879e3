//! The origin of the captures in testdata/responses: `/FLAGS/fN.bin` is N bytes of 16-byte records,
//! the offset in 15 digits and a line feed. What the flags mean is told in the README beside them.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

/// The origin. It serves until the end of the process.
pub(crate) struct FlagOrigin {
    address: SocketAddr,
    journal: Journal,
}

/// Connection, from 1, and head of each request.
type Journal = Arc<Mutex<Vec<(usize, Vec<u8>)>>>;

impl FlagOrigin {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("the address of a listener");
        let journal = Journal::default();
        let entries = Arc::clone(&journal);
        thread::spawn(move || {
            for (number, stream) in listener.incoming().flatten().enumerate() {
                let entries = Arc::clone(&entries);
                thread::spawn(move || serve(stream, number + 1, &entries));
            }
        });
        Self { address, journal }
    }

    /// `ADDR:PORT`.
    pub(crate) fn authority(&self) -> String {
        self.address.to_string()
    }

    /// The requests since this was called last.
    pub(crate) fn take(&self) -> Vec<(usize, Vec<u8>)> {
        std::mem::take(&mut self.journal.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn serve(mut stream: TcpStream, number: usize, journal: &Journal) {
    let _ = stream.set_nodelay(true);
    let mut input = Vec::new();
    loop {
        let Some(end) = input.windows(4).position(|window| window == b"\r\n\r\n") else {
            let mut block = [0; 4096];
            match stream.read(&mut block) {
                Ok(count) if count > 0 => input.extend_from_slice(&block[..count]),
                _ => return,
            }
            continue;
        };
        let request: Vec<u8> = input.drain(..end + 4).collect();
        let entry = (number, request.clone());
        journal.lock().unwrap_or_else(PoisonError::into_inner).push(entry);
        let answer = Answer::to(&String::from_utf8_lossy(&request));
        if answer.write(&mut stream).is_err() || answer.closes {
            return;
        }
    }
}

struct Answer {
    head: String,
    body: Vec<u8>,
    is_split: bool,
    is_slow: bool,
    closes: bool,
}

impl Answer {
    fn to(request: &str) -> Self {
        let mut words = request.split([' ', '\r']);
        let (method, path) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let (flags, file) = path[1..].split_once('/').expect("a path of two parts");
        let flags: Vec<&str> = flags.split(',').collect();
        let has = |flag| flags.contains(&flag);
        let size: usize = file
            .strip_prefix('f')
            .and_then(|file| file.strip_suffix(".bin"))
            .and_then(|size| size.parse().ok())
            .expect("a size in the name");
        let content: Vec<u8> =
            (0..size.div_ceil(16)).flat_map(|r| format!("{:015}\n", r * 16).into_bytes()).collect();
        let content = &content[..size];
        let kind = flags.iter().find_map(|flag| flag.strip_prefix("ct="));
        let kind = kind.map_or("application/octet-stream".into(), |kind| kind.replace('~', "/"));
        let field = |name: &str| {
            let line = request.lines().find(|line| line.starts_with(&format!("{name}: ")))?;
            Some(line[name.len() + 2..].to_owned())
        };
        let ranges = field("Range").filter(|_| !has("norange"));
        let ranges = ranges.as_deref().and_then(|value| value.strip_prefix("bytes="));
        let etag = format!("\"{size:x}-f{size}\"");
        let is_unchanged =
            !has("nocond") && field("If-None-Match").is_some_and(|value| value == etag);
        let spans = ranges.map(|ranges| resolve(ranges, size));
        let (status, kind, range, body) = match spans.as_deref() {
            _ if is_unchanged => ("304 Not Modified", kind, None, Vec::new()),
            None => ("200 OK", kind, None, content.to_vec()),
            Some([]) => (
                "416 Requested Range Not Satisfiable",
                "text/plain".into(),
                Some(format!("*/{size}")),
                b"range error\n".to_vec(),
            ),
            Some([(first, last)]) => {
                let range = format!("{first}-{last}/{size}");
                ("206 Partial Content", kind, Some(range), content[*first..=*last].to_vec())
            }
            Some(spans) => {
                let mut body = Vec::new();
                for (first, last) in spans {
                    let head = format!(
                        "--ORIGINBOUNDARY\r\nContent-Type: {kind}\r\n\
                         Content-Range: bytes {first}-{last}/{size}\r\n\r\n"
                    );
                    body.extend_from_slice(head.as_bytes());
                    body.extend_from_slice(&content[*first..=*last]);
                    body.extend_from_slice(b"\r\n");
                }
                body.extend_from_slice(b"--ORIGINBOUNDARY--\r\n");
                let kind = "multipart/byteranges; boundary=ORIGINBOUNDARY".to_owned();
                ("206 Partial Content", kind, None, body)
            }
        };
        let mut head = status_line(&flags, status);
        let mut line = |name: &str, value: &str| {
            write!(head, "{name}: {value}\r\n").expect("a String can be written to");
        };
        if !has("nodate") {
            line("Date", &httpdate::fmt_http_date(SystemTime::now()));
        }
        line("Server", "RawOrigin/1.0");
        if !has("nolm") {
            line("Last-Modified", "Tue, 01 Mar 2005 10:00:00 GMT");
        }
        if !has("noetag") {
            line("ETag", &etag);
        }
        if !has("norange") {
            line("Accept-Ranges", "bytes");
        }
        for (flag, seconds) in [("maxage", "600"), ("ma1", "1")] {
            if has(flag) {
                line("Cache-Control", &format!("max-age={seconds}"));
            }
        }
        if let Some(range) = range {
            line("Content-Range", &format!("bytes {range}"));
        }
        let is_chunked = has("chunked") || has("both");
        if is_chunked {
            line("Transfer-Encoding", "chunked");
        }
        if (!is_chunked && !has("nocl")) || has("both") {
            (0..=usize::from(has("dupcl")))
                .for_each(|_| line("Content-Length", &body.len().to_string()));
        }
        if has("close") || has("nocl") {
            line("Connection", "close");
        }
        line("Content-Type", &kind);
        head.push_str("\r\n");
        let body = match method {
            "HEAD" if !has("headbody") => Vec::new(),
            _ if is_chunked => chunked(&body),
            _ => body,
        };
        let closes = has("h10") || has("close") || has("nocl");
        Self { head, body, is_split: has("split"), is_slow: has("slow"), closes }
    }

    fn write(&self, stream: &mut TcpStream) -> std::io::Result<()> {
        let mut first = self.head.clone().into_bytes();
        let mut rest: &[u8] = &self.body;
        if !self.is_split && !self.is_slow {
            first.extend_from_slice(rest);
            rest = &[];
        }
        stream.write_all(&first)?;
        let step = if self.is_slow { rest.len().div_ceil(3).max(1) } else { rest.len().max(1) };
        for part in rest.chunks(step) {
            thread::sleep(APART);
            stream.write_all(part)?;
        }
        Ok(())
    }
}

/// The flag `st=` sets another status.
fn status_line(flags: &[&str], status: &str) -> String {
    let told = flags.iter().find_map(|flag| flag.strip_prefix("st="));
    let status = told.map_or(status.to_owned(), |code| format!("{code} Told"));
    format!("HTTP/1.{} {status}\r\n", u8::from(!flags.contains(&"h10")))
}

pub(crate) fn resolve(ranges: &str, size: usize) -> Vec<(usize, usize)> {
    let mut spans = Vec::new();
    for member in ranges.split(',') {
        let Some((first, last)) = member.split_once('-') else { continue };
        let (first, last) = match (first.parse::<usize>(), last.parse::<usize>()) {
            (Ok(first), Ok(last)) => (first, last.min(size - 1)),
            (Ok(first), Err(_)) => (first, size - 1),
            (Err(_), Ok(length)) => (size.saturating_sub(length), size - 1),
            (Err(_), Err(_)) => continue,
        };
        if first <= last && first < size {
            spans.push((first, last));
        }
    }
    spans
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for chunk in body.chunks(4000) {
        out.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        out.extend_from_slice(chunk);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"0\r\n\r\n");
    out
}

/// Between writes that must not come together.
const APART: Duration = Duration::from_millis(150);
