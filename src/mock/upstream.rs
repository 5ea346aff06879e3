//! The proxy's way to the next server, with hyper's client: what that cannot read, this proxy
//! cannot forward. Interim answers end here.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::Response;
use hyper::body::{Body as _, Incoming};
use hyper::client::conn::http1;
use hyper::header::HeaderMap;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::hyper_server::header_map;
use super::message::Request;
use crate::wire::fields::Fields;

/// The body of a reply that is still being read. Dropping it closes the connection.
#[derive(Debug)]
pub(crate) struct UpstreamBody {
    incoming: Incoming,
    _connection: JoinSet<()>,
}

/// Connects, within [`CONNECT_TIMEOUT`].
pub(crate) async fn connect(authority: &str) -> io::Result<TcpStream> {
    tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect(authority))
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

/// Sends the request, whose target is in origin-form, and reads the head of the reply.
pub(crate) async fn fetch(
    authority: &str,
    request: &Request,
) -> io::Result<Response<UpstreamBody>> {
    let mut outgoing = hyper::Request::builder()
        .method(request.method.as_str())
        .uri(&request.target)
        .body(Full::new(request.body.clone()))
        .map_err(io::Error::other)?;
    *outgoing.headers_mut() = header_map(&request.fields);
    let stream = connect(authority).await?;
    stream.set_nodelay(true)?;
    let (mut sender, connection) = http1::Builder::new()
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_FIELDS)
        .title_case_headers(true)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(io::Error::other)?;
    let mut connections = JoinSet::new();
    // Its error comes to the sender or to the body too.
    connections.spawn(async { drop(connection.await) });
    let response = sender.send_request(outgoing).await.map_err(io::Error::other)?;
    Ok(response.map(|incoming| UpstreamBody { incoming, _connection: connections }))
}

/// The fields as the mock holds them, names in the case in which hyper writes them.
pub(crate) fn fields_of(map: &HeaderMap) -> Fields {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    map.iter().map(|(name, value)| (title_case(name.as_str()), text(value.as_bytes()))).collect()
}

fn title_case(name: &str) -> String {
    let mut starts_word = true;
    let cased = |letter: char| {
        let cased = if starts_word { letter.to_ascii_uppercase() } else { letter };
        starts_word = letter == '-';
        cased
    };
    name.chars().map(cased).collect()
}

impl UpstreamBody {
    /// Bytes that are still to come, when that is known.
    pub(crate) fn remaining(&self) -> Option<u64> {
        self.incoming.size_hint().exact()
    }

    /// The next bytes of the decoded body; nothing at its end. Trailers are dropped.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Bytes>> {
        while let Some(frame) = self.incoming.frame().await {
            let data = frame.map_err(io::Error::other)?.into_data();
            if let Some(bytes) = data.ok().filter(|bytes| !bytes.is_empty()) {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Enough for the variation `large-head`.
const MAX_FIELDS: usize = 2048;
const MAX_HEAD: usize = 256 * 1024;
