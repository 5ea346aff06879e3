//! TODO

pub mod bits;
pub mod delivery_optimization;
