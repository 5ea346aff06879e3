//! Which product this proxy is, and which setting fixes what was found. Products, their
//! fingerprints and their fixes are data in `products/`, one file for each product; instructions
//! for problems of the connection are in `instructions.toml`.

pub mod catalog;
pub mod defect_name;
pub mod explain;
pub mod fingerprint;
pub mod fix;
mod instruction;
mod registry;
pub mod rule;
mod select;
mod signs;

use crate::model::advice::{Edit, Proof};
use crate::model::product::Certainty;
use crate::model::product::Recognised;

use crate::model::exchange::Exchange;
use crate::model::finding::Finding;

/// A setting that would fix something that was found, or what to do about a problem of the
/// connection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Advice {
    /// Id of the product; none for an instruction that is about no product.
    pub product: Option<&'static str>,
    /// Name of the product, or the subject of the instruction.
    pub name: &'static str,
    /// How certain it is that this product is there and that this fixes it.
    pub certainty: Certainty,
    /// Names of the defects that it fixes, as found.
    pub defects: Vec<&'static str>,
    /// The setting as it is printed; may have several lines.
    pub setting: String,
    /// The file that is changed, where the fix is a change of a file.
    pub file: Option<&'static str>,
    /// Where in the file, in words; empty where no file is changed.
    pub position: String,
    /// The changes of the file, for a program that applies them.
    pub edits: Vec<Edit>,
    /// The command that makes it effective.
    pub reload: Option<&'static str>,
    /// What it costs.
    pub side_effect: String,
    /// How well it is proved that this fixes it.
    pub proof: Proof,
    /// When the defect shows, what of that was detected, and why the setting fixes it.
    pub text: String,
    /// Where this is known from.
    pub source: &'static str,
}

/// The fixes for everything that failed, warned or could not be judged. A problem of the connection
/// gets instructions about that problem; everything else gets the fixes of the recognised products
/// and, while none is recognised with certainty, of those that the evidence allows. The best fit is
/// first.
///
/// `exchanges`: those that the findings name as their proof, and those of the direct leg; without
/// them nothing is concluded from the answers' header fields.
pub fn advise(
    findings: &[Finding],
    exchanges: &[Exchange],
    recognised: &[Recognised],
) -> Vec<Advice> {
    select::advise(findings, exchanges, recognised)
}
