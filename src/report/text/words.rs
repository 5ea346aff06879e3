//! Sentences and numbers that several formats share: what would become of the job, who is at fault,
//! what fixes it, what it cost.

use crate::model::advice::Advice;
use crate::model::advice::Proof;
use crate::model::disposition::Severity;
use crate::model::finding::{Finding, Status};
use crate::model::hresult::Certainty;
use crate::model::hresult::Hresult;
use crate::model::job::{Job, JobState};
use crate::model::job_kind::JobKind;
use crate::model::outcome::{Blame, Direction, Outcome, Party, RouteResult, Traffic};
use crate::model::product;
use crate::model::profile::Profile;
use crate::model::verdict::Verdict;
use crate::report::lookup;

/// `The proxy, on the way in. Why`.
pub(in crate::report) fn blame_sentence(blame: &Blame) -> String {
    let party = match blame.party {
        Party::Network => "The network",
        // Without a proxy in the route it may stand in between unseen.
        Party::Origin if blame.direction == Some(Direction::Cache) => {
            return format!("The server, or a cache before it. {}", blame.why);
        }
        Party::Origin => "The server",
        Party::Proxy => "The proxy",
        Party::Unknown => "The proxy or the server",
    };
    let way = match blame.direction {
        None => "",
        Some(Direction::Cache) => ", from its cache",
        Some(Direction::Request) => ", on the way to the server",
        Some(Direction::Response) => ", on the way back",
    };
    format!("{party}{way}. {}", blame.why)
}

/// `/etc/squid/squid.conf, at the start of the file`; none when the fix changes no file.
pub(in crate::report) fn file_words(advice: &Advice) -> Option<String> {
    let file = advice.file?;
    Some(match advice.position.as_str() {
        "" => file.to_owned(),
        position => format!("{file}: {position}"),
    })
}

/// Where the fix is known from, and how well it is proved.
pub(in crate::report) fn source_words(advice: &Advice) -> String {
    let proof = match advice.proof {
        Proof::NotTried => "not tried",
        Proof::Documented => "documented",
        Proof::Tested => "tested",
    };
    format!("{proof}: {}", advice.source)
}

/// `Squid (likely)`, or the subject of an instruction.
pub(in crate::report) fn product_words(advice: &Advice) -> String {
    let name = advice.name;
    match (advice.product, advice.certainty) {
        (None, _) => name.to_owned(),
        (_, product::Certainty::Certain) => format!("{name} (recognised)"),
        (_, product::Certainty::Likely) => format!("{name} (likely)"),
        (_, product::Certainty::Guess) => format!("if your proxy or firewall is {name}"),
    }
}

/// What would become of the required job that fares worst, in one or two sentences.
pub(in crate::report) fn job_sentence(result: &RouteResult) -> String {
    let (kind, job) = result.jobs.worst(result.require);
    if job.state == JobState::Transferred && result.verdict == Verdict::Fail {
        return raised_words(result);
    }
    sentence_of(job, job_words(result.profile, kind), result.profile)
}

/// Which kind of job fails though it is not required, where a required job does not; in one line.
pub(in crate::report) fn other_jobs(result: &RouteResult) -> Option<String> {
    let is_bad = |job: &Job| {
        matches!(job.state, JobState::Damaged | JobState::Error | JobState::TransientError)
    };
    let (_, worst) = result.jobs.worst(result.require);
    let others = JobKind::ALL.iter().filter(|kind| !result.require.kinds().contains(kind));
    let mut others = others.filter_map(|&kind| Some((kind, result.jobs.of_kind(kind)?)));
    let (kind, job) = others.find(|(_, job)| is_bad(job)).filter(|_| !is_bad(worst))?;
    let sentence = sentence_of(job, job_words(result.profile, kind), result.profile);
    let more = match kind {
        JobKind::Download => "",
        JobKind::Ranges => SEVERAL_RANGES,
    };
    Some(format!("{sentence}{more} Not required: --require {} makes it a failure.", kind.as_str()))
}

/// What a job is called at the beginning of a sentence.
fn job_words(profile: Profile, kind: JobKind) -> &'static str {
    match kind {
        JobKind::Download => profile.job(),
        JobKind::Ranges => "A BITS job that requests several ranges at once",
    }
}

/// Why a result fails although the job is not affected: the user has other checks fail it.
fn raised_words(result: &RouteResult) -> String {
    let raised =
        result.findings.iter().filter(|one| one.treatment.severity == Some(Severity::Fail));
    let wrong = raised.filter(|one| matches!(one.judgement.status, Status::Fail | Status::Warn));
    let mut checks: Vec<&str> = wrong.map(|finding| finding.check).collect();
    checks.dedup();
    format!(
        "No job is affected, but the configuration makes this a failure: {}.",
        checks.join(", ")
    )
}

fn sentence_of(job: &Job, who: &str, profile: Profile) -> String {
    let code = job.hresult.map_or_else(
        || "a code that is not known".to_owned(),
        |hresult| match job.certainty {
            Certainty::Documented => code_words(hresult, job.certainty),
            // The sentence says "likely" already.
            Certainty::Likely => name_words(hresult),
        },
    );
    let because = job.because.map_or_else(String::new, |check| format!(", because of {check}"));
    let likely = match job.certainty {
        Certainty::Documented => "",
        Certainty::Likely => " likely",
    };
    match job.state {
        JobState::Damaged => format!(
            "{who} would{likely} complete with wrong bytes in the file{because}. {} does not \
             compare them: Windows Update rejects the file when it verifies the hash.",
            profile.client()
        ),
        JobState::Error => {
            let end = match profile {
                Profile::Bits => "end in ERROR",
                Profile::Do => "fail with",
            };
            format!("{who} would{likely} {end} {code}{because}.")
        }
        JobState::TransientError => match profile {
            Profile::Bits => format!(
                "{who} would{likely} stay in TRANSIENT_ERROR {code}{because}: it is retried every \
                 600 s, for 14 days, by default."
            ),
            Profile::Do => format!(
                "{who} would{likely} not complete, with {code}{because}: it is retried until \
                 Windows gives up."
            ),
        },
        JobState::Transferred => match profile {
            Profile::Bits => format!("{who} would{likely} be TRANSFERRED."),
            Profile::Do => format!("{who} would{likely} succeed."),
        },
        JobState::Unknown => {
            let mut who = who.to_owned();
            // A and not "a": the names of clients keep their case.
            who.replace_range(..1, "a");
            let sentence = format!("What {who} would do cannot be predicted{because}.");
            match job.hresult {
                Some(_) => format!("{sentence} Windows would{likely} show {code} from here."),
                None => sentence,
            }
        }
    }
}

/// `0x80200013 BG_E_INSUFFICIENT_RANGE_SUPPORT (documented)`.
pub(in crate::report) fn code_words(hresult: Hresult, certainty: Certainty) -> String {
    let certainty = match certainty {
        Certainty::Documented => "documented",
        Certainty::Likely => "likely",
    };
    format!("{} ({certainty})", name_words(hresult))
}

/// `0x80200013 BG_E_INSUFFICIENT_RANGE_SUPPORT`.
pub(in crate::report) fn name_words(hresult: Hresult) -> String {
    lookup::code(hresult)
        .map_or_else(|| hresult.to_string(), |code| format!("{hresult} {}", code.name))
}

/// `8 checks: 5 pass, 2 warn, 1 fail`; what does not occur is left out.
pub(in crate::report) fn count_findings(findings: &[Finding]) -> String {
    let statuses =
        [Status::Pass, Status::Warn, Status::Fail, Status::Inconclusive, Status::Skipped];
    let counts: Vec<_> = statuses
        .into_iter()
        .filter_map(|status| {
            let is_so = |finding: &&Finding| finding.judgement.status == status;
            let count = findings.iter().filter(is_so).count();
            (count > 0).then(|| format!("{count} {}", status.as_str()))
        })
        .collect();
    format!("{}: {}", counted(findings.len(), "check"), counts.join(", "))
}

/// `54 requests, 1 MiB, 0.2 s`: requests, bytes of body and time.
pub(in crate::report) fn cost_words(outcome: &Outcome) -> String {
    let Traffic { requests, bytes, .. } = outcome.traffic();
    let seconds = outcome.duration.as_secs_f64();
    let seconds = if seconds < 0.1 { format!("{seconds:.2}") } else { format!("{seconds:.1}") };
    format!("{}, {}, {seconds} s", counted(requests, "request"), byte_words(bytes))
}

/// `1 request`, `2 requests`.
pub(in crate::report) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// `512 bytes`, `16 KiB`, `1.5 MiB`.
pub(in crate::report) fn byte_words(bytes: u64) -> String {
    const KIB: u64 = 1024;
    const MIB: u64 = 1024 * KIB;
    const GIB: u64 = 1024 * MIB;
    let in_unit = |unit: u64, name: &str| {
        let text = format!("{:.1}", bytes as f64 / unit as f64);
        format!("{} {name}", text.strip_suffix(".0").unwrap_or(&text))
    };
    match bytes {
        1 => "1 byte".to_owned(),
        0..KIB => format!("{bytes} bytes"),
        KIB..MIB => in_unit(KIB, "KiB"),
        MIB..GIB => in_unit(MIB, "MiB"),
        _ => in_unit(GIB, "GiB"),
    }
}

// Microsoft, IBackgroundCopyJob3; Windows Update's express files are likely users of it.
const SEVERAL_RANGES: &str = " Only jobs made with AddFileWithRanges or SetFileRanges are such, \
    likely express updates, which read parts of a .psf file.";
