//! What changed between two reports, in words and for programs. Called by `bitsgate diff`, and by
//! the reports of a check with a baseline.

use serde::Serialize;

use super::label::Labels;
use super::stream::json_bytes;
use super::text::TextOptions;
use crate::check::finding::Status;
use crate::policy::CellKey;
use crate::run::outcome::{Change, ChangeKind, Comparison};
use crate::ui::page::Page;
use crate::ui::style::{Painter, Role};

/// The comparison as JSON.
#[derive(Serialize)]
pub(super) struct ComparisonJson<'a> {
    worse: bool,
    changes: Vec<ChangeJson<'a>>,
    gone: Vec<CellJson<'a>>,
    added: Vec<CellJson<'a>>,
}

#[derive(Serialize)]
struct ChangeJson<'a> {
    kind: &'static str,
    #[serde(flatten)]
    cell: CellJson<'a>,
    check: &'a str,
    leg: &'a str,
    then: Option<&'static str>,
    now: Option<&'static str>,
}

#[derive(Serialize)]
struct CellJson<'a> {
    target: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_name: Option<&'a str>,
    proxy: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proxy_name: Option<&'a str>,
    profile: &'a str,
}

/// The comparison for programs, with a line end at its end.
pub fn json(comparison: &Comparison) -> Vec<u8> {
    json_bytes(&ComparisonJson::of(comparison))
}

/// The comparison for a person.
pub fn text(comparison: &Comparison, options: &TextOptions) -> Vec<u8> {
    let mut page = Page::new(options.width, Painter { color: options.color });
    write(&mut page, comparison);
    page.into_bytes()
}

/// Writes what changed: the worst first, then how many changes of each kind there are.
pub(super) fn write(page: &mut Page, comparison: &Comparison) {
    for (kind, role) in KINDS {
        for change in comparison.changes.iter().filter(|change| change.kind == kind) {
            page.tagged(role, kind.as_str(), &sentence(change));
        }
    }
    for (word, cells) in [("gone", &comparison.gone), ("added", &comparison.added)] {
        for cell in cells {
            page.tagged(Role::Aside, word, &cell_words(cell));
        }
    }
    page.line(&sum(comparison));
}

/// The same in lines: how many changes of each kind there are, then each of them.
pub(super) fn lines(comparison: &Comparison) -> Vec<String> {
    let mut lines = vec![sum(comparison)];
    for (kind, _) in KINDS {
        let changes = comparison.changes.iter().filter(|change| change.kind == kind);
        lines.extend(changes.map(|change| format!("{}: {}", kind.as_str(), sentence(change))));
    }
    for (word, cells) in [("gone", &comparison.gone), ("added", &comparison.added)] {
        lines.extend(cells.iter().map(|cell| format!("{word}: {}", cell_words(cell))));
    }
    lines
}

fn sum(comparison: &Comparison) -> String {
    let counts = KINDS.map(|(kind, _)| {
        let count = comparison.changes.iter().filter(|change| change.kind == kind).count();
        format!("{count} {}", kind.as_str())
    });
    format!("Since the older report: {}.", counts.join(", "))
}

fn sentence(change: &Change) -> String {
    let word = |status: Option<Status>| status.map_or("absent", Status::as_str);
    let (then, now) = (word(change.then), word(change.now));
    let (check, leg) = (&change.check, &change.leg);
    format!("{check}[{leg}]: {then}, now {now}: {}", cell_words(&change.cell))
}

fn cell_words(cell: &CellKey) -> String {
    let labels = Labels::from(&cell.pair);
    format!("{} {} ({})", labels.target, labels.route(), cell.profile)
}

impl<'a> ComparisonJson<'a> {
    pub(super) fn of(comparison: &'a Comparison) -> Self {
        let cells = |cells: &'a [CellKey]| cells.iter().map(CellJson::of).collect();
        let change = |change: &'a Change| ChangeJson {
            kind: change.kind.as_str(),
            cell: CellJson::of(&change.cell),
            check: &change.check,
            leg: &change.leg,
            then: change.then.map(Status::as_str),
            now: change.now.map(Status::as_str),
        };
        Self {
            worse: comparison.is_worse(),
            changes: comparison.changes.iter().map(change).collect(),
            gone: cells(&comparison.gone),
            added: cells(&comparison.added),
        }
    }
}

impl<'a> CellJson<'a> {
    fn of(key: &'a CellKey) -> Self {
        Self {
            target: &key.pair.target,
            target_name: key.pair.target_name.as_deref(),
            proxy: key.pair.proxy.as_deref(),
            proxy_name: key.pair.proxy_name.as_deref(),
            profile: &key.profile,
        }
    }
}

/// The kinds of changes, the worst first.
const KINDS: [(ChangeKind, Role); 5] = [
    (ChangeKind::New, Role::Fail),
    (ChangeKind::Worse, Role::Fail),
    (ChangeKind::NotJudged, Role::Inconclusive),
    (ChangeKind::Better, Role::Warn),
    (ChangeKind::Mended, Role::Pass),
];
