//! Faults of a GET without Range, and of what follows once the whole file was fetched.

use std::time::Duration;

use crate::mock::fault::{Fault, fails, fails_ranges, warns};
use crate::mock::mechanism::Step::{Answer, Body, Framing, Request};
use crate::mock::mechanism::{Answer as A, BodyEdit, FramingEdit, RequestEdit};
use crate::mock::message::After;
use crate::mock::scope::{PLAIN, RANGED, SEVERAL, SINGLE};

pub(crate) static FAULTS: &[Fault] = &[
    Fault {
        name: "plain-get-403",
        summary: "GET without Range gets 403, ranges are right",
        rules: &[PLAIN.then(Answer(A::Page(403, "Access Denied")))],
        promise: warns("plain-get").once_whole(),
    },
    Fault {
        name: "plain-get-short",
        summary: "GET without Range ends after 30000 bytes of a longer file, ranges are right",
        rules: &[PLAIN.then(Body(BodyEdit::CutAfter(CUT, After::Close)))],
        promise: warns("plain-get").once_whole(),
    },
    Fault {
        name: "plain-get-reset",
        summary: "the connection is reset after 30000 bytes of a GET without Range",
        rules: &[PLAIN.then(Body(BodyEdit::CutAfter(CUT, After::Reset)))],
        promise: warns("plain-get").once_whole(),
    },
    Fault {
        name: "plain-get-stalls",
        summary: "GET without Range stops after 30000 bytes, the connection stays open",
        rules: &[PLAIN.then(Body(BodyEdit::CutAfter(CUT, After::Stall)))],
        promise: warns("plain-get").once_whole(),
    },
    Fault {
        name: "plain-get-garbled",
        summary: "GET without Range gets wrong bytes, ranges are right",
        rules: &[PLAIN.then(Body(BodyEdit::Garble))],
        promise: warns("plain-get").once_whole(),
    },
    Fault {
        name: "plain-get-altered-byte",
        summary: "GET without Range gets one wrong byte, at position 20000",
        rules: &[PLAIN.then(Body(BodyEdit::Corrupt(20_000)))],
        promise: warns("plain-get").once_whole(),
    },
    Fault {
        name: "plain-get-chunked",
        summary: "GET without Range gets a chunked answer without Content-Length",
        rules: &[PLAIN.then(Framing(FramingEdit::Chunked))],
        promise: warns("plain-get").once_whole(),
    },
    Fault {
        name: "range-ignored-second-after-whole",
        summary: "once the whole file was asked for, ranges are ignored from the second one on",
        rules: &[SINGLE.since_whole(2).then(Request(RequestEdit::DropField("Range")))],
        promise: fails("range-next", 0x8020_0013).once_whole(),
    },
    Fault {
        name: "multi-200-third-after-whole",
        summary: "once the whole file was asked for, several ranges are ignored from the third time on",
        rules: &[SEVERAL.several_since_whole(3).then(Request(RequestEdit::DropField("Range")))],
        promise: fails_ranges("multi-repeated", 0x8020_0013).once_whole(),
    },
    Fault {
        name: "range-ignored-second-hit",
        summary: "ranges are ignored once the whole file was asked for two times",
        rules: &[RANGED.once_whole_asked(2).then(Request(RequestEdit::DropField("Range")))],
        promise: fails("range-repeated", 0x8020_0013).once_whole(),
    },
    Fault {
        name: "range-ignored-after-pause",
        summary: "ranges are ignored 250 ms after the whole file was asked for",
        rules: &[RANGED.after_whole(PAUSE).then(Request(RequestEdit::DropField("Range")))],
        promise: fails("range-repeated", 0x8020_0013).once_whole(),
    },
    Fault {
        name: "multi-200-after-pause",
        summary: "several ranges are ignored 250 ms after the whole file was asked for",
        rules: &[SEVERAL.after_whole(PAUSE).then(Request(RequestEdit::DropField("Range")))],
        promise: fails_ranges("multi-repeated", 0x8020_0013).once_whole(),
    },
];

const CUT: u64 = 30_000;

const PAUSE: Duration = Duration::from_millis(250);
