//! All exchanges of one leg: what every check judges.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::exchange::{Answer, BodyEnd, Exchange, Leg};
use super::probe::{Method, Purpose};
use crate::model::defect::Defect;
use crate::model::file_bytes::FileBytes;
use crate::model::profile::Profile;
use crate::wire::content_range::ContentRange;
use crate::wire::fields::ContentLength;

/// All exchanges of one leg, in the order of [`Purpose`].
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The pass.
    pub leg: Leg,
    /// Whose requests these are.
    pub profile: Profile,
    /// Whether a proxy is in the route.
    pub through_proxy: bool,
    /// Whether credentials for the proxy were given.
    pub has_credentials: bool,
    /// The URL first asked.
    pub url: String,
    /// The exchanges, each purpose at most once but [`Purpose::Redirect`].
    pub exchanges: Vec<Exchange>,
    /// What the file really holds, when the tool itself serves it.
    pub truth: Option<Truth>,
    /// The size of the file, when it is known for sure whatever this leg says: the tool itself
    /// serves it, or an earlier leg agreed with itself on it.
    pub known_size: Option<u64>,
    /// What the server itself sent without the proxy on the direct leg, for the legs through a
    /// proxy; none when that leg did not run or reached nobody.
    pub direct: Option<Box<Self>>,
    /// The phase before over the same route, for the warm phase.
    pub earlier: Option<Box<Self>>,
    /// What came of files like this one that were asked for in another way. Their exchanges are
    /// not among [`Self::exchanges`].
    pub siblings: Vec<Sibling>,
    /// What came of fetching the file whole; none when that was not wanted.
    pub whole: Option<Whole>,
    /// What the bytes of the answers to plain GETs showed.
    pub files: Vec<FileBytes>,
    /// Why no fresh object was asked for; none where some were, or where none was wanted.
    pub not_fresh: Option<String>,
    /// Requests that were sent a second time, alone.
    pub again: Again,
}

/// Requests that were sent a second time when no other connection was open. These exchanges are not
/// among [`Evidence::exchanges`].
#[derive(Clone, Debug, Default)]
pub struct Again {
    /// First answers that failed, each replaced in [`Evidence::exchanges`] by a later one: too many
    /// connections, or an overload that passed, can explain them.
    pub replaced: Vec<Exchange>,
    /// Repeats of requests whose answer differs from that of the other route, sent to see which
    /// party is at fault.
    pub repeats: Vec<Exchange>,
}

/// A file like the one under test, fresh as well, but with another history.
#[derive(Clone, Debug)]
pub struct Sibling {
    /// What it is there to show.
    pub history: History,
    /// Its exchanges, in the order sent. It has no siblings of its own.
    pub evidence: Evidence,
}

/// How a sibling was first asked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum History {
    /// While the origin held back the end of the whole file that somebody fetched.
    Filling,
    /// A range, then HEAD, then another range.
    RangeFirst,
    /// Several ranges.
    SeveralFirst,
}

/// What came of fetching the file whole over the route of a leg.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Whole {
    /// It ended early.
    Broken {
        /// What went wrong, where that has a name.
        defect: Option<Defect>,
        /// The same in a line.
        summary: String,
        /// Bytes that had come.
        done: u64,
    },
    /// Every byte came.
    Came {
        /// So many.
        bytes: u64,
        /// Their SHA-1 in lower hex digits.
        sha1: String,
        /// The SHA-1 that the URL states.
        named: Option<String>,
        /// What comparing them with the true bytes showed; none where those are not known.
        compared: Option<Comparison>,
        /// The retries that were needed; none where all came at the first attempt.
        retried: Option<Retried>,
    },
    /// It was not begun, and why.
    NotFetched(String),
}

impl Whole {
    /// The failure for now that ended this fetch, or made it take longer than a rollout can wait: it
    /// may have come by chance.
    pub fn trouble_by_chance(&self) -> Option<Defect> {
        match self {
            Self::Broken { defect, .. } => defect.filter(|defect| defect.passes_for_now()),
            Self::Came { retried: Some(retried), .. } if retried.is_too_long => {
                retried.defect.filter(|defect| defect.comes_by_chance())
            }
            _ => None,
        }
    }

    /// What this fetch and a later one over the same route show together, where the first may have
    /// failed by chance: that the file arrives, with the first failure as a retry `wait` later.
    #[must_use]
    pub fn or_later(self, later: Self, wait: Duration) -> Self {
        let of_first = match &self {
            Self::Broken { defect, summary, .. } => Retried {
                times: 1,
                wait,
                is_too_long: false,
                defect: *defect,
                summary: summary.clone(),
            },
            Self::Came { retried: Some(retried), .. } => {
                Retried { is_too_long: false, ..retried.clone() }
            }
            _ => return self,
        };
        match later {
            Self::Came { bytes, sha1, named, compared, retried }
                if !retried.as_ref().is_some_and(|retried| retried.is_too_long) =>
            {
                let retried = Some(retried.map_or(of_first.clone(), |later| Retried {
                    times: of_first.times + later.times,
                    wait: of_first.wait + later.wait,
                    ..of_first
                }));
                Self::Came { bytes, sha1, named, compared, retried }
            }
            _ => self,
        }
    }
}

/// Transient errors after which a file came all the same.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Retried {
    /// How often it was tried again.
    pub times: u32,
    /// How long the job that is imitated would have waited for that.
    pub wait: Duration,
    /// Longer than a rollout can wait.
    pub is_too_long: bool,
    /// What went wrong the last time, where that has a name.
    pub defect: Option<Defect>,
    /// The same in a line.
    pub summary: String,
}

/// Bytes beside those that they should be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Comparison {
    /// They differ first at this position.
    DifferAt(u64),
    /// All are right.
    Same,
}

/// The true bytes of a file.
#[derive(Clone)]
pub struct Truth(pub Arc<Fill>);

/// Fills a buffer with the bytes of a file from an offset on.
pub type Fill = dyn Fn(u64, &mut [u8]) + Send + Sync;

impl fmt::Debug for Truth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Truth")
    }
}

impl Evidence {
    /// The exchange for a purpose, when it was sent.
    pub fn exchange(&self, purpose: Purpose) -> Option<&Exchange> {
        self.exchanges.iter().find(|exchange| exchange.probe.purpose == purpose)
    }

    /// Whether the answer for this purpose is a 200 that came to its end.
    pub fn exchange_is_right_file(&self, purpose: Purpose) -> bool {
        let answer = self.exchange(purpose).and_then(Exchange::answer);
        answer.is_some_and(|one| one.head.status == 200 && one.body.end == BodyEnd::Complete)
    }

    /// What came of the sibling with this history, when there is one.
    pub fn sibling(&self, history: History) -> Option<&Self> {
        let sibling = self.siblings.iter().find(|sibling| sibling.history == history)?;
        Some(&sibling.evidence)
    }

    /// All exchanges: first those judged, then those of the siblings, then those of
    /// [`Evidence::again`].
    pub fn all_exchanges(&self) -> impl Iterator<Item = &Exchange> {
        let siblings = self.siblings.iter().flat_map(|sibling| &sibling.evidence.exchanges);
        let again = self.again.replaced.iter().chain(&self.again.repeats);
        self.exchanges.iter().chain(siblings).chain(again)
    }

    /// All exchanges, in the order of [`Self::all_exchanges`].
    pub fn all_exchanges_mut(&mut self) -> impl Iterator<Item = &mut Exchange> {
        let siblings = self.siblings.iter_mut();
        let siblings = siblings.flat_map(|sibling| &mut sibling.evidence.exchanges);
        let again = self.again.replaced.iter_mut().chain(&mut self.again.repeats);
        self.exchanges.iter_mut().chain(siblings).chain(again)
    }

    /// All exchanges, in the order of [`Self::all_exchanges`].
    pub fn into_exchanges(self) -> impl Iterator<Item = Exchange> {
        let siblings = self.siblings.into_iter();
        let siblings = siblings.flat_map(|sibling| sibling.evidence.exchanges);
        let again = self.again.replaced.into_iter().chain(self.again.repeats);
        self.exchanges.into_iter().chain(siblings).chain(again)
    }

    /// The size on which HEAD and a range agree.
    pub fn agreed_size(&self) -> Option<u64> {
        let size = self.head_size().filter(|&size| size > 0)?;
        self.totals().any(|total| total == size).then_some(size)
    }

    /// What the client asks first: HEAD, or the first bytes.
    pub fn opening(&self) -> Option<&Exchange> {
        self.exchange(match self.profile {
            Profile::Bits => Purpose::Head,
            Profile::Do => Purpose::DoFirstBytes,
        })
    }

    /// The first piece of the file that is asked with its size in mind, and that the last requests
    /// of the run ask once more: the first chunk, or the first block.
    pub fn first_piece(&self) -> Option<&Exchange> {
        self.exchange(match self.profile {
            Profile::Bits => Purpose::RangeFirst,
            Profile::Do => Purpose::DoFirstBlock,
        })
    }

    /// The repeat of [`Self::first_piece`] by the independent client.
    pub fn last_piece(&self) -> Option<&Exchange> {
        self.exchange(match self.profile {
            Profile::Bits => Purpose::LastRange,
            Profile::Do => Purpose::DoRepeat,
        })
    }

    /// The exchanges that followed redirects, in order.
    pub fn redirects(&self) -> impl Iterator<Item = &Exchange> {
        self.exchanges.iter().filter(|exchange| exchange.probe.purpose == Purpose::Redirect)
    }

    /// Exchanges whose answer came, with it.
    pub fn answers(&self) -> impl Iterator<Item = (&Exchange, &Answer)> {
        self.exchanges.iter().filter_map(|exchange| Some((exchange, exchange.answer()?)))
    }

    /// Whether anybody ever answered in HTTP on this leg: a failure of one exchange is then a
    /// finding about it, and not a sign that nothing can be reached.
    pub fn anything_answered(&self) -> bool {
        self.answers().next().is_some()
    }

    /// The size that the HEAD states: only a 200 with one valid length counts, never the length
    /// of an error page or a redirect.
    pub fn head_size(&self) -> Option<u64> {
        let purpose = match self.profile {
            Profile::Bits => Purpose::Head,
            Profile::Do => Purpose::DoHead,
        };
        stated_size(self.exchange(purpose)?)
    }

    /// The size of the file as far as it is known: beforehand, else by the HEAD, else by the total of the first
    /// well-formed `Content-Range` of a 206.
    pub fn size(&self) -> Option<u64> {
        self.known_size.or_else(|| self.head_size()).or_else(|| self.totals().next())
    }

    /// Whether an answer to a range states the size of the file.
    pub fn states_total(&self) -> bool {
        self.totals().next().is_some()
    }

    /// The totals that the 206 answers state.
    fn totals(&self) -> impl Iterator<Item = u64> {
        let parts = self.answers().filter(|(_, answer)| answer.head.status == 206);
        parts.filter_map(|(_, answer)| {
            let value = answer.head.fields.first("content-range")?;
            ContentRange::parse(value).ok()?.total()
        })
    }
}

/// The file size that the answer to a HEAD states.
pub fn stated_size(exchange: &Exchange) -> Option<u64> {
    let answer = exchange.answer()?;
    if exchange.probe.method != Method::Head || answer.head.status != 200 {
        return None;
    }
    match answer.head.fields.content_length() {
        ContentLength::Valid { value, .. } => Some(value),
        _ => None,
    }
}

/// Whether `Last-Modified` may be the time at which the answer was made, or follow it at a fixed
/// distance: it is within `CLOSE` of that time, later, or whole hours before it. A file that was
/// just written looks alike; only a later answer can tell.
pub fn may_be_dated_by_time(exchange: &Exchange) -> bool {
    let Some(answer) = exchange.answer().filter(|one| matches!(one.head.status, 200 | 206)) else {
        return false;
    };
    let date = |name| httpdate::parse_http_date(answer.head.fields.first(name)?).ok();
    let Some(modified) = date("last-modified") else { return false };
    let made = date("date").unwrap_or(exchange.begun);
    match made.duration_since(modified) {
        Ok(age) => age <= CLOSE || age.as_secs().is_multiple_of(3600),
        Err(_) => true,
    }
}

/// Times of one answer are taken within this.
const CLOSE: Duration = Duration::from_secs(2);
