//! The file that a fetch writes, and what it remembers of it, so that a fetch that was interrupted
//! at any moment goes on. Called by [`super::sink`], which hands bytes over in order.
//!
//! The bytes go to `FILE.bitsgate-part`, and [`super::record`] says how many of them count. The
//! order is always the same: bytes reach the disk before the number that vouches for them, and
//! the number is replaced as a whole. So the number is never too large, whatever is cut off, a
//! loss of power included. What lies beyond it is written once more.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::record::{self, Identity, Resumption, folder_of, part_of, record_of, sync_folder};

/// The file and its record.
#[derive(Debug)]
pub(super) struct Store {
    output: PathBuf,
    /// Locked for as long as this lives.
    file: File,
    identity: Identity,
    saved: Instant,
}

/// A file that cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process writes to it.
    #[error("another fetch is writing to {0}")]
    InUse(PathBuf),
    /// The system refuses.
    #[error("cannot {action} {path}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// With which file.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The output is a directory, a device or the like.
    #[error("{0} is not a regular file")]
    NotAFile(PathBuf),
}

impl Store {
    /// Opens the files for an output, or makes them.
    pub(super) fn open(
        output: &Path,
        identity: Identity,
    ) -> Result<(Self, Resumption), StoreError> {
        check(output)?;
        let part = part_of(output);
        let fail = |action| move |source| StoreError::Io { action, path: part_of(output), source };
        let mut options = File::options();
        let opened = options.read(true).write(true).create(true).truncate(false).open(&part);
        let file = opened.map_err(fail("open"))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(StoreError::InUse(part)),
            // Some file systems know no locks; then nobody guards against two at once.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        let length = file.metadata().map_err(fail("look at"))?.len();
        let resumption = record::resumption(output, &identity, length);
        let done = match resumption {
            Resumption::At(done) => done,
            _ => 0,
        };
        let mut store = Self { output: output.to_owned(), file, identity, saved: Instant::now() };
        if done == 0 {
            // The record first: it must not vouch for bytes that are gone.
            store.vouch_for(0)?;
        }
        store.file.set_len(done).map_err(fail("shorten"))?;
        store.file.seek(SeekFrom::Start(done)).map_err(fail("seek in"))?;
        Ok((store, resumption))
    }

    /// Hands the first `done` bytes to `take`, piece by piece, until it says to stop.
    pub(super) fn read_back(
        &mut self,
        done: u64,
        mut take: impl FnMut(&[u8]) -> bool,
    ) -> Result<(), StoreError> {
        let path = part_of(&self.output);
        let fail = |source| StoreError::Io { action: "read", path, source };
        let mut read = |file: &mut File| -> io::Result<()> {
            file.seek(SeekFrom::Start(0))?;
            let mut buffer = vec![0; PIECE];
            let mut left = done;
            while left > 0 {
                let length = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                file.read_exact(&mut buffer[..length])?;
                left -= length as u64;
                if !take(&buffer[..length]) {
                    break;
                }
            }
            file.seek(SeekFrom::Start(done)).map(drop)
        };
        read(&mut self.file).map_err(fail)
    }

    /// Writes the next bytes; the number is saved from time to time. `done`: how many are in the
    /// file then.
    pub(super) fn write(&mut self, bytes: &[u8], done: u64) -> Result<(), StoreError> {
        self.file.write_all(bytes).map_err(|source| self.error("write to", source))?;
        if self.saved.elapsed() >= SAVE_EVERY {
            self.save(done)?;
        }
        Ok(())
    }

    /// Makes sure that the first `done` bytes survive whatever happens.
    pub(super) fn save(&mut self, done: u64) -> Result<(), StoreError> {
        self.file.sync_data().map_err(|source| self.error("write to", source))?;
        self.vouch_for(done)?;
        self.saved = Instant::now();
        Ok(())
    }

    /// After a failure, such as a full disk: keeps the first `done` bytes, if that can be, and
    /// gives the room of what lies beyond them back.
    pub(super) fn fall_back(&mut self, done: u64) {
        // What was saved before counts all the same.
        let _ = self.file.set_len(done);
        let _ = self.save(done);
    }

    /// The file is whole: gives it its name, and forgets the rest.
    pub(super) fn finish(self) -> Result<(), StoreError> {
        self.file.sync_all().map_err(|source| self.error("write to", source))?;
        let (part, output) = (part_of(&self.output), self.output);
        // Windows renames no file that is open.
        drop(self.file);
        fs::rename(&part, &output).map_err(|source| StoreError::Io {
            action: "rename to",
            path: output.clone(),
            source,
        })?;
        sync_folder(&output);
        record::forget(&output).map_err(|source| StoreError::Io {
            action: "remove",
            path: record_of(&output),
            source,
        })
    }

    /// The file is wrong: what is there stays to be looked at, but never counts again.
    pub(super) fn reject(self) -> Result<(), StoreError> {
        self.file.sync_all().map_err(|source| self.error("write to", source))?;
        self.vouch_for(0)
    }

    /// The record says from here on that the first `done` bytes count.
    fn vouch_for(&self, done: u64) -> Result<(), StoreError> {
        record::write(&self.output, &self.identity, done).map_err(|source| StoreError::Io {
            action: "write to",
            path: record_of(&self.output),
            source,
        })
    }

    fn error(&self, action: &'static str, source: io::Error) -> StoreError {
        StoreError::Io { action, path: part_of(&self.output), source }
    }
}

/// Whether a file can be written under this name, before anything is sent.
pub(super) fn check(output: &Path) -> Result<(), StoreError> {
    let not_a_file = || Err(StoreError::NotAFile(output.to_owned()));
    match fs::metadata(output) {
        Ok(metadata) if !metadata.is_file() => return not_a_file(),
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            return Err(StoreError::Io { action: "look at", path: output.to_owned(), source });
        }
        _ if output.file_name().is_none() => return not_a_file(),
        _ => {}
    }
    let folder = folder_of(output);
    match fs::metadata(folder) {
        Ok(_) => Ok(()),
        Err(source) => {
            Err(StoreError::Io { action: "write into", path: folder.to_owned(), source })
        }
    }
}

/// How often the number is saved while bytes come.
const SAVE_EVERY: Duration = Duration::from_millis(500);

/// Bytes read back at once.
const PIECE: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        Identity {
            target: "http://h/a".to_owned(),
            size: 10,
            last_modified: Some("Wed, 25 Nov 2020 16:46:48 GMT".to_owned()),
            etag: None,
        }
    }

    fn reopened(output: &Path, identity: Identity) -> Resumption {
        Store::open(output, identity).unwrap().1
    }

    #[test]
    fn a_file_goes_on_where_it_was_saved_and_not_further() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("a.cab");
        let (mut store, begins) = Store::open(&output, identity()).unwrap();
        assert_eq!(begins, Resumption::New);
        store.write(b"0123", 4).unwrap();
        store.save(4).unwrap();
        store.write(b"xx", 6).unwrap();
        drop(store);
        let (mut store, goes_on) = Store::open(&output, identity()).unwrap();
        assert_eq!(goes_on, Resumption::At(4));
        let mut read = Vec::new();
        let take = |bytes: &[u8]| {
            read.extend_from_slice(bytes);
            true
        };
        store.read_back(4, take).unwrap();
        assert_eq!(read, b"0123");
        store.write(b"456789", 10).unwrap();
        store.finish().unwrap();
        assert_eq!(fs::read(&output).unwrap(), b"0123456789");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
    }

    #[test]
    fn what_does_not_belong_together_is_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("a.cab");
        let prepare = || {
            let (mut store, _) = Store::open(&output, identity()).unwrap();
            store.write(b"0123", 4).unwrap();
            store.save(4).unwrap();
        };
        let others = [
            Identity { target: "http://h/b".to_owned(), ..identity() },
            Identity { size: 11, ..identity() },
            Identity { last_modified: None, ..identity() },
            Identity { etag: Some("\"x\"".to_owned()), ..identity() },
        ];
        for other in others {
            prepare();
            assert!(matches!(reopened(&output, other), Resumption::Anew(_)));
            fs::remove_file(record_of(&output)).unwrap();
        }
        prepare();
        File::options().write(true).open(part_of(&output)).unwrap().set_len(3).unwrap();
        assert!(matches!(reopened(&output, identity()), Resumption::Anew(_)));
        prepare();
        fs::write(record_of(&output), b"{\"version\":1,\"don").unwrap();
        assert!(matches!(reopened(&output, identity()), Resumption::Anew(_)));
    }

    #[test]
    fn a_rejected_file_never_counts() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("a.cab");
        let (mut store, _) = Store::open(&output, identity()).unwrap();
        store.write(b"0123456789", 10).unwrap();
        store.save(10).unwrap();
        store.reject().unwrap();
        assert!(!output.exists());
        assert_eq!(fs::read(part_of(&output)).unwrap(), b"0123456789");
        assert_eq!(reopened(&output, identity()), Resumption::New);
    }

    #[test]
    fn two_at_once_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("a.cab");
        let _first = Store::open(&output, identity()).unwrap();
        assert!(matches!(Store::open(&output, identity()), Err(StoreError::InUse(_))));
        let error = check(folder.path()).unwrap_err();
        assert!(matches!(error, StoreError::NotAFile(_)));
    }
}
