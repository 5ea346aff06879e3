//! The speed of `bitsgate fetch` beside that of peers: `curl | sha1sum` for a BITS job, aria2c for
//! Delivery Optimization, from nginx on the loopback and through Squid. `BITSGATE_BENCH_MIB` sets
//! the size of the file, 2048 by default.
//!
//! It fails when fetch takes more than [`GOAL`] times as long as its peer straight from nginx, or
//! needs more than [`MOST_MEMORY`] at its peak.

use std::fs::{self, File};
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::measure;
use super::support::binary;
use super::table::{Row, Unit};

pub(crate) fn rows() -> Vec<Row> {
    let missing = measure::missing(&["nginx", "squid", "curl", "aria2c", "sha1sum"]);
    if !missing.is_empty() {
        return vec![Row::left_out("fetch", &missing)];
    }
    let mebibytes = std::env::var("BITSGATE_BENCH_MIB").ok().and_then(|text| text.parse().ok());
    let mebibytes: u64 = mebibytes.unwrap_or(2048);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path();
    open_to_all(root);
    write_file(&root.join("file.bin"), mebibytes);
    let (nginx, origin) = nginx(root);
    let (squid, proxy) = squid(root);
    let url = format!("http://127.0.0.1:{origin}/file.bin");
    let through = format!("http://127.0.0.1:{proxy}");
    let fetch = |arguments: &[&str]| {
        let mut command = binary::bitsgate();
        command.arg("fetch").args(arguments).arg(&url);
        command
    };
    let shell = |line: &str| {
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        binary::scrub(&mut command);
        command
    };
    let aria = |proxy: &str| {
        format!(
            "aria2c -q -x4 -s4 -k1M --file-allocation=none --allow-overwrite=true {proxy} \
             -d {root} -o aria.bin {url}",
            root = root.display()
        )
    };
    let output = root.join("out.bin").display().to_string();
    let routes = [
        (
            "as BITS",
            fetch(&["-q"]),
            "curl \\| sha1sum",
            shell(&format!("curl -qs {url} | sha1sum")),
        ),
        (
            "as BITS through Squid",
            fetch(&["-q", "-p", &through]),
            "curl \\| sha1sum",
            shell(&format!("curl -qs -x {through} {url} | sha1sum")),
        ),
        (
            "as DO to a file, 4 connections",
            fetch(&["-q", "--profile", "do", "-o", &output]),
            "aria2c -x4 -s4",
            shell(&aria("")),
        ),
        (
            "as DO to a file through Squid",
            fetch(&["-q", "--profile", "do", "-o", &output, "-p", &through]),
            "aria2c -x4 -s4",
            shell(&aria(&format!("--http-proxy={through}"))),
        ),
    ];
    let mut rows = Vec::new();
    let mut memory = 0.0_f64;
    for (name, mut ours, peer, mut theirs) in routes {
        let (mut best, mut best_of_peer) = (f64::INFINITY, f64::INFINITY);
        for _ in 0..RUNS {
            let (took, peak) = measure::seconds_and_memory(measure::quiet(&mut ours));
            (best, memory) = (best.min(took), memory.max(peak));
            best_of_peer = best_of_peer.min(measure::seconds(&mut theirs));
            for left in ["out.bin", "aria.bin"] {
                let _ = fs::remove_file(root.join(left));
            }
        }
        let what = format!("fetch of {mebibytes} MiB {name}");
        let row = Row::beside(what, Unit::Seconds, best, (peer, best_of_peer));
        // Squid is slower than any client, so that those rows compare Squid with itself.
        rows.push(if name.ends_with("Squid") { row } else { row.within(GOAL) });
    }
    rows.push(Row::alone("fetch: peak memory", Unit::Bytes, memory).at_most(MOST_MEMORY));
    for mut program in [nginx, squid] {
        let _ = program.kill();
        let _ = program.wait();
    }
    rows
}

/// Bytes that no compression and no file system can shorten.
fn write_file(path: &Path, mebibytes: u64) {
    let mut file = File::create(path).expect("a file");
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for _ in 0..mebibytes {
        let mut block = Vec::with_capacity(1 << 20);
        while block.len() < 1 << 20 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            block.extend_from_slice(&state.to_le_bytes());
        }
        file.write_all(&block).expect("room for the file");
    }
}

fn nginx(root: &Path) -> (Child, u16) {
    let port = free_port();
    let config = format!(
        "daemon off; master_process off; pid {root}/nginx.pid; error_log {root}/nginx.log;\n\
         events {{}}\nhttp {{ access_log off; sendfile on; keepalive_requests 100000;\n\
         server {{ listen 127.0.0.1:{port}; root {root}; }} }}\n",
        root = root.display()
    );
    let path = root.join("nginx.conf");
    fs::write(&path, config).expect("a configuration");
    let mut command = Command::new("nginx");
    command.arg("-c").arg(path).arg("-e").arg(root.join("nginx.log"));
    (start(&mut command, port), port)
}

fn squid(root: &Path) -> (Child, u16) {
    let port = free_port();
    let config = format!(
        "http_port 127.0.0.1:{port}\nhttp_access allow all\ncache deny all\ncache_log /dev/null\n\
         access_log none\npid_filename {root}/squid.pid\nshutdown_lifetime 0 seconds\n\
         coredump_dir {root}\n",
        root = root.display()
    );
    let path = root.join("squid.conf");
    fs::write(&path, config).expect("a configuration");
    let mut command = Command::new("squid");
    command.args(["-N", "-f"]).arg(path).stderr(Stdio::null());
    (start(&mut command, port), port)
}

fn start(command: &mut Command, port: u16) -> Child {
    let mut child = command.stdout(Stdio::null()).spawn().expect("an installed program");
    let begun = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        if begun.elapsed() > Duration::from_secs(20) {
            let _ = child.kill();
            panic!("{command:?} does not listen");
        }
        thread::sleep(Duration::from_millis(20));
    }
    child
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("a bound address").port()
}

/// The servers may run as another user.
#[cfg(unix)]
fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o777)).expect("our own folder");
}

#[cfg(not(unix))]
fn open_to_all(_: &Path) {}

const RUNS: u32 = 3;

/// Time of fetch over time of its peer.
const GOAL: f64 = 1.1;

/// In bytes.
const MOST_MEMORY: f64 = 32.0 * 1024.0 * 1024.0;
