//! What real programs put on the wire, byte by byte, held to what is stored in
//! `testdata/responses`, and the emulations to both. Where no real program is installed, the
//! emulations are still held to what is stored (`tests/it/recordings.rs`).
//!
//! `BITSGATE_BLESS=1` stores what is seen. A package of another version than the stored one is
//! compared all the same, and the failure names both: what a newer version does otherwise is
//! what these tests are to tell.

mod programs;

use std::any::Any;
use std::fmt::Write as _;
use std::net::SocketAddrV4;

use crate::golden::difference;
use crate::golden::emulated::Emulated;
use crate::golden::origin::Origin;
use crate::golden::recording::{Before, Leg, Recording, Subject, record};
use crate::measured::version;
use crate::support::require;

/// A real program in a setting, and the emulation of it.
#[derive(Clone, Copy)]
pub(super) struct Original {
    /// The name of the emulation and of the folder in `testdata/responses`.
    name: &'static str,
    /// Product and version that are stored.
    product: &'static str,
    version: &'static str,
    /// As an administrator would write it.
    setting: &'static str,
    program: &'static str,
    /// What it stands in front of.
    origin: Before,
    start: fn(&Origin) -> (Box<dyn Any>, SocketAddrV4),
    /// What it calls itself.
    hosts: &'static [&'static str],
}

/// Records each, and panics with every difference from what is stored.
#[track_caller]
fn hold(originals: &[Original]) {
    let problems: Vec<_> = originals.iter().filter_map(problem).collect();
    assert!(
        problems.is_empty(),
        "{}\nBITSGATE_BLESS=1 stores what is seen; the emulation must follow",
        problems.join("\n")
    );
}

/// Starts the program, asks everything, and compares.
fn problem(original: &Original) -> Option<String> {
    if !require::programs(&[original.program]) {
        return None;
    }
    let Original { name, product, version, setting, hosts, .. } = *original;
    let installed = version::of(original.program);
    let origin = Origin::start();
    let (_program, address) = (original.start)(&origin);
    let subject = Subject { address: address.into(), hosts, origin: original.origin };
    let emulation = Emulated::start(name);
    let mut differences = String::new();
    for leg in Leg::ALL {
        let seen = record(&origin, subject, leg);
        if std::env::var_os("BITSGATE_BLESS").is_some() {
            seen.store(name, leg, &format!("{product} {installed}: {setting}"));
            continue;
        }
        let stored = Recording::stored(name, leg);
        if let Some(difference) = difference::between(&stored, &seen) {
            let _ = write!(differences, "{}, stored -, seen +\n{difference}", leg.name());
        }
        let emulated = record(&origin, emulation.subject(original.origin), leg);
        if let Some(difference) = difference::between(&emulated, &seen) {
            let _ = write!(differences, "{}, emulated -, seen +\n{difference}", leg.name());
        }
    }
    let versions = if installed == version {
        format!("{product} {installed}")
    } else {
        format!("{product} {installed} is installed, {version} is emulated")
    };
    (!differences.is_empty()).then(|| format!("{name} ({versions}; {setting})\n{differences}"))
}
