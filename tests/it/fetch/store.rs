//! What a fetch stores: the file, the part of it that came, and how a fetch goes on.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use bitsgate::fetch::{part_of, record_of};
use serde_json::Value;

use super::{DATE, LATER, answer, content, json, serving, sha1};
use crate::support::binary::{Finished, bitsgate, finish, run, scrub};
use crate::support::server::{Reply, Server};

#[test]
fn a_whole_file_gets_its_name_and_leaves_nothing() {
    let place = tempfile::tempdir().unwrap();
    let output = place.path().join("file.cab");
    fs::write(&output, b"older").unwrap();
    let url = serving(content(300_000), DATE).url("/file.cab");
    let finished = run(["fetch", "--output", output.to_str().unwrap(), &url]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    assert!(fs::read(&output).unwrap() == content(300_000));
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    for state in ["QUEUED", "CONNECTING", "TRANSFERRING", "TRANSFERRED"] {
        assert!(finished.stderr.contains(state), "{}", finished.stderr);
    }
    assert!(finished.stdout.starts_with("pass  TRANSFERRED: "), "{}", finished.stdout);
    let quiet = run(["fetch", "--quiet", &url]);
    assert_eq!((quiet.code, quiet.stderr.as_str()), (Some(0), ""));
}

#[test]
fn what_cannot_be_stored_is_a_failure_of_the_tool() {
    let url = serving(content(1000), DATE).url("/file.cab");
    let place = tempfile::tempdir().unwrap();
    let nowhere = place.path().join("nowhere/file.cab");
    let finished = run(["fetch", "--output", nowhere.to_str().unwrap(), &url]);
    assert_eq!(finished.code, Some(4), "{}", finished.stderr);
    assert!(finished.stderr.contains("error: the file cannot be stored"), "{}", finished.stderr);
    assert!(finished.stderr.contains("hint: --output needs a folder"), "{}", finished.stderr);
    assert!(!finished.stderr.contains("CONNECTING"), "nothing is asked: {}", finished.stderr);
    let folder = run(["fetch", "--output", place.path().to_str().unwrap(), &url]);
    assert_eq!(folder.code, Some(2), "{}", folder.stderr);
}

#[cfg(unix)]
#[test]
fn an_interrupted_fetch_says_how_to_go_on() {
    let place = tempfile::tempdir().unwrap();
    let output = place.path().join("file.cab");
    let size = 3 << 20;
    let server = std::sync::Arc::new(AtomicUsize::new(0));
    let slow = std::sync::Arc::clone(&server);
    let held = Server::start(move |request| {
        // The fourth request waits until the fetch was interrupted.
        if slow.fetch_add(1, Ordering::Relaxed) == 4 {
            thread::sleep(Duration::from_secs(2));
        }
        answer(request, &content(size), DATE)
    });
    let url = held.url("/file.cab");
    let arguments = ["fetch", "--format", "json", "--output", output.to_str().unwrap(), &url];
    let log = place.path().join("log");
    let child = bitsgate()
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while server.load(Ordering::Relaxed) < 5 {
        assert!(begun.elapsed() < Duration::from_secs(30));
        thread::sleep(Duration::from_millis(5));
    }
    thread::sleep(Duration::from_millis(100));
    let kill = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.unwrap().success());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130));
    let report: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(report["state"], "suspended");
    let done = report["done"].as_u64().unwrap();
    assert!(done > 5000, "{report}");
    assert!(report["notes"][0].as_str().unwrap().contains("the same command goes on"), "{report}");
    assert!(fs::read_to_string(log).unwrap().contains("SUSPENDED"));
    let finished = run(arguments);
    assert!(finished.stderr.contains(&format!("goes on at byte {done} of")), "{}", finished.stderr);
    let report: Value = serde_json::from_str(&finished.stdout).unwrap();
    assert_eq!(
        (&report["state"], report["resumed_from"].as_u64()),
        (&"transferred".into(), Some(done))
    );
    assert_eq!(report["hashes"][0]["value"], sha1(&content(size)));
    assert!(fs::read(&output).unwrap() == content(size));
}

#[test]
fn a_changed_file_is_fetched_anew() {
    let place = tempfile::tempdir().unwrap();
    let output = place.path().join("file.cab");
    let asked = AtomicUsize::new(0);
    let server = Server::start(move |request| match asked.fetch_add(1, Ordering::Relaxed) {
        0..3 => answer(request, &content(100_000), DATE),
        3 => Reply::Keep(b"HTTP/1.1 403 x\r\nContent-Length: 0\r\n\r\n".to_vec()),
        _ => answer(request, &content(90_000), LATER),
    });
    let url = server.url("/file.cab");
    let arguments = ["fetch", "--output", output.to_str().unwrap(), &url];
    let refused = run(arguments);
    assert_eq!(refused.code, Some(1), "{}", refused.stdout);
    assert!(refused.stdout.contains("0x80190193"), "{}", refused.stdout);
    assert!(part_of(&output).exists() && record_of(&output).exists());
    let anew = run(arguments);
    assert_eq!(anew.code, Some(0), "{}", anew.stdout);
    assert!(
        anew.stderr.contains("starts anew: the size was 100000 and is 90000"),
        "{}",
        anew.stderr
    );
    assert!(fs::read(&output).unwrap() == content(90_000));
}

/// A limit for the size of files stands for a disk that is too small: it needs no rights.
#[cfg(unix)]
#[test]
fn a_fetch_for_which_there_is_no_room_says_so_and_goes_on_when_there_is() {
    let place = tempfile::tempdir().unwrap();
    let output = place.path().join("file.cab");
    let size = 3 << 20;
    let url = serving(content(size), DATE).url("/file.cab");
    // In units of 512 bytes. Without the trap the system would end the process.
    let limited = "trap '' XFSZ; ulimit -f 2048; exec \"$0\" \"$@\"";
    let finished = finish(&mut in_shell("sh", &["-c", limited], &[&output_of(&output), &url]));
    assert_no_room(&finished);
    let saved = record(&output)["done"].as_u64().unwrap();
    assert!(saved > 0 && saved <= 1 << 20, "{saved}");
    assert_eq!(fs::metadata(part_of(&output)).unwrap().len(), saved, "the rest takes no room");

    let report = json(&["fetch", "--format", "json", &output_of(&output), &url], 0);
    assert_eq!(report["resumed_from"], saved);
    assert!(fs::read(&output).unwrap() == content(size));
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1, "nothing is left behind");
}

/// A real file system that is full, in a mount namespace of its own.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_a_fetch_that_goes_on_when_there_is_room() {
    let place = tempfile::tempdir().unwrap();
    let (disk, folder) = (place.path().join("disk"), place.path().display());
    fs::create_dir(&disk).unwrap();
    let mount = format!("mount -t tmpfs -o size=2m none {folder}/disk");
    let unshared = ["-Urm", "sh", "-c"];
    let mut trial = Command::new("unshare");
    if !trial.args(unshared).arg(&mount).status().is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: a file system cannot be mounted here, not even in a namespace");
        return;
    }
    let size = 5 << 20;
    let url = serving(content(size), DATE).url("/file.cab");
    let script = format!(
        "{mount} && cd {folder} || exit 99
        \"$0\" \"$@\" >first 2>first.log; echo $? >>first.log
        cp disk/file.cab.bitsgate-job job
        mount -o remount,size=20m none disk || exit 98
        \"$0\" \"$@\" >second && cp disk/file.cab file.cab"
    );
    let output = output_of(&disk.join("file.cab"));
    let finished =
        finish(&mut in_shell("unshare", &[&unshared[..], &[&script]].concat(), &[&output, &url]));
    let log = fs::read_to_string(place.path().join("first.log")).unwrap();
    assert_eq!(finished.code, Some(0), "{finished:#?}\n{log}");
    assert!(log.contains("No space left on device") && log.contains("hint: make room"), "{log}");
    assert!(log.ends_with("\n4\n"), "{log}");
    let read = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(place.path().join(name)).unwrap()).unwrap()
    };
    let report = read("second");
    assert!(report["resumed_from"].as_u64().unwrap() > 1 << 20, "{report}");
    assert_eq!(report["resumed_from"], read("job")["done"]);
    assert!(fs::read(place.path().join("file.cab")).unwrap() == content(size));
}

/// A fetch that is started by a shell, which does something first. The shell finds the program in
/// `$0` and its arguments in `$@`.
#[cfg(unix)]
fn in_shell(program: &str, before: &[&str], arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(before).arg(env!("CARGO_BIN_EXE_bitsgate"));
    command.args(["fetch", "--format", "json"]).args(arguments);
    scrub(&mut command);
    command
}

#[cfg(unix)]
#[track_caller]
fn assert_no_room(finished: &Finished) {
    assert_eq!(finished.code, Some(4), "{finished:#?}");
    let stderr = &finished.stderr;
    assert!(stderr.contains("error: the file cannot be stored: cannot write to "), "{stderr}");
    assert!(stderr.contains("hint: make room, and give the same command again"), "{stderr}");
    assert!(!stderr.contains("TRANSFERRED") && !stderr.contains("panicked"), "{stderr}");
}

fn output_of(path: &Path) -> String {
    format!("--output={}", path.display())
}

fn record(output: &Path) -> Value {
    serde_json::from_slice(&fs::read(record_of(output)).unwrap()).unwrap()
}
