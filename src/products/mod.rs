//! Which product this proxy is, and which setting fixes what was found. Products, their
//! fingerprints and their fixes are data in `data/`, one file for each product; instructions
//! for problems of the connection are in `instructions.toml`.

pub mod catalog;
pub mod explain;
pub mod fingerprint;
pub mod fix;
mod instruction;
mod registry;
pub mod rule;
mod select;
mod signs;

use crate::model::advice::Advice;
use crate::model::product::Recognised;

use crate::model::exchange::Exchange;
use crate::model::finding::Finding;

/// The fixes for everything that failed, warned or could not be judged. A problem of the connection
/// gets instructions about that problem; everything else gets the fixes of the recognised products
/// and, while none is recognised with certainty, of those that the evidence allows. The best fit is
/// first.
///
/// `exchanges`: those that the findings name as their proof, and those of the direct leg; without
/// them nothing is concluded from the answers' header fields. `proxy`: the URL of the proxy of the
/// route, without credentials; none for the direct route.
pub fn advise(
    findings: &[Finding],
    exchanges: &[Exchange],
    recognised: &[Recognised],
    proxy: Option<&str>,
) -> Vec<Advice> {
    select::advise(findings, exchanges, recognised, proxy)
}
