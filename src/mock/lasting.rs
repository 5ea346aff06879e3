//! Values of rules that are read from the tables of emulations: they are kept as long as the
//! program runs, as those of faults are, which are written in it. Called by `mechanism` and `scope`.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

// Without names of their own serde would borrow these from the text of a table.
pub(super) type Bytes = &'static [u8];
pub(super) type Sizes = &'static [usize];
pub(super) type Statuses = &'static [u16];
pub(super) type Text = &'static str;
pub(super) type Texts = &'static [&'static str];

/// Reads what is kept as long as the program runs: tables are read once.
pub(super) fn lasting<'de, D, T>(deserializer: D) -> Result<&'static T, D::Error>
where
    D: Deserializer<'de>,
    T: ?Sized,
    Box<T>: Deserialize<'de>,
{
    Box::<T>::deserialize(deserializer).map(|read| &*Box::leak(read))
}

pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
    lasting(deserializer)
}

pub(super) fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Texts, D::Error> {
    let read: &'static [String] = lasting(deserializer)?;
    Ok(Box::leak(read.iter().map(String::as_str).collect()))
}

pub(super) fn bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    text(deserializer).map(str::as_bytes)
}

pub(super) fn milliseconds<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Duration, D::Error> {
    u64::deserialize(deserializer).map(Duration::from_millis)
}
