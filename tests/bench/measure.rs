//! Times processes and functions, bitsgate and its peer in turn, so that both have the same
//! weather. The least of several runs counts: a busy machine adds time, never takes any away.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::support::require;

/// Which of these programs are not there.
pub(crate) fn missing<'n>(names: &[&'n str]) -> Vec<&'n str> {
    names.iter().copied().filter(|name| require::find(name).is_none()).collect()
}

/// The least seconds of several runs of each command.
pub(crate) fn fastest<const N: usize>(runs: u32, mut commands: [Command; N]) -> [f64; N] {
    let mut best = [f64::INFINITY; N];
    for _ in 0..runs {
        for (command, best) in commands.iter_mut().zip(&mut best) {
            *best = best.min(seconds(command));
        }
    }
    best
}

/// Runs a command to its end. Waits in the kernel, so that nothing is added.
pub(crate) fn seconds(command: &mut Command) -> f64 {
    let begun = Instant::now();
    let status = quiet(command).status().expect("a program starts");
    let took = begun.elapsed().as_secs_f64();
    assert!(status.success(), "{command:?} fails");
    took
}

/// Runs a command to its end, and looks now and then at its memory, where the system tells:
/// seconds and the peak of the resident bytes.
pub(crate) fn seconds_and_memory(command: &mut Command) -> (f64, f64) {
    let begun = Instant::now();
    let mut child = command.spawn().expect("a program starts");
    let mut peak = 0.0;
    let status = loop {
        if let Some(status) = child.try_wait().expect("the state of a child") {
            break status;
        }
        peak = memory(&child).unwrap_or(peak);
        std::thread::sleep(Duration::from_millis(5));
    };
    let took = begun.elapsed().as_secs_f64();
    assert!(status.success(), "{command:?} fails");
    (took, peak)
}

/// A command that prints nothing.
pub(crate) fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}

fn memory(child: &Child) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024.0)
}
