//! The tables of faults, by group. A fault is one entry here and nothing else.

mod conditions;
mod connection;
mod framing;
mod head;
mod multi;
mod plain;
mod range;
mod status;

use super::fault::Fault;

/// All tables, in the order of a download.
pub(crate) static GROUPS: &[&[Fault]] = &[
    connection::FAULTS,
    status::FAULTS,
    head::FAULTS,
    range::FAULTS,
    multi::FAULTS,
    plain::FAULTS,
    framing::FAULTS,
    conditions::FAULTS,
];
