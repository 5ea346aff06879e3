//! The one cutter: what becomes of a Range field, as a policy says. The compliant origin cuts by
//! the default policy, an emulation by the section `[emulation.ranges]` of its table. Faults change
//! the ranges before they come here, with the same [`ListEdit`]s.

mod reading;
#[cfg(test)]
mod tests;

use serde::Deserialize;

use super::mechanism::ListEdit;
use super::rewrite::edit_list;
use crate::wire::byte_range::{ByteRange, Span};
use reading::Reading;
pub(crate) use reading::list_of_bytes;

/// What is to be sent of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Cut {
    /// What the next server answers, as if nothing were kept. A proxy that keeps nothing forwards all.
    Forwarded,
    /// One range, as a plain 206.
    One(Span),
    /// 416.
    Refused,
    Several(Vec<Span>),
    /// All of it: the field counts for nothing.
    Whole,
}

/// How a Range field is read and answered. The default is what RFC 9110 section 14.2 wants.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Policy {
    pub(crate) reading: Reading,
    /// A field that cannot be read.
    pub(crate) unreadable: Otherwise,
    /// Nothing of what is asked is in the file.
    pub(crate) past_end: Otherwise,
    /// Any range of an empty file.
    pub(crate) of_empty: Otherwise,
    pub(crate) several: Several,
    /// Several ranges that do not ascend or that overlap, when they are not answered alike.
    pub(crate) out_of_order: Option<Otherwise>,
    /// What is made of the ranges that are in the file, in this order.
    pub(crate) edits: Vec<ListEdit>,
    pub(crate) ignored_when_sum: Sum,
    /// More ranges than this are ignored; 0: no limit.
    pub(crate) limit: usize,
}

/// What is answered in place of a range.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Otherwise {
    /// What the next server answers, as if nothing were kept.
    Forwarded,
    /// 416.
    Refused,
    /// 200 with the whole file.
    Whole,
}

/// What is answered to several ranges.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Several {
    /// All of them, as asked.
    #[default]
    Parts,
    /// 416.
    Refused,
    /// 200 with the whole file.
    Whole,
}

/// How much may be asked in sum; the whole file comes when it is too much.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Sum {
    /// More than the file.
    AboveSize,
    #[default]
    Never,
    /// As much as the file, or more.
    ReachesSize,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            reading: Reading::default(),
            unreadable: Otherwise::Whole,
            past_end: Otherwise::Refused,
            of_empty: Otherwise::Refused,
            several: Several::default(),
            out_of_order: None,
            edits: Vec::new(),
            ignored_when_sum: Sum::default(),
            limit: 0,
        }
    }
}

impl Policy {
    /// What of a file answers the Range field `value`. The size is in bytes, when it is known by
    /// now; without it only what needs no file is refused.
    pub(crate) fn cut(&self, value: &str, size: Option<u64>) -> Cut {
        if size == Some(0) {
            return self.of_empty.cut();
        }
        let Some(read) = self.reading.read(value) else { return self.unreadable.cut() };
        // A server that reads no lists refuses them before it looks at the file.
        if read.is_list() && self.several == Several::Refused {
            return Cut::Refused;
        }
        let Some(size) = size else { return Cut::Whole };
        let found: Vec<_> = read.resolve(size).into_iter().map(ByteRange::Closed).collect();
        let found = self.edits.iter().fold(found, |ranges, &edit| edit_list(&ranges, edit));
        let spans: Vec<Span> = found.iter().filter_map(|range| range.resolve(size)).collect();
        let sum = spans.iter().fold(0_u64, |sum, span| sum.saturating_add(span.width()));
        let is_too_much = match self.ignored_when_sum {
            Sum::AboveSize => sum > size,
            Sum::Never => false,
            Sum::ReachesSize => sum >= size,
        };
        match spans.as_slice() {
            [] => self.past_end.cut(),
            _ if is_too_much || (self.limit > 0 && spans.len() > self.limit) => Cut::Whole,
            [span] if !read.stays_list() => Cut::One(*span),
            _ => self.cut_several(spans),
        }
    }

    fn cut_several(&self, spans: Vec<Span>) -> Cut {
        let is_in_order = spans.is_sorted_by(|one, two| one.last() < two.first());
        match self.out_of_order.filter(|_| !is_in_order) {
            Some(answer) => answer.cut(),
            None => self.several.cut(spans),
        }
    }
}

impl Otherwise {
    pub(crate) fn cut(self) -> Cut {
        match self {
            Self::Forwarded => Cut::Forwarded,
            Self::Refused => Cut::Refused,
            Self::Whole => Cut::Whole,
        }
    }
}

impl Several {
    fn cut(self, spans: Vec<Span>) -> Cut {
        match self {
            Self::Parts => Cut::Several(spans),
            Self::Whole => Cut::Whole,
            Self::Refused => Cut::Refused,
        }
    }
}
