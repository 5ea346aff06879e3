//! Plain data that everything shares: requests, exchanges, evidence, findings, outcomes. No I/O.

pub mod advice;
pub mod check;
pub mod defect;
pub mod defect_name;
pub mod disposition;
pub mod evidence;
pub mod exchange;
pub mod failure;
pub mod file_bytes;
pub mod finding;
pub mod hresult;
pub mod job;
pub mod job_kind;
pub mod journal;
pub mod outcome;
pub mod place;
#[allow(clippy::module_inception)]
pub mod probe;
pub mod product;
pub mod profile;
pub mod target;
pub mod verdict;
pub mod wsus;
