//! What a client makes of a defect: codes, messages, and how its job ends.

pub mod codes;
mod codes_bits;
mod codes_services;
mod codes_windows;
pub mod findings;
pub mod job;
pub mod messages;
pub mod trigger;
pub(crate) mod trigger_do;
