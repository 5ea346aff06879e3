//! What a terminal sees: styles, progress, and bytes of strangers made harmless.

pub mod escape;
pub(crate) mod page;
pub mod progress;
pub mod style;
pub mod table;
