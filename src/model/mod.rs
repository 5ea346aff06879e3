//! TODO

pub mod defect;
pub mod disposition;
pub mod evidence;
pub mod exchange;
pub mod failure;
pub mod finding;
pub mod hresult;
pub mod job_kind;
pub mod outcome;
pub(crate) mod place;
#[allow(clippy::module_inception)]
pub mod probe;
pub mod profile;
pub mod target;
pub mod verdict;
pub mod wsus;
