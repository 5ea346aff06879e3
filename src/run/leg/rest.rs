//! What needs no order: side by side on a few connections, and at last another client's look.
//! Called by [`LegRunner::main`](super::LegRunner).

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::{Learned, LegRunner, Slots, SlottedLane, witness_closes};
use crate::advice::catalog;
use crate::bits::profile::Profile;
use crate::probe::client::SocketClient;
use crate::probe::exchange::Exchange;
use crate::probe::probe::{Probe, Purpose};
use crate::probe::witness::Witness;
use crate::run::{plan, plan_do};

impl LegRunner<'_> {
    /// The probes that need no order. The one whose answer is cut off comes last, since nothing
    /// can follow it on its connection.
    pub(super) fn unordered(&self, learned: &Learned, size: u64) -> Vec<Probe> {
        const LEAD: [Purpose; 6] = [
            Purpose::Head,
            Purpose::RangeFirst,
            Purpose::RangeNext,
            Purpose::DoFirstBytes,
            Purpose::DoWithoutLength,
            Purpose::DoFirstBlock,
        ];
        let is_conditional = learned.last_modified.is_some();
        let purposes = self.purposes.iter();
        let mut probes: Vec<Probe> = purposes
            .filter(|purpose| !LEAD.contains(purpose) && !purpose.is_last_look())
            .filter(|purpose| !purpose.is_delayed())
            .filter(|&&purpose| purpose != Purpose::RangeUnconditional || is_conditional)
            .filter_map(|&purpose| plan::probe(purpose, size))
            .collect();
        match self.profile {
            Profile::Bits => probes.sort_by_key(|probe| probe.purpose == Purpose::RangeWhole),
            Profile::Do => probes.shuffle(&mut StdRng::seed_from_u64(self.seed)),
        }
        probes
    }

    /// Sends the probes that need no order, on these lanes and some more, and the last look after
    /// them. That need not wait until all lanes have been watched for what comes late: it begins
    /// as soon as connections are free.
    pub(super) async fn rest<'l>(
        &'l self,
        mut lanes: Vec<SlottedLane<'l>>,
        learned: &Learned,
        size: u64,
        slots: &'l Slots,
    ) -> Vec<Exchange> {
        let shares = shares(self.unordered(learned, size), self.lanes);
        lanes.resize_with(self.lanes, || (self.client.lane(), None));
        // One permit for each lane that has asked all of its share.
        let asked = Semaphore::new(0);
        let runs = lanes.into_iter().zip(shares).map(async |((mut lane, mut slot), probes)| {
            for probe in probes {
                if slot.is_none() {
                    slot = slots.acquire().await.ok();
                }
                let mut learned = Learned { size: Some(size), ..learned.clone() };
                self.follow(&mut lane, &probe, &mut learned).await;
            }
            asked.add_permits(1);
            lane.finish().await
        });
        let last_look = async {
            let witness = self.witness(learned);
            let _all_asked = asked.acquire_many(self.lanes as u32).await;
            // The judging needs the products. Reading them takes a moment, which is free while the
            // lanes are watched; before, it would hold up the answers.
            spawn_blocking(catalog::products);
            self.last_look(&witness, learned, size, slots).await
        };
        let (exchanges, last) = tokio::join!(join_all(runs), last_look);
        exchanges.into_iter().flatten().chain(last).collect()
    }

    pub(super) fn witness(&self, learned: &Learned) -> Witness {
        let SocketClient { dialer, timeout, deadline, .. } = &self.client;
        Witness::new(dialer, &learned.url, *timeout, *deadline)
    }

    /// HEAD and the first range or block once more, by the independent client on new connections.
    pub(super) async fn last_look(
        &self,
        witness: &Witness,
        learned: &Learned,
        size: u64,
        slots: &Slots,
    ) -> Vec<Exchange> {
        let client = &self.client;
        let last = self.purposes.iter().filter(|purpose| purpose.is_last_look());
        let probes = last.filter_map(|&purpose| plan::probe(purpose, size));
        let sent = futures_util::stream::iter(probes).map(async |probe| {
            let _slot = slots.acquire().await;
            let purpose = probe.purpose;
            let (request, expected) = self.request(&probe, learned);
            let read = expected.min(plan_do::REPEAT_READ);
            let exchange = witness.send(client.leg, probe, request, read).await;
            (self.on_exchange)(purpose);
            witness_closes(self.lanes).await;
            exchange
        });
        sent.buffered(self.lanes).collect().await
    }
}

/// Distributes the probes on lanes: each to the one that has least to do, and the repeats of a
/// request after it on the same lane, so that they are sent in order.
fn shares(probes: Vec<Probe>, lanes: usize) -> Vec<Vec<Probe>> {
    let mut shares: Vec<Vec<Probe>> = vec![Vec::new(); lanes];
    let (repeats, firsts): (Vec<_>, Vec<_>) =
        probes.into_iter().partition(|probe| probe.purpose.repeats().is_some());
    for first in firsts {
        let of_first = repeats.iter().filter(|one| one.purpose.repeats() == Some(first.purpose));
        if let Some(share) = shares.iter_mut().min_by_key(|share| share.len()) {
            share.extend(std::iter::once(first.clone()).chain(of_first.cloned()));
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_follow_their_first_request_on_the_same_lane() {
        use Purpose::{MultiFive, MultiSecond, MultiThird, MultiTwo, RangeMiddle, RangeSecond};
        let purposes = [RangeMiddle, RangeSecond, MultiTwo, MultiFive, MultiThird, MultiSecond];
        let probes = purposes.iter().filter_map(|&purpose| plan::probe(purpose, 1 << 20));
        let shares = shares(probes.collect(), 2);
        let sent = |share: &Vec<Probe>| -> Vec<_> { share.iter().map(|one| one.purpose).collect() };
        assert_eq!(sent(&shares[0]), [RangeMiddle, RangeSecond, MultiFive]);
        assert_eq!(sent(&shares[1]), [MultiTwo, MultiThird, MultiSecond]);
    }
}
