//! What BITS is, and Delivery Optimization beside it: codes, requests, and what becomes of a job.

pub mod codes;
mod codes_bits;
mod codes_windows;
pub mod hresult;
pub mod job;
pub mod profile;
pub mod request;
pub mod request_do;
pub mod trigger;
pub(crate) mod trigger_do;
