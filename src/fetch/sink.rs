//! Where the bytes go: put in order, written, compared and hashed on a thread of their own, so
//! that the network need not wait for it. Memory is bounded: [`super::plan`] asks for nothing that
//! lies too far ahead, and the way here is short.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use tokio::sync::{mpsc, oneshot, watch};

use super::hash::{Hash, Hashes};
use super::store::{Store, StoreError};
use crate::model::evidence::Truth;
use crate::model::file_bytes::differing_at;

/// The receiving end of a fetch.
pub(super) struct Sink {
    sender: mpsc::Sender<Piece>,
    spare: Spare,
    in_order: watch::Receiver<u64>,
    stop: Arc<AtomicBool>,
    result: oneshot::Receiver<Result<Finished, StoreError>>,
}

/// What a sink is made with.
pub(super) struct Setup {
    pub(super) size: u64,
    /// So many bytes are in the store already.
    pub(super) done: u64,
    pub(super) store: Option<Store>,
    pub(super) hashes: Hashes,
    /// What the bytes must be.
    pub(super) truth: Option<Truth>,
}

/// How it ended.
#[derive(Debug, Default)]
pub(super) struct Finished {
    /// So many bytes from the beginning on have come.
    pub(super) in_order: u64,
    /// The hashes, when the file is whole.
    pub(super) hashes: Vec<Hash>,
    /// The first byte that is not what it must be.
    pub(super) differs_at: Option<u64>,
}

/// Hands bytes of one connection over.
pub(super) struct Feed {
    sender: mpsc::Sender<Piece>,
    spare: Spare,
    /// The position of the first byte of `current`.
    first: u64,
    current: Option<BytesMut>,
    /// When `current` was begun.
    begun: Instant,
}

/// The sink has ended; it knows why.
#[derive(Debug)]
pub(super) struct Gone;

struct Piece {
    first: u64,
    bytes: BytesMut,
}

/// Buffers that can be used again.
type Spare = Arc<Mutex<Vec<BytesMut>>>;

impl Sink {
    /// Starts the thread. `on_progress` is told how many bytes are in order.
    pub(super) fn start(setup: Setup, on_progress: impl Fn(u64) + Send + 'static) -> Self {
        let (sender, pieces) = mpsc::channel(PIECES_ON_THE_WAY);
        let (tell, in_order) = watch::channel(setup.done);
        let (tell_result, result) = oneshot::channel();
        let (spare, stop) = (Spare::default(), Arc::new(AtomicBool::new(false)));
        let (thread_spare, thread_stop) = (Arc::clone(&spare), Arc::clone(&stop));
        std::thread::spawn(move || {
            let worker = Worker {
                setup,
                held: BTreeMap::new(),
                position: 0,
                differs_at: None,
                was_stopped: false,
                spare: thread_spare,
                tell,
            };
            // Nobody listens any more when the fetch was given up.
            let _ = tell_result.send(worker.run(pieces, &thread_stop, &on_progress));
        });
        Self { sender, spare, in_order, stop, result }
    }

    /// A way in for one connection.
    pub(super) fn feed(&self) -> Feed {
        let (sender, spare) = (self.sender.clone(), Arc::clone(&self.spare));
        Feed { sender, spare, first: 0, current: None, begun: Instant::now() }
    }

    /// How many bytes from the beginning on have come, as it changes.
    pub(super) fn in_order(&self) -> watch::Receiver<u64> {
        self.in_order.clone()
    }

    /// Ends it, once all that was handed over is through. A whole file gets its name. `at_once`:
    /// what is in the store already need not be hashed to its end.
    pub(super) async fn finish(self, at_once: bool) -> Result<Finished, StoreError> {
        self.stop.store(at_once, Ordering::Relaxed);
        drop(self.sender);
        self.result.await.unwrap_or_else(|_| Ok(Finished::default()))
    }
}

impl Feed {
    /// The buffer that takes the byte at position `at`; it always has room.
    pub(super) async fn buffer(&mut self, at: u64) -> Result<BytesMut, Gone> {
        if let Some(buffer) = &self.current
            && self.first + buffer.len() as u64 != at
        {
            self.flush().await?;
        }
        let buffer = self.current.take().unwrap_or_else(|| {
            (self.first, self.begun) = (at, Instant::now());
            let spare = lock(&self.spare).pop();
            spare.unwrap_or_else(|| BytesMut::with_capacity(BUFFER))
        });
        Ok(buffer)
    }

    /// Gives a buffer back with more in it. Full ones go on their way, and those that fill slowly:
    /// what waits here is lost when the fetch is killed.
    pub(super) async fn give(&mut self, buffer: BytesMut) -> Result<(), Gone> {
        let is_full = buffer.len() >= BUFFER || self.begun.elapsed() >= LONGEST_WAIT;
        self.current = Some(buffer);
        if is_full { self.flush().await } else { Ok(()) }
    }

    /// Sends on its way what is there.
    pub(super) async fn flush(&mut self) -> Result<(), Gone> {
        let Some(mut bytes) = self.current.take().filter(|bytes| !bytes.is_empty()) else {
            return Ok(());
        };
        if bytes.len() < BUFFER / 4 {
            // A piece may be held for long: then it must not take more room than it needs.
            let few = BytesMut::from(&bytes[..]);
            give_up(&self.spare, std::mem::replace(&mut bytes, few));
        }
        self.sender.send(Piece { first: self.first, bytes }).await.map_err(|_| Gone)
    }
}

struct Worker {
    setup: Setup,
    /// What came before its turn.
    held: BTreeMap<u64, BytesMut>,
    position: u64,
    differs_at: Option<u64>,
    /// What is in the store was not hashed to its end.
    was_stopped: bool,
    spare: Spare,
    tell: watch::Sender<u64>,
}

impl Worker {
    fn run(
        mut self,
        mut pieces: mpsc::Receiver<Piece>,
        stop: &AtomicBool,
        on_progress: &impl Fn(u64),
    ) -> Result<Finished, StoreError> {
        self.read_back(stop)?;
        on_progress(self.position);
        while let Some(piece) = pieces.blocking_recv() {
            self.held.insert(piece.first, piece.bytes);
            let before = self.position;
            while let Some(bytes) = self.held.remove(&self.position) {
                let first = self.position;
                self.hash(&bytes);
                if let Some(store) = &mut self.setup.store
                    && let Err(error) = store.write(&bytes, self.position)
                {
                    store.fall_back(first);
                    return Err(error);
                }
                give_up(&self.spare, bytes);
            }
            if self.position > before {
                self.tell.send_replace(self.position);
                on_progress(self.position);
            }
        }
        self.finish()
    }

    /// What is in the store already is hashed first.
    fn read_back(&mut self, stop: &AtomicBool) -> Result<(), StoreError> {
        let done = self.setup.done;
        let Some(mut store) = self.setup.store.take() else { return Ok(()) };
        let read = store.read_back(done, |bytes| {
            self.hash(bytes);
            !stop.load(Ordering::Relaxed)
        });
        self.setup.store = Some(store);
        read?;
        self.was_stopped = self.position < done;
        self.position = done;
        Ok(())
    }

    fn hash(&mut self, bytes: &[u8]) {
        if let (Some(Truth(fill)), None) = (&self.setup.truth, self.differs_at) {
            let mut right = vec![0; bytes.len()];
            fill(self.position, &mut right);
            let at = differing_at(bytes, &right);
            self.differs_at = at.map(|at| self.position + at as u64);
        }
        self.setup.hashes.update(bytes);
        self.position += bytes.len() as u64;
    }

    fn finish(self) -> Result<Finished, StoreError> {
        let (position, differs_at) = (self.position, self.differs_at);
        if position < self.setup.size || self.was_stopped {
            if let Some(mut store) = self.setup.store {
                store.save(position)?;
            }
            return Ok(Finished { in_order: position, hashes: Vec::new(), differs_at });
        }
        let hashes = self.setup.hashes.finish();
        if let Some(store) = self.setup.store {
            let is_wrong = hashes.iter().any(|hash| hash.matches() == Some(false));
            if is_wrong { store.reject() } else { store.finish() }?;
        }
        Ok(Finished { in_order: position, hashes, differs_at })
    }
}

/// Keeps a buffer for the next who needs one, when it has the size of one.
fn give_up(spare: &Spare, mut buffer: BytesMut) {
    buffer.clear();
    if buffer.capacity() >= BUFFER {
        lock(spare).push(buffer);
    }
}

/// The lock of a mutex whose holders cannot panic.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Bytes of one buffer.
const BUFFER: usize = 256 * 1024;

/// The longest time that a buffer is filled.
const LONGEST_WAIT: Duration = Duration::from_millis(200);

/// Buffers between the network and this thread.
const PIECES_ON_THE_WAY: usize = 8;
