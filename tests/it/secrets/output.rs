//! What a run leaves when all goes as it should: reports, logs, settings, files, metrics and the
//! live view.

use std::fs;
use std::path::Path;

use super::{
    House, IN_CONFIGURATION, IN_ENVIRONMENT, IN_URL, IN_URL_OF_CONFIGURATION,
    IN_URL_OF_ENVIRONMENT, MARK, SECRETS, TARGET, empty_proxy,
};
use crate::metrics::Serving;
use crate::reports::FORMATS;
use crate::requests::right_origin;
use crate::support::binary::finish;
use crate::support::server::{Reply, challenging};

/// All files of a folder but those that hold secrets on purpose.
fn written(folder: &Path) -> Vec<(String, String)> {
    let own = ["password.txt", "list.txt", "bitsgate.toml"];
    let entries = fs::read_dir(folder).expect("a folder");
    let files = entries.map(|entry| entry.expect("an entry").path());
    let named = files.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), path));
    let made = named.filter(|(name, _)| !own.contains(&name.as_str()));
    made.map(|(name, path)| {
        let bytes = fs::read(path).expect("a file");
        (name, String::from_utf8_lossy(&bytes).into_owned())
    })
    .collect()
}

#[test]
fn reports_logs_and_settings_hold_no_secret() {
    let mut house = House::new(empty_proxy);
    let (url, address) = (house.url(), house.proxy.url(""));
    let of_environment = format!("http://u:{IN_URL_OF_ENVIRONMENT}@{}", house.proxy.address());
    house.run(&["config", TARGET]);
    house.run(&["config", "--proxies=list.txt", "--proxy", &url, TARGET]);
    house.run(&["config", "--proxy", &url, "--help"]);
    house.run(&["init", "new.toml"]);
    let check = ["check", "--legs=cold", "-v", "--curl"];
    assert_eq!(house.run(&[&check[..], &["--proxy", &url, TARGET]].concat()), Some(3));
    house.run(&[&check[..], &["--proxy-user=u", "--proxy", &address, TARGET]].concat());
    house.run(&[&check[..], &["--proxies=list.txt", TARGET]].concat());
    house.run_with(&[&check[..], &[TARGET]].concat(), &[("BITSGATE_PROXY", &of_environment)]);
    house.run_with(
        &[&check[..], &["--format=json", "--proxy", &address, TARGET]].concat(),
        &[("BITSGATE_PROXY_USER", "u")],
    );
    for format in FORMATS {
        house.run(&[&check[..], &["--format", format, "-o", "tap=a.tap", TARGET]].concat());
        let output = house.last_output().to_owned();
        assert!(output.contains("h.example/a"), "{format}: {output}");
        fs::write(house.folder.path().join(format), output).expect("a report");
    }
    // Of two rounds, and with what is new since the other report.
    let known = ["--repeat=2", "--every=1s", "--baseline=json", "--only=range-first"];
    house.run(&[&check[..], &known, &["--proxy", &url, TARGET]].concat());
    for format in ["text", "json"] {
        house.run(&["diff", "--format", format, "json", "json"]);
    }
    house.shown.extend(written(house.folder.path()));
    house.assert_sent(&SECRETS);
    house.assert_hidden();
}

#[test]
fn a_fetch_and_the_files_that_it_leaves_hold_no_secret() {
    // The challenge, HEAD and a range are answered; the second range is not.
    let mut house = House::new(challenging(|received| match received.turn {
        0..=2 => right_origin(received),
        _ => Reply::Close(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n".to_vec()),
    }));
    let (url, address) = (house.url(), house.proxy.url(""));
    let fetch = ["fetch", "--no-progress-timeout=0", "http://h.example/file.cab"];
    for format in ["text", "json"] {
        let output = format!("--output=of-{format}");
        let more = ["--format", format, output.as_str()];
        let code = house.run(&[&fetch[..], &more, &["--proxy", &url]].concat());
        assert_eq!(code, Some(1), "{:#?}", house.shown);
        house.run(&[&fetch[..], &more, &["--proxy-user=u", "--proxy", &address]].concat());
    }
    let files = written(house.folder.path());
    assert!(files.len() >= 4, "parts and their records: {files:?}");
    house.shown.extend(files);
    house.assert_sent(&[IN_URL, IN_ENVIRONMENT]);
    house.assert_hidden();
}

#[test]
fn metrics_hold_no_secret() {
    let mut house = House::new(empty_proxy);
    let address = house.proxy.address();
    let configuration = format!(
        "[run]\nallow-clear-passwords = true\nlegs = [\"cold\"]\n\
         [[proxies]]\nname = \"clear\"\nurl = \"http://{address}\"\nuser = \"u\"\n\
         password = {IN_CONFIGURATION:?}\n\
         [[proxies]]\nname = \"url\"\nurl = \"http://u:{IN_URL_OF_CONFIGURATION}@{address}\"\n\
         [[targets]]\nname = \"file\"\nurl = {TARGET:?}\n"
    );
    let serving = Serving::start(&configuration, &[]);
    for path in [
        "/",
        "/metrics",
        "/probe?proxy=clear&target=file",
        "/probe?proxy=url&target=file",
        "/probe?proxy=nobody",
        "/probe",
        "/nowhere",
    ] {
        let answer = serving.get(path);
        house.keep(path, &format!("{answer:?}"));
    }
    let probed = &house.shown[2].1;
    assert!(probed.contains(&format!("proxy=\\\"http://{address}")), "{probed}");
    house.assert_sent(&[IN_CONFIGURATION, IN_URL_OF_CONFIGURATION]);
    house.assert_hidden();
}

#[test]
#[cfg(target_os = "linux")]
fn the_live_view_shows_no_secret() {
    let mut house = House::new(challenging(|received| match received.turn {
        // Long enough for the view to be drawn.
        0 | 1 => {
            Reply::Drip(b"HTTP/1.1 404 N\r\n\r\n".to_vec(), std::time::Duration::from_millis(40))
        }
        _ => empty_proxy(received),
    }));
    let url = house.url();
    let binary = env!("CARGO_BIN_EXE_bitsgate");
    let commands = [
        format!("exec {binary} check --legs=cold --only=range-first -v --proxy '{url}' {TARGET}"),
        format!("exec {binary} fetch --no-progress-timeout=0 --proxy '{url}' {TARGET}"),
    ];
    for text in commands {
        // A terminal of its own.
        let mut command = std::process::Command::new("script");
        crate::support::binary::scrub(&mut command);
        command.args(["-qec", &text, "/dev/null"]).env("TERM", "xterm");
        let finished = finish(command.current_dir(house.folder.path()));
        assert!(finished.stdout.contains('\x1b'), "no terminal: {finished:#?}");
        house.keep(&text.replace(MARK, ""), &finished.stdout);
    }
    house.assert_sent(&[IN_URL]);
    house.assert_hidden();
}
