//! One request goes out on a connection, and its answer is read as far as it is worth its bytes.
//! Called by [`super::lane`].

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::time::{Instant, timeout};

use super::Connection;
use crate::probe::dial::{io_failure, tls_error};
use crate::probe::exchange::Timing;
use crate::probe::failure::{Failure, FailureKind, Peer};
use crate::probe::probe::{Method, Probe};
use crate::probe::reception::{Reception, Step};
use crate::probe::whole_file::FileReader;

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

/// Sends a request and reads its answer until that is complete or shows enough. `silence`: the
/// longest wait for the next piece of it, where that is limited.
pub(super) async fn transfer(
    connection: &mut Connection,
    request: &[u8],
    reception: &mut Reception,
    timing: &mut Timing,
    silence: Option<Duration>,
) -> Result<Step, Failure> {
    let started = Instant::now();
    let stream = &mut connection.stream;
    let sent = async {
        stream.write_all(request).await?;
        stream.flush().await
    };
    // A peer may answer and close before it has read the request: then the answer counts.
    let write_error = sent.await.err();
    let mut buffer = vec![0; READ_BUFFER];
    loop {
        let read = stream.read(&mut buffer);
        let length = if reception.waits_only_for_the_end() {
            let no_end = |_| {
                Failure::new(timeout_kind(reception), Peer::Server)
                    .because("all content came, but not its end")
            };
            timeout(END_PATIENCE, read).await.map_err(no_end)?
        } else if let Some(silence) = silence {
            let too_long = |_| Failure::new(timeout_kind(reception), Peer::Server);
            timeout(silence, read).await.map_err(too_long)?
        } else {
            read.await
        };
        let length = match length {
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
            return reception.end_of_stream().map(|()| Step::Complete).map_err(|kind| {
                let bytes = reception.wire_bytes();
                Failure::new(kind, Peer::Server).because(format_args!("{bytes} bytes had come"))
            });
        }
        match reception.feed(&buffer[..length]) {
            Ok(Step::More) => {
                if let Some(gate) = reception.take_gate() {
                    gate.pass().await;
                }
            }
            Ok(step) => return Ok(step),
            Err(kind) => return Err(Failure::new(kind, Peer::Server)),
        }
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
