//! Looks at the bytes of a whole file as they arrive and keeps none of them: compares them with what
//! they must be, and computes the SHA-1 where the name of the file states one.

use std::sync::Arc;
use std::time::Duration;

use sha1::{Digest as _, Sha1};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::model::evidence::Truth;
use crate::model::file_bytes::ByteDifference;
use crate::model::file_bytes::FileBytes;
use crate::model::file_bytes::Piece;
use crate::model::file_bytes::differing_at;
use crate::model::probe::Purpose;

/// Reads a whole file.
#[derive(Debug)]
pub struct FileReader {
    purpose: Purpose,
    /// The position of the next byte.
    at: u64,
    /// The true bytes, where they are known.
    truth: Option<Truth>,
    /// Pieces to compare with where they are not.
    pieces: Vec<Piece>,
    named: Option<String>,
    sha1: Option<Sha1>,
    difference: Option<ByteDifference>,
    compared: u64,
    buffer: Vec<u8>,
    gate: Option<Arc<Gate>>,
}

/// Stops the reading of a whole file after its first bytes, so that it stays on its way while other
/// requests are sent: for a second and a half at most, in case these wait for its end.
#[derive(Debug)]
pub struct Gate(watch::Sender<GateState>);

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum GateState {
    /// Nothing was received yet.
    Ready,
    /// The file is on its way, and is not read.
    Closed,
    /// It is read on.
    Open,
    /// No one needs it any more.
    Over,
}

impl Default for Gate {
    fn default() -> Self {
        Self(watch::Sender::new(GateState::Ready))
    }
}

impl Gate {
    /// Waits until the file is on its way. Whether it is, and is not read.
    pub async fn begun(&self) -> bool {
        let mut state = self.0.subscribe();
        let begun = state.wait_for(|state| *state != GateState::Ready);
        let _ = timeout(LONGEST_PAUSE, begun).await;
        *self.0.borrow() == GateState::Closed
    }

    /// Lets the file be read on.
    pub fn end(&self) {
        self.0.send_replace(GateState::Over);
    }

    /// Waits until [`Self::end`] is called.
    pub async fn over(&self) {
        let mut state = self.0.subscribe();
        let _ = state.wait_for(|state| *state == GateState::Over).await;
    }

    /// Holds the reader, once.
    pub(in crate::http) async fn pass(&self) {
        let closes = |state: &mut GateState| {
            let is_ready = *state == GateState::Ready;
            if is_ready {
                *state = GateState::Closed;
            }
            is_ready
        };
        if !self.0.send_if_modified(closes) {
            return;
        }
        let _ = timeout(LONGEST_PAUSE, self.over()).await;
        self.0.send_if_modified(|state| {
            let is_closed = *state == GateState::Closed;
            if is_closed {
                *state = GateState::Open;
            }
            is_closed
        });
    }
}

const LONGEST_PAUSE: Duration = Duration::from_millis(1500);

impl FileReader {
    /// A reader for the answer to a request. `named`: the SHA-1 that the name of the file states.
    pub fn new(
        purpose: Purpose,
        truth: Option<Truth>,
        pieces: Vec<Piece>,
        named: Option<String>,
    ) -> Self {
        Self {
            purpose,
            at: 0,
            truth,
            pieces,
            sha1: named.is_some().then(Sha1::new),
            named,
            difference: None,
            compared: 0,
            buffer: Vec::new(),
            gate: None,
        }
    }

    /// Stops at this gate after the first bytes.
    #[must_use]
    pub fn with_gate(self, gate: Arc<Gate>) -> Self {
        Self { gate: Some(gate), ..self }
    }

    /// The gate, once the first bytes were received.
    pub(in crate::http) fn take_gate(&mut self) -> Option<Arc<Gate>> {
        self.gate.take_if(|_| self.at > 0)
    }

    /// Takes the next bytes of the file.
    pub fn feed(&mut self, bytes: &[u8]) {
        if let Some(sha1) = &mut self.sha1 {
            sha1.update(bytes);
        }
        if let Some(truth) = &self.truth {
            self.buffer.resize(bytes.len(), 0);
            truth.0.as_ref()(self.at, &mut self.buffer);
            let found = first_difference(bytes, &self.buffer, self.at);
            self.difference = self.difference.or(found);
            self.compared += bytes.len() as u64;
        } else {
            self.compare_with_pieces(bytes);
        }
        self.at += bytes.len() as u64;
    }

    /// What all bytes showed.
    pub fn finish(self) -> FileBytes {
        FileBytes {
            purpose: self.purpose,
            difference: self.difference,
            compared: self.compared,
            sha1: self.sha1.map(|sha1| format!("{:x}", sha1.finalize())),
            named: self.named,
        }
    }

    fn compare_with_pieces(&mut self, bytes: &[u8]) {
        let end = self.at + bytes.len() as u64;
        for piece in &self.pieces {
            let first = piece.first.max(self.at);
            let last = end.min(piece.first.saturating_add(piece.data.len() as u64));
            if first >= last {
                continue;
            }
            let (from, to) = (offset(first, self.at), offset(last, self.at));
            let (piece_from, piece_to) = (offset(first, piece.first), offset(last, piece.first));
            let (Some(here), Some(known)) =
                (bytes.get(from..to), piece.data.get(piece_from..piece_to))
            else {
                continue;
            };
            self.difference = self.difference.or(first_difference(here, known, first));
            self.compared += here.len() as u64;
        }
    }
}

fn offset(position: u64, from: u64) -> usize {
    usize::try_from(position - from).unwrap_or(usize::MAX)
}

fn first_difference(received: &[u8], expected: &[u8], first: u64) -> Option<ByteDifference> {
    let at = differing_at(received, expected)?;
    let position = first + at as u64;
    Some(ByteDifference { position, received: received[at], expected: expected[at] })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn difference(reader: &mut FileReader, bytes: &[u8], step: usize) -> Option<u64> {
        bytes.chunks(step).for_each(|piece| reader.feed(piece));
        reader.difference.map(|difference| difference.position)
    }

    #[test]
    fn a_byte_that_differs_from_the_truth_is_found_at_its_position() {
        let truth = || {
            Truth(Arc::new(|at, buffer: &mut [u8]| {
                buffer.iter_mut().zip(at..).for_each(|(byte, at)| *byte = at as u8);
            }))
        };
        let right: Vec<u8> = (0..=255).collect();
        let mut wrong = right.clone();
        wrong[200] ^= 1;
        for step in [1, 7, 256] {
            let reader = || FileReader::new(Purpose::WarmUp, Some(truth()), Vec::new(), None);
            assert_eq!(difference(&mut reader(), &right, step), None);
            assert_eq!(difference(&mut reader(), &wrong, step), Some(200));
        }
    }

    #[test]
    fn a_byte_that_differs_from_an_earlier_range_is_found_at_its_position() {
        let piece = Piece { first: 10, data: Bytes::from_static(b"abcdef") };
        for (file, expected) in [
            (&b"0123456789abcdefgh"[..], None),
            (b"0123456789abcdXfgh", Some(14)),
            (b"X123456789abcdefgX", None),
            (b"0123456789ab", None),
        ] {
            for step in [1, 4, 100] {
                let mut reader = FileReader::new(Purpose::WarmUp, None, vec![piece.clone()], None);
                assert_eq!(difference(&mut reader, file, step), expected, "{file:?}");
            }
        }
    }

    #[test]
    fn the_sha1_is_that_of_all_bytes_and_only_computed_where_the_name_states_one() {
        let named = "a9993e364706816aba3e25717850c26c9cd0d89d".to_owned();
        let mut reader = FileReader::new(Purpose::WarmUp, None, Vec::new(), Some(named.clone()));
        reader.feed(b"a");
        reader.feed(b"bc");
        assert_eq!(reader.finish().sha1, Some(named));
        let reader = FileReader::new(Purpose::WarmUp, None, Vec::new(), None);
        assert_eq!(reader.finish().sha1, None);
    }

    #[tokio::test]
    async fn a_gate_holds_the_reader_once_until_it_is_ended() {
        let gate = Arc::new(Gate::default());
        let mut reader = FileReader::new(Purpose::WarmUp, None, Vec::new(), None);
        reader = reader.with_gate(Arc::clone(&gate));
        assert!(reader.take_gate().is_none(), "nothing was received yet");
        reader.feed(b"a");
        let taken = reader.take_gate().unwrap();
        let probes = async {
            let begun = gate.begun().await;
            gate.end();
            begun
        };
        let ((), begun) = tokio::join!(taken.pass(), probes);
        assert!(begun && reader.take_gate().is_none());
        assert!(!gate.begun().await, "it is over");
    }
}
