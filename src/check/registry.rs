//! All checks, listed once. Groups are not contiguous here: reports sort by group. When a client
//! meets a defect is a number of each check, [`super::Meta::order`].
//!
//! A second list holds the pre-flight checks: they judge what a server shows of itself without a
//! file, run only where a target is such a server, and are not chosen one by one.

use super::Check;
use super::finding::{Finding, Level};
use super::treatment::Treatment;
use crate::bits::{trigger, trigger_do};
use crate::nearest;
use crate::probe::evidence::Evidence;

/// Every check of a file.
pub fn all() -> &'static [&'static dyn Check] {
    ALL
}

/// The checks of the base URL of a WSUS server, beside `reachable` and `proxy-authentication`.
pub fn preflights() -> &'static [&'static dyn Check] {
    PREFLIGHTS
}

/// The check of this id, pre-flight checks included.
pub fn find(id: &str) -> Option<&'static dyn Check> {
    ALL.iter().chain(PREFLIGHTS).copied().find(|check| check.meta().id == id)
}

/// Whether a check needs the file whole, so that it runs only when that is asked for.
pub fn is_deep(check: &dyn Check) -> bool {
    check.meta().id == super::content_hash::ID
}

/// The id most like an unknown one, for a hint; nothing when none is like it.
pub fn nearest(id: &str) -> Option<&'static str> {
    nearest::nearest(id, ALL.iter().map(|check| check.meta().id))
}

/// Judges one leg by those of the selected checks that belong to its profile, and attaches what
/// the client makes of each defect. The findings come in the order of `selected`.
pub fn judge_all(evidence: &Evidence, selected: &[&'static dyn Check]) -> Vec<Finding> {
    let of_profile =
        selected.iter().filter(|check| check.meta().profiles.contains(&evidence.profile));
    of_profile.map(|check| judge(evidence, *check)).collect()
}

fn judge(evidence: &Evidence, check: &dyn Check) -> Finding {
    let mut judgement = check.judge(evidence);
    // What a recommended check finds ends no job, so that Windows shows no code for it.
    let defect = judgement.defect.filter(|_| check.meta().level == Level::Required);
    let bits = defect.and_then(|defect| trigger::view(defect, evidence.profile));
    if let Some(retried) = bits.as_ref().and_then(trigger_do::retried) {
        let space = if judgement.reason.is_empty() { "" } else { " " };
        judgement.reason = format!("{}{space}{retried}", judgement.reason);
    }
    Finding {
        check: check.meta().id,
        level: check.meta().level,
        leg: evidence.leg,
        judgement,
        bits,
        treatment: Treatment::default(),
    }
}

const ALL: &[&dyn Check] = &[
    &super::reachable::Reachable,
    &super::proxy_authentication::ProxyAuthentication,
    &super::redirects::Redirects,
    &super::http_version::HttpVersion,
    &super::framing_fields::FramingFields,
    &super::header_size::HeaderSize,
    &super::head_status::HeadStatus,
    &super::head_content_length::HeadContentLength,
    &super::head_length_valid::HeadLengthValid,
    &super::head_length_not_zero::HeadLengthNotZero,
    &super::head_coding::HeadCoding,
    &super::head_no_body::HeadNoBody,
    &super::keep_alive::KeepAlive,
    &super::parallel_requests::ParallelRequests,
    &super::block_page::BlockPage,
    &super::range_first::RangeFirst,
    &super::do_empty_body_field::DoEmptyBodyField,
    &super::do_first_bytes::DoFirstBytes,
    &super::do_first_block::DoFirstBlock,
    &super::do_head_length::DoHeadLength,
    &super::do_tail_block::DoTailBlock,
    &super::do_overlap::DoOverlap,
    &super::head_length_matches_ranges::HeadLengthMatchesRanges,
    &super::head_validators::HeadValidators,
    &super::stray_bytes::StrayBytes,
    &super::range_next::RangeNext,
    &super::range_middle::RangeMiddle,
    &super::range_large::RangeLarge,
    &super::range_complete::RangeComplete,
    &super::range_last_byte::RangeLastByte,
    &super::range_clamped::RangeClamped,
    &super::range_2gib::Range2gib,
    &super::range_4gib::Range4gib,
    &super::range_whole::RangeWhole,
    &super::range_suffix::RangeSuffix,
    &super::range_open_end::RangeOpenEnd,
    &super::range_past_end::RangePastEnd,
    &super::range_bytes_agree::RangeBytesAgree,
    &super::if_unmodified_since::IfUnmodifiedSince,
    &super::do_middle_block::DoMiddleBlock,
    &super::do_last_block::DoLastBlock,
    &super::do_2gib::Do2gib,
    &super::do_4gib::Do4gib,
    &super::unchanged_size::UnchangedSize,
    &super::unchanged_validators::UnchangedValidators,
    &super::unchanged_bytes::UnchangedBytes,
    &super::same_as_direct::SameAsDirect,
    &super::content_hash::ContentHash,
    &super::stable_answers::StableAnswers,
    &super::range_before_head::RangeBeforeHead,
    &super::range_while_filling::RangeWhileFilling,
    &super::range_repeated::RangeRepeated,
    &super::plain_get::PlainGet,
    &super::multi_two::MultiTwo,
    &super::multi_first_contact::MultiFirstContact,
    &super::multi_while_filling::MultiWhileFilling,
    &super::multi_repeated::MultiRepeated,
    &super::multi_five::MultiFive,
    &super::multi_many::MultiMany,
    &super::multi_descending::MultiDescending,
    &super::multi_adjacent::MultiAdjacent,
    &super::multi_near::MultiNear,
    &super::multi_boundary::MultiBoundary,
    &super::multi_preamble::MultiPreamble,
    &super::multi_part_headers::MultiPartHeaders,
    &super::multi_part_fields::MultiPartFields,
    &super::multi_closing_delimiter::MultiClosingDelimiter,
    &super::multi_no_top_content_range::MultiNoTopContentRange,
    &super::multi_part_bytes::MultiPartBytes,
];

const PREFLIGHTS: &[&dyn Check] = &[
    &super::wsus_alive::WsusAlive,
    &super::wsus_client_service::WsusClientService,
    &super::wsus_self_update::WsusSelfUpdate,
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::bits::profile::Profile;
    use crate::check::finding::Status;
    use crate::check::testing::Scene;
    use crate::check::{Group, JobKind};

    #[test]
    fn ids_are_unique_and_metas_are_complete() {
        let both = || all().iter().chain(preflights());
        let ids: HashSet<_> = both().map(|check| check.meta().id).collect();
        assert_eq!((ids.len(), all().len(), preflights().len()), (72, 69, 3));
        for check in both() {
            let meta = check.meta();
            assert!(meta.title.len() <= 90, "{}", meta.id);
            assert!(meta.explanation.len() > 60 && !meta.probes.is_empty(), "{}", meta.id);
            assert!(!meta.title.ends_with('.') && meta.explanation.ends_with('.'), "{}", meta.id);
        }
    }

    #[test]
    fn job_kind_of_a_check_follows_its_group() {
        for meta in all().iter().map(|check| check.meta()) {
            let expected = match meta.group {
                Group::Multi => &[JobKind::Ranges],
                Group::Range => &[JobKind::Download],
                _ if meta.profiles == [Profile::Do] => &[JobKind::Download],
                _ => JobKind::ALL,
            };
            assert_eq!(meta.jobs, expected, "{}", meta.id);
        }
    }

    #[test]
    fn an_unknown_id_gets_a_hint() {
        assert!(find("range-first").is_some() && find("range-frist").is_none());
        assert_eq!(nearest("range-frist"), Some("range-first"));
        assert_eq!(nearest("keepalive"), Some("keep-alive"));
        assert_eq!(nearest("qqq"), None);
    }

    #[test]
    fn a_perfect_origin_passes_every_check() {
        for size in [1, 100, 5000, 100_000, (5 << 30) + 1] {
            let scene = Scene::of_size(size);
            assert_eq!(scene.found(), [], "{size}");
        }
        for size in [1, 1000, 1 << 20, 3_000_000, (5 << 30) + 1] {
            let scene = Scene::of_blocks(size);
            assert_eq!(scene.found(), [], "{size} in blocks");
        }
        for scene in [Scene::of_size(5 << 30), Scene::of_blocks(5 << 30)] {
            let scene = scene.warmed(5 << 30);
            assert_eq!(scene.found(), []);
            let findings = scene.findings();
            let skipped = findings.iter().filter(|one| one.judgement.status != Status::Pass);
            let skipped: Vec<_> = skipped.map(|finding| finding.check).collect();
            assert_eq!(skipped, [""; 0]);
        }
    }

    #[test]
    fn a_profile_has_its_own_checks_only() {
        let of = |scene: Scene| -> HashSet<_> {
            scene.findings().into_iter().map(|finding| finding.check).collect()
        };
        let (bits, delivery) = (of(Scene::perfect()), of(Scene::of_blocks(3_000_000)));
        assert!(bits.contains("head-status") && !delivery.contains("head-status"));
        assert!(delivery.contains("do-first-block") && !bits.contains("do-first-block"));
        assert!(bits.contains("keep-alive") && delivery.contains("keep-alive"));
        for check in all() {
            let meta = check.meta();
            let is_do = meta.id.starts_with("do-");
            assert_eq!(is_do, meta.profiles == [Profile::Do], "{}", meta.id);
            assert!(!meta.profiles.is_empty(), "{}", meta.id);
        }
    }
}
