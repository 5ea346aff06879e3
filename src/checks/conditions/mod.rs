//! Checks of conditions, and of what must not change from one request to the next.

pub(crate) mod content_hash;
pub(crate) mod if_unmodified_since;
pub(crate) mod same_as_direct;
pub(crate) mod stable_answers;
pub(crate) mod unchanged_bytes;
pub(crate) mod unchanged_size;
pub(crate) mod unchanged_validators;
