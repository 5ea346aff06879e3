//! BITS and Delivery Optimization: codes, messages, requests, and what becomes of a job.

pub mod codes;
mod codes_bits;
mod codes_services;
mod codes_windows;
pub mod job;
pub mod messages;
pub mod trigger;
pub(crate) mod trigger_do;
