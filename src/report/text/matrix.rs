//! Several results at a glance: a line for each proxy, a word for each group of checks.

use std::collections::{BTreeMap, HashSet};

use super::role_of_verdict;
use crate::check::Group;
use crate::report::effect::{Effect, effect};
use crate::report::label::{Label, Labels};
use crate::report::lookup;
use crate::run::outcome::{RouteResult, Verdict};
use crate::ui::escape::escape;
use crate::ui::page::{Cell, Page};
use crate::ui::style::Role;

/// A row of the matrix: what it is of, and the results that it sums up.
struct Row<'a> {
    name: String,
    results: Vec<&'a RouteResult>,
}

/// One line for each proxy, the worst of its results; with one proxy alone, one for each result.
/// Nothing in it depends on colour.
pub(super) fn write(page: &mut Page, results: &[RouteResult], width: usize) {
    let rows = rows(results);
    let groups = groups(results);
    let mut headings = vec!["VERDICT", "CODE"];
    headings.extend(groups.iter().map(|&group| heading(group)));
    let has_sums = rows.iter().any(|row| row.results.len() > 1);
    headings.extend(has_sums.then_some("OK"));
    let mut cells: Vec<Vec<Cell>> = Vec::new();
    for row in &rows {
        let of_groups = groups.iter().map(|&group| group_cell(row, group));
        let sum = has_sums.then(|| sum(row));
        cells.push([verdict(row), code(row)].into_iter().chain(of_groups).chain(sum).collect());
    }
    let column = |index: usize| {
        let texts = cells.iter().map(|row| row[index].0.chars().count());
        texts.chain([headings[index].len()]).max().unwrap_or(0) + 2
    };
    let taken: usize = (0..headings.len()).map(column).sum();
    let names = rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>();
    let names = shortened(&names, width.saturating_sub(taken).max(SHORTEST));
    for (cells, name) in cells.iter_mut().zip(names) {
        cells.push((name, None));
    }
    headings.push(if has_several_proxies(results) { "PROXY" } else { "TARGET" });
    page.table(&headings, &cells);
    let has = |word| cells.iter().any(|row| row[2..].iter().any(|(text, _)| text == word));
    if has(UNSURE) || has(NOTHING) {
        page.line(&format!("{UNSURE} could not be judged, {NOTHING} nothing to judge"));
    }
}

fn has_several_proxies(results: &[RouteResult]) -> bool {
    let first = results.first().map(proxy);
    results.iter().any(|result| Some(proxy(result)) != first)
}

/// Two accounts of one proxy are two, by their names.
fn proxy(result: &RouteResult) -> Label<'_> {
    Labels::from(result).proxy
}

fn rows(results: &[RouteResult]) -> Vec<Row<'_>> {
    if !has_several_proxies(results) {
        let has_profiles = results.iter().any(|result| result.profile != results[0].profile);
        let profile = |result: &RouteResult| {
            if has_profiles { format!(" ({})", result.profile) } else { String::new() }
        };
        let name = |result| format!("{}{}", Labels::from(result).target.short(), profile(result));
        let row = |result| Row { name: name(result), results: vec![result] };
        return results.iter().map(row).collect();
    }
    let mut rows: Vec<Row> = Vec::new();
    let mut places: BTreeMap<Label<'_>, usize> = BTreeMap::new();
    for result in results {
        let proxy = proxy(result);
        let place = *places.entry(proxy).or_insert_with(|| {
            rows.push(Row { name: proxy.short().to_owned(), results: Vec::new() });
            rows.len() - 1
        });
        rows[place].results.push(result);
    }
    rows
}

/// The groups of which anything was judged, in the order of reports.
fn groups(results: &[RouteResult]) -> Vec<Group> {
    let findings = results.iter().flat_map(|result| &result.findings);
    let mut groups: Vec<Group> =
        findings.filter_map(|finding| Some(lookup::meta(finding.check)?.group)).collect();
    groups.sort_unstable();
    groups.dedup();
    groups
}

fn heading(group: Group) -> &'static str {
    match group {
        Group::Connection => "CONN",
        Group::Head => "HEAD",
        Group::Range => "RANGE",
        Group::Multi => "MULTI",
        Group::Conditions => "COND",
    }
}

fn verdict(row: &Row) -> Cell {
    let worst = row.results.iter().map(|result| result.verdict).max();
    let worst = worst.unwrap_or(Verdict::Inconclusive);
    (worst.as_str().to_uppercase(), Some(role_of_verdict(worst)))
}

/// The code of the first result that fares as badly as the whole row.
fn code(row: &Row) -> Cell {
    let worst = row.results.iter().map(|result| result.verdict).max();
    let mut of_worst = row.results.iter().filter(|result| Some(result.verdict) == worst);
    let code = of_worst.find_map(|result| result.job().hresult);
    (code.map_or_else(|| "-".to_owned(), |code| code.to_string()), None)
}

/// `3/5`: how many results of the row let the gate open.
fn sum(row: &Row) -> Cell {
    let good = row.results.iter().filter(|result| result.verdict <= Verdict::Warn).count();
    (format!("{good}/{}", row.results.len()), None)
}

fn group_cell(row: &Row, group: Group) -> Cell {
    let effects = row.results.iter().flat_map(|result| {
        let of_group = result
            .findings
            .iter()
            .filter(|finding| lookup::meta(finding.check).is_some_and(|meta| meta.group == group));
        of_group.map(|finding| effect(finding, result))
    });
    let (word, role) = match effects.max() {
        None | Some(Effect::Skipped) => (NOTHING, Role::Aside),
        Some(Effect::Fail) => ("FAIL", Role::Fail),
        Some(Effect::Pass) => ("ok", Role::Pass),
        Some(Effect::Unsure) => (UNSURE, Role::Inconclusive),
        Some(Effect::Warn) => ("warn", Role::Warn),
    };
    (word.to_owned(), Some(role))
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

const NOTHING: &str = "-";
const UNSURE: &str = "?";

const GAP: &str = "...";

/// Names get at least so many columns.
const SHORTEST: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::report::text::{TextOptions, render};
    use crate::run::outcome::Outcome;

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
    fn hundreds_of_proxies_stay_readable() {
        let mut outcome = fleet(200);
        let unreachable = sample::named("inconclusive").results.swap_remove(0);
        let proxy = outcome.results[0].proxy.clone();
        outcome.results.push(RouteResult { proxy, ..unreachable });
        for color in [false, true] {
            let options = TextOptions { color, ..TextOptions::default() };
            let text = String::from_utf8(render(&outcome, &options)).unwrap();
            let text = anstream::adapter::strip_str(&text).to_string();
            let (_, matrix) = text.split_once("VERDICT").unwrap();
            let is_row = |line: &&str| line.contains(".com:3128");
            let rows: Vec<&str> = matrix.lines().skip(1).take_while(is_row).collect();
            assert_eq!(rows.len(), 200);
            assert!(rows.iter().all(|row| row.chars().count() <= 80), "{rows:#?}");
            let names: HashSet<&str> =
                rows.iter().map(|row| row.rsplit(' ').next().unwrap()).collect();
            assert_eq!(names.len(), 200, "{names:?}");
            assert_eq!(rows.iter().filter(|row| row.contains(" 1/2 ")).count(), 1, "{rows:#?}");
        }
    }

    #[test]
    fn a_fleet_is_as_agreed() {
        let text = render(&fleet(9), &TextOptions::default());
        insta::assert_snapshot!(String::from_utf8(text).unwrap());
    }

    #[test]
    fn two_accounts_of_one_proxy_have_a_row_each() {
        let mut outcome = fleet(2);
        for (result, name) in outcome.results.iter_mut().zip(["site-a", "site-b"]) {
            result.proxy = Some(String::from("http://proxy:3128"));
            result.names.proxy = Some(name.to_owned());
        }
        let text = render(&outcome, &TextOptions::default());
        let text = String::from_utf8(text).unwrap();
        let (_, matrix) = text.split_once("VERDICT").unwrap();
        let rows: Vec<&str> = matrix.lines().skip(1).take(2).collect();
        assert!(rows[0].starts_with("PASS") && rows[0].ends_with(" site-a"), "{rows:?}");
        assert!(rows[1].starts_with("FAIL") && rows[1].ends_with(" site-b"), "{rows:?}");
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
