//! Few connections at the same time, those included that the peer has not closed yet: a peer that
//! counts its connections learns of a closed one a moment later, and would refuse the next.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use super::Stream;

/// Permits for connections. A connection gives its permit back when the peer has closed it as well,
/// or after 100 ms.
#[derive(Clone, Debug)]
pub struct Limit(Arc<Semaphore>);

/// The permit for one connection.
#[derive(Debug)]
#[must_use = "the permit is given back when this is dropped"]
pub struct Permit(#[expect(dead_code, reason = "held, not read")] OwnedSemaphorePermit);

/// A connection with its permit.
struct Limited {
    /// None only while it is dropped.
    stream: Option<Box<dyn Stream>>,
    permit: Option<Permit>,
}

impl Limit {
    /// For so many connections, at least one.
    pub fn new(connections: usize) -> Self {
        Self(Arc::new(Semaphore::new(connections.max(1))))
    }

    /// Waits for a permit. None after `PATIENCE`: whoever holds all of them may wait for this very
    /// connection.
    pub async fn permit(&self) -> Option<Permit> {
        let permit = timeout(PATIENCE, Arc::clone(&self.0).acquire_owned()).await;
        permit.ok()?.ok().map(Permit)
    }
}

impl Permit {
    /// Gives the permit back when a peer has noticed that a connection is closed which ends now and
    /// cannot be watched. The caller does not wait.
    pub fn give_back_later(self) {
        tokio::spawn(async move {
            sleep(CLOSING).await;
            drop(self);
        });
    }
}

/// The connection, which gives its permit back when it is closed on both sides.
pub(super) fn limited(stream: Box<dyn Stream>, permit: Option<Permit>) -> Box<dyn Stream> {
    match permit {
        Some(permit) => Box::new(Limited { stream: Some(stream), permit: Some(permit) }),
        None => stream,
    }
}

impl Drop for Limited {
    fn drop(&mut self) {
        let (Some(mut stream), Some(permit)) = (self.stream.take(), self.permit.take()) else {
            return;
        };
        let Ok(runtime) = Handle::try_current() else { return };
        runtime.spawn(async move {
            let closed = async {
                let _ = stream.shutdown().await;
                let mut buffer = vec![0; MOST_LEFT];
                let mut left = MOST_LEFT;
                loop {
                    match stream.read(&mut buffer[..left]).await {
                        Ok(0) => break left > 0,
                        Ok(length) => left -= length.min(left),
                        Err(_) => break true,
                    }
                }
            };
            let is_closed = timeout(CLOSING, closed).await.unwrap_or(false);
            drop(stream);
            // A gateway closes its own connection to the server a moment later.
            sleep(if is_closed { AFTER_CLOSE } else { CLOSING }).await;
            drop(permit);
        });
    }
}

impl Limited {
    fn stream(self: Pin<&mut Self>) -> io::Result<Pin<&mut dyn Stream>> {
        let gone = || io::Error::from(io::ErrorKind::NotConnected);
        let stream = self.get_mut().stream.as_mut().ok_or_else(gone)?;
        Ok(Pin::new(stream.as_mut()))
    }
}

impl AsyncRead for Limited {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.stream()?.poll_read(context, buffer)
    }
}

impl AsyncWrite for Limited {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.stream()?.poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_shutdown(context)
    }
}

/// How long the peer may take to close its side.
const CLOSING: Duration = Duration::from_millis(100);

/// What a peer still needs after it closed its side.
const AFTER_CLOSE: Duration = Duration::from_millis(30);

/// How long a connection waits for a permit.
const PATIENCE: Duration = Duration::from_millis(600);

/// What is read of an answer that no one wants any more, in bytes.
const MOST_LEFT: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use tokio::io::duplex;
    use tokio::time::Instant;

    use super::*;

    #[tokio::test]
    async fn permit_comes_back_when_the_peer_has_closed_its_side_too() {
        let limit = Limit::new(1);
        let (ours, mut theirs) = duplex(64);
        let stream = limited(Box::new(ours), limit.permit().await);
        drop(stream);
        // The peer sees the end, and has not closed yet.
        let mut rest = Vec::new();
        theirs.read_to_end(&mut rest).await.unwrap();
        assert_eq!(limit.0.available_permits(), 0);
        drop(theirs);
        assert!(limit.permit().await.is_some());
    }

    #[tokio::test]
    async fn no_connection_waits_for_ever() {
        let limit = Limit::new(1);
        let (ours, _theirs) = duplex(64);
        let held = limited(Box::new(ours), limit.permit().await);
        let begun = Instant::now();
        assert!(limit.permit().await.is_none());
        assert!(begun.elapsed() >= PATIENCE);
        // A peer that never closes its side does not keep the permit.
        drop(held);
        assert!(limit.permit().await.is_some());
    }
}
