//! The job: its states, its opening, its retries, and how it ends. Its ranges are those of
//! [`super::transfer`].

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep};

use super::asker::{Asker, SMALL};
use super::court::{Court, FileVersion, Ruling, Trouble};
use super::hash::Hashes;
use super::outcome::{End, Outcome, State};
use super::plan::Plan;
use super::record::{Identity, Resumption, part_of};
use super::sink::{Finished, Gone, Setup, Sink};
use super::store::{Store, StoreError, check};
use super::transfer::Transfer;
use super::{Observer, Settings};
use crate::http::client::Connection;
use crate::model::evidence::stated_size;
use crate::model::exchange::Exchange;
use crate::model::probe::{Probe, Purpose};
use crate::model::profile::Profile;
use crate::predict::codes;
use crate::wire::byte_range::{RangeSet, Span};
use crate::wire::content_range::ContentRange;

/// Fetches a file. Ends early, and in order, when `suspended` is ready. Only a file that cannot be
/// written is an error: whatever goes wrong on the network is the outcome.
pub async fn fetch(
    settings: &Settings,
    observer: Arc<dyn Observer>,
    suspended: impl Future<Output = ()>,
) -> Result<Outcome, StoreError> {
    if let Some(output) = &settings.output {
        check(output)?;
    }
    let mut job = Job::new(settings, observer);
    let stop = tokio::select! {
        stop = job.run() => stop?,
        () = suspended => Stop { end: End::Suspended, trouble: None },
    };
    job.close(stop).await
}

/// Why an attempt ended early.
pub(super) enum Halt {
    /// The sink has ended; it knows why.
    Gone,
    /// The file cannot be written.
    Store(StoreError),
    /// The network.
    Trouble(Box<Trouble>),
}

/// What an opened job knows.
pub(super) struct Opened {
    pub(super) version: FileVersion,
    /// The evidence that lasts. The first range that came right is added to it.
    pub(super) court: Court,
    pub(super) plan: Mutex<Plan>,
    pub(super) sink: Sink,
    resumed_from: u64,
}

struct Job<'s> {
    asker: Asker<'s>,
    observer: Arc<dyn Observer>,
    opened: Option<Opened>,
    /// The connection of the opening, until a range uses it.
    kept: Option<Connection>,
    retries: u32,
    retried_for: Option<Trouble>,
    /// Only one connection is used, after a failure that too many of them can explain.
    is_alone: bool,
    started: SystemTime,
    begun: Instant,
}

struct Stop {
    end: End,
    trouble: Option<Trouble>,
}

impl<'s> Job<'s> {
    fn new(settings: &'s Settings, observer: Arc<dyn Observer>) -> Self {
        Self {
            asker: Asker::new(settings),
            observer,
            opened: None,
            kept: None,
            retries: 0,
            retried_for: None,
            is_alone: false,
            started: SystemTime::now(),
            begun: Instant::now(),
        }
    }

    /// Tries until the file is there, or trying again is of no use.
    async fn run(&mut self) -> Result<Stop, StoreError> {
        let settings = self.asker.settings;
        let (mut reached, mut reached_at) = (0, Instant::now());
        // Pauses of requests that may have failed by chance, since the last progress.
        let mut pauses = PAUSES.iter();
        loop {
            self.observer.state(State::Queued, "");
            self.observer.state(State::Connecting, "");
            let trouble = match self.attempt().await {
                Ok(()) | Err(Halt::Gone) => {
                    return Ok(Stop { end: End::Transferred, trouble: None });
                }
                Err(Halt::Store(error)) => return Err(error),
                Err(Halt::Trouble(trouble)) => *trouble,
            };
            let in_order = self.in_order();
            let has_progress = in_order > reached;
            if has_progress {
                (reached, reached_at) = (in_order, Instant::now());
                pauses = PAUSES.iter();
            }
            self.is_alone |= trouble.may_pass() || !has_progress;
            if trouble.may_pass()
                && !settings.no_progress_timeout.is_zero()
                && let Some(&pause) = pauses.next()
            {
                sleep(pause.min(settings.retry_delay)).await;
                self.retries += 1;
                self.retried_for = Some(trouble);
                continue;
            }
            let end = match &trouble.view {
                None => End::Unknown,
                Some(view) if view.transient && !settings.no_progress_timeout.is_zero() => {
                    End::TransientError
                }
                Some(_) if trouble.is_unjudged => End::Unjudged,
                Some(_) => End::Error,
            };
            let patience = settings.no_progress_timeout.saturating_sub(settings.retry_delay);
            if end != End::TransientError || reached_at.elapsed() >= patience {
                return Ok(Stop { end, trouble: Some(trouble) });
            }
            self.observer.state(State::TransientError, &words(&trouble));
            sleep(settings.retry_delay).await;
            self.retries += 1;
            self.retried_for = Some(trouble);
        }
    }

    async fn attempt(&mut self) -> Result<(), Halt> {
        if self.opened.is_none() {
            self.open().await?;
        }
        self.observer.state(State::Transferring, "");
        let Some(opened) = &mut self.opened else { return Ok(()) };
        let connections = if self.is_alone { 1 } else { self.asker.settings.connections };
        Transfer { asker: &self.asker, opened, connections }.run(self.kept.take()).await
    }

    /// Asks for the size, and makes ready what takes the bytes.
    async fn open(&mut self) -> Result<(), Halt> {
        let settings = self.asker.settings;
        // A redirect of an attempt that failed is not remembered.
        self.asker.lead_to(settings.url.clone());
        let mut lane = self.asker.client.lane();
        let opening = match settings.profile {
            Profile::Bits => Probe::head(Purpose::Head),
            Profile::Do => Probe::unconditional(Purpose::DoFirstBytes, first_bytes(2)),
        };
        self.asker.follow(&mut lane, &opening, None).await;
        let stated = match settings.profile {
            Profile::Bits => stated_size(lane.last()),
            Profile::Do => total_of(lane.last()),
        };
        // What only delays the job may hide what a range ends it with.
        let only_delays = || {
            let ruling = self.court(lane.exchanges().to_vec()).rule([]);
            let is_transient = matches!(ruling, Ruling::Stop(trouble) if trouble.is_transient());
            is_transient && lane.last().answer().is_some()
        };
        if settings.profile == Profile::Bits && (stated == Some(0) || only_delays()) {
            // Whether the file is empty shows when a range is asked of it, too.
            let probe = Probe::get(Purpose::RangeFirst, first_bytes(SMALL));
            self.asker.follow(&mut lane, &probe, None).await;
        }
        let head = lane.last().answer().map(|answer| answer.head.clone());
        let (exchanges, kept) = lane.finish_keeping().await;
        let court = self.court(exchanges);
        let size = match (court.rule([]), stated) {
            (Ruling::Stop(trouble), _) => return Err(Halt::Trouble(Box::new(trouble))),
            (Ruling::Empty, _) => 0,
            (Ruling::GoOn, Some(size)) => size,
            (Ruling::GoOn, None) => return Err(unjudged("no answer told the size of the file")),
        };
        if let Some(largest) = settings.largest.filter(|&largest| size > largest) {
            let why = format!("the file has {size} bytes, more than the limit of {largest}");
            return Err(unjudged(why));
        }
        self.observer.size(size);
        let version = head.map_or_else(FileVersion::default, |head| FileVersion::of(&head, size));
        let version = FileVersion { size, ..version };
        self.opened = Some(self.prepare(version, court)?);
        self.kept = kept;
        Ok(())
    }

    fn court(&self, exchanges: Vec<Exchange>) -> Court {
        let settings = self.asker.settings;
        let proxy = settings.proxy.as_ref();
        Court {
            profile: settings.profile,
            through_proxy: proxy.is_some(),
            has_credentials: proxy.is_some_and(|proxy| proxy.credentials.is_some()),
            url: settings.url.to_string(),
            exchanges,
        }
    }

    fn prepare(&self, version: FileVersion, court: Court) -> Result<Opened, Halt> {
        let settings = self.asker.settings;
        let size = version.size;
        let (mut store, mut done) = (None, 0);
        if let Some(output) = &settings.output {
            let identity = Identity {
                target: settings.target.clone(),
                size,
                last_modified: version.last_modified.clone(),
                etag: version.etag.clone(),
            };
            let (opened, resumption) = Store::open(output, identity).map_err(Halt::Store)?;
            store = Some(opened);
            match resumption {
                Resumption::New => {}
                Resumption::Anew(why) => self.observer.remark(&format!("starts anew: {why}")),
                Resumption::At(at) => {
                    done = at;
                    self.observer.remark(&format!("goes on at byte {at} of {size}"));
                }
            }
        }
        let hashes = Hashes::new(settings.expected.clone());
        let setup = Setup { size, done, store, hashes, truth: settings.truth.clone() };
        let observer = Arc::clone(&self.observer);
        Ok(Opened {
            plan: Mutex::new(Plan::new(settings.cut, size, done, settings.seed)),
            sink: Sink::start(setup, move |bytes| observer.progress(bytes)),
            version,
            court,
            resumed_from: done,
        })
    }

    fn in_order(&self) -> u64 {
        self.opened.as_ref().map_or(0, |opened| *opened.sink.in_order().borrow())
    }

    /// Ends the sink, and says how it all ended.
    async fn close(self, stop: Stop) -> Result<Outcome, StoreError> {
        let settings = self.asker.settings;
        let size = self.opened.as_ref().map(|opened| opened.version.size);
        let resumed_from = self.opened.as_ref().map_or(0, |opened| opened.resumed_from);
        let finished = match self.opened {
            Some(opened) => opened.sink.finish(stop.end != End::Transferred).await?,
            None => Finished::default(),
        };
        let state = match stop.end {
            End::Error | End::Unjudged | End::Unknown => State::Error,
            End::Suspended => State::Suspended,
            End::TransientError => State::TransientError,
            End::Transferred => State::Transferred,
        };
        self.observer.state(state, &stop.trouble.as_ref().map(words).unwrap_or_default());
        // A file that is not whole was not transferred, whatever seemed so.
        let is_whole = size == Some(finished.in_order);
        let end = if stop.end == End::Transferred && !is_whole { End::Unknown } else { stop.end };
        let outcome = Outcome {
            end,
            trouble: stop.trouble,
            started: self.started,
            duration: self.begun.elapsed(),
            size,
            done: finished.in_order,
            resumed_from,
            ranges: self.asker.ranges.load(Ordering::Relaxed),
            retries: self.retries,
            retried_for: self.retried_for,
            retry_wait: settings.job_retry_delay.saturating_mul(self.retries),
            hashes: finished.hashes,
            differs_at: finished.differs_at,
            stored: None,
        };
        let stored = settings.output.as_ref().filter(|_| size.is_some());
        let stored =
            stored.map(|output| if outcome.is_right() { output.clone() } else { part_of(output) });
        Ok(Outcome { stored, ..outcome })
    }
}

impl From<Gone> for Halt {
    fn from(_: Gone) -> Self {
        Self::Gone
    }
}

/// Something that no code is known for.
pub(super) fn unjudged(summary: impl Into<String>) -> Halt {
    let summary = summary.into();
    Halt::Trouble(Box::new(Trouble {
        view: None,
        defect: None,
        is_unjudged: true,
        check: "",
        summary,
        reason: String::new(),
    }))
}

/// What went wrong, with its code.
fn words(trouble: &Trouble) -> String {
    match &trouble.view {
        None => trouble.summary.clone(),
        Some(view) => {
            let name = codes::name_of(view.hresult).unwrap_or("no name known");
            format!("{} {name}: {}", view.hresult, trouble.summary)
        }
    }
}

/// Before a request is sent again whose status may have come by chance, but is none for which a
/// client is known to try again. A check sends it again after the same times.
const PAUSES: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_millis(20),
    Duration::from_millis(60),
    Duration::from_millis(180),
    Duration::from_millis(400),
];

fn first_bytes(width: u64) -> RangeSet {
    RangeSet::of_spans(Span::with_width(0, width))
}

/// The size of the file that a 206 states.
fn total_of(exchange: &Exchange) -> Option<u64> {
    let fields = &exchange.answer().filter(|answer| answer.head.status == 206)?.head.fields;
    ContentRange::parse(fields.first("content-range")?).ok()?.total()
}
