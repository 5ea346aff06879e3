//! What reports look up by id or code: the words of checks and codes.
//!
//! Handed in, so that a report is a pure function of the result and these tables.

use crate::bits::hresult::Hresult;
use crate::check::Meta;

/// The tables that a report needs.
#[derive(Clone, Copy, Debug)]
pub struct Lookup {
    /// What a check is, by its id.
    pub meta: fn(&str) -> Option<&'static Meta>,
    /// The name and meaning of a code.
    pub code: fn(Hresult) -> Option<CodeText>,
}

/// A code in words.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CodeText {
    /// The constant, such as `BG_E_INSUFFICIENT_RANGE_SUPPORT`.
    pub name: &'static str,
    /// What it says, in a few words.
    pub meaning: &'static str,
}
