//! A perfect origin made of raw bytes, to break one thing at a time. For the unit tests only.

mod plan;
mod reply;

use crate::checks::table;
use crate::model::defect::Defect;
use crate::model::evidence::{Again, Evidence, History, Sibling, Whole};
use crate::model::exchange::{BodyEnd, Client, Leg};
use crate::model::file_bytes::FileBytes;
use crate::model::finding::{Finding, Judgement, Status};
use crate::model::probe::{Method, Probe, Purpose};
use crate::model::profile::Profile;
use crate::predict::findings;
use crate::wire::byte_range::Span;
use plan::{blocks, probes};
pub(crate) use reply::Reply;
use reply::bytes_of;

/// One leg in the making: exchanges with raw heads, ready to be broken.
pub(crate) struct Scene {
    pub(crate) profile: Profile,
    pub(crate) url: &'static str,
    pub(crate) has_credentials: bool,
    pub(crate) replies: Vec<Reply>,
    pub(crate) known_size: Option<u64>,
    pub(crate) siblings: Vec<(History, Scene)>,
    pub(crate) files: Vec<FileBytes>,
}

pub(crate) const SIZE: u64 = 100_000;
const BLOCK: u64 = 1024 * 1024;
pub(crate) const DATE: &str = "Wed, 25 Nov 2020 16:46:48 GMT";

/// A file that came whole and is the right one.
fn right_whole() -> Whole {
    let sha1 = "a9993e364706816aba3e25717850c26c9cd0d89d".to_owned();
    Whole::Came { bytes: SIZE, named: Some(sha1.clone()), sha1, compared: None, retried: None }
}

/// The byte at a position.
pub(crate) fn byte_at(position: u64) -> u8 {
    (position ^ (position >> 8) ^ (position >> 16)) as u8
}

impl Scene {
    /// Everything right, for a file of [`SIZE`] bytes.
    pub(crate) fn perfect() -> Self {
        Self::of_size(SIZE)
    }

    /// Everything right, for a file of this many bytes (not 0).
    pub(crate) fn of_size(size: u64) -> Self {
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
            files: Vec::new(),
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
    pub(crate) fn of_blocks(size: u64) -> Self {
        let replies = blocks(size).into_iter().map(|(purpose, set)| {
            let mut reply = Reply::to(Probe::unconditional(purpose, set), size);
            if purpose.is_read_whole() {
                reply.body = bytes_of(Span::with_width(0, size.min(BLOCK)).unwrap(), BLOCK);
                reply.end = BodyEnd::Complete;
            }
            reply.reused = purpose != Purpose::DoFirstBytes && !purpose.is_last_look();
            reply
        });
        let mut replies: Vec<_> = replies.collect();
        let repeat = replies.len() - 1;
        replies.insert(repeat, Reply::head(Purpose::DoHead, size));
        Self::of(Profile::Do, replies).with_siblings(size)
    }

    /// Adds what a warm phase asks more: the whole file, and repeats.
    pub(crate) fn warmed(mut self, size: u64) -> Self {
        use Purpose::{
            DoDelayed, DoSecond, DoThird, MultiDelayed, MultiSecond, MultiThird, RangeDelayed,
            RangeSecond, RangeThird, WarmUp, WarmUpSecond, WarmUpThird,
        };
        let whole = [WarmUp, WarmUpSecond, WarmUpThird].map(|of| Reply::whole(of, size));
        let repeats = [
            RangeSecond,
            RangeThird,
            RangeDelayed,
            MultiSecond,
            MultiThird,
            MultiDelayed,
            DoSecond,
            DoThird,
            DoDelayed,
        ];
        let repeats = repeats.iter().filter_map(|&purpose| {
            let first =
                self.replies.iter().find(|one| Some(one.probe.purpose) == purpose.repeats());
            let mut reply = first?.clone();
            reply.probe.purpose = purpose;
            Some(reply)
        });
        let more: Vec<_> = whole.into_iter().chain(repeats).collect();
        self.replies.extend(more);
        self
    }

    /// Changes the reply for one purpose.
    pub(crate) fn edit(mut self, purpose: Purpose, change: impl Fn(&mut Reply)) -> Self {
        self.replies.iter_mut().filter(|reply| reply.probe.purpose == purpose).for_each(change);
        self
    }

    /// Changes the reply for one purpose about one sibling.
    pub(crate) fn edit_sibling(
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
    pub(crate) fn edit_gets(mut self, change: impl Fn(&mut Reply)) -> Self {
        self.replies.iter_mut().filter(|reply| reply.probe.method == Method::Get).for_each(change);
        self
    }

    /// Changes every reply.
    pub(crate) fn edit_all(mut self, change: impl Fn(&mut Reply)) -> Self {
        self.replies.iter_mut().for_each(change);
        self
    }

    /// Leaves probes out.
    pub(crate) fn without(mut self, purposes: &[Purpose]) -> Self {
        self.replies.retain(|reply| !purposes.contains(&reply.probe.purpose));
        self
    }

    /// The evidence of a cold leg, beside a direct one that was answered alike.
    pub(crate) fn evidence(&self) -> Evidence {
        let direct = Evidence { through_proxy: false, ..self.evidence_of(Leg::Direct) };
        Evidence { direct: Some(Box::new(direct)), ..self.evidence_of(Leg::Cold) }
    }

    fn evidence_of(&self, leg: Leg) -> Evidence {
        let exchanges = self.replies.iter().enumerate();
        Evidence {
            leg,
            profile: self.profile,
            through_proxy: true,
            has_credentials: self.has_credentials,
            url: self.url.to_owned(),
            exchanges: exchanges.map(|(index, reply)| reply.exchange(index as u32 + 1)).collect(),
            truth: None,
            known_size: self.known_size,
            direct: None,
            earlier: None,
            siblings: self
                .siblings
                .iter()
                .map(|(history, scene)| Sibling { history: *history, evidence: scene.evidence() })
                .collect(),
            whole: Some(right_whole()),
            files: self.files.clone(),
            not_fresh: None,
            again: Again::default(),
        }
    }

    /// What one check says.
    pub(crate) fn judge(&self, id: &str) -> Judgement {
        table::find(id).unwrap().judge(&self.evidence())
    }

    /// Status and defect of one check.
    pub(crate) fn outcome(&self, id: &str) -> (Status, Option<Defect>) {
        let judgement = self.judge(id);
        (judgement.status, judgement.defect)
    }

    /// The finding of one check.
    pub(crate) fn finding(&self, id: &str) -> Finding {
        self.findings().into_iter().find(|finding| finding.check == id).unwrap()
    }

    /// All findings.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        findings::judge_all(&self.evidence(), table::all())
    }

    /// The ids of the checks that found something, with their status.
    pub(crate) fn found(&self) -> Vec<(&'static str, Status)> {
        let findings = self.findings().into_iter();
        findings
            .filter(|finding| finding.judgement.status >= Status::Inconclusive)
            .map(|finding| (finding.check, finding.judgement.status))
            .collect()
    }
}
