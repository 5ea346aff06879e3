//! `head-validators`: HEAD and ranges have Last-Modified, the same on all.

use crate::checks::rules::validators;
use crate::checks::rules::{client_sends, head, shown};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::exchange::ExchangeId;
use crate::model::finding::Judgement;
use crate::model::probe::{Method, Purpose};

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let Some(head) = validators::of_head(evidence) else {
        return head::not_answered();
    };
    let id = head.exchange.id;
    if head.last_modified.is_none() && head.etag.is_none() {
        return missing("HEAD has no Last-Modified and no ETag").proved_by([id]);
    }
    let first = evidence.exchange(Purpose::RangeFirst).map(|exchange| exchange.id);
    let part = validators::all(evidence).into_iter().find(|other| Some(other.exchange.id) == first);
    let differ = |name, one: Option<&str>, other: Option<&str>| {
        format!(
            "{name} is {} on HEAD and {} on the first range.",
            shown(one.unwrap_or_default()),
            shown(other.unwrap_or_default())
        )
    };
    if let Some(part) = part {
        let proof = [id, part.exchange.id];
        let dates = head.last_modified.zip(part.last_modified);
        if dates.is_some_and(|(one, other)| !validators::same_date(one, other)) {
            return Judgement::fail(
                Defect::ValidatorsDiffer,
                "Last-Modified of HEAD and range differ",
            )
            .because(
                differ("Last-Modified", head.last_modified, part.last_modified)
                    + " BITS takes that for a changed file.",
            )
            .proved_by(proof);
        }
        let etags = head.etag.zip(part.etag);
        if etags.is_some_and(|(one, other)| !validators::same_etag(one, other)) {
            return Judgement::warn(Defect::ValidatorsDiffer, "ETag of HEAD and range differ")
                .because(
                    differ("ETag", head.etag, part.etag)
                        + " No capture shows that BITS looks at ETag.",
                )
                .proved_by(proof);
        }
    }
    match head.last_modified {
        Some(date) if httpdate::parse_http_date(date).is_err() => {
            Judgement::warn(Defect::ValidatorsMissing, "the Last-Modified of HEAD is no date")
                .because(format!("Got {}.", shown(date)))
                .proved_by([id])
        }
        Some(_) => match part_without_date(evidence) {
            Some(part) => missing("a 206 has no Last-Modified").proved_by([id, part]),
            None => Judgement::pass("HEAD and the ranges have Last-Modified").proved_by([id]),
        },
        None => missing("HEAD has ETag, but no Last-Modified").proved_by([id]),
    }
}

/// An answer with a part of the file, to a request that BITS sends, without `Last-Modified`.
fn part_without_date(evidence: &Evidence) -> Option<ExchangeId> {
    let parts = validators::all(evidence);
    let missing = parts.into_iter().find(|of| {
        of.exchange.probe.method == Method::Get
            && client_sends(of.exchange.probe.purpose)
            && of.last_modified.is_none()
    })?;
    Some(missing.exchange.id)
}

fn missing(summary: &str) -> Judgement {
    Judgement::warn(Defect::ValidatorsMissing, summary).because(
        "Microsoft requires Last-Modified on every 200 and 206 ([MC-BUP] 3.5.5.1): BITS detects by \
         it whether the file changed meanwhile. Without it only the size is left.",
    )
}
