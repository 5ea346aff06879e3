//! Causes: the findings of one result that have one reason, and a sentence that states it.

use super::family::{Family, family, needs_detail, phrase, replaces_response};
use crate::model::check::Group;
use crate::model::defect::Defect;
use crate::model::defect_name;
use crate::model::exchange::{Exchange, Leg};
use crate::model::finding::{Finding, Status};
use crate::model::hresult::BitsView;
use crate::model::outcome::{Direction, Party, RouteResult};
use crate::model::verdict::Impact;
use crate::report::effect::impact;
use crate::report::excuse::{self, Kind};
use crate::report::text::byte_words;
use crate::report::text::finding::tests;
use crate::ui::escape::escape_limited;

/// Findings of one result with one reason. Never without a finding.
#[derive(Clone, Debug)]
pub(in crate::report) struct Cause<'a> {
    /// What all of them are about; none for what was not judged without a defect.
    pub(in crate::report) defect: Option<Defect>,
    family: Option<Family>,
    /// Whose configuration or program must be fixed.
    pub(in crate::report) party: Party,
    /// The worst of what its findings do to the verdict.
    pub(in crate::report) impact: Impact,
    /// Why all of it counts for less; none when it counts.
    pub(in crate::report) suppressed: Option<Kind>,
    /// Its findings; the first explains.
    pub(in crate::report) findings: Vec<&'a Finding>,
    /// Indices of the fixes of the result that are for it, the best first.
    pub(in crate::report) fixes: Vec<usize>,
    /// What is wrong, in a sentence or two. Off the network in part: escape it.
    pub(in crate::report) summary: String,
    /// The same in a few words, such as `ignores Range`.
    pub(in crate::report) short: String,
}

/// The causes of a result, the worst first, else in the order in which a client meets them.
pub(super) fn causes(result: &RouteResult) -> Vec<Cause<'_>> {
    let direct: Vec<&Finding> = match result.proxy {
        Some(_) => result.findings.iter().filter(|one| one.leg == Leg::Direct).collect(),
        None => Vec::new(),
    };
    let is_wrong = |finding: &&Finding| {
        let status = finding.judgement.status;
        let is_known = !matches!(finding.judgement.defect, Some(Defect::NotJudged));
        tests(finding.leg, result)
            && (matches!(status, Status::Fail | Status::Warn)
                || status == Status::Inconclusive && is_known)
    };
    let wrong: Vec<&Finding> = result.findings.iter().filter(is_wrong).collect();
    let mut causes: Vec<Cause<'_>> = Vec::new();
    for finding in wrong {
        let party = party(finding, result, &direct);
        let suppressed = excuse::kind(finding, result);
        let family = finding.judgement.defect.map(family);
        let same = causes.iter_mut().find(|cause| {
            cause.family == family
                && family.is_some()
                && (cause.party, cause.suppressed) == (party, suppressed)
        });
        let impact = impact(finding, result);
        match same {
            Some(cause) => cause.take(finding, impact),
            None => causes.push(Cause {
                defect: finding.judgement.defect,
                family,
                party,
                impact,
                suppressed,
                findings: vec![finding],
                fixes: Vec::new(),
                summary: String::new(),
                short: String::new(),
            }),
        }
    }
    let mut causes = without_consequences(causes);
    let because = result.job().because;
    let decides = |cause: &Cause<'_>| cause.findings.iter().any(|one| Some(one.check) == because);
    causes.sort_by_key(|cause| (std::cmp::Reverse(cause.impact), !decides(cause)));
    for cause in &mut causes {
        cause.lead_with(because);
        cause.fixes = fixes(cause, result);
        cause.short = short(cause);
        cause.summary = summary(cause, result, &direct);
    }
    causes
}

impl<'a> Cause<'a> {
    fn take(&mut self, finding: &'a Finding, impact: Impact) {
        self.impact = self.impact.max(impact);
        self.findings.push(finding);
    }

    /// The finding that decides the job explains; else the first of the worst.
    fn lead_with(&mut self, because: Option<&str>) {
        let worst = self.findings.iter().map(|one| one.judgement.status).max();
        let place = self.findings.iter().position(|one| Some(one.check) == because).or_else(|| {
            self.findings.iter().position(|one| {
                Some(one.judgement.status) == worst && one.judgement.defect == self.defect
            })
        });
        if let Some(place) = place {
            self.findings[..=place].rotate_right(1);
            self.defect = self.findings[0].judgement.defect;
        }
    }

    /// The finding that explains.
    pub(in crate::report) fn first(&self) -> &'a Finding {
        self.findings[0]
    }

    /// The permanent name of the defect, or the id of the check where there is none.
    pub(in crate::report) fn name(&self) -> &'static str {
        self.defect.map_or(self.first().check, defect_name::name)
    }

    /// What tells causes of different results apart.
    pub(in crate::report) fn key(&self) -> (Option<Family>, Party, Option<Kind>) {
        (self.family, self.party, self.suppressed)
    }

    /// The ids of its checks, each once, in the order of its findings.
    pub(in crate::report) fn checks(&self) -> Vec<&'static str> {
        let mut checks: Vec<&'static str> = Vec::new();
        for finding in &self.findings {
            if !checks.contains(&finding.check) {
                checks.push(finding.check);
            }
        }
        checks
    }

    /// The phases in which it shows, in their order.
    pub(in crate::report) fn phases(&self) -> Vec<Leg> {
        let mut phases: Vec<Leg> = self.findings.iter().map(|finding| finding.leg).collect();
        phases.sort_unstable();
        phases.dedup();
        phases
    }

    /// What Windows would show for it.
    pub(in crate::report) fn code(&self) -> Option<BitsView> {
        let of_first = self.first().bits;
        of_first.or_else(|| self.findings.iter().find_map(|finding| finding.bits))
    }

    /// `range-first +7, multi-two +4`: the first check of each group, and how many more there are.
    pub(in crate::report) fn check_words(&self) -> String {
        let mut groups: Vec<(Group, &str, usize)> = Vec::new();
        let mut told: Vec<&str> = Vec::new();
        for finding in &self.findings {
            let (group, check) = (finding.row.group, finding.check);
            if told.contains(&check) {
                continue;
            }
            told.push(check);
            match groups.iter_mut().find(|(known, ..)| *known == group) {
                Some((.., more)) => *more += 1,
                None => groups.push((group, check, 0)),
            }
        }
        let words = groups.into_iter().map(|(_, check, more)| match more {
            0 => check.to_owned(),
            more => format!("{check} +{more}"),
        });
        words.collect::<Vec<_>>().join(", ")
    }
}

/// What is wrong with a response that is not the requested one at all is no cause of its own.
fn without_consequences(mut causes: Vec<Cause<'_>>) -> Vec<Cause<'_>> {
    let mut kept: Vec<Cause<'_>> = Vec::new();
    causes.sort_by_key(|cause| !cause.defect.is_some_and(replaces_response));
    for cause in causes {
        let is_consequence = |whole: &&mut Cause<'_>| {
            let proofs: Vec<_> =
                whole.findings.iter().flat_map(|one| &one.judgement.exchanges).collect();
            let is_proved = |finding: &Finding| {
                finding.judgement.exchanges.first().is_some_and(|proof| proofs.contains(&proof))
            };
            whole.defect.is_some_and(replaces_response)
                && (whole.party, whole.suppressed) == (cause.party, cause.suppressed)
                && whole.impact >= cause.impact
                && cause.findings.iter().all(|finding| is_proved(finding))
        };
        match kept.iter_mut().find(is_consequence) {
            Some(whole) => {
                for finding in cause.findings {
                    whole.take(finding, cause.impact);
                }
            }
            None => kept.push(cause),
        }
    }
    kept
}

/// Who is at fault for a finding. The result names the parties; which of several it is, the direct
/// phase tells.
fn party(finding: &Finding, result: &RouteResult, direct: &[&Finding]) -> Party {
    let mut named = result.blame.iter().chain(&result.also_to_blame).map(|one| one.party);
    let first = result.blame.as_ref().map(|one| one.party);
    if let (Some(first), true) = (first, result.also_to_blame.is_empty()) {
        return first;
    }
    if result.proxy.is_none() {
        return first.unwrap_or(Party::Origin);
    }
    let told = match direct_view(direct, finding) {
        DirectView::Same => Party::Origin,
        DirectView::Right(_) => Party::Proxy,
        DirectView::Nothing => Party::Unknown,
    };
    match first {
        None => told,
        Some(_) if named.any(|party| party == told) => told,
        Some(first) => first,
    }
}

/// Fixes for the defects of a cause, the best first.
fn fixes(cause: &Cause<'_>, result: &RouteResult) -> Vec<usize> {
    let defects: Vec<&str> = cause
        .findings
        .iter()
        .filter_map(|finding| finding.judgement.defect.map(defect_name::name))
        .collect();
    let fits =
        |index: &usize| result.advice[*index].defects.iter().any(|defect| defects.contains(defect));
    (0..result.advice.len()).filter(fits).collect()
}

fn short(cause: &Cause<'_>) -> String {
    let status = |code: u16| format!("answers with status {code}");
    match cause.defect {
        Some(
            Defect::ConditionRefused(code)
            | Defect::HttpStatus(code)
            | Defect::MultiRefused(code)
            | Defect::UnexpectedStatus(code),
        ) => status(code),
        Some(Defect::TunnelRefused(code)) => format!("refuses the tunnel with status {code}"),
        defect => defect.and_then(phrase).map_or_else(
            || escape_limited(&cause.first().judgement.summary, SHORT).into_owned(),
            str::to_owned,
        ),
    }
}

fn summary(cause: &Cause<'_>, result: &RouteResult, direct: &[&Finding]) -> String {
    let finding = cause.first();
    let proof = finding.judgement.exchanges.first();
    let proof = proof.and_then(|id| result.exchanges.iter().find(|one| one.id == *id));
    let subject = subject(cause.party, result);
    let defect = cause.defect.filter(|_| cause.party != Party::Network);
    let sentence = match defect {
        Some(
            Defect::ConditionRefused(_)
            | Defect::HttpStatus(_)
            | Defect::MultiRefused(_)
            | Defect::UnexpectedStatus(_),
        ) => match proof.and_then(Exchange::answer) {
            Some(answer) => {
                let head = &answer.head;
                let status = format!("{} {}", head.status, head.reason);
                format!("{subject} answers {} with {}", request(proof), status.trim_end())
            }
            None => format!("{subject} {}", cause.short),
        },
        Some(Defect::TunnelRefused(_)) => format!("{subject} {}", cause.short),
        Some(Defect::WholeFileForRange | Defect::WholeFileForMulti) => {
            format!("{subject} {}{}", cause.short, ignored(proof))
        }
        Some(defect) => match phrase(defect) {
            Some(phrase) if needs_detail(defect) => {
                format!("{subject} {phrase}: {}", finding.judgement.summary)
            }
            Some(phrase) => format!("{subject} {phrase}"),
            None => capitalised(&finding.judgement.summary),
        },
        None => capitalised(&finding.judgement.summary),
    };
    let contrast = contrast(cause, result, direct);
    let sentence = sentence.trim_end_matches('.');
    if contrast.is_empty() { format!("{sentence}.") } else { format!("{sentence}. {contrast}") }
}

/// `: asked for bytes 0-5690, got 200 OK with all 1.0 MiB`; nothing where the exchange is not kept.
fn ignored(proof: Option<&Exchange>) -> String {
    let Some((exchange, answer)) = proof.and_then(|one| Some((one, one.answer()?))) else {
        return String::new();
    };
    let Some(ranges) = &exchange.probe.ranges else { return String::new() };
    let ranges = ranges.to_string().replace("bytes=", "").replace(',', ", ");
    let size = answer.head.fields.first("content-length").and_then(|text| text.parse().ok());
    let size =
        size.map_or_else(|| "the whole file".to_owned(), |n| format!("all {}", byte_words(n)));
    let head = &answer.head;
    let status = format!("{} {}", head.status, head.reason);
    format!(": asked for bytes {ranges}, got {} with {size}", status.trim_end())
}

/// `HEAD`, `a range`, `several ranges` or `GET`.
fn request(exchange: Option<&Exchange>) -> &'static str {
    let Some(exchange) = exchange else { return "a request" };
    match &exchange.probe.ranges {
        Some(ranges) if ranges.ranges().len() > 1 => "a request for several ranges",
        Some(_) => "a request for a range",
        None if exchange.request.method == "HEAD" => "HEAD",
        None => "GET",
    }
}

/// What the other route shows.
fn contrast(cause: &Cause<'_>, result: &RouteResult, direct: &[&Finding]) -> String {
    let finding = cause.first();
    let own = result.blame.iter().chain(&result.also_to_blame);
    let blame = own.clone().find(|blame| blame.party == cause.party);
    // How the party is known is told of one check: of another cause it says nothing.
    let is_about = |why: &&str| cause.checks().iter().any(|check| why.contains(check));
    let why = || {
        let why = blame.map(|blame| blame.why.as_str());
        let names_check = |why: &str| {
            let first = why.split(' ').next();
            result.findings.iter().any(|one| Some(one.check) == first)
        };
        why.filter(|why| is_about(why) || !names_check(why)).unwrap_or_default().to_owned()
    };
    if result.proxy.is_none() {
        let is_cache = blame.is_some_and(|blame| blame.direction == Some(Direction::Cache));
        return if is_cache { why() } else { String::new() };
    }
    if cause.party == Party::Network {
        return String::new();
    }
    match direct_view(direct, finding) {
        DirectView::Right(right) if cause.party == Party::Proxy => {
            let is_cached = finding.leg == Leg::Warm
                && result.findings.iter().any(|other| {
                    other.leg == Leg::Cold
                        && other.check == finding.check
                        && other.judgement.status == Status::Pass
                });
            let first = if is_cached { ", and on the first request through it," } else { "" };
            let id = right.judgement.exchanges.first();
            let status = id.and_then(|id| result.exchanges.iter().find(|one| one.id == *id));
            let status = status.and_then(Exchange::answer).map(|answer| answer.head.status);
            let status = status.map_or_else(String::new, |status| format!(" ({status})"));
            format!("Without the proxy{first} the server answers correctly{status}.")
        }
        DirectView::Same if cause.party == Party::Origin => {
            "The server does the same without the proxy.".to_owned()
        }
        _ => why(),
    }
}

/// What the direct phase shows of a finding made through a proxy.
enum DirectView<'f> {
    /// It is right without the proxy.
    Right(&'f Finding),
    /// The same is wrong without the proxy.
    Same,
    /// It was not judged, or is wrong in another way.
    Nothing,
}

fn direct_view<'f>(direct: &[&'f Finding], finding: &Finding) -> DirectView<'f> {
    let Some(same) = direct.iter().find(|other| other.check == finding.check) else {
        return DirectView::Nothing;
    };
    match same.judgement.status {
        Status::Pass | Status::Warn if finding.judgement.status != Status::Warn => {
            DirectView::Right(same)
        }
        Status::Pass => DirectView::Right(same),
        Status::Skipped => DirectView::Nothing,
        _ if same.judgement.defect == finding.judgement.defect => DirectView::Same,
        _ => DirectView::Nothing,
    }
}

/// The subject of a sentence about a party.
fn subject(party: Party, result: &RouteResult) -> &'static str {
    match party {
        Party::Network => "The network",
        Party::Origin => "The server",
        Party::Proxy => "The proxy",
        Party::Unknown if result.proxy.is_none() => "The server",
        Party::Unknown => "The proxy or the server",
    }
}

/// A text that begins with a capital letter.
fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        // Header fields and checks keep their case.
        first.to_uppercase().chain(chars).collect()
    })
}

const SHORT: usize = 60;
