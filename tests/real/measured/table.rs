//! The README's table "Measured": written when blessed, compared otherwise.

use std::env;
use std::fs::{self, File};
use std::path::Path;

/// A row of the table.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Row {
    pub(super) product: String,
    pub(super) setting: String,
    pub(super) version: String,
    pub(super) cold: String,
    pub(super) warm: String,
    pub(super) verdict: String,
    pub(super) code: String,
}

/// Asserts that the table's rows for `product` are `rows`, or writes them when blessed. Rows of
/// settings that were left out, because a program is missing, are not looked at.
#[track_caller]
pub(super) fn hold(product: &str, rows: Vec<Row>) {
    if env::var_os("BITSGATE_BLESS").is_some() {
        bless(product, rows);
        return;
    }
    let written: Vec<Row> = parse(&readme()).collect();
    for row in &rows {
        let same = |other: &&Row| (&other.product, &other.setting) == (&row.product, &row.setting);
        let other = written.iter().find(same);
        assert_eq!(
            other.map(without_patch),
            Some(without_patch(row)),
            "the README's table is not what was measured: run with BITSGATE_BLESS=1"
        );
    }
}

/// A patch release of a distribution does not make the table untrue.
fn without_patch(row: &Row) -> Row {
    let mut row = row.clone();
    row.version = row.version.split('.').take(2).collect::<Vec<_>>().join(".");
    row
}

fn bless(product: &str, rows: Vec<Row>) {
    let lock =
        File::create(Path::new(env!("CARGO_TARGET_TMPDIR")).join("measured.lock")).expect("a lock");
    lock.lock().expect("the lock");
    let text = readme();
    let mut all: Vec<Row> = parse(&text).filter(|row| row.product != product).collect();
    all.extend(rows);
    all.sort_by_key(|row| (row.product.to_lowercase(), row.setting.clone()));
    let (before, rest) = text.split_once(START).expect("the table's start in the README");
    let (_, after) = rest.split_once(END).expect("the table's end in the README");
    let lines: String = all.iter().map(print).collect();
    let text = format!("{before}{START}\n{HEADING}{lines}{END}{after}");
    fs::write(README, text).expect("the README");
}

fn print(row: &Row) -> String {
    let code = if row.code.is_empty() { String::new() } else { format!("`{}`", row.code) };
    let Row { product, version, setting, cold, warm, verdict, .. } = row;
    format!("| {product} | {version} | {setting} | {cold} | {warm} | {verdict} | {code} |\n")
}

fn parse(text: &str) -> impl Iterator<Item = Row> {
    let table = text.split_once(START).and_then(|(_, rest)| rest.split_once(END));
    let (table, _) = table.expect("the table in the README");
    table.lines().filter(|line| line.starts_with("| ")).skip(1).map(|line| {
        let cells: Vec<_> = line.split('|').map(|cell| cell.trim().to_owned()).collect();
        let [_, product, version, setting, cold, warm, verdict, code, _] =
            cells.try_into().expect("seven cells");
        let code = code.trim_matches('`').to_owned();
        Row { product, setting, version, cold, warm, verdict, code }
    })
}

fn readme() -> String {
    fs::read_to_string(README).expect("the README")
}

const README: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/README.md");
const START: &str = "<!-- measured:start -->";
const END: &str = "<!-- measured:end -->";
const HEADING: &str = "\
| product | version | setting | cold | warm | verdict | code |
|---|---|---|---|---|---|---|
";

#[test]
fn the_table_is_sorted_and_names_every_setting_once() {
    let rows: Vec<Row> = parse(&readme()).collect();
    let keys: Vec<_> =
        rows.iter().map(|row| (row.product.to_lowercase(), row.setting.clone())).collect();
    assert!(keys.is_sorted_by(|one, other| one < other), "{keys:#?}");
}
