//! What all formats show of a run, computed once: the impact on the gate, the causes, and the words
//! for both.

mod cause;
mod family;

use super::effect::of_result;
use super::excuse;
use super::label::Labels;
use super::text::{file_words, product_words};
use crate::model::finding::Finding;
use crate::model::job::JobState;
use crate::model::job_kind::JobKind;
use crate::model::outcome::{Direction, Outcome, Party, RouteResult};
use crate::model::product::Certainty;
use crate::model::product::{Place, Recognised};
use crate::model::verdict::Impact;
use crate::model::verdict::Verdict;
use crate::ui::escape::escape;
pub(super) use cause::Cause;

/// A finished run, as every format shows it.
#[derive(Clone, Debug)]
pub struct View<'a> {
    /// The run.
    pub(super) outcome: &'a Outcome,
    /// What the run does to a gate: the exit code reads this.
    pub(super) impact: Impact,
    /// One for each result, in the order asked.
    pub(super) results: Vec<ResultView<'a>>,
}

/// One result, as every format shows it.
#[derive(Clone, Debug)]
pub(super) struct ResultView<'a> {
    pub(super) result: &'a RouteResult,
    pub(super) labels: Labels<'a>,
    /// What it does to the whole.
    pub(super) impact: Impact,
    /// The worst first.
    pub(super) causes: Vec<Cause<'a>>,
}

impl<'a> View<'a> {
    /// The view of a run.
    pub fn of(outcome: &'a Outcome) -> Self {
        Self {
            outcome,
            impact: Self::impact(outcome),
            results: outcome.results.iter().map(ResultView::of).collect(),
        }
    }

    /// What a run does to a gate.
    pub fn impact(outcome: &Outcome) -> Impact {
        if outcome.is_lifted() { Impact::Fail } else { Impact::from(outcome.verdict) }
    }

    /// The exit code of the run; with `exit_zero` whatever the verdict is that of a pass.
    pub fn exit_code(outcome: &Outcome, exit_zero: bool) -> u8 {
        if exit_zero { 0 } else { Self::impact(outcome).exit_code() }
    }

    /// The results, the worst first, else in the order asked.
    pub(super) fn worst_first(&self) -> Vec<&ResultView<'a>> {
        let mut results: Vec<_> = self.results.iter().collect();
        results.sort_by_key(|one| std::cmp::Reverse(one.impact));
        results
    }
}

impl<'a> ResultView<'a> {
    pub(super) fn of(result: &'a RouteResult) -> Self {
        Self {
            result,
            labels: Labels::from(result),
            impact: of_result(result),
            causes: cause::causes(result),
        }
    }

    /// The cause that decides the verdict; none for a pass.
    pub(super) fn main_cause(&self) -> Option<&Cause<'a>> {
        self.causes.first().filter(|cause| cause.impact > Impact::Note)
    }

    /// The cause that a finding belongs to.
    pub(super) fn cause_of(&self, finding: &Finding) -> Option<&Cause<'a>> {
        self.causes
            .iter()
            .find(|cause| cause.findings.iter().any(|one| std::ptr::eq(*one, finding)))
    }

    /// The verdict in a sentence without an end: what the client can do over which route.
    pub(super) fn headline(&self) -> String {
        let suppressed = excuse::counts([self.result]);
        let suppressed = suppressed.filter(|_| self.result.verdict <= Verdict::Warn);
        let suppressed = suppressed.map_or_else(String::new, |counts| format!(" ({counts})"));
        let strict = if self.result.is_lifted() { "; --strict has warnings fail" } else { "" };
        format!("{}{suppressed}{strict}", self.sentence())
    }

    fn sentence(&self) -> String {
        let result = self.result;
        let client = result.profile.client();
        let (kind, job) = result.jobs.worst(result.require);
        let through = self.route_words();
        let several = match kind {
            JobKind::Ranges => " several ranges at once",
            JobKind::Download => "",
        };
        match result.verdict {
            Verdict::Inconclusive => {
                let what = self.main_cause().map(|cause| cause.first().judgement.summary.as_str());
                let why = result.unusable.as_deref().or(what).unwrap_or("nothing was judged");
                format!("{} was not judged: {}", self.subject(), why.trim_end_matches('.'))
            }
            Verdict::Fail if job.state == JobState::Damaged => {
                format!("{client} downloads wrong bytes{through}")
            }
            Verdict::Fail if job.state == JobState::Transferred => {
                format!(
                    "{client} can download{several}{through}, but the configuration has a check fail"
                )
            }
            Verdict::Fail => format!("{client} cannot download{several}{through}"),
            Verdict::Pass => format!("{client} can download{through}"),
            Verdict::Warn => {
                match result.jobs.ranges.as_ref().filter(|_| self.is_other_job_bad()) {
                    Some(_) => {
                        format!("{client} can download{through}, but not several ranges at once")
                    }
                    None => format!("{client} can download{through}, with warnings"),
                }
            }
        }
    }

    /// Whether a kind of job fails that is not required.
    fn is_other_job_bad(&self) -> bool {
        super::text::other_jobs(self.result).is_some()
    }

    /// ` through berlin (http://proxy:3128)`, or where from.
    fn route_words(&self) -> String {
        let Labels { proxy, target, is_direct, .. } = &self.labels;
        match (is_direct, proxy.name) {
            (false, _) => format!(" through {proxy}"),
            (true, _) => format!(" from {}", short_url(target.short(), LONGEST_URL, "...")),
        }
    }

    /// What the verdict is about: the proxy, or the server of the target.
    fn subject(&self) -> String {
        if self.labels.is_direct {
            short_url(self.labels.target.short(), LONGEST_URL, "...")
        } else {
            self.labels.proxy.to_string()
        }
    }

    /// `Proxy: Squid 5.7 (certain)`: who is at fault for a cause. Off the network in part.
    pub(super) fn party_words(&self, cause: &Cause<'a>) -> String {
        let party = party_word(cause.party);
        let product = self.product(cause).map(|product| format!(": {product}"));
        format!("{party}{}", product.unwrap_or_default())
    }

    /// `on the request`, `on the response` or `from its cache`, where that is proved.
    pub(super) fn direction_words(&self, cause: &Cause<'a>) -> Option<&'static str> {
        let mut blames = self.result.blame.iter().chain(&self.result.also_to_blame);
        let blame = blames.find(|blame| blame.party == cause.party)?;
        Some(match blame.direction? {
            Direction::Cache => "answers from its cache",
            Direction::Request => "changes the request",
            Direction::Response => "changes the response",
        })
    }

    /// The product at fault, with version and certainty.
    fn product(&self, cause: &Cause<'a>) -> Option<String> {
        let is_there = |one: &&Recognised| match cause.party {
            Party::Proxy => one.place != Place::Server || self.result.proxy.is_none(),
            Party::Origin => one.place == Place::Server,
            Party::Network | Party::Unknown => false,
        };
        let fix = cause.fixes.first().and_then(|index| self.result.advice.get(*index));
        let product = fix.and_then(|fix| fix.product);
        let rank = |one: &&Recognised| {
            (one.product.is_some() && one.product == product, one.product.is_some(), one.certainty)
        };
        let found = self.result.recognised.iter().filter(is_there).max_by_key(rank)?;
        let version = found.version.as_deref().map(|text| format!(" {text}")).unwrap_or_default();
        let certainty = match found.certainty {
            Certainty::Certain => "certain",
            Certainty::Likely => "likely",
            Certainty::Guess => return None,
        };
        Some(format!("{}{version} ({certainty})", found.name))
    }
}

/// `FAIL 0x80200013 Proxy: ignores Range`: a result in a line, while the run lasts.
pub fn progress_line(result: &RouteResult) -> String {
    let view = ResultView::of(result);
    let verdict = result.verdict.as_str().to_uppercase();
    let code = result.job().hresult.map(|code| format!(" {code}")).unwrap_or_default();
    let cause = view.main_cause();
    let cause = cause.map(|cause| format!(" {}: {}", party_word(cause.party), cause.short));
    format!("{verdict}{code}{}", cause.unwrap_or_default())
}

/// A cause in lines without markup, each escaped: what is wrong, who is at fault, the first fix.
pub(super) fn cause_lines(result: &ResultView<'_>, cause: &Cause<'_>) -> Vec<String> {
    let mut lines = vec![format!("Cause: {}", cause.summary)];
    lines.push(format!("At fault: {}", result.party_words(cause)));
    lines.extend(fix_lines(result, cause));
    lines.iter().map(|line| escape(line).into_owned()).collect()
}

/// The first fix of a cause in lines; none where no fix is known.
pub(super) fn fix_lines(result: &ResultView<'_>, cause: &Cause<'_>) -> Vec<String> {
    let fix = cause.fixes.first().and_then(|index| result.result.advice.get(*index));
    let Some(fix) = fix else { return Vec::new() };
    let place = file_words(fix).map_or_else(String::new, |place| format!("; {place}"));
    let mut lines = vec![format!("Fix: {}{place}", product_words(fix))];
    lines.extend(fix.setting.lines().map(|line| format!("  {line}")));
    lines.extend(fix.reload.map(|reload| format!("  then: {reload}")));
    lines
}

/// The first fix of a cause in one line; empty where no fix is known.
pub(super) fn fix_line(result: &ResultView<'_>, cause: &Cause<'_>) -> String {
    let lines = fix_lines(result, cause);
    let line: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
    escape(line.join(" / ").trim_start_matches("Fix: ")).into_owned()
}

/// `Proxy`, `Server`: the word for a party.
pub(super) fn party_word(party: Party) -> &'static str {
    match party {
        Party::Network => "Network",
        Party::Origin => "Server",
        Party::Proxy => "Proxy",
        Party::Unknown => "Proxy or server",
    }
}

/// A text of at most `limit` characters, with `gap` for what is left out of its middle.
pub(super) fn short_url(text: &str, limit: usize, gap: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let room = limit.saturating_sub(gap.chars().count());
    if chars.len() <= limit || room < 2 {
        return text.to_owned();
    }
    let tail = room / 3;
    let head: String = chars[..room - tail].iter().collect();
    let end: String = chars[chars.len() - tail..].iter().collect();
    format!("{head}{gap}{end}")
}

/// Characters of a URL in a sentence.
const LONGEST_URL: usize = 60;

#[cfg(test)]
mod tests;
