//! Files as a WSUS keeps them: `/Content/<last two hex digits>/<SHA-1 of the file>.cab`, written
//! long ago.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use sha1::{Digest, Sha1};

/// The files of a store.
#[derive(Clone, Debug)]
pub(crate) struct Content {
    /// Paths below the root, each with a slash in front.
    pub(crate) small: String,
    /// 1 MiB.
    pub(crate) medium: String,
    /// 3 MiB.
    pub(crate) large: String,
}

/// Writes the store below `root`.
pub(crate) fn write(root: &Path) -> Content {
    let [small, medium, large] = files().each_ref().map(|file| write_file(root, file));
    Content { small, medium, large }
}

/// What the medium file holds.
pub(crate) fn medium() -> &'static [u8] {
    &files()[1].data
}

#[derive(Debug)]
struct StoredFile {
    path: String,
    data: Vec<u8>,
}

/// The files, made once: every origin of a test process has the same.
fn files() -> &'static [StoredFile; 3] {
    static FILES: OnceLock<[StoredFile; 3]> = OnceLock::new();
    FILES.get_or_init(|| {
        [SMALL, MEDIUM, LARGE].map(|size| {
            let data = data(size);
            let name = format!("{:X}", Sha1::digest(&data));
            StoredFile { path: format!("/Content/{}/{name}.cab", &name[38..]), data }
        })
    })
}

fn write_file(root: &Path, stored: &StoredFile) -> String {
    let place = root.join(&stored.path[1..]);
    fs::create_dir_all(place.parent().expect("a folder")).expect("a folder of the store");
    let mut file = File::create(&place).expect("a file of the store");
    file.write_all(&stored.data).expect("the data of a file");
    // Old enough that every server calls its validators strong.
    file.set_modified(SystemTime::now() - AGE).expect("the time of a file");
    stored.path.clone()
}

/// Bytes that do not repeat and that no compression shortens (xorshift64).
fn data(size: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ size as u64;
    let mut data = Vec::with_capacity(size + 8);
    while data.len() < size {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        data.extend_from_slice(&state.to_le_bytes());
    }
    data.truncate(size);
    data
}

/// Size of the small file. Apache as a proxy cuts ranges out of answers as short as this one.
pub(crate) const SMALL: usize = 1024;
/// Size of the medium file.
pub(crate) const MEDIUM: usize = 1024 * 1024;
/// Size of the large file.
pub(crate) const LARGE: usize = 3 * 1024 * 1024;

const AGE: Duration = Duration::from_hours(100 * 24);
