//! Whose fault it is, told from the legs: the first leg that differs names the culprit.

use url::Url;

use super::confirmed::{Confirmed, Shown};
use crate::attribution::direct;
use crate::attribution::direct::Beside;
use crate::attribution::direction;
use crate::attribution::first_contact;
use crate::model::check::Group;
use crate::model::defect::Defect;
use crate::model::defect_name::status;
use crate::model::evidence::History;
use crate::model::exchange::{Exchange, Leg};
use crate::model::finding::{Finding, Level, Status};
use crate::model::job_kind::JobKind;
use crate::model::outcome::{Blame, Direction, LegReport, Party};
use crate::model::probe::Purpose;
use crate::wire::redirect::redirect_target;
use crate::wire::status::is_temporary;

/// Findings by leg, in the order direct, cold, warm.
type ByLeg = [(Leg, Vec<Finding>)];

/// What blame is told from.
pub(crate) struct Scene<'s> {
    pub(crate) legs: &'s ByLeg,
    pub(crate) reports: &'s [LegReport],
    /// Those of all legs.
    pub(crate) exchanges: Vec<&'s Exchange>,
    pub(crate) through_proxy: bool,
    /// What asking both routes again showed.
    pub(crate) confirmed: &'s Confirmed,
    /// The file was fetched whole without the proxy, whether or not its bytes can be proved right.
    pub(crate) came_directly: bool,
}

/// Who is to blame for what is wrong: first for what ends an ordinary job, then each other party
/// for the worst of what is its own fault. Empty when nothing is wrong.
pub(crate) fn blames(scene: &Scene<'_>) -> Vec<Blame> {
    let tested =
        || scene.legs.iter().filter(|(leg, _)| !scene.through_proxy || *leg != Leg::Direct);
    let Some((leg, finding)) = worst_finding(tested()) else { return Vec::new() };
    let mut blames = vec![scene.blame(leg, finding)];
    let mut others: Vec<_> = tested()
        .flat_map(|(leg, findings)| findings.iter().map(move |finding| (*leg, finding)))
        .filter(|(_, finding)| fails(finding))
        .collect();
    others.sort_by_key(|(leg, finding)| (rank(finding), *leg));
    for (leg, finding) in others {
        let own = [Some(scene.blame(leg, finding)), scene.endless(leg, finding)];
        for blame in own.into_iter().flatten() {
            let is_new = blames.iter().all(|other| other.party != blame.party);
            if is_new && matches!(blame.party, Party::Origin | Party::Proxy) {
                blames.push(blame);
            }
        }
    }
    blames
}

impl Scene<'_> {
    fn blame(&self, leg: Leg, finding: &Finding) -> Blame {
        let own = self.server_asks_too(finding).or_else(|| self.redirects_to_nowhere(finding));
        if let Some(blame) = own.or_else(|| by_nature(finding)) {
            return blame;
        }
        let blame = |party, direction, why: String| Blame { party, direction, why };
        let check = finding.check;
        if !self.through_proxy {
            return self.blame_without_proxy(leg, finding);
        }
        let brought = first_contact::brought(finding, &self.exchanges.iter().copied());
        let cold_passes =
            leg == Leg::Warm && self.on(Leg::Cold, check).is_some_and(passes) && !brought;
        let is_filling = self.only_while_filling(leg, finding);
        let beside = direct::beside(&self.direct(), finding);
        if let Some((party, why)) = self.evident(finding, beside) {
            return blame(party, None, why);
        }
        match beside {
            Beside::Same(_) => {
                let why = format!(
                    "{check} fails without the proxy as well: the server answers so itself."
                );
                return blame(Party::Origin, None, why);
            }
            Beside::Right(_) if cold_passes => {
                let why = format!(
                    "{check} passes without the proxy and on the first contact through it, and \
                     fails once the whole file was fetched: the proxy answers from its cache so."
                );
                return blame(Party::Proxy, Some(Direction::Cache), why);
            }
            Beside::Right(_) if is_filling => {
                let why = format!(
                    "{check} passes without the proxy. Through it, it fails while the whole file is \
                     being fetched, and the same range of a file that no one fetches is right: the \
                     proxy answers from what it stores."
                );
                return blame(Party::Proxy, Some(Direction::Cache), why);
            }
            Beside::Right(_) => {
                let (direction, how) = match self.way(finding) {
                    Some(known) => known,
                    None if brought => (None, FROM_THE_FIRST.to_owned()),
                    None => (None, String::new()),
                };
                let why = format!("{check} passes without the proxy and fails through it. {how}");
                return blame(Party::Proxy, direction, why.trim_end().to_owned());
            }
            Beside::Other(_) => {
                if let Some((direction, how)) = self.way(finding) {
                    let why = format!("{check} fails through the proxy in a way of its own. {how}");
                    return blame(Party::Proxy, direction, why);
                }
            }
            Beside::Nothing if let Some(direct) = self.reported(finding) => {
                let why = format!(
                    "{check} fails through the proxy, and without it the server fails as well ({}): \
                     the proxy reports that.",
                    direct.judgement.summary
                );
                return blame(Party::Origin, None, why);
            }
            Beside::Barred(_) | Beside::Nothing => {}
        }
        if self.proxy_serves_ranges(leg, finding) {
            let why = format!(
                "{check} fails where the proxy cuts ranges itself: the server ignores them, and \
                 through the proxy one range is right."
            );
            return blame(Party::Proxy, None, why);
        }
        if cold_passes || is_filling {
            let fails = if is_filling {
                "fails only while the whole file is being fetched"
            } else {
                "passes on the first contact and fails once the whole file was fetched"
            };
            let why = format!("{check} {fails}: a cache answers so.");
            return blame(Party::Proxy, Some(Direction::Cache), why);
        }
        let why = match beside {
            Beside::Barred(barrier) => format!(
                "The file was not reached without the proxy ({}), so it may be either.",
                barrier.judgement.summary
            ),
            Beside::Other(direct) => {
                let why = format!(
                    "{check} fails without the proxy as well, but in another way ({}). Fix the \
                     server first; the next check then shows whether the proxy has a fault too.",
                    direct.judgement.summary
                );
                return blame(Party::Origin, None, why);
            }
            _ => why_unknown(self.reports),
        };
        blame(Party::Unknown, None, why)
    }

    fn blame_without_proxy(&self, leg: Leg, finding: &Finding) -> Blame {
        let check = finding.check;
        let of_cache = |fails: &str| {
            let why = format!(
                "{check} {fails}: a cache before the server, or the server's own, answers so."
            );
            Blame { party: Party::Origin, direction: Some(Direction::Cache), why }
        };
        let brought = first_contact::brought(finding, &self.exchanges.iter().copied());
        if leg == Leg::Warm && self.on(Leg::Direct, check).is_some_and(passes) && !brought {
            return of_cache(
                "passes on the first contact and fails once the whole file was fetched",
            );
        }
        if self.only_while_filling(leg, finding) {
            return of_cache(
                "fails while the whole file is being fetched, and the same range of a file that no \
                 one fetches is right",
            );
        }
        let why = "No proxy was in the route: the server itself, or what stands before it, answers \
                   so.";
        Blame { party: Party::Origin, direction: None, why: why.to_owned() }
    }

    /// What asking both routes again showed of a finding that the direct phase does not have; none
    /// where it is the proxy's own.
    fn asked_again(&self, finding: &Finding) -> Option<(Party, String)> {
        let check = finding.check;
        let proof = self.proof(finding)?;
        let defect = finding.judgement.defect;
        match self.confirmed.shown(finding, proof)? {
            Shown::ProxyOnly => return None,
            Shown::FirstContact => {
                let why = format!(
                    "{check} fails through the proxy whenever a URL is asked for the first time, and \
                     passes without the proxy: the proxy answers so until it has stored the file."
                );
                return Some((Party::Proxy, why));
            }
            Shown::Server => {
                let why = format!(
                    "{check} fails through the proxy. Asked again, the server gives the same \
                     answer without the proxy as well."
                );
                return Some((Party::Origin, why));
            }
            Shown::ServerWhenWarm => {
                let why = format!(
                    "{check} fails once the whole file was fetched. The same requests in the same \
                     order show the same without the proxy: the server answers so."
                );
                return Some((Party::Origin, why));
            }
            Shown::Once => {}
        }
        let is_alike = |other: &&Finding| {
            other.judgement.status == Status::Fail
                && other.judgement.defect == defect
                && other.row.group == finding.row.group
        };
        let answers_so = |exchange: &&&Exchange| {
            let status = exchange.answer().map(|answer| answer.head.status);
            exchange.leg == Leg::Direct && status.is_some_and(is_temporary)
        };
        let is_passing = defect.and_then(status).is_some_and(is_temporary);
        let direct = self.direct();
        if direct.iter().copied().any(|other| is_alike(&other))
            || (is_passing && self.exchanges.iter().any(|one| answers_so(&one)))
        {
            let why = format!(
                "{check} fails through the proxy now and then. The server answers so now and then \
                 without the proxy as well."
            );
            return Some((Party::Origin, why));
        }
        // A file that no one asked for before gets the right answer from the server at once.
        let is_right_at_first = finding.row.group == Group::Multi
            && self
                .on(Leg::Direct, FIRST_CONTACT)
                .is_some_and(|one| check != FIRST_CONTACT && one.judgement.status == Status::Pass);
        // By chance alone a server would have failed without the proxy as well.
        let is_often = || {
            let proxied = self.legs.iter().filter(|(leg, _)| *leg != Leg::Direct);
            let wrong = proxied.flat_map(|(_, findings)| findings).filter(|one| is_wrong(one));
            let mut proofs: Vec<_> = wrong.filter_map(|other| self.proof(other)).collect();
            proofs.sort_by_key(|exchange| exchange.id);
            proofs.dedup_by_key(|exchange| exchange.id);
            proofs.len() >= OFTEN && !direct.iter().any(|one| is_wrong(one))
        };
        if is_right_at_first || (!is_passing && is_often()) {
            return None;
        }
        let why = format!(
            "{check} failed through the proxy. Asked again, both routes give the right answer, so \
             it may be either: an answer that occurs now and then, or only at first."
        );
        Some((Party::Unknown, why))
    }

    /// The party that more than a comparison of the phases shows to be at fault.
    fn evident(&self, finding: &Finding, beside: Beside<'_>) -> Option<(Party, String)> {
        let is_right = matches!(beside, Beside::Right(_));
        let asked_again = is_right.then(|| self.asked_again(finding)).flatten();
        let http = || Some((Party::Origin, self.breaks_http(finding)?));
        let whole = || Some((Party::Proxy, self.breaks_whole_file(finding, beside)?));
        asked_again.or_else(http).or_else(whole)
    }

    /// Where the whole file comes without the proxy, though nothing proves its bytes, and breaks off
    /// through it.
    fn breaks_whole_file(&self, finding: &Finding, beside: Beside<'_>) -> Option<String> {
        let is_broken = finding.check == CONTENT_HASH
            && finding.judgement.defect.is_some_and(|defect| defect != Defect::BytesDiffer);
        let is_proxys = self.came_directly && matches!(beside, Beside::Nothing);
        (is_broken && is_proxys).then(|| {
            format!("{} fails through the proxy; without it the file arrives whole.", finding.check)
        })
    }

    /// The findings without the proxy.
    fn direct(&self) -> Vec<&Finding> {
        of_leg(self.legs, Leg::Direct)
    }

    /// A failure of the server without the proxy that a gateway reports as this finding says.
    fn reported(&self, finding: &Finding) -> Option<&Finding> {
        let met = finding.judgement.defect?;
        self.direct().into_iter().find(|direct| {
            is_wrong(direct) && direct.judgement.defect.is_some_and(|own| direct::reports(met, own))
        })
    }

    /// The server that asks for credentials for a proxy, as it does without one.
    fn server_asks_too(&self, finding: &Finding) -> Option<Blame> {
        let defect = finding.judgement.defect?;
        let asks = matches!(defect, Defect::ProxyAuthentication | Defect::ProxyChallengeMissing);
        let is_same = |other: &&Finding| is_wrong(other) && other.judgement.defect == Some(defect);
        self.direct().into_iter().find(|other| asks && self.through_proxy && is_same(other))?;
        let why = "407 comes without the proxy as well: the server asks for credentials, or a \
                   proxy that the network puts before it.";
        Some(Blame { party: Party::Origin, direction: None, why: why.to_owned() })
    }

    /// The server that redirects a request to a host which cannot be reached.
    fn redirects_to_nowhere(&self, finding: &Finding) -> Option<Blame> {
        let defect = finding.judgement.defect?;
        let is_network = matches!(defect, Defect::NameNotResolved | Defect::CannotConnect);
        let exchange = self.proof(finding).filter(|_| is_network)?;
        let failure = exchange.failure()?;
        let host = |url: &str| Url::parse(url).ok()?.host_str().map(str::to_owned);
        let to = host(&exchange.request.url)?;
        let leads_there = |hop: &&&Exchange| {
            let from = Url::parse(&hop.request.url).ok();
            let target =
                hop.answer().zip(from).and_then(|(one, url)| redirect_target(&one.head, &url));
            hop.probe.purpose == Purpose::Redirect
                && hop.leg == exchange.leg
                && target.is_some_and(|url| url.as_str() == exchange.request.url)
        };
        let hop = self.exchanges.iter().find(leads_there)?;
        let from = host(&hop.request.url)?;
        let why =
            format!("{from} redirects the request to {to}, which cannot be reached: {failure}.");
        Some(Blame { party: Party::Origin, direction: None, why })
    }

    /// Where the server's own response to the same request breaks HTTP, so that a proxy must refuse
    /// or repair it (RFC 9112 6.3, RFC 9110 15.6.3).
    fn breaks_http(&self, finding: &Finding) -> Option<String> {
        let met = finding.judgement.defect?;
        let refuses = status(met).is_some_and(|status| matches!(status, 502..=504));
        let repairs = matches!(
            met,
            Defect::HeadLengthMissing | Defect::RangeLengthMissing | Defect::MultiLengthMissing
        );
        let proxied = self.proof(finding)?;
        let is_of_request = |direct: &Finding| {
            let exchanges = self.exchanges.iter().filter(|one| one.leg == Leg::Direct);
            let mut same = exchanges.filter(|one| one.probe.purpose == proxied.probe.purpose);
            same.any(|one| direct.judgement.exchanges.contains(&one.id))
        };
        let is_broken = |direct: &&Finding| {
            let is_noticed = matches!(direct.judgement.status, Status::Fail | Status::Warn);
            let explains = match direct.judgement.defect {
                Some(Defect::FramingConflict) => refuses || repairs,
                Some(Defect::HeadLengthInvalid | Defect::OddHead) => refuses,
                // HTTP/1.0 is no reason to refuse; a status line of HTTP/2 is.
                Some(Defect::OldVersion) => refuses && direct.judgement.status == Status::Fail,
                _ => false,
            };
            is_noticed && explains && is_of_request(direct)
        };
        let direct = self.direct().into_iter().find(is_broken)?;
        Some(format!(
            "{} fails through the proxy, and the server's own response to the same request breaks \
             HTTP ({}): a proxy must refuse or repair it.",
            finding.check, direct.judgement.summary
        ))
    }

    /// What is the proxy's own fault beside a fault that the server has too.
    fn endless(&self, leg: Leg, finding: &Finding) -> Option<Blame> {
        let direct = self.on(Leg::Direct, finding.check)?;
        if leg == Leg::Direct {
            return None;
        }
        let why = direction::endless(self.proof(finding)?, self.proof(direct)?)?;
        let why = format!("{}: {why}.", finding.check);
        Some(Blame { party: Party::Proxy, direction: Some(Direction::Response), why })
    }

    fn way(&self, finding: &Finding) -> Option<(Option<Direction>, String)> {
        let proxied = self.proof(finding)?;
        // A check that passes need not name its exchange.
        let same = |other: &&&Exchange| {
            other.leg == Leg::Direct && other.probe.purpose == proxied.probe.purpose
        };
        direction::way(finding.judgement.defect?, proxied, self.exchanges.iter().find(same)?)
    }

    /// Whether the proxy, and not the server, serves the ranges of a leg: directly one range is
    /// ignored, and on this leg it is right.
    fn proxy_serves_ranges(&self, leg: Leg, finding: &Finding) -> bool {
        let of_several = finding.row.group == Group::Multi;
        let one = |leg| self.on(leg, FIRST_RANGE).map(|finding| &finding.judgement);
        let ignored = Some(Defect::WholeFileForRange);
        of_several
            && one(Leg::Direct).is_some_and(|direct| direct.defect == ignored)
            && one(leg).is_some_and(|through| through.status == Status::Pass)
    }

    /// Whether the finding is of a file that another client fetches whole, and nothing else makes the
    /// same request fail on this leg: neither the usual order nor a first contact.
    fn only_while_filling(&self, leg: Leg, finding: &Finding) -> bool {
        if finding.row.history != Some(History::Filling) {
            return false;
        }
        let usual = match finding.row.group {
            Group::Multi => &["multi-two"][..],
            _ => &["range-middle", "do-overlap"][..],
        };
        let is_right = |check: &&str| self.on(leg, check).is_some_and(passes);
        let findings = self.legs.iter().filter(|(other, _)| *other == leg);
        let mut others = findings.flat_map(|(_, findings)| findings).filter(|other| {
            other.row.history.is_some_and(|history| history != History::Filling)
                && other.row.group == finding.row.group
        });
        usual.iter().any(is_right) && !others.any(is_wrong)
    }

    fn on(&self, leg: Leg, check: &str) -> Option<&Finding> {
        let (_, findings) = self.legs.iter().find(|(other, _)| *other == leg)?;
        findings.iter().find(|finding| finding.check == check)
    }

    fn proof(&self, finding: &Finding) -> Option<&Exchange> {
        let id = finding.judgement.exchanges.first()?;
        self.exchanges.iter().copied().find(|exchange| exchange.id == *id)
    }
}

/// The finding that somebody is to be blamed for: what ends an ordinary job first.
pub(crate) fn worst_finding<'f>(
    legs: impl Iterator<Item = &'f (Leg, Vec<Finding>)>,
) -> Option<(Leg, &'f Finding)> {
    legs.flat_map(|(leg, findings)| findings.iter().map(move |finding| (*leg, finding)))
        .filter(|(_, finding)| is_wrong(finding))
        .min_by_key(|(leg, finding)| (rank(finding), *leg))
}

/// The blame for defects that name their culprit themselves.
pub(crate) fn by_nature(finding: &Finding) -> Option<Blame> {
    let party = party_by_nature(finding.judgement.defect?)?;
    let mut summary = finding.judgement.summary.chars();
    let first = summary.next()?.to_uppercase();
    let why = format!("{first}{}.", summary.as_str());
    Some(Blame { party, direction: None, why })
}

/// What is wrong without the proxy and right through it: the proxy hides that the server is at
/// fault, or goes where the direct way does not.
pub(crate) fn hidden_fault(legs: &ByLeg) -> Option<String> {
    let direct = of_leg(legs, Leg::Direct);
    let is_mended = |finding: &Finding| {
        let mut same = legs
            .iter()
            .filter(|(leg, _)| *leg != Leg::Direct)
            .flat_map(|(_, findings)| findings)
            .filter(|other| other.check == finding.check)
            .peekable();
        same.peek().is_some() && same.all(passes)
    };
    if let Some(barrier) = direct::barrier(&direct) {
        return is_mended(barrier).then(|| {
            format!(
                "The file was not reached without the proxy ({}), and through it it was: the direct \
                 leg tells nothing of the server.",
                barrier.judgement.summary
            )
        });
    }
    let mended = direct.into_iter().find(|finding| fails(finding) && is_mended(finding))?;
    Some(format!(
        "The proxy hides a fault of the server: {} fails without it ({}). Clients that reach the \
         server another way will meet it.",
        mended.check, mended.judgement.summary
    ))
}

fn of_leg(legs: &ByLeg, leg: Leg) -> Vec<&Finding> {
    legs.iter().filter(|(of, _)| *of == leg).flat_map(|(_, findings)| findings).collect()
}

fn why_unknown(reports: &[LegReport]) -> String {
    let direct = reports.iter().find(|report| report.leg == Leg::Direct);
    match direct.and_then(|report| report.skipped.as_ref()) {
        Some(why) => {
            format!("The server could not be asked without the proxy ({why}), so it may be either.")
        }
        None => "There was nothing to compare with, so it may be the proxy or the server.".into(),
    }
}

/// What is worth blaming somebody for: failures, and what could not be judged for a known reason.
pub(crate) fn is_wrong(finding: &Finding) -> bool {
    let is_wrong = matches!(finding.judgement.status, Status::Fail | Status::Inconclusive);
    // Nobody is to blame for what could not be judged.
    let is_somebodys = finding
        .judgement
        .defect
        .is_some_and(|defect| !matches!(defect, Defect::EmptyFile | Defect::NotJudged));
    is_wrong && finding.level >= Level::Recommended && is_somebodys
}

fn fails(finding: &Finding) -> bool {
    finding.judgement.status == Status::Fail && finding.level == Level::Required
}

pub(crate) fn passes(finding: &Finding) -> bool {
    matches!(finding.judgement.status, Status::Pass | Status::Warn)
}

/// What ends an ordinary job comes first, then other failures of the gate, then the rest.
pub(crate) fn rank(finding: &Finding) -> u8 {
    let row = finding.row;
    match finding.judgement.status {
        Status::Fail if row.level == Level::Required => {
            match (row.jobs.contains(&JobKind::Download), finding.spoils_file()) {
                (true, false) => 0,
                (true, true) => 1,
                (false, _) => 2,
            }
        }
        Status::Inconclusive => 3,
        _ => 4,
    }
}

/// Requests that fail through the proxy, and none without it, that are no chance.
const OFTEN: usize = 4;

/// Defects that name their culprit themselves.
fn party_by_nature(defect: Defect) -> Option<Party> {
    match defect {
        Defect::NameNotResolved | Defect::CannotConnect => Some(Party::Network),
        Defect::ProxyAuthentication | Defect::ProxyChallengeMissing | Defect::SocksRefused => {
            Some(Party::Proxy)
        }
        // The server itself sent the file.
        Defect::OtherFile | Defect::TunnelRefused(_) => Some(Party::Proxy),
        _ => None,
    }
}

/// Why it is not the cache.
const FROM_THE_FIRST: &str = "It answered so on the first contact already, where there was less \
                              to compare with.";

/// The check of several ranges of a file that no one asked for before.
const FIRST_CONTACT: &str = "multi-first-contact";

/// The check of the first range that is asked.
const FIRST_RANGE: &str = "range-first";

/// The check of the whole file.
const CONTENT_HASH: &str = "content-hash";

#[cfg(test)]
mod tests;
