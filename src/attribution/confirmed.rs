//! What asking again showed of a defect.

use crate::model::defect::Defect;
use crate::model::evidence::History;
use crate::model::exchange::Exchange;
use crate::model::finding::Finding;
use crate::model::probe::Method;

/// What asking again showed of one kind of defect.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Shown {
    /// It occurs through the proxy for a URL that no one asked for before, not for the same URL again,
    /// and never without the proxy.
    FirstContact,
    /// It does not occur again through the proxy.
    Once,
    /// It occurs again through the proxy, and not without it.
    ProxyOnly,
    /// The server gives the same answer, or an answer with the same defect.
    Server,
    /// The server does the same once the whole file was fetched from it.
    ServerWhenWarm,
}

/// Requests that fail alike: the same defect on the same method with as many ranges.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub(crate) struct Kind {
    defect: Defect,
    method: Method,
    /// Ranges asked, up to two.
    ranges: usize,
    /// Of a file that was asked for in another order.
    is_sibling: bool,
}

/// What asking again showed.
#[derive(Debug, Default)]
pub(crate) struct Confirmed(pub(crate) Vec<(Kind, Shown)>);

impl Confirmed {
    /// What it showed of the defect of a finding, which this exchange proves.
    pub(crate) fn shown(&self, finding: &Finding, proof: &Exchange) -> Option<Shown> {
        if needs_more_requests(finding) {
            return None;
        }
        let kind = Kind::of(finding, proof, false)?;
        let is_same = |other: &Kind| Kind { is_sibling: false, ..other.clone() } == kind;
        self.0.iter().find(|(other, _)| is_same(other)).map(|(_, shown)| *shown)
    }
}

impl Kind {
    pub(crate) fn of(finding: &Finding, proof: &Exchange, is_sibling: bool) -> Option<Self> {
        let ranges = proof.probe.ranges.as_ref().map_or(0, |set| set.ranges().len().min(2));
        let defect = finding.judgement.defect?;
        Some(Self { defect, method: proof.probe.method, ranges, is_sibling })
    }
}

/// Whether a finding is of what requests before did to a file: one request cannot show it.
pub(crate) fn needs_more_requests(finding: &Finding) -> bool {
    matches!(finding.row.history, Some(History::Filling | History::RangeFirst))
}
