//! What an answer means for the job: asks the judges of [`crate::checks`], who know the codes, so
//! that fetch and check never disagree. An answer that is exactly right needs no judge.

use crate::checks::table;
use crate::model::defect::Defect;
use crate::model::evidence::{Again, Evidence};
use crate::model::exchange::{Exchange, ExchangeId, Leg};
use crate::model::finding::Status;
use crate::model::hresult::BitsView;
use crate::model::job::JobState;
use crate::model::job_kind::JobKind;
use crate::model::profile::Profile;
use crate::predict::findings;
use crate::predict::job;
use crate::wire::byte_range::Span;
use crate::wire::content_range::ContentRange;
use crate::wire::head::{ResponseHead, Version};

/// The evidence of one job that lasts: the opening and the first range that came.
#[derive(Clone, Debug)]
pub(super) struct Court {
    pub(super) profile: Profile,
    pub(super) through_proxy: bool,
    pub(super) has_credentials: bool,
    /// The URL first asked.
    pub(super) url: String,
    pub(super) exchanges: Vec<Exchange>,
}

/// What went wrong, and what the job shows for it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Trouble {
    /// The code, how certain it is, and whether the job tries again; none when none is known.
    pub view: Option<BitsView>,
    /// What it is, where that has a name.
    pub defect: Option<Defect>,
    /// The code is what Windows would show, but the route could not be judged: nothing was reached,
    /// or the proxy wants what the tool does not have.
    pub is_unjudged: bool,
    /// Id of the check whose rule was broken.
    pub check: &'static str,
    /// What is so, in one line.
    pub summary: String,
    /// What was asked and what came; may be empty.
    pub reason: String,
}

/// What the judges say.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Ruling {
    /// The file is empty.
    Empty,
    /// Nothing that would end the job.
    GoOn,
    /// The job ends, or tries again.
    Stop(Trouble),
}

impl Court {
    /// Rules on the lasting evidence with some exchanges more.
    pub(super) fn rule(&self, more: impl IntoIterator<Item = Exchange>) -> Ruling {
        let mut exchanges = self.exchanges.clone();
        exchanges.extend(more);
        for (id, exchange) in (1..).zip(&mut exchanges) {
            exchange.id = ExchangeId(id);
        }
        let evidence = Evidence {
            leg: if self.through_proxy { Leg::Cold } else { Leg::Direct },
            profile: self.profile,
            through_proxy: self.through_proxy,
            has_credentials: self.has_credentials,
            url: self.url.clone(),
            exchanges,
            truth: None,
            direct: None,
            earlier: None,
            known_size: None,
            siblings: Vec::new(),
            whole: None,
            files: Vec::new(),
            not_fresh: None,
            again: Again::default(),
        };
        let findings = findings::judge_all(&evidence, table::all());
        let job = job::predict(&findings, JobKind::Download);
        let deciding = job.because.and_then(|id| findings.iter().find(|one| one.check == id));
        let Some(finding) = deciding else { return Ruling::GoOn };
        let judgement = &finding.judgement;
        match (job.state, judgement.defect) {
            (JobState::Transferred | JobState::Damaged, _) | (JobState::Unknown, None) => {
                Ruling::GoOn
            }
            (JobState::Unknown, Some(Defect::EmptyFile)) => Ruling::Empty,
            // No range was asked yet.
            (JobState::Unknown, Some(Defect::NotJudged)) if evidence.anything_answered() => {
                Ruling::GoOn
            }
            _ => Ruling::Stop(Trouble {
                view: finding.bits,
                defect: judgement.defect,
                is_unjudged: judgement.status == Status::Inconclusive,
                check: finding.check,
                summary: judgement.summary.clone(),
                reason: judgement.reason.clone(),
            }),
        }
    }
}

impl Trouble {
    /// Whether the job tries again by itself.
    pub fn is_transient(&self) -> bool {
        self.view.is_some_and(|view| view.transient)
    }

    /// Whether the status may have come by chance, or for too many connections, though the client is
    /// not known to try again after it: a check sends such a request again before it judges.
    pub fn may_pass(&self) -> bool {
        !self.is_transient() && self.defect.is_some_and(Defect::passes_for_now)
    }
}

/// The first answer's view of the file, with which all others must agree.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct FileVersion {
    pub(super) size: u64,
    pub(super) last_modified: Option<String>,
    pub(super) etag: Option<String>,
}

impl FileVersion {
    pub(super) fn of(head: &ResponseHead, size: u64) -> Self {
        let field = |name| head.fields.first(name).map(str::to_owned);
        Self { size, last_modified: field("last-modified"), etag: field("etag") }
    }

    /// Whether a head is, to the letter, that of the right answer for a range: then nothing is left
    /// to judge but how many bytes follow.
    pub(super) fn is_exact(&self, head: &ResponseHead, span: Span) -> bool {
        let fields = &head.fields;
        let only = |name: &str, value: &str| {
            let mut all = fields.all(name);
            all.next() == Some(value) && all.next().is_none()
        };
        let range = ContentRange::Part { span, total: Some(self.size) }.to_string();
        let same = |name, known: &Option<String>| {
            let mut all = fields.all(name);
            all.next() == known.as_deref() && all.next().is_none()
        };
        let is_page = head
            .media_type()
            .is_some_and(|media| media.contains("html") || media.starts_with("multipart/"));
        head.status == 206
            && head.version == Version::HTTP_11
            && head.oddities.is_empty()
            && only("content-range", &range)
            && only("content-length", &span.width().to_string())
            && !fields.has("transfer-encoding")
            && !fields.has("content-encoding")
            && same("last-modified", &self.last_modified)
            && same("etag", &self.etag)
            && !is_page
    }

    /// Whether the head says that the file is another one.
    pub(super) fn differs(&self, head: &ResponseHead) -> bool {
        let other = |name, known: &Option<String>| {
            let value = head.fields.first(name);
            value.is_some() && known.is_some() && value != known.as_deref()
        };
        let total = head
            .fields
            .first("content-range")
            .and_then(|value| ContentRange::parse(value).ok()?.total());
        head.status == 412
            || total.is_some_and(|total| total != self.size)
            || other("last-modified", &self.last_modified)
            || other("etag", &self.etag)
    }
}
