//! The trigger map: which code Windows would show for a defect, and how certain that is.

use super::hresult::Hresult;

/// How certain a code is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Certainty {
    /// Microsoft documents the code for this trigger.
    Documented,
    /// Inferred from names, texts or captures; shown as "likely".
    Likely,
}

/// What BITS makes of a defect.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BitsView {
    /// The code.
    pub hresult: Hresult,
    /// How certain it is.
    pub certainty: Certainty,
    /// The job retries by itself instead of ending in ERROR.
    pub transient: bool,
}
