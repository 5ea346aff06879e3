//! Files other than the one under test, and what happens when they are asked for in another order
//! than a job of BITS does: a range before HEAD, several ranges before all else, ranges while a
//! cache is still filling. Called by [`super::leg`], next to the first requests of a phase.
//!
//! An origin of the tool has as many such files as are wanted. On a user's URL they are the same file
//! under other queries, see [`super::fresh`]. After an answer that does not come in time no more is
//! asked: the phase itself reports that.

use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::time::sleep;
use tokio::{join, select};
use url::Url;

use super::fresh::{Control, Subject, opening};
use super::leg::{Learned, LegRunner, Slots, timed_out};
use super::plan;
use crate::http::client::Lane;
use crate::http::whole_file::{FileReader, Gate};
use crate::mock::{Hold, Running};
use crate::model::check::Check;
use crate::model::evidence::History;
use crate::model::exchange::{Exchange, Leg};
use crate::model::probe::{Method, Probe, Purpose};
use crate::model::profile::Profile;
use crate::model::wsus::content::query_matters;

/// Where siblings come from, and which are wanted.
pub(super) struct Siblings<'r> {
    pub(super) source: Source<'r>,
    /// What the chosen checks want to see.
    pub(super) histories: Vec<History>,
}

/// Where files that no one asked for before come from.
pub(super) enum Source<'r> {
    /// An origin of the tool.
    Own {
        /// Serves the file under test.
        origin: &'r Running,
        /// The size of that file and of its siblings, in bytes.
        size: u64,
    },
    /// The URL under test with other queries.
    Query {
        /// The largest file that may be fetched whole, in bytes.
        largest: u64,
        /// The chosen checks.
        checks: &'r [&'static Check],
    },
}

/// What was asked of siblings.
#[derive(Default)]
pub(super) struct Found {
    pub(super) siblings: Vec<Asked>,
    /// Their size, in bytes.
    pub(super) size: u64,
    /// Where they are on fresh URLs, one more that is asked in the usual order.
    pub(super) control: Option<Control>,
    /// Why none was asked.
    pub(super) why_not: Option<String>,
}

/// A sibling, and the exchanges about it.
pub(super) type Asked = (History, Url, Vec<Exchange>);

/// What keeps a whole file on its way for as long as other requests are answered.
pub(super) enum Filler {
    /// The origin holds back its end.
    Hold(Hold),
    /// It is not read on.
    Gate(Arc<Gate>),
}

impl Filler {
    /// Has an origin of the tool hold back the end of the file at `url`.
    pub(super) fn of(origin: &Running, url: &Url) -> Self {
        Self::Hold(origin.hold(file_name(url)))
    }

    /// Waits until the file is on its way. Whether it is.
    pub(super) async fn started(&self) -> bool {
        match self {
            Self::Hold(hold) => hold.has_started().await,
            Self::Gate(gate) => gate.begun().await,
        }
    }

    pub(super) fn end(&self) {
        match self {
            Self::Hold(hold) => hold.end(),
            Self::Gate(gate) => gate.end(),
        }
    }
}

impl Siblings<'_> {
    /// Asks for all siblings of the file at `url`, on three connections at a time. `told` says what
    /// the first answers about the file itself showed.
    pub(super) async fn ask(
        &self,
        runner: &LegRunner<'_>,
        url: &Url,
        slots: &Slots,
        told: oneshot::Receiver<Subject>,
    ) -> Found {
        let leg = runner.client.leg;
        match self.source {
            Source::Own { origin, size } => {
                let largest = MOST_TO_FILL;
                let name = |history| sibling_of(url, history, leg);
                let fill = |url: &Url| Filler::of(origin, url);
                let siblings =
                    Box::pin(self.ask_all(runner, slots, (size, largest), name, fill)).await;
                Found { siblings, size, ..Found::default() }
            }
            Source::Query { largest, .. } => {
                // Nothing is told where the file itself is not right.
                let Ok(subject) = told.await else { return Found::default() };
                Box::pin(self.ask_fresh(runner, slots, subject, largest)).await
            }
        }
    }

    /// Asks on fresh URLs, when the server answers one of them with the file.
    async fn ask_fresh(
        &self,
        runner: &LegRunner<'_>,
        slots: &Slots,
        subject: Subject,
        largest: u64,
    ) -> Found {
        let not = |why: String| Found { why_not: Some(why), ..Found::default() };
        if self.histories.is_empty() {
            return Found::default();
        }
        if query_matters(&subject.url) {
            return not("the query of the URL is its key, and must not change".to_owned());
        }
        let (url, size) = (subject.fresh_url(), subject.size);
        let exchanges = {
            let _slot = slots.acquire().await;
            let mut lane = runner.client.lane();
            self.send(runner, &mut lane, Some(&url), &[opening(runner.profile)], size).await
        };
        if let Some(why) = subject.difference(&exchanges) {
            return not(why);
        }
        let name = |_| subject.fresh_url();
        let fill = |_: &Url| Filler::Gate(Arc::default());
        let siblings = Box::pin(self.ask_all(runner, slots, (size, largest), name, fill)).await;
        let control = Some(Control { subject, url, exchanges });
        Found { siblings, size, control, why_not: None }
    }

    async fn ask_all(
        &self,
        runner: &LegRunner<'_>,
        slots: &Slots,
        (size, largest): (u64, u64),
        name: impl Fn(History) -> Url,
        fill: impl Fn(&Url) -> Filler,
    ) -> Vec<Asked> {
        let fills = (LEAST_TO_FILL..=largest).contains(&size);
        let sibling = |history| {
            let is_wanted = self.histories.contains(&history);
            let is_wanted = is_wanted && (fills || history != History::Filling);
            is_wanted.then(|| name(history))
        };
        let first = sibling(History::RangeFirst);
        let several = sibling(History::SeveralFirst);
        let filling = sibling(History::Filling);
        let filler = &filling.as_ref().map(fill);
        let (middle, multi): (&[_], &[_]) = match runner.profile {
            Profile::Bits => (&[Purpose::RangeMiddle], &[Purpose::MultiTwo]),
            Profile::Do => (&[Purpose::DoOverlap], &[]),
        };
        let lane = async |alone: &Option<Url>, purposes: &[Purpose], then: &[Purpose]| {
            let _slot = slots.acquire().await;
            let mut lane = runner.client.lane();
            let alone = self.send(runner, &mut lane, alone.as_ref(), purposes, size).await;
            let is_filling = match filler {
                Some(filler) => {
                    !then.is_empty() && !timed_out_last(&alone) && filler.started().await
                }
                None => false,
            };
            let filling = filling.as_ref().filter(|_| is_filling);
            (alone, self.send(runner, &mut lane, filling, then, size).await)
        };
        let probes = async {
            let probed = join!(lane(&first, &RANGE_FIRST, middle), lane(&several, multi, multi));
            filler.as_ref().inspect(|filler| filler.end());
            probed
        };
        let whole = async {
            let _slot = slots.acquire().await;
            let (Some(filler), Some(url)) = (filler, &filling) else { return Vec::new() };
            let whole = self.send_whole(runner, url, size, filler).await;
            // Perhaps it never arrived.
            filler.end();
            whole
        };
        let (whole, ((alone, middle), (multi, several_late))) = join!(whole, probes);
        let of_filling = whole.into_iter().chain(middle).chain(several_late).collect();
        let all = [
            (History::RangeFirst, first, alone),
            (History::SeveralFirst, several, multi),
            (History::Filling, filling, of_filling),
        ];
        all.into_iter().filter_map(|(history, url, asked)| Some((history, url?, asked))).collect()
    }

    /// Asks for the whole file, which the filler keeps on its way.
    pub(super) async fn send_whole(
        &self,
        runner: &LegRunner<'_>,
        url: &Url,
        size: u64,
        filler: &Filler,
    ) -> Vec<Exchange> {
        let mut lane = runner.client.lane();
        match filler {
            Filler::Gate(gate) => send_gated(runner, &mut lane, url, size, gate).await,
            Filler::Hold(_) => {
                self.send(runner, &mut lane, Some(url), &[Purpose::WarmUp], size).await
            }
        }
    }

    /// Asks for a fresh URL once more in the order of a history, and for nothing else meanwhile.
    pub(super) async fn ask_again(
        &self,
        runner: &LegRunner<'_>,
        url: &Url,
        history: History,
        size: u64,
    ) -> Vec<Exchange> {
        let purposes: &[Purpose] = match history {
            History::RangeFirst => &RANGE_FIRST,
            History::SeveralFirst => &[Purpose::MultiTwo],
            History::Filling => &[],
        };
        let mut lane = runner.client.lane();
        self.send(runner, &mut lane, Some(url), purposes, size).await
    }

    /// Asks for a fresh URL what follows its first request in the usual order.
    pub(super) async fn ask_usual(
        &self,
        runner: &LegRunner<'_>,
        url: &Url,
        size: u64,
    ) -> Vec<Exchange> {
        let purposes: &[Purpose] = match runner.profile {
            // The first request for several ranges may be the one that is answered otherwise.
            Profile::Bits => &[
                Purpose::RangeFirst,
                Purpose::RangeMiddle,
                Purpose::MultiTwo,
                Purpose::MultiSecond,
            ],
            Profile::Do => &[Purpose::DoOverlap],
        };
        let mut lane = runner.client.lane();
        self.send(runner, &mut lane, Some(url), purposes, size).await
    }

    /// Sends the probes for these purposes one after the other.
    pub(super) async fn send(
        &self,
        runner: &LegRunner<'_>,
        lane: &mut Lane<'_>,
        url: Option<&Url>,
        purposes: &[Purpose],
        size: u64,
    ) -> Vec<Exchange> {
        let Some(url) = url else { return Vec::new() };
        let mut exchanges = Vec::new();
        for &purpose in purposes {
            let probe = match purpose {
                Purpose::WarmUp => Some(Probe::plain(purpose, Method::Get)),
                _ => plan::probe(purpose, size),
            };
            let Some(probe) = probe else { continue };
            let mut learned = Learned::of(url, size);
            runner.follow(lane, &probe, &mut learned).await;
            exchanges.extend(lane.take());
            if timed_out_last(&exchanges) {
                break;
            }
        }
        exchanges
    }
}

/// Asks for the whole file and stops reading it after its first bytes, until the gate is opened. Of a
/// large file the rest is not read, nor of one that comes too slowly: no one waits for it.
async fn send_gated(
    runner: &LegRunner<'_>,
    lane: &mut Lane<'_>,
    url: &Url,
    size: u64,
    gate: &Arc<Gate>,
) -> Vec<Exchange> {
    let probe = Probe::plain(Purpose::WarmUp, Method::Get);
    let (request, _) = runner.request(&probe, &Learned::of(url, size));
    let reader = FileReader::new(Purpose::WarmUp, None, Vec::new(), None);
    let reader = reader.with_gate(Arc::clone(gate));
    select! {
        _ = lane.send_for_file(probe, url, request, size, reader) => {}
        () = async {
            gate.over().await;
            if size <= MOST_TO_FILL {
                sleep(runner.client.timeout).await;
            }
        } => {}
    }
    lane.take()
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

/// A range before all else, then HEAD and another range.
const RANGE_FIRST: [Purpose; 3] = [Purpose::RangeFirst, Purpose::Head, Purpose::RangeMiddle];

/// Requests that are sent for all siblings, redirects and what is repeated to be sure apart.
pub(super) const MOST_REQUESTS: usize = 8;

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
