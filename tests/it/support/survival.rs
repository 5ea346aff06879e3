//! How a run of the binary ends that meets a hostile peer: in time, without a panic, and with
//! little memory.

use std::fs;
use std::io::Read as _;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How a run against a hostile peer ended.
#[derive(Debug)]
pub(crate) struct Survival {
    /// The exit code; none when it was killed.
    pub(crate) code: Option<i32>,
    /// All of standard error.
    pub(crate) stderr: String,
    wall: Duration,
    /// Largest resident memory in KiB, where the system tells.
    peak: u64,
}

impl Survival {
    /// Runs `command` to its end. It is interrupted, as by Ctrl-C, after `patience`.
    pub(crate) fn of(command: &mut Command, patience: Duration) -> Self {
        let begun = Instant::now();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let (mut peak, mut interrupted) = (0, false);
        let code = loop {
            peak = peak.max(resident(&child));
            if let Some(status) = child.try_wait().expect("the state of a child") {
                break status.code();
            }
            if begun.elapsed() > patience && !interrupted {
                interrupted = true;
                interrupt(&child);
            }
            if begun.elapsed() > patience + LIMIT {
                child.kill().expect("a child can be killed");
                panic!("it hangs: {command:?}");
            }
            thread::sleep(Duration::from_millis(5));
        };
        let mut stderr = String::new();
        let mut pipe = child.stderr.take().expect("standard error is piped");
        pipe.read_to_string(&mut stderr).expect("standard error is text");
        Self { code, stderr, wall: begun.elapsed(), peak }
    }

    /// Ended with one of these codes, within `limit`, with little memory, and in order.
    #[track_caller]
    pub(crate) fn assert(&self, name: &str, codes: &[i32], limit: Duration) {
        let Self { code, stderr, wall, peak } = self;
        assert!(code.is_some_and(|code| codes.contains(&code)), "{name}: {code:?}\n{stderr}");
        assert!(!stderr.contains("panicked"), "{name}: {stderr}");
        assert!(*wall < limit, "{name}: {wall:?}\n{stderr}");
        assert!(*peak < MOST_MEMORY, "{name}: {peak} KiB");
        assert!(cfg!(not(target_os = "linux")) || *peak > 0, "{name}: no memory was measured");
        let is_plain = |byte: u8| byte == b'\n' || (byte >= b' ' && byte != 0x7f);
        assert!(stderr.bytes().all(is_plain), "{name}: {stderr:?}");
        let hides =
            |letter: char| matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        assert!(!stderr.contains(hides), "{name}: {stderr:?}");
    }
}

fn resident(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or_default()
}

fn interrupt(child: &Child) {
    let status = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(status.expect("kill runs").success());
}

/// How long an interrupted run may yet take.
const LIMIT: Duration = Duration::from_secs(20);

/// In KiB. A run against a right server takes about a third.
const MOST_MEMORY: u64 = 64 * 1024;
