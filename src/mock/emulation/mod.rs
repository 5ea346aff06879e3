//! Emulations: a mock proxy that behaves on the wire like a named version of a product.
//!
//! What a version does is a table in `src/mock/catalog/emulations/*.toml`; the few mechanisms that
//! the tables use are here, each after its real cause: how the next server's answer is read off
//! the socket (`reading`), what a cache makes of it (`cache`), how Range is cut (`ranges`), when
//! Content-Length is known (`length`), how a body is coded (`coding`) and what head is written
//! (`head`). `proxy` puts them in a row.
//! Products that are no chain of filters are gateways (`gateway`), with keys of their own.
//! Called by the engine, in place of the compliant proxy, and by `bitsgate list` and `explain`.

mod cache;
mod catalog;
mod coding;
mod flow;
mod gateway;
mod head;
mod length;
mod page;
mod proxy;
mod ranges;
mod reading;
mod table;

use std::sync::Arc;

pub use catalog::{Emulation, all, find, names};
pub(crate) use flow::Pieces;
pub(crate) use proxy::{Session, answer};
pub use table::{Bug, Table};

/// What an emulated proxy has stored.
#[derive(Debug, Default)]
pub(crate) struct Store {
    /// Of a chain of filters.
    entries: cache::Store,
    /// Of a gateway. Tasks that still read a body put it there.
    kept: Arc<gateway::Store>,
}
