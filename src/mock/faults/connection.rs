//! Faults of the connection, and pages in place of the file.

use std::time::Duration;

use crate::mock::fault::{Fault, concludes_nothing, fails, notes, warns};
use crate::mock::mechanism::Step::{Answer, Body, Connection, Head};
use crate::mock::mechanism::{Answer as A, BodyEdit, ConnectionEdit, HeadEdit, Pace};
use crate::mock::message::After;
use crate::mock::scope::{ANY, GET, RANGED};

pub(crate) static FAULTS: &[Fault] = &[
    Fault {
        name: "close-unannounced",
        summary: "the connection is closed after each answer without saying so, as tinyproxy does",
        rules: &[ANY.then(Connection(ConnectionEdit::CloseSilently))],
        promise: notes("keep-alive"),
    },
    Fault {
        name: "reset",
        summary: "the connection is reset in place of each answer",
        rules: &[ANY.then(Head(HeadEdit::CutAfter(0, After::Reset)))],
        promise: concludes_nothing("reachable", 0x8007_2EFE),
    },
    Fault {
        name: "reset-on-get",
        summary: "the connection is reset in place of an answer to GET",
        rules: &[GET.then(Head(HeadEdit::CutAfter(0, After::Reset)))],
        promise: fails("range-first", 0x8007_2EFE),
    },
    Fault {
        name: "reset-in-body",
        summary: "the connection is reset after 100 bytes of a longer body",
        rules: &[GET.then(Body(BodyEdit::CutAfter(100, After::Reset)))],
        promise: fails("range-first", 0x8007_2EFE),
    },
    Fault {
        name: "never-answers",
        summary: "requests are read and never answered",
        rules: &[ANY.then(Head(HeadEdit::CutAfter(0, After::Stall)))],
        promise: concludes_nothing("reachable", 0x8007_2EE2),
    },
    Fault {
        name: "never-answers-get",
        summary: "GET is never answered, HEAD is right",
        rules: &[GET.then(Head(HeadEdit::CutAfter(0, After::Stall)))],
        promise: fails("range-first", 0x8020_0024),
    },
    Fault {
        name: "stall-in-head",
        summary: "every answer stops after 20 bytes of its head",
        rules: &[ANY.then(Head(HeadEdit::CutAfter(20, After::Stall)))],
        promise: concludes_nothing("reachable", 0x8007_2EE2),
    },
    Fault {
        name: "stall-in-body",
        summary: "bodies stop after 100 bytes, the connection stays open",
        rules: &[GET.then(Body(BodyEdit::CutAfter(100, After::Stall)))],
        promise: fails("range-first", 0x8020_0024),
    },
    Fault {
        name: "trickle",
        summary: "head and body come at one byte a second",
        rules: &[
            ANY.then(Head(HeadEdit::Paced(Pace::of(&[1], SECOND)))),
            ANY.then(Body(BodyEdit::Paced(Pace::of(&[1], SECOND)))),
        ],
        promise: concludes_nothing("reachable", 0x8007_2EE2),
    },
    Fault {
        name: "trickle-body",
        summary: "bodies come at one byte a second",
        rules: &[GET.then(Body(BodyEdit::Paced(Pace::of(&[1], SECOND))))],
        promise: fails("range-first", 0x8020_0024),
    },
    Fault {
        name: "one-connection-reset",
        summary: "a connection that is opened while another is open is reset",
        rules: &[ANY.beyond_connections(1).then(Head(HeadEdit::CutAfter(0, After::Reset)))],
        promise: warns("parallel-requests"),
    },
    Fault {
        name: "one-connection-closed",
        summary: "a connection that is opened while another is open is closed without an answer",
        rules: &[ANY.beyond_connections(1).then(Head(HeadEdit::CutAfter(0, After::Close)))],
        promise: warns("parallel-requests"),
    },
    Fault {
        name: "one-connection-429",
        summary: "a connection that is opened while another is open gets 429",
        rules: &[
            ANY.beyond_connections(1).then(Answer(A::Status(429))),
            ANY.beyond_connections(1).then(Connection(ConnectionEdit::Close)),
        ],
        promise: warns("parallel-requests"),
    },
    Fault {
        name: "two-connections-503",
        summary: "a connection that is opened while two others are open gets 503",
        rules: &[
            ANY.beyond_connections(2).then(Answer(A::Status(503))),
            ANY.beyond_connections(2).then(Connection(ConnectionEdit::Close)),
        ],
        promise: warns("parallel-requests"),
    },
    Fault {
        name: "redirect-loop",
        summary: "302 leads to the same URL for ever",
        rules: &[ANY.then(Answer(A::RedirectAppending("")))],
        promise: fails("redirects", 0x8007_2F7C),
    },
    Fault {
        name: "redirect-to-login",
        summary: "302 leads to an HTML page that wants a password",
        rules: &[
            ANY.path_not_ending("/login").then(Answer(A::RedirectTo("/login"))),
            ANY.path_ending("/login").then(Answer(A::Page(200, "Sign in"))),
        ],
        promise: fails("block-page", 0x8020_0013),
    },
    Fault {
        name: "captive-portal",
        summary: "every request gets 200 with an HTML page",
        rules: &[ANY.then(Answer(A::Page(200, "Welcome, please sign in")))],
        promise: fails("block-page", 0x8020_0013),
    },
    Fault {
        name: "block-page-206",
        summary: "ranges are cut out of an HTML page; only the total in Content-Range betrays it",
        rules: &[RANGED.then(Answer(A::SlicedPage("Blocked by policy")))],
        promise: fails("range-first", 0x8020_0013),
    },
];

const SECOND: Duration = Duration::from_secs(1);
