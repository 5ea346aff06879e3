//! When a mechanism applies: to which requests, ranges and responses, and at which of them. The
//! catalogue writes it as `scope`; what it leaves out is any.

mod facts;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::Deserialize;

use super::values::milliseconds;
pub(crate) use facts::{RequestFacts, ResponseFacts};

/// Which requests, and which responses to them.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Scope {
    method: Method,
    ranges: Ranges,
    position: Position,
    history: History,
    path: Path,
    field: Option<String>,
    /// The status of the response.
    status: Option<u16>,
    /// Whether the response is from a cache.
    hit: Option<bool>,
    /// A field that it does not have.
    lacks: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Method {
    #[default]
    Any,
    Get,
    Head,
}

#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Ranges {
    #[default]
    Any,
    /// A Range field that cannot be read.
    Invalid,
    /// More than so many.
    MoreThan(usize),
    /// No Range field at all.
    None,
    One,
    /// One or several.
    Present,
    Several,
}

/// What the first range requests.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Position {
    #[default]
    Any,
    /// Its first position is this offset or a later one.
    Behind(u64),
    /// Its last position is this offset or a later one, and the file has that offset.
    Reaching(u64),
    /// It has no last position.
    OpenEnd,
    /// Its last position is past the end of the file.
    Overlong,
    /// Its first position is past the end of the file.
    PastEnd,
    Suffix,
    /// It is the whole file, last position exact.
    WholeFile,
    /// It has more bytes than this.
    WiderThan(u64),
}

/// What happened before: to the same path, or on the same connection. Numbers begin at 1 and count
/// the request itself.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum History {
    /// The first request for the path, perhaps this one, had ranges.
    AfterRange,
    /// So long after the last request for the whole file.
    AfterWhole(#[serde(deserialize_with = "milliseconds")] Duration),
    #[default]
    Always,
    /// On a connection that was opened while so many others were open.
    BeyondConnections(usize),
    /// Every nth request with a range.
    EveryNthRange(u64),
    /// Every nth request, with a range or without.
    EveryNthRequest(u64),
    /// The first request, with a range or without.
    First,
    /// The first request for several ranges.
    FirstOfSeveral,
    /// A HEAD that is not the first one.
    LaterHead,
    /// From the nth request for several ranges on that follows one for the whole file.
    SeveralSinceWhole(u64),
    /// From the nth request with ranges on the same connection on.
    SinceRangeOnConnection(u64),
    /// From the nth request on.
    SinceRequest(u64),
    /// From the nth request with ranges on that follows one for the whole file.
    SinceWhole(u64),
    /// Once the whole file was requested so many times.
    WholeRequested(u64),
    /// While a response with the whole file is being sent.
    WholeUnderway,
}

#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Path {
    #[default]
    Any,
    EndsIn(String),
    NotEndingIn(String),
}

impl Scope {
    /// Whether it holds for HEAD alone.
    pub(crate) fn is_head(&self) -> bool {
        self.method == Method::Head
    }

    /// Whether it looks at what came before on the same connection.
    pub(crate) fn counts_on_connection(&self) -> bool {
        matches!(self.history, History::SinceRangeOnConnection(_))
    }

    /// Whether it depends on the response, which also states the size of the file.
    pub(crate) fn needs_answer(&self) -> bool {
        self.sees_answer()
            || matches!(
                self.position,
                Position::Reaching(_)
                    | Position::Overlong
                    | Position::PastEnd
                    | Position::WholeFile
            )
    }

    fn sees_answer(&self) -> bool {
        self.status.is_some() || self.hit.is_some() || self.lacks.is_some()
    }
}
