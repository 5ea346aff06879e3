//! What reports look up by id or code: the words of checks and codes.
//!
//! Handed in, so that a report is a pure function of the result and these tables.

use crate::model::check::Check;
use crate::model::hresult::Hresult;
use crate::predict::codes::Code;

/// The tables that a report needs.
#[derive(Clone, Copy, Debug)]
pub struct Lookup {
    /// What a check is, by its id.
    pub meta: fn(&str) -> Option<&'static Check>,
    /// The name and meaning of a code.
    pub code: fn(Hresult) -> Option<&'static Code>,
}
