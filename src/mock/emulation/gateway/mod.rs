//! Gateways: proxies that fetch, keep and cut files themselves, in contrast to the chain of filters
//! that Apache is. Their tables are `[emulation.gateway]`; the emulated proxy calls [`answer`].
//!
//! The way of an answer: it is found (`found`) out of what is kept (`store`) or at the next server
//! (`fetch`, `slice`), cut (`apply`) by the policy that all share (`cut`), its head written in the
//! table's order (`head`), its body sent while it still comes, and kept meanwhile (`body`).

mod apply;
mod body;
mod cut;
mod fetch;
mod found;
mod head;
mod slice;
mod store;
mod table;

use std::io;
use std::sync::Arc;
use std::time::SystemTime;

use super::table::Table;
use crate::mock::message::{Reply, Request};
use crate::wire::fields::Fields;
use apply::{apply, replace};
use body::{Segment, Source};
use fetch::Asker;
use found::found;
pub(super) use store::Store;
pub(super) use table::Gateway;

/// An answer under way.
#[derive(Debug)]
struct Answer {
    status: u16,
    reason: String,
    /// The next server's fields.
    fields: Fields,
    /// Fields that cutting sets.
    new: Fields,
    source: Source,
    segments: Vec<Segment>,
    /// The size of the file in bytes, when it is known.
    size: Option<u64>,
    origin: Origin,
    /// Since when it is kept, or when it came.
    since: SystemTime,
    /// Whether ranges can be cut out of it.
    is_file: bool,
    was_cut: bool,
    form: Form,
}

/// What a head stands before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Form {
    /// A file or one part of it, or whatever the next server sent.
    Body,
    /// An own error page.
    Page,
    /// Several parts.
    Parts,
}

/// Where an answer is from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Origin {
    Kept,
    /// The next server, which sent it in chunks or not.
    Server {
        chunked: bool,
    },
}

/// Answers a request for `path` at `authority`, which came over the client's `connection`.
pub(super) async fn answer(
    table: &'static Table,
    gateway: &'static Gateway,
    request: &Request,
    connection: u64,
    authority: &str,
    path: &str,
    store: &Arc<Store>,
) -> io::Result<Reply> {
    let (authority, path) = (authority.to_owned(), path.to_owned());
    let asker = Asker { gateway, request: request.clone(), authority, path };
    let mut answer = found(table, asker, store).await?;
    let of_unasked = gateway.asks.status_for_unasked_206.filter(|_| answer.status == 206);
    if let Some(status) = of_unasked {
        replace(table, gateway, &mut answer, status);
    } else if answer.is_file {
        apply(table, gateway, request, connection, &mut answer);
    }
    Ok(head::write(gateway, request, answer))
}
