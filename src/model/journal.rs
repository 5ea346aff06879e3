//! What a mock server received, and what it answered.

use std::time::SystemTime;

use crate::wire::fields::Fields;

/// A request as it arrived.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LoggedRequest {
    /// When its head was complete.
    pub at: SystemTime,
    /// Number of the connection that it came on, from 1.
    pub connection: u64,
    /// Method, target and version, as on the wire.
    pub line: String,
    /// The header section, in order. Names are in their own case when the raw server read them,
    /// in title case when hyper did; hyper puts repetitions together.
    pub fields: Fields,
    /// What was answered; none while that is not decided.
    pub answer: Option<LoggedAnswer>,
}

/// What a mock answered.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LoggedAnswer {
    /// The status.
    pub status: u16,
    /// The header section. Fields of the connection may be added when it is written.
    pub fields: Fields,
}
