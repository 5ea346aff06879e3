//! What BITS is: its codes, its requests, and what becomes of a job.

pub mod codes;
mod codes_bits;
mod codes_windows;
pub mod hresult;
pub mod job;
pub mod request;
pub mod trigger;
