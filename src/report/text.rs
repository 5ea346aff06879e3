//! The report for a person at a terminal: verdict first, then what is wrong and why, then the
//! rest in one line each. The words alone tell everything; colour repeats it.

pub(super) mod exchange;
pub(super) mod finding;
pub(super) mod gate;
mod matrix;

use super::lookup::Lookup;
use crate::advice::{Advice, rule as fit};
use crate::bits::hresult::Hresult;
use crate::bits::job::JobState;
use crate::bits::profile::Profile;
use crate::bits::trigger::Certainty;
use crate::check::Group;
use crate::check::finding::{Finding, Status};
use crate::run::outcome::{Blame, Direction, Outcome, Party, RouteResult, Traffic, Verdict};
use crate::ui::page::Page;
use crate::ui::style::{Painter, Role};

/// How to lay the text out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct TextOptions {
    /// Columns of the terminal; 80 where there is none. Only what must not be cut is longer.
    pub width: usize,
    /// Whether to colour.
    pub color: bool,
    /// Whether to show every exchange.
    pub verbose: bool,
    /// Whether to show the curl command that repeats what is not right.
    pub curl: bool,
}

impl Default for TextOptions {
    fn default() -> Self {
        Self { width: 80, color: false, verbose: false, curl: false }
    }
}

/// The report: UTF-8, each line ended. Holds no control character but line ends and, when
/// coloured, the escape sequences of the styles.
pub fn render(outcome: &Outcome, lookup: &Lookup, options: &TextOptions) -> Vec<u8> {
    let mut page = Page::new(options.width, Painter { color: options.color });
    let is_short = |result: &RouteResult| {
        outcome.results.len() > MANY && result.verdict == Verdict::Pass && !options.verbose
    };
    for (index, result) in outcome.results.iter().enumerate() {
        if is_short(result) {
            write_header(&mut page, result);
            page.indented(&format!("{}.", count_findings(&result.findings)));
            page.gap();
            continue;
        }
        let mut earlier = outcome.results[..index].iter();
        // What was told of the same route before is not told again.
        let told = earlier
            .find(|other| other.proxy == result.proxy && !is_short(other))
            .filter(|_| !options.verbose);
        write_result(&mut page, result, told, lookup, options);
        page.gap();
    }
    if outcome.results.len() > 1 {
        matrix::write(&mut page, &outcome.results, lookup, options.width);
        page.gap();
    }
    gate::write(&mut page, outcome);
    write_total(&mut page, outcome);
    page.into_bytes()
}

/// One result. `told`: a result over the same route that came before, if any.
fn write_result(
    page: &mut Page,
    result: &RouteResult,
    told: Option<&RouteResult>,
    lookup: &Lookup,
    options: &TextOptions,
) {
    write_header(page, result);
    page.indented(&job_sentence(result, lookup));
    page.indented(&format!("Profile {}: {}.", result.profile, result.profile.users()));
    if let Some(sentence) = fails_though_transferred(result, lookup) {
        page.indented(sentence);
    }
    if let Some(blame) = &result.blame {
        page.labelled("who", &blame_sentence(blame));
    }
    for blame in &result.also_to_blame {
        page.labelled("and", &blame_sentence(blame));
    }
    if let Some(advice) = result.advice.first() {
        page.labelled("mend", &first_cure(advice));
    }
    for note in &result.notes {
        page.indented(&format!("Note: {}.", note.trim_end_matches('.')));
    }
    finding::write_failures(page, result, told, lookup, options.curl);
    match told {
        None => {
            write_advice(page, result);
            finding::write_rest(page, result);
        }
        Some(told) if told.advice != result.advice => write_advice(page, result),
        Some(_) => {}
    }
    if options.verbose {
        for exchange in &result.exchanges {
            page.gap();
            exchange::write_exchange(page, exchange);
        }
    }
    page.gap();
    page.line(&format!("{}.", count_findings(&result.findings)));
}

/// `FAIL  http://wsus/a.cab via proxy berlin (http://proxy:3128)`.
fn write_header(page: &mut Page, result: &RouteResult) {
    let route = gate::route(result.proxy.as_deref(), &result.names);
    let verdict = result.verdict.as_str().to_uppercase();
    page.tagged(role_of_verdict(result.verdict), &verdict, &format!("{} {route}", result.target));
}

/// `The proxy, on the way in. Why`.
pub(super) fn blame_sentence(blame: &Blame) -> String {
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

/// The best cure in one line; all of them follow the findings.
fn first_cure(advice: &Advice) -> String {
    if advice.certainty == fit::Certainty::Guess {
        return String::from("What stands in the way is not known; likely cures follow below.");
    }
    let mut lines = advice.setting.lines();
    let first = lines.next().unwrap_or_default();
    let more = if lines.next().is_some() { " (and more, below)" } else { "" };
    format!("{}: {first}{more}", product_words(advice))
}

/// `Squid (likely)`.
pub(super) fn product_words(advice: &Advice) -> String {
    let certainty = match advice.certainty {
        fit::Certainty::Certain => "recognised",
        fit::Certainty::Likely => "likely",
        fit::Certainty::Guess => "if it is one",
    };
    format!("{} ({certainty})", advice.name)
}

/// All cures, and the products that gave themselves away.
fn write_advice(page: &mut Page, result: &RouteResult) {
    if result.advice.is_empty() {
        return;
    }
    page.gap();
    for recognised in &result.recognised {
        let version = recognised.version.as_deref().unwrap_or_default();
        let certainty = recognised.certainty.as_str();
        let evidence = recognised.evidence.join("; ");
        let text = format!("{} {version} ({certainty}): {evidence}", recognised.name);
        page.tagged(Role::Aside, "seen", &text);
    }
    for advice in &result.advice {
        page.tagged(Role::Heading, "mend", &product_words(advice));
        for line in advice.setting.lines() {
            page.verbatim(line);
        }
        page.labelled("why", &advice.text);
        page.labelled("source", advice.source);
    }
}

/// What would become of an ordinary job, in one or two sentences.
pub(super) fn job_sentence(result: &RouteResult, lookup: &Lookup) -> String {
    let job = &result.job;
    let code = job.hresult.map_or_else(
        || "a code that is not known".to_owned(),
        |hresult| match job.certainty {
            Certainty::Documented => code_words(hresult, job.certainty, lookup),
            // The sentence says "likely" already.
            Certainty::Likely => name_words(hresult, lookup),
        },
    );
    let who = result.profile.job();
    let because = job.because.map_or_else(String::new, |check| format!(", because of {check}"));
    let likely = match job.certainty {
        Certainty::Documented => "",
        Certainty::Likely => " likely",
    };
    match job.state {
        JobState::Error => {
            let end = match result.profile {
                Profile::Bits => "end in ERROR",
                Profile::Do => "fail with",
            };
            format!("{who} would{likely} {end} {code}{because}.")
        }
        JobState::TransientError => match result.profile {
            Profile::Bits => format!(
                "{who} would{likely} stay in TRANSIENT_ERROR {code}{because}: it is retried every \
                 600 s, for 14 days, by default."
            ),
            Profile::Do => format!(
                "{who} would{likely} come to no end, with {code}{because}: it is tried again \
                 until Windows gives up."
            ),
        },
        JobState::Transferred => match result.profile {
            Profile::Bits => format!("{who} would{likely} be TRANSFERRED."),
            Profile::Do => format!("{who} would{likely} succeed."),
        },
        JobState::Unknown => {
            let mut who = who.to_owned();
            // A and not "a": the names of clients keep their case.
            who.replace_range(..1, "a");
            let sentence = format!("What {who} would do cannot be told{because}.");
            match job.hresult {
                Some(_) => format!("{sentence} Windows would{likely} show {code} from here."),
                None => sentence,
            }
        }
    }
}

/// `0x80200013 BG_E_INSUFFICIENT_RANGE_SUPPORT (documented)`.
pub(super) fn code_words(hresult: Hresult, certainty: Certainty, lookup: &Lookup) -> String {
    let certainty = match certainty {
        Certainty::Documented => "documented",
        Certainty::Likely => "likely",
    };
    format!("{} ({certainty})", name_words(hresult, lookup))
}

/// `0x80200013 BG_E_INSUFFICIENT_RANGE_SUPPORT`.
pub(super) fn name_words(hresult: Hresult, lookup: &Lookup) -> String {
    (lookup.code)(hresult)
        .map_or_else(|| hresult.to_string(), |code| format!("{hresult} {}", code.name))
}

/// Why the verdict is fail although an ordinary job would be transferred.
pub(super) fn fails_though_transferred(
    result: &RouteResult,
    lookup: &Lookup,
) -> Option<&'static str> {
    let is_so = result.job.state == JobState::Transferred && result.verdict == Verdict::Fail;
    let several = only_several_ranges_fail(result, lookup);
    is_so.then_some(if several { SEVERAL_RANGES } else { STILL_FAILS })
}

/// Whether nothing fails but what concerns several ranges: that fails the gate, but ends no
/// ordinary download.
fn only_several_ranges_fail(result: &RouteResult, lookup: &Lookup) -> bool {
    let of_several = |finding: &Finding| {
        (lookup.meta)(finding.check).is_some_and(|meta| meta.group == Group::Multi)
    };
    let mut fails =
        result.findings.iter().filter(|finding| finding.judgement.status == Status::Fail);
    fails.all(of_several)
}

/// `8 checks: 5 pass, 2 warn, 1 fail`; what does not occur is left out.
pub(super) fn count_findings(findings: &[Finding]) -> String {
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

fn write_total(page: &mut Page, outcome: &Outcome) {
    let results = match outcome.results.len() {
        1 => String::new(),
        count => format!("{}: {}; ", counted(count, "result"), count_verdicts(&outcome.results)),
    };
    page.line(&format!("{results}{}.", cost_words(outcome)));
}

/// `2 fail, 1 inconclusive, 5 pass`, the worst first; what does not occur is left out.
fn count_verdicts(results: &[RouteResult]) -> String {
    let counts = [Verdict::Fail, Verdict::Inconclusive, Verdict::Warn, Verdict::Pass]
        .into_iter()
        .map(|verdict| (verdict, results.iter().filter(|one| one.verdict == verdict).count()))
        .filter(|&(_, count)| count > 0)
        .map(|(verdict, count)| format!("{count} {}", verdict.as_str()));
    counts.collect::<Vec<_>>().join(", ")
}

/// `54 requests, 1.0 MiB of body, 0.2 s`.
pub(super) fn cost_words(outcome: &Outcome) -> String {
    let Traffic { requests, bytes, .. } = outcome.traffic();
    format!(
        "{}, {} of body, {:.1} s",
        counted(requests, "request"),
        byte_words(bytes),
        outcome.duration.as_secs_f64(),
    )
}

fn role_of_verdict(verdict: Verdict) -> Role {
    match verdict {
        Verdict::Fail => Role::Fail,
        Verdict::Inconclusive => Role::Inconclusive,
        Verdict::Pass => Role::Pass,
        Verdict::Warn => Role::Warn,
    }
}

/// `1 request`, `2 requests`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// `512 bytes`, `16.0 KiB`, `1.5 MiB`.
pub(super) fn byte_words(bytes: u64) -> String {
    const KIB: u64 = 1024;
    const MIB: u64 = 1024 * KIB;
    const GIB: u64 = 1024 * MIB;
    match bytes {
        1 => "1 byte".to_owned(),
        0..KIB => format!("{bytes} bytes"),
        KIB..MIB => format!("{:.1} KiB", bytes as f64 / KIB as f64),
        MIB..GIB => format!("{:.1} MiB", bytes as f64 / MIB as f64),
        _ => format!("{:.1} GiB", bytes as f64 / GIB as f64),
    }
}

/// With more results than these, those that pass are told in two lines each.
const MANY: usize = 5;

const STILL_FAILS: &str = "Required checks fail all the same: see below.";

// Microsoft, IBackgroundCopyJob3; Windows Update's express files are likely users of it.
const SEVERAL_RANGES: &str = "Ordinary downloads work. What fails are requests for several \
    ranges at once: only jobs made with AddFileWithRanges or SetFileRanges need them. Express \
    updates, which read parts of a .psf file, are likely such jobs; without ranges Windows Update \
    falls back to the full file.";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn text(name: &str, options: TextOptions) -> String {
        let (_, outcome) = sample::all().into_iter().find(|(sample, _)| *sample == name).unwrap();
        String::from_utf8(render(&outcome, &sample::LOOKUP, &options)).unwrap()
    }

    #[test]
    fn texts_are_as_agreed() {
        for (name, _) in sample::all() {
            for width in [80, 60] {
                let options = TextOptions { width, verbose: name == "warn", ..Default::default() };
                insta::assert_snapshot!(format!("{name}-{width}"), text(name, options));
            }
        }
    }

    #[test]
    fn verbose_shows_the_exchanges() {
        insta::assert_snapshot!(text("fail", TextOptions { verbose: true, ..Default::default() }));
    }

    #[test]
    fn color_only_repeats_the_words() {
        for (name, _) in sample::all() {
            let colored = text(name, TextOptions { color: true, ..Default::default() });
            let plain = anstream::adapter::strip_str(&colored).to_string();
            assert_ne!(colored, plain);
            assert_eq!(plain, text(name, TextOptions::default()));
        }
    }

    #[test]
    fn no_control_character_and_no_wide_line_is_printed() {
        for (name, _) in sample::all() {
            for width in [20, 60, 80, 200] {
                let text = text(name, TextOptions { width, verbose: true, ..Default::default() });
                for line in text.lines() {
                    assert!(!line.chars().any(char::is_control), "{name}: {line:?}");
                    assert!(!line.ends_with(' '), "{name}: {line:?}");
                    // Wide is what cannot be broken: one long word, or a row of the table.
                    let words = line.split(' ').map(|word| word.chars().count());
                    let unbreakable = words.max().unwrap_or(0) + "INCONCLUSIVE  ".len() > width;
                    // Its columns need 80.
                    let row = width < 80 && (line.contains("  0x8") || line.contains("CODE  "));
                    let fits = line.chars().count() <= width || width < 60;
                    assert!(fits || unbreakable || row, "{name}: {line}");
                }
            }
        }
    }

    #[test]
    fn quantities_are_words() {
        assert_eq!(byte_words(1023), "1023 bytes");
        assert_eq!(byte_words(16_384), "16.0 KiB");
        assert_eq!(byte_words(5 << 30), "5.0 GiB");
        assert_eq!(counted(1, "check"), "1 check");
    }
}
