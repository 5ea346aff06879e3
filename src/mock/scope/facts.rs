//! What is known of a request and of its response when a scope is evaluated.

use std::time::Duration;

use super::{History, Method, Path, Position, Ranges, Scope};
use crate::wire::byte_range::{ByteRange, RangeSet};
use crate::wire::fields::Fields;

/// A request as a scope sees it.
#[derive(Clone, Debug)]
pub(crate) struct RequestFacts {
    pub(crate) method: String,
    pub(crate) path_and_query: String,
    pub(crate) fields: Fields,
    /// There was a Range field, readable or not.
    pub(crate) has_range: bool,
    pub(crate) ranges: Option<RangeSet>,
    /// How many requests for this path there were, this one included.
    pub(crate) request_number: u64,
    /// The same for requests with a range.
    pub(crate) range_number: u64,
    /// The same on this connection, whatever the path.
    pub(crate) connection_range_number: u64,
    /// The same for HEAD.
    pub(crate) head_number: u64,
    /// How many connections were open when its own was opened, that one included.
    pub(crate) connections: usize,
    /// The first request for this path had ranges.
    pub(crate) begins_with_range: bool,
    /// The same for requests with several ranges.
    pub(crate) several_number: u64,
    /// How often the whole file was requested before.
    pub(crate) wholes: u64,
    /// How many requests with ranges followed the first such request, this one included.
    pub(crate) since_whole: u64,
    /// The same for requests with several ranges.
    pub(crate) several_since_whole: u64,
    /// The time since the last request for the whole file.
    pub(crate) after_whole: Option<Duration>,
    /// A response with the whole file is being sent to another client.
    pub(crate) whole_underway: bool,
    /// The size of the file, once it is known.
    pub(crate) total: Option<u64>,
    /// The response, once it is known.
    pub(crate) answer: Option<ResponseFacts>,
}

/// A response as a scope sees it.
#[derive(Clone, Debug)]
pub(crate) struct ResponseFacts {
    pub(crate) status: u16,
    pub(crate) is_hit: bool,
    pub(crate) fields: Fields,
}

impl Scope {
    /// Whether the request is meant.
    pub(crate) fn holds(&self, facts: &RequestFacts) -> bool {
        let method = match self.method {
            Method::Any => true,
            Method::Get => facts.method == "GET",
            Method::Head => facts.method == "HEAD",
        };
        let count = facts.ranges.as_ref().map_or(0, |set| set.ranges().len());
        let ranges = match self.ranges {
            Ranges::Any => true,
            Ranges::Invalid => facts.has_range && count == 0,
            Ranges::MoreThan(most) => count > most,
            Ranges::None => !facts.has_range,
            Ranges::One => count == 1,
            Ranges::Present => count > 0,
            Ranges::Several => count > 1,
        };
        let history = match self.history {
            History::AfterRange => facts.begins_with_range,
            History::AfterWhole(pause) => facts.after_whole.is_some_and(|time| time >= pause),
            History::Always => true,
            History::First => facts.request_number == 1,
            History::BeyondConnections(count) => facts.connections > count,
            History::FirstOfSeveral => count > 1 && facts.several_number == 1,
            History::SinceRequest(number) => facts.request_number >= number,
            History::SinceRangeOnConnection(number) => facts.connection_range_number >= number,
            History::LaterHead => facts.head_number > 1,
            History::EveryNthRequest(n) => facts.request_number.is_multiple_of(n),
            History::EveryNthRange(n) => facts.range_number.is_multiple_of(n),
            History::SinceWhole(number) => facts.since_whole >= number,
            History::SeveralSinceWhole(number) => facts.several_since_whole >= number,
            History::WholeRequested(times) => facts.wholes >= times,
            History::WholeUnderway => facts.whole_underway,
        };
        let path = match &self.path {
            Path::Any => true,
            Path::EndsIn(text) => facts.path_and_query.ends_with(text),
            Path::NotEndingIn(text) => !facts.path_and_query.ends_with(text),
        };
        let field = self.field.as_ref().is_none_or(|name| facts.fields.has(name));
        let answer = match &facts.answer {
            Some(answer) => {
                self.status.is_none_or(|status| status == answer.status)
                    && self.hit.is_none_or(|hit| hit == answer.is_hit)
                    && self.lacks.as_ref().is_none_or(|name| !answer.fields.has(name))
            }
            None => !self.sees_answer(),
        };
        method && ranges && history && path && field && answer && self.position.holds(facts)
    }
}

impl Position {
    fn holds(self, facts: &RequestFacts) -> bool {
        if self == Self::Any {
            return true;
        }
        let Some(&range) = facts.ranges.as_ref().and_then(|set| set.ranges().first()) else {
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
        let resolved = facts.total.and_then(|total| range.resolve(total));
        match self {
            Self::Any => true,
            Self::Behind(offset) => first.is_some_and(|first| first >= offset),
            Self::OpenEnd => matches!(range, ByteRange::From(_)),
            Self::Overlong => {
                facts.total.zip(closed).is_some_and(|(total, span)| span.last() >= total)
                    && resolved.is_some()
            }
            Self::PastEnd => facts.total.is_some() && resolved.is_none(),
            Self::Reaching(offset) => {
                closed.is_some() && resolved.is_some_and(|span| span.last() >= offset)
            }
            Self::Suffix => matches!(range, ByteRange::Suffix(_)),
            Self::WholeFile => facts
                .total
                .zip(closed)
                .is_some_and(|(total, span)| span.first() == 0 && span.last() + 1 == total),
            Self::WiderThan(width) => closed.is_some_and(|span| span.width() > width),
        }
    }
}
