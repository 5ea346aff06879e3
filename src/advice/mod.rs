//! Who this proxy is, and which setting mends what was found: products, their fingerprints and
//! their cures are data in `products/`, one file for each product. The runner calls
//! [`fingerprint::recognise`] and then [`advise`]; `bitsgate explain` calls [`explain::find`].

pub mod catalog;
pub mod defect_name;
pub mod explain;
pub mod fingerprint;
mod registry;
pub mod rule;
mod select;
mod signs;

use fingerprint::Recognised;
use rule::Certainty;

use crate::check::finding::Finding;
use crate::probe::exchange::Exchange;

/// A setting that would mend something that was found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Advice {
    /// Id of the product.
    pub product: &'static str,
    /// Name of the product.
    pub name: &'static str,
    /// How certain it is that this product is there and that this mends it.
    pub certainty: Certainty,
    /// Names of the defects that it mends, as found.
    pub defects: Vec<&'static str>,
    /// The setting, verbatim; may have several lines.
    pub setting: &'static str,
    /// When the defect shows, why the setting mends it and what it costs.
    pub text: String,
    /// Where this is known from.
    pub source: &'static str,
}

/// The cures for everything that failed, warned or could not be judged: of the recognised
/// products first, then, when these explain nothing, of the likely ones. The best fit is first.
///
/// `exchanges`: those that the findings name as their proof, and those of the direct leg; without
/// them nothing is told from the answers' header fields.
pub fn advise(
    findings: &[Finding],
    exchanges: &[Exchange],
    recognised: &[Recognised],
) -> Vec<Advice> {
    select::advise(findings, exchanges, recognised)
}
