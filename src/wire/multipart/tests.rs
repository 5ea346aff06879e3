//! Bodies taken apart, right ones and wrong ones.

use proptest::prelude::*;

use super::*;

fn contents<'a>(body: &'a [u8], multipart: &Multipart) -> Vec<&'a [u8]> {
    multipart.parts.iter().map(|part| &body[part.content.clone()]).collect()
}

#[test]
fn each_line_end_without_cr_is_noted() {
    let lines = ["\r\n", "--b", "\r\n", "A: b", "\r\n", "\r\n", "x", "\r\n", "--b--", "\r\n"];
    let bare_lf = |bare: Option<usize>| {
        let text = lines.iter().enumerate().map(|(index, &text)| {
            if bare == Some(index) { text.trim_start_matches('\r') } else { text }
        });
        let read = parse_multipart(text.collect::<String>().as_bytes(), "b");
        assert!(read.closed && read.parts.len() == 1, "{bare:?}");
        read.bare_lf
    };
    assert!(!bare_lf(None));
    for index in (0..lines.len()).filter(|&index| lines[index] == "\r\n") {
        assert!(bare_lf(Some(index)), "{index}");
    }
}

#[test]
fn a_body_is_taken_apart_and_counted() {
    let body =
        b"\r\n--B\r\nContent-Type: a/b\r\nX-Y: z\r\nodd\r\nContent-Range: bytes 0-1/9\r\n\r\n\r\n\
        \r\n--B \t\r\ncontent-range:bytes 3-3/9\n\n-\r\n--B--\r\nend";
    let multipart = parse_multipart(body, "B");
    assert_eq!((multipart.preamble.clone(), multipart.closed), (0..2, true));
    assert_eq!(&body[multipart.epilogue.clone()], b"end");
    assert_eq!(contents(body, &multipart), [b"\r\n".as_slice(), b"-"]);
    let [first, second] = multipart.parts.as_slice() else { panic!("two parts") };
    assert_eq!(first.fields.first("content-range"), Some("bytes 0-1/9"));
    assert_eq!(first.other_header_bytes, b"X-Y: z\r\nodd\r\n".len());
    assert_eq!(first.other_header_bytes_without_line_ends, b"X-Y: zodd".len());
    assert!(first.malformed_header && !second.malformed_header);
    assert_eq!(second.other_header_bytes, 0);
}

#[test]
fn lookalikes_are_content() {
    let content = b"x--B\r\n\r--B\r\n\r\n--Bx\r\n\r\n--B--x\r\n\r\n--B-\r\n-B\r\n--b\r\n --B";
    let body = [b"--B\r\nContent-Type: a\r\n\r\n".as_slice(), content, b"\r\n--B--"].concat();
    let multipart = parse_multipart(&body, "B");
    assert!(multipart.closed);
    assert_eq!(contents(&body, &multipart), [content]);
}

#[test]
fn a_line_end_may_serve_two_delimiters() {
    let multipart = parse_multipart(b"--B\r\n--B\r\n\r\n--B\r\nA: b\r\n\r\n--B--", "B");
    assert!(multipart.closed);
    let malformed: Vec<_> = multipart.parts.iter().map(|part| part.malformed_header).collect();
    assert_eq!(malformed, [true, true, false]);
    assert!(multipart.parts.iter().all(|part| part.content.is_empty()));
}

#[test]
fn what_is_missing_shows() {
    let none = parse_multipart(b"nothing here", "B");
    assert_eq!((none.preamble, none.parts.len(), none.closed), (0..12, 0, false));
    let body = b"--B\r\nA: b\r\n\r\nto the end";
    let open = parse_multipart(body, "B");
    assert_eq!((open.closed, contents(body, &open)), (false, vec![b"to the end".as_slice()]));
    let blank = parse_multipart(b"--B\r\n\r\nContent-Type: a\r\n\r\nx\r\n--B--", "B");
    assert!(blank.parts[0].blank_line_before_fields && !blank.parts[0].malformed_header);
}

#[test]
fn many_parts_take_linear_time() {
    let part = b"\r\n--B\r\nContent-Range: bytes 0-0/9\r\nContent-Type: a/b\r\n\r\n-";
    let body = |count| [part.repeat(count), b"\r\n--B--\r\n".to_vec()].concat();
    let time = |count| {
        let body = body(count);
        let start = std::time::Instant::now();
        assert_eq!(parse_multipart(&body, "B").parts.len(), count);
        start.elapsed()
    };
    // Ten times the parts: ten times the time, where a square gives a hundred. The slowest of
    // the few and the fastest of the many, as the machine may be busy.
    let few = (0..3).map(|_| time(5_000)).max().unwrap();
    let many = (0..3).map(|_| time(50_000)).min().unwrap();
    assert!(many < few * 50, "{few:?} then {many:?}");
}

proptest! {
    #[test]
    fn any_parts_come_back(
        // No LF before a dash: a lookalike at the start of a line is a delimiter by definition.
        parts in prop::collection::vec(
            ("[A-Z][a-z-]{0,9}", "[!-~]{0,20}", prop::collection::vec(
                any::<u8>().prop_filter("LF", |&byte| byte != b'\n'), 0..60)),
            0..8,
        ),
        boundary in "[A-Za-z0-9'()+_,./:=?-]{1,40}",
        crlfs in 0usize..4,
        quoted in any::<bool>(),
    ) {
        let mut body = b"\r\n".repeat(crlfs);
        for (index, (name, value, content)) in parts.iter().enumerate() {
            let line_end = if index > 0 { "\r\n" } else { "" };
            let head = format!("{line_end}--{boundary}\r\nX{name}:{value}\r\nContent-Type: a\r\n\r\n");
            body.extend(head.bytes());
            body.extend(content);
        }
        let line_end = if parts.is_empty() { "" } else { "\r\n" };
        body.extend(format!("{line_end}--{boundary}--\r\n").bytes());

        let quote = if quoted { "\"" } else { "" };
        let content_type = format!("multipart/byteranges; boundary={quote}{boundary}{quote}");
        let found = parse_boundary(&content_type).unwrap();
        prop_assert_eq!((&found.value, found.quoted), (&boundary, quoted));
        let multipart = parse_multipart(&body, &found.value);
        prop_assert_eq!(multipart.preamble, 0..crlfs * 2);
        prop_assert!(multipart.closed && multipart.epilogue.is_empty());
        prop_assert_eq!(multipart.parts.len(), parts.len());
        for (part, (name, value, content)) in multipart.parts.iter().zip(&parts) {
            prop_assert_eq!(&body[part.content.clone()], content);
            prop_assert_eq!(part.other_header_bytes, name.len() + value.len() + 4);
            prop_assert!(!part.malformed_header && !part.blank_line_before_fields);
        }
    }

    #[test]
    fn random_bodies_never_panic(
        body in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..200),
            "((\r?\n)?(--)?B?(--)?|Content-Type:|\r|\n|[ -]){0,30}".prop_map(String::into_bytes),
        ],
    ) {
        let multipart = parse_multipart(&body, "B");
        let mut at = multipart.preamble.end;
        for part in &multipart.parts {
            prop_assert!(at <= part.content.start && part.content.start <= part.content.end);
            at = part.content.end;
        }
        prop_assert!(at <= body.len() && multipart.epilogue.end <= body.len());
        prop_assert!(multipart.epilogue.start <= multipart.epilogue.end);
    }
}

#[test]
fn folded_lines_belong_to_the_field_before() {
    let body = b"--B\r\nContent-Type: a/b;\r\n c=d\r\nX : y\r\n\tz\r\n\r\n-\r\n--B--\r\n";
    let multipart = parse_multipart(body, "B");
    let part = &multipart.parts[0];
    assert!(!part.malformed_header);
    assert_eq!(part.oddities, [Oddity::ObsoleteFold, Oddity::SpaceBeforeColon]);
    assert_eq!(part.fields.first("content-type"), Some("a/b; c=d"));
    assert_eq!(part.fields.first("x"), Some("y z"));
    assert_eq!(part.other_header_bytes, b"X : y\r\n\tz\r\n".len());
}
