//! Raw-socket tests of the mock itself: what is on the wire is what the catalogue states.

mod faults;
mod origin;
mod proxy;
mod servers;
mod tables;
mod variations;

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Behaviour, Running, start_origin, start_proxy};
use crate::wire::head::{Framing, ResponseHead, parse_response_head};

const LOOPBACK: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);
/// Longer than any answer takes that is not a stall.
const PATIENCE: Duration = Duration::from_millis(500);

async fn origin(names: &str) -> Running {
    start_origin(LOOPBACK, Behaviour::parse(names).unwrap()).await.unwrap()
}

async fn proxy(names: &str) -> Running {
    start_proxy(LOOPBACK, Behaviour::parse(names).unwrap()).await.unwrap()
}

/// A client that changes nothing and forgives nothing.
struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer.
struct Answer {
    head: ResponseHead,
    body: Vec<u8>,
}

impl Client {
    async fn connect(to: &Running) -> Self {
        Self { stream: TcpStream::connect(to.addr()).await.unwrap(), buffer: Vec::new() }
    }

    async fn send(&mut self, method: &str, target: &str, fields: &[(&str, &str)]) {
        let mut request = format!("{method} {target} HTTP/1.1\r\nHost: test.invalid\r\n");
        for (name, value) in fields {
            request.extend([name, ": ", value, "\r\n"]);
        }
        // A peer may have closed already; then no answer comes.
        let _ = self.stream.write_all((request + "\r\n").as_bytes()).await;
    }

    async fn answer(&mut self, to_head: bool) -> Answer {
        let head = loop {
            if let Some(head) = parse_response_head(&self.buffer).unwrap() {
                self.buffer.drain(..head.raw.len());
                if !head.is_interim() {
                    break head;
                }
                continue;
            }
            assert!(self.more().await > 0, "closed within the head");
        };
        let length = match head.framing(to_head) {
            Framing::Length(length) => length as usize,
            Framing::None => 0,
            other => panic!("unexpected framing {other:?}"),
        };
        while self.buffer.len() < length {
            assert!(self.more().await > 0, "closed within the body");
        }
        Answer { head, body: self.buffer.drain(..length).collect() }
    }

    async fn ask(&mut self, method: &str, target: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(method, target, fields).await;
        self.answer(method == "HEAD").await
    }

    async fn more(&mut self) -> usize {
        let read = self.stream.read_buf(&mut self.buffer);
        timeout(Duration::from_secs(20), read).await.expect("no answer").unwrap()
    }

    /// Whatever comes until the close or until [`PATIENCE`] is over; whether it was closed.
    async fn rest(&mut self) -> (Vec<u8>, bool) {
        loop {
            match timeout(PATIENCE, self.stream.read_buf(&mut self.buffer)).await {
                Ok(Ok(0) | Err(_)) => return (std::mem::take(&mut self.buffer), true),
                Ok(Ok(_)) if self.buffer.len() < 4 << 20 => {}
                _ => return (std::mem::take(&mut self.buffer), false),
            }
        }
    }
}

/// One request on its own connection, to an origin with this behaviour.
async fn ask(names: &str, method: &str, size: u64, fields: &[(&str, &str)]) -> Answer {
    let origin = origin(names).await;
    Client::connect(&origin).await.ask(method, &format!("/object/{size}.bin"), fields).await
}

/// The same, all bytes as they come; whether the connection was closed.
async fn raw(names: &str, method: &str, size: u64, fields: &[(&str, &str)]) -> (String, bool) {
    let origin = origin(names).await;
    let mut client = Client::connect(&origin).await;
    client.send(method, &format!("/object/{size}.bin"), fields).await;
    let (bytes, closed) = client.rest().await;
    (String::from_utf8_lossy(&bytes).into_owned(), closed)
}
