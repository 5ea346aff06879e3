//! `head-validators`: HEAD has validators, the same as the ranges.

use crate::bits::profile::Profile;
use crate::check::defect::Defect;
use crate::check::finding::{Judgement, Level};
use crate::check::rules::validators;
use crate::check::rules::{head, shown};
use crate::check::{Check, Group, JobKind, Meta};
use crate::probe::evidence::Evidence;
use crate::probe::probe::Purpose;

/// The check `head-validators`.
pub(super) struct HeadValidators;

impl Check for HeadValidators {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        let Some(head) = validators::of_head(evidence) else {
            return head::not_answered();
        };
        let id = head.exchange.id;
        if head.last_modified.is_none() && head.etag.is_none() {
            return Judgement::warn(
                Defect::ValidatorsMissing,
                "HEAD has no Last-Modified and no ETag",
            )
            .because("BITS compares size and timestamp; without a timestamp only the size is left.")
            .proved_by([id]);
        }
        let first = evidence.exchange(Purpose::RangeFirst).map(|exchange| exchange.id);
        let part =
            validators::all(evidence).into_iter().find(|other| Some(other.exchange.id) == first);
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
            Some(_) => Judgement::pass("HEAD has Last-Modified").proved_by([id]),
            None => Judgement::pass("HEAD has ETag, but no Last-Modified")
                .because("BITS compares size and timestamp, so only the size is left.")
                .proved_by([id]),
        }
    }
}

static META: Meta = Meta {
    id: "head-validators",
    group: Group::Head,
    level: Level::Recommended,
    jobs: JobKind::ALL,
    order: 190,
    title: "HEAD has validators, the same as the ranges",
    rfc: "RFC 9110 8.8, 15.3.7",
    source: "Microsoft, File transfer consistency",
    explanation: "BITS tells versions of a file apart by size and Last-Modified. Without Last- \
                  Modified only the size is left to compare. When HEAD and ranges differ in it, \
                  BITS takes that for a change and begins anew.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::RangeFirst],
};
