//! `plain-get`: the whole file arrives for a GET without Range.

use crate::checks::Check;
use crate::checks::rules::{whole_file, worst};
use crate::model::evidence::Evidence;
use crate::model::finding::{Judgement, Level};
use crate::model::job_kind::JobKind;
use crate::model::meta::{Group, Meta};
use crate::model::probe::Purpose;
use crate::model::profile::Profile;

/// The check `plain-get`.
pub(crate) struct PlainGet;

impl Check for PlainGet {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn judge(&self, evidence: &Evidence) -> Judgement {
        let is_plain = |purpose: Purpose| purpose.is_whole_file();
        let sent = evidence.exchanges.iter().filter(|one| is_plain(one.probe.purpose));
        worst(sent.map(|exchange| whole_file::judge_exchange(evidence, exchange))).unwrap_or_else(
            || {
                Judgement::skipped(
                    "the file is fetched whole at the beginning of the warm phase only",
                )
            },
        )
    }
}

static META: Meta = Meta {
    id: "plain-get",
    group: Group::Range,
    level: Level::Recommended,
    jobs: &[JobKind::Download],
    order: 456,
    title: "the whole file arrives for a GET without Range",
    rfc: "RFC 9110 9.3.1, 15.3.1",
    source: "Microsoft, KB 922330; [MC-BUP] 3.5.5; a capture of an Edge update",
    explanation: "Some BITS jobs, such as those with foreground priority, send no Range and fetch \
                  the file in one answer. The warm phase begins with such a request, because it \
                  also fills caches. Its answer must be 200 with the whole file, a Content-Length \
                  and the right bytes: they are compared with those of the built-in origin, else \
                  with the ranges that were received and with the SHA-1 that the name of an \
                  update file states. An ordinary update asks for ranges, so that a failure is a \
                  warning. --warm-limit is the largest file that is fetched.",
    profiles: &[Profile::Bits],
    probes: &[Purpose::Head, Purpose::WarmUp],
};
