//! A perfect origin made of raw bytes, to break one thing at a time. For the unit tests only.

use std::fmt::Write as _;

use bytes::Bytes;

use super::finding::{Finding, Judgement, Status};
use super::{defect::Defect, registry};
use crate::bits::profile::Profile;
use crate::probe::evidence::{Evidence, History, Sibling, Whole};
use crate::probe::exchange::{
    Answer, Body, BodyEnd, Client, Exchange, ExchangeId, Leg, Request, Timing,
};
use crate::probe::failure::{Failure, FailureKind, Peer};
use crate::probe::probe::{Method, Probe, Purpose};
use crate::wire::byte_range::{ByteRange, RangeSet, Span};
use crate::wire::fields::Fields;
use crate::wire::head::parse_response_head;

/// One leg in the making: exchanges with raw heads, ready to be broken.
pub(super) struct Scene {
    pub(super) profile: Profile,
    pub(super) url: &'static str,
    pub(super) has_credentials: bool,
    pub(super) replies: Vec<Reply>,
    pub(super) known_size: Option<u64>,
    pub(super) siblings: Vec<(History, Scene)>,
}

/// One exchange in the making.
#[derive(Clone)]
pub(super) struct Reply {
    pub(super) probe: Probe,
    pub(super) url: String,
    /// The head without its last empty line.
    pub(super) head: String,
    pub(super) body: Vec<u8>,
    /// How many bytes came; more than the body when it was cut off.
    pub(super) received: Option<u64>,
    pub(super) end: BodyEnd,
    pub(super) stray: Vec<u8>,
    pub(super) failure: Option<FailureKind>,
    pub(super) first_attempt: Option<Failure>,
    pub(super) interim: Vec<&'static str>,
    pub(super) client: Client,
    pub(super) connection: u32,
    pub(super) reused: bool,
}

pub(super) const SIZE: u64 = 100_000;
const BLOCK: u64 = 1024 * 1024;
pub(super) const DATE: &str = "Wed, 25 Nov 2020 16:46:48 GMT";

/// A file that came whole and is the right one.
fn right_whole() -> Whole {
    let sha1 = "a9993e364706816aba3e25717850c26c9cd0d89d".to_owned();
    Whole::Came { bytes: SIZE, named: Some(sha1.clone()), sha1, compared: None }
}

/// The byte at a position.
pub(super) fn byte_at(position: u64) -> u8 {
    (position ^ (position >> 8) ^ (position >> 16)) as u8
}

impl Scene {
    /// Everything right, for a file of [`SIZE`] bytes.
    pub(super) fn perfect() -> Self {
        Self::of_size(SIZE)
    }

    /// Everything right, for a file of this many bytes (not 0).
    pub(super) fn of_size(size: u64) -> Self {
        let mut replies = vec![Reply::head(Purpose::Head, size)];
        for (purpose, set) in probes(size) {
            let mut probe = Probe::get(purpose, set);
            probe.conditional = purpose != Purpose::RangeUnconditional;
            replies.push(Reply::to(probe, size));
        }
        let mut last = Reply::head(Purpose::LastHead, size);
        last.client = Client::Reqwest;
        let at = replies.iter().position(|reply| reply.probe.purpose == Purpose::LastRange);
        replies.insert(at.unwrap_or(replies.len()), last);
        Self::of(Profile::Bits, replies).with_siblings(size)
    }

    fn of(profile: Profile, replies: Vec<Reply>) -> Self {
        Self {
            profile,
            url: "http://origin.test/file.cab",
            has_credentials: false,
            replies,
            known_size: None,
            siblings: Vec::new(),
        }
    }

    /// Adds siblings that were answered as the file itself was.
    fn with_siblings(mut self, size: u64) -> Self {
        use Purpose::{DoOverlap, Head, MultiTwo, RangeFirst, RangeMiddle};
        self.siblings = [
            (History::RangeFirst, &[RangeFirst, Head, RangeMiddle][..]),
            (History::SeveralFirst, &[MultiTwo]),
            (History::Filling, &[RangeMiddle, DoOverlap, MultiTwo]),
        ]
        .into_iter()
        .map(|(history, purposes)| {
            let asked = |reply: &&Reply| purposes.contains(&reply.probe.purpose);
            let replies = self.replies.iter().filter(asked).cloned().collect();
            (history, Self { known_size: Some(size), ..Self::of(self.profile, replies) })
        })
        .collect();
        self
    }

    /// Everything right for Delivery Optimization, for a file of this many bytes (not 0).
    pub(super) fn of_blocks(size: u64) -> Self {
        let replies = blocks(size).into_iter().map(|(purpose, set)| {
            let mut reply = Reply::to(Probe::unconditional(purpose, set), size);
            if purpose.is_read_whole() {
                reply.body = bytes_of(Span::with_width(0, size.min(BLOCK)).unwrap(), BLOCK);
                reply.end = BodyEnd::Complete;
            }
            reply.reused = purpose != Purpose::DoFirstBytes && !purpose.is_last_look();
            reply
        });
        Self::of(Profile::Do, replies.collect()).with_siblings(size)
    }

    /// Changes the reply for one purpose.
    pub(super) fn edit(mut self, purpose: Purpose, change: impl Fn(&mut Reply)) -> Self {
        self.replies.iter_mut().filter(|reply| reply.probe.purpose == purpose).for_each(change);
        self
    }

    /// Changes the reply for one purpose about one sibling.
    pub(super) fn edit_sibling(
        mut self,
        history: History,
        purpose: Purpose,
        change: impl Fn(&mut Reply),
    ) -> Self {
        let siblings = std::mem::take(&mut self.siblings).into_iter();
        let edited = siblings.map(|(of, scene)| {
            (of, if of == history { scene.edit(purpose, &change) } else { scene })
        });
        self.siblings = edited.collect();
        self
    }

    /// Changes every reply to a GET.
    pub(super) fn edit_gets(mut self, change: impl Fn(&mut Reply)) -> Self {
        self.replies.iter_mut().filter(|reply| reply.probe.method == Method::Get).for_each(change);
        self
    }

    /// Changes every reply.
    pub(super) fn edit_all(mut self, change: impl Fn(&mut Reply)) -> Self {
        self.replies.iter_mut().for_each(change);
        self
    }

    /// Leaves probes out.
    pub(super) fn without(mut self, purposes: &[Purpose]) -> Self {
        self.replies.retain(|reply| !purposes.contains(&reply.probe.purpose));
        self
    }

    /// The evidence.
    pub(super) fn evidence(&self) -> Evidence {
        let exchanges = self.replies.iter().enumerate();
        Evidence {
            leg: Leg::Cold,
            profile: self.profile,
            through_proxy: true,
            has_credentials: self.has_credentials,
            url: self.url.to_owned(),
            exchanges: exchanges.map(|(index, reply)| reply.exchange(index as u32 + 1)).collect(),
            truth: None,
            known_size: self.known_size,
            siblings: self
                .siblings
                .iter()
                .map(|(history, scene)| Sibling { history: *history, evidence: scene.evidence() })
                .collect(),
            whole: Some(right_whole()),
        }
    }

    /// What one check says.
    pub(super) fn judge(&self, id: &str) -> Judgement {
        registry::find(id).unwrap().judge(&self.evidence())
    }

    /// Status and defect of one check.
    pub(super) fn outcome(&self, id: &str) -> (Status, Option<Defect>) {
        let judgement = self.judge(id);
        (judgement.status, judgement.defect)
    }

    /// All findings.
    pub(super) fn findings(&self) -> Vec<Finding> {
        registry::judge_all(&self.evidence(), registry::all())
    }

    /// The ids of the checks that found something, with their status.
    pub(super) fn found(&self) -> Vec<(&'static str, Status)> {
        let findings = self.findings().into_iter();
        findings
            .filter(|finding| finding.judgement.status >= Status::Inconclusive)
            .map(|finding| (finding.check, finding.judgement.status))
            .collect()
    }
}

impl Reply {
    fn head(purpose: Purpose, size: u64) -> Self {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n{}", common());
        Self::new(Probe::head(purpose), head, Vec::new())
    }

    /// The right answer to a GET for ranges.
    pub(super) fn to(probe: Probe, size: u64) -> Self {
        let set = probe.ranges.clone().unwrap();
        let spans = set.resolve(size);
        match spans[..] {
            [] => {
                let head = format!(
                    "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes \
                     */{size}\r\nContent-Length: 0\r\n"
                );
                Self::new(probe, head, Vec::new())
            }
            [span] => Self::part(probe, span, size),
            _ => Self::multipart(probe, &spans, size),
        }
    }

    /// A 206 with one part, cut off after a while.
    fn part(probe: Probe, span: Span, size: u64) -> Self {
        let head = format!(
            "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {span}/{size}\r\nContent-Length: \
             {}\r\nContent-Type: application/octet-stream\r\n{}",
            span.width(),
            common()
        );
        let mut reply = Self::new(probe, head, bytes_of(span, 20_000));
        if span.width() > 20_000 {
            reply.end = BodyEnd::CutOff;
        }
        reply
    }

    /// A 206 with several parts.
    pub(super) fn multipart(probe: Probe, spans: &[Span], size: u64) -> Self {
        let mut body = b"\r\n".to_vec();
        for (index, span) in spans.iter().enumerate() {
            let before = if index == 0 { "" } else { "\r\n" };
            let head = format!(
                "{before}--XX\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes \
                 {span}/{size}\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend(bytes_of(*span, 20_000));
        }
        body.extend_from_slice(b"\r\n--XX--\r\n");
        let head = format!(
            "HTTP/1.1 206 Partial Content\r\nContent-Type: multipart/byteranges; \
             boundary=XX\r\nContent-Length: {}\r\n{}",
            body.len(),
            common()
        );
        Self::new(probe, head, body)
    }

    fn new(probe: Probe, head: String, body: Vec<u8>) -> Self {
        let is_witness = probe.purpose.is_last_look() && probe.method == Method::Get;
        Self {
            reused: probe.method == Method::Get && !is_witness,
            client: if is_witness { Client::Reqwest } else { Client::Socket },
            connection: u32::from(is_witness),
            url: "http://origin.test/file.cab".to_owned(),
            probe,
            head,
            body,
            received: None,
            end: BodyEnd::Complete,
            stray: Vec::new(),
            failure: None,
            first_attempt: None,
            interim: Vec::new(),
        }
    }

    /// Replaces text in the head; panics when there is none, so that a test cannot test nothing.
    pub(super) fn replace(&mut self, from: &str, to: &str) {
        assert!(self.head.contains(from), "{from:?} is not in {:?}", self.head);
        self.head = self.head.replace(from, to);
    }

    /// Removes a header field.
    pub(super) fn remove(&mut self, name: &str) {
        let name = format!("{name}:").to_ascii_lowercase();
        let keep = |line: &&str| !line.to_ascii_lowercase().starts_with(&name);
        self.head = self.head.split_inclusive('\n').filter(keep).collect();
    }

    /// Adds a header line.
    pub(super) fn add(&mut self, line: &str) {
        let _ = write!(self.head, "{line}\r\n");
    }

    /// Answers with a whole other head and body.
    pub(super) fn answer(&mut self, head: &str, body: &[u8]) {
        head.clone_into(&mut self.head);
        self.body = body.to_vec();
        self.received = None;
        self.end = BodyEnd::Complete;
    }

    /// Answers 200 with the whole file, cut off.
    pub(super) fn answer_whole(&mut self, size: u64) {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n{}", common());
        let body = Span::new(0, size - 1).map(|span| bytes_of(span, 4096)).unwrap();
        self.answer(&head, &body);
        if size > 4096 {
            self.end = BodyEnd::CutOff;
        }
    }

    /// Fails.
    pub(super) fn fail(&mut self, kind: FailureKind) {
        self.failure = Some(kind);
    }

    fn exchange(&self, id: u32) -> Exchange {
        let result = match &self.failure {
            Some(kind) => Err(Failure::new(kind.clone(), Peer::Proxy)),
            None => Ok(self.read()),
        };
        let method = self.probe.method.as_str();
        Exchange {
            id: ExchangeId(id),
            probe: self.probe.clone(),
            leg: Leg::Cold,
            client: self.client,
            connection: self.connection,
            reused: self.reused,
            first_attempt: self.first_attempt.clone(),
            request: Request {
                method,
                url: self.url.clone(),
                target: self.url.clone(),
                fields: Fields::default(),
            },
            result,
            begun: std::time::SystemTime::UNIX_EPOCH,
            timing: Timing::default(),
        }
    }

    fn read(&self) -> Answer {
        let parse =
            |head: &str| parse_response_head(format!("{head}\r\n").as_bytes()).unwrap().unwrap();
        Answer {
            interim: self.interim.iter().map(|head| parse(head)).collect(),
            head: parse(&self.head),
            body: Body {
                data: Bytes::from(self.body.clone()),
                received: self.received.unwrap_or(self.body.len() as u64),
                end: self.end.clone(),
                stray: Bytes::from(self.stray.clone()),
            },
        }
    }
}

/// The probes of a plan for a file of this size.
fn probes(size: u64) -> Vec<(Purpose, RangeSet)> {
    let single = |text: String| RangeSet::parse(&format!("bytes={text}")).unwrap();
    let mut probes = vec![(Purpose::RangeFirst, single(format!("0-{}", 1023.min(size - 1))))];
    if size >= 4096 {
        let middle = size / 2;
        probes.extend([
            (Purpose::RangeNext, single("1024-3071".to_owned())),
            (Purpose::RangeMiddle, single(format!("{middle}-{}", middle + 1023))),
        ]);
    }
    if size > 16_384 {
        probes.push((Purpose::RangeLarge, single("0-16383".to_owned())));
    }
    probes.extend([
        (Purpose::RangeLastByte, single(format!("{0}-{0}", size - 1))),
        (Purpose::RangeSuffix, single("-500".to_owned())),
        (Purpose::RangeOpenEnd, RangeSet::single(ByteRange::From(size.saturating_sub(700)))),
        (Purpose::RangeClamped, single("0-2147483646".to_owned())),
        (Purpose::RangePastEnd, single(format!("{size}-{}", size + 99))),
    ]);
    for (purpose, at) in [(Purpose::Range2Gib, 1_u64 << 31), (Purpose::Range4Gib, 1 << 32)] {
        if size > at + 1024 {
            probes.push((purpose, single(format!("{}-{}", at - 512, at + 511))));
        }
    }
    probes.push((Purpose::RangeWhole, single(format!("0-{}", size - 1))));
    probes.push((Purpose::RangeUnconditional, single(format!("0-{}", 1023.min(size - 1)))));
    if size >= 4096 {
        probes.extend([
            (Purpose::MultiTwo, single("0-99,1000-1099".to_owned())),
            (Purpose::MultiFive, single("0-9,100-109,200-209,300-309,400-409".to_owned())),
            (Purpose::MultiMany, single("0-9,20-29,40-49,60-69,80-89,110-119".to_owned())),
            (Purpose::MultiDescending, single("900-999,500-599,0-99".to_owned())),
            (Purpose::MultiAdjacent, single("0-99,100-199".to_owned())),
        ]);
    }
    probes.push((Purpose::LastRange, single(format!("0-{}", 1023.min(size - 1)))));
    probes
}

/// The probes of Delivery Optimization for a file of this size.
fn blocks(size: u64) -> Vec<(Purpose, RangeSet)> {
    let set = |first: u64, width: u64| {
        RangeSet::of_spans(Span::with_width(first, width.min(size.saturating_sub(first))))
    };
    let last = (size - 1) / BLOCK * BLOCK;
    let mut blocks = vec![
        (Purpose::DoFirstBytes, RangeSet::of_spans(Span::with_width(0, 2))),
        (Purpose::DoFirstBlock, set(0, BLOCK)),
        (Purpose::DoOverlap, set(size.min(BLOCK) / 2, 2048)),
    ];
    if last > BLOCK {
        blocks.push((Purpose::DoMiddleBlock, set(BLOCK, BLOCK)));
    }
    if last > 0 {
        blocks.push((Purpose::DoLastBlock, set(last, BLOCK)));
    }
    for (purpose, at) in [(Purpose::Do2Gib, 1_u64 << 31), (Purpose::Do4Gib, 1 << 32)] {
        if size > at {
            blocks.push((purpose, set(at, BLOCK)));
        }
    }
    blocks.push((Purpose::DoRepeat, set(0, BLOCK)));
    blocks
}

fn bytes_of(span: Span, most: u64) -> Vec<u8> {
    (span.first()..=span.last()).take(most as usize).map(byte_at).collect()
}

fn common() -> String {
    format!("Last-Modified: {DATE}\r\nETag: \"v1\"\r\nAccept-Ranges: bytes\r\n")
}
