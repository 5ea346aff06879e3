//! Checks of several ranges in one request.

pub(crate) mod multi_boundary;
pub(crate) mod multi_closing_delimiter;
pub(crate) mod multi_no_top_content_range;
pub(crate) mod multi_part_bytes;
pub(crate) mod multi_part_fields;
pub(crate) mod multi_part_headers;
pub(crate) mod multi_preamble;
