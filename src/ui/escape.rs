//! Makes text that came off the network printable, before a terminal sees it.
//!
//! Called by every report and message: a header value may hold escape sequences that move the
//! cursor or set the title, and characters that turn the writing direction.

use std::borrow::Cow;
use std::fmt::Write;

/// Text without anything that a terminal obeys or a reader cannot see: such characters come out
/// as `\x1b` or `\u{202e}`. Bytes that were no UTF-8, replaced when read, come out as `\u{fffd}`.
pub fn escape(text: &str) -> Cow<'_, str> {
    let Some(start) = text.find(is_hidden) else { return Cow::Borrowed(text) };
    let mut escaped = String::with_capacity(text.len() + 16);
    escaped.push_str(&text[..start]);
    for char in text[start..].chars() {
        push_escaped(&mut escaped, char);
    }
    Cow::Owned(escaped)
}

/// A line without what stands before an `@`: that may be a user and a password. Hides too much
/// rather than too little: all from the first quote on, or from the beginning.
pub fn hide_user(line: &str) -> Cow<'_, str> {
    let Some(end) = line.rfind('@') else { return Cow::Borrowed(line) };
    let begin = line[..end].find(['"', '\'', '`']).map_or(0, |quote| quote + 1);
    Cow::Owned(format!("{}(hidden){}", &line[..begin], &line[end..]))
}

/// As [`escape`], but at most about `limit` characters; `...` stands for the rest.
pub fn escape_limited(text: &str, limit: usize) -> Cow<'_, str> {
    match text.char_indices().nth(limit) {
        None => escape(text),
        Some((end, _)) => Cow::Owned(escape(&text[..end]).into_owned() + "..."),
    }
}

/// As [`escape`], for bytes of any kind: what is no UTF-8 comes out as `\xff`.
pub fn escape_bytes(bytes: &[u8]) -> String {
    let mut escaped = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|char| push_escaped(&mut escaped, char));
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(escaped, "\\x{byte:02x}");
        }
    }
    escaped
}

/// JSON text with the same characters as `\u....`: it says the same, and nothing in it can reach
/// a terminal. In JSON they occur inside of strings only, where that form is allowed.
pub fn escape_json(json: &str) -> Cow<'_, str> {
    // Nearly always so, and told in a fraction of the time.
    if json.bytes().all(|byte| matches!(byte, b'\n' | b' '..=b'~')) {
        return Cow::Borrowed(json);
    }
    let is_hidden = |char| is_hidden(char) && !matches!(char, '\n' | REPLACEMENT);
    if !json.contains(is_hidden) {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    for char in json.chars() {
        if is_hidden(char) {
            for unit in char.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(char);
        }
    }
    Cow::Owned(escaped)
}

fn push_escaped(escaped: &mut String, char: char) {
    let _ = match char {
        char if !is_hidden(char) => escaped.write_char(char),
        '\n' => escaped.write_str("\\n"),
        '\r' => escaped.write_str("\\r"),
        '\t' => escaped.write_str("\\t"),
        char if char.is_ascii() => write!(escaped, "\\x{:02x}", u32::from(char)),
        char => write!(escaped, "\\u{{{:x}}}", u32::from(char)),
    };
}

/// Control characters (C0, DEL, C1), marks that turn the writing direction, and what has no
/// width or breaks lines.
pub(crate) fn is_hidden(char: char) -> bool {
    if char.is_ascii() {
        return char.is_ascii_control();
    }
    char.is_control()
        || matches!(char,
            '\u{ad}'                       // soft hyphen
            | '\u{61c}'                    // Arabic letter mark
            | '\u{180e}'                   // Mongolian vowel separator
            | '\u{200b}'..='\u{200f}'      // zero width, left-to-right and right-to-left marks
            | '\u{2028}'..='\u{202e}'      // line and paragraph ends, embeddings and overrides
            | '\u{2060}'..='\u{206f}'      // word joiner, isolates, deprecated formats
            | '\u{feff}'                   // byte order mark
            | '\u{fff9}'..='\u{fffb}'      // annotations
            | REPLACEMENT
            | '\u{fffe}'..='\u{ffff}'      // no characters, and not allowed in XML
            | '\u{e0000}'..='\u{e007f}'    // tags
        )
}

const REPLACEMENT: char = '\u{fffd}';

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_made_visible() {
        assert!(matches!(escape("bytes 0-1/2, für"), Cow::Borrowed(_)));
        assert_eq!(escape("a\x1b]0;x\x07b\u{9b}1m\x7f"), "a\\x1b]0;x\\x07b\\u{9b}1m\\x7f");
        assert_eq!(
            escape("\u{202e}gpj\u{2066}\u{200b}\r\n\t"),
            "\\u{202e}gpj\\u{2066}\\u{200b}\\r\\n\\t"
        );
        assert_eq!(escape("\u{fffd}\u{fffe}"), "\\u{fffd}\\u{fffe}");
    }

    #[test]
    fn bytes_that_are_no_text_are_made_visible() {
        assert_eq!(escape_bytes(b"a\xffb\xc3\xa4\x00"), "a\\xffbä\\x00");
    }

    #[test]
    fn length_can_be_bounded() {
        assert_eq!(escape_limited("abc", 3), "abc");
        assert_eq!(escape_limited("ab\x1bcdef", 4), "ab\\x1bc...");
        assert_eq!(escape_limited("äöü", 2), "äö...");
    }

    proptest! {
        #[test]
        fn nothing_hidden_is_left(text in any::<String>(), bytes in any::<Vec<u8>>()) {
            prop_assert!(!escape(&text).contains(is_hidden));
            prop_assert!(!escape_bytes(&bytes).contains(is_hidden));
        }

        #[test]
        fn json_says_the_same(text in "([a-z\\x7f\\u{85}\\u{9b}\\u{202e}\\u{e0001}\\u{fffd}\"\\\\]|.){0,30}") {
            let json = serde_json::to_string(&text).unwrap();
            let escaped = escape_json(&json);
            prop_assert!(!escaped.contains(|char| is_hidden(char) && char != REPLACEMENT));
            prop_assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
        }
    }
}
