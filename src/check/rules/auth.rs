//! 407 anywhere: who was refused, and with which challenges.

use crate::probe::evidence::Evidence;
use crate::probe::exchange::{Exchange, ExchangeId};
use crate::probe::failure::FailureKind;
use crate::wire::auth::{Challenge, parse_challenges};
use crate::wire::head::ResponseHead;

/// All 407 answers of a leg.
pub(in crate::check) struct Refusals {
    /// The exchanges that got one, to a request or to CONNECT.
    pub(in crate::check) exchanges: Vec<ExchangeId>,
    /// Exchanges that were answered otherwise.
    pub(in crate::check) others: usize,
    /// The challenges, each scheme once.
    pub(in crate::check) challenges: Vec<Challenge>,
    /// A 407 without Proxy-Authenticate.
    pub(in crate::check) without_field: bool,
    /// A Proxy-Authenticate that does not follow the grammar.
    pub(in crate::check) malformed: Option<String>,
}

/// Collects them.
pub(in crate::check) fn refusals(evidence: &Evidence) -> Refusals {
    let mut refusals = Refusals {
        exchanges: Vec::new(),
        others: 0,
        challenges: Vec::new(),
        without_field: false,
        malformed: None,
    };
    for exchange in &evidence.exchanges {
        match refusing_head(exchange) {
            Some(head) => refusals.add(exchange.id, head),
            None if exchange.answer().is_some() => refusals.others += 1,
            None => {}
        }
    }
    refusals
}

/// Whether every answer of the leg was 407: then nothing else can be judged.
pub(in crate::check) fn refuses_everything(evidence: &Evidence) -> bool {
    let refusals = refusals(evidence);
    !refusals.exchanges.is_empty() && refusals.others == 0
}

impl Refusals {
    fn add(&mut self, id: ExchangeId, head: &ResponseHead) {
        self.exchanges.push(id);
        self.without_field |= !head.fields.has("proxy-authenticate");
        for value in head.fields.all("proxy-authenticate") {
            match parse_challenges(value) {
                Ok(challenges) => challenges.into_iter().for_each(|new| self.add_challenge(new)),
                Err(_) => self.malformed = Some(value.to_owned()),
            }
        }
    }

    fn add_challenge(&mut self, new: Challenge) {
        let known = |old: &Challenge| old.scheme.eq_ignore_ascii_case(&new.scheme);
        if self.challenges.len() < MOST_SCHEMES && !self.challenges.iter().any(known) {
            self.challenges.push(new);
        }
    }
}

fn refusing_head(exchange: &Exchange) -> Option<&ResponseHead> {
    let head = match &exchange.result {
        Ok(answer) => &answer.head,
        Err(failure) => match &failure.kind {
            FailureKind::TunnelRefused(head) => head,
            _ => return None,
        },
    };
    (head.status == 407).then_some(head)
}

/// Schemes kept; nobody offers more in earnest.
const MOST_SCHEMES: usize = 8;
