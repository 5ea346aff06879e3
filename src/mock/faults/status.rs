//! Wrong statuses on HEAD alone and on GET alone, and challenges.

use crate::mock::fault::{Fault, concludes_nothing, fails, fails_do, warns};
use crate::mock::mechanism::Answer as A;
use crate::mock::mechanism::Step::Answer;
use crate::mock::scope::{ANY, GET, HEAD};

pub(crate) static FAULTS: &[Fault] = &[
    Fault {
        name: "head-403",
        summary: "HEAD gets 403, GET is right",
        rules: &[HEAD.then(Answer(A::Page(403, "Access Denied")))],
        promise: fails("head-status", 0x8019_0193),
    },
    Fault {
        name: "head-404",
        summary: "HEAD gets 404, GET is right",
        rules: &[HEAD.then(Answer(A::Status(404)))],
        promise: fails("head-status", 0x8019_0194),
    },
    Fault {
        name: "head-405",
        summary: "HEAD gets 405, GET is right",
        rules: &[HEAD.then(Answer(A::Status(405)))],
        promise: fails("head-status", 0x8019_0195),
    },
    Fault {
        name: "head-407",
        summary: "HEAD gets 407 with a Basic challenge, GET is right",
        rules: &[HEAD.then(Answer(A::Challenge(&["Basic realm=\"proxy\""])))],
        promise: fails("proxy-authentication", 0x8019_0197),
    },
    Fault {
        name: "head-416",
        summary: "HEAD gets 416, GET is right",
        rules: &[HEAD.then(Answer(A::Status(416)))],
        promise: fails("head-status", 0x8019_01A0),
    },
    Fault {
        name: "head-500",
        summary: "HEAD gets 500, GET is right",
        rules: &[HEAD.then(Answer(A::Status(500)))],
        promise: fails("head-status", 0x8019_01F4),
    },
    Fault {
        name: "head-501",
        summary: "HEAD gets 501, GET is right",
        rules: &[HEAD.then(Answer(A::Status(501)))],
        promise: fails("head-status", 0x8019_01F5),
    },
    Fault {
        name: "head-503",
        summary: "HEAD gets 503, GET is right",
        rules: &[HEAD.then(Answer(A::Status(503)))],
        promise: fails("head-status", 0x8019_01F7),
    },
    Fault {
        name: "get-403",
        summary: "GET gets 403, HEAD is right",
        rules: &[GET.then(Answer(A::Page(403, "Access Denied")))],
        promise: fails("range-first", 0x8019_0193),
    },
    Fault {
        name: "get-404",
        summary: "GET gets 404, HEAD is right",
        rules: &[GET.then(Answer(A::Status(404)))],
        promise: fails("range-first", 0x8019_0194),
    },
    Fault {
        name: "get-405",
        summary: "GET gets 405, HEAD is right",
        rules: &[GET.then(Answer(A::Status(405)))],
        promise: fails("range-first", 0x8019_0195),
    },
    Fault {
        name: "get-407",
        summary: "GET gets 407 with a Basic challenge, HEAD is right",
        rules: &[GET.then(Answer(A::Challenge(&["Basic realm=\"proxy\""])))],
        promise: fails("proxy-authentication", 0x8019_0197),
    },
    Fault {
        name: "get-416",
        summary: "GET gets 416 for every range, HEAD is right",
        rules: &[GET.then(Answer(A::Unsatisfiable))],
        promise: fails("range-first", 0x8019_01A0),
    },
    Fault {
        name: "get-500",
        summary: "GET gets 500, HEAD is right",
        rules: &[GET.then(Answer(A::Status(500)))],
        promise: fails("range-first", 0x8019_01F4),
    },
    Fault {
        name: "get-503",
        summary: "GET gets 503, HEAD is right",
        rules: &[GET.then(Answer(A::Status(503)))],
        promise: fails("range-first", 0x8019_01F7),
    },
    Fault {
        name: "sporadic-503",
        summary: "every fifth request for a file gets 503",
        rules: &[ANY.every_nth_request(5).then(Answer(A::Status(503)))],
        promise: warns("parallel-requests"),
    },
    Fault {
        name: "sporadic-429",
        summary: "every seventh request for a file gets 429",
        rules: &[ANY.every_nth_request(7).then(Answer(A::Status(429)))],
        promise: warns("parallel-requests"),
    },
    Fault {
        name: "empty-body-refused",
        summary: "GET with Content-Length gets 400, even with 0, as Delivery Optimization sends",
        rules: &[GET.with_field("Content-Length").then(Answer(A::Status(400)))],
        promise: fails_do("do-empty-body-field", 0x8019_0190),
    },
    Fault {
        name: "auth-basic",
        summary: "every request gets 407 with a Basic challenge",
        rules: &[ANY.then(Answer(A::Challenge(&["Basic realm=\"proxy\""])))],
        promise: concludes_nothing("proxy-authentication", 0x8019_0197),
    },
    Fault {
        name: "auth-digest",
        summary: "every request gets 407 with a Digest challenge",
        rules: &[ANY.then(Answer(A::Challenge(&[
            "Digest realm=\"proxy\", nonce=\"5f1c\", algorithm=MD5, qop=\"auth\"",
        ])))],
        promise: concludes_nothing("proxy-authentication", 0x8019_0197),
    },
    Fault {
        name: "auth-negotiate",
        summary: "every request gets 407 with Negotiate and NTLM",
        rules: &[ANY.then(Answer(A::Challenge(&["Negotiate", "NTLM"])))],
        promise: concludes_nothing("proxy-authentication", 0x8019_0197),
    },
    Fault {
        name: "auth-ntlm",
        summary: "every request gets 407 with NTLM alone",
        rules: &[ANY.then(Answer(A::Challenge(&["NTLM"])))],
        promise: concludes_nothing("proxy-authentication", 0x8019_0197),
    },
    Fault {
        name: "auth-without-challenge",
        summary: "every request gets 407 without Proxy-Authenticate",
        rules: &[ANY.then(Answer(A::Challenge(&[])))],
        promise: fails("proxy-authentication", 0x8019_0197),
    },
];
