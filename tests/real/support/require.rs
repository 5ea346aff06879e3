//! Which programs a test needs.
//!
//! A missing program fails its tests, unless `BITSGATE_REAL_SKIP` names it (`tests/run.sh` sets it
//! where it may not install packages): a test left out must have been left out on purpose.

use std::env;
use std::path::{Path, PathBuf};

/// True when every program is there. False, with a message, when one is missing and was named in
/// `BITSGATE_REAL_SKIP`. Panics when one is missing and was not.
pub(crate) fn programs(names: &[&str]) -> bool {
    let skipped = env::var("BITSGATE_REAL_SKIP").unwrap_or_default();
    for name in names {
        if find(name).is_some() {
            continue;
        }
        assert!(
            skipped.split_ascii_whitespace().any(|skip| skip == *name),
            "{name} is not installed: install the Debian package, or name it in BITSGATE_REAL_SKIP"
        );
        eprintln!("left out: {name} is not installed");
        return false;
    }
    true
}

/// Where a program is. The folders for daemons count even where the path does not name them.
pub(crate) fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/local/sbin", "/usr/bin"].map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// Whether the tests run as root, as most containers do. Daemons then change to a user of their
/// own, and their configuration must say to which.
pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    // The owner of our own entry in /proc is the effective user.
    Path::new("/proc/self").metadata().is_ok_and(|metadata| metadata.uid() == 0)
}
