//! Checks of the response to HEAD.

pub(crate) mod do_head_length;
pub(crate) mod head_coding;
pub(crate) mod head_content_length;
pub(crate) mod head_length_matches_ranges;
pub(crate) mod head_length_not_zero;
pub(crate) mod head_length_valid;
pub(crate) mod head_no_body;
pub(crate) mod head_status;
pub(crate) mod head_validators;
