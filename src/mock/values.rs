//! How the values of rules are written in the catalogue, where it is not the way of serde.

use std::time::Duration;

use bytes::Bytes;
use serde::{Deserialize, Deserializer};

/// Bytes, written as text.
pub(super) fn bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    String::deserialize(deserializer).map(Bytes::from)
}

/// A time, written in milliseconds.
pub(super) fn milliseconds<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    u64::deserialize(deserializer).map(Duration::from_millis)
}
