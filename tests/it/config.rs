//! The configuration file, and flag > environment > file > default.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::requests::right_origin;
use crate::support::binary::{Finished, bitsgate, finish, run};
use crate::support::server::{Server, challenging};

/// The files of the test data whose names begin so, with the path as a user would write it.
fn files(prefix: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/config");
    let names = fs::read_dir(folder)
        .expect("testdata/config")
        .map(|file| file.expect("a file").file_name().into_string().expect("a name"));
    let mut names: Vec<String> = names.filter(|name| name.starts_with(prefix)).collect();
    names.sort();
    assert!(!names.is_empty());
    names.into_iter().map(|name| (format!("testdata/config/{name}"), name)).collect()
}

/// `bitsgate` in the folder of the crate.
fn in_crate(arguments: &[&str]) -> Finished {
    let mut command = bitsgate();
    finish(command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")))
}

/// The value and the source of a setting, as `bitsgate config` prints them.
fn setting<'o>(printed: &'o str, key: &str) -> (&'o str, &'o str) {
    let mut lines = printed.lines();
    let start = format!("{key} = ");
    let value = lines.find_map(|line| line.strip_prefix(&start));
    let value = value.unwrap_or_else(|| panic!("no {key} in {printed}"));
    (value, lines.next().expect("a source").trim())
}

#[test]
fn good_files_are_read() {
    for (path, _) in files("good-") {
        let finished = in_crate(&["config", "-c", &path]);
        assert_eq!(finished.code, Some(0), "{path}: {finished:#?}");
        assert!(!finished.stdout.contains("not-a-real-one"), "{finished:#?}");
    }
    let finished = in_crate(&["config", "-c", "testdata/config/good-fleet.toml"]);
    assert_eq!(setting(&finished.stdout, "checks.head-validators").0, "fail");
    assert_eq!(
        setting(&finished.stdout, "proxy"),
        (
            "berlin: http://proxy.berlin.example:3128 [branch, emea]",
            "testdata/config/good-fleet.toml:12"
        )
    );
    assert_eq!(
        setting(&finished.stdout, "accept multi-two via ber*").0,
        "until 2026-12-31: ticket 4711"
    );
}

#[test]
fn bad_files_are_refused_with_their_line_and_no_secret() {
    for (path, name) in files("bad-") {
        let finished = in_crate(&["check", "-c", &path, "mock:"]);
        assert_eq!(finished.code, Some(2), "{name}: {finished:#?}");
        assert_eq!(finished.stdout, "", "{name}");
        // What the command line says in place of the file does not make the file right; only what
        // lies outside of it is not looked for.
        let unused = in_crate(&[&["config", "-c", &path, "mock:"][..], &INSTEAD].concat());
        let is_outside = OUTSIDE.contains(&name.as_str());
        assert_eq!(unused.code, Some(if is_outside { 0 } else { 2 }), "{name}: {unused:#?}");
        if !is_outside {
            assert_eq!(unused.stderr, finished.stderr, "{name}");
        }
        for secret in ["hunter2", "20202"] {
            assert!(!finished.stderr.contains(secret), "{name}: {finished:#?}");
        }
        insta::assert_snapshot!(name.trim_end_matches(".toml"), finished.stderr);
    }
    let finished = in_crate(&["check", "-c", "no-such-file.toml", "mock:"]);
    assert_eq!(finished.code, Some(2), "{finished:#?}");
    assert!(finished.stderr.contains("no-such-file.toml: cannot read"), "{finished:#?}");
}

/// Flags in place of all that a file can say.
const INSTEAD: [&str; 16] = [
    "--proxy=mock:",
    "--timeout=1s",
    "--deadline=1m",
    "--jobs=1",
    "--legs=cold",
    "--warm-limit=1",
    "--deep-limit=1",
    "--only=reachable",
    "--profile=bits",
    "--format=text",
    "--output=text",
    "--insecure",
    "--strict=false",
    "--repeat=1",
    "--jitter=1%",
    "--metrics-listen=0",
];

/// Files that name a password which is not there.
const OUTSIDE: [&str; 2] = ["bad-password-file.toml", "bad-password-variable.toml"];

/// A setting with a value for each layer, as it is written there, and the two forms that it is
/// shown in: written by file, environment and flag, then the default.
const LAYERS: [(&str, [&str; 3], [&str; 4]); 19] = [
    ("timeout", ["11s", "12s", "13s"], ["11s", "12s", "13s", "30s"]),
    ("deadline", ["11m", "12m", "13m"], ["11m", "12m", "13m", "5m"]),
    ("jobs", ["11", "12", "13"], ["11", "12", "13", "8"]),
    ("connections", ["11", "12", "13"], ["11", "12", "13", "4"]),
    ("legs", ["cold", "warm", "direct"], ["cold", "warm", "direct", "all that apply"]),
    ("profile", ["all", "bits", "all"], ["all", "bits", "all", "bits"]),
    (
        "warm-limit",
        ["1KiB", "2KiB", "3KiB"],
        ["1024 bytes", "2048 bytes", "3072 bytes", "67108864 bytes"],
    ),
    (
        "only",
        ["reachable", "http-version", "redirects"],
        ["reachable", "http-version", "redirects", "none"],
    ),
    (
        "skip",
        ["multi-two", "multi-five", "keep-alive"],
        ["multi-two", "multi-five", "keep-alive", "none"],
    ),
    ("strict", ["true", "false", "true"], ["true", "false", "true", "false"]),
    ("exit-zero", ["false", "true", "false"], ["false", "true", "false", "false"]),
    ("insecure", ["true", "false", "true"], ["true", "false", "true", "false"]),
    ("format", ["json", "text", "json"], ["json", "text", "json", "text"]),
    (
        "origin-url",
        ["http://f/", "http://e/", "http://a/"],
        ["http://f/", "http://e/", "http://a/", "none"],
    ),
    ("repeat", ["3", "forever", "1"], ["3", "forever", "1", "once"]),
    ("every", ["11m", "12m", "13m"], ["11m", "12m", "13m", "15m"]),
    ("jitter", ["1%", "2", "3%"], ["1%", "2%", "3%", "10%"]),
    (
        "metrics-listen",
        ["11", "12", "0.0.0.0:13"],
        ["127.0.0.1:11", "127.0.0.1:12", "0.0.0.0:13", "none"],
    ),
    ("cacert", ["f.pem", "e.pem", "a.pem"], ["f.pem", "e.pem", "a.pem", "none"]),
];

#[test]
fn flag_stands_above_environment_above_file_above_default() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut file = String::from("[run]\n");
    for (key, [of_file, ..], _) in LAYERS {
        let value = match key {
            "jobs" | "connections" | "repeat" | "strict" | "exit-zero" | "insecure" => {
                of_file.to_owned()
            }
            "legs" | "only" | "skip" => format!("[{of_file:?}]"),
            _ => format!("{of_file:?}"),
        };
        writeln!(file, "{key} = {value}").expect("a text");
    }
    let printed = |has_file: bool, has_environment: bool, has_flags: bool| {
        // Without --config, the file in the current folder is found.
        let place = folder.path().join("bitsgate.toml");
        if has_file { fs::write(&place, &file) } else { fs::write(&place, "") }.expect("a file");
        let mut command = bitsgate();
        command.current_dir(folder.path()).args(["config", "mock:"]);
        for (key, [_, of_environment, of_flag], _) in LAYERS {
            if has_environment {
                let name = format!("BITSGATE_{}", key.to_uppercase().replace('-', "_"));
                command.env(name, of_environment);
            }
            if has_flags {
                command.arg(format!("--{key}={of_flag}"));
            }
        }
        let finished = finish(&mut command);
        assert_eq!(finished.code, Some(0), "{finished:#?}");
        finished.stdout
    };
    let none = printed(false, false, false);
    let (of_file, of_environment) = (printed(true, false, false), printed(true, true, false));
    let of_flags = printed(true, true, true);
    for (line, (key, _, shown)) in LAYERS.iter().enumerate() {
        let name = key.to_uppercase().replace('-', "_");
        assert_eq!(setting(&none, key), (shown[3], "default"));
        assert_eq!(setting(&of_file, key), (shown[0], &*format!("bitsgate.toml:{}", line + 2)));
        let source = format!("environment BITSGATE_{name}");
        assert_eq!(setting(&of_environment, key), (shown[1], &*source));
        assert_eq!(setting(&of_flags, key), (shown[2], &*format!("--{key}")));
    }
}

#[test]
fn proxies_come_by_name_label_list_or_environment() {
    let file = "testdata/config/good-fleet.toml";
    let proxies = |arguments: &[&str]| {
        let finished = in_crate(&[&["config", "-c", file], arguments].concat());
        assert_eq!(finished.code, Some(0), "{finished:#?}");
        let lines = finished.stdout.lines().filter_map(|line| line.strip_prefix("proxy = "));
        lines.map(|line| line.split([':', ' ']).next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(proxies(&[]), ["berlin", "none"]);
    assert_eq!(proxies(&["--proxy", "berlin"]), ["berlin"]);
    assert_eq!(proxies(&["--label", "emea"]), ["berlin"]);
    assert_eq!(proxies(&["--proxy", "http://h:1"]), ["http"]);
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("proxies");
    fs::write(&list, "# branches\n\nhttp://h:1 # first\n direct\n").expect("a list");
    assert_eq!(proxies(&["--proxies", list.to_str().unwrap()]), ["http", "direct"]);
    fs::write(&list, "# none\n").expect("a list");
    let empty = in_crate(&["config", "--proxies", list.to_str().unwrap()]);
    assert_eq!(empty.code, Some(2), "{empty:#?}");
    let unknown = in_crate(&["config", "-c", file, "--label", "emae"]);
    assert!(unknown.stderr.contains("did you mean `emea`?"), "{unknown:#?}");
    let mut command = bitsgate();
    command.args(["config", "mock:"]).env("BITSGATE_PROXY", "http://a:1 http://b:2");
    let finished = finish(&mut command);
    assert_eq!(finished.stdout.matches("environment BITSGATE_PROXY\n").count(), 2);
}

#[test]
fn a_route_on_the_command_line_wins_over_all_variables_of_routes() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = folder.path().join("list");
    fs::write(&list, "http://of-list:1\n").expect("a list");
    let proxies = |arguments: &[&str], variables: &[&str]| {
        let mut command = bitsgate();
        command.args(["config", "-c", "testdata/config/good-fleet.toml"]).args(arguments);
        for variable in variables {
            let value = match *variable {
                "BITSGATE_LABEL" => "emea",
                "BITSGATE_PROXIES" => list.to_str().expect("a path"),
                "BITSGATE_TARGETS" => "http://of-environment/a",
                _ => "http://of-environment:1",
            };
            command.env(variable, value);
        }
        let finished = finish(command.current_dir(env!("CARGO_MANIFEST_DIR")));
        assert_eq!(finished.code, Some(0), "{finished:#?}");
        let lines = finished.stdout.lines().filter_map(|line| {
            line.strip_prefix("proxy = ").or_else(|| line.strip_prefix("target = "))
        });
        let lines = lines.map(|line| line.trim_start_matches("http://"));
        lines.map(|line| line.split([':', ' ', '/']).next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = ["BITSGATE_LABEL", "BITSGATE_PROXIES", "BITSGATE_PROXY"];
    let target = ["http://given/a"];
    for (flag, expected) in [
        (["--proxy", "http://of-flag:1"], "of-flag"),
        (["--proxies", list.to_str().unwrap()], "of-list"),
        (["--label", "emea"], "berlin"),
    ] {
        let arguments = [&flag[..], &target].concat();
        assert_eq!(proxies(&arguments, &all), [expected, "given"], "{flag:?}");
        for variable in all {
            assert_eq!(proxies(&arguments, &[variable]), [expected, "given"], "{variable}");
        }
    }
    // Flags add to each other, and so do variables.
    let flags = ["--proxy", "direct", "--label", "emea", "http://given/a"];
    assert_eq!(proxies(&flags, &all), ["direct", "berlin", "given"]);
    assert_eq!(proxies(&target, &all), ["of-environment", "of-list", "berlin", "given"]);
    assert_eq!(proxies(&target, &["BITSGATE_TARGETS"]), ["berlin", "none", "given"]);
    assert_eq!(proxies(&[], &["BITSGATE_TARGETS"]), ["berlin", "none", "of-environment"]);
}

#[test]
fn what_cannot_be_a_password_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file");
    let read = |key: &str, value: &str| {
        let proxy = "[[proxies]]\nname = \"a\"\nurl = \"http://u@h:1\"\n";
        write("bitsgate.toml", &format!("{proxy}{key}\n"));
        write("password.txt", value);
        let mut command = bitsgate();
        finish(command.args(["config", "mock:"]).current_dir(folder.path()).env("SECRET", value))
    };
    for key in ["password-file = \"password.txt\"", "password-env = \"SECRET\""] {
        for (value, problem) in [
            ("", "holds no password"),
            (" \t\n", "holds no password"),
            ("hunter2\nhunter3\n", "holds more than one line"),
        ] {
            let finished = read(key, value);
            assert_eq!(finished.code, Some(2), "{value:?}: {finished:#?}");
            let stderr = &finished.stderr;
            assert!(stderr.contains("bitsgate.toml:4: ") && stderr.contains(problem), "{stderr}");
            assert!(stderr.contains(key) && stderr.contains('^'), "{stderr}");
            assert!(!stderr.contains("hunter"), "{stderr}");
        }
        assert_eq!(read(key, "hunter2").code, Some(0), "{key}");
    }
    assert_eq!(read("password-file = \"password.txt\"", "hunter2\r\n").code, Some(0));
}

#[test]
fn files_may_begin_with_a_byte_order_mark() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        fs::write(folder.path().join(name), bytes).expect("a file");
    };
    let marked = |text: &str| [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let proxy = Server::start(challenging(right_origin));
    let url = proxy.url("").replace("http://", "http://u@");
    let of_file = format!("[[proxies]]\nname = \"a\"\nurl = {url:?}\npassword-file = \"p.txt\"\n");
    write("bitsgate.toml", &marked(&of_file));
    write("p.txt", &marked("hunter2\n"));
    let in_folder =
        |arguments: &[&str]| finish(bitsgate().args(arguments).current_dir(folder.path()));
    let check = ["check", "--only", "reachable", "--legs", "cold", "--format", "json"];
    let report = in_folder(&[&check[..], &["http://h.example/a"]].concat());
    assert_eq!(report.code, Some(0), "{report:#?}");
    let sent = proxy.received();
    let sent: Vec<_> = sent.iter().map(|one| String::from_utf8_lossy(&one.bytes)).collect();
    // `u:hunter2` in Base64.
    assert!(sent.iter().any(|head| head.contains("dTpodW50ZXIy\r\n")), "{sent:#?}");
    write("old.json", &marked(&report.stdout));
    let utf16 = report.stdout.encode_utf16().flat_map(u16::to_le_bytes);
    write("new.json", &[0xff, 0xfe].into_iter().chain(utf16).collect::<Vec<_>>());
    let diff = in_folder(&["diff", "old.json", "new.json"]);
    assert_eq!(diff.code, Some(0), "{diff:#?}");
}

#[test]
fn a_name_that_reads_as_something_else_is_refused_in_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in [
        "", " ", " a b ", "a ", "a\\tb", "direct", "mock:x", "http://x", "h:3128", "-x", "a*", "a?",
    ] {
        for (table, url) in [("proxies", "http://h:1"), ("targets", "http://h/a")] {
            let text = format!("[[{table}]]\nname = \"{name}\"\nurl = {url:?}\n");
            fs::write(folder.path().join("bitsgate.toml"), text).expect("a file");
            let finished = finish(bitsgate().args(["config", "mock:"]).current_dir(folder.path()));
            assert_eq!(finished.code, Some(2), "{name:?}: {finished:#?}");
            let caret = format!("2 | name = \"{name}\"\n  |        ^");
            assert!(finished.stderr.contains("bitsgate.toml:2: the name "), "{finished:#?}");
            assert!(finished.stderr.contains(&caret), "{finished:#?}");
        }
    }
}

#[test]
fn an_empty_variable_is_as_if_it_were_not_set() {
    let mut command = bitsgate();
    let plain = finish(command.args(["config", "mock:"]));
    for (key, ..) in LAYERS {
        command.env(format!("BITSGATE_{}", key.to_uppercase().replace('-', "_")), "");
    }
    let others = ["CONFIG", "LABEL", "OUTPUT", "PROXIES", "PROXY", "PROXY_USER", "VERBOSE"];
    for name in others.into_iter().chain(["BASELINE", "DEEP", "ORIGIN_LISTEN", "TARGETS"]) {
        command.env(format!("BITSGATE_{name}"), "");
    }
    let finished = finish(&mut command);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    assert_eq!(finished.stdout, plain.stdout);
}

#[test]
fn commas_separate_reports_and_blanks_are_refused() {
    let shown = |output: &str| {
        let mut command = bitsgate();
        finish(command.args(["config", "mock:"]).env("BITSGATE_OUTPUT", output))
    };
    let commas = shown("junit=a.xml,json=b.json");
    assert_eq!(setting(&commas.stdout, "output").0, "junit=a.xml, json=b.json");
    let blanks = shown("junit=a.xml json=b.json");
    assert_eq!(blanks.code, Some(2), "{blanks:#?}");
    assert!(blanks.stderr.contains("a comma separates reports"), "{blanks:#?}");
}

#[test]
fn a_number_needs_no_quotes_where_a_flag_takes_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let with = |line: &str| {
        fs::write(folder.path().join("bitsgate.toml"), format!("[run]\n{line}\n")).expect("a file");
        finish(bitsgate().args(["config", "mock:"]).current_dir(folder.path()))
    };
    for (key, number, shown) in [
        ("deadline", "600", "10m"),
        ("deep-limit", "1024", "1024 bytes"),
        ("every", "60", "1m"),
        ("jitter", "5", "5%"),
        ("metrics-listen", "9824", "127.0.0.1:9824"),
        ("repeat", "3", "3"),
        ("timeout", "30", "30s"),
        ("warm-limit", "1024", "1024 bytes"),
    ] {
        for value in [number.to_owned(), format!("{number:?}")] {
            let finished = with(&format!("{key} = {value}"));
            assert_eq!(finished.code, Some(0), "{key}: {finished:#?}");
            assert_eq!(setting(&finished.stdout, key), (shown, "bitsgate.toml:2"));
        }
        for wrong in ["[1]", "true", "-1"] {
            let finished = with(&format!("{key} = {wrong}"));
            assert_eq!(finished.code, Some(2), "{key} = {wrong}: {finished:#?}");
            assert!(finished.stderr.contains("bitsgate.toml:2: "), "{finished:#?}");
        }
    }
    for key in ["jobs", "connections"] {
        let eight = with(&format!("{key} = \"eight\""));
        assert!(eight.stderr.contains("expected a whole number from 1 on"), "{eight:#?}");
    }
}

#[test]
fn init_writes_what_config_reads_and_nothing_over_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let in_folder =
        |arguments: &[&str]| finish(bitsgate().args(arguments).current_dir(folder.path()));
    assert_eq!(in_folder(&["init"]).code, Some(0));
    let again = in_folder(&["init"]);
    assert_eq!(again.code, Some(2), "{again:#?}");
    assert!(again.stderr.contains("--force"), "{again:#?}");
    assert_eq!(in_folder(&["init", "--force"]).code, Some(0));
    let shown = in_folder(&["config"]);
    assert!(shown.stdout.starts_with("configuration file: bitsgate.toml\n"), "{shown:#?}");
    let nowhere: PathBuf = folder.path().join("none/bitsgate.toml");
    assert_eq!(run(["init", nowhere.to_str().unwrap()]).code, Some(4));
}
