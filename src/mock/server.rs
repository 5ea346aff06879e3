//! Accepts connections and serves each with hyper or, when a reply of this mock may break what
//! hyper holds to, with the raw writer. Survives any client.

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::emulation::Session;
use super::engine::Mock;
use super::hyper_server;
use super::message::{Ending, Reply, Request};
use super::reader::{NoRequest, drain, read_request};
use super::writer::{Outcome, write_reply};
use crate::accept::{Guest, Limits};

/// Accepts until it is aborted; then all connections are aborted too.
pub(crate) async fn accept(listener: TcpListener, mock: Arc<Mock>) {
    crate::accept::accept(listener, LIMITS, |stream, guest| {
        let mock = Arc::clone(&mock);
        async move {
            let _ = stream.set_nodelay(true);
            let open = mock.open_connections.one_more();
            let connections = open.count;
            if mock.behaviour.suits_hyper() {
                hyper_server::serve(stream, mock, guest, connections).await;
            } else {
                serve_raw(stream, &mock, &guest, connections).await;
            }
            drop(open);
        }
    })
    .await;
}

/// Serves one connection until it ends.
async fn serve_raw(mut stream: TcpStream, mock: &Mock, guest: &Guest, connections: usize) {
    let number = mock.journal.connection();
    let mut session = Session::new(number, connections);
    let mut buffer = BytesMut::new();
    let mut idle = IDLE;
    loop {
        let request = match read_request(&mut stream, &mut buffer, idle).await {
            Ok(request) => request,
            Err(NoRequest::Refused(reply)) => return refuse(stream, *reply).await,
            Err(NoRequest::Closed) => return,
        };
        let _busy = guest.begin();
        let entry = mock.journal.request(number, &request);
        let mut reply = mock.answer(&request, &mut session).await;
        mock.journal.answered(entry, &reply);
        let written = timeout(LONGEST_REPLY, write_reply(&mut stream, &request, &mut reply)).await;
        let Ok(Ok(outcome)) = written else { return };
        match outcome {
            Outcome::Keep => {}
            Outcome::Close => return close(stream).await,
            Outcome::Reset => {
                let _ = stream.set_zero_linger();
                return;
            }
            Outcome::Stall => {
                let _ = timeout(STALL, drain(&mut stream)).await;
                return;
            }
        }
        if let Some(mut upstream) = reply.tunnel {
            let _ = upstream.write_all(&buffer).await;
            let _ = tokio::io::copy_bidirectional(&mut stream, &mut upstream).await;
            return;
        }
        match reply.ending {
            Ending::AsSaid => idle = IDLE,
            Ending::CloseSilently => return close(stream).await,
            Ending::CloseWhenIdle(time) => idle = time,
        }
    }
}

async fn refuse(mut stream: TcpStream, mut reply: Reply) {
    reply.fields.push("Connection", "close");
    let request = Request {
        method: "GET".to_owned(),
        target: String::new(),
        minor: 1,
        fields: crate::wire::fields::Fields::default(),
        body: bytes::Bytes::new(),
    };
    if write_reply(&mut stream, &request, &mut reply).await.is_ok() {
        close(stream).await;
    }
}

/// Closes so that what was written arrives: unread bytes would turn the close into a reset.
pub(crate) async fn close(mut stream: TcpStream) {
    if stream.shutdown().await.is_ok() {
        let _ = timeout(LINGER, drain(&mut stream)).await;
    }
}

/// Between the last bytes from an upstream that broke off and the break of the reply.
pub(crate) const BREAK_PAUSE: Duration = Duration::from_millis(20);
/// Between a reply and the next request, or within the body of one.
pub(crate) const IDLE: Duration = Duration::from_mins(2);
/// A client that never reads must not hold its slot for ever.
pub(crate) const LONGEST_REPLY: Duration = Duration::from_hours(2);
const LINGER: Duration = Duration::from_secs(2);
/// A connection may need another one to the next server, and there are only so many descriptors.
const LIMITS: Limits = Limits { all: 384, of_address: 256 };
const STALL: Duration = Duration::from_mins(15);
