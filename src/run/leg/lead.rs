//! The first requests of a leg, in the order of a client: what they tell decides the rest. Called
//! by [`LegRunner::main`](super::LegRunner).

use std::sync::Arc;

use super::{Learned, LegRunner, SlottedLane, timed_out};
use crate::http::client::Lane;
use crate::model::evidence::stated_size;
use crate::model::exchange::Exchange;
use crate::model::failure::FailureKind;
use crate::model::probe::{Probe, Purpose};
use crate::run::{plan, plan_do};
use crate::wire::content_range::ContentRange;
use crate::wire::fields::ContentLength;

impl LegRunner<'_> {
    /// HEAD, first and next chunk. Whether the rest is worth sending. Opens the connections of
    /// the rest meanwhile, into `spares`.
    pub(super) async fn lead<'l>(
        &'l self,
        lane: &mut Lane<'_>,
        learned: &mut Learned,
        spares: &mut Vec<SlottedLane<'l>>,
    ) -> bool {
        let head = self.follow(lane, &Probe::head(Purpose::Head), learned).await;
        self.order.own.first_was_answered();
        if head.failure().is_some_and(|failure| ends_everything(&failure.kind)) {
            return false;
        }
        let stated = stated_size(head).filter(|&size| size > 0);
        learned.size = learned.size.or(stated);
        learned.last_modified = head
            .answer()
            .filter(|answer| answer.head.status == 200)
            .and_then(|answer| answer.head.fields.first("last-modified"))
            .map(str::to_owned);
        let head_answered = head.answer().is_some();
        let probe = match learned.size {
            Some(size) => plan::probe(Purpose::RangeFirst, size),
            None => Some(plan::first_range_of_unknown_size()),
        };
        // An empty file has no part; the checks say so.
        let Some(probe) = probe else { return true };
        let first = self.follow(lane, &probe, learned).await;
        let (first_timed_out, first_reused) = (timed_out(first), first.reused);
        if first.answer().is_none() && !head_answered {
            return false;
        }
        let total = total_of(first).or_else(|| whole_size(first));
        learned.size = learned.size.or(total);
        let Some(size) = learned.size else { return false };
        if let Some(probe) = self.planned(Purpose::RangeNext, size) {
            // Only beside a connection that has lasted: a server that serves one after the other
            // would wait on an idle one, should this one have to be opened anew.
            if first_reused && lane.is_kept() {
                let wanted = self.unordered(learned, size).len().min(self.lanes);
                // Where others hold the connections, they are opened later.
                let slot = || Arc::clone(&self.slots).try_acquire_owned().ok();
                let free = (1..wanted).map_while(|_| slot());
                let opened = |slot| (self.client.opened_lane(&learned.url), Some(slot));
                spares.extend(free.map(opened));
            }
            let next = self.follow(lane, &probe, learned).await;
            return !(first_timed_out && timed_out(next));
        }
        true
    }

    /// The first bytes and the first block of Delivery Optimization; the first bytes also without
    /// `Content-Length: 0` when they did not come with it. Where no answer states the size, HEAD is
    /// asked for it, and then the second block, which shows whether there are more. Whether the
    /// rest is worth sending.
    pub(super) async fn lead_do(&self, lane: &mut Lane<'_>, learned: &mut Learned) -> bool {
        let probe = plan_do::first_bytes(Purpose::DoFirstBytes);
        let first = self.follow(lane, &probe, learned).await;
        self.order.own.first_was_answered();
        if first.failure().is_some_and(|failure| ends_everything(&failure.kind)) {
            return false;
        }
        let (mut answered, was_late) = (first.answer().is_some(), timed_out(first));
        let is_part = first.answer().is_some_and(|answer| answer.head.status == 206);
        let mut size = learned.size.or_else(|| total_of(first)).or_else(|| whole_size(first));
        if !is_part && self.purposes.contains(&Purpose::DoWithoutLength) {
            let probe = plan_do::first_bytes(Purpose::DoWithoutLength);
            let without = self.follow(lane, &probe, learned).await;
            answered |= without.answer().is_some();
            size = size.or_else(|| total_of(without));
            if was_late && timed_out(without) {
                return false;
            }
        }
        if !answered {
            return false;
        }
        let probe = match size {
            Some(size) => plan::probe(Purpose::DoFirstBlock, size),
            None => Some(plan_do::first_block_of_unknown_size()),
        };
        learned.size = size;
        let Some(probe) = probe else { return false };
        let block = self.follow(lane, &probe, learned).await;
        let total = total_of(block);
        let both_late = was_late && timed_out(block);
        // Where the size stays unknown, a whole first block says that there may be more.
        let is_full = block.answer().is_some_and(|answer| {
            answer.head.status == 206 && answer.body.received >= plan_do::BLOCK
        });
        learned.size = size.or(total);
        if learned.size.is_none() && is_full && self.purposes.contains(&Purpose::DoHead) {
            let head = self.follow(lane, &Probe::head(Purpose::DoHead), learned).await;
            let stated = stated_size(head).filter(|&size| size >= plan_do::BLOCK);
            (learned.size, learned.has_head) = (stated, true);
        }
        if learned.size.is_none() && is_full && self.purposes.contains(&Purpose::DoMiddleBlock) {
            self.follow(lane, &plan_do::second_block_of_unknown_size(), learned).await;
        }
        (learned.size.is_some() || is_full) && !both_late
    }
}

/// The size of the whole file, by the length of a 200 that has it.
fn whole_size(exchange: &Exchange) -> Option<u64> {
    let answer = exchange.answer().filter(|answer| answer.head.status == 200)?;
    match answer.head.fields.content_length() {
        ContentLength::Valid { value: size @ 3.., .. } => Some(size),
        _ => None,
    }
}

/// The size of the file that a 206 states.
fn total_of(exchange: &Exchange) -> Option<u64> {
    let fields = &exchange.answer().filter(|answer| answer.head.status == 206)?.head.fields;
    let total = ContentRange::parse(fields.first("content-range")?).ok()?.total();
    total.filter(|&total| total > 0)
}

/// After these no other request can fare better.
fn ends_everything(kind: &FailureKind) -> bool {
    matches!(
        kind,
        FailureKind::NameNotResolved
            | FailureKind::CannotConnect
            | FailureKind::ConnectTimeout
            | FailureKind::SocksRefused
            | FailureKind::HttpPort { .. }
            | FailureKind::TunnelRefused(_)
            | FailureKind::CertificateInvalid
            | FailureKind::TlsFailed
            | FailureKind::Deadline
    )
}
