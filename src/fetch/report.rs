//! The report of a fetch, as text and as JSON: pure functions of the outcome. Called by
//! `bitsgate fetch`.

mod json;

pub use json::json;

use super::Cut;
use super::hash::Hash;
use super::outcome::{End, Outcome};
use crate::model::hresult::Certainty;
use crate::model::profile::Profile;
use crate::predict::codes;
use crate::report::text::TextOptions;
use crate::ui::page::Page;
use crate::ui::style::{Painter, Role};

/// What was asked for, as reports show it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The target as the user named it.
    pub target: String,
    /// The proxy without credentials; none for the direct route.
    pub proxy: Option<String>,
    /// Whose requests were sent.
    pub profile: Profile,
    /// How the file was cut into ranges.
    pub cut: Cut,
    /// Connections at the same time.
    pub connections: usize,
    /// What else a reader must know, in full sentences.
    pub notes: Vec<String>,
}

/// The report for a person.
pub fn text(asked: &Asked, outcome: &Outcome, options: &TextOptions) -> Vec<u8> {
    let mut page = Page::new(options.width, Painter { color: options.color });
    let (role, tag, line) = headline(asked, outcome);
    page.tagged(role, tag, &line);
    if let Some(trouble) = &outcome.trouble {
        let check =
            if trouble.check.is_empty() { String::new() } else { trouble.check.to_owned() + ": " };
        // Some reasons repeat what they explain.
        let repeats = trouble.reason.starts_with(&trouble.summary);
        let first = if repeats { &trouble.reason } else { &trouble.summary };
        page.labelled("because", &format!("{check}{first}"));
        if !repeats && !trouble.reason.is_empty() {
            page.labelled("", &trouble.reason);
        }
    }
    if let (None, Some(trouble)) = (&outcome.trouble, &outcome.retried_for) {
        page.labelled("retried", &trouble.summary);
    }
    page.labelled("fetched", &amount(outcome));
    page.labelled("asked", &requests(asked, outcome));
    for hash in &outcome.hashes {
        page.labelled(hash.algorithm.as_str(), &verdict_on(hash));
    }
    if let Some(at) = outcome.differs_at {
        page.labelled("bytes", &format!("NOT those of the file, from byte {at} on"));
    }
    if let Some(stored) = &outcome.stored {
        page.labelled("file", &stored.display().to_string());
    }
    for note in &asked.notes {
        page.labelled("note", note);
    }
    page.into_bytes()
}

/// The word of the whole: as the verdict of a check.
pub fn verdict(outcome: &Outcome) -> &'static str {
    match outcome.end {
        End::Transferred if !outcome.is_right() || outcome.needs_too_many_retries() => "fail",
        End::Transferred if outcome.retries > 0 => "warn",
        End::Transferred => "pass",
        End::Error => "fail",
        End::Suspended | End::TransientError | End::Unjudged | End::Unknown => "inconclusive",
    }
}

fn headline(asked: &Asked, outcome: &Outcome) -> (Role, &'static str, String) {
    let via = asked.proxy.as_ref().map_or_else(String::new, |proxy| format!(" through {proxy}"));
    let of = format!("{}{via}", asked.target);
    let view = outcome.trouble.as_ref().and_then(|trouble| trouble.view);
    let code = view.map_or_else(String::new, |view| {
        let likely = if view.certainty == Certainty::Likely { "likely " } else { "" };
        let name = codes::name_of(view.hresult).unwrap_or_default();
        format!(" with {likely}{} {name}", view.hresult)
    });
    let job = asked.profile.job();
    match outcome.end {
        End::Transferred if outcome.is_altered() => {
            (Role::Fail, "FAIL", format!("TRANSFERRED, but the bytes are not the right ones: {of}"))
        }
        End::Transferred if outcome.needs_too_many_retries() => {
            (Role::Fail, "FAIL", format!("TRANSFERRED, but only after {}: {of}", retries(outcome)))
        }
        End::Transferred if outcome.retries > 0 => {
            (Role::Warn, "warn", format!("TRANSFERRED, after {}: {of}", retries(outcome)))
        }
        End::Transferred => (Role::Pass, "pass", format!("TRANSFERRED: {of}")),
        End::Error => (Role::Fail, "FAIL", format!("ERROR: {job} ends{code}: {of}")),
        End::Unjudged => {
            (Role::Inconclusive, "????", format!("Not judged: {job} would end{code}: {of}"))
        }
        End::Suspended => (Role::Inconclusive, "stop", format!("SUSPENDED: {of}")),
        End::TransientError => (
            Role::Inconclusive,
            "????",
            format!("TRANSIENT_ERROR: {job} would be tried again{code}: {of}"),
        ),
        End::Unknown => {
            (Role::Inconclusive, "????", format!("No code is known for what came: {of}"))
        }
    }
}

/// How many retries there were, and what the job would make of them.
fn retries(outcome: &Outcome) -> String {
    let wait = humantime::format_duration(outcome.retry_wait);
    let times = plural(outcome.retries.into(), "retry", "retries");
    format!("{times}, for which the job would wait {wait}")
}

fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn amount(outcome: &Outcome) -> String {
    let of = outcome.size.map_or_else(String::new, |size| format!(" of {size}"));
    let speed = outcome.bytes_per_second().filter(|speed| *speed > 0);
    let speed = speed.map_or_else(String::new, |speed| format!(", {}/s", bytes_words(speed)));
    let before = match outcome.resumed_from {
        0 => String::new(),
        before => format!("; {before} of them were there before"),
    };
    let seconds = outcome.duration.as_secs_f64();
    format!("{}{of} bytes in {seconds:.3} s{speed}{before}", outcome.done)
}

/// Bytes as people read them, such as `1.5 MiB`.
fn bytes_words(bytes: u64) -> String {
    let units = ["B", "KiB", "MiB", "GiB"];
    let mut value = bytes as f64;
    let mut unit = units[0];
    for next in &units[1..] {
        if value < 1024.0 {
            break;
        }
        (value, unit) = (value / 1024.0, next);
    }
    let digits = usize::from(unit != "B");
    format!("{value:.digits$} {unit}")
}

fn requests(asked: &Asked, outcome: &Outcome) -> String {
    let how = match (asked.cut, asked.connections) {
        (Cut::Background, _) => "in the background".to_owned(),
        (Cut::Foreground, _) => "in the foreground".to_owned(),
        (Cut::Blocks, 1) => "in blocks, over 1 connection".to_owned(),
        (Cut::Blocks, number) => format!("in blocks, over {number} connections"),
    };
    let ranges = plural(outcome.ranges, "range", "ranges");
    let retries = plural(outcome.retries.into(), "retry", "retries");
    format!("{ranges} as {} does {how}; {retries}", asked.profile.client())
}

fn verdict_on(hash: &Hash) -> String {
    match &hash.expected {
        None => hash.value.clone(),
        Some(expected) if expected.value == hash.value => {
            format!("{}, as {} says", hash.value, expected.source)
        }
        Some(expected) => {
            format!("{}, NOT {} as {} says", hash.value, expected.value, expected.source)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;
    use crate::fetch::Trouble;
    use crate::fetch::hash::{Algorithm, Expected};
    use crate::model::defect::Defect;
    use crate::predict::trigger;

    fn asked() -> Asked {
        Asked {
            target: "http://wsus/a.cab".to_owned(),
            proxy: Some("http://proxy:3128".to_owned()),
            profile: Profile::Bits,
            cut: Cut::Background,
            connections: 1,
            notes: vec!["A note.".to_owned()],
        }
    }

    fn ended(end: End) -> Outcome {
        let defect = Defect::WholeFileForRange;
        let trouble = Trouble {
            view: trigger::view(defect, Profile::Bits),
            defect: Some(defect),
            is_unjudged: false,
            check: "range-next",
            summary: "200 came: \u{1b}[2J Range was ignored".to_owned(),
            reason: "Asked 5691-13739.".to_owned(),
        };
        Outcome {
            end,
            trouble: (end != End::Transferred).then_some(trouble),
            started: SystemTime::UNIX_EPOCH,
            duration: Duration::from_millis(500),
            size: Some(100_000),
            done: 5691,
            resumed_from: 91,
            ranges: 2,
            retries: 1,
            retried_for: None,
            retry_wait: Duration::from_mins(10),
            hashes: Vec::new(),
            differs_at: None,
            stored: None,
        }
    }

    fn printed(outcome: &Outcome) -> String {
        let options = TextOptions { width: 60, color: false, ..Default::default() };
        String::from_utf8(text(&asked(), outcome, &options)).unwrap()
    }

    #[test]
    fn an_error_is_told_with_its_code() {
        assert_eq!(
            printed(&ended(End::Error)),
            "\
FAIL  ERROR: A BITS job ends with 0x80200013
      BG_E_INSUFFICIENT_RANGE_SUPPORT: http://wsus/a.cab
      through http://proxy:3128
      because   range-next: 200 came: \\x1b[2J Range was
                ignored
                Asked 5691-13739.
      fetched   5691 of 100000 bytes in 0.500 s, 10.9 KiB/s;
                91 of them were there before
      asked     2 ranges as BITS does in the background; 1
                retry
      note      A note.
"
        );
    }

    #[test]
    fn wrong_bytes_are_a_failure() {
        let expected = Expected::parse(Algorithm::Sha1, &"a".repeat(40), "the URL").unwrap();
        let hash =
            Hash { algorithm: Algorithm::Sha1, value: "b".repeat(40), expected: Some(expected) };
        let outcome = Outcome { hashes: vec![hash], ..ended(End::Transferred) };
        assert_eq!(verdict(&outcome), "fail");
        assert!(printed(&outcome).contains("NOT aaaa"), "{}", printed(&outcome));
        let without = Outcome { retries: 0, ..ended(End::Transferred) };
        assert_eq!(verdict(&without), "pass");
        assert_eq!(verdict(&ended(End::TransientError)), "inconclusive");
    }

    #[test]
    fn retries_of_a_file_that_came_are_counted_with_the_waits_of_the_job() {
        let after = |retries: u32| {
            let (retried_for, retry_wait) =
                (ended(End::Error).trouble, Duration::from_mins(10) * retries);
            Outcome { retries, retried_for, retry_wait, ..ended(End::Transferred) }
        };
        let words =
            |outcome: &Outcome| printed(outcome).split_whitespace().collect::<Vec<_>>().join(" ");
        let six = words(&after(6));
        assert!(six.starts_with("warn TRANSFERRED, after 6 retries"), "{six}");
        assert!(six.contains("would wait 1h:") && six.contains("Range was"), "{six}");
        assert_eq!(verdict(&after(6)), "warn");
        let seven = words(&after(7));
        assert!(seven.starts_with("FAIL TRANSFERRED, but only after 7 retries"), "{seven}");
        assert!(seven.contains("would wait 1h 10m"), "{seven}");
        assert_eq!(verdict(&after(7)), "fail");
    }

    #[test]
    fn nothing_is_said_twice() {
        let outcome = ended(End::Error);
        let trouble = outcome.trouble.clone().unwrap();
        let reason = format!("{}: more.", trouble.summary);
        let outcome = Outcome { trouble: Some(Trouble { reason, ..trouble }), ..outcome };
        let text = printed(&outcome);
        assert_eq!(text.matches("ignored").count(), 1, "{text}");
        assert!(text.contains("more."), "{text}");
    }

    #[test]
    fn json_has_every_field_in_every_case() {
        let fields = |outcome: &Outcome| -> Vec<String> {
            let value: serde_json::Value =
                serde_json::from_slice(&json(&asked(), outcome)).unwrap();
            value.as_object().unwrap().keys().cloned().collect()
        };
        let all = fields(&ended(End::Error));
        assert_eq!(all.len(), 30);
        for end in
            [End::Suspended, End::TransientError, End::Transferred, End::Unjudged, End::Unknown]
        {
            assert_eq!(fields(&ended(end)), all);
        }
    }

    #[test]
    fn sizes_are_read_by_people() {
        for (bytes, words) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1536, "1.5 KiB"),
            (2_147_483_648, "2.0 GiB"),
            (5_000_000_000_000, "4656.6 GiB"),
        ] {
            assert_eq!(bytes_words(bytes), words);
        }
    }
}
