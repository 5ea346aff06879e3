//! What a peer sends though nothing was asked: bytes beyond the end of an answer, such as the body
//! that an answer to HEAD must not have. Called by [`crate::http::client::session`] before a kept connection is used
//! again, and at its end.

use std::io;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::io::AsyncReadExt as _;
use tokio::task::yield_now;
use tokio::time::{Instant, timeout_at};

use crate::http::dial::Stream;
use crate::http::reception::MAX_STRAY;
use crate::model::exchange::Exchange;

/// What has arrived on a connection on which nothing was asked since `quiet`, or does within
/// [`GLANCE`] of it; none when nothing has.
pub(super) async fn arrived(
    stream: &mut Box<dyn Stream>,
    bytes: &mut [u8],
    quiet: Instant,
) -> Option<io::Result<usize>> {
    look_until(quiet + GLANCE, stream, bytes).await
}

/// What arrives until then; nothing when the peer closes.
pub(super) async fn watch(stream: &mut Box<dyn Stream>, until: Instant) -> Vec<u8> {
    let mut bytes = vec![0; MAX_STRAY];
    let read = match timeout_at(until - LATENESS, stream.read(&mut bytes)).await {
        Ok(read) => Some(read),
        Err(_) => look_until(until, stream, &mut bytes).await,
    };
    bytes.truncate(read.and_then(Result::ok).unwrap_or_default());
    bytes
}

/// What has arrived, however late it is, or does until then. Looks again and again, since timers
/// go by whole milliseconds.
async fn look_until(
    until: Instant,
    stream: &mut Box<dyn Stream>,
    bytes: &mut [u8],
) -> Option<io::Result<usize>> {
    loop {
        yield_now().await;
        let read = stream.read(bytes).now_or_never();
        if read.is_some() || Instant::now() >= until {
            return read;
        }
    }
}

/// How long a connection is watched after the last of these exchanges on it: a peer that answers at
/// once also sends at once what it sends too much.
pub(super) fn grace_after(exchanges: &[Exchange]) -> Duration {
    let slowest = exchanges.iter().map(|exchange| exchange.timing.first_byte).max();
    (slowest.unwrap_or(GRACE) * 2).clamp(LEAST_GRACE, GRACE)
}

/// How much later than it is set to a timer may go off.
const LATENESS: Duration = Duration::from_millis(1);

/// For what follows an answer closely.
const GLANCE: Duration = Duration::from_micros(200);

/// How long a connection is watched at most after its last exchange.
pub(super) const GRACE: Duration = Duration::from_millis(15);

/// How long it is watched at least.
const LEAST_GRACE: Duration = Duration::from_millis(2);

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncWriteExt as _, duplex};

    use super::*;

    #[tokio::test]
    async fn what_has_arrived_is_seen_however_long_it_was_quiet() {
        let (ours, mut theirs) = duplex(64);
        let mut stream: Box<dyn Stream> = Box::new(ours);
        let long_ago = Instant::now() - Duration::from_secs(1);
        let mut bytes = [0; 8];
        assert!(arrived(&mut stream, &mut bytes, long_ago).await.is_none());
        theirs.write_all(b"more").await.unwrap();
        assert!(matches!(arrived(&mut stream, &mut bytes, long_ago).await, Some(Ok(4))));
        drop(theirs);
        assert!(matches!(arrived(&mut stream, &mut bytes, long_ago).await, Some(Ok(0))));
    }

    #[tokio::test]
    async fn what_comes_within_the_grace_is_kept_and_a_close_is_not_waited_out() {
        let (ours, mut theirs) = duplex(64);
        let mut stream: Box<dyn Stream> = Box::new(ours);
        let until = Instant::now() + Duration::from_mins(1);
        let (seen, ()) = tokio::join!(watch(&mut stream, until), async {
            theirs.write_all(b"more").await.unwrap();
        });
        assert_eq!(seen, b"more");
        drop(theirs);
        assert!(watch(&mut stream, until).await.is_empty());
        assert!(Instant::now() < until);
    }
}
