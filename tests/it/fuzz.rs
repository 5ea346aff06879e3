//! The fuzz targets in `tests/fuzz`, built and run without libfuzzer on short samples, so that
//! they keep up with the code between two runs of cargo-fuzz.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use bitsgate::gate::Baseline;
use bitsgate::settings::file::TEMPLATE;

/// Each target with its file, and their names.
macro_rules! targets {
    ($($name:ident = $path:literal;)*) => {
        $(
            #[path = $path]
            #[allow(unused_attributes, reason = "no_main is for the root of a program")]
            mod $name;
        )*
        const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

targets! {
    baseline = "../fuzz/fuzz_targets/baseline.rs";
    chunked = "../fuzz/fuzz_targets/chunked.rs";
    config_file = "../fuzz/fuzz_targets/config_file.rs";
    content_range = "../fuzz/fuzz_targets/content_range.rs";
    multipart = "../fuzz/fuzz_targets/multipart.rs";
    response_head = "../fuzz/fuzz_targets/response_head.rs";
}

/// Stands in for the macro of libfuzzer: the root names this crate `libfuzzer_sys` too.
/// Below the targets, so that they get it by their import alone.
#[macro_export]
macro_rules! fuzz_target {
    (|$input:ident: $kind:ty| $body:block) => {
        pub(crate) fn run($input: $kind) $body
    };
}

/// A sample cut off after each of its bytes.
fn prefixes(sample: &str) -> impl Iterator<Item = &str> {
    (0..=sample.len()).filter_map(|end| sample.get(..end))
}

#[test]
fn every_target_holds_on_samples() {
    assert!(Baseline::parse(REPORT.as_bytes()).is_ok());
    prefixes(REPORT).for_each(|text| baseline::run(text.as_bytes()));
    prefixes("4;x=1\r\nWiki\r\n0\r\nA: b\r\n\r\n+")
        .for_each(|text| (0..6).for_each(|step| chunked::run((step, text.as_bytes()))));
    prefixes(TEMPLATE).for_each(config_file::run);
    for value in ["bytes 0-9/10", "bytes */10", "bytes 5-3/*", "bytes=0-1, 4-,-7"] {
        prefixes(value).for_each(content_range::run);
    }
    for body in prefixes("a\r\n--B\r\nA: b\r\n\r\nx\r\n--B \r\n\r\ny\r\n--B--\r\nz") {
        multipart::run(("multipart/byteranges; boundary=B", body.as_bytes()));
    }
    prefixes("HTTP/1.1 206 Partial\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc")
        .for_each(|text| response_head::run(text.as_bytes()));
}

#[test]
fn the_readme_and_the_crate_name_every_target() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let known: BTreeSet<String> = NAMES.iter().map(|&name| name.to_owned()).collect();

    let files = fs::read_dir(root.join("tests/fuzz/fuzz_targets")).expect("folder of targets");
    let files = files.map(|file| file.expect("file").path());
    let stem = |path: &Path| path.file_stem().expect("name").to_string_lossy().into_owned();
    assert_eq!(files.map(|path| stem(&path)).collect::<BTreeSet<_>>(), known);

    let manifest = fs::read_to_string(root.join("tests/fuzz/Cargo.toml")).expect("manifest");
    let manifest: toml::Table = manifest.parse().expect("TOML");
    let bins = manifest["bin"].as_array().expect("[[bin]]").iter();
    let named = bins.map(|bin| bin["name"].as_str().expect("name").to_owned());
    assert_eq!(named.collect::<BTreeSet<_>>(), known);

    let readme = fs::read_to_string(root.join("README.md")).expect("README.md");
    let (_, list) = readme.split_once("The fuzz targets (").expect("their paragraph");
    let (list, _) = list.split_once(')').expect("its end");
    let named = list.split(", ").map(|name| name.trim_matches('`').to_owned());
    assert_eq!(named.collect::<BTreeSet<_>>(), known);
}

/// A report with as much as `--baseline` reads.
const REPORT: &str = r#"{"schema_version": 2, "results": [{"target": "http://h/a",
    "proxy": null, "profile": "windows-11", "checks": [{"id": "range-basic", "phase": "direct",
    "level": "required", "status": "fail", "hresult": "0x80200013"}]}]}"#;
