//! The tables of faults, by group.

mod head;

use super::fault::Fault;

/// All tables.
pub(crate) static GROUPS: &[&[Fault]] = &[head::FAULTS];
