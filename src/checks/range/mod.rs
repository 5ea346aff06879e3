//! Checks of one range.

pub(crate) mod do_empty_body_field;
pub(crate) mod do_first_bytes;
pub(crate) mod plain_get;
pub(crate) mod range_before_head;
pub(crate) mod range_bytes_agree;
pub(crate) mod range_complete;
pub(crate) mod range_first;
pub(crate) mod range_large;
pub(crate) mod range_past_end;
pub(crate) mod range_repeated;
pub(crate) mod range_while_filling;
