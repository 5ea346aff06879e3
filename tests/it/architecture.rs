//! The folders of `src` import in one direction only. The list here is the design; the imports are
//! read from the sources, without their tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Which folder may import which others. `wire` imports nothing of ours.
const ALLOWED: &[(&str, &[&str])] = &[
    ("attribution", &["model", "wire"]),
    ("checks", &["model", "suggest", "wire"]),
    (
        "cli",
        &[
            "checks",
            "fetch",
            "gate",
            "http",
            "mock",
            "model",
            "monitor",
            "predict",
            "products",
            "report",
            "run",
            "settings",
            "suggest",
            "text_file",
            "ui",
        ],
    ),
    ("clients", &["model", "wire"]),
    ("fetch", &["checks", "clients", "http", "model", "predict", "report", "ui", "wire"]),
    ("gate", &["model", "text_file"]),
    ("http", &["model", "wire"]),
    ("main", &["cli"]),
    ("mock", &["accept", "model", "suggest", "wire"]),
    ("model", &["wire"]),
    ("monitor", &["accept", "gate", "model", "report", "run", "settings"]),
    ("predict", &["model", "wire"]),
    ("products", &["attribution", "model", "wire"]),
    ("report", &["model", "predict", "ui", "wire"]),
    (
        "run",
        &[
            "attribution",
            "checks",
            "clients",
            "fetch",
            "http",
            "mock",
            "model",
            "predict",
            "products",
            "settings",
            "wire",
        ],
    ),
    ("settings", &["checks", "gate", "http", "model", "suggest", "text_file", "ui"]),
];

#[test]
fn folders_import_only_what_the_design_allows() {
    let allowed: BTreeMap<_, _> = ALLOWED.iter().copied().collect();
    let mut complaints = Vec::new();
    for (folder, imports) in imports() {
        for (other, files) in imports {
            let is_allowed = allowed.get(folder.as_str()).is_some_and(|a| a.contains(&&*other));
            if !is_allowed {
                complaints.push(format!("{folder} imports {other}: {files:?}"));
            }
        }
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_allowed_import_is_used() {
    let imports = imports();
    for (folder, others) in ALLOWED.iter().filter(|(folder, _)| *folder != "main") {
        let used = imports.get(*folder);
        for other in *others {
            let is_used = used.is_some_and(|used| used.contains_key(*other));
            assert!(is_used, "{folder} does not import {other}: take it from the list");
        }
    }
}

#[test]
fn no_folders_import_each_other() {
    let mut left: BTreeMap<&str, BTreeSet<&str>> =
        ALLOWED.iter().map(|(name, others)| (*name, others.iter().copied().collect())).collect();
    while !left.is_empty() {
        let names: BTreeSet<_> = left.keys().copied().collect();
        let before = left.len();
        left.retain(|_, others| others.iter().any(|other| names.contains(other)));
        assert!(left.len() < before, "a circle: {:?}", left.keys());
    }
}

/// For each folder the others that it imports, with the files that do.
fn imports() -> BTreeMap<String, BTreeMap<String, BTreeSet<PathBuf>>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    let mut all: BTreeMap<String, BTreeMap<String, BTreeSet<PathBuf>>> = BTreeMap::new();
    for file in files {
        let inside = file.strip_prefix(&root).expect("a file of src");
        let first = inside.components().next().expect("a name").as_os_str();
        let folder = first.to_str().expect("UTF-8").trim_end_matches(".rs").to_owned();
        let text = fs::read_to_string(&file).expect("a source");
        for other in imported(&text) {
            if other != folder {
                let of_folder = all.entry(folder.clone()).or_default();
                of_folder.entry(other).or_default().insert(inside.to_owned());
            }
        }
    }
    all
}

/// The sources without those that only tests use.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name");
        let is_test = ["tests", "testing", "sample"].contains(&name);
        if path.is_dir() && !is_test {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
            let text = fs::read_to_string(&path).expect("a source");
            if !text.starts_with("#![cfg(test)]") {
                files.push(path);
            }
        }
    }
}

/// The top-level modules that a source names after `crate::`, without its comments and tests.
fn imported(text: &str) -> BTreeSet<String> {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or(text);
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    lines
        .flat_map(|line| line.split("crate::").skip(1))
        .map(|rest| rest.chars().take_while(|&c| is_word(c)).collect::<String>())
        .filter(|name| !name.is_empty() && name.chars().all(|c| !c.is_ascii_uppercase()))
        .collect()
}
