//! Content-Length, as Apache's content-length filter sets it: only while nothing was sent on yet,
//! and only once the end of the body is seen.

use std::io;

use super::flow::{Flow, MOST_IN_MEMORY, Piece, are_whole, joined};
use super::table::{Length, OnHead};
use crate::mock::message::{Request, set};

/// Sets Content-Length when the end comes soon enough. Pieces that were held back become one.
pub(super) async fn settle(rules: Length, request: &Request, flow: &mut Flow) -> io::Result<()> {
    let holds_all = rules.holds_all_for_http_10 && request.minor == 0;
    let pieces = if holds_all {
        flow.pieces.take(MOST_IN_MEMORY).await?
    } else if rules.hold > 0 {
        flow.pieces.take(rules.hold).await?
    } else {
        vec![flow.pieces.next().await?]
    };
    let end = are_whole(&pieces);
    let bytes = joined(&pieces);
    // Fixed in 2.0.56: nothing was sent for HEAD, so the length of the origin is right.
    let origin_knows = request.is_head() && bytes.is_empty() && rules.on_head != OnHead::Lost;
    if end && !(origin_knows && flow.fields.has("content-length")) {
        set(&mut flow.fields, "Content-Length", &bytes.len().to_string());
    }
    flow.pieces.put_back(vec![Piece { bytes, end }]);
    Ok(())
}
