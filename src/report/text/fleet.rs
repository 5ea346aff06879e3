//! Several results on one screen: a table with the worst on top, then each distinct cause once with
//! the proxies that have it.

use std::collections::{BTreeMap, HashSet};

use super::brief::{write_cause, write_suppressed};
use super::finding::write_command;
use super::{Detail, FIELD, TextOptions, counted, role_of_verdict};
use crate::model::profile::Profile;
use crate::model::verdict::Impact;
use crate::model::verdict::Verdict;
use crate::report::label::Label;
use crate::report::view::{Cause, ResultView, View, party_word, short_url};
use crate::ui::escape::escape;
use crate::ui::page::{Cell, Page};

/// A row of the table: what it is of, and the results that it sums up.
struct Row<'r, 'a> {
    name: String,
    results: Vec<&'r ResultView<'a>>,
}

impl<'r, 'a> Row<'r, 'a> {
    /// The worst of its results.
    fn worst(&self) -> &'r ResultView<'a> {
        let mut worst = self.results[0];
        for result in &self.results {
            if result.impact > worst.impact {
                worst = result;
            }
        }
        worst
    }
}

/// Writes the verdict line, the table and the causes.
pub(super) fn write(page: &mut Page, view: &View<'_>, options: &TextOptions) {
    let verdict = view.outcome.verdict;
    page.tagged(role_of_verdict(verdict), &verdict.as_str().to_uppercase(), &headline(view));
    if options.detail == Detail::Verdict || view.results.is_empty() {
        return;
    }
    page.gap();
    let mut rows = rows(view);
    rows.sort_by_key(|row| std::cmp::Reverse(row.worst().impact));
    write_table(page, view, &rows, options);
    write_causes(page, view, options);
    for result in &view.results {
        write_suppressed(page, result, FIELD, options);
    }
    write_targets(page, view, options);
}

/// The targets, where the table names proxies.
fn write_targets(page: &mut Page, view: &View<'_>, options: &TextOptions) {
    if !has_several_routes(view) {
        return;
    }
    let mut targets: Vec<Label<'_>> = view.results.iter().map(|one| one.labels.target).collect();
    targets.sort_unstable();
    targets.dedup();
    let room = options.width.saturating_sub(FIELD).max(SHORTEST);
    page.gap();
    for (index, target) in targets.iter().take(MOST_LINES).enumerate() {
        let label = if index > 0 { "" } else { "Target" };
        let text = short_url(&target.to_string(), room, options.gap());
        page.field(label, &text, FIELD, options.most(1));
    }
    if let Some(more @ 1..) = targets.len().checked_sub(MOST_LINES) {
        page.field("", &format!("{} more: -v", counted(more, "target")), FIELD, options.most(1));
    }
}

/// `BITS cannot download through 2 of 12 proxies`.
pub(in crate::report) fn headline(view: &View<'_>) -> String {
    let results = &view.results;
    let rows = rows(view);
    let what = if has_several_routes(view) { "proxies" } else { "targets" };
    let count = |wanted: Impact| rows.iter().filter(|row| row.worst().impact == wanted).count();
    let (failed, unsure) = (count(Impact::Fail), count(Impact::Unsure));
    let all = rows.len();
    let first = results.first().filter(|one| !has_several_routes(view) && !one.labels.is_direct);
    let preposition = match first {
        Some(one) => format!("through {}:", one.labels.proxy),
        None if has_several_routes(view) => String::from("through"),
        None => String::from("from"),
    };
    let unjudged = match unsure {
        0 => String::new(),
        count => format!("; {count} not judged"),
    };
    let clients: HashSet<Profile> = results.iter().map(|one| one.result.profile).collect();
    let client = match clients.iter().collect::<Vec<_>>().as_slice() {
        [one] => one.client(),
        _ => "Windows",
    };
    match (failed, unsure) {
        _ if all == 0 => String::from("Nothing was judged"),
        (0, 0) => format!("{client} can download {preposition} all {all} {what}"),
        (0, unsure) => format!("{unsure} of {all} {what} were not judged"),
        _ => format!("{client} cannot download {preposition} {failed} of {all} {what}{unjudged}"),
    }
}

fn has_several_routes(view: &View<'_>) -> bool {
    let first = view.results.first().map(|one| one.labels.proxy);
    view.results.iter().any(|one| Some(one.labels.proxy) != first)
}

/// One row for each proxy; with one proxy alone, one for each result.
fn rows<'r, 'a>(view: &'r View<'a>) -> Vec<Row<'r, 'a>> {
    let results = &view.results;
    let mut rows: Vec<Row<'_, '_>> = Vec::new();
    if !has_several_routes(view) {
        let has_profiles =
            results.iter().any(|one| one.result.profile != results[0].result.profile);
        for result in results {
            let profile = result.result.profile;
            let profile = if has_profiles { format!(" ({profile})") } else { String::new() };
            let name = format!("{}{profile}", result.labels.target.short());
            rows.push(Row { name, results: vec![result] });
        }
        return rows;
    }
    let mut places: BTreeMap<Label<'_>, usize> = BTreeMap::new();
    for result in results {
        let proxy = result.labels.proxy;
        let place = *places.entry(proxy).or_insert_with(|| {
            rows.push(Row { name: proxy.short().to_owned(), results: Vec::new() });
            rows.len() - 1
        });
        rows[place].results.push(result);
    }
    rows
}

fn write_table(page: &mut Page, view: &View<'_>, rows: &[Row<'_, '_>], options: &TextOptions) {
    let has_sums = rows.iter().any(|row| row.results.len() > 1);
    let is_wide = options.width >= WIDE;
    let is_long = rows.len() > MOST_ROWS && options.detail < Detail::Checks;
    let is_shown = |row: &&Row<'_, '_>| !is_long || row.worst().impact > Impact::Note;
    let shown: Vec<&Row<'_, '_>> = rows.iter().filter(is_shown).collect();
    let mut headings = vec!["VERDICT", "CODE"];
    headings.extend(has_sums.then_some("OK"));
    headings.push(if has_several_routes(view) { "PROXY" } else { "TARGET" });
    let fixed = |row: &Row<'_, '_>| {
        let mut cells = vec![verdict(row), code(row)];
        cells.extend(has_sums.then(|| sum(row)));
        cells
    };
    let mut cells: Vec<Vec<Cell>> = shown.iter().map(|row| fixed(row)).collect();
    let column = |index: usize| {
        let texts = cells.iter().map(|row| row[index].0.chars().count());
        texts.chain([headings[index].len()]).max().unwrap_or(0) + 2
    };
    let taken: usize = (0..headings.len() - 1).map(column).sum();
    let room = options.width.saturating_sub(taken).max(SHORTEST);
    let name_room = if is_wide { (room / 3).max(SHORTEST) } else { room };
    let names: Vec<&str> = shown.iter().map(|row| row.name.as_str()).collect();
    let names = shortened(&names, name_room);
    let widest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    for (cells, name) in cells.iter_mut().zip(names) {
        cells.push((name, None));
    }
    if is_wide {
        headings.extend(["AT FAULT", "CAUSE"]);
        let parties: Vec<String> = shown.iter().map(|row| party_cell(row, options)).collect();
        let party_width = parties.iter().map(|text| text.chars().count()).max().unwrap_or(0).max(8);
        let cause_room = room.saturating_sub(widest.max(6) + party_width + 4).max(10);
        for ((cells, row), party) in cells.iter_mut().zip(&shown).zip(parties) {
            let cause = cause_cell(row, cause_room, options);
            cells.extend([(party, None), (cause, None)]);
        }
    }
    page.table(&headings, &cells);
    let hidden = rows.len() - shown.len();
    if hidden > 0 {
        page.line(&format!("PASS: {hidden} more (-v lists them)"));
    }
}

/// Who is at fault in the worst result of a row.
fn party_cell(row: &Row<'_, '_>, options: &TextOptions) -> String {
    let worst = row.worst();
    let Some(cause) = worst.main_cause() else { return "-".to_owned() };
    let words = worst.party_words(cause);
    let product = words.split_once(": ").map_or(party_word(cause.party), |(_, product)| product);
    // How certain that is stands next to the cause.
    let product = product.split(" (").next().unwrap_or(product);
    escape(&short_url(product, PARTY, options.gap())).into_owned()
}

/// What is wrong in the worst result of a row.
fn cause_cell(row: &Row<'_, '_>, room: usize, options: &TextOptions) -> String {
    let worst = row.worst();
    let known = worst.causes.iter().find_map(|cause| cause.suppressed);
    let text = match worst.main_cause() {
        Some(cause) => cause.short.as_str(),
        None => known.map_or("-", |kind| kind.as_str()),
    };
    if text.chars().count() <= room {
        return escape(text).into_owned();
    }
    let gap = options.gap();
    let kept: String = text.chars().take(room.saturating_sub(gap.chars().count())).collect();
    escape(&format!("{}{gap}", kept.trim_end())).into_owned()
}

fn verdict(row: &Row<'_, '_>) -> Cell {
    let worst = row.worst().result.verdict;
    (worst.as_str().to_uppercase(), Some(role_of_verdict(worst)))
}

/// The code of the worst result.
fn code(row: &Row<'_, '_>) -> Cell {
    let worst = row.worst().result;
    let code = worst.job().hresult.filter(|_| worst.verdict > Verdict::Warn);
    (code.map_or_else(|| "-".to_owned(), |code| code.to_string()), None)
}

/// `3/5`: how many results of the row let the gate open.
fn sum(row: &Row<'_, '_>) -> Cell {
    let good = row.results.iter().filter(|one| one.impact <= Impact::Warn).count();
    (format!("{good}/{}", row.results.len()), None)
}

/// A cause, and the results that have it.
struct Distinct<'r, 'a> {
    cause: &'r Cause<'a>,
    results: Vec<&'r ResultView<'a>>,
}

/// Causes that change a verdict, those of several results once, the worst first.
fn distinct<'r, 'a>(view: &'r View<'a>) -> Vec<Distinct<'r, 'a>> {
    let mut found: Vec<Distinct<'_, '_>> = Vec::new();
    for result in &view.results {
        for cause in result.causes.iter().filter(|cause| cause.impact > Impact::Note) {
            let product = |result: &ResultView<'_>, cause: &Cause<'_>| {
                let fix = cause.fixes.first().and_then(|index| result.result.advice.get(*index));
                fix.map(|fix| (fix.name, fix.certainty))
            };
            let same = found.iter_mut().find(|one| {
                one.cause.key() == cause.key()
                    && one.cause.impact == cause.impact
                    && product(one.results[0], one.cause) == product(result, cause)
            });
            match same {
                Some(one) => one.results.push(result),
                None => found.push(Distinct { cause, results: vec![result] }),
            }
        }
    }
    found.sort_by_key(|one| std::cmp::Reverse((one.cause.impact, one.results.len())));
    found
}

fn write_causes(page: &mut Page, view: &View<'_>, options: &TextOptions) {
    let causes = distinct(view);
    let is_full = |one: &&Distinct<'_, '_>| one.cause.impact > Impact::Warn;
    let mut shown = Vec::new();
    for one in causes.iter().filter(is_full).take(MOST_CAUSES) {
        page.gap();
        let first = one.results[0];
        write_cause(page, first, one.cause, &mut shown, options);
        page.field(place_word(view), &places(view, one), FIELD, options.most(2));
        if options.curl {
            write_command(page, &one.cause.findings, first.result);
        }
    }
    let rest = causes.iter().filter(is_full).skip(MOST_CAUSES);
    let warnings = causes.iter().filter(|one| !is_full(one));
    page.gap();
    let lines = rest.chain(warnings);
    let more = lines.clone().count().saturating_sub(MOST_LINES);
    for one in lines.take(MOST_LINES) {
        let label = if one.cause.impact == Impact::Warn { "Warning" } else { "Also" };
        let text = format!("{} {}: {}", one.cause.summary, place_word(view), places(view, one));
        page.field(label, &text, FIELD, options.most(2));
    }
    if more > 0 {
        page.field("", &format!("{} more: -v", counted(more, "cause")), FIELD, options.most(1));
    }
}

/// What the results of a cause are called.
fn place_word(view: &View<'_>) -> &'static str {
    if has_several_routes(view) { "Proxies" } else { "Targets" }
}

/// The proxies that have a cause, or the targets.
fn places(view: &View<'_>, one: &Distinct<'_, '_>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for result in &one.results {
        let labels = &result.labels;
        let label = if has_several_routes(view) { labels.proxy } else { labels.target };
        let name = label.short();
        let name = name.strip_prefix("http://").unwrap_or(name);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    match names.len() {
        count if count > MOST_NAMES => {
            format!("{}, and {} more", names[..MOST_NAMES].join(", "), count - MOST_NAMES)
        }
        _ => names.join(", "),
    }
}

/// Names of at most `limit` characters, no two alike: the scheme `http://` is left out, and of
/// longer names a part in the middle. Where that would make two alike another part is left out,
/// and when nothing helps they are numbered.
fn shortened(names: &[&str], limit: usize) -> Vec<String> {
    let names: Vec<String> = names
        .iter()
        .map(|name| escape(name.strip_prefix("http://").unwrap_or(name)).into_owned())
        .collect();
    let mut used: HashSet<String> =
        names.iter().filter(|name| name.chars().count() <= limit).cloned().collect();
    let shorten = |(index, name): (usize, &String)| {
        let chars: Vec<char> = name.chars().collect();
        if chars.len() <= limit {
            return name.clone();
        }
        let shown = limit.saturating_sub(GAP.len());
        let cut = |head: usize| -> String {
            let tail = &chars[chars.len() - (shown - head)..];
            chars[..head].iter().chain(&GAP.chars().collect::<Vec<_>>()).chain(tail).collect()
        };
        // From the middle outwards.
        let heads = (0..=shown / 2).flat_map(|off| [shown / 2 - off, shown - shown / 2 + off]);
        let free = heads.map(cut).find(|short| !used.contains(short));
        let short = free.unwrap_or_else(|| format!("{}:{GAP}{name}", index + 1));
        used.insert(short.clone());
        short
    };
    names.iter().enumerate().map(shorten).collect()
}

const GAP: &str = "...";
/// Names get at least so many columns.
const SHORTEST: usize = 16;
/// Columns of the product at fault.
const PARTY: usize = 16;
/// From so many columns on there is room for causes.
const WIDE: usize = 72;
/// With more rows than these, those that pass are counted only.
const MOST_ROWS: usize = 24;
/// Causes in full.
const MOST_CAUSES: usize = 6;
/// Other causes, one line each.
const MOST_LINES: usize = 4;
/// Names of proxies next to a cause.
const MOST_NAMES: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::outcome::{Outcome, RouteResult};
    use crate::report::sample;
    use crate::report::text::render;

    fn text(outcome: &Outcome, options: &TextOptions) -> String {
        String::from_utf8(render(outcome, options)).unwrap()
    }

    #[test]
    fn long_names_stay_apart() {
        let long = |middle: &str| format!("http://proxy.{middle}.europe.example.com:3128");
        let names: Vec<String> =
            ["amsterdam", "rotterdam", "a", "b", "amsterdam-2"].map(long).into();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let short = shortened(&names, 22);
        assert_eq!(short[0], "proxy.ams...e.com:3128");
        let distinct: HashSet<&String> = short.iter().collect();
        assert_eq!(distinct.len(), names.len(), "{short:?}");
        assert!(short.iter().all(|name| name.chars().count() <= 22), "{short:?}");
        assert_eq!(
            shortened(&["http://a:1", "https://a:1", "direct"], 16),
            ["a:1", "https://a:1", "direct"]
        );
    }

    #[test]
    fn hundreds_of_proxies_fit_one_screen_when_few_fail() {
        let mut outcome = fleet(200);
        let pass = sample::named("pass").results.remove(0);
        for result in outcome.results.iter_mut().skip(9) {
            *result = RouteResult { proxy: result.proxy.clone(), ..pass.clone() };
        }
        for color in [false, true] {
            let options = TextOptions { color, ..TextOptions::default() };
            let text = anstream::adapter::strip_str(&text(&outcome, &options)).to_string();
            assert!(text.lines().count() <= 25, "{text}");
            assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
            assert!(text.contains("PASS: 197 more (-v lists them)"), "{text}");
        }
        let options = TextOptions { detail: Detail::Checks, ..TextOptions::default() };
        let text = text(&outcome, &options);
        let (_, table) = text.split_once("VERDICT").unwrap();
        let rows = table.lines().skip(1).take_while(|line| line.contains("3128"));
        let names: Vec<&str> = rows.filter_map(|row| row.split_whitespace().nth(2)).collect();
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), 200, "{names:?}");
    }

    #[test]
    fn a_fleet_is_as_agreed() {
        for width in [40, 80, 120] {
            let options = TextOptions { width, ..TextOptions::default() };
            insta::assert_snapshot!(format!("fleet-{width}"), text(&fleet(12), &options));
        }
    }

    #[test]
    fn the_worst_is_on_top() {
        let mut outcome = sample::named("several");
        outcome.results.rotate_left(1);
        let text = text(&outcome, &TextOptions::default());
        let verdicts: Vec<&str> = text
            .lines()
            .skip_while(|line| !line.starts_with("VERDICT"))
            .skip(1)
            .map_while(|line| line.split(' ').next().filter(|word| !word.is_empty()))
            .collect();
        let rank = |word: &&str| {
            ["FAIL", "INCONCLUSIVE", "WARN", "PASS"].iter().position(|one| one == word)
        };
        assert!(verdicts.len() > 2 && verdicts.is_sorted_by_key(rank), "{text}");
    }

    #[test]
    fn two_accounts_of_one_proxy_have_a_row_each() {
        let mut outcome = fleet(2);
        for (result, name) in outcome.results.iter_mut().zip(["site-a", "site-b"]) {
            result.proxy = Some(String::from("http://proxy:3128"));
            result.names.proxy = Some(name.to_owned());
        }
        let text = text(&outcome, &TextOptions::default());
        let (_, table) = text.split_once("VERDICT").unwrap();
        let rows: Vec<&str> = table.lines().skip(1).take(2).collect();
        assert!(rows[0].starts_with("FAIL") && rows[0].contains(" site-b "), "{rows:?}");
        assert!(rows[1].starts_with("PASS") && rows[1].contains(" site-a "), "{rows:?}");
    }

    /// Proxies with long names, of which two in three pass.
    fn fleet(size: usize) -> Outcome {
        let (fail, pass) = (sample::named("fail"), sample::named("pass"));
        let results = (0..size).map(|index| {
            let of = if index % 3 == 1 { &fail } else { &pass };
            let proxy = format!("http://proxy-{index:03}.branch.europe.example.com:3128");
            RouteResult { proxy: Some(proxy), ..of.results[0].clone() }
        });
        Outcome { results: results.collect(), ..fail.clone() }
    }
}
