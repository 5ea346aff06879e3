//! The error page of a range that is not satisfiable.

use super::flow::{Flow, Piece, Pieces};
use super::head::words_of;
use super::table::Table;
use crate::wire::fields::Fields;

/// Puts the page in place of the answer. Its end comes apart, so its length may stay unknown.
pub(super) fn unsatisfiable(table: &Table, flow: &mut Flow) {
    error(table, flow, 416, RANGE_TEXT);
    let page = std::mem::take(&mut flow.pieces);
    flow.pieces = page.followed_by_end();
}

/// An error page in place of the answer; the fields in the table for errors stay.
pub(super) fn error(table: &Table, flow: &mut Flow, status: u16, text: &str) {
    flow.status = status;
    flow.fields = Fields::default();
    flow.content_type = Some(String::from("text/html; charset=iso-8859-1"));
    let stale = flow.status_line.clone().filter(|_| table.page.stale_title);
    let (code, words) = stale.unwrap_or_else(|| (status, words_of(status).to_owned()));
    let doctype = &table.page.doctype;
    let page = format!(
        "<!DOCTYPE HTML PUBLIC {doctype}>\n<html><head>\n<title>{code} {words}</title>\n\
         </head><body>\n<h1>{words}</h1>\n<p>{text}</p>\n</body></html>\n"
    );
    flow.pieces = Pieces::of([Piece::last(page)]);
}

const RANGE_TEXT: &str = "None of the range-specifier values in the Range\nrequest-header field \
                          overlap the current extent\nof the selected resource.";
