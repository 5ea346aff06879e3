//! The raw writer: puts a reply on the wire exactly as it is, however wrong. It serves the mocks
//! whose replies hyper refuses or would put right.

use std::io;

use bytes::{BufMut, Bytes, BytesMut};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::mechanism::Pace;
use super::message::{After, Coding, Delivery, HeadForm, Reply, Request, reason_of, remove, set};
use crate::wire::fields::ContentLength;

/// What the connection is good for afterwards.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Outcome {
    Close,
    Keep,
    Reset,
    /// Open, but nothing more comes.
    Stall,
}

/// Writes a reply to `request`.
pub(crate) async fn write_reply(
    stream: &mut TcpStream,
    request: &Request,
    reply: &mut Reply,
) -> io::Result<Outcome> {
    let has_body = has_body(request, reply);
    let closes = settle_connection(request, reply, has_body);
    // HTTP/1.0 clients know no interim answers (RFC 9110 15.2).
    for &status in reply.interim.iter().filter(|_| request.minor > 0) {
        let line = format!("HTTP/1.1 {status} {}\r\n\r\n", reason_of(status));
        stream.write_all(line.as_bytes()).await?;
    }
    match write_head(stream, reply).await? {
        After::Continue => {}
        other => return Ok(outcome_of(other)),
    }
    if !has_body {
        stream.write_all(&reply.delivery.after_head).await?;
        return Ok(if closes { Outcome::Close } else { Outcome::Keep });
    }
    let (sent, after) = write_body(stream, reply).await?;
    // A client that trusts the head cannot find the next answer: the close ends this one.
    let is_short = reply.coding == Coding::Plain
        && match reply.fields.content_length() {
            ContentLength::Valid { value, .. } => value > sent,
            _ => true,
        };
    Ok(match outcome_of(after) {
        Outcome::Keep if closes || is_short => Outcome::Close,
        outcome => outcome,
    })
}

/// Whether a body follows the head (RFC 9112 6.3).
pub(crate) fn has_body(request: &Request, reply: &Reply) -> bool {
    let opens_tunnel = request.is_connect() && (200..300).contains(&reply.status);
    let is_bodiless = matches!(reply.status, 204 | 304);
    !request.is_head() && !opens_tunnel && !is_bodiless
}

/// Makes framing and Connection fit the client's version. Whether the connection ends after it.
pub(crate) fn settle_connection(request: &Request, reply: &mut Reply, has_body: bool) -> bool {
    if let Some(closes) = reply.closes {
        return closes;
    }
    if (request.minor == 0 || reply.minor == 0) && reply.coding == Coding::Chunked {
        remove(&mut reply.fields, "Transfer-Encoding");
        reply.coding = Coding::Plain;
    }
    if reply.fields.lists("connection", "close") {
        return true;
    }
    let ends_by_close = has_body
        && reply.coding == Coding::Plain
        && reply.fields.content_length() == ContentLength::Absent;
    if !request.keeps_alive() || ends_by_close {
        set(&mut reply.fields, "Connection", "close");
        return true;
    }
    if request.minor == 0 || reply.minor == 0 {
        set(&mut reply.fields, "Connection", "keep-alive");
    }
    false
}

async fn write_head(stream: &mut TcpStream, reply: &Reply) -> io::Result<After> {
    let form = &reply.head;
    if form.absent {
        return Ok(After::Continue);
    }
    let mut head = BytesMut::new();
    let line_end: &[u8] = if form.bare_lf { b"\n" } else { b"\r\n" };
    match &form.status_line {
        Some(line) => head.put_slice(line),
        None => head.put_slice(
            format!("HTTP/1.{} {} {}", reply.minor, reply.status, reply.reason).as_bytes(),
        ),
    }
    head.put_slice(line_end);
    for field in reply.fields.iter() {
        head.put_slice(field.name.as_bytes());
        head.put_slice(b": ");
        head.put_slice(field.value.as_bytes());
        head.put_slice(line_end);
    }
    for line in &form.raw_lines {
        head.put_slice(line);
        head.put_slice(line_end);
    }
    put_filler(&mut head, form);
    if form.endless {
        return write_endless(stream, &head.freeze(), FILLER_LINE).await;
    }
    head.put_slice(line_end);
    let (count, after) = form.cut.unwrap_or((usize::MAX, After::Continue));
    let mut pacer = Pacer::new(form.pace.clone());
    pacer.write(stream, &head[..count.min(head.len())]).await?;
    Ok(after)
}

fn put_filler(head: &mut BytesMut, form: &HeadForm) {
    let mut left = form.filler;
    while left > 0 {
        head.put_slice(FILLER_LINE);
        left = left.saturating_sub(FILLER_LINE.len());
    }
}

/// Writes the body. How many bytes of it went out, and what comes then.
async fn write_body(stream: &mut TcpStream, reply: &mut Reply) -> io::Result<(u64, After)> {
    let Reply { body, coding, delivery, .. } = reply;
    let mut out = Out { pacer: Pacer::new(delivery.pace.clone()), coding: *coding };
    let mut shaper = Shaper::new(delivery);
    loop {
        match body.next().await {
            Ok(Some(bytes)) => {
                let bytes = shaper.shape(bytes);
                out.write(stream, &bytes).await?;
                if shaper.is_full() {
                    return Ok((shaper.sent, delivery.after));
                }
            }
            Ok(None) => break,
            // Upstream broke off: so does this connection.
            Err(_) => return Ok((shaper.sent, After::Close)),
        }
    }
    if !delivery.append.is_empty() {
        out.write(stream, &delivery.append).await?;
        shaper.sent += delivery.append.len() as u64;
    }
    if delivery.endless {
        let after = write_endless(stream, b"", STRAY).await?;
        return Ok((shaper.sent, after));
    }
    match out.coding {
        Coding::Chunked => stream.write_all(b"0\r\n\r\n").await?,
        Coding::ChunkedWithoutEnd => return Ok((shaper.sent, After::Stall)),
        Coding::Plain => {}
    }
    // A body shorter than the limit is delivered whole, and still what was to happen happens.
    Ok((shaper.sent, delivery.after))
}

async fn write_endless(stream: &mut TcpStream, start: &[u8], more: &[u8]) -> io::Result<After> {
    stream.write_all(start).await?;
    let block = more.repeat(BLOCK / more.len());
    for _ in 0..ENDLESS / BLOCK as u64 {
        stream.write_all(&block).await?;
    }
    Ok(After::Close)
}

fn outcome_of(after: After) -> Outcome {
    match after {
        After::Close => Outcome::Close,
        After::Continue => Outcome::Keep,
        After::Reset => Outcome::Reset,
        After::Stall => Outcome::Stall,
    }
}

/// Changes the bytes of a body on their way out.
#[derive(Debug)]
pub(crate) struct Shaper {
    corrupt: Option<u64>,
    limit: Option<u64>,
    skip: u64,
    sent: u64,
}

impl Shaper {
    pub(crate) fn new(delivery: &Delivery) -> Self {
        let &Delivery { corrupt, limit, skip, .. } = delivery;
        Self { corrupt, limit, skip, sent: 0 }
    }

    fn is_full(&self) -> bool {
        self.limit.is_some_and(|limit| self.sent >= limit)
    }

    pub(crate) fn shape(&mut self, mut bytes: Bytes) -> Bytes {
        let skipped = self.skip.min(bytes.len() as u64);
        self.skip -= skipped;
        let _ = bytes.split_to(skipped as usize);
        if let Some(limit) = self.limit {
            bytes.truncate((limit - self.sent).min(bytes.len() as u64) as usize);
        }
        let place = self.corrupt.and_then(|place| place.checked_sub(self.sent));
        let place = place.filter(|&place| place < bytes.len() as u64);
        self.sent += bytes.len() as u64;
        let Some(place) = place else { return bytes };
        let mut altered = BytesMut::from(&bytes[..]);
        altered[place as usize] ^= 1;
        altered.freeze()
    }
}

/// Body bytes on their way out, in their transfer coding.
struct Out {
    pacer: Pacer,
    coding: Coding,
}

impl Out {
    async fn write(&mut self, stream: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        if self.coding == Coding::Plain {
            return self.pacer.write(stream, bytes).await;
        }
        stream.write_all(format!("{:x}\r\n", bytes.len()).as_bytes()).await?;
        self.pacer.write(stream, bytes).await?;
        stream.write_all(b"\r\n").await
    }
}

/// Writes in pieces of given sizes, with pauses.
struct Pacer {
    pace: Option<Pace>,
    next: usize,
}

impl Pacer {
    fn new(pace: Option<Pace>) -> Self {
        Self { pace: pace.filter(|pace| !pace.sizes.is_empty()), next: 0 }
    }

    async fn write(&mut self, stream: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
        let Some(Pace { sizes, pause, times }) = &self.pace else {
            return stream.write_all(bytes).await;
        };
        let mut rest = bytes;
        while !rest.is_empty() {
            if times.is_some_and(|times| self.next >= times) {
                return stream.write_all(rest).await;
            }
            let size = sizes[self.next % sizes.len()].clamp(1, rest.len());
            self.next += 1;
            let (now, later) = rest.split_at(size);
            stream.write_all(now).await?;
            rest = later;
            if pause.is_zero() {
                tokio::task::yield_now().await;
            } else {
                tokio::time::sleep(*pause).await;
            }
        }
        Ok(())
    }
}

const FILLER_LINE: &[u8] =
    b"X-Filler: 0123456789abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789\r\n";
const STRAY: &[u8] = b"stray bytes\n";
const BLOCK: usize = 16 * 1024;
/// "Without end" ends here, in bytes: no client waits for more, and a sink must not run for ever.
const ENDLESS: u64 = 1 << 30;
