//! What origin and proxy share: the rules of the behaviour are applied to a request, the source
//! answers it, and the rules are applied to the reply.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::behaviour::Behaviour;
use super::delay::Delays;
use super::edit;
use super::emulation::{self, Session, Store};
use super::hold::Holds;
use super::journal::{Connections, Journal};
use super::mechanism::{Answer, Rule, Step};
use super::message::{Reply, Request};
use super::origin;
use super::parts::{Parts, encode_multipart};
use super::proxy::{self, ProxySettings};
use super::rewrite::rewrite;
use super::scope::{RequestFacts, ResponseFacts};
use crate::wire::byte_range::RangeSet;

/// A running mock: its source, its behaviour and what it remembers.
#[derive(Debug)]
pub(crate) struct Mock {
    pub(crate) source: Source,
    pub(crate) behaviour: Behaviour,
    pub(crate) journal: Journal,
    pub(crate) holds: Holds,
    /// Connections that are open.
    pub(crate) open_connections: Connections,
    delays: Delays,
    memory: Mutex<HashMap<String, Memory>>,
    store: Store,
}

/// Where replies come from.
#[derive(Debug)]
pub(crate) enum Source {
    /// Generated objects, when `only` is set none but those under this name.
    Objects { only: Option<String> },
    /// The next server.
    Upstream(ProxySettings),
}

/// What is remembered of one path.
#[derive(Clone, Debug, Default)]
struct Memory {
    requests: u64,
    ranged: u64,
    several: u64,
    heads: u64,
    /// Requests for the whole file.
    wholes: u64,
    /// Requests with ranges, and with several ranges, since the first of those.
    since_whole: u64,
    several_since_whole: u64,
    last_whole: Option<Instant>,
    first_range: Option<String>,
    begins_with_range: bool,
    /// Every answer with the whole file that is on its way holds one more of it.
    whole: Arc<()>,
}

impl Mock {
    pub(crate) fn new(source: Source, behaviour: Behaviour) -> Self {
        Self {
            delays: Delays::new(behaviour.delay_seed()),
            open_connections: Connections::default(),
            source,
            behaviour,
            journal: Journal::default(),
            holds: Holds::default(),
            memory: Mutex::default(),
            store: Store::default(),
        }
    }

    /// Answers a request of this session.
    pub(crate) async fn answer(&self, request: &Request, session: &mut Session) -> Reply {
        self.delays.pause().await;
        let (mut facts, first_range, whole) = self.remember(request, session);
        let early = self.steps(&facts, |rule| !rule.scope.needs_answer());
        let mut reply = match own_answer(&early, false) {
            Some(answer) => edit::answer(answer, request, None),
            None => self.fetch(request, &early, first_range.as_deref(), session).await,
        };
        facts.total = reply.total();
        if self.behaviour.rules().any(|rule| rule.scope.needs_answer()) {
            let fields = reply.fields.clone();
            facts.answer =
                Some(ResponseFacts { status: reply.status, is_hit: reply.is_hit, fields });
            let late = self.steps(&facts, |rule| rule.scope.needs_answer());
            if late.iter().any(|step| matches!(step, Step::Request(_))) {
                reply = self.fetch(request, &late, first_range.as_deref(), session).await;
            }
        }
        let steps = self.steps(&facts, |_| true);
        if let Some(answer) = own_answer(&steps, true).filter(|_| !request.is_connect()) {
            reply = edit::answer(answer, request, facts.total);
        }
        apply_rules(&mut reply, &steps, &facts).await;
        if let Some(token) = whole {
            reply.body.carry(token);
        }
        reply
    }

    /// The steps whose scope holds, of those rules that `wanted` picks.
    fn steps(&self, facts: &RequestFacts, wanted: impl Fn(&Rule) -> bool) -> Vec<&'static Step> {
        let is_connect = facts.method == "CONNECT";
        self.behaviour
            .rules()
            .filter(|rule| wanted(rule) && rule.scope.holds(facts))
            .map(|rule| &rule.step)
            .filter(|step| !is_connect || step.suits_connect())
            .collect()
    }

    async fn fetch(
        &self,
        request: &Request,
        steps: &[&Step],
        first_range: Option<&str>,
        session: &mut Session,
    ) -> Reply {
        let mut request = request.clone();
        for step in steps {
            if let Step::Request(edit) = step {
                rewrite(&mut request, edit, first_range);
            }
        }
        match &self.source {
            Source::Objects { only } => {
                let hold = self.holds.of(request.path_and_query());
                origin::answer(&request, only.as_deref(), hold)
            }
            Source::Upstream(settings) => match self.behaviour.emulation() {
                Some(known) => {
                    emulation::answer(known, &request, session, &self.store, settings).await
                }
                None => proxy::answer(&request, settings).await,
            },
        }
    }

    /// Also the first range of the path, and for a request of the whole file a token of it.
    fn remember(
        &self,
        request: &Request,
        session: &mut Session,
    ) -> (RequestFacts, Option<String>, Option<Arc<()>>) {
        let path = request.path_and_query().to_owned();
        let value = request.fields.first("range").map(str::to_owned);
        let ranges = request.ranges();
        let mut paths = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        if paths.len() >= MAX_PATHS && !paths.contains_key(&path) {
            paths.clear();
        }
        let memory = paths.entry(path.clone()).or_default();
        memory.requests += 1;
        memory.begins_with_range |= memory.requests == 1 && value.is_some();
        memory.heads += u64::from(request.is_head());
        let after_whole = memory.last_whole.map(|at| at.elapsed());
        let wholes = memory.wholes;
        let asks_whole = request.method == "GET" && value.is_none();
        if asks_whole {
            memory.wholes += 1;
            memory.last_whole = Some(Instant::now());
        }
        let is_several = ranges.as_ref().is_some_and(RangeSet::is_multiple);
        memory.several += u64::from(is_several);
        if wholes > 0 {
            memory.since_whole += u64::from(ranges.is_some());
            memory.several_since_whole += u64::from(is_several);
        }
        if ranges.is_some() {
            memory.ranged += 1;
            session.ranged += 1;
            memory.first_range = memory.first_range.take().or_else(|| value.clone());
        }
        let facts = RequestFacts {
            method: request.method.clone(),
            path_and_query: path,
            fields: request.fields.clone(),
            has_range: value.is_some(),
            ranges,
            request_number: memory.requests,
            range_number: memory.ranged,
            connection_range_number: session.ranged,
            head_number: memory.heads,
            several_number: memory.several,
            wholes,
            since_whole: memory.since_whole,
            several_since_whole: memory.several_since_whole,
            after_whole,
            connections: session.connections,
            begins_with_range: memory.begins_with_range,
            whole_underway: Arc::strong_count(&memory.whole) > 1,
            total: None,
            answer: None,
        };
        let token = asks_whole.then(|| Arc::clone(&memory.whole));
        (facts, memory.first_range.clone(), token)
    }
}

/// Changes the reply as the steps of all rules say, in their order.
async fn apply_rules(reply: &mut Reply, steps: &[&Step], facts: &RequestFacts) {
    if steps.iter().any(|step| matches!(step, Step::Parts(_) | Step::Shape(_))) {
        decode_multipart(reply).await;
        for step in steps {
            edit::edit_parts(reply, step);
        }
    }
    encode_multipart(reply);
    for step in steps {
        edit::edit(reply, step, facts);
    }
}

/// The first own answer: those that need the source's reply, or those that do not.
fn own_answer<'a>(steps: &[&'a Step], after_source: bool) -> Option<&'a Answer> {
    steps.iter().find_map(|step| match step {
        Step::Answer(answer) if after_source => Some(answer),
        Step::Answer(answer) if !matches!(answer, Answer::Unsatisfiable) => Some(answer),
        _ => None,
    })
}

/// Buffers and decodes a multipart body from upstream, so that rules can change it.
async fn decode_multipart(reply: &mut Reply) {
    let content_type = reply.fields.first("content-type").unwrap_or_default().to_owned();
    let is_multipart = content_type.to_ascii_lowercase().starts_with("multipart/byteranges");
    if reply.parts.is_some() || reply.status != 206 || !is_multipart {
        return;
    }
    match reply.body.collect(MAX_MULTIPART).await {
        Ok(body) => reply.parts = Parts::parse(&content_type, &body),
        Err(_) => *reply = Reply::text(502, "The multipart body could not be read."),
    }
}

const MAX_PATHS: usize = 4096;
const MAX_MULTIPART: usize = 8 * 1024 * 1024;
