//! 407 and 401 anywhere: who was refused, and with which challenges.

use crate::model::evidence::Evidence;
use crate::model::exchange::{Exchange, ExchangeId};
use crate::model::failure::FailureKind;
use crate::wire::auth::{Challenge, parse_challenges};
use crate::wire::head::ResponseHead;

/// All 407 answers of a leg, or all 401 answers.
pub(in crate::checks) struct Refusals {
    /// The exchanges that got one, to a request or to CONNECT.
    pub(in crate::checks) exchanges: Vec<ExchangeId>,
    /// Exchanges that were answered otherwise.
    pub(in crate::checks) others: usize,
    /// The challenges, each scheme once.
    pub(in crate::checks) challenges: Vec<Challenge>,
    /// One came without the field of challenges, Proxy-Authenticate or WWW-Authenticate.
    pub(in crate::checks) without_field: bool,
    /// Such a field that does not follow the grammar.
    pub(in crate::checks) malformed: Option<String>,
}

/// Collects those of the proxy.
pub(in crate::checks) fn refusals(evidence: &Evidence) -> Refusals {
    collect(evidence, 407, "proxy-authenticate")
}

/// Whether the server refuses every request and offers a scheme that BITS answers by itself.
pub(in crate::checks) fn server_wants_the_account(evidence: &Evidence) -> Option<Refusals> {
    let refusals = collect(evidence, 401, "www-authenticate");
    (refusals.others == 0 && refusals.offers(IMPLICIT)).then_some(refusals)
}

fn collect(evidence: &Evidence, status: u16, field: &str) -> Refusals {
    let mut refusals = Refusals {
        exchanges: Vec::new(),
        others: 0,
        challenges: Vec::new(),
        without_field: false,
        malformed: None,
    };
    for exchange in &evidence.exchanges {
        match head_of(exchange).filter(|head| head.status == status) {
            Some(head) => refusals.add(exchange.id, head, field),
            None if exchange.answer().is_some() => refusals.others += 1,
            None => {}
        }
    }
    refusals
}

/// Whether every answer of the leg was 407: then nothing else can be judged.
pub(in crate::checks) fn refuses_everything(evidence: &Evidence) -> bool {
    let refusals = refusals(evidence);
    !refusals.exchanges.is_empty() && refusals.others == 0
}

impl Refusals {
    /// Whether one of these schemes is offered.
    pub(in crate::checks) fn offers(&self, schemes: &[&str]) -> bool {
        let is_one = |challenge: &Challenge| {
            schemes.iter().any(|scheme| scheme.eq_ignore_ascii_case(&challenge.scheme))
        };
        self.challenges.iter().any(is_one)
    }

    /// The schemes offered, cut to a readable length.
    pub(in crate::checks) fn schemes(&self) -> String {
        let schemes: Vec<_> =
            self.challenges.iter().map(|challenge| challenge.scheme.as_str()).collect();
        schemes.join(", ").chars().take(120).collect()
    }

    fn add(&mut self, id: ExchangeId, head: &ResponseHead, field: &str) {
        self.exchanges.push(id);
        self.without_field |= !head.fields.has(field);
        for value in head.fields.all(field) {
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

/// The head of the answer to a request, or to CONNECT.
fn head_of(exchange: &Exchange) -> Option<&ResponseHead> {
    match &exchange.result {
        Ok(answer) => Some(&answer.head),
        Err(failure) => match &failure.kind {
            FailureKind::TunnelRefused(head) => Some(head),
            _ => None,
        },
    }
}

/// Schemes that BITS answers without credentials of its own (Microsoft: Authentication in BITS).
pub(in crate::checks) const IMPLICIT: &[&str] = &["Negotiate", "NTLM"];

/// Schemes kept; nobody offers more in earnest.
const MOST_SCHEMES: usize = 8;
