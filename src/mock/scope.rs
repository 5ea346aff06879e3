//! When a mechanism applies: to which requests, ranges, turns and answers. Plain data, combined with
//! `const fn`s, so that the tables of faults read like sentences; those of emulations write it in
//! TOML.

use serde::{Deserialize, Deserializer};

use super::lasting::{Text, text};
use super::mechanism::{Rule, Step};
use crate::wire::byte_range::{ByteRange, RangeSet};
use crate::wire::fields::Fields;

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
    Always,
    First,
    From(u64),
    Nth(u64),
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

/// A request as a scope sees it.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) path_and_query: String,
    pub(crate) fields: Fields,
    /// There was a Range field, readable or not.
    pub(crate) has_range: bool,
    pub(crate) ranges: Option<RangeSet>,
    /// How many requests for this path came before, this one included.
    pub(crate) turn: u64,
    /// The same for requests with a range.
    pub(crate) range_turn: u64,
    /// The first request for this path asked for ranges.
    pub(crate) begins_with_range: bool,
    /// An answer with the whole file is on its way to somebody.
    pub(crate) whole_underway: bool,
    /// The size of the file, once it is known.
    pub(crate) total: Option<u64>,
    /// The answer, once it came.
    pub(crate) answer: Option<Answered>,
}

/// An answer as a scope sees it.
#[derive(Clone, Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) is_hit: bool,
    pub(crate) fields: Fields,
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

    /// Whether the request is meant.
    pub(crate) fn holds(self, asked: &Asked) -> bool {
        let method = match self.method {
            Method::Any => true,
            Method::Get => asked.method == "GET",
            Method::Head => asked.method == "HEAD",
        };
        let count = asked.ranges.as_ref().map_or(0, |set| set.ranges().len());
        let ranges = match self.ranges {
            Ranges::Any => true,
            Ranges::Invalid => asked.has_range && count == 0,
            Ranges::MoreThan(most) => count > most,
            Ranges::One => count == 1,
            Ranges::Present => count > 0,
            Ranges::Several => count > 1,
        };
        let turn = match self.turn {
            Turn::AfterRange => asked.begins_with_range,
            Turn::Always => true,
            Turn::First => asked.turn == 1,
            Turn::From(turn) => asked.turn >= turn,
            Turn::Nth(n) => asked.range_turn.is_multiple_of(n),
            Turn::WholeUnderway => asked.whole_underway,
        };
        let path = match self.path {
            Path::Any => true,
            Path::EndsIn(text) => asked.path_and_query.ends_with(text),
            Path::NotEndingIn(text) => !asked.path_and_query.ends_with(text),
        };
        let field = self.field.is_none_or(|name| asked.fields.has(name));
        let answer = match &asked.answer {
            Some(answer) => {
                self.status.is_none_or(|status| status == answer.status)
                    && self.hit.is_none_or(|hit| hit == answer.is_hit)
                    && self.lacks.is_none_or(|name| !answer.fields.has(name))
            }
            None => !self.sees_answer(),
        };
        method && ranges && turn && path && field && answer && self.place.holds(asked)
    }
}

impl Place {
    fn holds(self, asked: &Asked) -> bool {
        if self == Self::Any {
            return true;
        }
        let Some(&range) = asked.ranges.as_ref().and_then(|set| set.ranges().first()) else {
            return false;
        };
        let closed = match range {
            ByteRange::Closed(span) => Some(span),
            _ => None,
        };
        let first = match range {
            ByteRange::Closed(span) => Some(span.first()),
            ByteRange::From(first) => Some(first),
            ByteRange::Suffix(_) => None,
        };
        let resolved = asked.total.and_then(|total| range.resolve(total));
        match self {
            Self::Any => true,
            Self::Behind(offset) => first.is_some_and(|first| first >= offset),
            Self::OpenEnd => matches!(range, ByteRange::From(_)),
            Self::Overlong => {
                asked.total.zip(closed).is_some_and(|(total, span)| span.last() >= total)
                    && resolved.is_some()
            }
            Self::PastEnd => asked.total.is_some() && resolved.is_none(),
            Self::Reaching(offset) => {
                closed.is_some() && resolved.is_some_and(|span| span.last() >= offset)
            }
            Self::Suffix => matches!(range, ByteRange::Suffix(_)),
            Self::WholeFile => asked
                .total
                .zip(closed)
                .is_some_and(|(total, span)| span.first() == 0 && span.last() + 1 == total),
            Self::WiderThan(width) => closed.is_some_and(|span| span.width() > width),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: &str, range: Option<&str>) -> Asked {
        Asked {
            method: method.to_owned(),
            path_and_query: "/a".to_owned(),
            fields: Fields::default(),
            has_range: range.is_some(),
            ranges: range.and_then(RangeSet::parse),
            turn: 3,
            range_turn: 2,
            begins_with_range: true,
            whole_underway: false,
            total: Some(1000),
            answer: None,
        }
    }

    #[test]
    fn scopes_mean_what_they_say() {
        let get = |range| asked("GET", Some(range));
        assert!(ANY.holds(&asked("CONNECT", None)));
        assert!(HEAD.holds(&asked("HEAD", None)) && !GET.holds(&asked("HEAD", None)));
        assert!(SINGLE.holds(&get("bytes=0-1")) && !SINGLE.holds(&get("bytes=0-1,3-4")));
        assert!(SEVERAL.holds(&get("bytes=0-1,3-4")) && !RANGED.holds(&asked("GET", None)));
        assert!(INVALID_RANGE.holds(&get("bytes=x")) && !INVALID_RANGE.holds(&get("bytes=1-2")));
        assert!(SINGLE.past_end().holds(&get("bytes=1000-")));
        assert!(!SINGLE.past_end().holds(&get("bytes=999-5000")));
        assert!(SINGLE.overlong().holds(&get("bytes=999-5000")));
        assert!(SINGLE.whole_file().holds(&get("bytes=0-999")));
        assert!(
            SINGLE.behind(1).holds(&get("bytes=1-")) && !SINGLE.behind(1).holds(&get("bytes=-1"))
        );
        assert!(SINGLE.wider_than(10).holds(&get("bytes=0-10")));
        assert!(GET.since_request(3).holds(&get("bytes=0-1")));
        assert!(!GET.since_request(4).holds(&get("bytes=0-1")));
        assert!(!ANY.first_request().holds(&get("bytes=0-1")));
        assert!(HEAD.once_begun_with_range().holds(&asked("HEAD", None)));
        assert!(!SINGLE.while_whole_underway().holds(&get("bytes=0-1")));
        assert!(GET.more_than(1).holds(&get("bytes=0-1,3-4")));
        assert!(!GET.more_than(2).holds(&get("bytes=0-1,3-4")));
        assert!(RANGED.every_nth_range(2).holds(&get("bytes=0-1")));
    }

    #[test]
    fn a_scope_may_see_the_answer() {
        let read = |text| toml::from_str::<Scope>(text).unwrap();
        let before = asked("HEAD", None);
        let fields = [("ETag", "\"a\"")].into_iter().collect();
        let answer = Some(Answered { status: 206, is_hit: false, fields });
        let after = Asked { answer, ..asked("HEAD", None) };
        for holds in ["status = 206", "hit = false", "lacks = \"Age\"\nmethod = \"head\""] {
            assert!(read(holds).needs_answer() && !read(holds).holds(&before), "{holds}");
            assert!(read(holds).holds(&after), "{holds}");
        }
        for not in ["status = 200", "hit = true", "lacks = \"etag\"", "method = \"get\""] {
            assert!(!read(not).holds(&after), "{not}");
        }
        assert_eq!(read("method = \"get\"\nranges = \"several\""), SEVERAL);
        let behind = "method = \"get\"\nranges = \"one\"\nplace = { behind = 1 }";
        assert_eq!(read(behind), SINGLE.behind(1));
        assert!(toml::from_str::<Scope>("typo = 1").is_err());
    }
}
