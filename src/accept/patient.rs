//! A connection whose request heads must come soon: whoever begins one has [`HEAD_TIME`] to end it.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};

use super::Guest;

/// From the first byte of a request head to its last.
pub(crate) const HEAD_TIME: Duration = Duration::from_secs(5);

/// Reads fail when a request head takes too long. The time between requests, and that of a body,
/// which is read while the guest is busy, are not limited here.
#[derive(Debug)]
pub(crate) struct Patient {
    stream: TcpStream,
    guest: Guest,
    head_time: Duration,
    /// Since a byte of the head of this request came: its number, and the end of patience.
    head: Option<(u64, Pin<Box<Sleep>>)>,
}

impl Patient {
    /// Heads must end within [`HEAD_TIME`].
    pub(crate) fn new(stream: TcpStream, guest: Guest) -> Self {
        Self::with_head_time(stream, guest, HEAD_TIME)
    }

    /// Heads must end within `head_time`.
    pub(super) fn with_head_time(stream: TcpStream, guest: Guest, head_time: Duration) -> Self {
        Self { stream, guest, head_time, head: None }
    }

    /// The connection without a limit.
    pub(crate) fn into_inner(self) -> TcpStream {
        self.stream
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let awaited = self.guest.awaited();
        let of_this_head = self.head.as_ref().is_some_and(|(turn, _)| Some(*turn) == awaited);
        if !of_this_head {
            self.head = None;
        }
        let has_come = buffer.filled().len() > before;
        if let (true, None, Some(turn)) = (has_come, &self.head, awaited) {
            self.head = Some((turn, Box::pin(sleep(self.head_time))));
        }
        let Some((_, patience)) = &mut self.head else { return read };
        let is_over = match &read {
            Poll::Pending => patience.as_mut().poll(cx).is_ready(),
            Poll::Ready(_) => patience.deadline() <= Instant::now(),
        };
        if is_over { Poll::Ready(Err(ErrorKind::TimedOut.into())) } else { read }
    }
}

impl AsyncWrite for Patient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
