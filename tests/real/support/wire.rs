//! Looks at the wire without the tool: one request as BITS sends it, and the answer's head.
//!
//! A case states with it what the program under test really does, so that a failing test tells a
//! wrong verdict from a program that behaves otherwise in this version.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, SocketAddrV4, TcpStream};
use std::time::{Duration, Instant};

use url::Url;

/// An answer as it came, up to a few kilobytes of its body.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status code.
    pub(crate) status: u16,
    fields: Vec<(String, String)>,
    /// What came of the body, with its framing.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The head may come alone; of a body we wait for what was announced, or for enough of it.
    fn is_enough(&self) -> bool {
        let announced = self.field("Content-Length").and_then(|value| value.parse().ok());
        let wanted = announced.unwrap_or(BODY_LIMIT).min(BODY_LIMIT);
        self.body.len() >= wanted || (announced.is_none() && self.body.ends_with(b"0\r\n\r\n"))
    }

    /// The value of a field, when it is there once.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        let mut values = self.fields.iter().filter(|(field, _)| field.eq_ignore_ascii_case(name));
        let value = values.next().map(|(_, value)| value.as_str());
        assert!(values.next().is_none(), "{name} is repeated: {:?}", self.fields);
        value
    }
}

/// Asks for the head of `url`, through `proxy` when there is one.
pub(crate) fn head(proxy: Option<SocketAddrV4>, url: &str) -> Answer {
    ask("HEAD", proxy, url, "")
}

/// Asks for ranges of `url`; `range` is the value of the Range field.
pub(crate) fn get(proxy: Option<SocketAddrV4>, url: &str, range: &str) -> Answer {
    ask("GET", proxy, url, &format!("Range: {range}\r\n"))
}

/// Fetches all of `url`, and so fills what caches on the way.
pub(crate) fn fetch(proxy: Option<SocketAddrV4>, url: &str) {
    let mut stream = send("GET", proxy, url, "Connection: close\r\n");
    let length = stream.read_to_end(&mut Vec::new()).expect("the whole file");
    assert!(length > 0, "nothing came of {url}");
}

/// Asks for the head of `url`, as [`head`]; says what happened when no whole answer came.
pub(crate) fn try_head(proxy: Option<SocketAddrV4>, url: &str) -> Result<Answer, &'static str> {
    try_ask("HEAD", proxy, url, "")
}

/// Asks for ranges of `url`, as [`get`]; says what happened when no whole answer came.
pub(crate) fn try_get(
    proxy: Option<SocketAddrV4>,
    url: &str,
    range: &str,
) -> Result<Answer, &'static str> {
    try_ask("GET", proxy, url, &format!("Range: {range}\r\n"))
}

/// Asks for all of `url`, but reads no more than the first bytes of it.
pub(crate) fn try_file(proxy: Option<SocketAddrV4>, url: &str) -> Result<Answer, &'static str> {
    try_ask("GET", proxy, url, "")
}

fn ask(method: &str, proxy: Option<SocketAddrV4>, url: &str, fields: &str) -> Answer {
    try_ask(method, proxy, url, fields)
        .unwrap_or_else(|problem| panic!("{method} {url} ({fields}): {problem}"))
}

fn try_ask(
    method: &str,
    proxy: Option<SocketAddrV4>,
    url: &str,
    fields: &str,
) -> Result<Answer, &'static str> {
    let mut stream = send(method, proxy, url, fields);
    let begun = Instant::now();
    let mut data = Vec::new();
    loop {
        if let Some(answer) = parse(&data).filter(|answer| method == "HEAD" || answer.is_enough()) {
            return Ok(answer);
        }
        if begun.elapsed() > TIME_LIMIT {
            return Err("silence");
        }
        let mut buffer = [0; 4096];
        match stream.read(&mut buffer) {
            Ok(0) => return Err("closed"),
            Ok(length) => data.extend_from_slice(&buffer[..length]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return Err("reset"),
            Err(_) => return Err("silence"),
        }
    }
}

fn send(method: &str, proxy: Option<SocketAddrV4>, url: &str, fields: &str) -> TcpStream {
    let url = Url::parse(url).expect("a URL");
    let host = format!("{}:{}", url.host_str().expect("a host"), url.port().expect("a port"));
    let (address, target, connection) = match proxy {
        Some(proxy) => (proxy.into(), url.as_str(), "Proxy-Connection"),
        None => (host.parse::<SocketAddr>().expect("an address"), url.path(), "Connection"),
    };
    let connection = if fields.contains("Connection:") {
        String::new()
    } else {
        format!("{connection}: Keep-Alive\r\n")
    };
    let request = format!(
        "{method} {target} HTTP/1.1\r\nAccept: */*\r\nAccept-Encoding: identity\r\n{fields}\
         User-Agent: Microsoft BITS/7.8\r\nHost: {host}\r\n{connection}\r\n"
    );
    let mut stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(TIME_LIMIT)).expect("a time limit");
    stream.write_all(request.as_bytes()).expect("a request goes out");
    stream
}

fn parse(data: &[u8]) -> Option<Answer> {
    let mut fields = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut fields);
    let httparse::Status::Complete(length) = response.parse(data).expect("a response head") else {
        return None;
    };
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    Some(Answer {
        status: response.code.expect("a status"),
        fields: response
            .headers
            .iter()
            .map(|field| (field.name.to_owned(), text(field.value)))
            .collect(),
        body: data[length..].to_vec(),
    })
}

const BODY_LIMIT: usize = 2048;
const TIME_LIMIT: Duration = Duration::from_secs(20);
