//! Carries out the steps that change a request before the source sees it.

use super::mechanism::RequestEdit;
use super::message::{Request, remove, set};
use crate::wire::byte_range::{ByteRange, Span};

/// Changes the request. `first_seen` is the first Range value that was asked for this path.
pub(crate) fn rewrite(request: &mut Request, edit: RequestEdit, first_seen: Option<&str>) {
    match edit {
        RequestEdit::DropField(name) => return remove(&mut request.fields, name),
        RequestEdit::SetRange(value) => return set(&mut request.fields, "Range", value),
        RequestEdit::FirstRangeSeen => {
            if let (Some(value), true) = (first_seen, request.fields.has("range")) {
                set(&mut request.fields, "Range", value);
            }
            return;
        }
        RequestEdit::WrapRange(bits) => return wrap(request, bits),
        _ => {}
    }
    let Some(asked) = request.ranges() else { return };
    let ranges = edited(asked.ranges(), edit);
    let value = match ranges.as_slice() {
        [] => return,
        ranges => join(ranges),
    };
    set(&mut request.fields, "Range", &value);
}

fn edited(ranges: &[ByteRange], edit: RequestEdit) -> Vec<ByteRange> {
    let each = |change: &dyn Fn(Span) -> Option<Span>| {
        ranges
            .iter()
            .map(|&range| match range {
                ByteRange::Closed(span) => change(span).map_or(range, ByteRange::Closed),
                other => other,
            })
            .collect()
    };
    match edit {
        RequestEdit::CapRange(width) => {
            each(&|span| Span::with_width(span.first(), span.width().min(width)))
        }
        RequestEdit::DropRangeAt(index) => {
            let mut ranges = ranges.to_vec();
            if index < ranges.len() && ranges.len() > 1 {
                ranges.remove(index);
            }
            ranges
        }
        RequestEdit::FirstRange => ranges[..1].to_vec(),
        RequestEdit::MergeRanges => merged(ranges, |_, _| true),
        RequestEdit::MergeTouching => {
            let joined = merged(ranges, |held, next| next.first() <= held.last().saturating_add(1));
            if joined.len() < ranges.len() { joined } else { ranges.to_vec() }
        }
        RequestEdit::ReverseRanges => ranges.iter().rev().copied().collect(),
        RequestEdit::ShiftRange(by) => {
            each(&|span| Span::with_width(span.first().checked_add(by)?, span.width()))
        }
        RequestEdit::SuffixAsPrefix => ranges
            .iter()
            .map(|&range| match range {
                ByteRange::Suffix(length) => Span::new(0, length).map_or(range, ByteRange::Closed),
                other => other,
            })
            .collect(),
        RequestEdit::DropField(_)
        | RequestEdit::SetRange(_)
        | RequestEdit::FirstRangeSeen
        | RequestEdit::WrapRange(_) => ranges.to_vec(),
    }
}

fn wrap(request: &mut Request, bits: u32) {
    let mask = (1_u64 << bits) - 1;
    let Some(ByteRange::Closed(span)) = request.ranges().map(|set| set.ranges()[0]) else { return };
    match Span::new(span.first() & mask, span.last() & mask) {
        Some(span) => set(&mut request.fields, "Range", &format!("bytes={span}")),
        None => remove(&mut request.fields, "Range"),
    }
}

/// Merges closed ranges in ascending order; leaves the set alone when another kind is in it.
fn merged(ranges: &[ByteRange], joins: impl Fn(Span, Span) -> bool) -> Vec<ByteRange> {
    let spans: Option<Vec<Span>> = ranges
        .iter()
        .map(|range| match range {
            ByteRange::Closed(span) => Some(*span),
            _ => None,
        })
        .collect();
    let Some(mut spans) = spans else { return ranges.to_vec() };
    spans.sort_unstable();
    let mut held: Vec<Span> = Vec::new();
    for span in spans {
        match held.last_mut() {
            Some(last) if joins(*last, span) => {
                *last = Span::new(last.first(), last.last().max(span.last())).unwrap_or(*last);
            }
            _ => held.push(span),
        }
    }
    held.into_iter().map(ByteRange::Closed).collect()
}

fn join(ranges: &[ByteRange]) -> String {
    let specs: Vec<String> = ranges.iter().map(ToString::to_string).collect();
    format!("bytes={}", specs.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range_after(edit: RequestEdit, range: &str) -> Option<String> {
        let fields = [("Host", "h"), ("Range", range)].into_iter().collect();
        let mut request = Request {
            method: "GET".to_owned(),
            target: "/".to_owned(),
            minor: 1,
            fields,
            body: bytes::Bytes::new(),
        };
        rewrite(&mut request, edit, Some("bytes=1-2"));
        request.fields.first("range").map(str::to_owned)
    }

    #[test]
    fn ranges_are_rewritten() {
        for (edit, range, expected) in [
            (RequestEdit::DropField("range"), "bytes=0-1", None),
            (RequestEdit::CapRange(10), "bytes=5-100,7-", Some("bytes=5-14,7-")),
            (RequestEdit::DropRangeAt(1), "bytes=0-1,2-3,4-5", Some("bytes=0-1,4-5")),
            (RequestEdit::FirstRange, "bytes=8-9,2-3", Some("bytes=8-9")),
            (RequestEdit::FirstRangeSeen, "bytes=8-9", Some("bytes=1-2")),
            (RequestEdit::MergeRanges, "bytes=8-9,2-3", Some("bytes=2-9")),
            (RequestEdit::MergeTouching, "bytes=0-1,2-3,9-9", Some("bytes=0-3,9-9")),
            (RequestEdit::MergeTouching, "bytes=0-1,-3", Some("bytes=0-1,-3")),
            (RequestEdit::ReverseRanges, "bytes=0-1,-3", Some("bytes=-3,0-1")),
            (RequestEdit::ShiftRange(1), "bytes=0-1", Some("bytes=1-2")),
            (RequestEdit::SuffixAsPrefix, "bytes=-500", Some("bytes=0-500")),
            (RequestEdit::WrapRange(32), "bytes=4294967297-4294967298", Some("bytes=1-2")),
            (RequestEdit::WrapRange(32), "bytes=4294967290-4294967298", None),
            (RequestEdit::CapRange(10), "bytes=nonsense", Some("bytes=nonsense")),
        ] {
            assert_eq!(range_after(edit, range).as_deref(), expected, "{edit:?}");
        }
    }
}
