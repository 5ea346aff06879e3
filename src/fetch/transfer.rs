//! The ranges of a job: asked, compared with what the opening told, passed on. Called by
//! [`super::job`] once for each attempt.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::future::join_all;
use tokio::time::{Instant, timeout};

use super::asker::Asker;
use super::body::Received;
use super::court::Ruling;
use super::job::{Halt, Opened, unjudged};
use super::link::{Arriving, Link};
use super::plan::Next;
use super::sink::{Feed, lock};
use crate::http::client::Connection;
use crate::model::exchange::{
    Answer, Body, BodyEnd, Client, Exchange, ExchangeId, Request, Timing,
};
use crate::model::failure::Failure;
use crate::model::probe::{Probe, Purpose};
use crate::model::profile::Profile;
use crate::wire::byte_range::{RangeSet, Span};

/// One attempt to fetch what is left.
pub(super) struct Transfer<'j> {
    pub(super) asker: &'j Asker<'j>,
    pub(super) opened: &'j mut Opened,
    /// Connections at the same time.
    pub(super) connections: usize,
}

/// One range that was asked.
#[derive(Clone)]
struct Asked {
    span: Span,
    probe: Probe,
    request: Request,
    /// The beginning of the body, where it was looked at.
    data: Bytes,
}

impl Transfer<'_> {
    /// Fetches until nothing is left, or something goes wrong. `kept`: a connection that can be
    /// used.
    pub(super) async fn run(self, kept: Option<Connection>) -> Result<(), Halt> {
        let Self { asker, opened, connections } = self;
        let mut link = Link::new(&asker.client, kept);
        let has_first = |opened: &Opened| {
            let mut exchanges = opened.court.exchanges.iter();
            exchanges.any(|exchange| exchange.probe.purpose == first_purpose(asker))
        };
        if !has_first(opened) {
            // Judged whole, and the measure of all that follow.
            let mut feed = opened.sink.feed();
            let next = lock(&opened.plan).next(*opened.sink.in_order().borrow());
            let Next::Ask(span) = next else { return Ok(()) };
            let worker = Worker { asker, opened, is_first: true, halted: &AtomicBool::new(false) };
            let first = worker.fetch(&mut link, &mut feed, span).await?;
            opened.court.exchanges.extend(first);
        }
        let halted = AtomicBool::new(false);
        let worker = Worker { asker, opened, is_first: false, halted: &halted };
        let more = (1..connections).map(|_| Link::new(&asker.client, None));
        let links = std::iter::once(link).chain(more);
        let ends = join_all(links.map(|link| worker.run(link))).await;
        ends.into_iter().collect()
    }
}

fn first_purpose(asker: &Asker<'_>) -> Purpose {
    match asker.settings.profile {
        Profile::Bits => Purpose::RangeFirst,
        Profile::Do => Purpose::DoFirstBlock,
    }
}

/// What the connections of an attempt share.
struct Worker<'w> {
    asker: &'w Asker<'w>,
    opened: &'w Opened,
    is_first: bool,
    /// One of them has met something that ends the attempt.
    halted: &'w AtomicBool,
}

impl Worker<'_> {
    /// Fetches ranges over one connection after the other until none is left.
    async fn run(&self, mut link: Link<'_>) -> Result<(), Halt> {
        let mut feed = self.opened.sink.feed();
        let mut in_order = self.opened.sink.in_order();
        while !self.halted.load(Ordering::Relaxed) {
            let next = lock(&self.opened.plan).next(*in_order.borrow_and_update());
            match next {
                Next::Done => break,
                Next::Ask(span) => {
                    let fetched = self.fetch(&mut link, &mut feed, span).await;
                    self.halted.fetch_or(fetched.is_err(), Ordering::Relaxed);
                    fetched?;
                }
                // Or another one halts, or the sink ends.
                Next::Wait => {
                    if let Ok(Err(_)) = timeout(GLANCE, in_order.changed()).await {
                        return Err(Halt::Gone);
                    }
                }
            }
        }
        Ok(())
    }

    /// Fetches one range. What of it does not come is left to be asked again. Gives the exchange
    /// when it is the first.
    async fn fetch(
        &self,
        link: &mut Link<'_>,
        feed: &mut Feed,
        span: Span,
    ) -> Result<Option<Exchange>, Halt> {
        let begun = Instant::now();
        let fetched = self.fetch_part(link, feed, span).await;
        let (come, result) = match fetched {
            Ok((come, exchange)) => (come, Ok(exchange)),
            Err((come, halt)) => (come, Err(halt)),
        };
        let mut plan = lock(&self.opened.plan);
        if let Some(rest) =
            Span::new(span.first() + come, span.last()).filter(|_| come < span.width())
        {
            plan.give_back(rest);
        }
        plan.measured(come, begun.elapsed());
        result
    }

    /// As [`Self::fetch`], and says how many bytes came.
    async fn fetch_part(
        &self,
        link: &mut Link<'_>,
        feed: &mut Feed,
        span: Span,
    ) -> Result<(u64, Option<Exchange>), (u64, Halt)> {
        let (mut asked, answer) = self.ask(link, span).await;
        let mut arriving = match answer {
            Ok(arriving) => arriving,
            Err(failure) => {
                let halt = self.rule(asked, Err(failure)).await;
                return Err((0, halt.err().unwrap_or_else(|| unjudged("no answer came"))));
            }
        };
        let version = &self.opened.version;
        let is_exact = version.is_exact(&arriving.head, span) && arriving.interim.is_empty();
        if self.is_first || !is_exact {
            asked.data = arriving.peek(self.asker.client.timeout).await;
            let presumed = presumed(&asked, &arriving);
            self.rule(asked.clone(), Ok(presumed)).await.map_err(|halt| (0, halt))?;
        }
        let (interim, head) = (arriving.interim.clone(), arriving.head.clone());
        let passed = link.pass_on(arriving, span.first(), span.width(), feed).await;
        let received = passed.map_err(|gone| (span.width(), gone.into()))?;
        let Received { bytes, too_many, stray, end } = received;
        let is_whole = bytes == span.width() && !too_many && stray.is_empty();
        if is_whole && end == BodyEnd::Complete && !self.is_first {
            return Ok((bytes, None));
        }
        let received = bytes + u64::from(too_many);
        let body = Body { data: asked.data.clone(), received, end, stray };
        let answer = Answer { interim, head, body };
        let exchange = self.exchange(&asked, Ok(answer.clone()));
        self.rule(asked, Ok(answer)).await.map_err(|halt| (bytes, halt))?;
        if bytes == 0 {
            return Err((0, unjudged("no byte of the range came")));
        }
        Ok((bytes, self.is_first.then_some(exchange)))
    }

    /// Asks for a range, and follows redirects.
    async fn ask(&self, link: &mut Link<'_>, span: Span) -> (Asked, Result<Arriving, Failure>) {
        self.asker.ranges.fetch_add(1, Ordering::Relaxed);
        let ranges = RangeSet::of_spans([span]);
        let probe = match self.asker.settings.profile {
            Profile::Bits => Probe::get(self.purpose(span), ranges),
            Profile::Do => Probe::unconditional(self.purpose(span), ranges),
        };
        let last_modified = self.opened.version.last_modified.as_deref();
        let mut visited = Vec::new();
        loop {
            let (url, request) = self.asker.request(&probe, last_modified);
            let answer = link.ask(&url, &request).await;
            visited.push(url);
            let head = answer.as_ref().ok().map(|one| &one.head);
            let dialer = &self.asker.client.dialer;
            if let Some(next) = head.and_then(|head| dialer.redirect(head, &visited)) {
                self.asker.lead_to(next);
                continue;
            }
            return (Asked { span, probe, request, data: Bytes::new() }, answer);
        }
    }

    /// What a range is to the judges.
    fn purpose(&self, span: Span) -> Purpose {
        match self.asker.settings.profile {
            _ if self.is_first => first_purpose(self.asker),
            Profile::Bits => Purpose::RangeNext,
            Profile::Do if span.last() + 1 == self.opened.version.size => Purpose::DoLastBlock,
            Profile::Do => Purpose::DoMiddleBlock,
        }
    }

    /// Halts when the judges say so.
    async fn rule(&self, mut asked: Asked, result: Result<Answer, Failure>) -> Result<(), Halt> {
        let differs = result.as_ref().is_ok_and(|answer| self.opened.version.differs(&answer.head));
        let mut more = Vec::new();
        if differs && !self.is_first {
            // Did the file change, or is this one answer wrong? A last look tells.
            match self.asker.settings.profile {
                Profile::Bits => more.extend(self.look_again().await),
                Profile::Do => asked.probe.purpose = Purpose::DoRepeat,
            }
        }
        more.insert(0, self.exchange(&asked, result));
        match self.opened.court.rule(more) {
            Ruling::Stop(trouble) => Err(Halt::Trouble(Box::new(trouble))),
            Ruling::GoOn | Ruling::Empty => Ok(()),
        }
    }

    async fn look_again(&self) -> Vec<Exchange> {
        let mut lane = self.asker.client.lane();
        self.asker.follow(&mut lane, &Probe::head(Purpose::LastHead), None).await;
        lane.finish().await
    }

    fn exchange(&self, asked: &Asked, mut result: Result<Answer, Failure>) -> Exchange {
        self.asker.client.hide_echo(result.as_mut());
        Exchange {
            id: ExchangeId(0),
            probe: asked.probe.clone(),
            leg: self.asker.client.leg,
            client: Client::Socket,
            begun: SystemTime::now(),
            connection: 0,
            reused: false,
            first_attempt: None,
            request: asked.request.clone(),
            result,
            timing: Timing::default(),
        }
    }
}

/// The answer as it would be if its body came as its head says: what of it can be judged
/// before any byte is passed on.
fn presumed(asked: &Asked, arriving: &Arriving) -> Answer {
    let (received, end) = match arriving.head.status {
        206 => (asked.span.width(), BodyEnd::Complete),
        _ => (asked.data.len() as u64, BodyEnd::CutOff),
    };
    let body = Body { data: asked.data.clone(), received, end, stray: Bytes::new() };
    Answer { interim: arriving.interim.clone(), head: arriving.head.clone(), body }
}

/// How long a change is waited for before the rest is looked at again.
const GLANCE: Duration = Duration::from_millis(100);
