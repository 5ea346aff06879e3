//! Our strict readers beside well-known lenient ones: what ours takes without a complaint, the
//! others take too and read the same. And files that a user gives are read or refused, whatever
//! became of them, without a panic.

use std::convert::Infallible;
use std::fs;
use std::path::Path;

use bitsgate::gate::Baseline;
use bitsgate::settings::file::ConfigFile;
use bitsgate::wire::content_range::ContentRange;
use bitsgate::wire::head::parse_response_head;
use bitsgate::wire::multipart::parse_multipart;
use bytes::Bytes;
use futures_util::stream;
use headers::{Header as _, HeaderValue};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::support::binary::run;
use crate::support::runtime;

proptest! {
    #[test]
    fn a_head_is_read_as_httparse_reads_it(bytes in mutated(head())) {
        let Ok(Some(ours)) = parse_response_head(&bytes) else { return Ok(()) };
        let mut fields = [httparse::EMPTY_HEADER; 16];
        let mut theirs = httparse::Response::new(&mut fields);
        let read = theirs.parse(&bytes);
        // httparse knows two versions, and refuses controls in the reason, which nobody reads.
        let is_plain = ours.oddities.is_empty()
            && ours.raw.starts_with(b"HTTP/1.")
            && ours.version.minor <= 1
            && !ours.reason.contains(|letter: char| letter.is_control());
        if is_plain {
            let raw = String::from_utf8_lossy(&ours.raw).into_owned();
            prop_assert_eq!(read, Ok(httparse::Status::Complete(ours.raw.len())), "{:?}", raw);
        }
        if ours.oddities.is_empty() && matches!(read, Ok(httparse::Status::Complete(_))) {
            prop_assert_eq!(theirs.code, Some(ours.status));
            let ours: Vec<_> = ours.fields.iter().map(|field| (&*field.name, &*field.value)).collect();
            let text = |value| String::from_utf8_lossy(value).trim_matches([' ', '\t']).to_owned();
            let theirs: Vec<_> =
                theirs.headers.iter().map(|field| (field.name, text(field.value))).collect();
            let theirs: Vec<_> = theirs.iter().map(|(name, value)| (*name, &**value)).collect();
            prop_assert_eq!(ours, theirs);
        }
    }

    #[test]
    fn a_content_range_is_read_as_headers_reads_it(bytes in mutated(content_range())) {
        let Ok(value) = String::from_utf8(bytes) else { return Ok(()) };
        // Only the unit is taken in any case by us alone.
        let Some(ours) = ContentRange::parse(&value).ok().filter(|_| value.starts_with("bytes"))
        else { return Ok(()) };
        let value = HeaderValue::from_str(&value).unwrap();
        let theirs = headers::ContentRange::decode(&mut [&value].into_iter()).unwrap();
        prop_assert_eq!(theirs.bytes_len(), ours.total());
        let span = match ours {
            ContentRange::Part { span, .. } => Some((span.first(), span.last())),
            ContentRange::Unsatisfied { .. } => None,
        };
        prop_assert_eq!(theirs.bytes_range(), span);
    }

    #[test]
    fn parts_are_read_as_multer_reads_them(body in mutated(multipart())) {
        let ours = parse_multipart(&body, "B");
        // multer refuses parts without fields, looks past what is before them, knows CRLF alone, and
        // misses a delimiter that follows the header lines at once: a part without content, whose
        // empty line is the line end that the delimiter begins with (RFC 2046 5.1.1).
        let has_bare_lf = body.iter().enumerate().any(|(at, &byte)| {
            byte == b'\n' && at.checked_sub(1).is_none_or(|before| body[before] != b'\r')
        });
        let is_plain = ours.closed
            && !has_bare_lf
            && ours.preamble.is_empty()
            && ours.parts.iter().all(|part| {
                let is_odd = part.malformed_header || part.blank_line_before_fields;
                let has_empty_line = body[..part.content.start].ends_with(b"\r\n\r\n");
                !is_odd && !part.fields.is_empty() && has_empty_line
            });
        let Some(theirs) = is_plain.then(|| multer(&body)).flatten() else { return Ok(()) };
        let ours: Vec<_> = ours.parts.into_iter().map(|part| body[part.content].to_vec()).collect();
        prop_assert_eq!(ours, theirs);
    }

    #[test]
    fn a_damaged_configuration_is_read_or_refused(bytes in mutated(select(configurations()))) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Err(error) = ConfigFile::parse(Path::new("bitsgate.toml"), text) {
            prop_assert!(!error.to_string().is_empty() && !error.hint.is_empty());
        }
    }

    #[test]
    fn a_damaged_report_is_read_or_refused(bytes in mutated(Just(report().to_vec()))) {
        if let Ok(baseline) = Baseline::parse(&bytes) {
            prop_assert!(baseline.cells.iter().all(|cell| baseline.cell(&cell.key).is_some()));
        }
    }
}

#[test]
fn what_is_not_damaged_is_read_alike() {
    let parts = b"--B\r\nA: b\r\n\r\n01\r\n--B\r\nA: b\r\n\r\n\r\n--B--\r\n";
    let ours = parse_multipart(parts, "B");
    assert!(ours.closed && ours.preamble.is_empty());
    assert_eq!(multer(parts), Some(vec![b"01".to_vec(), b"".to_vec()]));
    assert_eq!(Baseline::parse(report()).unwrap().cells.len(), 1);
    assert!(configurations().iter().any(|text| {
        let text = String::from_utf8_lossy(text).into_owned();
        ConfigFile::parse(Path::new("bitsgate.toml"), text).is_ok()
    }));
}

/// A text in which nothing, or up to four things, were replaced, inserted or removed.
fn mutated(text: impl Strategy<Value = Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![select(&b"\r\n \t:;,-/*=\"\0\x80"[..]), any::<u8>()];
    let change = (any::<Index>(), 0..3, byte);
    (text, prop::collection::vec(change, 0..5)).prop_map(|(mut text, changes)| {
        for (index, kind, byte) in changes {
            let at = index.index(text.len() + 1);
            match kind {
                0 => text.insert(at, byte),
                1 if at < text.len() => text[at] = byte,
                2 if at < text.len() => drop(text.remove(at)),
                _ => {}
            }
        }
        text
    })
}

fn head() -> impl Strategy<Value = Vec<u8>> {
    let field = "[A-Za-z-]{1,9}:[ \t]{0,2}[ -~]{0,12}\r\n";
    (100_u16..1000, "[ -~]{0,8}", prop::collection::vec(field, 0..5)).prop_map(
        |(status, reason, fields)| {
            format!("HTTP/1.1 {status} {reason}\r\n{}\r\n", fields.concat()).into_bytes()
        },
    )
}

fn content_range() -> impl Strategy<Value = Vec<u8>> {
    let total = prop_oneof![Just("*".to_owned()), any::<u64>().prop_map(|total| total.to_string())];
    let range = prop_oneof![
        Just("*".to_owned()),
        (0_u64..99, 0_u64..999).prop_map(|(first, last)| format!("{first}-{last}")),
    ];
    (range, total).prop_map(|(range, total)| format!("bytes {range}/{total}").into_bytes())
}

fn multipart() -> impl Strategy<Value = Vec<u8>> {
    let part = ("[a-zA-Z]{1,5}: [a-z0-9/ -]{0,9}", prop::collection::vec(any::<u8>(), 0..9));
    prop::collection::vec(part, 1..4).prop_map(|parts| {
        let mut body = Vec::new();
        for (field, content) in parts {
            body.extend(format!("--B\r\n{field}\r\n\r\n").bytes());
            body.extend(content);
            body.extend(b"\r\n");
        }
        body.extend(b"--B--\r\n");
        body
    })
}

/// The contents that multer finds; none when it refuses.
fn multer(body: &[u8]) -> Option<Vec<Vec<u8>>> {
    let body = Bytes::copy_from_slice(body);
    runtime().block_on(async {
        let mut parts = multer::Multipart::new(stream::iter([Ok::<_, Infallible>(body)]), "B");
        let mut contents = Vec::new();
        while let Some(part) = parts.next_field().await.ok()? {
            contents.push(part.bytes().await.ok()?.to_vec());
        }
        Some(contents)
    })
}

fn configurations() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/config");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files.filter(|file| file.is_file()).map(|file| fs::read(file).unwrap()).collect()
}

/// A real report, made once.
fn report() -> &'static [u8] {
    static REPORT: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| {
        let arguments = ["check", "--format", "json", "--exit-zero", "--only", "range-first"];
        let arguments = [&arguments[..], &["--proxy", "mock:range-ignored", "mock:"]].concat();
        run(arguments).stdout.into_bytes()
    });
    &REPORT
}
