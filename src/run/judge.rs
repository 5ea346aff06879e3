//! What the legs of one target over one route mean together: findings, verdict, job, blame,
//! advice. Called by [`super::route`] when all legs are over.

use super::open::Origin;
use super::route::{Legs, RouteRunner};
use super::{content, notes, recognise};
use crate::attribution::confirmed::Confirmed;
use crate::attribution::proof::Repeated;
use crate::attribution::{blame, proof, target_usable};
use crate::model::evidence::{Evidence, Whole};
use crate::model::exchange::{Exchange, Leg};
use crate::model::finding::{Finding, Status};
use crate::model::job::{Job, Jobs};
use crate::model::journal::LoggedRequest;
use crate::model::outcome::{Blame, Direction, Party, RouteResult, Traffic};
use crate::model::profile::Profile;
use crate::model::target::{Route, Target};
use crate::model::verdict;
use crate::predict::job;
use crate::products;

impl RouteRunner<'_> {
    /// What went before over the same route, where proxy and target are the same for all profiles.
    fn not_first(&self) -> Option<String> {
        let first = *self.context.settings.profiles.first()?;
        let is_shared =
            matches!(self.route, Route::Proxy(_)) && matches!(self.target, Target::Url(_));
        (is_shared && first != self.profile).then(|| {
            format!(
                "The requests of profile {first} went before, so that the cold leg was not as cold \
                 as theirs. --profile {} alone shows how this client fares first.",
                self.profile
            )
        })
    }

    /// The findings of each phase.
    pub(super) fn judge_phases(&self, legs: &mut Legs) -> Vec<(Leg, Vec<Finding>)> {
        show_earlier(&mut legs.evidence);
        show_direct(&mut legs.evidence);
        let of_phase = |evidence: &Evidence| (evidence.leg, self.judge_phase(evidence));
        legs.evidence.iter().map(of_phase).collect()
    }

    pub(super) fn judge_phase(&self, evidence: &Evidence) -> Vec<Finding> {
        let checks = &self.context.settings.checks;
        self.context.judge(evidence, checks, self.route, self.target)
    }

    pub(super) fn judge(
        &self,
        legs: Legs,
        judged: Vec<(Leg, Vec<Finding>)>,
        confirmed: &Confirmed,
        repeated: Option<&Repeated>,
    ) -> RouteResult {
        // With a proxy in the route the direct leg only tells who is to blame.
        let is_reference = |leg: Leg| self.proxy.is_some() && leg == Leg::Direct;
        let tested: Vec<&[Finding]> = judged
            .iter()
            .filter(|(leg, _)| !is_reference(*leg))
            .map(|(_, findings)| findings.as_slice())
            .collect();
        let verdict = tested.iter().map(|findings| verdict::verdict_of(findings)).max();
        let jobs = worst_jobs(&tested, self.profile);
        // What is required but was not tried, as several ranges in a tiny file, is never a pass.
        let require = self.context.settings.policy.require;
        let verdict = verdict.map(|verdict| {
            let is_unproved = jobs.is_unproved(require);
            if is_unproved { verdict.max(verdict::Verdict::Inconclusive) } else { verdict }
        });
        let through_proxy = self.proxy.is_some();
        // Those for the file under test, of which the journal speaks.
        let sent = || {
            let all = legs
                .evidence
                .iter()
                .flat_map(|leg| leg.exchanges.iter().chain(&leg.again.replaced));
            all.filter(|exchange| is_for(&exchange.request.url, self.url.as_str()))
        };
        let blames = match &self.origin {
            Origin::Reference(_) => {
                self.proved_blame(&judged, &legs, repeated).into_iter().collect()
            }
            _ => blame::blames(&blame::Scene {
                legs: &judged,
                reports: &legs.reports,
                exchanges: legs.evidence.iter().flat_map(Evidence::all_exchanges).collect(),
                through_proxy,
                confirmed,
                came_directly: legs.evidence.iter().any(|one| {
                    one.leg == Leg::Direct && matches!(one.whole, Some(Whole::Came { .. }))
                }),
            }),
        };
        let mut notes = content::notes(&legs.evidence);
        notes.extend(notes::notes(&legs.evidence, &legs.reports, self.context.settings));
        notes.extend(blame::hidden_fault(&judged).filter(|_| through_proxy));
        let arrivals = arrivals_for(&legs, self.url.as_str());
        notes.extend(proof::notes(&sent(), &arrivals));
        let fetches_whole = proof::whole_files(sent(), &arrivals) > 0;
        notes.extend(legs.remarks.iter().cloned());
        notes.extend(self.not_first());
        notes.extend(notes::order(&legs.evidence, self.profile));
        let recognised = recognise::recognise(&legs.evidence, self.reference().is_some());
        let unreached = self.unreached(&legs);
        let unusable = target_usable::why_unusable(&legs.evidence, &legs.reports)
            .filter(|_| !matches!(self.origin, Origin::Reference(_)));
        let (verdict, jobs, blames) = match unreached {
            Some(blame) => (None, job::predict_all(&[], self.profile), vec![blame]),
            None if unusable.is_some() => (None, jobs, Vec::new()),
            None if only_notes(&tested) => (verdict, jobs, Vec::new()),
            None => (verdict, jobs, blames),
        };
        let has_fixes = unusable.is_none() && !only_notes(&tested);
        let mut blames = blames.into_iter();
        let findings: Vec<Finding> =
            judged.into_iter().flat_map(|(_, findings)| findings).collect();
        let exchanges: Vec<Exchange> =
            legs.evidence.into_iter().flat_map(Evidence::into_exchanges).collect();
        RouteResult {
            target: self.target.to_string(),
            proxy: self.route.label(),
            names: self.context.names.clone(),
            signs_in: self.proxy.as_ref().is_some_and(|proxy| proxy.credentials.is_some()),
            profile: self.profile,
            verdict: verdict.unwrap_or(verdict::Verdict::Inconclusive),
            is_strict: self.context.settings.policy.is_strict,
            require,
            jobs,
            blame: blames.next(),
            also_to_blame: blames.collect(),
            // The sentence says what to do; no setting of a product makes such a target usable.
            advice: if has_fixes {
                products::advise(&findings, &exchanges, &recognised, self.route.label().as_deref())
            } else {
                Vec::new()
            },
            unusable,
            recognised,
            legs: legs.reports,
            notes,
            findings,
            fetches_whole,
            forgotten: Traffic::default(),
            exchanges,
        }
    }

    /// The blame by what arrived at the reference origin for the file that the worst finding is
    /// about: the one under test, or a sibling of it.
    fn proved_blame(
        &self,
        judged: &[(Leg, Vec<Finding>)],
        legs: &Legs,
        repeated: Option<&Repeated>,
    ) -> Option<Blame> {
        let all = || legs.evidence.iter().flat_map(Evidence::all_exchanges);
        let (_, worst) = blame::worst_finding(judged.iter())?;
        let id = worst.judgement.exchanges.first();
        let exchange = all().find(|exchange| Some(&exchange.id) == id);
        let url = exchange.map_or(self.url.as_str(), |exchange| &exchange.request.url);
        proof::blame(judged, all(), &arrivals_for(legs, url), repeated)
    }

    /// When the proxy answers, but nothing ever arrived at the reference origin: it cannot reach
    /// the origin, or is not allowed to, and nothing can be concluded.
    fn unreached(&self, legs: &Legs) -> Option<Blame> {
        let Origin::Reference(reference) = &self.origin else { return None };
        let head = legs.evidence.first()?.opening()?.answer()?;
        let nothing_arrived = legs.arrivals.iter().all(|(_, arrived)| arrived.is_empty());
        if !nothing_arrived || matches!(head.head.status, 200 | 206 | 407) {
            return None;
        }
        let why = format!(
            "The proxy answered with {}, and nothing arrived at the reference origin: it \
             cannot reach http://{}, or may not. Open that address and port for it, name another \
             with --origin-listen and --origin-url, or name the URL of a file that it can reach.",
            head.head.status,
            reference.address()
        );
        Some(Blame { party: Party::Network, direction: Some(Direction::Request), why })
    }
}

/// Lets the warm phase be compared with the one before it over the same route.
fn show_earlier(legs: &mut [Evidence]) {
    let Some(warm) = legs.iter().position(|evidence| evidence.leg == Leg::Warm) else { return };
    let is_same_route = |one: &&Evidence| one.through_proxy == legs[warm].through_proxy;
    let earlier = legs[..warm].iter().rev().find(is_same_route).cloned();
    legs[warm].earlier = earlier.map(Box::new);
}

/// Lets each leg through the proxy be compared with what the server itself sent.
fn show_direct(legs: &mut [Evidence]) {
    let Some(direct) = legs.iter().find(|evidence| evidence.leg == Leg::Direct).cloned() else {
        return;
    };
    for evidence in legs.iter_mut().filter(|evidence| evidence.through_proxy) {
        evidence.direct = Some(Box::new(direct.clone()));
    }
}

/// What arrived for the file at `url`. A proxy may ask for it under another host or folder.
fn arrivals_for(legs: &Legs, url: &str) -> Vec<(Leg, Vec<LoggedRequest>)> {
    let is_wanted = |request: &&LoggedRequest| {
        let target = request.line.split(' ').nth(1).unwrap_or_default();
        is_for(target, url)
    };
    let of_leg = |requests: &[LoggedRequest]| requests.iter().filter(is_wanted).cloned().collect();
    legs.arrivals.iter().map(|(leg, requests)| (*leg, of_leg(requests))).collect()
}

/// Whether two URLs or targets name the same file, in whichever folder.
fn is_for(target: &str, url: &str) -> bool {
    target.rsplit('/').next() == url.rsplit('/').next()
}

/// Whether nothing is wrong but what changes no verdict: then no one is at fault.
fn only_notes(tested: &[&[Finding]]) -> bool {
    let wrong = tested.iter().flat_map(|findings| findings.iter());
    let mut wrong = wrong.filter(|one| one.judgement.status >= Status::Inconclusive).peekable();
    wrong.peek().is_some() && wrong.all(Finding::is_note)
}

/// Of each kind the job of the leg on which it fares worst, the earlier one when they fare alike.
fn worst_jobs(legs: &[&[Finding]], profile: Profile) -> Jobs {
    let of_legs: Vec<Jobs> =
        legs.iter().map(|findings| job::predict_all(findings, profile)).collect();
    let worst = |of_kind: fn(&Jobs) -> Option<&Job>| {
        of_legs.iter().rev().filter_map(of_kind).max_by_key(|job| job.badness()).cloned()
    };
    let nothing = job::predict_all(&[], profile);
    Jobs {
        download: worst(|jobs| Some(&jobs.download)).unwrap_or(nothing.download),
        ranges: worst(|jobs| jobs.ranges.as_ref()).or(nothing.ranges),
    }
}
