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
    let title = format!("{product} {installed}: {setting}");
    let differences = differences(name, &title, &origin, subject);
    let versions = if installed == version {
        format!("{product} {installed}")
    } else {
        format!("{product} {installed} is installed, {version} is emulated")
    };
    (!differences.is_empty()).then(|| format!("{name} ({versions}; {setting})\n{differences}"))
}

/// Stores what the subject does under `name`, or says how it differs from what is stored and from
/// the emulation.
fn differences(name: &str, title: &str, origin: &Origin, subject: Subject<'_>) -> String {
    let emulation = Emulated::start(name);
    let mut differences = String::new();
    for leg in Leg::ALL {
        let seen = record(origin, subject, leg);
        if std::env::var_os("BITSGATE_BLESS").is_some() {
            seen.store(name, leg, title);
            continue;
        }
        let stored = Recording::stored(name, leg);
        if let Some(difference) = difference::between(&stored, &seen) {
            let _ = write!(differences, "{}, stored -, seen +\n{difference}", leg.name());
        }
        let emulated = record(origin, emulation.subject(subject.origin), leg);
        if let Some(difference) = difference::between(&emulated, &seen) {
            let _ = write!(differences, "{}, emulated -, seen +\n{difference}", leg.name());
        }
    }
    differences
}

/// For programs that no package exists for: whoever has one running holds it to its recording. With
/// `BITSGATE_BLESS=1` the value of `BITSGATE_RECORD_TITLE` stands above what is stored.
#[test]
#[ignore = "needs BITSGATE_RECORD=NAME@ADDRESS, the emulation's name and where the program listens"]
fn elsewhere() {
    let value = std::env::var("BITSGATE_RECORD").expect("BITSGATE_RECORD=NAME@ADDRESS");
    let (name, address) = value.split_once('@').expect("NAME@ADDRESS");
    let address = address.parse().expect("an address and a port");
    let title = std::env::var("BITSGATE_RECORD_TITLE").unwrap_or_else(|_| name.to_owned());
    let subject = Subject { address, hosts: &[], origin: Before::Right };
    let differences = differences(name, &title, &Origin::start(), subject);
    assert!(differences.is_empty(), "{name}\n{differences}");
}
