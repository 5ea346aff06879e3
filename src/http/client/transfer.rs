//! One request goes out on a connection, and its answer is read as far as it is worth its bytes.
//! Called by [`crate::http::client::session`].

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{Instant, timeout_at};

use super::Connection;
use crate::http::dial::{io_failure, tls_error};
use crate::http::reception::{Reception, Step};
use crate::http::whole_file::FileReader;
use crate::model::exchange::{BodyEnd, Timing};
use crate::model::failure::{Failure, FailureKind, Peer};
use crate::model::probe::{Method, Probe};

/// How an answer is to be read.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    answers_head: bool,
    /// Bytes that the body of a right answer has at most.
    body: u64,
    /// A right answer is read to its end, however long it is.
    whole: bool,
    /// The whole file is asked for, and no range of it.
    file: bool,
}

impl Wanted {
    /// `expected`: bytes that the body of a right answer has at most.
    pub(super) fn of(probe: &Probe, expected: u64) -> Self {
        Self {
            answers_head: probe.method == Method::Head,
            body: expected,
            whole: probe.purpose.is_read_whole(),
            file: probe.purpose.is_whole_file(),
        }
    }

    /// Whether the whole file is asked for: then silence is timed, and not the whole answer.
    pub(super) fn is_file(self) -> bool {
        self.file
    }

    /// `file`: what looks at the bytes of a whole file.
    pub(super) fn reception(self, file: Option<FileReader>) -> Reception {
        let reception = Reception::new(self.answers_head, self.body);
        match self {
            Self { file: true, .. } => reception.of_whole_file(file),
            Self { whole: true, .. } => reception.reading_whole(),
            _ => reception,
        }
    }
}

/// How long an exchange may take. What counts in a body is silence, as for WinHTTP, whose receive
/// timeout is for each piece of data.
#[derive(Clone, Copy)]
pub(super) struct Patience {
    /// Until then the request must be sent and the head be there.
    until: Instant,
    /// A body that still comes after that is cut off at its next piece.
    body_until: Instant,
    /// The longest silence within a body.
    silence: Duration,
    /// End of the whole run.
    deadline: Instant,
}

/// Sends a request and reads its answer until that is complete, shows enough, or is slow.
pub(super) async fn transfer(
    connection: &mut Connection,
    request: &[u8],
    reception: &mut Reception,
    timing: &mut Timing,
    patience: Patience,
) -> Result<BodyEnd, Failure> {
    let started = Instant::now();
    let stream = &mut connection.stream;
    let sent = async {
        stream.write_all(request).await?;
        stream.flush().await
    };
    // A peer may answer and close before it has read the request: then the answer counts.
    let late = |reception: &Reception| Failure::new(timeout_kind(reception), Peer::Server);
    let write_error = timeout_at(patience.until, sent).await.map_err(|_| late(reception))?.err();
    let mut buffer = vec![0; READ_BUFFER];
    loop {
        let waits_for_end = reception.waits_only_for_the_end();
        let read = timeout_at(patience.end_of_read(reception), stream.read(&mut buffer)).await;
        let silence = |_| {
            if waits_for_end {
                late(reception).because("all content came, but not its end")
            } else {
                late(reception)
            }
        };
        let length = match read.map_err(silence)? {
            Ok(length) => length,
            Err(error) if is_unclean_tls_end(&error) => 0,
            Err(error) => {
                let is_tls = tls_error(&error).is_some();
                let error = write_error.as_ref().filter(|_| !is_tls).unwrap_or(&error);
                // Whoever sent an answer, the TLS around it is that of the peer.
                let is_of_proxy = is_tls && connection.server.is_none();
                return Err(io_failure(
                    error,
                    if is_of_proxy { Peer::Proxy } else { Peer::Server },
                ));
            }
        };
        if reception.wire_bytes() == 0 {
            timing.first_byte = started.elapsed();
        }
        if length == 0 {
            return reception.end_of_stream().map(|()| BodyEnd::Complete).map_err(|kind| {
                let bytes = reception.wire_bytes();
                Failure::new(kind, Peer::Server).because(format_args!("{bytes} bytes had come"))
            });
        }
        match reception.feed(&buffer[..length]) {
            Ok(Step::More) if patience.is_over(reception) => return Ok(BodyEnd::Slow),
            Ok(Step::More) => {
                if let Some(gate) = reception.take_gate() {
                    gate.pass().await;
                }
            }
            Ok(Step::Complete) => return Ok(BodyEnd::Complete),
            Ok(Step::CutOff) => return Ok(BodyEnd::CutOff),
            Err(kind) => return Err(Failure::new(kind, Peer::Server)),
        }
    }
}

impl Patience {
    /// For an exchange whose head must be there `until` then. A slow body may take twice the time
    /// of a silence, but never more than half of what is left of the run.
    pub(super) fn new(until: Instant, silence: Duration, deadline: Instant) -> Self {
        let now = Instant::now();
        let half = deadline.saturating_duration_since(now) / 2;
        let body_until = until.max(now + half.min(silence * 2));
        Self { until, body_until, silence, deadline }
    }

    /// For a whole file: only silence ends it.
    pub(super) fn for_file(silence: Duration, deadline: Instant) -> Self {
        let until = deadline.min(Instant::now() + silence);
        Self { until, body_until: deadline, silence, deadline }
    }

    /// Until when the next piece must come.
    fn end_of_read(self, reception: &Reception) -> Instant {
        if reception.waits_only_for_the_end() {
            self.deadline.min(Instant::now() + END_PATIENCE)
        } else if reception.has_head() {
            self.deadline.min(Instant::now() + self.silence)
        } else {
            self.until
        }
    }

    /// Whether the rest of a body that comes steadily is not waited for.
    fn is_over(self, reception: &Reception) -> bool {
        reception.has_head()
            && !reception.waits_only_for_the_end()
            && (self.body_until..self.deadline).contains(&Instant::now())
    }
}

/// What it means that time is over before an answer is.
pub(super) fn timeout_kind(reception: &Reception) -> FailureKind {
    match reception.wire_bytes() {
        0 => FailureKind::NoAnswer,
        received => FailureKind::TooSlow { received },
    }
}

/// Many servers close TLS connections without `close_notify`; the framing tells whether anything
/// is missing.
pub(crate) fn is_unclean_tls_end(error: &std::io::Error) -> bool {
    error.kind() == std::io::ErrorKind::UnexpectedEof
}

/// Bytes read from a socket at once.
const READ_BUFFER: usize = 16 * 1024;

/// How long the end of a body is waited for when all of its content is there.
const END_PATIENCE: Duration = Duration::from_secs(3);

#[cfg(test)]
mod tests {
    use tokio::io::duplex;
    use tokio::time::sleep;

    use super::*;

    const SILENCE: Duration = Duration::from_secs(2);

    /// How a body of 40 bytes ends whose pieces of `size` bytes come at this distance, until so
    /// many bytes have come.
    async fn end_of(size: usize, pause: Duration, bytes: usize) -> Result<BodyEnd, FailureKind> {
        let (ours, mut theirs) = duplex(1024);
        let mut connection = Connection { stream: Box::new(ours), number: 1, server: None };
        let peer = async {
            let head = b"HTTP/1.1 206 Partial Content\r\nContent-Length: 40\r\n\r\n";
            let _ = theirs.write_all(head).await;
            for _ in 0..bytes / size {
                sleep(pause).await;
                let _ = theirs.write_all(&b"x".repeat(size)).await;
            }
            sleep(SILENCE * 20).await;
        };
        let mut reception = Reception::new(false, 40);
        let mut timing = Timing::default();
        let now = Instant::now();
        let patience = Patience::new(now + SILENCE, SILENCE, now + SILENCE * 20);
        let reading = transfer(&mut connection, b"GET", &mut reception, &mut timing, patience);
        tokio::select! {
            end = reading => end.map_err(|failure| failure.kind),
            () = peer => Ok(BodyEnd::CutOff),
        }
    }

    #[tokio::test]
    async fn a_body_ends_by_silence_and_not_by_its_time() {
        // The first takes longer than the silence that is allowed.
        let (steady, slow, silent) = tokio::join!(
            end_of(10, SILENCE * 3 / 8, 40),
            end_of(1, SILENCE / 2, 40),
            end_of(10, Duration::ZERO, 30),
        );
        assert_eq!(steady, Ok(BodyEnd::Complete));
        assert_eq!(slow, Ok(BodyEnd::Slow));
        assert!(matches!(silent, Err(FailureKind::TooSlow { received }) if received > 30));
    }
}
