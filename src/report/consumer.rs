//! For tests of formats: programs with which real readers of a report are built.

use std::io::Write as _;
use std::process::{Command, Stdio};

/// A program that reads reports.
pub(crate) struct Consumer {
    /// The program of the Debian package, by which `tests/run.sh` knows it.
    pub(crate) known_as: &'static str,
    /// What is run.
    pub(crate) command: &'static [&'static str],
}

impl Consumer {
    /// Gives the program a report, and returns what it printed; none when `BITSGATE_REAL_SKIP`
    /// names it. Panics when it is missing and was not named, or refuses the report.
    pub(crate) fn read(&self, report: &[u8], name: &str) -> Option<String> {
        let skipped = std::env::var("BITSGATE_REAL_SKIP").unwrap_or_default();
        if skipped.split(' ').any(|skipped| skipped == self.known_as) {
            return None;
        }
        let mut child = Command::new(self.command[0])
            .args(&self.command[1..])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{} cannot be run: {error}", self.known_as));
        let mut stdin = child.stdin.take().unwrap();
        let output = std::thread::scope(|scope| {
            // A reader that refuses a report need not read all of it.
            scope.spawn(move || drop(stdin.write_all(report)));
            child.wait_with_output().unwrap()
        });
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}, {name}: {said}{complaint}", self.known_as);
        Some(said)
    }
}
