//! All checks, listed once. Groups are not contiguous here: reports sort by group. When a client
//! meets a defect is a number of each check, [`crate::model::check::Check::order`].
//!
//! A second list holds the pre-flight checks: they judge what a server shows of itself without a
//! file, run only where a target is such a server, and are not chosen one by one.

mod conditions;
mod connection;
mod delivery;
mod head;
mod multi;
mod range;
mod wsus;

use crate::model::check::Check;
use crate::suggest;

/// Every check of a file.
pub fn all() -> &'static [&'static Check] {
    ALL
}

/// The checks of the base URL of a WSUS server, beside `reachable` and `proxy-authentication`.
pub fn preflights() -> &'static [&'static Check] {
    PREFLIGHTS
}

/// The check of this id, pre-flight checks included.
pub fn find(id: &str) -> Option<&'static Check> {
    ALL.iter().chain(PREFLIGHTS).copied().find(|check| check.id == id)
}

/// Whether a check needs the file whole, so that it runs only when that is asked for.
pub fn is_deep(check: &Check) -> bool {
    check.id == "content-hash"
}

/// The id most like an unknown one, for a hint; nothing when none is like it.
pub fn nearest(id: &str) -> Option<&'static str> {
    suggest::nearest(id, ALL.iter().map(|check| check.id))
}

const ALL: &[&Check] = &[
    &connection::REACHABLE,
    &connection::PROXY_AUTHENTICATION,
    &connection::REDIRECTS,
    &connection::HTTP_VERSION,
    &connection::FRAMING_FIELDS,
    &connection::HEADER_SIZE,
    &head::HEAD_STATUS,
    &head::HEAD_CONTENT_LENGTH,
    &head::HEAD_LENGTH_VALID,
    &head::HEAD_LENGTH_NOT_ZERO,
    &head::HEAD_CODING,
    &head::HEAD_NO_BODY,
    &connection::KEEP_ALIVE,
    &connection::PARALLEL_REQUESTS,
    &connection::BLOCK_PAGE,
    &range::RANGE_FIRST,
    &delivery::DO_EMPTY_BODY_FIELD,
    &delivery::DO_FIRST_BYTES,
    &delivery::DO_FIRST_BLOCK,
    &delivery::DO_HEAD_LENGTH,
    &delivery::DO_TAIL_BLOCK,
    &delivery::DO_OVERLAP,
    &head::HEAD_LENGTH_MATCHES_RANGES,
    &head::HEAD_VALIDATORS,
    &connection::STRAY_BYTES,
    &range::RANGE_NEXT,
    &range::RANGE_MIDDLE,
    &range::RANGE_LARGE,
    &range::RANGE_COMPLETE,
    &range::RANGE_LAST_BYTE,
    &range::RANGE_CLAMPED,
    &range::RANGE_2GIB,
    &range::RANGE_4GIB,
    &range::RANGE_WHOLE,
    &range::RANGE_SUFFIX,
    &range::RANGE_OPEN_END,
    &range::RANGE_PAST_END,
    &range::RANGE_BYTES_AGREE,
    &conditions::IF_UNMODIFIED_SINCE,
    &delivery::DO_MIDDLE_BLOCK,
    &delivery::DO_LAST_BLOCK,
    &delivery::DO_2GIB,
    &delivery::DO_4GIB,
    &conditions::UNCHANGED_SIZE,
    &conditions::UNCHANGED_VALIDATORS,
    &conditions::UNCHANGED_BYTES,
    &conditions::SAME_AS_DIRECT,
    &conditions::CONTENT_HASH,
    &conditions::STABLE_ANSWERS,
    &range::RANGE_BEFORE_HEAD,
    &range::RANGE_WHILE_FILLING,
    &range::RANGE_REPEATED,
    &range::PLAIN_GET,
    &multi::MULTI_TWO,
    &multi::MULTI_FIRST_CONTACT,
    &multi::MULTI_WHILE_FILLING,
    &multi::MULTI_REPEATED,
    &multi::MULTI_FIVE,
    &multi::MULTI_MANY,
    &multi::MULTI_DESCENDING,
    &multi::MULTI_ADJACENT,
    &multi::MULTI_NEAR,
    &multi::MULTI_BOUNDARY,
    &multi::MULTI_PREAMBLE,
    &multi::MULTI_PART_HEADERS,
    &multi::MULTI_PART_FIELDS,
    &multi::MULTI_CLOSING_DELIMITER,
    &multi::MULTI_NO_TOP_CONTENT_RANGE,
    &multi::MULTI_PART_BYTES,
];

const PREFLIGHTS: &[&Check] =
    &[&wsus::WSUS_ALIVE, &wsus::WSUS_CLIENT_SERVICE, &wsus::WSUS_SELF_UPDATE];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::checks::testing::Scene;
    use crate::model::check::Group;
    use crate::model::finding::Status;
    use crate::model::job_kind::JobKind;
    use crate::model::profile::Profile;

    #[test]
    fn ids_are_unique_and_metas_are_complete() {
        let both = || all().iter().chain(preflights());
        let ids: HashSet<_> = both().map(|check| check.id).collect();
        assert_eq!((ids.len(), all().len(), preflights().len()), (72, 69, 3));
        for check in both() {
            let meta = check;
            assert!(meta.title.len() <= 90, "{}", meta.id);
            assert!(meta.explanation.len() > 60 && !meta.probes.is_empty(), "{}", meta.id);
            assert!(!meta.title.ends_with('.') && meta.explanation.ends_with('.'), "{}", meta.id);
        }
    }

    #[test]
    fn job_kind_of_a_check_follows_its_group() {
        for meta in all() {
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
            let meta = check;
            let is_do = meta.id.starts_with("do-");
            assert_eq!(is_do, meta.profiles == [Profile::Do], "{}", meta.id);
            assert!(!meta.profiles.is_empty(), "{}", meta.id);
        }
    }
}
