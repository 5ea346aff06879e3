//! What a run of many cells keeps of its evidence, whose exchanges would fill the memory: nothing
//! of what passes, and of the rest the exchanges that prove best what is not right. The sums of
//! all stay, and a note says what is left out. Called by [`super::matrix`].

use std::collections::HashSet;
use std::fmt::Write as _;

use bytes::Bytes;

use crate::model::exchange::{Exchange, ExchangeId, Leg};
use crate::model::finding::{Finding, Status};
use crate::model::outcome::{RouteResult, Traffic};
use crate::model::verdict::Verdict;
use crate::wire::fields::Fields;
use crate::wire::head::ResponseHead;

impl RouteResult {
    /// Keeps what a run of many cells has room for.
    pub(super) fn keep_little(&mut self) {
        if self.verdict == Verdict::Pass {
            self.keep(&[]);
            self.notes.push(String::from(FORGOTTEN));
            return;
        }
        let count = self.exchanges.len();
        self.keep(&proofs(&self.findings, self.proxy.is_some()));
        self.exchanges.iter_mut().for_each(shrink);
        self.notes.push(format!(
            "Of {count} exchanges the {} that prove best what is not right are kept, without \
             bodies of more than {} KiB and of heads of more than {} KiB the first fields: a run \
             of this size has no room for more. Check this proxy and target alone to see all.",
            self.exchanges.len(),
            MOST_BODY >> 10,
            MOST_HEAD >> 10,
        ));
    }

    /// Keeps the exchanges of these ids, and the sums of all others.
    fn keep(&mut self, ids: &[ExchangeId]) {
        let all = self.traffic();
        self.forgotten = Traffic::default();
        self.exchanges.retain(|exchange| ids.contains(&exchange.id));
        self.exchanges.shrink_to_fit();
        self.forgotten = all.without(self.traffic());
        for finding in &mut self.findings {
            let judgement = &mut finding.judgement;
            judgement.exchanges.retain(|id| ids.contains(id));
            judgement.exchanges.shrink_to_fit();
            cut(&mut judgement.summary, MOST_TEXT);
            cut(&mut judgement.reason, MOST_TEXT);
        }
        self.findings.shrink_to_fit();
    }
}

/// The exchanges that prove what is not right, best first: one for each defect, one for each
/// finding, then the others.
fn proofs(findings: &[Finding], through_proxy: bool) -> Vec<ExchangeId> {
    // With a proxy in the route the direct leg only tells who is to blame.
    let is_reference = |finding: &Finding| through_proxy && finding.leg == Leg::Direct;
    let is_wrong = |finding: &&Finding| finding.judgement.status > Status::Pass;
    let mut wrong: Vec<&Finding> = findings.iter().filter(is_wrong).collect();
    wrong.sort_by_key(|one| (is_reference(one), std::cmp::Reverse(one.judgement.status)));
    let mut known = HashSet::new();
    let (new, alike): (Vec<&Finding>, Vec<_>) = wrong.iter().copied().partition(|finding| {
        known.insert((finding.judgement.status as u8, finding.judgement.defect))
    });
    let first = new.into_iter().chain(alike).filter_map(|one| one.judgement.exchanges.first());
    let others = wrong.iter().flat_map(|finding| &finding.judgement.exchanges);
    let mut seen = HashSet::new();
    first.chain(others).copied().filter(|id| seen.insert(*id)).take(MOST_EXCHANGES).collect()
}

/// Leaves out what is large.
fn shrink(exchange: &mut Exchange) {
    let Ok(answer) = &mut exchange.result else { return };
    let body = &mut answer.body;
    // A copy, as the bytes may be part of a larger buffer.
    let is_kept = body.data.len() <= MOST_BODY;
    body.data = if is_kept { Bytes::copy_from_slice(&body.data) } else { Bytes::new() };
    answer.interim.truncate(MOST_INTERIM);
    answer.interim.iter_mut().chain([&mut answer.head]).for_each(shrink_head);
}

fn shrink_head(head: &mut ResponseHead) {
    if head.raw.len() <= MOST_HEAD {
        return;
    }
    head.raw = Bytes::new();
    let (mut fields, mut room) = (Fields::default(), MOST_HEAD);
    for field in head.fields.iter() {
        let mut value = field.value.clone();
        cut(&mut value, MOST_TEXT / 2);
        let length = field.name.len() + value.len();
        if length > room {
            break;
        }
        room -= length;
        fields.push(field.name.as_str(), value);
    }
    head.fields = fields;
    cut(&mut head.reason, MOST_TEXT);
}

/// Cuts a text, and says so at its end.
fn cut(text: &mut String, limit: usize) {
    if text.len() > limit {
        let end = text.floor_char_boundary(limit);
        let left_out = text.len() - end;
        text.truncate(end);
        // Writing to a String cannot fail.
        let _ = write!(text, " ... ({left_out} bytes more)");
    }
    text.shrink_to_fit();
}

/// Exchanges that are kept of a cell that does not pass.
const MOST_EXCHANGES: usize = 8;

/// Bytes of a body that is kept. Only of answers in several parts a report shows more than the
/// size, and those that are asked for are small.
const MOST_BODY: usize = 2 << 10;

/// Bytes of a head that is kept whole; of a larger one so many bytes of fields.
const MOST_HEAD: usize = 4 << 10;

/// Interim answers that are kept.
const MOST_INTERIM: usize = 2;

/// Bytes of a text about a finding.
const MOST_TEXT: usize = 1 << 10;

const FORGOTTEN: &str = "The exchanges of what passes are left out in a run of this size; check \
                         this proxy and target alone to see them.";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::wire::head::parse_response_head;

    fn result(name: &str) -> RouteResult {
        sample::named(name).results.remove(0)
    }

    #[test]
    fn what_passes_keeps_its_sums_only() {
        let mut result = result("pass");
        let before = result.traffic();
        assert_eq!((before.requests, before.bytes > 0), (2, true));
        result.keep_little();
        assert!(result.exchanges.is_empty());
        assert_eq!(result.traffic(), before);
    }

    #[test]
    fn the_worst_keeps_its_proof_and_no_finding_names_what_is_gone() {
        let mut result = result("fail");
        let mut exchange = result.exchanges[1].clone();
        for id in 10..40 {
            exchange.id = ExchangeId(id);
            exchange.first_attempt = exchange.failure().cloned();
            result.exchanges.push(exchange.clone());
            let mut finding = result.findings[2].clone();
            finding.judgement.exchanges = vec![exchange.id];
            result.findings.push(finding);
        }
        let before = result.traffic();
        result.keep_little();
        assert_eq!(result.exchanges.len(), MOST_EXCHANGES);
        assert_eq!(result.traffic(), before);
        // The first proof of the failure, and that of the warning though it comes late.
        let kept: Vec<ExchangeId> = result.exchanges.iter().map(|one| one.id).collect();
        assert!(kept.contains(&ExchangeId(2)) && kept.contains(&ExchangeId(1)), "{kept:?}");
        let named = result.findings.iter().flat_map(|finding| &finding.judgement.exchanges);
        assert!(named.into_iter().all(|id| kept.contains(id)));
        assert!(result.notes.iter().any(|note| note.starts_with("Of 33 exchanges the 8 ")));
    }

    #[test]
    fn large_heads_bodies_and_texts_are_cut() {
        let mut result = result("fail");
        let head = format!("HTTP/1.1 200 OK\r\nA: 1\r\nX: {}\r\n", "ä".repeat(9000));
        let head = head + &"Z: 0123456789\r\n".repeat(2000) + "\r\n";
        let Ok(answer) = &mut result.exchanges[1].result else { panic!("an answer") };
        answer.head = parse_response_head(head.as_bytes()).unwrap().unwrap();
        answer.body.data = Bytes::from(vec![0; MOST_BODY + 1]);
        answer.interim = vec![answer.head.clone(); 9];
        result.findings[1].judgement.reason = "long ".repeat(10_000);
        result.keep_little();
        let kept = result.exchanges.iter().find(|one| one.id == ExchangeId(2)).unwrap();
        let answer = kept.answer().unwrap();
        assert!(answer.body.data.is_empty() && answer.body.received == 16_384);
        assert_eq!(answer.interim.len(), MOST_INTERIM);
        for head in answer.interim.iter().chain([&answer.head]) {
            let size: usize = head.fields.iter().map(|one| one.name.len() + one.value.len()).sum();
            assert!(head.raw.is_empty() && size <= MOST_HEAD, "{size}");
            assert_eq!(head.fields.first("a"), Some("1"));
            assert!(head.fields.first("x").unwrap().ends_with(" bytes more)"));
        }
        let reason = &result.findings[1].judgement.reason;
        assert!(reason.len() < MOST_TEXT + 40 && reason.ends_with(" bytes more)"), "{reason}");
    }
}
