//! Where reports go, and that what goes there can be used: files, several at once, failures to
//! write, the codes of a monitoring plugin, the curl commands.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::requests::right_origin;
use crate::support::binary::{Finished, bitsgate, finish, run, scrub};
use crate::support::server::{Received, Reply, Server};
use crate::support::tls::{Authority, tls_front};

/// Checks one range only: quick.
const QUICK: [&str; 5] = ["check", "--legs", "cold", "--only", "range-first"];

pub(crate) const FORMATS: [&str; 12] = [
    "csv",
    "github",
    "har",
    "html",
    "json",
    "junit",
    "markdown",
    "nagios",
    "prometheus",
    "sarif",
    "tap",
    "text",
];

fn quick(arguments: &[&str]) -> Finished {
    run([&QUICK, arguments].concat())
}

fn refusing(_: &Received) -> Reply {
    Reply::Keep(b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\nVia: 1.1 x\r\n\r\n".to_vec())
}

/// Ranges are refused.
fn without_ranges(received: &Received) -> Reply {
    if received.bytes.starts_with(b"HEAD") { right_origin(received) } else { refusing(received) }
}

fn spec(format: &str, path: &Path) -> String {
    format!("{format}={}", path.display())
}

#[test]
fn every_format_goes_to_a_file_and_no_credentials_go_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    let proxy = Server::start(refusing);
    let proxy_url = format!("http://opensesame:swordfish@{}", proxy.address());
    let specs = FORMATS.map(|format| spec(format, &folder.path().join(format)));
    let mut arguments = vec!["--verbose", "--curl", "--proxy", &proxy_url, "http://wsus.test/a"];
    arguments.extend(specs.iter().flat_map(|spec| ["-o", spec]));
    let finished = quick(&arguments);
    assert_eq!(finished.code, Some(1), "{finished:#?}");
    assert!(finished.stdout.starts_with("FAIL  BITS cannot download"), "{finished:#?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), FORMATS.len());
    let mut reports = vec![finished.stdout.clone(), finished.stderr.clone()];
    reports.extend(FORMATS.map(|format| fs::read_to_string(folder.path().join(format)).unwrap()));
    for report in &reports {
        // The last is `opensesame:swordfish` in Base64.
        for secret in ["opensesame", "swordfish", "b3BlbnNlc2FtZTpzd29yZGZpc2g"] {
            assert!(!report.contains(secret), "{report}");
        }
    }
    for report in &reports[2..] {
        assert!(report.contains("wsus.test/a"), "{report}");
    }
    assert_eq!(reports[FORMATS.len() + 1], finished.stdout, "text is the same in a file");
}

#[test]
fn one_report_takes_the_place_of_text_and_two_do_not_fit() {
    let server = Server::start(right_origin);
    let url = server.url("/a.cab");
    let tap = quick(&["-o", "tap", &url]);
    assert!(tap.stdout.starts_with("TAP version 14\n"), "{tap:#?}");
    assert_eq!(tap.code, Some(0));
    let before = server.received().len();
    let both = quick(&["-o", "tap", "-o", "json", &url]);
    assert_eq!((both.code, both.stdout.as_str()), (Some(2), ""), "{both:#?}");
    assert!(both.stderr.contains("hint: give all but one a path"), "{both:#?}");
    let unknown = quick(&["-o", "yaml=x", &url]);
    assert_eq!(unknown.code, Some(2), "{unknown:#?}");
    assert!(unknown.stderr.contains("there is no format \"yaml\""), "{unknown:#?}");
    assert_eq!(server.received().len(), before, "nothing was sent");
}

#[test]
fn what_cannot_be_written_fails_before_anything_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let read_only = folder.path().join("read-only");
    fs::create_dir(&read_only).unwrap();
    let mut permissions = fs::metadata(&read_only).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&read_only, permissions).unwrap();
    // Root may write to any folder of a disk, but not to those of the kernel.
    let is_root = fs::write(read_only.join("probe"), "").is_ok();
    let locked = if is_root { Path::new("/proc") } else { read_only.as_path() };
    let good = folder.path().join("good.json");
    let server = Server::start(right_origin);
    for bad in [folder.path().join("missing/report.xml"), folder.path().into(), locked.join("r")] {
        let specs = [spec("json", &good), spec("junit", &bad)];
        let finished = quick(&["-o", &specs[0], "-o", &specs[1], &server.url("/a.cab")]);
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(4), ""), "{finished:#?}");
        let named = format!("error: cannot write the junit report to {}: ", bad.display());
        assert!(finished.stderr.starts_with(&named), "{finished:#?}");
        assert!(finished.stderr.contains("\nhint: the folder must exist"), "{finished:#?}");
        assert!(!good.exists(), "nothing is left of the report that could be opened");
    }
    assert!(server.received().is_empty());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
}

#[test]
#[cfg(target_os = "linux")]
fn a_report_that_fails_at_the_end_loses_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let (vanishing, good) = (folder.path().join("vanishing"), folder.path().join("good.csv"));
    fs::create_dir(&vanishing).unwrap();
    fs::write(&good, "old").unwrap();
    let doomed = vanishing.clone();
    let server = Server::start(move |received| {
        // The second request finds it gone.
        let _ = fs::remove_dir_all(&doomed);
        right_origin(received)
    });
    let lost = vanishing.join("report.xml");
    let specs = [spec("sarif", Path::new("/dev/full")), spec("junit", &lost), spec("csv", &good)];
    let mut arguments: Vec<&str> = specs.iter().flat_map(|spec| ["-o", spec]).collect();
    let url = server.url("/a.cab");
    arguments.push(&url);
    let finished = quick(&arguments);
    assert_eq!(finished.code, Some(4), "{finished:#?}");
    assert!(finished.stdout.starts_with("PASS  "), "{finished:#?}");
    assert!(fs::read_to_string(&good).unwrap().starts_with("target,"));
    let full = "cannot write the sarif report to /dev/full: No space left on device";
    assert!(finished.stderr.contains(full), "{finished:#?}");
    let gone = format!("cannot write the junit report to {}: No such file", lost.display());
    assert!(finished.stderr.contains(&gone), "{finished:#?}");
}

#[test]
#[cfg(unix)]
fn an_interrupted_run_writes_what_it_has_and_is_not_green() {
    let folder = tempfile::tempdir().unwrap();
    let (junit, tap) = (folder.path().join("report.xml"), folder.path().join("report.tap"));
    let server = Server::start(|_| Reply::Silence);
    let mut command = bitsgate();
    command.args(QUICK).args(["-o", &spec("junit", &junit), "-o", &spec("tap", &tap)]);
    let mut child = command.arg(server.url("/a")).stdout(Stdio::null()).spawn().unwrap();
    while server.received().is_empty() {
        thread::sleep(Duration::from_millis(5));
    }
    let process = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &process]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(fs::read_to_string(junit).unwrap().contains("errors=\"1\""));
    assert!(fs::read_to_string(tap).unwrap().contains("\nnot ok 1 - the run is complete\n"));
}

#[test]
fn a_plugin_has_its_own_exit_codes() {
    let code = |arguments: &[&str], state: &str| {
        let finished = quick(&[&["-o", "nagios"], arguments].concat());
        assert!(finished.stdout.starts_with(&format!("BITSGATE {state} - ")), "{finished:#?}");
        finished.code
    };
    let (right, refusing) = (Server::start(right_origin), Server::start(refusing));
    assert_eq!(code(&[&right.url("/a.cab")], "OK"), Some(0));
    assert_eq!(code(&[&refusing.url("/a.cab")], "CRITICAL"), Some(2));
    assert_eq!(code(&[&refusing.url("/a.cab"), "--exit-zero"], "CRITICAL"), Some(0));
    assert_eq!(code(&["http://a.invalid/a"], "UNKNOWN"), Some(3));
    assert_eq!(code(&["ftp://a.invalid/a"], "UNKNOWN"), Some(3));
    assert_eq!(code(&["-o", "tap=/nowhere/a.tap", &right.url("/a.cab")], "UNKNOWN"), Some(3));
}

/// The request line, and the fields without the place of `Host`, which curl sends first. In a
/// CONNECT curl has an order of its own.
#[cfg(unix)]
fn shape(received: &Received) -> (String, Vec<String>, Vec<String>) {
    let text = String::from_utf8(received.bytes.clone()).unwrap();
    let mut lines = text.trim_end().lines().map(str::to_owned);
    let first = lines.next().unwrap();
    let is_connect = first.starts_with("CONNECT ");
    let is_moved = |line: &String| {
        is_connect || line.starts_with("Host:") || line.starts_with("Proxy-Authorization:")
    };
    let (mut moved, rest): (Vec<_>, Vec<_>) = lines.partition(is_moved);
    moved.sort();
    (first, moved, rest)
}

/// Runs the commands of a report, unless `BITSGATE_REAL_SKIP` leaves curl out, and compares what
/// each server got of them with what it had got of the check.
#[cfg(unix)]
fn assert_repeated(servers: &[&Server], arguments: &[&str], authority: &Authority, least: usize) {
    let skipped = std::env::var("BITSGATE_REAL_SKIP").unwrap_or_default();
    if skipped.split(' ').any(|skipped| skipped == "curl") {
        return;
    }
    let trusted = authority.file();
    let common = ["check", "--legs", "cold", "--format", "json", "--cacert"];
    let finished = run([&common[..], &[trusted.to_str().unwrap()], arguments].concat());
    let report: Value = serde_json::from_str(&finished.stdout).unwrap();
    let exchanges = report["results"][0]["exchanges"].as_array().unwrap();
    let commands: Vec<&str> =
        exchanges.iter().filter_map(|exchange| exchange["curl"].as_str()).collect();
    assert!(commands.len() >= least, "{finished:#?}");
    let shapes = |server: &Server| server.received().iter().map(shape).collect::<Vec<_>>();
    let sent: Vec<_> = servers.iter().map(|server| shapes(server)).collect();
    for (count, command) in (1..).zip(commands) {
        let mut shell = Command::new("sh");
        scrub(&mut shell);
        shell.args(["-c", command]).env("CURL_CA_BUNDLE", &trusted);
        shell.env("BITSGATE_PROXY_USER", "us er").env("BITSGATE_PROXY_PASSWORD", "p'a$s\"s");
        // What stands in the environment must not matter.
        shell.env("NO_PROXY", "*").env("http_proxy", "http://127.0.0.1:9");
        let said = finish(&mut shell);
        assert_eq!(said.code, Some(0), "{command}\n{said:#?}");
        assert!(said.stdout.starts_with("HTTP/1.1 "), "{command}\n{said:#?}");
        for (server, sent) in servers.iter().zip(&sent) {
            let received = shapes(server);
            assert_eq!(received.len(), sent.len() + count, "{command}");
            let repeated = &received[received.len() - 1];
            assert!(sent.contains(repeated), "{command}\n{repeated:#?}\n{sent:#?}");
        }
    }
}

#[test]
#[cfg(unix)]
fn curl_repeats_what_went_to_a_proxy() {
    let (authority, proxy) = (Authority::new(), Server::start(without_ranges));
    let proxy_url = format!("http://us%20er:p'a$s%22s@{}", proxy.address());
    for (profile, least) in [("bits", 3), ("do", 1)] {
        let arguments = ["--profile", profile, "--proxy", &proxy_url, "http://wsus.test/a?[x]='1'"];
        assert_repeated(&[&proxy], &arguments, &authority, least);
    }
}

#[test]
#[cfg(unix)]
fn curl_repeats_what_went_to_the_server() {
    let (authority, server) = (Authority::new(), Server::start(without_ranges));
    assert_repeated(&[&server], &[&server.url("/Content/a.cab?{1,2}")], &authority, 3);
}

#[test]
#[cfg(unix)]
fn curl_repeats_what_went_through_a_tunnel() {
    let (authority, server) = (Authority::new(), Server::start(without_ranges));
    let front = tls_front(authority.server("wsus.test"), server.address());
    let proxy = Server::start(move |_| Reply::Tunnel(front));
    let proxy_url = format!("http://us%20er:p'a$s%22s@{}", proxy.address());
    let arguments = ["--proxy", &proxy_url, "https://wsus.test:8531/a.cab"];
    assert_repeated(&[&server, &proxy], &arguments, &authority, 3);
}

/// What a person sees of a run without `-v`: how many lines, and on a terminal of 80 columns.
#[test]
fn reports_fit_one_screen() {
    let lines = |arguments: &[&str]| {
        let finished = run([&["check"], arguments].concat());
        let text = finished.stdout.clone();
        (text.lines().count(), text)
    };
    let proxies: Vec<String> = [
        "strip-range",
        "no-length-head",
        "head-403",
        "no-validators",
        "multi-416",
        "close-unannounced",
    ]
    .map(|fault| format!("--proxy=mock:{fault}"))
    .into();
    let proxies: Vec<&str> = proxies.iter().map(String::as_str).collect();
    let fleet = [proxies.as_slice(), &["mock:"]].concat();
    for (arguments, most) in [
        (&["--proxy", "mock:close-unannounced", "mock:"][..], 10),
        (&["--proxy", "mock:strip-range", "mock:"], 25),
        (&["--proxy", "mock:strip-range"], 25),
        (&["--proxy", "mock:no-length-head", "mock:"], 25),
        (&["--proxy", "mock:strip-range", "mock:", "mock:?size=2MiB"], 33),
        (&fleet, 6 + 6 + 3 * 12 + 8),
    ] {
        let (count, text) = lines(arguments);
        assert!(count <= most, "{count} lines, not {most}: {text}");
    }
}
