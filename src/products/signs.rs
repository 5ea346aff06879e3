//! Signs: patterns over all findings and answers that point at one cause rather than another, such
//! as "only offsets past 0 fail". Data in `signs.toml`; fixes are chosen and ordered by them.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::attribution::first_contact;
use crate::model::exchange::{Exchange, Leg};
use crate::model::failure::{Failure, Peer};
use crate::model::finding::{Finding, Status};
use crate::model::probe::Purpose;
use crate::wire::head::ResponseHead;

/// Every sign.
pub(super) fn signs() -> &'static [Sign] {
    static SIGNS: LazyLock<SignFile> = LazyLock::new(|| {
        // Invariant: the file is part of the program, and a test parses it.
        toml::from_str(include_str!("signs.toml")).unwrap_or_else(|e| panic!("signs.toml: {e}"))
    });
    &SIGNS.sign
}

/// The sign of this name. A test holds the product files to names that exist.
pub(super) fn sign(name: &str) -> Option<&'static Sign> {
    signs().iter().find(|sign| sign.name == name)
}

/// What signs are looked for in.
pub(super) struct Seen<'f> {
    /// The findings of all legs.
    pub(super) findings: &'f [Finding],
    /// The exchanges of all legs.
    pub(super) exchanges: &'f [Exchange],
    /// The findings that a cure would mend.
    pub(super) fixed: Vec<&'f Finding>,
    /// The legs over which what they blame was tested.
    pub(super) legs: &'static [Leg],
}

/// A pattern. Empty conditions always hold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Sign {
    /// Kebab-case.
    pub(super) name: String,
    /// What it means, for the text of an advice.
    pub(super) means: String,
    /// Some finding to fix is on each of these legs.
    #[serde(default)]
    fails_on: Vec<LegName>,
    /// The same checks passed on these legs.
    #[serde(default)]
    passes_on: Vec<LegName>,
    /// One of these checks is to be fixed.
    #[serde(default)]
    fails: Vec<String>,
    /// All of these that were judged passed, and one was, on a leg with a finding to fix.
    #[serde(default)]
    passes: Vec<String>,
    /// One of these checks is wrong on some leg, to be fixed or not.
    #[serde(default)]
    wrong: Vec<String>,
    /// One of these checks is right on some leg.
    #[serde(default)]
    right: Vec<String>,
    /// An answer that proves what is to be fixed has this field.
    answer_has: Option<Field>,
    /// No answer that proves what is to be fixed has this field.
    answer_lacks: Option<Field>,
    /// An answer of the direct leg has this field.
    direct_has: Option<Field>,
    /// No answer of the direct leg has this field.
    direct_lacks: Option<Field>,
    /// The text of an answer that proves what is to be fixed contains one of these, in lower case.
    #[serde(default)]
    page_has: Vec<String>,
    /// A request that proves what is to be fixed failed in one of these ways.
    #[serde(default)]
    failure: Vec<String>,
    /// The peer of such a failure.
    peer: Option<PeerName>,
    /// The detail of such a failure contains one of these, in lower case.
    #[serde(default)]
    detail: Vec<String>,
    /// The path of the URL ends so, in lower case.
    url_ends: Option<String>,
    /// The same request with another `User-Agent` was answered.
    #[serde(default)]
    agent_refused: bool,
    /// Of the checks that were judged on a leg with a finding to fix, none passed.
    #[serde(default)]
    nothing_passes: bool,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum PeerName {
    Proxy,
    Server,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum LegName {
    /// The first contact: without a proxy in the route that is the direct leg.
    Cold,
    Direct,
    Warm,
}

/// A header field, and a text in its value; an empty one fits any value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Field {
    name: String,
    #[serde(default)]
    value: String,
}

impl Sign {
    /// Whether it shows; none when what would tell was not tested.
    pub(super) fn shows(&self, seen: &Seen<'_>) -> Option<bool> {
        let one_of = |checks: &[String], wanted: fn(&Finding) -> bool| {
            let mut judged = seen
                .findings
                .iter()
                .filter(|f| seen.legs.contains(&f.leg) && is_one_of(f, checks) && is_judged(f))
                .peekable();
            judged.peek()?;
            Some(judged.any(wanted))
        };
        let mut conditions = Vec::new();
        let of = |leg: &LegName| leg.leg(seen.legs);
        conditions.extend(self.fails_on.iter().map(|leg| seen.fails_on(of(leg)?)));
        conditions.extend(self.passes_on.iter().map(|leg| seen.passes_on(of(leg)?)));
        if !self.fails.is_empty() {
            conditions.push(Some(seen.fixed.iter().any(|f| is_one_of(f, &self.fails))));
        }
        if !self.passes.is_empty() {
            conditions.push(seen.pass_beside(&self.passes));
        }
        if !self.wrong.is_empty() {
            conditions.push(one_of(&self.wrong, |f| f.judgement.status != Status::Pass));
        }
        if !self.right.is_empty() {
            conditions.push(one_of(&self.right, |f| f.judgement.status == Status::Pass));
        }
        let direct = || seen.heads(|exchange| exchange.leg == Leg::Direct);
        let proof = || seen.heads(|exchange| seen.proves(exchange));
        conditions.extend(self.answer_has.iter().map(|field| field.is_in(proof())));
        conditions.extend(self.direct_has.iter().map(|field| field.is_in(direct())));
        let lacks = |is_there: Option<bool>| is_there.map(|is_there| !is_there);
        conditions.extend(self.answer_lacks.iter().map(|field| lacks(field.is_in(proof()))));
        conditions.extend(self.direct_lacks.iter().map(|field| lacks(field.is_in(direct()))));
        if !self.page_has.is_empty() {
            conditions.push(seen.page_has(&self.page_has));
        }
        if !self.failure.is_empty() || self.peer.is_some() || !self.detail.is_empty() {
            conditions.push(seen.any_proof(|exchange| self.fits_failure(exchange.failure())));
        }
        if let Some(end) = &self.url_ends {
            conditions.push(seen.any_proof(|exchange| path_of(exchange).ends_with(end)));
        }
        if self.agent_refused {
            let is_answered = |exchange: &Exchange| {
                exchange.probe.purpose == Purpose::OtherAgent
                    && exchange.answer().is_some_and(|answer| answer.head.status < 400)
            };
            conditions.push(Some(seen.exchanges.iter().any(is_answered)));
        }
        if self.nothing_passes {
            conditions.push(seen.nothing_passes());
        }
        if conditions.contains(&Some(false)) {
            return Some(false);
        }
        (!conditions.contains(&None)).then_some(true)
    }

    fn fits_failure(&self, failure: Option<&Failure>) -> bool {
        let Some(failure) = failure else { return false };
        let detail = failure.detail.to_ascii_lowercase();
        let is_peer = |peer: PeerName| match peer {
            PeerName::Proxy => failure.peer == Peer::Proxy,
            PeerName::Server => failure.peer == Peer::Server,
        };
        (self.failure.is_empty() || self.failure.iter().any(|name| name == failure.name()))
            && self.peer.is_none_or(is_peer)
            && (self.detail.is_empty() || self.detail.iter().any(|text| detail.contains(text)))
    }
}

impl<'f> Seen<'f> {
    /// Whether a request that proves what is to be fixed is such; none when none is known.
    fn any_proof(&self, wanted: impl Fn(&Exchange) -> bool) -> Option<bool> {
        let mut proofs = self.exchanges.iter().filter(|exchange| self.proves(exchange)).peekable();
        proofs.peek()?;
        Some(proofs.any(wanted))
    }

    fn page_has(&self, texts: &[String]) -> Option<bool> {
        self.any_proof(|exchange| {
            exchange.answer().is_some_and(|answer| {
                let start = &answer.body.data[..answer.body.data.len().min(LONGEST_PAGE)];
                let page = String::from_utf8_lossy(start).to_ascii_lowercase();
                texts.iter().any(|text| page.contains(text))
            })
        })
    }

    fn nothing_passes(&self) -> Option<bool> {
        let is_beside = |finding: &&Finding| self.fixed.iter().any(|f| f.leg == finding.leg);
        let mut judged = self.findings.iter().filter(is_beside).peekable();
        judged.peek()?;
        let is_pass = |f: &Finding| {
            f.judgement.status == Status::Pass
                && ABOUT_THE_FILE.iter().any(|start| f.check.starts_with(start))
        };
        Some(!judged.any(is_pass))
    }

    fn fails_on(&self, leg: Leg) -> Option<bool> {
        let was_judged = self.findings.iter().any(|f| f.leg == leg && is_judged(f));
        let is_there = |f: &&&Finding| f.leg == leg && !is_of_warm_up(f);
        was_judged.then(|| self.fixed.iter().any(|f| is_there(&f)))
    }

    fn passes_on(&self, leg: Leg) -> Option<bool> {
        let is_fixed = |check: &str| self.fixed.iter().any(|finding| finding.check == check);
        // What the first contact brought as well passed there for want of something to compare.
        let brought = |f: &&Finding| first_contact::brought(f, &self.exchanges.iter());
        if leg == Leg::Cold && self.fixed.iter().any(brought) {
            return Some(false);
        }
        let is_there = |f: &&Finding| f.leg == leg && is_fixed(f.check) && !is_of_warm_up(f);
        all_passed(self.findings.iter().filter(is_there))
    }

    fn pass_beside(&self, checks: &[String]) -> Option<bool> {
        let is_beside = |finding: &Finding| self.fixed.iter().any(|f| f.leg == finding.leg);
        all_passed(self.findings.iter().filter(|f| is_one_of(f, checks) && is_beside(f)))
    }

    fn proves(&self, exchange: &Exchange) -> bool {
        self.fixed.iter().any(|finding| finding.judgement.exchanges.contains(&exchange.id))
    }

    fn heads(&self, wanted: impl Fn(&Exchange) -> bool) -> impl Iterator<Item = &'f ResponseHead> {
        let answers = self.exchanges.iter().filter(move |exchange| wanted(exchange));
        answers.filter_map(|exchange| Some(&exchange.answer()?.head))
    }
}

impl Field {
    /// Whether one of the heads has it; none when there is no head.
    fn is_in<'h>(&self, heads: impl Iterator<Item = &'h ResponseHead>) -> Option<bool> {
        let holds = |value: &str| value.to_ascii_lowercase().contains(&self.value);
        let mut heads = heads.peekable();
        heads.peek()?;
        Some(heads.any(|head| head.fields.all(&self.name).any(holds)))
    }
}

impl LegName {
    /// The leg that is meant among those tested; none when it was not.
    fn leg(self, tested: &[Leg]) -> Option<Leg> {
        match self {
            Self::Cold if !tested.contains(&Leg::Cold) => Some(Leg::Direct),
            Self::Cold => Some(Leg::Cold),
            Self::Direct => Some(Leg::Direct),
            Self::Warm => tested.contains(&Leg::Warm).then_some(Leg::Warm),
        }
    }
}

/// The path of the URL of a request, in lower case.
fn path_of(exchange: &Exchange) -> String {
    let url = url::Url::parse(&exchange.request.url);
    url.map(|url| url.path().to_ascii_lowercase()).unwrap_or_default()
}

fn is_one_of(finding: &Finding, checks: &[String]) -> bool {
    checks.iter().any(|check| check == finding.check)
}

/// Whether a finding is about the request that fetches the whole file at the beginning of the warm
/// phase: its answer is the last one of the first contact, and none from a cache that holds the file.
fn is_of_warm_up(finding: &Finding) -> bool {
    finding.row.probes.contains(&Purpose::WarmUp)
}

fn is_judged(finding: &Finding) -> bool {
    !matches!(finding.judgement.status, Status::Skipped | Status::Inconclusive)
}

/// Whether all that were judged passed; none when none was.
fn all_passed<'f>(findings: impl Iterator<Item = &'f Finding>) -> Option<bool> {
    let mut judged = findings.filter(|finding| is_judged(finding)).peekable();
    judged.peek()?;
    Some(judged.all(|finding| finding.judgement.status == Status::Pass))
}

/// Bytes of a page that are looked at.
const LONGEST_PAGE: usize = 64 * 1024;

/// The beginnings of the names of checks that pass only with a usable answer about the file.
const ABOUT_THE_FILE: [&str; 4] = ["head-status", "head-content-length", "range-", "do-"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignFile {
    sign: Vec<Sign>,
}
