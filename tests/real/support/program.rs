//! A running program: started in a process group of its own, awaited until it answers, and ended
//! with everything that it started, however the test ends.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddrV4, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::require;

/// A running program. Dropping it ends the program; on a panic its logs are printed first.
#[derive(Debug)]
pub(crate) struct Program {
    name: &'static str,
    arguments: Vec<String>,
    address: SocketAddrV4,
    child: Child,
    guard: Child,
    folder: TempDir,
}

/// A folder for a program's configuration, logs and other files, open to any user: a daemon that
/// root starts becomes somebody else.
pub(crate) fn folder() -> TempDir {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::Builder::new().prefix("bitsgate-").tempdir().expect("a folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).expect("permissions");
    folder
}

impl Program {
    /// Starts the program `name` with `arguments` and waits until it answers at `address`.
    /// `folder` holds its configuration, gets its output as `output.log`, and lives as long as it.
    pub(crate) fn start(
        name: &'static str,
        arguments: &[&str],
        folder: TempDir,
        address: SocketAddrV4,
    ) -> Self {
        let arguments: Vec<_> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let (child, guard) = spawn(name, &arguments, folder.path());
        let mut program = Self { name, arguments, address, child, guard, folder };
        program.wait_until_answers();
        program
    }

    /// Kills it, so that it can do nothing more, and starts it again as it was after a `pause`.
    pub(crate) fn kill_and_start_again(&mut self, pause: Duration) {
        signal("KILL", self.child.id());
        let _ = self.guard.kill();
        let _ = self.guard.wait();
        let _ = self.child.wait();
        thread::sleep(pause);
        (self.child, self.guard) = spawn(self.name, &self.arguments, self.folder.path());
        self.wait_until_answers();
    }

    /// Its name, as it was started.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// Sends a signal to the process itself, and waits until `log` in its folder says `text` once
    /// more than before.
    pub(crate) fn signal_and_wait(&mut self, signal: &str, log: &str, text: &str) {
        let path = self.folder().join(log);
        let count = || {
            let log = fs::read(&path).unwrap_or_default();
            String::from_utf8_lossy(&log).matches(text).count()
        };
        let before = count();
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", signal, &id]).status().expect("kill runs");
        assert!(sent.success(), "{} cannot be signalled", self.name);
        let started = Instant::now();
        while count() == before {
            assert!(started.elapsed() < START_LIMIT, "{}: no {text:?} in {log}", self.name);
            thread::sleep(Duration::from_millis(20));
        }
        self.wait_until_answers();
    }

    /// The folder with its configuration and logs.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn wait_until_answers(&mut self) {
        let begun = Instant::now();
        while !answers(self.address) {
            let (name, address) = (self.name, self.address);
            if let Some(status) = self.child.try_wait().expect("the state of a child") {
                panic!("{name} ended at once: {status}");
            }
            assert!(begun.elapsed() < START_LIMIT, "{name} does not answer at {address}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    fn print_logs(&self) {
        for path in logs(self.folder.path()) {
            let text = String::from_utf8_lossy(&fs::read(&path).unwrap_or_default()).into_owned();
            let lines: Vec<_> = text.lines().collect();
            let tail = &lines[lines.len().saturating_sub(LOG_LINES)..];
            eprintln!("--- {}: {}\n{}", self.name, path.display(), tail.join("\n"));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // In order first, so that the program can write its logs and end its helpers; then by
        // force. The leader is not reaped in between, so its id cannot have become another's.
        signal("TERM", self.child.id());
        let begun = Instant::now();
        while begun.elapsed() < STOP_LIMIT && is_running(self.child.id()) {
            thread::sleep(Duration::from_millis(10));
        }
        signal("KILL", self.child.id());
        let _ = self.guard.kill();
        let _ = self.guard.wait();
        let _ = self.child.wait();
        if thread::panicking() {
            self.print_logs();
        }
    }
}

/// Starts a program in a process group of its own, and what ends that.
fn spawn(name: &str, arguments: &[String], folder: &Path) -> (Child, Child) {
    let path = require::find(name).unwrap_or_else(|| panic!("{name} is not installed"));
    let log = folder.join("output.log");
    let output = File::options().create(true).append(true).open(log).expect("a log");
    let mut command = Command::new(path);
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(output.try_clone().expect("a second handle of the log"))
        .stderr(output)
        .process_group(0);
    super::binary::scrub(&mut command);
    let child = command.spawn().unwrap_or_else(|error| panic!("{name} not started: {error}"));
    let guard = guard(child.id());
    (child, guard)
}

/// Ends the process group when this test process dies without dropping anything: the kernel then
/// closes the pipe that the guard reads from.
fn guard(group: u32) -> Child {
    Command::new("sh")
        .args(["-c", "read -r _; kill -s KILL -- -\"$1\"", "guard", &group.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .expect("sh starts")
}

/// Sends a signal to a process group. A group that is gone already is as good.
fn signal(name: &str, group: u32) {
    let _ = Command::new("sh")
        .args(["-c", "kill -s \"$1\" -- -\"$2\"", "signal", name, &group.to_string()])
        .stderr(Stdio::null())
        .status();
}

/// False once the process has ended, also when nobody has reaped it.
fn is_running(id: u32) -> bool {
    let state = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    state.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

/// Any answer will do, also one that refuses: the program is up.
fn answers(address: SocketAddrV4) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    stream.write_all(b"OPTIONS / HTTP/1.0\r\nHost: readiness.invalid\r\n\r\n").is_ok()
        && matches!(stream.read(&mut [0]), Ok(1))
}

fn logs(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "log"))
        .collect();
    paths.sort();
    paths
}

const START_LIMIT: Duration = Duration::from_secs(30);
const STOP_LIMIT: Duration = Duration::from_millis(500);
const LOG_LINES: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::origin::Origin;

    #[test]
    fn nothing_is_left_of_a_program() {
        if !require::programs(&["nginx"]) {
            return;
        }
        let origin = Origin::start();
        let (address, folder) = (origin.address(), origin.folder().to_owned());
        assert!(answers(address));
        assert_ne!(users_of(&folder), Vec::<String>::new());
        drop(origin);
        assert!(!answers(address));
        assert_eq!(users_of(&folder), Vec::<String>::new());
        assert!(!folder.exists());
    }

    /// Command lines of the running processes that name `folder` or work in it.
    fn users_of(folder: &Path) -> Vec<String> {
        let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
        let is_user = |process: &Path, line: &str| {
            line.contains(folder.to_str().unwrap())
                || fs::read_link(process.join("cwd")).is_ok_and(|cwd| cwd.starts_with(folder))
        };
        processes
            .map(|process| process.path())
            .map(|path| (fs::read_to_string(path.join("cmdline")).unwrap_or_default(), path))
            .filter(|(line, path)| is_user(path, line))
            .map(|(line, _)| line.replace('\0', " "))
            .collect()
    }
}
