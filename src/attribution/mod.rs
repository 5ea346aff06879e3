//! Which party is at fault, and in which direction.

pub(crate) mod blame;
pub(crate) mod confirmed;
pub mod direct;
pub(crate) mod direction;
pub mod first_contact;
pub(crate) mod proof;
pub(crate) mod same_message;
pub(crate) mod target_usable;
