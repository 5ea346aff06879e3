//! TODO

pub(crate) mod multi_adjacent;
pub(crate) mod multi_boundary;
pub(crate) mod multi_closing_delimiter;
pub(crate) mod multi_descending;
pub(crate) mod multi_first_contact;
pub(crate) mod multi_five;
pub(crate) mod multi_many;
pub(crate) mod multi_near;
pub(crate) mod multi_no_top_content_range;
pub(crate) mod multi_part_bytes;
pub(crate) mod multi_part_fields;
pub(crate) mod multi_part_headers;
pub(crate) mod multi_preamble;
pub(crate) mod multi_repeated;
pub(crate) mod multi_two;
pub(crate) mod multi_while_filling;
