//! Files beside the one under test, and what happens when they are asked for in another order
//! than a job of BITS does: a range before HEAD, several ranges before all else, ranges while a
//! cache is still filling. Called by [`super::leg`], beside the first requests of a leg.
//!
//! Only an origin of our own has such files. Each has a name that nobody asked for before. After
//! an answer that does not come in time no more is asked: the leg itself tells that.

use tokio::join;
use url::Url;

use super::leg::{Learned, LegRunner, Slots, timed_out};
use super::plan;
use crate::bits::profile::Profile;
use crate::mock::Running;
use crate::probe::client::Lane;
use crate::probe::evidence::History;
use crate::probe::exchange::{Exchange, Leg};
use crate::probe::probe::{Method, Probe, Purpose};

/// Where siblings come from, and which are wanted.
pub(super) struct Siblings<'r> {
    /// Serves the file under test.
    pub(super) origin: &'r Running,
    /// The size of that file and of its siblings, in bytes.
    pub(super) size: u64,
    /// What the chosen checks want to see.
    pub(super) histories: Vec<History>,
}

/// A sibling, and the exchanges about it.
pub(super) type Asked = (History, Url, Vec<Exchange>);

impl Siblings<'_> {
    /// Asks for all siblings of the file at `url`, on three connections at a time.
    pub(super) async fn ask(&self, runner: &LegRunner<'_>, url: &Url, slots: &Slots) -> Vec<Asked> {
        let fills = (LEAST_TO_FILL..=MOST_TO_FILL).contains(&self.size);
        let sibling = |history| {
            let is_wanted = self.histories.contains(&history);
            let is_wanted = is_wanted && (fills || history != History::Filling);
            is_wanted.then(|| sibling_of(url, history, runner.client.leg))
        };
        let first = sibling(History::RangeFirst);
        let several = sibling(History::SeveralFirst);
        let filling = sibling(History::Filling);
        let hold = &filling.as_ref().map(|url| self.origin.hold(file_name(url)));
        let (middle, multi): (&[_], &[_]) = match runner.profile {
            Profile::Bits => (&[Purpose::RangeMiddle], &[Purpose::MultiTwo]),
            Profile::Do => (&[Purpose::DoOverlap], &[]),
        };
        let lane = async |alone: &Option<Url>, purposes: &[Purpose], then: &[Purpose]| {
            let _slot = slots.acquire().await;
            let mut lane = runner.client.lane();
            let alone = self.send(runner, &mut lane, alone.as_ref(), purposes).await;
            let is_filling = match hold {
                Some(hold) => !then.is_empty() && !timed_out_last(&alone) && hold.begun().await,
                None => false,
            };
            let filling = filling.as_ref().filter(|_| is_filling);
            (alone, self.send(runner, &mut lane, filling, then).await)
        };
        let probes = async {
            let order = [Purpose::RangeFirst, Purpose::Head, Purpose::RangeMiddle];
            let probed = join!(lane(&first, &order, middle), lane(&several, multi, multi));
            hold.as_ref().inspect(|hold| hold.end());
            probed
        };
        let whole = async {
            let _slot = slots.acquire().await;
            let mut lane = runner.client.lane();
            let whole = self.send(runner, &mut lane, filling.as_ref(), &[Purpose::WarmUp]).await;
            // Perhaps it never arrived.
            hold.as_ref().inspect(|hold| hold.end());
            whole
        };
        let (whole, ((alone, middle), (multi, several_late))) = join!(whole, probes);
        let filled = whole.into_iter().chain(middle).chain(several_late).collect();
        let all = [
            (History::RangeFirst, first, alone),
            (History::SeveralFirst, several, multi),
            (History::Filling, filling, filled),
        ];
        all.into_iter().filter_map(|(history, url, asked)| Some((history, url?, asked))).collect()
    }

    /// Sends the probes for these purposes one after the other.
    async fn send(
        &self,
        runner: &LegRunner<'_>,
        lane: &mut Lane<'_>,
        url: Option<&Url>,
        purposes: &[Purpose],
    ) -> Vec<Exchange> {
        let Some(url) = url else { return Vec::new() };
        let mut exchanges = Vec::new();
        for &purpose in purposes {
            let probe = match purpose {
                Purpose::WarmUp => Some(Probe::plain(purpose, Method::Get)),
                _ => plan::probe(purpose, self.size),
            };
            let Some(probe) = probe else { continue };
            let mut learned = Learned::of(url, self.size);
            runner.follow(lane, &probe, &mut learned).await;
            exchanges.extend(lane.take());
            if timed_out_last(&exchanges) {
                break;
            }
        }
        exchanges
    }
}

fn timed_out_last(exchanges: &[Exchange]) -> bool {
    exchanges.last().is_some_and(timed_out)
}

/// What comes after the last slash of the path. A proxy may ask for it in another folder.
fn file_name(url: &Url) -> &str {
    url.path().rsplit('/').next().unwrap_or_default()
}

/// The URL of the sibling with this history for a leg: `SIZE.bin` becomes `SIZE.LEG-HISTORY.bin`,
/// which our origins serve with the same bytes.
fn sibling_of(url: &Url, history: History, leg: Leg) -> Url {
    let word = match history {
        History::Filling => "filling",
        History::RangeFirst => "range-first",
        History::SeveralFirst => "several-first",
    };
    let mut sibling = url.clone();
    let (folder, file) = url.path().rsplit_once('/').unwrap_or(("", url.path()));
    let (size, rest) = file.split_once('.').unwrap_or((file, "bin"));
    sibling.set_path(&format!("{folder}/{size}.{leg}-{word}.{rest}"));
    sibling
}

/// Requests that are sent for all siblings, redirects apart.
pub(super) const MOST_REQUESTS: usize = 7;

/// Smaller files are there at once.
const LEAST_TO_FILL: u64 = 64 * 1024;

/// Larger ones cost too much to be fetched whole once more, in bytes; a file of 1 MiB, with which
/// a run begins, shows the same.
const MOST_TO_FILL: u64 = 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn siblings_have_names_of_their_own_and_the_same_size() {
        let url = Url::parse("http://origin/object/name/1024.bits.bin").unwrap();
        let path = |history| sibling_of(&url, history, Leg::Cold).path().to_owned();
        assert_eq!(path(History::Filling), "/object/name/1024.cold-filling.bits.bin");
        assert_eq!(path(History::RangeFirst), "/object/name/1024.cold-range-first.bits.bin");
        assert_eq!(path(History::SeveralFirst), "/object/name/1024.cold-several-first.bits.bin");
    }
}
