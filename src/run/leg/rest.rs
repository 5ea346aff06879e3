//! What needs no order: side by side on a few connections, and at last another client's look.
//! Called by [`LegRunner::main`](super::LegRunner).

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::sleep_until;

use super::{LANES, Learned, LegRunner, SlottedLane, give_back_later};
use crate::http::client::SocketClient;
use crate::http::second_client::Witness;
use crate::model::exchange::Exchange;
use crate::model::probe::{Probe, Purpose};
use crate::model::profile::Profile;
use crate::products::catalog;
use crate::run::{plan, plan_do};
use crate::wire::byte_range::RangeSet;

impl LegRunner<'_> {
    /// The probes that need no order, but for those for several ranges: the one with two ranges is
    /// the first of all, and the others come last, so that they need not wait for its answer. The
    /// one whose answer is cut off comes after them, since nothing can follow it on its connection.
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
            .filter(|&&purpose| purpose != Purpose::DoHead || !learned.has_head)
            .filter_map(|&purpose| plan::probe(purpose, size))
            .collect();
        match self.profile {
            Profile::Bits => probes.sort_by_key(|probe| match probe.purpose {
                Purpose::MultiTwo => 0,
                Purpose::RangeWhole => 3,
                _ if is_of_several(probe) => 2,
                _ => 1,
            }),
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
    ) -> Vec<Exchange> {
        let probes = self.unordered(learned, size);
        if probes.first().is_none_or(|probe| probe.purpose != Purpose::MultiTwo) {
            self.order.own.several_were_answered();
        }
        // The first share goes to the lane that has a connection already: it never waits for one.
        let shares = shares(probes, self.lanes);
        lanes.resize_with(self.lanes, || (self.client.lane(), None));
        // One permit for each lane that has asked all of its share.
        let asked = Semaphore::new(0);
        // Once one body was too slow to be read to its end, a longer one shows nothing more.
        let is_slow = AtomicBool::new(false);
        let runs = lanes.into_iter().zip(shares).map(async |((mut lane, mut slot), probes)| {
            for probe in probes {
                if probe.purpose == Purpose::RangeWhole && is_slow.load(Ordering::Relaxed) {
                    continue;
                }
                match probe.purpose {
                    Purpose::MultiTwo => self.order.first_of_several().await,
                    _ if is_of_several(&probe) => self.order.more_of_several().await,
                    _ => {}
                }
                if slot.is_none() {
                    slot = self.slot().await;
                }
                let after_several = lane.exchanges().last().map(|last| is_of_several(&last.probe));
                if after_several == Some(true) && !is_of_several(&probe) {
                    // Where connections are few, one more may be refused.
                    if self.lanes < LANES {
                        lane.settle().await;
                    } else {
                        lane.renew().await;
                    }
                }
                let mut learned = Learned { size: Some(size), ..learned.clone() };
                if self.follow(&mut lane, &probe, &mut learned).await.is_slow() {
                    is_slow.store(true, Ordering::Relaxed);
                }
                if probe.purpose == Purpose::MultiTwo {
                    self.order.own.several_were_answered();
                }
            }
            asked.add_permits(1);
            let exchanges = lane.finish().await;
            drop(slot);
            exchanges
        });
        let last_look = async {
            let witness = self.witness(learned);
            let _all_asked = asked.acquire_many(self.lanes as u32).await;
            self.wait_for_another_second(learned).await;
            // The judging needs the products. Reading them takes a moment, which is free while the
            // lanes are watched; before, it would hold up the answers.
            spawn_blocking(catalog::products);
            self.last_look(&witness, learned, size).await
        };
        let (exchanges, last) = tokio::join!(join_all(runs), last_look);
        exchanges.into_iter().flatten().chain(last).collect()
    }

    /// Where a date looks as if it were the time of each answer, the last look comes more than a
    /// second after the first answers: dates count whole seconds, so such a date has moved then.
    pub(super) async fn wait_for_another_second(&self, learned: &Learned) {
        if let Some(since) = learned.dated_by_time {
            sleep_until((since + ANOTHER_SECOND).min(self.client.deadline)).await;
        }
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
    ) -> Vec<Exchange> {
        let client = &self.client;
        let last = self.purposes.iter().filter(|purpose| purpose.is_last_look());
        let probes = last.filter_map(|&purpose| plan::probe(purpose, size));
        let sent = futures_util::stream::iter(probes).map(async |probe| {
            let slot = self.slot().await;
            let purpose = probe.purpose;
            let (request, expected) = self.request(&probe, learned);
            let read = expected.min(plan_do::REPEAT_READ);
            let permit = self.permit().await;
            let exchange = witness.send(client.leg, probe, request, read).await;
            (self.on_exchange)(purpose);
            if let Some(permit) = permit {
                permit.give_back_later();
            }
            give_back_later(slot);
            exchange
        });
        sent.buffered(self.lanes).collect().await
    }
}

/// So long after a date was set it has another second.
const ANOTHER_SECOND: Duration = Duration::from_millis(1100);

fn is_of_several(probe: &Probe) -> bool {
    probe.ranges.as_ref().is_some_and(RangeSet::is_multiple)
}

/// Distributes the probes on lanes: those that must follow the first requests to the first lane,
/// each other one to the lane that has least to do, and the repeats of a request after it on the
/// same lane, so that they are sent in order. No single range follows several ones on a connection:
/// what a peer sends beyond an answer in parts would be read as the answer to it.
fn shares(probes: Vec<Probe>, lanes: usize) -> Vec<Vec<Probe>> {
    let mut shares: Vec<Vec<Probe>> = vec![Vec::new(); lanes];
    let (repeats, firsts): (Vec<_>, Vec<_>) =
        probes.into_iter().partition(|probe| probe.purpose.repeats().is_some());
    let (mut following, free): (Vec<_>, Vec<_>) =
        firsts.into_iter().partition(|probe| probe.purpose.follows_on_first_connection());
    following.sort_by_key(|probe| probe.purpose);
    let with_repeats = |first: Probe| {
        let again = repeats.iter().filter(|one| one.purpose.repeats() == Some(first.purpose));
        let mut probes = vec![first.clone()];
        probes.extend(again.cloned());
        probes
    };
    if let Some(share) = shares.first_mut() {
        share.extend(following.into_iter().flat_map(with_repeats));
    }
    // The first of several ranges is sent at once, where single ones have lanes of their own.
    let (mut several, single): (Vec<_>, Vec<_>) = free.into_iter().partition(is_of_several);
    let own_lane = usize::from(lanes > 1 && !several.is_empty());
    if let (1, Some(share)) = (own_lane, shares.first_mut()) {
        share.extend(with_repeats(several.remove(0)));
    }
    let (last, single): (Vec<_>, Vec<_>) =
        single.into_iter().partition(|probe| probe.purpose == Purpose::RangeWhole);
    for (from, probes) in [(own_lane, single), (0, several), (own_lane, last)] {
        for first in probes {
            if let Some(share) = shares[from..].iter_mut().min_by_key(|share| share.len()) {
                share.extend(with_repeats(first));
            }
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::table;

    #[test]
    fn repeats_follow_their_first_request_on_the_same_lane() {
        use Purpose::{MultiFive, MultiSecond, MultiThird, MultiTwo, RangeMiddle, RangeSecond};
        let purposes = [RangeMiddle, RangeSecond, MultiTwo, MultiFive, MultiThird, MultiSecond];
        let probes = purposes.iter().filter_map(|&purpose| plan::probe(purpose, 1 << 20));
        let shares = shares(probes.collect(), 2);
        let sent = |share: &Vec<Probe>| -> Vec<_> { share.iter().map(|one| one.purpose).collect() };
        assert_eq!(sent(&shares[0]), [MultiTwo, MultiThird, MultiSecond]);
        assert_eq!(sent(&shares[1]), [RangeMiddle, RangeSecond, MultiFive]);
    }

    #[test]
    fn single_ranges_come_before_several_on_each_lane() {
        let all = plan::purposes(table::all(), Profile::Bits);
        for lanes in 1..=4 {
            let probes = all.iter().filter_map(|&purpose| plan::probe(purpose, 1 << 20)).collect();
            let shares = shares(probes, lanes);
            for share in &shares {
                let asked = share.iter().filter(|probe| probe.purpose != Purpose::RangeWhole);
                assert!(asked.map(is_of_several).is_sorted(), "{lanes}: {share:?}");
                let whole = share.iter().position(|one| one.purpose == Purpose::RangeWhole);
                assert!(whole.is_none_or(|at| at + 1 == share.len()));
            }
        }
    }
}
