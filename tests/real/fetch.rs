//! `bitsgate fetch` through a real proxy that is killed and comes back while the file comes.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use bitsgate::fetch::{part_of, record_of};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::binary::{bitsgate, finish};
use crate::support::origin::Origin;
use crate::support::require;
use crate::support::squid::Squid;

#[test]
fn a_fetch_outlives_a_squid_that_is_killed_and_started_again() {
    if !require::programs(&["nginx", "squid"]) {
        return;
    }
    // Slow enough that Squid dies in the midst, and twice.
    let origin = Origin::with("limit_rate 256k;");
    let mut squid = Squid::start();
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("file.cab");
    let mut command = bitsgate();
    // By the next try Squid is there again. Each try counts as BITS's delay of ten minutes, and an
    // hour of them fails.
    command.args(["fetch", "--format", "json", "--retry-delay", "3s", "--proxy", &squid.url()]);
    command.arg("--output").arg(&output).arg(origin.url(&origin.content.large));
    let finished = thread::scope(|scope| {
        let fetch = scope.spawn(|| finish(&mut command));
        for deaths in 1..=2 {
            wait_until_longer(&part_of(&output), deaths << 20);
            squid.kill_and_start_again(Duration::from_millis(300));
        }
        fetch.join().unwrap()
    });
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    let report: Value = serde_json::from_str(&finished.stdout).unwrap();
    assert!(report["retries"].as_u64().unwrap() >= 2, "{report}");
    assert_eq!(report["verdict"], "warn", "{report}");
    assert_eq!(report["state"], "transferred", "{report}");
    // The name of the file is its hash.
    assert_eq!(report["hashes"][0]["matches"], true, "{report}");
    let original = origin.folder().join("root").join(&origin.content.large[1..]);
    assert!(fs::read(&output).unwrap() == fs::read(original).unwrap());
    assert!(!part_of(&output).exists() && !record_of(&output).exists());
}

fn wait_until_longer(path: &Path, length: u64) {
    let begun = Instant::now();
    while fs::metadata(path).map_or(0, |metadata| metadata.len()) < length {
        assert!(begun.elapsed() < Duration::from_mins(1), "no bytes come");
        thread::sleep(Duration::from_millis(5));
    }
}
