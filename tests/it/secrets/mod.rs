//! Secrets that nobody sees: a password that is given by URL, environment, file, configuration or
//! list is sent to its proxy, and is in no report, log, error, curl command, metric or file. What
//! the list of processes shows is tested in `process_title`.

mod echoes;
mod output;
mod slips;

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;

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
