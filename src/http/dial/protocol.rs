//! Recognises a port that speaks HTTP where the URL says TLS or SOCKS. Called during handshakes.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::model::failure::{Failure, FailureKind, Peer};

/// Waits for the end of a handshake with the peer at `address`. One that is not answered for
/// `silence`, or whose error is odd, may have met a port for HTTP: the port is then asked in HTTP
/// on another connection. None when it answers.
pub(super) async fn unless_http<T, E>(
    address: SocketAddr,
    silence: Duration,
    handshake: impl Future<Output = Result<T, E>>,
    is_odd: impl Fn(&E) -> bool,
) -> Option<Result<T, E>> {
    tokio::pin!(handshake);
    match timeout(silence, &mut handshake).await {
        Ok(Err(error)) if is_odd(&error) && speaks_http(address).await => None,
        Ok(result) => Some(result),
        Err(_) => tokio::select! {
            result = &mut handshake => Some(result),
            // Where it does not, the handshake goes on.
            true = speaks_http(address) => None,
        },
    }
}

/// The failure of a handshake in the protocol `wanted` with a port that speaks HTTP.
pub(super) fn http_instead(wanted: &'static str, address: &str, peer: Peer) -> Failure {
    Failure::new(FailureKind::HttpPort { wanted, url: format!("http://{address}") }, peer)
}

/// Whether the peer answers a request in HTTP.
async fn speaks_http(address: SocketAddr) -> bool {
    let exchange = async {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(REQUEST).await?;
        let mut start = [0; HTTP.len()];
        stream.read_exact(&mut start).await?;
        std::io::Result::Ok(start == *HTTP)
    };
    matches!(timeout(PATIENCE, exchange).await, Ok(Ok(true)))
}

/// Asks for nothing, of the first server that reads it.
const REQUEST: &[u8] =
    b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nMax-Forwards: 0\r\nConnection: close\r\n\r\n";

const HTTP: &[u8; 5] = b"HTTP/";

/// How long the answer is waited for.
const PATIENCE: Duration = Duration::from_secs(2);
