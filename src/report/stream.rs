//! JSON that is written piece by piece: the reports of a fleet are larger than anything that the
//! run itself keeps. Called by the formats that are JSON.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter};

use crate::ui::escape::escape_json;

/// A list whose members are made when they are written, one after the other.
pub(super) struct Each<I>(pub(super) I);

impl<I> Serialize for Each<I>
where
    I: Iterator + Clone,
    I::Item: Serialize,
{
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}

/// Writes a value as JSON: pretty printed, UTF-8, with a line end at its end. What a terminal
/// obeys or a reader cannot see is escaped.
pub(super) fn write_json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let formatter = Escaping(PrettyFormatter::new());
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, formatter);
    value.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

/// The same in memory.
pub(crate) fn json_bytes(value: &impl Serialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Plain data with string keys, written into memory: this cannot fail.
    let _ = write_json(value, &mut bytes);
    bytes
}

/// As the pretty one, with [`escape_json`] for all that stands in strings.
struct Escaping(PrettyFormatter<'static>);

type Out<'w, W> = &'w mut W;

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: Out<'_, W>,
        fragment: &str,
    ) -> io::Result<()> {
        out.write_all(escape_json(fragment).as_bytes())
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: Out<'_, W>) -> io::Result<()> {
        self.0.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: Out<'_, W>) -> io::Result<()> {
        self.0.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        out: Out<'_, W>,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: Out<'_, W>) -> io::Result<()> {
        self.0.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: Out<'_, W>) -> io::Result<()> {
        self.0.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: Out<'_, W>) -> io::Result<()> {
        self.0.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        out: Out<'_, W>,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: Out<'_, W>) -> io::Result<()> {
        self.0.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: Out<'_, W>) -> io::Result<()> {
        self.0.end_object_value(out)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn it_is_the_pretty_form_with_nothing_hidden() {
        let value = json!({ "a": [1, { "b": null }], "empty": [], "none": {}, "text": "\"x\\" });
        let mut bytes = Vec::new();
        write_json(&value, &mut bytes).unwrap();
        assert_eq!(String::from_utf8(bytes).unwrap(), format!("{value:#}\n"));

        let hostile = json!({ "\u{202e}key": "\u{1b}[2J\u{7f}\u{9b}\u{e0001}\u{fffd}" });
        let mut bytes = Vec::new();
        write_json(&hostile, &mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains(['\u{202e}', '\u{1b}', '\u{7f}', '\u{9b}', '\u{e0001}']), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), hostile);
    }

    #[test]
    fn a_list_is_made_while_it_is_written() {
        let mut bytes = Vec::new();
        write_json(&Each((0..3).map(|number| number * 2)), &mut bytes).unwrap();
        assert_eq!(bytes, b"[\n  0,\n  2,\n  4\n]\n");
    }

    #[test]
    fn what_cannot_be_written_is_an_error() {
        let mut room = [0; 4];
        assert!(write_json(&json!(["long"]), &mut room.as_mut_slice()).is_err());
    }
}
