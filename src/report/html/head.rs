//! Heads of requests and answers as they went over the wire, one line for each line.

use std::fmt::Write;

use maud::{Markup, html};

use crate::model::exchange::Request;
use crate::ui::escape::{escape_bytes, escape_limited};
use crate::wire::fields::Fields;
use crate::wire::head::ResponseHead;

/// The head of a request.
pub(super) fn request(request: &Request) -> Markup {
    let first = format!("{} {} HTTP/1.1", request.method, request.target);
    block("Request", &of_fields(&first, &request.fields))
}

/// The head of an answer: the bytes as they came, when they were kept.
pub(super) fn response(head: &ResponseHead) -> Markup {
    let lines = if head.raw.is_empty() {
        let first = format!("{} {} {}", head.version, head.status, head.reason);
        of_fields(&first, &head.fields)
    } else {
        of_bytes(&head.raw)
    };
    block("Answer", &lines)
}

/// The lines of a head, at most [`MOST_LINES`]; what is cut is said.
struct Lines {
    shown: Vec<Line>,
    left_out: usize,
}

struct Line {
    text: String,
    /// Characters or bytes that were cut off.
    cut: usize,
}

fn block(label: &str, lines: &Lines) -> Markup {
    html! {
        p.about { (label) }
        pre.head {
            @for line in &lines.shown {
                (line.text)
                @if line.cut > 0 { i.cut { " … " (line.cut) " more left out" } }
                "\n"
            }
            @if lines.left_out > 0 { i.cut { (lines.left_out) " more lines left out" } "\n" }
        }
    }
}

fn of_fields(first: &str, fields: &Fields) -> Lines {
    let line = |text: &str| Line {
        cut: text.chars().count().saturating_sub(MOST_CHARS),
        text: limited(text),
    };
    let names = fields.iter().take(MOST_LINES);
    let rest = names.map(|field| line(&format!("{}: {}", field.name, field.value)));
    Lines {
        shown: std::iter::once(line(first)).chain(rest).collect(),
        left_out: fields.len().saturating_sub(MOST_LINES),
    }
}

/// Each line without its CRLF. Another line end is shown, as it is worth seeing.
fn of_bytes(raw: &[u8]) -> Lines {
    let raw = raw.strip_suffix(b"\r\n\r\n").unwrap_or(raw);
    let lines: Vec<&[u8]> = raw.split_inclusive(|&byte| byte == b'\n').collect();
    let shown = lines.iter().take(MOST_LINES + 1).map(|line| {
        let line = line.strip_suffix(b"\r\n").unwrap_or(line);
        let cut = line.len().saturating_sub(MOST_CHARS);
        Line { text: escape_bytes(&line[..line.len() - cut]), cut }
    });
    Lines { shown: shown.collect(), left_out: lines.len().saturating_sub(MOST_LINES + 1) }
}

fn limited(text: &str) -> String {
    let end = text.char_indices().nth(MOST_CHARS).map_or(text.len(), |(end, _)| end);
    escape_limited(&text[..end], MOST_CHARS).into_owned()
}

/// `200 OK`, for a line about an answer.
pub(super) fn status_line(head: &ResponseHead) -> String {
    let mut line = head.status.to_string();
    if !head.reason.is_empty() {
        // Writing to a String cannot fail.
        let _ = write!(line, " {}", escape_limited(&head.reason, REASON));
    }
    line
}

/// Lines of a head that are shown.
const MOST_LINES: usize = 100;
/// Characters of a line that are shown.
const MOST_CHARS: usize = 2000;
const REASON: usize = 60;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::head::parse_response_head;

    fn text(markup: Markup) -> String {
        markup.into_string()
    }

    #[test]
    fn raw_bytes_are_shown_as_they_came() {
        let raw = b"HTTP/1.1 200 OK\r\nA: \xff\x1b</pre>\nB: 1\r\n\r\n";
        let head = parse_response_head(raw).unwrap().unwrap();
        assert_eq!(
            text(response(&head)),
            "<p class=\"about\">Answer</p><pre class=\"head\">HTTP/1.1 200 OK\nA: \
             \\xff\\x1b&lt;/pre&gt;\\n\nB: 1\n</pre>"
        );
    }

    #[test]
    fn long_heads_are_cut_and_say_so() {
        let mut fields = Fields::default();
        fields.push("X", "y".repeat(1_000_000));
        (0..200).for_each(|_| fields.push("Z", ""));
        let shown = text(block("Answer", &of_fields("HTTP/1.1 200 OK", &fields)));
        assert!(shown.len() < 10_000, "{}", shown.len());
        assert!(shown.contains("998003 more left out"), "{shown}");
        assert!(shown.contains("101 more lines left out"), "{shown}");

        let (long, many) = ("y".repeat(9000), "Z: \r\n".repeat(200));
        let raw = format!("HTTP/1.1 200 OK\r\nX: {long}\r\n{many}\r\n");
        let shown = text(block("Answer", &of_bytes(raw.as_bytes())));
        assert!(shown.len() < 10_000, "{}", shown.len());
        assert!(shown.contains("7003 more left out"), "{shown}");
        assert!(shown.contains("101 more lines left out"), "{shown}");
    }
}
