//! What a fetch remembers of its file: `FILE.bitsgate-job` says what the partial file is of, and
//! how many of its bytes count. Called by [`super::store`], which keeps the order of writing.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// What must be the same for bytes of two fetches to belong together.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Identity {
    /// The target as the user named it.
    pub(super) target: String,
    pub(super) size: u64,
    pub(super) last_modified: Option<String>,
    pub(super) etag: Option<String>,
}

/// The content of `FILE.bitsgate-job`.
#[derive(Debug, Deserialize, Serialize)]
struct Record {
    version: u32,
    #[serde(flatten)]
    identity: Identity,
    /// So many bytes from the beginning on are in the file for good.
    done: u64,
}

/// How a fetch goes on.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Resumption {
    /// Nothing is there.
    New,
    /// Something is there that does not count, and why.
    Anew(String),
    /// So many bytes are there.
    At(u64),
}

/// Where the bytes go until the file is whole.
pub fn part_of(output: &Path) -> PathBuf {
    with_suffix(output, ".bitsgate-part")
}

/// Where it is remembered how many of them count.
pub fn record_of(output: &Path) -> PathBuf {
    with_suffix(output, ".bitsgate-job")
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// Replaces the record as a whole, so that it is always one that was written.
pub(super) fn write(output: &Path, identity: &Identity, done: u64) -> io::Result<()> {
    let record = Record { version: VERSION, identity: identity.clone(), done };
    let (path, fresh) = (record_of(output), fresh_of(output));
    let mut file = File::create(&fresh)?;
    file.write_all(serde_json::to_string_pretty(&record)?.as_bytes())?;
    file.sync_all()?;
    drop(file);
    fs::rename(&fresh, &path)?;
    sync_folder(&path);
    Ok(())
}

/// Removes the record, and what is left of one that was not written to its end.
pub(super) fn forget(output: &Path) -> io::Result<()> {
    for path in [record_of(output), fresh_of(output)] {
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// How a fetch goes on: what is there is only taken when nothing speaks against it. `length`:
/// bytes of the partial file.
pub(super) fn resumption(output: &Path, now: &Identity, length: u64) -> Resumption {
    let Some(Record { identity: then, done, .. }) = read(output) else {
        return match length {
            0 => Resumption::New,
            _ => Resumption::Anew("nothing says what the partial file is of".to_owned()),
        };
    };
    let changed = |what: &str, then: &dyn std::fmt::Debug, now: &dyn std::fmt::Debug| {
        Resumption::Anew(format!("{what} was {then:?} and is {now:?}"))
    };
    if then.target != now.target {
        Resumption::Anew("the partial file is of another target".to_owned())
    } else if then.size != now.size {
        changed("the size", &then.size, &now.size)
    } else if then.last_modified != now.last_modified {
        changed("Last-Modified", &then.last_modified, &now.last_modified)
    } else if then.etag != now.etag {
        changed("ETag", &then.etag, &now.etag)
    } else if done > length || done > now.size {
        Resumption::Anew("the partial file is shorter than it should be".to_owned())
    } else if done == 0 {
        Resumption::New
    } else {
        Resumption::At(done)
    }
}

/// Makes a rename last. Windows does that by itself and lets nobody open a folder.
pub(super) fn sync_folder(path: &Path) {
    if cfg!(unix) {
        // Not every file system can; the rename itself has succeeded.
        let _ = File::open(folder_of(path)).and_then(|folder| folder.sync_all());
    }
}

/// Where a file lies.
pub(super) fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn read(output: &Path) -> Option<Record> {
    let bytes = fs::read(record_of(output)).ok()?;
    serde_json::from_slice(&bytes).ok().filter(|record: &Record| record.version == VERSION)
}

fn fresh_of(output: &Path) -> PathBuf {
    with_suffix(&record_of(output), ".new")
}

const VERSION: u32 = 1;
