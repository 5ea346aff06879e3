//! The table that [`super::main`] prints and README holds.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

/// One thing that was measured.
pub(crate) struct Row {
    what: String,
    unit: Unit,
    ours: Option<f64>,
    peer: String,
    theirs: Option<f64>,
    limit: Option<Limit>,
}

/// What a figure counts.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Unit {
    Bytes,
    BytesPerSecond,
    Crates,
    Instructions,
    RoundTrips,
    Seconds,
}

enum Limit {
    /// Of our own figure.
    Figure(f64),
    /// Of our figure over that of the peer.
    Ratio(f64),
}

impl Row {
    /// A figure beside that of a peer.
    pub(crate) fn beside(
        what: impl Into<String>,
        unit: Unit,
        ours: f64,
        (peer, theirs): (&str, f64),
    ) -> Self {
        Self { peer: peer.into(), theirs: Some(theirs), ..Self::alone(what, unit, ours) }
    }

    /// A figure without a peer.
    pub(crate) fn alone(what: impl Into<String>, unit: Unit, ours: f64) -> Self {
        let peer = String::new();
        Self { what: what.into(), unit, ours: Some(ours), peer, theirs: None, limit: None }
    }

    /// What could not be measured, since programs are missing.
    pub(crate) fn left_out(what: impl Into<String>, missing: &[&str]) -> Self {
        let what = what.into();
        eprintln!("left out: {what}: {} not installed", missing.join(" and "));
        Self {
            what,
            unit: Unit::Seconds,
            ours: None,
            peer: format!("left out: no {}", missing.join(", no ")),
            theirs: None,
            limit: None,
        }
    }

    /// Fails the run when the figure is larger.
    pub(crate) fn at_most(self, limit: f64) -> Self {
        Self { limit: Some(Limit::Figure(limit)), ..self }
    }

    /// Fails the run when the ratio to the peer is larger.
    pub(crate) fn within(self, limit: f64) -> Self {
        Self { limit: Some(Limit::Ratio(limit)), ..self }
    }

    /// Our cost over that of the peer. More bytes in a second cost less.
    fn ratio(&self) -> Option<f64> {
        let (ours, theirs) = (self.ours?, self.theirs?);
        Some(if self.unit == Unit::BytesPerSecond { theirs / ours } else { ours / theirs })
    }

    /// What was to be kept and was not.
    pub(crate) fn broken_limit(&self) -> Option<String> {
        let what = &self.what;
        match self.limit.as_ref()? {
            Limit::Figure(limit) => {
                let ours = self.ours.filter(|ours| ours > limit)?;
                let (ours, limit) = (self.unit.show(ours), self.unit.show(*limit));
                Some(format!("{what}: {ours}, more than {limit}"))
            }
            Limit::Ratio(limit) => {
                let ratio = self.ratio().filter(|ratio| ratio > limit)?;
                Some(format!("{what}: {ratio:.2} times {}, more than {limit:.2}", self.peer))
            }
        }
    }

    fn cells(&self) -> [String; 5] {
        let show =
            |figure: Option<f64>| figure.map_or(String::new(), |value| self.unit.show(value));
        let ratio = self.ratio().map_or(String::new(), |ratio| format!("{ratio:.2}"));
        [self.what.clone(), show(self.ours), self.peer.clone(), show(self.theirs), ratio]
    }
}

impl Unit {
    fn show(self, value: f64) -> String {
        match self {
            Self::Bytes if value < KIB => format!("{value:.0} bytes"),
            Self::Bytes => format!("{:.1} MiB", value / KIB / KIB),
            Self::BytesPerSecond if value < KIB * KIB * KIB => {
                format!("{:.0} MiB/s", value / KIB / KIB)
            }
            Self::BytesPerSecond => format!("{:.1} GiB/s", value / KIB / KIB / KIB),
            Self::Crates => format!("{value:.0}"),
            Self::Instructions => format!("{:.1} million", value / 1e6),
            Self::RoundTrips => format!("{value:.1}"),
            Self::Seconds if value < 0.0095 => format!("{:.1} ms", value * 1e3),
            Self::Seconds if value < 1.0 => format!("{:.0} ms", value * 1e3),
            Self::Seconds => format!("{value:.2} s"),
        }
    }
}

/// The rows as a Markdown table that also reads well on a terminal, with where and when.
pub(crate) fn markdown(rows: &[Row]) -> String {
    let mut lines = vec![["", "bitsgate", "peer", "its figure", "ratio"].map(str::to_owned)];
    lines.extend(rows.iter().map(Row::cells));
    let width = |column: usize| lines.iter().map(|cells| cells[column].chars().count()).max();
    let widths = [0, 1, 2, 3, 4].map(|column| width(column).unwrap_or(0));
    let mut text = provenance() + "\n\n";
    for (index, cells) in lines.iter().enumerate() {
        for (column, (cell, width)) in cells.iter().zip(widths).enumerate() {
            let _ = match column {
                0 | 2 => write!(text, "| {cell:<width$} "),
                _ => write!(text, "| {cell:>width$} "),
            };
        }
        text.push_str("|\n");
        if index == 0 {
            for (column, width) in widths.into_iter().enumerate() {
                let end = if matches!(column, 0 | 2) { "-" } else { ":" };
                let _ = write!(text, "|-{}{end}", "-".repeat(width));
            }
            text.push_str("|\n");
        }
    }
    text
}

/// Puts the table between its markers in README.
pub(crate) fn write_to_readme(table: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).expect("README.md");
    let (before, rest) = readme.split_once(START).expect("the marker of the start");
    let (_, after) = rest.split_once(END).expect("the marker of the end");
    fs::write(&path, format!("{before}{START}\n{table}{END}{after}")).expect("README.md");
}

/// When, on what kind of machine, and beside which versions.
fn provenance() -> String {
    let date = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let information = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = information.lines().find(|line| line.starts_with("model name"));
    let model = model.and_then(|line| line.split_once(": ")).map_or("CPU", |(_, model)| model);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let versions: Vec<_> = PEERS
        .into_iter()
        .filter_map(|(name, flag)| Some(format!("{name} {}", version(name, flag)?)))
        .collect();
    format!(
        "Measured on {}: {} {}, {cores} × {model}; {}.",
        &date[..10],
        std::env::consts::OS,
        std::env::consts::ARCH,
        versions.join(", ")
    )
}

/// The first word with digits around a dot in what a program says of itself.
fn version(name: &str, flag: &str) -> Option<String> {
    let output = Command::new(name).arg(flag).output().ok()?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let mut words = text.split(|char: char| !char.is_ascii_digit() && char != '.');
    words
        .find(|word| word.split('.').filter(|part| !part.is_empty()).count() > 1)
        .map(str::to_owned)
}

const KIB: f64 = 1024.0;

const START: &str = "<!-- bench:start -->";
const END: &str = "<!-- bench:end -->";

const PEERS: [(&str, &str); 5] = [
    ("curl", "--version"),
    ("aria2c", "--version"),
    ("nginx", "-v"),
    ("squid", "-v"),
    ("valgrind", "--version"),
];
