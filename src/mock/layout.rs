//! The layout of multipart/byteranges: the one encoder of it. The origin, the cutters of
//! emulations and the faults (which change a layout) share it; the catalogue writes it as `[emulation.parts]`.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::{BufMut as _, Bytes, BytesMut};
use serde::{Deserialize, Deserializer};

use crate::wire::byte_range::Span;
use crate::wire::content_range::ContentRange;
use crate::wire::fields::Fields;

/// A layout; the default is that of most servers.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Layout {
    /// The boundary that the body uses. In a table these stand for what differs from answer to
    /// answer: `{digits}` for 20 digits, `{HEX}` for 32 hexadecimal ones, `{hex}` for 16 in lower
    /// case, and, in hexadecimal, `{micros}` for the time, `{connection}` for the number of the
    /// client's connection, `{process}` for that of the process.
    pub(crate) boundary: String,
    /// Content-Type has it in quotes.
    pub(crate) quoted: bool,
    /// The media type of the whole.
    pub(crate) media_type: String,
    /// Names of the two fields of a part, in their order and case.
    pub(crate) fields: [String; 2],
    /// What comes before the first boundary.
    #[serde(deserialize_with = "read_text")]
    pub(crate) preamble: Bytes,
    /// An empty line comes between a boundary and the fields of its part.
    pub(crate) blank_line_first: bool,
    /// The closing delimiter is left out.
    pub(crate) unclosed: bool,
    /// What ends each line, the preamble apart.
    pub(crate) line_end: String,
    /// The whole Content-Type, when it is not made of the above.
    #[serde(skip)]
    pub(crate) content_type: Option<String>,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            boundary: "bitsgate3d6b6a416f9b5c".to_owned(),
            quoted: false,
            media_type: "multipart/byteranges".to_owned(),
            fields: ["Content-Type", "Content-Range"].map(str::to_owned),
            preamble: Bytes::from_static(b"\r\n"),
            blank_line_first: false,
            unclosed: false,
            line_end: "\r\n".to_owned(),
            content_type: None,
        }
    }
}

impl Layout {
    /// The layout of one answer, over the client's connection of this number.
    pub(crate) fn of_answer(&self, connection: u64) -> Self {
        let random = || rand::random::<u64>();
        let micros = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_micros();
        let boundary = self
            .boundary
            .replace("{digits}", &format!("{:020}", random()))
            .replace("{HEX}", &format!("{:016X}{:016X}", random(), random()))
            .replace("{hex}", &format!("{:016x}", random()))
            .replace("{micros}", &format!("{micros:x}"))
            .replace("{connection}", &format!("{connection:x}"))
            .replace("{process}", &format!("{:x}", std::process::id()));
        Self { boundary, ..self.clone() }
    }

    /// The Content-Type of the whole.
    pub(crate) fn content_type(&self) -> String {
        let quote = if self.quoted { "\"" } else { "" };
        let made = || format!("{}; boundary={quote}{}{quote}", self.media_type, self.boundary);
        self.content_type.clone().unwrap_or_else(made)
    }

    /// The fields of a part out of a file of this type and size.
    pub(crate) fn fields_of(&self, kind: Option<&str>, span: Span, total: Option<u64>) -> Fields {
        let range = ContentRange::Part { span, total }.to_string();
        let value = |name: &str| {
            let is_range = name.eq_ignore_ascii_case("content-range");
            if is_range { Some(range.as_str()) } else { kind }
        };
        self.fields.iter().filter_map(|name| Some((name.as_str(), value(name)?))).collect()
    }

    /// What stands before the content of the part of this index: boundary and fields.
    pub(crate) fn head_of(&self, index: usize, fields: &Fields) -> Bytes {
        let mut head = BytesMut::new();
        let end = &self.line_end;
        head.put_slice(if index == 0 { &self.preamble } else { end.as_bytes() });
        let blank = if self.blank_line_first { end.as_str() } else { "" };
        head.put_slice(format!("--{}{end}{blank}", self.boundary).as_bytes());
        for field in fields.iter() {
            head.put_slice(format!("{}: {}{end}", field.name, field.value).as_bytes());
        }
        head.put_slice(end.as_bytes());
        head.freeze()
    }

    /// What stands behind the last part.
    pub(crate) fn end(&self) -> Bytes {
        let end = &self.line_end;
        if self.unclosed { Bytes::new() } else { format!("{end}--{}--{end}", self.boundary).into() }
    }
}

fn read_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
    String::deserialize(deserializer).map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_says_how_parts_are_written() {
        let span = Span::new(0, 9).unwrap();
        let layout = Layout::default();
        let fields = layout.fields_of(Some("a/b"), span, None);
        let head = layout.head_of(0, &fields);
        let expected = "\r\n--bitsgate3d6b6a416f9b5c\r\nContent-Type: a/b\r\n\
                        Content-Range: bytes 0-9/*\r\n\r\n";
        assert_eq!(head, expected);
        let other = Layout {
            boundary: "{digits}{HEX}{hex}".to_owned(),
            quoted: true,
            fields: ["content-range", "x"].map(str::to_owned),
            preamble: Bytes::new(),
            blank_line_first: true,
            ..Layout::default()
        };
        let other = other.of_answer(1);
        assert_eq!(other.boundary.len(), 20 + 32 + 16);
        let content_type = format!("multipart/byteranges; boundary=\"{}\"", other.boundary);
        assert_eq!(other.content_type(), content_type);
        let head = other.head_of(0, &other.fields_of(None, span, Some(99)));
        let expected = format!("--{}\r\n\r\ncontent-range: bytes 0-9/99\r\n\r\n", other.boundary);
        assert_eq!(head, expected);
        assert!(Layout { unclosed: true, ..Layout::default() }.end().is_empty());
        let numbers = Layout { boundary: "{connection}-{process}".to_owned(), ..other };
        let expected = format!("ff-{:x}", std::process::id());
        assert_eq!(numbers.of_answer(255).boundary, expected);
    }
}
