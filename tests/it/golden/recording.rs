//! A recording: every answer to the list of requests, in a text that a person reads and a test
//! compares. Bodies stand in it in words.

use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use super::exchange::{self, Answer, Connection, Framing};
use super::normal::{Names, boundary_shape};
use super::origin::{Arrived, Origin};
use super::pages::describe;
use super::requests::{self, Asked};

/// Who is recorded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) address: SocketAddr,
    /// What it calls itself.
    pub(crate) hosts: &'a [&'a str],
    /// What it stands in front of.
    pub(crate) origin: Before,
}

/// Which origin a setting is about.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Before {
    Right,
    /// Serves ranges, but does not say so.
    Silent,
    /// Says for how long its objects stay as they are.
    Lasting,
    /// Slower than its client.
    Slow,
}

/// What came before a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Leg {
    /// Nobody asked for the object before.
    Cold,
    /// Somebody fetched the whole object.
    Warm,
}

/// Answers by the names of their requests.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Recording {
    pub(crate) answers: Vec<Recorded>,
}

/// One answer, line by line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Recorded {
    pub(crate) name: String,
    pub(crate) lines: Vec<String>,
}

impl Leg {
    pub(crate) const ALL: [Self; 2] = [Self::Cold, Self::Warm];

    /// As files are named.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::Warm => "warm",
        }
    }
}

/// Asks a subject everything. Each request has an object of its own.
pub(crate) fn record(origin: &Origin, subject: Subject<'_>, leg: Leg) -> Recording {
    let mut answers = Vec::new();
    for group in requests::ALL.chunks(AT_ONCE) {
        thread::scope(|scope| {
            let asking: Vec<_> = group
                .iter()
                .map(|asked| scope.spawn(move || record_one(origin, subject, leg, *asked)))
                .collect();
            answers.extend(asking.into_iter().map(|thread| thread.join().expect("an answer")));
        });
    }
    Recording { answers }
}

fn record_one(origin: &Origin, subject: Subject<'_>, leg: Leg, asked: Asked) -> Recorded {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let object = format!("object-{:05}", NEXT.fetch_add(1, Ordering::Relaxed));
    let kind = match (subject.origin, asked.origin) {
        (Before::Silent, "gzip" | "ranges") => "silent".to_owned(),
        (Before::Lasting, kind) => format!("lasting-{kind}"),
        (Before::Slow, kind) => format!("slow-{kind}"),
        (_, kind) => kind.to_owned(),
    };
    let path = format!("/{kind}/{object}/{}.bin", asked.size);
    let authority = origin.address().to_string();
    if leg == Leg::Warm {
        exchange::ask(subject.address, &asked.whole().to_proxy(&authority, &path));
        thread::sleep(UNTIL_KEPT);
    }
    let before = origin.arrived(&path).len();
    let answer = exchange::ask(subject.address, &asked.to_proxy(&authority, &path));
    let names =
        Names { origin, proxy: subject.address.to_string(), hosts: subject.hosts, object: &object };
    let mut lines = lines(&answer, &names);
    for arrived in &origin.arrived(&path)[before..] {
        lines.push(names.replace(&asked_of_origin(arrived)));
    }
    Recorded { name: asked.name.to_owned(), lines }
}

fn lines(answer: &Answer, names: &Names<'_>) -> Vec<String> {
    let content_type = answer.field("Content-Type").unwrap_or_default();
    let boundary = content_type.split_once("boundary=").map(|(_, value)| value.trim_matches('"'));
    let shaped = |text: &str| match boundary {
        Some(boundary) => text.replace(boundary, &boundary_shape(boundary)),
        None => text.to_owned(),
    };
    let mut lines = Vec::new();
    for (index, line) in answer.head.iter().enumerate() {
        lines.push(if index == 0 { line.clone() } else { names.field(&shaped(line)) });
    }
    lines.push(String::new());
    if !answer.body.is_empty() {
        let text = names.replace(&shaped(&describe(&answer.body)));
        let cut: String = text.chars().take(LONGEST_BODY).collect();
        lines.extend(cut.lines().map(str::to_owned));
        if cut.len() < text.len() {
            lines.push("[and so on]".to_owned());
        }
    }
    let framing = match answer.framing {
        Framing::Chunked => "in chunks, ended",
        Framing::ChunkedWithoutEnd => "in chunks that never end",
        Framing::Close => "ended by the close",
        Framing::Length => "of the length announced",
        Framing::LengthUnreached => "shorter than announced, or without any end",
        Framing::NoBody => "no body",
        Framing::UnsaidChunks => "in chunks that the head does not tell of, ended",
        Framing::UnsaidChunksWithoutEnd => "in chunks that the head does not tell of, without end",
    };
    let connection = match answer.connection {
        Connection::Closed => "closed",
        Connection::Kept => "kept",
        Connection::Reset => "reset",
    };
    lines.push(format!("[{framing}; connection {connection}]"));
    if !answer.stray.is_empty() {
        lines.push(format!("[then {}]", names.replace(&describe(&answer.stray))));
    }
    lines
}

/// What the origin was asked, in those fields that decide what it answers.
fn asked_of_origin(arrived: &Arrived) -> String {
    let mut line = format!("^ {} {}", arrived.method, arrived.version);
    for (name, value) in &arrived.fields {
        if DECISIVE.iter().any(|decisive| name.eq_ignore_ascii_case(decisive)) {
            let _ = write!(line, "; {name}: {value}");
        }
    }
    line
}

/// Where the recordings of a subject are stored: cold or warm.
pub(crate) fn file(name: &str, leg: Leg) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/responses").join(name);
    folder.join(format!("{}.http", leg.name()))
}

impl Recording {
    /// Reads what is stored under a name; nothing when nothing is.
    pub(crate) fn stored(name: &str, leg: Leg) -> Self {
        let cold = if leg == Leg::Warm { Self::stored(name, Leg::Cold) } else { Self::default() };
        let text = fs::read_to_string(file(name, leg)).unwrap_or_default();
        let mut stored = Self::default();
        for block in text.split("\n## ").skip(1) {
            let mut lines: Vec<_> = block.trim_end().lines().map(str::to_owned).collect();
            let name = lines.remove(0);
            if let [reference] = lines.as_slice() {
                let told = stored.told(&cold, &name, reference);
                lines = told.unwrap_or_else(|| panic!("{name}: nothing is told {reference}"));
            }
            stored.answers.push(Recorded { name, lines });
        }
        stored
    }

    /// The lines that a reference stands for.
    fn told(&self, cold: &Self, name: &str, reference: &str) -> Option<Vec<String>> {
        if reference == AS_COLD {
            return cold.named(name);
        }
        self.named(reference.strip_prefix("[as ")?.strip_suffix(']')?)
    }

    fn named(&self, name: &str) -> Option<Vec<String>> {
        let answer = self.answers.iter().find(|answer| answer.name == name)?;
        Some(answer.lines.clone())
    }

    /// Stores it under a name; `title` says in a line who was recorded and how. What was told
    /// before is not told again, but referred to.
    pub(crate) fn store(&self, name: &str, leg: Leg, title: &str) {
        let cold = if leg == Leg::Warm { Self::stored(name, Leg::Cold) } else { Self::default() };
        let mut text = format!("# {title}\n# {}\n", leg.sentence());
        for (index, answer) in self.answers.iter().enumerate() {
            let earlier = self.answers[..index].iter().find(|told| told.lines == answer.lines);
            let lines = match earlier {
                _ if cold.answers.contains(answer) => AS_COLD.to_owned(),
                Some(earlier) => format!("[as {}]", earlier.name),
                None => answer.lines.join("\n"),
            };
            let _ = write!(text, "\n## {}\n{lines}\n", answer.name);
        }
        let file = file(name, leg);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder of recordings");
        fs::write(file, text).expect("a recording");
    }
}

impl Leg {
    fn sentence(self) -> &'static str {
        match self {
            Self::Cold => "Nobody asked for the object before.",
            Self::Warm => "Somebody fetched the whole object before.",
        }
    }
}

/// Fields of a request.
const DECISIVE: [&str; 6] = [
    "Accept-Encoding",
    "If-Modified-Since",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Range",
];
/// A cache may still write what its client has already: Traffic Server then answers with its fields in
/// another order.
const UNTIL_KEPT: Duration = Duration::from_millis(200);
/// Stands for an answer that is like the cold one.
const AS_COLD: &str = "[as cold]";
const AT_ONCE: usize = 6;
/// Enough to know an error page, in characters.
const LONGEST_BODY: usize = 900;
