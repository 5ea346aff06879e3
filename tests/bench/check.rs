//! A default check of nginx on the loopback, beside curl sending the same requests one after
//! another in one process.
//!
//! What was sent is read from nginx's own log, and curl repeats exactly that. Both stop reading an
//! answer that is much longer than a probe needs.

use std::fs::{self, File};
use std::process::Command;
use std::thread;
use std::time::Duration;

use super::measure;
use super::support::binary;
use super::support::nginx::{self, Logged};
use super::support::origin::Origin;
use super::table::{Row, Unit};

pub(crate) fn rows() -> Vec<Row> {
    let missing = measure::missing(&["nginx", "curl"]);
    if !missing.is_empty() {
        return vec![Row::left_out("default check", &missing)];
    }
    let origin = Origin::start();
    let huge = "/huge.cab";
    let file = File::create(origin.folder().join("root").join(&huge[1..])).expect("a file");
    // Without blocks on the disk; it reads as zeros.
    file.set_len(HUGE).expect("a sparse file");
    let paths = [("1 MiB", origin.content.medium.as_str()), ("5 GiB", huge)];
    paths.map(|(size, path)| row(size, &origin, path)).into()
}

fn row(size: &str, origin: &Origin, path: &str) -> Row {
    let check = || {
        let mut command = binary::bitsgate();
        command.args(["check", "--exit-zero", "--format", "json", &origin.url(path)]);
        command
    };
    let before = nginx::logged(origin.folder()).len();
    measure::seconds(&mut check());
    // nginx logs a request whose connection was cut off a moment later.
    thread::sleep(Duration::from_millis(200));
    let mut requests = nginx::logged(origin.folder()).split_off(before);
    // It also logs late that it was asked whether it is there.
    requests.retain(|request| request.path == path);
    assert!(!requests.is_empty(), "no request arrived: {:?}", binary::finish(&mut check()));
    let place = origin.folder().join("requests.curl");
    fs::write(&place, curl_configuration(origin, &requests)).expect("curl's configuration");
    let mut curl = Command::new("curl");
    binary::scrub(&mut curl);
    // `-q` keeps the user's own configuration out. What is too long makes curl fail.
    let place = place.display().to_string();
    curl.args(["-q", "--config", &place]);
    let [ours, theirs] = measure::fastest(RUNS, [check(), curl]);
    let what = format!("default check of a file of {size}, {} requests", requests.len());
    Row::beside(what, Unit::Seconds, ours, ("curl, the same one by one", theirs)).within(MOST)
}

/// One transfer for each request, in one process and with connections kept.
fn curl_configuration(origin: &Origin, requests: &[Logged]) -> String {
    let transfers = requests.iter().map(|request| {
        let mut lines = vec![
            format!("url = \"{}\"", origin.url(&request.path)),
            "output = \"/dev/null\"".to_owned(),
            "silent".to_owned(),
            format!("max-filesize = {ENOUGH}"),
        ];
        if request.method == "HEAD" {
            lines.push("head".to_owned());
        }
        lines.extend(
            request.fields.iter().map(|(name, value)| format!("header = \"{name}: {value}\"")),
        );
        lines.join("\n")
    });
    transfers.collect::<Vec<_>>().join("\nnext\n")
}

/// Size of the file that no probe may fetch whole.
const HUGE: u64 = 5 * 1024 * 1024 * 1024;

/// An answer that announces more than this is left after its head.
const ENOUGH: u64 = 64 * 1024;

const RUNS: u32 = 25;

/// Time of a check over that of curl, which must be the slower one; 0.8 was measured. Most of the
/// time of curl is its start. A check waits some 4 ms for bytes that nobody asked for.
const MOST: f64 = 1.0;
