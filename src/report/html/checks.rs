//! Every check of a result in one table: a row for each check, a column for each leg.

use std::collections::HashMap;

use maud::{Markup, html};

use super::mark::Mark;
use crate::model::check::Group;
use crate::model::exchange::Leg;
use crate::model::finding::Finding;
use crate::model::outcome::RouteResult;
use crate::report::excuse;
use crate::report::text::count_findings;
use crate::report::text::finding::tests;
use crate::ui::escape::escape_limited;

/// The table, folded.
pub(super) fn folded(result: &RouteResult) -> Markup {
    let mut legs: Vec<Leg> = result.findings.iter().map(|finding| finding.leg).collect();
    legs.sort_unstable();
    legs.dedup();
    let rows = rows(&result.findings);
    html! {
        @if !rows.is_empty() {
            details.print {
                summary { (count_findings(&result.findings)) }
                div.scroll tabindex="0" role="region" aria-label="All checks" {
                    table.checks {
                        thead {
                            tr {
                                th scope="col" { "Check" }
                                @for leg in &legs { th scope="col" { (leg) } }
                                th scope="col" { "What was seen" }
                                th scope="col" { "RFC" }
                            }
                        }
                        @for (group, rows) in grouped(&rows) {
                            tbody {
                                tr.group {
                                    th colspan=(legs.len() + 3) scope="rowgroup" {
                                        (group.map_or("other", Group::as_str))
                                    }
                                }
                                @for row in rows { (line(row, &legs, result)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The findings of each check, in the order of the first.
fn rows(findings: &[Finding]) -> Vec<Vec<&Finding>> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut rows: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        let place = *places.entry(finding.check).or_insert(rows.len());
        if place == rows.len() {
            rows.push(Vec::new());
        }
        rows[place].push(finding);
    }
    rows
}

type Rows<'r, 'f> = Vec<&'r Vec<&'f Finding>>;

fn grouped<'r, 'f>(rows: &'r [Vec<&'f Finding>]) -> Vec<(Option<Group>, Rows<'r, 'f>)> {
    let mut groups: Vec<(Option<Group>, Rows<'r, 'f>)> = Vec::new();
    for row in rows {
        let group = row.first().map(|first| first.row.group);
        match groups.iter_mut().find(|(known, _)| *known == group) {
            Some((_, members)) => members.push(row),
            None => groups.push((group, vec![row])),
        }
    }
    groups.sort_by_key(|(group, _)| (group.is_none(), *group));
    groups
}

/// One check. Its text is that of the worst finding on a leg under test.
fn line(row: &[&Finding], legs: &[Leg], result: &RouteResult) -> Markup {
    let rank = |finding: &Finding| (tests(finding.leg, result), finding.judgement.status);
    // Of equals the first, as they are in the order of legs.
    let Some(told) = row.iter().rev().max_by_key(|finding| rank(finding)) else {
        return html! {};
    };
    let meta = Some(told.row);
    let is_broken = row.iter().any(|finding| finding.judgement.breaks_rfc());
    html! {
        tr {
            th scope="row" title=[meta.map(|meta| meta.title)] { (told.check) }
            @for leg in legs {
                @match row.iter().find(|finding| finding.leg == *leg) {
                    Some(finding) => (cell(finding, result)),
                    None => td.skipped { "not asked" }
                }
            }
            td.seen { (escape_limited(&told.judgement.summary, SUMMARY)) }
            td {
                @if let Some(meta) = meta { (meta.rfc.trim_start_matches("RFC ")) }
                @if is_broken { " " b { "broken" } }
            }
        }
    }
}

fn cell(finding: &Finding, result: &RouteResult) -> Markup {
    let mark = Mark::from(finding.judgement.status);
    let excuse = excuse::kind(finding, result);
    let class = if excuse.is_some() { "excused" } else { mark.class };
    html! {
        td class=(class) {
            (mark.plain())
            @if let Some(excuse) = excuse { ", " (excuse.as_str()) }
        }
    }
}

const SUMMARY: usize = 400;
