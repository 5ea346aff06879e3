//! Reads the captures of testdata/responses and compares an exchange with one.

use std::time::Duration;

use super::client::Answer;

/// A line of a capture, escaped.
pub(crate) type Line = String;

/// Some requests and all that came of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exchange {
    pub(crate) title: String,
    /// What the client sent.
    pub(crate) requests: Vec<Line>,
    pub(crate) answers: Vec<Captured>,
    /// What the origin got: number of the connection, and the request.
    pub(crate) upstream: Vec<Line>,
}

/// An answer as captures write it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Captured {
    pub(crate) head: Vec<Line>,
    /// Length, and the bytes or their beginning and end.
    pub(crate) body: (usize, Line),
    pub(crate) is_closed: bool,
}

/// Reads a capture.
pub(crate) fn parse(text: &str) -> Vec<Exchange> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let (mark, rest) = line.split_at_checked(2).expect("a mark");
        if let Some(title) = line.strip_prefix("== ") {
            exchanges.push(Exchange { title: title.to_owned(), ..Exchange::default() });
            continue;
        }
        let exchange = exchanges.last_mut().expect("a title first");
        match (mark, exchange.answers.last_mut()) {
            ("> ", _) => exchange.requests.push(rest.to_owned()),
            ("^ ", _) => exchange.upstream.push(rest.to_owned()),
            ("< ", _) => exchange
                .answers
                .push(Captured { head: vec![rest.to_owned()], ..Captured::default() }),
            ("  ", Some(answer)) => match rest {
                "open" => {}
                "closed" => answer.is_closed = true,
                _ => match rest.strip_prefix("body ").and_then(|body| body.split_once(' ')) {
                    Some((length, bytes)) => {
                        answer.body = (length.parse().expect("a length"), bytes.to_owned());
                    }
                    None => answer.head.push(rest.to_owned()),
                },
            },
            _ => panic!("a line of no known kind: {line}"),
        }
    }
    exchanges
}

/// How long this line waits, and then a new connection begins; nothing when it is a request.
pub(crate) fn pause(line: &str) -> Option<Duration> {
    let milliseconds = line.strip_prefix("wait ")?;
    Some(Duration::from_millis(milliseconds.parse().expect("milliseconds")))
}

/// The bytes of a request for this origin.
pub(crate) fn with_origin(request: &str, authority: &str) -> Vec<u8> {
    request.replace("ORIGIN", authority).replace("\\r", "\r").replace("\\n", "\n").into_bytes()
}

/// An answer written as captures write it.
pub(crate) fn of_answer(answer: &Answer) -> Captured {
    let head = answer.head.split_inclusive(|&byte| byte == b'\n');
    let head = head.map(|line| {
        let line = String::from_utf8_lossy(line);
        match line.split_once(": ") {
            Some((name @ ("Date" | "Age" | "Expires"), _)) => format!("{name}: *\\r\\n"),
            _ => escape(line.as_bytes()),
        }
    });
    let bytes = &answer.body;
    let text = if bytes.len() <= SHORT { escape(bytes) } else { excerpt(bytes) };
    Captured { head: head.collect(), body: (bytes.len(), text), is_closed: answer.is_closed }
}

impl Exchange {
    /// How `got` differs from this, in words; nothing when it does not.
    pub(crate) fn difference(&self, got: &Self) -> Option<String> {
        let mut lines = Vec::new();
        let requests: Vec<_> = self.requests.iter().filter(|l| pause(l).is_none()).collect();
        for (index, (expected, got)) in self.answers.iter().zip(&got.answers).enumerate() {
            if let (Some(captured), Some(made)) = (expected.boundary(), got.boundary())
                && !is_alike(&captured, &made)
            {
                lines.push(format!("  boundary {made} is not made as {captured}"));
            }
            let (expected, got) = (expected.comparable(), got.comparable());
            if expected != got {
                lines.push(format!("  > {}", requests[index]));
                lines.extend(
                    expected.iter().filter(|l| !got.contains(l)).map(|l| format!("  - {l}")),
                );
                lines.extend(
                    got.iter().filter(|l| !expected.contains(l)).map(|l| format!("  + {l}")),
                );
                lines.push(format!("  in this order: {}", got.join(" ")));
            }
        }
        if self.upstream != got.upstream {
            lines.extend(self.upstream.iter().map(|line| format!("  - ^ {line}")));
            lines.extend(got.upstream.iter().map(|line| format!("  + ^ {line}")));
        }
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}

impl Captured {
    /// All lines, without the digits of a boundary, and lengths less the length of boundaries.
    fn comparable(&self) -> Vec<Line> {
        let (length, body) = &self.body;
        let Some(boundary) = self.boundary() else {
            let body = format!("body {length} {body}");
            return self.head.iter().cloned().chain([body, self.end()]).collect();
        };
        let surplus = body.matches(&boundary).count() * boundary.len();
        let plain = |line: &str| line.replace(&boundary, "BOUNDARY");
        let said = format!("Content-Length: {length}\\r\\n");
        let head = self.head.iter().map(|line| {
            if *line == said { "Content-Length: right".to_owned() } else { plain(line) }
        });
        let body = format!("body {} {}", length - surplus, plain(body));
        head.chain([body, self.end()]).collect()
    }

    /// The boundary, when a proxy made it.
    fn boundary(&self) -> Option<String> {
        let head = self.head.join("");
        let (_, rest) = head.split_once("boundary=")?;
        let boundary = rest.split("\\r").next()?;
        let is_made = boundary.len() >= 13 && boundary.bytes().all(|b| b.is_ascii_hexdigit());
        is_made.then(|| boundary.to_owned())
    }

    fn end(&self) -> Line {
        if self.is_closed { "closed".into() } else { "open".into() }
    }
}

/// Whether a boundary is made as that of the capture: of the time in microseconds and the number of
/// a process or connection, or of 16 random digits.
fn is_alike(captured: &str, got: &str) -> bool {
    let micros = |boundary: &str| u64::from_str_radix(&boundary[..13], 16).expect("digits");
    // The captures were taken in November 2026.
    if captured.starts_with("660d") {
        (14..=19).contains(&got.len()) && micros(got) > micros("6000000000000")
    } else {
        got.len() == 16
    }
}

fn excerpt(bytes: &[u8]) -> Line {
    format!("{} ... {}", escape(&bytes[..64]), escape(&bytes[bytes.len() - 48..]))
}

/// CR, LF, backslash and what is not ASCII, escaped.
pub(crate) fn escape(bytes: &[u8]) -> Line {
    let one = |&byte: &u8| match byte {
        b'\\' => "\\\\".to_owned(),
        b'\r' => "\\r".to_owned(),
        b'\n' => "\\n".to_owned(),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\x{byte:02x}"),
    };
    bytes.iter().map(one).collect()
}

/// Bodies up to this length are written whole.
const SHORT: usize = 640;
