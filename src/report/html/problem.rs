//! Which results have the same trouble, and so how much of each result the page shows.

use crate::model::defect::Defect;
use crate::model::finding::Finding;
use crate::model::outcome::{Outcome, Party, RouteResult};
use crate::model::verdict::Impact;
use crate::model::verdict::Verdict;
use crate::report::effect::impact;
use crate::report::excuse;

/// The results that are not a pass, those with the same trouble together.
#[derive(Debug)]
pub(super) struct Problems {
    /// The worst verdict first, else in the order of results.
    pub(super) list: Vec<Problem>,
    depths: Vec<Depth>,
}

/// Results with the same trouble, by their index in the outcome.
#[derive(Debug)]
pub(super) struct Problem {
    /// The first of them, which stands for all.
    pub(super) first: usize,
    /// All of them.
    pub(super) members: Vec<usize>,
}

/// How much of a result the page shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Depth {
    /// Everything, each exchange with its heads.
    Full,
    /// Verdict, cure and findings; the result of the index, if any, has the same trouble and shows
    /// its exchanges.
    Findings(Option<usize>),
    /// The verdict alone.
    Verdict,
}

/// What makes two troubles the same: verdict, who is to blame, what decides, and the first cure.
type Key<'a> = (Verdict, Option<Party>, Option<Defect>, Option<(&'a str, &'a str)>);

impl Problems {
    /// Of all results.
    pub(super) fn of(outcome: &Outcome) -> Self {
        let results = &outcome.results;
        let mut keyed: Vec<(Key<'_>, Problem)> = Vec::new();
        let mut depths = Vec::with_capacity(results.len());
        for (index, result) in results.iter().enumerate() {
            if result.verdict == Verdict::Pass {
                let is_excused = excuse::counts([result]).is_some();
                depths.push(if is_excused { Depth::Findings(None) } else { Depth::Verdict });
                continue;
            }
            let key = key(result);
            if let Some((_, problem)) = keyed.iter_mut().find(|(known, _)| *known == key) {
                let shown = depths.get(problem.first) == Some(&Depth::Full);
                depths.push(Depth::Findings(shown.then_some(problem.first)));
                problem.members.push(index);
            } else {
                let is_shown = keyed.len() < MOST_SHOWN;
                depths.push(if is_shown { Depth::Full } else { Depth::Findings(None) });
                keyed.push((key, Problem { first: index, members: vec![index] }));
            }
        }
        if results.len() <= FEW {
            depths.fill(Depth::Full);
        }
        keyed.sort_by_key(|((verdict, ..), _)| std::cmp::Reverse(*verdict));
        Self { list: keyed.into_iter().map(|(_, problem)| problem).collect(), depths }
    }

    /// How much to show of the result of an index.
    pub(super) fn depth(&self, index: usize) -> Depth {
        self.depths.get(index).copied().unwrap_or(Depth::Verdict)
    }

    /// Whether not everything is shown of every result.
    pub(super) fn is_shortened(&self) -> bool {
        self.depths.iter().any(|depth| *depth != Depth::Full)
    }
}

/// The finding that a result stands or falls by: that which decides the job, else the worst one.
/// None for a pass.
pub(super) fn decisive(result: &RouteResult) -> Option<&Finding> {
    let wrong = || {
        let effects = result.findings.iter().map(|finding| (impact(finding, result), finding));
        effects.filter(|(effect, _)| *effect > Impact::Note)
    };
    let worst = wrong().map(|(effect, _)| effect).max()?;
    let of_worst = || wrong().filter(|(effect, _)| *effect == worst).map(|(_, finding)| finding);
    let because = of_worst().find(|finding| Some(finding.check) == result.job().because);
    because.or_else(|| of_worst().next())
}

fn key(result: &RouteResult) -> Key<'_> {
    let cure = result.advice.first().map(|advice| (advice.name, advice.setting.as_str()));
    let party = result.blame.as_ref().map(|blame| blame.party);
    let defect = decisive(result).and_then(|finding| finding.judgement.defect);
    (result.verdict, party, defect, cure)
}

/// Up to so many results everything is shown: some 150 kB each.
const FEW: usize = 8;

/// Of so many different troubles one result is shown in full.
const MOST_SHOWN: usize = 20;
