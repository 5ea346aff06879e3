//! Verdicts and statuses on the page: a word, a sign and a class of the style. The word alone tells
//! everything; sign and colour repeat it.

use maud::{Markup, html};

use crate::model::finding::Status;
use crate::model::verdict::Verdict;

/// How a verdict or status is shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Mark {
    /// The class in the style.
    pub(super) class: &'static str,
    sign: &'static str,
    word: &'static str,
}

impl Mark {
    /// Sign and word, to stand out.
    pub(super) fn badge(self) -> Markup {
        html! { span.badge.(self.class) { (self.plain()) } }
    }

    /// Sign and word in a line of text.
    pub(super) fn flag(self) -> Markup {
        html! { span.flag.(self.class) { (self.plain()) } }
    }

    /// Sign and word.
    pub(super) fn plain(self) -> Markup {
        html! { span.sign aria-hidden="true" { (self.sign) } " " (self.word) }
    }
}

impl From<Verdict> for Mark {
    fn from(verdict: Verdict) -> Self {
        let (class, sign) = match verdict {
            Verdict::Fail => FAIL,
            Verdict::Inconclusive => INCONCLUSIVE,
            Verdict::Pass => PASS,
            Verdict::Warn => WARN,
        };
        Self { class, sign, word: verdict.as_str() }
    }
}

impl From<Status> for Mark {
    fn from(status: Status) -> Self {
        let (class, sign) = match status {
            Status::Fail => FAIL,
            Status::Inconclusive => INCONCLUSIVE,
            Status::Pass => PASS,
            Status::Skipped => ("skipped", "–"),
            Status::Warn => WARN,
        };
        Self { class, sign, word: status.as_str() }
    }
}

const FAIL: (&str, &str) = ("fail", "✕");
const INCONCLUSIVE: (&str, &str) = ("inconclusive", "?");
const PASS: (&str, &str) = ("pass", "✓");
const WARN: (&str, &str) = ("warn", "!");
