//! Asks both routes again before a party is blamed: what failed through the proxy and was right
//! without it may have changed meanwhile, or may occur now and then on either route. Called by
//! [`super::route`] when all phases are over and something failed.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::fresh::with_query;
use super::leg::{LegRunner, Milestones, Order, Slots};
use super::open::Origin;
use super::route::{Legs, RouteRunner};
use crate::attribution::blame;
use crate::attribution::confirmed::Confirmed;
use crate::attribution::confirmed::Kind;
use crate::attribution::confirmed::{Shown, needs_more_requests};
use crate::attribution::direct;
use crate::attribution::direct::Beside;
use crate::attribution::proof::Repeated;
use crate::attribution::same_message::is_same_message;
use crate::checks::table;
use crate::model::check::Check;
use crate::model::evidence::Evidence;
use crate::model::exchange::{Exchange, ExchangeId, Leg};
use crate::model::finding::{Finding, Status};
use crate::model::probe::Purpose;
use crate::model::wsus::content::query_matters;

/// Findings of all phases.
type Judged = Vec<(Leg, Vec<Finding>)>;

impl RouteRunner<'_> {
    /// Sends again what would make the proxy guilty, over both routes. Where the server shows the
    /// same defect now, its later answer takes the place of the earlier one.
    pub(super) async fn confirm(&self, judged: &mut Judged, legs: &mut Legs) -> Confirmed {
        let mut confirmed = Confirmed::default();
        if self.proxy.is_none() || self.reference().is_some() {
            return confirmed;
        }
        let candidates = candidates(judged, legs);
        if candidates.is_empty() {
            return confirmed;
        }
        let mut is_direct_changed = false;
        let mut warm_without_proxy = None;
        for (kind, finding, proof) in candidates.into_iter().take(MOST) {
            let shown = if is_of_warm_file(&finding, judged) {
                if warm_without_proxy.is_none() {
                    warm_without_proxy = Some(self.warm_without_proxy(legs).await);
                }
                warm_without_proxy.as_ref().and_then(Option::as_ref).map(|evidence| {
                    let is_alike = is_alike(&finding, evidence);
                    if is_alike { Shown::ServerWhenWarm } else { Shown::ProxyOnly }
                })
            } else {
                self.ask_both(&finding, &proof, legs, &mut is_direct_changed).await
            };
            confirmed.0.extend(shown.map(|shown| (kind, shown)));
        }
        let direct = legs.evidence.iter_mut().find(|evidence| evidence.leg == Leg::Direct);
        if let (Some(direct), Some(Some(again))) = (direct, warm_without_proxy) {
            direct.again.repeats.extend(again.exchanges);
        }
        number_repeats(legs);
        if is_direct_changed {
            for (leg, findings) in judged.iter_mut().filter(|(leg, _)| *leg == Leg::Direct) {
                let Some(evidence) = legs.evidence.iter().find(|one| one.leg == *leg) else {
                    continue;
                };
                *findings = self.judge_phase(evidence);
            }
        }
        confirmed
    }

    /// Sends the request that proves the worst finding once more, alone, so that all that arrives
    /// at the reference origin meanwhile belongs to it. None where it does not fail again.
    pub(super) async fn prove(&self, judged: &Judged, legs: &mut Legs) -> Option<Repeated> {
        let Origin::Reference(reference) = &self.origin else { return None };
        let (leg, finding) = blame::worst_finding(judged.iter())?;
        if blame::by_nature(finding).is_some() {
            return None;
        }
        let position = legs.evidence.iter().position(|one| one.leg == leg)?;
        let proof = proof_of(finding, &legs.evidence[position], None)?.clone();
        let mark = reference.mark();
        let exchange = {
            let is_sibling = is_of_sibling(&proof, &legs.evidence[position]);
            let at = if is_sibling { Some(fresh(&proof.request.url)?) } else { None };
            self.repeat(leg, &proof, at, &legs.evidence[position]).await?
        };
        let arrived = reference.since(mark);
        let fails = still_fails(finding, &legs.evidence[position], &exchange).is_some();
        legs.evidence[position].again.repeats.push(exchange.clone());
        number_repeats(legs);
        fails.then_some(Repeated { exchange, arrived })
    }

    async fn ask_both(
        &self,
        finding: &Finding,
        proof: &Exchange,
        legs: &mut Legs,
        is_direct_changed: &mut bool,
    ) -> Option<Shown> {
        let position = |leg: Leg| legs.evidence.iter().position(|one| one.leg == leg);
        let (through, direct) = (position(finding.leg)?, position(Leg::Direct)?);
        let is_sibling = is_of_sibling(proof, &legs.evidence[through]);
        let at = || if is_sibling { fresh(&proof.request.url).map(Some) } else { Some(None) };
        let through_again = self.repeat(finding.leg, proof, at()?, &legs.evidence[through]).await?;
        let direct_again = self.repeat(Leg::Direct, proof, at()?, &legs.evidence[direct]).await?;
        let fails_through = still_fails(finding, &legs.evidence[through], &through_again).is_some();
        let fails_directly = still_fails(finding, &legs.evidence[direct], &direct_again);
        let is_same = match (through_again.answer(), direct_again.answer()) {
            (Some(one), Some(other)) => is_same_message(one, other),
            _ => false,
        };
        // What fails together with other answers may do so though this one is right by now.
        let is_as_before = match (through_again.answer(), proof.answer()) {
            (Some(again), Some(before)) => is_same_message(again, before),
            _ => true,
        };
        let shown = match (&fails_directly, fails_through) {
            (Some(_), _) => Shown::Server,
            (None, true) if is_same && !is_as_before => Shown::Once,
            (None, true) if is_same => Shown::Server,
            (None, true) => Shown::ProxyOnly,
            (None, false) => Shown::Once,
        };
        legs.evidence[through].again.repeats.push(through_again);
        if let Some(changed) = fails_directly {
            let earlier = legs.evidence[direct].exchange(proof.probe.purpose).cloned();
            let mut changed = changed;
            changed.again.repeats.extend(earlier);
            legs.evidence[direct] = changed;
            *is_direct_changed = true;
        } else {
            legs.evidence[direct].again.repeats.push(direct_again);
        }
        let may_be_first = shown == Shown::Once && finding.leg == Leg::Cold && !is_sibling;
        if may_be_first {
            let first = self.is_on_first_contact(finding, proof, legs, (through, direct));
            if Box::pin(first).await {
                return Some(Shown::FirstContact);
            }
        }
        Some(shown)
    }

    /// Whether the defect occurs through the proxy each time that a URL is asked for the first time,
    /// and not without it. The URLs are the same one with new queries.
    async fn is_on_first_contact(
        &self,
        finding: &Finding,
        proof: &Exchange,
        legs: &mut Legs,
        (through, direct): (usize, usize),
    ) -> bool {
        for _ in 0..FIRST_CONTACTS {
            for position in [through, direct] {
                let Some(url) = fresh_query(&proof.request.url) else { return false };
                let leg = legs.evidence[position].leg;
                let again = self.repeat(leg, proof, Some(url), &legs.evidence[position]).await;
                let Some(again) = again else { return false };
                // The checks look for the URL under test.
                let mut judged = again.clone();
                judged.request.url.clone_from(&proof.request.url);
                let fails = still_fails(finding, &legs.evidence[position], &judged).is_some();
                let status = again.answer().map(|answer| answer.head.status);
                legs.evidence[position].again.repeats.push(again);
                let is_as_expected =
                    if position == through { fails } else { !fails && is_success(status) };
                if !is_as_expected {
                    return false;
                }
            }
        }
        true
    }

    /// Sends the request of an exchange once more over the route of a phase; `at`: for another URL.
    async fn repeat(
        &self,
        leg: Leg,
        proof: &Exchange,
        at: Option<String>,
        evidence: &Evidence,
    ) -> Option<Exchange> {
        let milestones = Milestones::default();
        let order = Order::new(&milestones, None);
        let slots = Arc::new(Slots::new(1));
        let known_size = evidence.known_size;
        let _alone = self.context.alone(self.proxy.as_ref(), leg, &self.url).await;
        // With the condition that this phase sends, not with that of the other.
        let own = evidence.exchange(proof.probe.purpose).filter(|own| own.leg == leg);
        let mut again = own.unwrap_or(proof).clone();
        if let Some(url) = at {
            again = proof.clone();
            again.request.url = url;
        }
        let ask = async |mut runner: LegRunner<'_>| {
            // What is not answered at all need not be waited for as long again.
            runner.client.timeout = runner.client.timeout.min(PATIENCE);
            let mut lane = runner.client.lane();
            runner.once_more(&mut lane, &again, evidence).await
        };
        let later = self.with_runner(self.client(leg), known_size, &slots, order, ask).await;
        Some(Exchange { leg, ..later })
    }
}

/// One finding of each kind that would make the proxy guilty, the worst first, with the exchange
/// that shows it.
fn candidates(judged: &Judged, legs: &Legs) -> Vec<(Kind, Finding, Exchange)> {
    let of_direct = judged.iter().filter(|(leg, _)| *leg == Leg::Direct);
    let direct: Vec<&Finding> = of_direct.flat_map(|(_, findings)| findings).collect();
    let proxied = judged.iter().filter(|(leg, _)| *leg != Leg::Direct);
    let mut wrong: Vec<_> = proxied
        .flat_map(|(_, findings)| findings)
        .filter(|finding| blame::is_wrong(finding) && !needs_more_requests(finding))
        .filter(|finding| matches!(direct::beside(&direct, finding), Beside::Right(_)))
        .collect();
    wrong.sort_by_key(|finding| (blame::rank(finding), finding.leg));
    let mut kinds = HashSet::new();
    let candidate = |finding: &Finding| {
        let evidence = legs.evidence.iter().find(|one| one.leg == finding.leg)?;
        let without = legs.evidence.iter().find(|one| one.leg == Leg::Direct);
        let proof = proof_of(finding, evidence, without)?;
        let named = evidence
            .all_exchanges()
            .find(|one| Some(&one.id) == finding.judgement.exchanges.first())?;
        let kind = Kind::of(finding, named, is_of_sibling(proof, evidence))?;
        kinds.insert(kind.clone()).then(|| (kind, finding.clone(), proof.clone()))
    };
    wrong.into_iter().filter_map(candidate).collect()
}

/// The exchange that shows what a finding says: of several with different answers the one whose
/// answer is another without the proxy; where the same request was sent twice, the later.
fn proof_of<'e>(
    finding: &Finding,
    evidence: &'e Evidence,
    direct: Option<&Evidence>,
) -> Option<&'e Exchange> {
    let proof = &finding.judgement.exchanges;
    let all = || evidence.all_exchanges().filter(|exchange| exchange.leg == finding.leg);
    let named = || proof.iter().filter_map(|id| all().find(|exchange| exchange.id == *id));
    let differs = |exchange: &&Exchange| {
        let without = direct.and_then(|direct| direct.exchange(exchange.probe.purpose)?.answer());
        let Some((one, other)) = exchange.answer().zip(without) else { return direct.is_some() };
        !is_same_message(one, other)
    };
    if named().any(|exchange| exchange.probe.purpose == Purpose::WarmUp) {
        return None;
    }
    let first = named().find(differs).or_else(|| named().next())?;
    let is_same = |other: &&Exchange| {
        let same = |name| other.request.fields.first(name) == first.request.fields.first(name);
        proof.contains(&other.id)
            && other.request.url == first.request.url
            && other.probe.method == first.probe.method
            && ["range", "content-length"].into_iter().all(same)
    };
    let repeated = all().filter(is_same).max_by_key(|exchange| exchange.id);
    repeated.filter(|one| one.probe.purpose != Purpose::Redirect)
}

/// Whether a finding is of a file that was fetched whole before, and is right before that: one
/// request cannot show what does it.
fn is_of_warm_file(finding: &Finding, judged: &Judged) -> bool {
    let cold = judged.iter().filter(|(leg, _)| *leg == Leg::Cold);
    let mut same = cold.flat_map(|(_, findings)| findings).filter(|one| one.check == finding.check);
    finding.leg == Leg::Warm && same.any(blame::passes)
}

/// Whether other evidence has the defect of a finding, in whichever check: which request is the
/// first to meet it may depend on the time.
fn is_alike(finding: &Finding, evidence: &Evidence) -> bool {
    let of_profile = |check: &&&Check| check.profiles.contains(&evidence.profile);
    table::all().iter().filter(of_profile).any(|check| {
        let judgement = check.judge(evidence);
        judgement.status == finding.judgement.status && judgement.defect == finding.judgement.defect
    })
}

fn is_of_sibling(proof: &Exchange, evidence: &Evidence) -> bool {
    let mut siblings = evidence.siblings.iter().flat_map(|sibling| &sibling.evidence.exchanges);
    siblings.any(|exchange| exchange.request.url == proof.request.url)
}

/// The URL of another file like a sibling, which no one asked for yet.
pub(super) fn fresh(url: &str) -> Option<String> {
    let mut url = Url::parse(url).ok()?;
    let number = rand::random::<u32>();
    if let Some(query) = url.query() {
        let query = format!("{query}{number:08x}");
        url.set_query(Some(&query));
    } else {
        let (folder, file) = url.path().rsplit_once('/')?;
        let (size, rest) = file.split_once('.')?;
        let path = format!("{folder}/{size}.again-{number:08x}.{rest}");
        url.set_path(&path);
    }
    Some(url.into())
}

/// The same URL with a query that no one has used before; none where the query is its key.
fn fresh_query(url: &str) -> Option<String> {
    let url = Url::parse(url).ok().filter(|url| !query_matters(url))?;
    Some(with_query(&url, rand::random()).into())
}

fn is_success(status: Option<u16>) -> bool {
    matches!(status, Some(200 | 206))
}

/// The evidence with a later answer in its place, when the check of a finding still says the same
/// of it.
fn still_fails(finding: &Finding, evidence: &Evidence, later: &Exchange) -> Option<Evidence> {
    let changed = with_later(evidence, later);
    let judgement = finding.row.judge(&changed);
    let is_wrong = matches!(judgement.status, Status::Fail | Status::Inconclusive);
    (is_wrong && judgement.defect == finding.judgement.defect).then_some(changed)
}

/// The evidence with a later answer in place of the one with the same purpose: of the file under
/// test, or of the sibling that has one.
fn with_later(evidence: &Evidence, later: &Exchange) -> Evidence {
    let mut changed = evidence.clone();
    let purpose = later.probe.purpose;
    let replace = |exchanges: &mut [Exchange]| {
        let same = exchanges.iter_mut().find(|exchange| exchange.probe.purpose == purpose);
        if let Some(same) = same {
            let id = same.id;
            *same = Exchange { id, ..later.clone() };
        }
    };
    let is_sibling = |url: &str| {
        let file = |url: &str| url.rsplit('/').next().unwrap_or_default().to_owned();
        file(url) != file(&evidence.url)
    };
    let of_sibling = is_sibling(&later.request.url);
    for sibling in changed.siblings.iter_mut().filter(|_| of_sibling) {
        replace(&mut sibling.evidence.exchanges);
    }
    if !of_sibling || evidence.siblings.is_empty() {
        replace(&mut changed.exchanges);
    }
    changed
}

/// Numbers the repeats after all other exchanges.
fn number_repeats(legs: &mut Legs) {
    let all = legs.evidence.iter().flat_map(Evidence::all_exchanges);
    let last = all.map(|exchange| exchange.id.0).max().unwrap_or(0);
    let repeats = legs.evidence.iter_mut().flat_map(|one| &mut one.again.repeats);
    let new = repeats.filter(|exchange| exchange.id == ExchangeId(0));
    for (id, exchange) in (last + 1..).zip(new) {
        exchange.id = ExchangeId(id);
    }
}

/// Time for a request that is sent again.
const PATIENCE: Duration = Duration::from_secs(10);

/// First contacts that must all show a defect.
const FIRST_CONTACTS: usize = 2;

/// Kinds of defects that are asked for again.
const MOST: usize = 8;
