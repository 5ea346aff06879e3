//! What changed between two reports, in words and for programs. Called by `bitsgate diff`, and by
//! the reports of a check with a baseline.

use serde::Serialize;

use super::label::Labels;
use super::stream::json_bytes;
use super::text::TextOptions;
use crate::model::finding::Status;
use crate::model::outcome::{Change, ChangeKind, Comparison};
use crate::model::place::{CellKey, NotTried, PairKey};
use crate::ui::page::Page;
use crate::ui::style::{Painter, Role};

/// The comparison as JSON.
#[derive(Serialize)]
pub(super) struct ComparisonJson<'a> {
    worse: bool,
    complete: bool,
    changes: Vec<ChangeJson<'a>>,
    not_tried: Vec<NotTriedJson<'a>>,
    gone: Vec<CellJson<'a>>,
    added: Vec<CellJson<'a>>,
}

#[derive(Serialize)]
struct ChangeJson<'a> {
    kind: &'static str,
    #[serde(flatten)]
    cell: CellJson<'a>,
    check: &'a str,
    phase: &'a str,
    then: Option<&'static str>,
    now: Option<&'static str>,
    then_hresult: Option<&'a str>,
    now_hresult: Option<&'a str>,
}

#[derive(Serialize)]
struct NotTriedJson<'a> {
    #[serde(flatten)]
    pair: PairJson<'a>,
    why: &'a str,
}

#[derive(Serialize)]
struct CellJson<'a> {
    #[serde(flatten)]
    pair: PairJson<'a>,
    profile: &'a str,
}

#[derive(Serialize)]
struct PairJson<'a> {
    target: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_name: Option<&'a str>,
    proxy: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proxy_name: Option<&'a str>,
}

/// The comparison for programs, with a line end at its end.
pub fn json(comparison: &Comparison) -> Vec<u8> {
    json_bytes(&ComparisonJson::of(comparison))
}

/// The comparison for a person. A report of a check says itself what was not tried.
pub fn text(comparison: &Comparison, options: &TextOptions) -> Vec<u8> {
    let mut page = Page::new(options.width, Painter { color: options.color });
    write(&mut page, comparison);
    if comparison.incomplete {
        page.gap();
        page.tagged(Role::Inconclusive, "INCOMPLETE", "the newer run did not try all:");
        for one in &comparison.not_tried {
            page.indented(&format!("not tried: {}: {}", Labels::from(&one.pair), one.why));
        }
    }
    page.into_bytes()
}

/// Writes what changed: the worst first, then how many changes of each kind there are.
pub(super) fn write(page: &mut Page, comparison: &Comparison) {
    for (kind, role) in KINDS {
        for group in alike(comparison, kind) {
            page.tagged(role, kind.as_str(), &sentence(&group));
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
        let groups = alike(comparison, kind);
        lines.extend(groups.iter().map(|group| format!("{}: {}", kind.as_str(), sentence(group))));
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

/// Changes of a kind, those of one route with the same statuses and codes together: they have one
/// cause.
fn alike(comparison: &Comparison, kind: ChangeKind) -> Vec<Vec<&Change>> {
    let mut groups: Vec<Vec<&Change>> = Vec::new();
    let key = |change: &Change| {
        let codes = (change.then_hresult.clone(), change.now_hresult.clone());
        (change.cell.clone(), change.then, change.now, codes)
    };
    for change in comparison.changes.iter().filter(|change| change.kind == kind) {
        match groups.iter_mut().find(|group| key(group[0]) == key(change)) {
            Some(group) => group.push(change),
            None => groups.push(vec![change]),
        }
    }
    groups
}

/// One line for changes of one cause. `group`: at least one.
fn sentence(group: &[&Change]) -> String {
    let change = group[0];
    let words = |status: Option<Status>, code: &Option<String>| {
        let status = status.map_or("absent", Status::as_str);
        code.as_ref().map_or_else(|| status.to_owned(), |code| format!("{status} {code}"))
    };
    let then = words(change.then, &change.then_hresult);
    let now = words(change.now, &change.now_hresult);
    let mut checks: Vec<&str> = group.iter().map(|one| one.check.as_str()).collect();
    checks.sort_unstable();
    checks.dedup();
    let more = match checks.len() - 1 {
        0 => String::new(),
        more => format!(" +{more}"),
    };
    let mut phases: Vec<&str> = group.iter().map(|one| one.leg.as_str()).collect();
    phases.sort_unstable();
    phases.dedup();
    let (check, phases) = (&change.check, phases.join(","));
    format!("{check}{more}[{phases}]: {then}, now {now}: {}", cell_words(&change.cell))
}

fn cell_words(cell: &CellKey) -> String {
    format!("{} ({})", Labels::from(&cell.pair), cell.profile)
}

impl<'a> ComparisonJson<'a> {
    pub(super) fn of(comparison: &'a Comparison) -> Self {
        let cells = |cells: &'a [CellKey]| cells.iter().map(CellJson::of).collect();
        let change = |change: &'a Change| ChangeJson {
            kind: change.kind.as_str(),
            cell: CellJson::of(&change.cell),
            check: &change.check,
            phase: &change.leg,
            then: change.then.map(Status::as_str),
            now: change.now.map(Status::as_str),
            then_hresult: change.then_hresult.as_deref(),
            now_hresult: change.now_hresult.as_deref(),
        };
        let not_tried =
            |one: &'a NotTried| NotTriedJson { pair: PairJson::of(&one.pair), why: &one.why };
        Self {
            worse: comparison.is_worse(),
            changes: comparison.changes.iter().map(change).collect(),
            complete: !comparison.incomplete,
            not_tried: comparison.not_tried.iter().map(not_tried).collect(),
            gone: cells(&comparison.gone),
            added: cells(&comparison.added),
        }
    }
}

impl<'a> CellJson<'a> {
    fn of(key: &'a CellKey) -> Self {
        Self { pair: PairJson::of(&key.pair), profile: &key.profile }
    }
}

impl<'a> PairJson<'a> {
    fn of(key: &'a PairKey) -> Self {
        Self {
            target: &key.target,
            target_name: key.target_name.as_deref(),
            proxy: key.proxy.as_deref(),
            proxy_name: key.proxy_name.as_deref(),
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
