//! The origin behind the proxy: position-coded bytes, served as the first segment of the path says,
//! written raw, so that no library smooths anything. It remembers what arrived and which dates it
//! told.
//!
//! `/KIND/NAME/SIZE.bin`, where KIND is `ranges` (right), `silent` (right, but no Accept-Ranges),
//! `ignores` (no ranges at all), `chunked` (right, but in chunks and without a length), `gzip` (as
//! `ranges` to those who do not accept gzip; to others gzip in chunks) or `missing` (404). A body of
//! no known length comes in two halves with a pause between, and so does any when `slow-` stands
//! before the kind: what a proxy answers must not hang on how fast it reads. With `lasting-` before
//! it the object says that it lasts for an hour.

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

use bitsgate::mock::content::Content;
use bitsgate::wire::byte_range::{RangeSet, Span};

use super::pages::gzip;

/// A running origin. Its threads end with the test.
#[derive(Debug)]
pub(crate) struct Origin {
    address: SocketAddr,
    memory: Arc<Memory>,
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    pub(crate) method: String,
    pub(crate) path: String,
    /// The version's text.
    pub(crate) version: String,
    pub(crate) fields: Vec<(String, String)>,
}

#[derive(Debug, Default)]
struct Memory {
    arrived: Mutex<Vec<Arrived>>,
    dates: Mutex<HashSet<String>>,
}

impl Origin {
    /// Starts one.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        let memory = Arc::new(Memory::default());
        let remembering = Arc::clone(&memory);
        thread::spawn(move || {
            for stream in listener.incoming().filter_map(Result::ok) {
                let memory = Arc::clone(&remembering);
                thread::spawn(move || serve(&stream, &memory));
            }
        });
        Self { address, memory }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What arrived for a path so far.
    pub(crate) fn arrived(&self, path: &str) -> Vec<Arrived> {
        let arrived = self.memory.arrived.lock().unwrap_or_else(PoisonError::into_inner);
        arrived.iter().filter(|request| request.path == path).cloned().collect()
    }

    /// Whether it told this date. Its clock is slow, so that no proxy's own date is among them.
    pub(crate) fn told(&self, date: &str) -> bool {
        self.memory.dates.lock().unwrap_or_else(PoisonError::into_inner).contains(date)
    }
}

/// Serves a connection until the client or its own word ends it.
fn serve(stream: &TcpStream, memory: &Memory) {
    let mut reader = BufReader::new(stream);
    let mut writer = stream;
    let _ = stream.set_nodelay(true);
    while let Some(request) = read(&mut reader) {
        let date = httpdate::fmt_http_date(SystemTime::now() - SLOWNESS);
        let Written { head, body, closes } = answer(&request, &date);
        memory.dates.lock().unwrap_or_else(PoisonError::into_inner).insert(date);
        let pauses =
            ["/slow-", "/chunked/", "/gzip/"].iter().any(|kind| request.path.starts_with(kind));
        memory.arrived.lock().unwrap_or_else(PoisonError::into_inner).push(request);
        let (now, later) = body.split_at(if pauses { body.len() / 2 } else { body.len() });
        if writer.write_all(&[&head, now].concat()).is_err() {
            return;
        }
        if !later.is_empty() {
            thread::sleep(PAUSE);
            let _ = writer.write_all(later);
        }
        if closes {
            return;
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Arrived> {
    let mut line = String::new();
    let mut next = || {
        line.clear();
        let length = reader.read_line(&mut line).ok()?;
        (length > 0).then(|| line.trim_end().to_owned())
    };
    let first = next()?;
    let [method, target, version] = first.split(' ').collect::<Vec<_>>().try_into().ok()?;
    let path = match target.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |slash| &rest[slash..]),
        None => target,
    };
    let (method, path, version) = (method.to_owned(), path.to_owned(), version.to_owned());
    let mut fields = Vec::new();
    loop {
        let line = next()?;
        let Some((name, value)) = line.split_once(':') else { break };
        fields.push((name.to_owned(), value.trim().to_owned()));
    }
    Some(Arrived { method, path, version, fields })
}

impl Arrived {
    /// The value of a field.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let (_, value) = self.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name))?;
        Some(value)
    }
}

/// A reply as it goes out, and whether the connection ends after it.
struct Written {
    head: Vec<u8>,
    body: Vec<u8>,
    closes: bool,
}

fn answer(request: &Arrived, date: &str) -> Written {
    let is_old = request.version == "HTTP/1.0";
    let connection = request.field("Connection").unwrap_or_default().to_ascii_lowercase();
    let closes = connection.contains("close") || (is_old && !connection.contains("keep-alive"));
    let (kind, size) = place(&request.path);
    let mut reply = reply_of(request, kind, size);
    if kind == "chunked" && !is_old {
        reply.fields.retain(|(name, _)| *name != "Content-Length");
        reply.fields.push(("Transfer-Encoding", "chunked".to_owned()));
        reply.body = chunked(&reply.body);
    }
    let mut head = format!("HTTP/1.1 {}\r\nDate: {date}\r\n", reply.status);
    if request.path.starts_with("/lasting-") && reply.status.starts_with('2') {
        reply.fields.push(("Cache-Control", "max-age=3600".to_owned()));
    }
    for (name, value) in &reply.fields {
        head.extend([name, ": ", value, "\r\n"]);
    }
    if closes {
        head.push_str("Connection: close\r\n");
    }
    head.push_str("\r\n");
    let body = if request.method == "HEAD" { Vec::new() } else { reply.body };
    Written { head: head.into_bytes(), body, closes }
}

struct Reply {
    status: &'static str,
    fields: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

fn reply_of(request: &Arrived, kind: &str, size: u64) -> Reply {
    let server = ("Server", SERVER.to_owned());
    let text = |status, text: &str| Reply {
        status,
        fields: vec![
            server.clone(),
            ("Content-Length", text.len().to_string()),
            ("Content-Type", "text/plain".to_owned()),
        ],
        body: text.as_bytes().to_vec(),
    };
    if kind == "missing" {
        return text("404 Not Found", "There is no such object.\n");
    }
    if request.field("If-Unmodified-Since").is_some_and(|date| date != MODIFIED) {
        return text("412 Precondition Failed", "It changed.\n");
    }
    let mut fields = vec![
        server.clone(),
        ("Last-Modified", MODIFIED.to_owned()),
        ("ETag", format!("\"{size:x}\"")),
    ];
    if !["ignores", "silent"].contains(&kind) {
        fields.push(("Accept-Ranges", "bytes".to_owned()));
    }
    if request.field("If-None-Match").is_some_and(|tag| tag == format!("\"{size:x}\"")) {
        return Reply { status: "304 Not Modified", fields, body: Vec::new() };
    }
    let accepts_gzip = request.field("Accept-Encoding").is_some_and(|list| list.contains("gzip"));
    let range = request.field("Range").filter(|_| request.method == "GET" && kind != "ignores");
    let octets = ("Content-Type", "application/octet-stream".to_owned());
    let whole = || Span::with_width(0, size).map_or(Vec::new(), bytes);
    let (status, body) = if kind == "gzip" && accepts_gzip {
        fields.extend([
            ("Content-Encoding", "gzip".to_owned()),
            ("Vary", "Accept-Encoding".to_owned()),
            ("Transfer-Encoding", "chunked".to_owned()),
            octets,
        ]);
        return Reply { status: "200 OK", fields, body: chunked(&gzip(&whole())) };
    } else if let Some(set) = range.and_then(RangeSet::parse) {
        match set.resolve(size).as_slice() {
            [] => {
                let mut reply = text("416 Range Not Satisfiable", "No such range.\n");
                reply.fields.push(("Content-Range", format!("bytes */{size}")));
                return reply;
            }
            [span] => {
                fields.extend([octets, ("Content-Range", format!("bytes {span}/{size}"))]);
                ("206 Partial Content", bytes(*span))
            }
            spans => {
                let kind = format!("multipart/byteranges; boundary={BOUNDARY}");
                fields.push(("Content-Type", kind));
                ("206 Partial Content", multipart(spans, size))
            }
        }
    } else {
        fields.push(octets);
        ("200 OK", whole())
    };
    fields.push(("Content-Length", body.len().to_string()));
    Reply { status, fields, body }
}

/// Kind and size, which a path names.
fn place(path: &str) -> (&str, u64) {
    let kind = path.split('/').nth(1).unwrap_or_default();
    let kind = kind.trim_start_matches("slow-").trim_start_matches("lasting-");
    let file = path.rsplit('/').next().unwrap_or_default();
    (kind, file.trim_end_matches(".bin").parse().unwrap_or_default())
}

fn bytes(span: Span) -> Vec<u8> {
    Content::default().bytes(span).to_vec()
}

fn multipart(spans: &[Span], size: u64) -> Vec<u8> {
    let mut body = Vec::new();
    for span in spans {
        body.extend(
            format!(
                "\r\n--{BOUNDARY}\r\nContent-Type: application/octet-stream\r\n\
                 Content-Range: bytes {span}/{size}\r\n\r\n"
            )
            .bytes(),
        );
        body.extend(bytes(*span));
    }
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
    body
}

fn chunked(body: &[u8]) -> Vec<u8> {
    let mut coded = Vec::new();
    for chunk in body.chunks(CHUNK) {
        coded.extend(format!("{:x}\r\n", chunk.len()).bytes());
        coded.extend(chunk);
        coded.extend(b"\r\n");
    }
    coded.extend(b"0\r\n\r\n");
    coded
}

/// When the objects were last changed: old enough that all validators are strong.
const MODIFIED: &str = "Tue, 01 Mar 2005 10:00:00 GMT";
const SERVER: &str = "golden-origin";
const BOUNDARY: &str = "golden-0123456789";
const CHUNK: usize = 8192;
/// Of its clock.
const SLOWNESS: Duration = Duration::from_mins(1);
/// Longer than a proxy waits for more before it answers.
const PAUSE: Duration = Duration::from_millis(400);
