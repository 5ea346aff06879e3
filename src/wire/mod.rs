//! Pure grammar: bytes in, meaning out. No I/O, and no other module of this crate is known here.

pub mod auth;
pub mod byte_range;
pub mod chunked;
pub mod content_range;
pub mod fields;
pub mod head;
pub mod multipart;
pub mod redirect;
pub mod status;
