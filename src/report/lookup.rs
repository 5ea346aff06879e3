//! The words of checks and codes, by id.

use crate::bits::codes::{self, Code};
use crate::bits::hresult::Hresult;
use crate::check::{Check, Meta, registry};

/// What a check is, by its id.
pub(super) fn meta(check: &str) -> Option<&'static Meta> {
    registry::find(check).map(Check::meta)
}

/// The name and meaning of a code.
pub(super) fn code(hresult: Hresult) -> Option<&'static Code> {
    codes::by_hresult(hresult)
}
