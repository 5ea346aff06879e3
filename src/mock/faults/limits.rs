//! Faults of limits: answers that break beyond a length, header sections and interim answers beyond
//! what WinHTTP accepts, connections that serve only so many ranges, ranges that are merged because
//! they are near each other, and dates that move with the clock.

use crate::mock::fault::{Fault, fails, fails_do, fails_ranges, warns};
use crate::mock::mechanism::Step::{Body, Field, Head, Request};
use crate::mock::mechanism::{BodyEdit, FieldEdit, HeadEdit, ListEdit, RequestEdit};
use crate::mock::message::After;
use crate::mock::scope::{ANY, GET, RANGED, SEVERAL, SINGLE};

pub(crate) static FAULTS: &[Fault] = &[
    Fault {
        name: "cut-beyond-24k",
        summary: "answers of more than 24 KiB end after 24 KiB",
        rules: &[GET.then(Body(BodyEdit::BreakBeyond(24 << 10, After::Close)))],
        promise: fails("range-complete", 0x8007_2EFE),
    },
    Fault {
        name: "reset-beyond-48k",
        summary: "answers of more than 48 KiB are reset after 48 KiB",
        rules: &[GET.then(Body(BodyEdit::BreakBeyond(48 << 10, After::Reset)))],
        promise: fails("range-complete", 0x8007_2EFE),
    },
    Fault {
        name: "stall-beyond-64k",
        summary: "answers of more than 64 KiB stop after 64 KiB, the connection stays open",
        rules: &[GET.then(Body(BodyEdit::BreakBeyond(64 << 10, After::Stall)))],
        promise: fails("range-complete", 0x8020_0024),
    },
    Fault {
        name: "oversized-head",
        summary: "header sections have more than the 64 KB that WinHTTP accepts",
        rules: &[ANY.then(Head(HeadEdit::Filler(70_000)))],
        promise: fails("header-size", 0x8007_2F96),
    },
    Fault {
        name: "interim-eleven",
        summary: "eleven interim answers come before each answer, one more than WinHTTP ignores",
        rules: &[ANY.then(Head(HeadEdit::Interim(&[103; 11])))],
        promise: fails("reachable", 0x8007_2F78),
    },
    Fault {
        name: "two-ranges-per-connection",
        summary: "from the third range on a connection on, ranges get 200 with the whole file",
        rules: &[RANGED
            .since_range_on_connection(3)
            .then(Request(RequestEdit::DropField("Range")))],
        promise: fails_do("do-tail-block", 0x80D0_5011),
    },
    Fault {
        name: "multi-near-merged",
        summary: "ranges with a gap of less than 80 bytes are merged, as lighttpd does",
        rules: &[SEVERAL.then(Request(RequestEdit::Ranges(ListEdit::MergeNear(80))))],
        promise: fails_ranges("multi-near", 0x8020_001B),
    },
    Fault {
        name: "last-modified-moves",
        summary: "Last-Modified is the time of each answer",
        rules: &[ANY.then(Field(FieldEdit::SetToNow("Last-Modified")))],
        promise: fails("unchanged-validators", 0x8020_0073),
    },
    Fault {
        name: "no-last-modified-206",
        summary: "206 has no Last-Modified, HEAD has it",
        rules: &[SINGLE.then(Field(FieldEdit::Remove("Last-Modified")))],
        promise: warns("head-validators"),
    },
];
