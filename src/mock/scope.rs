//! When a mechanism applies: to which requests, ranges and responses, and at which of them. The
//! catalogue writes it as `scope`; what it leaves out is any.

mod facts;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::Deserialize;

use super::values::milliseconds;
pub(crate) use facts::{RequestFacts, ResponseFacts};

/// Which requests, and which answers to them.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Scope {
    method: Method,
    ranges: Ranges,
    place: Place,
    turn: Turn,
    path: Path,
    field: Option<String>,
    /// The status of the answer that came.
    status: Option<u16>,
    /// Whether that is out of a cache.
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
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Place {
    #[default]
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

#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Turn {
    /// After a range that was the first request.
    AfterRange,
    /// So long after the whole file was asked for last.
    AfterWhole(#[serde(deserialize_with = "milliseconds")] Duration),
    #[default]
    Always,
    /// On a connection that was opened while so many others were open.
    BeyondConnections(usize),
    First,
    /// The first request for several ranges.
    FirstOfSeveral,
    From(u64),
    /// From so many ranges on the same connection on, this one included.
    FromOnConnection(u64),
    /// A HEAD that is not the first one.
    LaterHead,
    Nth(u64),
    /// Each so manyth request, whatever it asks.
    NthRequest(u64),
    /// From the nth request with ranges on that follows one for the whole file.
    SinceWhole(u64),
    /// The same for requests with several ranges.
    SeveralSinceWhole(u64),
    /// Once the whole file was asked for so many times.
    WholeAsked(u64),
    /// While an answer with the whole file is on its way.
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
        matches!(self.turn, Turn::FromOnConnection(_))
    }

    /// Whether the answer must have come to decide: it tells the size of the file, too.
    pub(crate) fn needs_answer(&self) -> bool {
        self.sees_answer()
            || matches!(
                self.place,
                Place::Reaching(_) | Place::Overlong | Place::PastEnd | Place::WholeFile
            )
    }

    fn sees_answer(&self) -> bool {
        self.status.is_some() || self.hit.is_some() || self.lacks.is_some()
    }
}
