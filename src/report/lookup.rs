//! The words of checks and codes, by id.

use crate::checks::{Check, table};
use crate::model::hresult::Hresult;
use crate::model::meta::Meta;
use crate::predict::codes;
use crate::predict::codes::Code;

/// What a check is, by its id.
pub(super) fn meta(check: &str) -> Option<&'static Meta> {
    table::find(check).map(Check::meta)
}

/// The name and meaning of a code.
pub(super) fn code(hresult: Hresult) -> Option<&'static Code> {
    codes::by_hresult(hresult)
}
