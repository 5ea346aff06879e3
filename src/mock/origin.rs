//! The origin: objects of any size under `/object/<SIZE>.bin` and `/object/<NAME>/<SIZE>.cab`.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::body::Body;
use super::condition::{Outcome, Validators, evaluate};
use super::content::Content;
use super::cut::{Cut, Policy};
use super::hold;
use super::layout::Layout;
use super::message::{Reply, Request, SERVER};
use super::parts::{OCTETS, Part, Parts};
use crate::wire::byte_range::{ByteRange, RangeSet, Span};
use crate::wire::content_range::ContentRange;

/// The largest object, in bytes: 8 GiB.
pub const MAX_SIZE: u64 = 8 << 30;

/// Answers a request as a compliant origin does; with `only`, for objects under that name alone.
/// The end of a whole object waits for `hold`.
pub(crate) fn answer(
    request: &Request,
    only: Option<&str>,
    hold: Option<Arc<hold::Inner>>,
) -> Reply {
    if !matches!(request.method.as_str(), "GET" | "HEAD") {
        let mut reply = Reply::text(405, "This origin knows GET and HEAD.");
        reply.fields.push("Allow", "GET, HEAD");
        return reply;
    }
    let is_served = |path: &str| {
        only.is_none_or(|name| {
            path.strip_prefix("/object/")
                .and_then(|rest| rest.strip_prefix(name))
                .is_some_and(|rest| rest.starts_with('/'))
        })
    };
    let path = request.path_and_query();
    let Some(object) = Object::parse(path).filter(|_| is_served(path)) else {
        return Reply::text(404, "There is no such object.");
    };
    let validators = object.validators();
    match evaluate(request, &validators) {
        Outcome::Failed => Reply::text(412, "Precondition Failed"),
        Outcome::NotModified => Object::reply(304, &validators),
        Outcome::Proceed { range } => {
            let field = request.fields.first("range").filter(|_| range && !request.is_head());
            let cut = |value| match object.size {
                // A suffix of an empty file is all of it (RFC 9110 14.1.2); no part can say that.
                0 if has_suffix(value) => Cut::Whole,
                size => Policy::default().cut(value, Some(size)),
            };
            match field.map_or(Cut::Whole, cut) {
                Cut::Forwarded | Cut::Whole => object.whole(&validators, hold),
                Cut::Refused => object.unsatisfied(),
                Cut::One(span) => object.part(span, &validators),
                Cut::Several(spans) => object.several(&spans, &validators),
            }
        }
    }
}

/// Whether one of the ranges is a suffix of some bytes.
fn has_suffix(value: &str) -> bool {
    let set = RangeSet::parse(value);
    let is_suffix = |range: &ByteRange| matches!(range, ByteRange::Suffix(1..));
    set.is_some_and(|set| set.ranges().iter().any(is_suffix))
}

/// An object as its path names it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Object {
    pub(crate) size: u64,
    pub(crate) content: Content,
}

impl Object {
    /// Reads `/object/SIZE.bin` or `/object/NAME/SIZE.ext`; a query is ignored.
    pub(crate) fn parse(path_and_query: &str) -> Option<Self> {
        let path = path_and_query.split(['?', '#']).next()?;
        let path = path.strip_prefix("/object/")?;
        let (name, file) = path.rsplit_once('/').unwrap_or(("", path));
        let (size, extension) = file.split_once('.')?;
        let is_size = !size.is_empty() && size.bytes().all(|byte| byte.is_ascii_digit());
        let size: u64 = size.parse().ok().filter(|&size| is_size && size <= MAX_SIZE)?;
        (!extension.is_empty()).then(|| Self { size, content: Content::of_object(name) })
    }

    fn validators(self) -> Validators {
        Validators {
            etag: format!("\"{:x}-{:x}\"", self.size, self.content.salt()),
            modified: SystemTime::UNIX_EPOCH + MODIFIED,
        }
    }

    fn reply(status: u16, validators: &Validators) -> Reply {
        let mut reply = Reply::new(status);
        let fields = &mut reply.fields;
        fields.push("Server", SERVER);
        fields.push("Date", httpdate::fmt_http_date(SystemTime::now()));
        fields.push("Last-Modified", httpdate::fmt_http_date(validators.modified));
        fields.push("ETag", validators.etag.clone());
        fields.push("Accept-Ranges", "bytes");
        reply
    }

    fn whole(self, validators: &Validators, hold: Option<Arc<hold::Inner>>) -> Reply {
        let mut reply = Self::reply(200, validators);
        reply.fields.push("Content-Type", OCTETS);
        reply.fields.push("Content-Length", self.size.to_string());
        let piece = |first, width| {
            let span = Span::with_width(first, width);
            span.map(|span| Body::generated(self.content, span)).unwrap_or_default()
        };
        let Some(hold) = hold else {
            reply.body = piece(0, self.size);
            return reply;
        };
        let tail = HELD.min(self.size);
        reply.body = piece(0, self.size - tail);
        reply.body.append(Body::held(hold));
        reply.body.append(piece(self.size - tail, tail));
        reply
    }

    fn part(self, span: Span, validators: &Validators) -> Reply {
        let mut reply = Self::reply(206, validators);
        reply.fields.push("Content-Type", OCTETS);
        reply.fields.push("Content-Range", self.content_range(span));
        reply.fields.push("Content-Length", span.width().to_string());
        reply.body = Body::generated(self.content, span);
        reply
    }

    fn several(self, spans: &[Span], validators: &Validators) -> Reply {
        let layout = Layout::default();
        let parts = spans.iter().map(|&span| Part {
            fields: layout.fields_of(Some(OCTETS), span, Some(self.size)),
            content: Body::generated(self.content, span),
        });
        let mut reply = Self::reply(206, validators);
        reply.parts = Some(Parts::new(parts.collect()));
        reply
    }

    fn unsatisfied(self) -> Reply {
        let mut reply = Reply::text(416, "Range Not Satisfiable");
        let value = ContentRange::Unsatisfied { total: self.size };
        reply.fields.push("Content-Range", value.to_string());
        reply
    }

    fn content_range(self, span: Span) -> String {
        ContentRange::Part { span, total: Some(self.size) }.to_string()
    }
}

/// How much of its end a held object keeps back, in bytes.
const HELD: u64 = 16 * 1024;

/// Mon, 06 Jan 2025 08:00:00 GMT: old enough to be a strong validator (RFC 9110 8.8.2.2).
const MODIFIED: Duration = Duration::from_hours(482_264);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_is_in_the_path() {
        let size = |path| Object::parse(path).map(|object| object.size);
        assert_eq!(size("/object/0.bin"), Some(0));
        assert_eq!(size("/object/a/b/5368709120.cab?x=1"), Some(5 << 30));
        assert_eq!(size("/object/8589934592.bin"), Some(8 << 30));
        for path in
            ["/object/8589934593.bin", "/object/.bin", "/object/+1.bin", "/object/1", "/1.bin"]
        {
            assert_eq!(size(path), None, "{path}");
        }
    }
}
