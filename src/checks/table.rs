//! All checks, listed once. Groups are not contiguous here: reports sort by group. When a client
//! meets a defect is a number of each check, [`crate::model::meta::Meta::order`].
//!
//! A second list holds the pre-flight checks: they judge what a server shows of itself without a
//! file, run only where a target is such a server, and are not chosen one by one.

use super::Check;
use crate::model::disposition::Treatment;
use crate::model::evidence::Evidence;
use crate::model::finding::{Finding, Level};
use crate::predict::{trigger, trigger_do};
use crate::suggest;

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
    check.meta().id == "content-hash"
}

/// The id most like an unknown one, for a hint; nothing when none is like it.
pub fn nearest(id: &str) -> Option<&'static str> {
    suggest::nearest(id, ALL.iter().map(|check| check.meta().id))
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
    &crate::checks::connection::reachable::Reachable,
    &crate::checks::connection::proxy_authentication::ProxyAuthentication,
    &crate::checks::connection::redirects::Redirects,
    &crate::checks::connection::http_version::HttpVersion,
    &crate::checks::connection::framing_fields::FramingFields,
    &crate::checks::connection::header_size::HeaderSize,
    &crate::checks::head::head_status::HeadStatus,
    &crate::checks::head::head_content_length::HeadContentLength,
    &crate::checks::head::head_length_valid::HeadLengthValid,
    &crate::checks::head::head_length_not_zero::HeadLengthNotZero,
    &crate::checks::head::head_coding::HeadCoding,
    &crate::checks::head::head_no_body::HeadNoBody,
    &crate::checks::connection::keep_alive::KeepAlive,
    &crate::checks::connection::parallel_requests::ParallelRequests,
    &crate::checks::connection::block_page::BlockPage,
    &crate::checks::range::range_first::RangeFirst,
    &crate::checks::range::do_empty_body_field::DoEmptyBodyField,
    &crate::checks::range::do_first_bytes::DoFirstBytes,
    &crate::checks::range::do_first_block::DoFirstBlock,
    &crate::checks::head::do_head_length::DoHeadLength,
    &crate::checks::range::do_tail_block::DoTailBlock,
    &crate::checks::range::do_overlap::DoOverlap,
    &crate::checks::head::head_length_matches_ranges::HeadLengthMatchesRanges,
    &crate::checks::head::head_validators::HeadValidators,
    &crate::checks::connection::stray_bytes::StrayBytes,
    &crate::checks::range::range_next::RangeNext,
    &crate::checks::range::range_middle::RangeMiddle,
    &crate::checks::range::range_large::RangeLarge,
    &crate::checks::range::range_complete::RangeComplete,
    &crate::checks::range::range_last_byte::RangeLastByte,
    &crate::checks::range::range_clamped::RangeClamped,
    &crate::checks::range::range_2gib::Range2gib,
    &crate::checks::range::range_4gib::Range4gib,
    &crate::checks::range::range_whole::RangeWhole,
    &crate::checks::range::range_suffix::RangeSuffix,
    &crate::checks::range::range_open_end::RangeOpenEnd,
    &crate::checks::range::range_past_end::RangePastEnd,
    &crate::checks::range::range_bytes_agree::RangeBytesAgree,
    &crate::checks::conditions::if_unmodified_since::IfUnmodifiedSince,
    &crate::checks::range::do_middle_block::DoMiddleBlock,
    &crate::checks::range::do_last_block::DoLastBlock,
    &crate::checks::range::do_2gib::Do2gib,
    &crate::checks::range::do_4gib::Do4gib,
    &crate::checks::conditions::unchanged_size::UnchangedSize,
    &crate::checks::conditions::unchanged_validators::UnchangedValidators,
    &crate::checks::conditions::unchanged_bytes::UnchangedBytes,
    &crate::checks::conditions::same_as_direct::SameAsDirect,
    &crate::checks::conditions::content_hash::ContentHash,
    &crate::checks::conditions::stable_answers::StableAnswers,
    &crate::checks::range::range_before_head::RangeBeforeHead,
    &crate::checks::range::range_while_filling::RangeWhileFilling,
    &crate::checks::range::range_repeated::RangeRepeated,
    &crate::checks::range::plain_get::PlainGet,
    &crate::checks::multi::multi_two::MultiTwo,
    &crate::checks::multi::multi_first_contact::MultiFirstContact,
    &crate::checks::multi::multi_while_filling::MultiWhileFilling,
    &crate::checks::multi::multi_repeated::MultiRepeated,
    &crate::checks::multi::multi_five::MultiFive,
    &crate::checks::multi::multi_many::MultiMany,
    &crate::checks::multi::multi_descending::MultiDescending,
    &crate::checks::multi::multi_adjacent::MultiAdjacent,
    &crate::checks::multi::multi_near::MultiNear,
    &crate::checks::multi::multi_boundary::MultiBoundary,
    &crate::checks::multi::multi_preamble::MultiPreamble,
    &crate::checks::multi::multi_part_headers::MultiPartHeaders,
    &crate::checks::multi::multi_part_fields::MultiPartFields,
    &crate::checks::multi::multi_closing_delimiter::MultiClosingDelimiter,
    &crate::checks::multi::multi_no_top_content_range::MultiNoTopContentRange,
    &crate::checks::multi::multi_part_bytes::MultiPartBytes,
];

const PREFLIGHTS: &[&dyn Check] = &[
    &crate::checks::connection::wsus_alive::WsusAlive,
    &crate::checks::connection::wsus_client_service::WsusClientService,
    &crate::checks::connection::wsus_self_update::WsusSelfUpdate,
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::checks::testing::Scene;
    use crate::model::finding::Status;
    use crate::model::job_kind::JobKind;
    use crate::model::meta::Group;
    use crate::model::profile::Profile;

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
