//! What an error of the library means, in the words of our own client: whatever goes wrong on the
//! way is judged alike, whoever meets it. Called by [`Witness`](super::Witness).

use std::error::Error;
use std::io;

use crate::http::dial::{in_full, io_failure};
use crate::model::failure::{Failure, FailureKind, Peer};

/// Sorts an error by its chain of sources, which becomes the detail as well.
pub(super) fn classify(error: &reqwest::Error) -> Failure {
    let detail = error.source().map(in_full).unwrap_or_default();
    let kind = match (error.is_connect(), error.is_timeout()) {
        (true, true) => FailureKind::ConnectTimeout,
        (true, false) => FailureKind::CannotConnect,
        (false, true) => FailureKind::NoAnswer,
        (false, false) => cause(error),
    };
    Failure::new(kind, Peer::Server).because(detail)
}

/// The first cause that has a name.
fn cause(error: &reqwest::Error) -> FailureKind {
    let mut next = error.source();
    while let Some(cause) = next {
        if let Some(kind) = name(cause) {
            return kind;
        }
        next = cause.source();
    }
    FailureKind::Library
}

fn name(error: &(dyn Error + 'static)) -> Option<FailureKind> {
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return error.is_incomplete_message().then_some(FailureKind::Closed);
    }
    let failure = io_failure(error.downcast_ref::<io::Error>()?, Peer::Server);
    Some(failure.kind).filter(|kind| *kind != FailureKind::Library)
}
