//! Which mechanisms hyper can put on the wire, and which have a meaning for a tunnel.

use super::{
    Answer, BodyEdit, ConnectionEdit, FieldEdit, FramingEdit, HeadEdit, LengthEdit, Rule, Step,
};
use crate::mock::scope::Scope;

impl Rule {
    /// Whether hyper can put replies under this rule on the wire as they are meant.
    pub(crate) fn suits_hyper(&self) -> bool {
        if self.scope.counts_on_connection() {
            return false;
        }
        match &self.step {
            // hyper's names have one case for the whole connection.
            Step::Field(FieldEdit::LowerCaseNames) => self.scope == Scope::default(),
            // Without a length hyper would chunk the body; HEAD has none.
            Step::Length(LengthEdit::Remove) => self.scope.is_head(),
            step => step.suits_hyper(),
        }
    }
}

impl Step {
    /// Whether hyper can put the result on the wire, but for the case of names. It refuses or
    /// rights what breaks the framing, and it decides alone when and how much it writes.
    fn suits_hyper(&self) -> bool {
        match self {
            Self::Answer(_)
            | Self::ContentRange(_)
            | Self::Parts(_)
            | Self::Request(_)
            | Self::Shape(_) => true,
            Self::Body(edit) => match edit {
                BodyEdit::Corrupt(_)
                | BodyEdit::CorruptAt(_)
                | BodyEdit::Garble
                | BodyEdit::Gzip => true,
                BodyEdit::Append(_)
                | BodyEdit::BreakBeyond(..)
                | BodyEdit::CutAfter(..)
                | BodyEdit::EndlessAfter
                | BodyEdit::OnHead(_)
                | BodyEdit::Paced(..)
                | BodyEdit::Skip(_) => false,
            },
            Self::Connection(edit) => match edit {
                ConnectionEdit::Close => true,
                ConnectionEdit::CloseSilently | ConnectionEdit::CloseWhenIdle(_) => false,
            },
            Self::Field(edit) => match edit {
                FieldEdit::LowerCaseNames => true,
                FieldEdit::Remove(name) | FieldEdit::Set(name, _) | FieldEdit::SetToNow(name) => {
                    !is_framing(name)
                }
                FieldEdit::Status(status) => *status >= 200,
            },
            Self::Framing(edit) => match edit {
                FramingEdit::Chunked => true,
                FramingEdit::ChunkedWithLength
                | FramingEdit::ChunkedWithoutEnd
                | FramingEdit::CloseDelimited
                | FramingEdit::HeadChunked => false,
            },
            Self::Head(edit) => match edit {
                HeadEdit::Version10 => true,
                HeadEdit::BareLf
                | HeadEdit::CutAfter(..)
                | HeadEdit::Endless
                | HeadEdit::Filler(_)
                | HeadEdit::Interim(_)
                | HeadEdit::None
                | HeadEdit::Paced(..)
                | HeadEdit::RawLine(_)
                | HeadEdit::StatusLine(_) => false,
            },
            Self::Length(edit) => match edit {
                LengthEdit::Plus(_)
                | LengthEdit::Remove
                | LengthEdit::Repeat
                | LengthEdit::SecondPlus(_)
                | LengthEdit::Text(_)
                | LengthEdit::Whole => false,
            },
        }
    }

    /// Whether it has a meaning for the answer to CONNECT.
    pub(crate) fn suits_connect(&self) -> bool {
        match self {
            Self::Answer(Answer::Unsatisfiable) => false,
            Self::Answer(_) | Self::Head(_) => true,
            _ => false,
        }
    }
}

/// Fields that hyper reads to frame a body or to keep a connection.
fn is_framing(name: &str) -> bool {
    ["connection", "content-length", "transfer-encoding"]
        .iter()
        .any(|field| name.eq_ignore_ascii_case(field))
}
