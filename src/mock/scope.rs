//! When a mechanism applies: to which requests, ranges, turns and answers. Plain data, combined with
//! `const fn`s, so that the tables of faults read like sentences; those of emulations write it in
//! TOML.

mod asked;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::{Deserialize, Deserializer};

use super::lasting::{Text, milliseconds, text};
use super::mechanism::{Rule, Step};
pub(crate) use asked::{Answered, Asked};

/// Which requests, and which answers to them.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Scope {
    method: Method,
    ranges: Ranges,
    place: Place,
    turn: Turn,
    path: Path,
    #[serde(deserialize_with = "some_text")]
    field: Option<Text>,
    /// The status of the answer that came.
    status: Option<u16>,
    /// Whether that is out of a cache.
    hit: Option<bool>,
    /// A field that it does not have.
    #[serde(deserialize_with = "some_text")]
    lacks: Option<Text>,
}

fn some_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Text>, D::Error> {
    text(deserializer).map(Some)
}

impl Default for Scope {
    fn default() -> Self {
        ANY
    }
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Method {
    Any,
    Get,
    Head,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Ranges {
    Any,
    Invalid,
    /// More than so many.
    MoreThan(usize),
    /// No Range field at all.
    None,
    One,
    Present,
    Several,
}

/// What the (first) range asks for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Place {
    Any,
    /// Begins at this offset or behind it.
    Behind(u64),
    /// Its last position is this offset or behind it, and the file has that offset.
    Reaching(u64),
    OpenEnd,
    /// Its last position is behind the end of the file.
    Overlong,
    /// Begins behind the end.
    PastEnd,
    Suffix,
    WholeFile,
    WiderThan(u64),
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Turn {
    /// After a range that was the first request.
    AfterRange,
    /// So long after the whole file was asked for last.
    AfterWhole(#[serde(deserialize_with = "milliseconds")] Duration),
    Always,
    First,
    /// The first request with several ranges.
    FirstOfSeveral,
    From(u64),
    Nth(u64),
    /// From the nth request with ranges on that follows one for the whole file.
    SinceWhole(u64),
    /// The same for requests with several ranges.
    SeveralSinceWhole(u64),
    /// Once the whole file was asked for so many times.
    WholeAsked(u64),
    /// While an answer with the whole file is on its way.
    WholeUnderway,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Path {
    Any,
    EndsIn(#[serde(deserialize_with = "text")] Text),
    NotEndingIn(#[serde(deserialize_with = "text")] Text),
}

/// Every request.
pub(crate) const ANY: Scope = Scope {
    method: Method::Any,
    ranges: Ranges::Any,
    place: Place::Any,
    turn: Turn::Always,
    path: Path::Any,
    field: None,
    status: None,
    hit: None,
    lacks: None,
};
/// HEAD.
pub(crate) const HEAD: Scope = Scope { method: Method::Head, ..ANY };
/// GET, with a range or without.
pub(crate) const GET: Scope = Scope { method: Method::Get, ..ANY };
/// GET without a Range field.
pub(crate) const PLAIN: Scope = Scope { ranges: Ranges::None, ..GET };
/// GET with ranges, one or several.
pub(crate) const RANGED: Scope = Scope { ranges: Ranges::Present, ..GET };
/// GET with one range.
pub(crate) const SINGLE: Scope = Scope { ranges: Ranges::One, ..GET };
/// GET with several ranges.
pub(crate) const SEVERAL: Scope = Scope { ranges: Ranges::Several, ..GET };
/// GET with a Range field that cannot be read.
pub(crate) const INVALID_RANGE: Scope = Scope { ranges: Ranges::Invalid, ..GET };

impl Scope {
    /// Whether it holds for HEAD alone.
    pub(crate) fn is_head(&self) -> bool {
        self.method == Method::Head
    }

    /// The range begins at `offset` or behind it.
    pub(crate) const fn behind(self, offset: u64) -> Self {
        Self { place: Place::Behind(offset), ..self }
    }

    /// The range reaches `offset`, and so does the file.
    pub(crate) const fn reaching(self, offset: u64) -> Self {
        Self { place: Place::Reaching(offset), ..self }
    }

    /// The range has no last position.
    pub(crate) const fn open_end(self) -> Self {
        Self { place: Place::OpenEnd, ..self }
    }

    /// The last position is behind the end of the file.
    pub(crate) const fn overlong(self) -> Self {
        Self { place: Place::Overlong, ..self }
    }

    /// The range begins behind the end of the file.
    pub(crate) const fn past_end(self) -> Self {
        Self { place: Place::PastEnd, ..self }
    }

    /// The range is a suffix.
    pub(crate) const fn suffix(self) -> Self {
        Self { place: Place::Suffix, ..self }
    }

    /// The range is the whole file, last position exact.
    pub(crate) const fn whole_file(self) -> Self {
        Self { place: Place::WholeFile, ..self }
    }

    /// The range has more than `width` bytes.
    pub(crate) const fn wider_than(self, width: u64) -> Self {
        Self { place: Place::WiderThan(width), ..self }
    }

    /// From the `turn`th request for the same path on (the first is 1).
    pub(crate) const fn since_request(self, turn: u64) -> Self {
        Self { turn: Turn::From(turn), ..self }
    }

    /// Each `n`th request with a range for the same path.
    pub(crate) const fn every_nth_range(self, n: u64) -> Self {
        Self { turn: Turn::Nth(n), ..self }
    }

    /// The first request for the path, whatever it asks.
    pub(crate) const fn first_request(self) -> Self {
        Self { turn: Turn::First, ..self }
    }

    /// The first request with several ranges for the path, whatever was asked before.
    pub(crate) const fn first_of_several(self) -> Self {
        Self { turn: Turn::FirstOfSeveral, ..self }
    }

    /// From the `turn`th request with ranges on that follows one for the whole file.
    pub(crate) const fn since_whole(self, turn: u64) -> Self {
        Self { turn: Turn::SinceWhole(turn), ..self }
    }

    /// The same, where only requests with several ranges count.
    pub(crate) const fn several_since_whole(self, turn: u64) -> Self {
        Self { turn: Turn::SeveralSinceWhole(turn), ..self }
    }

    /// Once the whole file was asked for `times` times.
    pub(crate) const fn once_whole_asked(self, times: u64) -> Self {
        Self { turn: Turn::WholeAsked(times), ..self }
    }

    /// From `pause` after the last request for the whole file on.
    pub(crate) const fn after_whole(self, pause: Duration) -> Self {
        Self { turn: Turn::AfterWhole(pause), ..self }
    }

    /// When the first request for the same path, perhaps this one, asked for ranges.
    pub(crate) const fn once_begun_with_range(self) -> Self {
        Self { turn: Turn::AfterRange, ..self }
    }

    /// While somebody else is being sent the whole file.
    pub(crate) const fn while_whole_underway(self) -> Self {
        Self { turn: Turn::WholeUnderway, ..self }
    }

    /// More than so many ranges are asked for.
    pub(crate) const fn more_than(self, count: usize) -> Self {
        Self { ranges: Ranges::MoreThan(count), ..self }
    }

    /// The path and query end in `text`.
    pub(crate) const fn path_ending(self, text: &'static str) -> Self {
        Self { path: Path::EndsIn(text), ..self }
    }

    /// The path and query do not end in `text`.
    pub(crate) const fn path_not_ending(self, text: &'static str) -> Self {
        Self { path: Path::NotEndingIn(text), ..self }
    }

    /// The request has this field.
    pub(crate) const fn with_field(self, name: &'static str) -> Self {
        Self { field: Some(name), ..self }
    }

    /// A rule: in this scope, this step.
    pub(crate) const fn then(self, step: Step) -> Rule {
        Rule { scope: self, step }
    }

    /// Whether the answer must have come to decide: it tells the size of the file, too.
    pub(crate) const fn needs_answer(self) -> bool {
        self.sees_answer()
            || matches!(
                self.place,
                Place::Reaching(_) | Place::Overlong | Place::PastEnd | Place::WholeFile
            )
    }

    const fn sees_answer(self) -> bool {
        self.status.is_some() || self.hit.is_some() || self.lacks.is_some()
    }
}
