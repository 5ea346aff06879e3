//! Applies the steps that change a request before the source receives it.

use super::mechanism::{ListEdit, RequestEdit};
use super::message::{Request, remove, set};
use crate::wire::byte_range::{ByteRange, Span};

/// Changes the request. `first_seen` is the first Range value that was asked for this path.
pub(crate) fn rewrite(request: &mut Request, edit: &RequestEdit, first_seen: Option<&str>) {
    match edit {
        RequestEdit::DropField(name) => remove(&mut request.fields, name),
        RequestEdit::FirstRangeSeen => {
            if let (Some(value), true) = (first_seen, request.fields.has("range")) {
                set(&mut request.fields, "Range", value);
            }
        }
        RequestEdit::Ranges(edit) => {
            let Some(asked) = request.ranges() else { return };
            match edit_list(asked.ranges(), *edit).as_slice() {
                [] => remove(&mut request.fields, "Range"),
                ranges => set(&mut request.fields, "Range", &join(ranges)),
            }
        }
        RequestEdit::SetRange(value) => set(&mut request.fields, "Range", value),
    }
}

/// Changes a list of ranges, be it asked of the source or cut here.
pub(crate) fn edit_list(ranges: &[ByteRange], edit: ListEdit) -> Vec<ByteRange> {
    let each_span = |change: &dyn Fn(Span) -> Option<Span>| {
        let changed = |&range: &ByteRange| match range {
            ByteRange::Closed(span) => change(span).map(ByteRange::Closed),
            other => Some(other),
        };
        ranges.iter().filter_map(changed).collect()
    };
    match edit {
        ListEdit::Cap(width) => {
            each_span(&|span| Span::with_width(span.first(), span.width().min(width)))
        }
        ListEdit::DropAt(index) => {
            let mut ranges = ranges.to_vec();
            if index < ranges.len() && ranges.len() > 1 {
                ranges.remove(index);
            }
            ranges
        }
        ListEdit::First => ranges.iter().take(1).copied().collect(),
        ListEdit::Merge => merged(ranges, |_, _| true),
        ListEdit::MergeNear(bytes) => merged(ranges, |one, other| gap(one, other) < bytes),
        ListEdit::MergeTouching => merged(ranges, touch),
        ListEdit::Reverse => ranges.iter().rev().copied().collect(),
        ListEdit::Shift(by) => {
            each_span(&|span| Span::with_width(span.first().checked_add(by)?, span.width()))
        }
        ListEdit::SuffixAsPrefix => ranges
            .iter()
            .map(|&range| match range {
                ByteRange::Suffix(length) => Span::new(0, length).map_or(range, ByteRange::Closed),
                other => other,
            })
            .collect(),
        ListEdit::Wrap(bits) => {
            let mask = (1_u64 << bits.min(63)) - 1;
            each_span(&|span| Span::new(span.first() & mask, span.last() & mask))
        }
    }
}

/// Merges each closed range with the closed one before it when `joins` says so.
fn merged(ranges: &[ByteRange], joins: impl Fn(Span, Span) -> bool) -> Vec<ByteRange> {
    let mut held: Vec<ByteRange> = Vec::new();
    for &range in ranges {
        match (held.last_mut(), range) {
            (Some(ByteRange::Closed(before)), ByteRange::Closed(span)) if joins(*before, span) => {
                let first = before.first().min(span.first());
                *before = Span::new(first, before.last().max(span.last())).unwrap_or(span);
            }
            _ => held.push(range),
        }
    }
    held
}

/// Whether two ranges overlap or follow each other.
fn touch(one: Span, other: Span) -> bool {
    one.first() <= other.last().saturating_add(1) && other.first() <= one.last().saturating_add(1)
}

/// Bytes between two ranges; 0 where they overlap or follow each other.
fn gap(one: Span, other: Span) -> u64 {
    let between = |before: Span, after: Span| after.first().saturating_sub(before.last() + 1);
    between(one, other).max(between(other, one))
}

fn join(ranges: &[ByteRange]) -> String {
    let specs: Vec<String> = ranges.iter().map(ToString::to_string).collect();
    format!("bytes={}", specs.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range_after(edit: &RequestEdit, range: &str) -> Option<String> {
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
            (RequestEdit::DropField("range".into()), "bytes=0-1", None),
            (RequestEdit::Ranges(ListEdit::Cap(10)), "bytes=5-100,7-", Some("bytes=5-14,7-")),
            (RequestEdit::Ranges(ListEdit::DropAt(1)), "bytes=0-1,2-3,4-5", Some("bytes=0-1,4-5")),
            (RequestEdit::Ranges(ListEdit::First), "bytes=8-9,2-3", Some("bytes=8-9")),
            (RequestEdit::FirstRangeSeen, "bytes=8-9", Some("bytes=1-2")),
            (RequestEdit::Ranges(ListEdit::Merge), "bytes=8-9,2-3", Some("bytes=2-9")),
            (
                RequestEdit::Ranges(ListEdit::MergeTouching),
                "bytes=0-1,2-3,9-9",
                Some("bytes=0-3,9-9"),
            ),
            (RequestEdit::Ranges(ListEdit::MergeTouching), "bytes=0-1,-3", Some("bytes=0-1,-3")),
            (
                RequestEdit::Ranges(ListEdit::MergeNear(80)),
                "bytes=0-9,89-99,180-199",
                Some("bytes=0-99,180-199"),
            ),
            (RequestEdit::Ranges(ListEdit::Reverse), "bytes=0-1,-3", Some("bytes=-3,0-1")),
            (RequestEdit::Ranges(ListEdit::Shift(1)), "bytes=0-1", Some("bytes=1-2")),
            (RequestEdit::Ranges(ListEdit::SuffixAsPrefix), "bytes=-500", Some("bytes=0-500")),
            (
                RequestEdit::Ranges(ListEdit::Wrap(32)),
                "bytes=4294967297-4294967298",
                Some("bytes=1-2"),
            ),
            (RequestEdit::Ranges(ListEdit::Wrap(32)), "bytes=4294967290-4294967298", None),
            (RequestEdit::Ranges(ListEdit::Cap(10)), "bytes=nonsense", Some("bytes=nonsense")),
        ] {
            assert_eq!(range_after(&edit, range).as_deref(), expected, "{edit:?}");
        }
    }
}
