//! The names of codes.

use crate::model::hresult::Hresult;
use crate::predict::codes::{self, Code};

/// The name and meaning of a code.
pub(super) fn code(hresult: Hresult) -> Option<&'static Code> {
    codes::by_hresult(hresult)
}
