//! Secrets that nobody sees: a password that is given by URL, environment, file, configuration or
//! list is sent to its proxy, and is in no report, log, error, curl command, metric or file. What
//! the list of processes shows is tested in `process_title`.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;

use crate::metrics::Serving;
use crate::reports::FORMATS;
use crate::requests::right_origin;
use crate::support::binary::{bitsgate, finish};
use crate::support::server::{Received, Reply, Server};

/// A password for each way to give one, each unlike all that is not secret.
const IN_URL: &str = "in-url-7Qx@:#";
const IN_URL_OF_ENVIRONMENT: &str = "in-env-url-7Qx";
const IN_ENVIRONMENT: &str = "in-env-7Qx";
const IN_VARIABLE: &str = "in-var-7Qx";
const IN_FILE: &str = "in-file-7Qx";
const IN_CONFIGURATION: &str = "in-conf-7Qx";
const IN_URL_OF_CONFIGURATION: &str = "in-conf-url-7Qx";
const IN_LIST: &str = "in-list-7Qx";
const SECRETS: [&str; 8] = [
    IN_URL,
    IN_URL_OF_ENVIRONMENT,
    IN_ENVIRONMENT,
    IN_VARIABLE,
    IN_FILE,
    IN_CONFIGURATION,
    IN_URL_OF_CONFIGURATION,
    IN_LIST,
];

/// All of them have this; it has no letter that an encoding of URLs changes.
const MARK: &str = "7Qx";

const TARGET: &str = "http://h.example/a";

/// A folder with a configuration of all kinds of passwords, and all that was shown so far.
struct House {
    folder: TempDir,
    proxy: Server,
    shown: Vec<(String, String)>,
}

impl House {
    fn new(script: impl Fn(&Received) -> Reply + Send + Sync + 'static) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let proxy = Server::start(script);
        let address = proxy.address();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("password.txt", &format!("{IN_FILE}\n"));
        write("list.txt", &format!("# a list\nhttp://u:{IN_LIST}@{address}\n"));
        write(
            "bitsgate.toml",
            &format!(
                "[run]\nallow-clear-passwords = true\n\
                 [[proxies]]\nname = \"variable\"\nurl = \"http://u@{address}\"\n\
                 password-env = \"SOME_PASSWORD\"\n\
                 [[proxies]]\nname = \"file\"\nurl = \"http://{address}\"\nuser = \"u\"\n\
                 password-file = \"password.txt\"\n\
                 [[proxies]]\nname = \"clear\"\nurl = \"http://{address}\"\nuser = \"u\"\n\
                 password = {IN_CONFIGURATION:?}\n\
                 [[proxies]]\nname = \"url\"\nurl = \"http://u:{IN_URL_OF_CONFIGURATION}@{address}\"\n"
            ),
        );
        Self { folder, proxy, shown: Vec::new() }
    }

    /// The proxy with a password, as an argument would name it.
    fn url(&self) -> String {
        format!("http://u:{}@{}", in_url(), self.proxy.address())
    }

    /// Runs `bitsgate` in the folder, and keeps what it says.
    fn run(&mut self, arguments: &[&str]) -> Option<i32> {
        self.run_with(arguments, &[])
    }

    /// The same with more variables.
    fn run_with(&mut self, arguments: &[&str], variables: &[(&str, &str)]) -> Option<i32> {
        let mut command = bitsgate();
        command.args(arguments).current_dir(self.folder.path());
        command.env("SOME_PASSWORD", IN_VARIABLE).env("BITSGATE_PROXY_PASSWORD", IN_ENVIRONMENT);
        command.envs(variables.iter().copied());
        let finished = finish(&mut command);
        self.keep(&format!("{arguments:?} {variables:?}"), &finished.stdout);
        self.keep(&format!("{arguments:?} {variables:?}"), &finished.stderr);
        finished.code
    }

    fn keep(&mut self, what: &str, text: &str) {
        self.shown.push((what.to_owned(), text.to_owned()));
    }

    /// What the last run printed to standard output.
    fn last_output(&self) -> &str {
        &self.shown[self.shown.len() - 2].1
    }

    /// Asserts that each of these was sent, so that there is something to hide.
    fn assert_sent(&self, secrets: &[&str]) {
        let received = self.proxy.received();
        let sent: String =
            received.iter().map(|one| String::from_utf8_lossy(&one.bytes).into_owned()).collect();
        for secret in secrets {
            assert!(sent.contains(&encoded(secret)), "{secret} was never sent");
        }
    }

    /// Asserts that nothing shown holds a secret in any form.
    fn assert_hidden(&self) {
        for (what, text) in &self.shown {
            assert!(!text.contains(MARK), "{what} shows a password:\n{text}");
            for secret in SECRETS {
                let encoded = encoded(secret);
                // Padded Base64 may be cut; its last letters tell nothing.
                let start = &encoded[..encoded.len() - 4];
                assert!(!text.contains(start), "{what} shows {secret} encoded:\n{text}");
            }
        }
    }
}

/// As HTTP sends it.
fn encoded(secret: &str) -> String {
    STANDARD.encode(format!("u:{secret}"))
}

/// As a URL has it.
fn in_url() -> String {
    IN_URL.replace('@', "%40").replace(':', "%3A").replace('#', "%23")
}

/// Asks for credentials, and has nothing for those who have them.
fn empty_proxy(received: &Received) -> Reply {
    let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\n\
                   Proxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n";
    let nothing = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
    let text = String::from_utf8_lossy(&received.bytes);
    let is_authorized = text.contains("Proxy-Authorization");
    Reply::Keep(if is_authorized { nothing } else { refusal }.as_bytes().to_vec())
}

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
    assert_eq!(house.run(&[&check[..], &["--proxy", &url, TARGET]].concat()), Some(1));
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
    // The third request of a fetch is not answered.
    let mut house = House::new(|received| match received.turn {
        0 | 1 => right_origin(received),
        _ => Reply::Close(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n".to_vec()),
    });
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
fn proxies_that_fail_show_no_secret() {
    let mut house = House::new(empty_proxy);
    let asking = Server::start(|_| {
        let refusal = "HTTP/1.1 407 x\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n";
        Reply::Close(refusal.as_bytes().to_vec())
    });
    let broken = Server::speaking(b"SSH-2.0-OpenSSH_9.2p1\r\n");
    let (secret, asking, broken) = (in_url(), asking.address(), broken.address());
    for proxy in [
        format!("http://u:{secret}@{asking}"),
        format!("https://u:{secret}@{asking}"),
        format!("socks5://u:{secret}@{asking}"),
        format!("http://u:{secret}@{broken}"),
        format!("http://u:{secret}@127.0.0.1:1"),
        format!("http://u:{secret}@[::1]:1"),
        format!("http://u:{secret}@proxy.invalid:1"),
    ] {
        for target in [TARGET, "https://h.example/a"] {
            let check = ["check", "--legs=cold", "-v", "--curl", "--timeout=2s"];
            house.run(&[&check[..], &["--proxy", &proxy, target]].concat());
            let fetch = ["fetch", "--timeout=2s", "--no-progress-timeout=0"];
            house.run(&[&fetch[..], &["--proxy", &proxy, target]].concat());
        }
    }
    house.assert_hidden();
}

/// Sends the request back, in a field and as the file, as TRACE and some error pages do.
fn echo(received: &Received) -> Reply {
    let text = String::from_utf8_lossy(&received.bytes).replace("\r\n", " ");
    let head = format!(
        "HTTP/1.1 200 OK\r\nX-Seen: {text}\r\nContent-Length: {}\r\n\r\n{text}",
        text.len()
    );
    Reply::Keep(head.into_bytes())
}

#[test]
fn a_proxy_that_sends_credentials_back_does_not_make_them_known() {
    let mut house = House::new(echo);
    let url = house.url();
    for format in FORMATS {
        let check = ["check", "--legs=cold", "-v", "--curl", "--format", format];
        assert_ne!(house.run(&[&check[..], &["--proxy", &url, TARGET]].concat()), Some(0));
    }
    house.assert_sent(&[IN_URL]);
    house.assert_hidden();
    let shown = house.shown.iter().any(|(_, text)| text.contains("X-Seen: GET http://h.example"));
    assert!(shown, "no report shows the rest of what was sent back");
}

/// Answers HEAD, refuses tunnels with the credentials as the reason, and sends those of a range
/// back in place of an answer: on a kept connection, bytes that belong behind the answer before.
fn late_echo(received: &Received) -> Reply {
    if received.bytes.starts_with(b"HEAD") {
        return Reply::Keep(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n".into());
    }
    let text = String::from_utf8_lossy(&received.bytes);
    let credentials = text.lines().find(|line| line.starts_with("Proxy-Authorization"));
    let late = credentials.unwrap_or_default().replace("Proxy-Authorization", "LATE");
    let is_connect = text.starts_with("CONNECT");
    let answer = if is_connect { format!("HTTP/1.1 502 {late}\r\n\r\n") } else { late };
    Reply::Close(answer.into())
}

#[test]
fn credentials_that_come_back_in_place_of_an_answer_do_not_become_known() {
    let mut house = House::new(late_echo);
    let url = house.url();
    for command in ["check --legs=cold -v", "fetch --no-progress-timeout=0"] {
        for target in [TARGET, "https://h.example/a"] {
            let mut arguments: Vec<_> = command.split(' ').collect();
            arguments.extend(["--proxy", &url, target]);
            assert_eq!(house.run(&arguments), Some(1));
            let asterisks = "*".repeat(encoded(IN_URL).len());
            assert!(house.last_output().contains(&asterisks), "{}", house.last_output());
        }
    }
    house.assert_sent(&[IN_URL]);
    house.assert_hidden();
}

#[test]
fn slips_show_no_secret() {
    let mut house = House::new(empty_proxy);
    // Proxies and targets that cannot be read, with a password somewhere.
    let slips = [
        "http://u:in-url-7Qx@h:99999",
        "http://u:in-url-7Qx@h:0/a",
        "http://u:1#in-url-7Qx@h:1",
        "http://u:1/in-url-7Qx@h:1",
        "http://u:in-url-7Qx@",
        "http:/u:in-url-7Qx@h:1/a",
        "quic://u:in-url-7Qx@h:1",
        "mock:u:in-url-7Qx@h:1",
        "mock:u:in-url-7Qx@h?size=x",
        "u:in-url-7Qx@h:1/a",
        // The @ is missing or encoded.
        "u:in-url-7Qx",
        "http://u:in-url-7Qx",
        "http://u:in-url-7Qx%40h:1",
        "http://u:in-url-7Qx%40h/a",
    ];
    for slip in slips {
        let as_proxy = [
            &["check", "--proxy", slip, TARGET][..],
            &["config", "--proxy", slip, TARGET],
            &["fetch", "--proxy", slip, TARGET],
            &["check", "--proxies=slips.txt", TARGET],
            &["config", "-c", "slip.toml"],
        ];
        let as_target: [&[&str]; 3] =
            [&["check", slip], &["fetch", slip], &["check", "--proxy=mock:", "--origin-url", slip]];
        // A target may have a path, and there is nothing wrong with these.
        let is_target = slip.starts_with("http://u:1");
        for arguments in as_proxy.iter().chain(as_target.iter().filter(|_| !is_target)) {
            fs::write(house.folder.path().join("slips.txt"), slip).expect("a list");
            let table = format!("[[proxies]]\nname = \"a\"\nurl = {slip:?}\n");
            fs::write(house.folder.path().join("slip.toml"), table).expect("a configuration");
            let code = house.run(arguments);
            assert_eq!(code, Some(2), "{:#?}", house.shown.last());
        }
        let variables = ["BITSGATE_PROXY", "BITSGATE_TARGETS", "BITSGATE_ORIGIN_URL"];
        for variable in variables.iter().filter(|name| !is_target || **name == "BITSGATE_PROXY") {
            assert_eq!(house.run_with(&["check"], &[(variable, slip)]), Some(2), "{slip}");
        }
    }
    fs::remove_file(house.folder.path().join("slips.txt")).expect("a list");
    fs::remove_file(house.folder.path().join("slip.toml")).expect("a configuration");
    // A good proxy in a wrong place, and a user with a password.
    let url = house.url();
    for arguments in [
        &["--proxi", &url][..],
        &["--origin-listen", &url],
        &["--metrics-listen", &url],
        &["--timeout", &url],
        &["--label", &url],
        &["--only", &url],
        &["--baseline", &url],
        &["--cacert", &url],
        &["--config", &url],
        &["--proxies", &url],
        &["--format", &url],
        &["-o", &url],
        &["--color", &url],
        &["--proxy-user", "u:in-url-7Qx"],
    ] {
        let code = house.run(&[&["check", TARGET], arguments].concat());
        assert_eq!(code, Some(2), "{:#?}", house.shown.last());
    }
    house.run(&[&url]);
    house.run(&["list", &url]);
    house.run(&["explain", &url]);
    house.run(&["mock", "proxy", "--fault", &url]);
    house.run(&["mock", "proxy", "--emulate", &url]);
    // In files that hold no secrets by design.
    fs::remove_file(house.folder.path().join("bitsgate.toml")).expect("a configuration");
    assert_eq!(house.run(&["check", "--proxies=list.txt", TARGET]), Some(2));
    let said = &house.shown[house.shown.len() - 1].1;
    assert!(said.contains("list.txt:2: a password in clear is refused"), "{said}");
    house.assert_hidden();
}

#[test]
#[cfg(target_os = "linux")]
fn the_live_view_shows_no_secret() {
    let mut house = House::new(|received| match received.turn {
        // Long enough for the view to be drawn.
        0 => Reply::Drip(b"HTTP/1.1 404 N\r\n\r\n".to_vec(), std::time::Duration::from_millis(40)),
        _ => empty_proxy(received),
    });
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
