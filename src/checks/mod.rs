//! The judges: evidence in, findings out. A check never does I/O, so that the same judges serve
//! captures too. One file per check, named after its id; `registry` lists them all once.

pub(crate) mod conditions;
mod connection;
mod head;
mod multi;
mod range;
pub(crate) mod rules;
pub mod table;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use crate::model::job_kind::{JobKind, Require};

use crate::model::evidence::Evidence;
use crate::model::file_bytes::Piece;

/// The pieces of the file that answers to one range brought, for a comparison with the whole file.
pub fn pieces(evidence: &Evidence) -> Vec<Piece> {
    let chunks = rules::bytes::chunks(evidence).into_iter();
    chunks
        .map(|chunk| Piece { first: chunk.first, data: bytes::Bytes::copy_from_slice(chunk.data) })
        .collect()
}
