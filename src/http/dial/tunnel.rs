//! CONNECT, which opens a tunnel through an HTTP proxy (RFC 9110 9.3.6). Called by
//! [`super::Dialer`].

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{Instant, timeout_at};

use super::Stream;
use super::failures::io_failure;
use crate::model::failure::{Failure, FailureKind, Peer};
use crate::wire::head::{
    CLIENT_HEAD_LIMIT, HeadError, MAX_INTERIM, ResponseHead, parse_response_head,
};

/// Sends CONNECT and reads the proxy's answer.
pub(super) async fn open_tunnel(
    stream: &mut Box<dyn Stream>,
    request: &str,
    until: Instant,
) -> Result<(), Failure> {
    let fail = |kind| Failure::new(kind, Peer::Proxy);
    let mut received = 0;
    let exchange = async {
        let sent = async {
            stream.write_all(request.as_bytes()).await?;
            stream.flush().await
        };
        sent.await.map_err(|error| lost_after_connect(&error, 0))?;
        read_tunnel_head(stream, &mut received).await
    };
    match timeout_at(until, exchange).await {
        Err(_) if received > 0 => Err(fail(FailureKind::TooSlow { received }).because(ON_CONNECT)),
        Err(_) => Err(fail(FailureKind::NoAnswer).because(ON_CONNECT)),
        Ok(Err(failure)) => Err(failure),
        Ok(Ok(head)) if (200..300).contains(&head.status) => Ok(()),
        Ok(Ok(head)) => Err(fail(FailureKind::TunnelRefused(Box::new(head)))),
    }
}

/// Reads byte by byte: what follows the head belongs to the tunnel. Counts what it read.
async fn read_tunnel_head(
    stream: &mut Box<dyn Stream>,
    received: &mut u64,
) -> Result<ResponseHead, Failure> {
    let fail = |kind| Failure::new(kind, Peer::Proxy);
    let mut bytes = Vec::new();
    let mut interim = 0;
    loop {
        let byte = stream.read_u8().await.map_err(|error| lost_after_connect(&error, *received))?;
        *received += 1;
        bytes.push(byte);
        if bytes.len() > CLIENT_HEAD_LIMIT {
            return Err(fail(FailureKind::MalformedHead(HeadError::TooLong)));
        }
        // Only a line end can complete a head, and only its first bytes show that it is none.
        if byte != b'\n' && bytes.len() > HTTP_NAME {
            continue;
        }
        match parse_response_head(&bytes) {
            Err(error) => return Err(fail(FailureKind::MalformedHead(error))),
            Ok(Some(head)) if head.is_interim() && interim < MAX_INTERIM => {
                interim += 1;
                bytes.clear();
            }
            Ok(Some(head)) => return Ok(head),
            Ok(None) => {}
        }
    }
}

fn lost_after_connect(error: &std::io::Error, received: u64) -> Failure {
    let failure = io_failure(error, Peer::Proxy);
    match failure.kind {
        FailureKind::Closed | FailureKind::Reset => {
            failure.because(format_args!("{ON_CONNECT}, after {received} bytes"))
        }
        _ => failure,
    }
}

const ON_CONNECT: &str = "in answer to CONNECT";

/// Bytes that show whether an answer begins like HTTP.
const HTTP_NAME: usize = 5;
