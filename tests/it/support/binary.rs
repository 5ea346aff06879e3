//! The built `bitsgate`, started with an environment that no machine can colour. Used by every
//! integration test binary.

use std::ffi::OsStr;
use std::fs::File;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// How a run of the binary ended.
#[derive(Debug)]
pub(crate) struct Finished {
    /// The exit code; none when it was killed.
    pub(crate) code: Option<i32>,
    /// All of standard output.
    pub(crate) stdout: String,
    /// All of standard error.
    pub(crate) stderr: String,
    /// From start to end, within some milliseconds.
    pub(crate) wall: Duration,
}

/// The binary as a command without arguments, its environment scrubbed.
pub(crate) fn bitsgate() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bitsgate"));
    scrub(&mut command);
    command
}

/// Runs the binary with `arguments` to its end. Panics when it does not end within [`LIMIT`].
pub(crate) fn run<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Finished {
    let mut command = bitsgate();
    command.args(arguments);
    finish(&mut command)
}

/// Runs `command` to its end. Panics when it does not end within [`LIMIT`].
pub(crate) fn finish(command: &mut Command) -> Finished {
    // Files instead of pipes: nobody has to read them while the program runs.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (stdout, stderr) = (folder.path().join("stdout"), folder.path().join("stderr"));
    let begun = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(File::create(&stdout).expect("a file for standard output"))
        .stderr(File::create(&stderr).expect("a file for standard error"))
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let status: ExitStatus = loop {
        if let Some(status) = child.try_wait().expect("the state of a child") {
            break status;
        }
        if begun.elapsed() > LIMIT {
            child.kill().expect("a child can be killed");
            child.wait().expect("a killed child can be waited for");
            panic!("{command:?} hangs\nstdout: {}\nstderr: {}", text(&stdout), text(&stderr));
        }
        thread::sleep(Duration::from_millis(5));
    };
    let wall = begun.elapsed();
    Finished { code: status.code(), stdout: text(&stdout), stderr: text(&stderr), wall }
}

/// Removes from the command's environment what would change the behaviour or the output.
pub(crate) fn scrub(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let upper = name.to_string_lossy().to_ascii_uppercase();
        let is_scrubbed = upper.ends_with("_PROXY")
            || upper.starts_with("BITSGATE_")
            || SCRUBBED.contains(&upper.as_str());
        if is_scrubbed {
            command.env_remove(name);
        }
    }
}

fn text(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).expect("the output of a child")).into_owned()
}

/// No run of a test may take longer.
const LIMIT: Duration = Duration::from_mins(2);

const SCRUBBED: [&str; 8] = [
    "CI",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "NO_COLOR",
    "RUST_LOG",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_colour_a_run_is_removed() {
        let mut command = bitsgate();
        command.env_clear();
        scrub(&mut command);
        // Whatever the environment of the tests holds, nothing of it is set anew.
        assert!(command.get_envs().all(|(_, value)| value.is_none()));
    }

    #[test]
    fn a_run_ends_with_its_code() {
        assert_eq!(run(["--version"]).code, Some(0));
    }
}
