//! Faults, byte for byte.

use super::*;

const RANGE: &[(&str, &str)] = &[("Range", "bytes=0-999")];
const SEVERAL: &[(&str, &str)] = &[("Range", "bytes=0-1,4-5,8-9")];

#[tokio::test]
async fn heads_are_wrong_as_named() {
    for (fault, values) in [
        ("no-length-head", &[][..]),
        ("zero-length-head", &["0"]),
        ("wrong-length-head", &["11"]),
        ("malformed-length-head", &["12abc"]),
        ("negative-length-head", &["-1"]),
        ("huge-length-head", &["9223372036854775808"]),
        ("conflicting-length-head", &["10", "11"]),
        ("chunked-head", &[]),
        ("repeated-length", &["10", "10"]),
    ] {
        let (text, _) = raw(fault, "HEAD", 10, &[]).await;
        let head = parse_response_head(text.as_bytes()).unwrap().unwrap();
        assert_eq!(head.fields.all("content-length").collect::<Vec<_>>(), values, "{fault}");
        assert_eq!(head.status, 200);
    }
    assert!(
        raw("body-on-head", "HEAD", 10, &[])
            .await
            .0
            .ends_with("\r\n\r\n<html><body>This is no place.</body></html>\n")
    );
    assert!(raw("chunked-head", "HEAD", 10, &[]).await.0.contains("Transfer-Encoding: chunked"));
}

#[tokio::test]
async fn framing_is_wrong_as_named() {
    let (text, closed) = raw("short-body", "GET", 5000, RANGE).await;
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("Content-Length: 1000") && body.len() == 100 && closed);

    let (text, closed) = raw("stall-in-body", "GET", 5000, RANGE).await;
    assert!(text.split_once("\r\n\r\n").unwrap().1.len() == 100 && !closed);

    let (text, closed) = raw("stray-bytes", "GET", 5000, RANGE).await;
    assert!(text.ends_with("\nstray") || text.ends_with("stray"));
    assert!(text.split_once("\r\n\r\n").unwrap().1.len() == 1005 && !closed);

    let (text, closed) = raw("unfinished-chunked-206", "GET", 5000, RANGE).await;
    assert!(text.contains("\r\n\r\n3e8\r\n") && !text.contains("\r\n0\r\n") && !closed);

    let (text, _) = raw("length-and-chunked", "GET", 5000, RANGE).await;
    assert!(text.contains("Content-Length: 1000\r\n") && text.ends_with("\r\n0\r\n\r\n"));

    let (text, closed) = raw("no-length-206", "GET", 5000, RANGE).await;
    assert!(!text.contains("Content-Length") && closed);

    let (text, closed) = raw("http-0.9", "GET", 20, &[]).await;
    assert!(text == "000000000000000\n0000" && closed);

    let (text, _) = raw("garbage-status-line", "HEAD", 20, &[]).await;
    assert!(text.starts_with("garbage 200 OK\r\nServer: "));

    assert!(raw("nul-in-head", "HEAD", 20, &[]).await.0.contains("\r\nX-Nul: a\0b\r\n"));
    assert!(!raw("bare-lf", "HEAD", 20, &[]).await.0.contains('\r'));
    assert!(raw("endless-head", "HEAD", 20, &[]).await.0.len() >= 4 << 20);
    assert!(raw("endless-body", "GET", 20, RANGE).await.0.len() >= 4 << 20);
    assert_eq!(raw("never-answers", "GET", 20, &[]).await, (String::new(), false));
    assert_eq!(raw("reset", "GET", 20, &[]).await, (String::new(), true));
    assert_eq!(
        raw("stall-in-head", "GET", 20, &[]).await,
        ("HTTP/1.1 200 OK\r\nSer".to_owned(), false)
    );
    assert_eq!(raw("trickle", "GET", 20, &[]).await, ("H".to_owned(), false));
    assert!(raw("close-unannounced", "HEAD", 20, &[]).await.1);
}

#[tokio::test]
async fn ranges_are_wrong_as_named() {
    for (fault, range, status, content_range) in [
        ("range-ignored", "bytes=0-9", 200, None),
        ("range-ignored-after-start", "bytes=0-9", 206, Some("bytes 0-9/100")),
        ("range-ignored-after-start", "bytes=1-9", 200, None),
        ("no-content-range", "bytes=0-9", 206, None),
        ("malformed-content-range", "bytes=0-9", 206, Some("bytes=0-99/100")),
        ("wrong-content-range", "bytes=0-9", 206, Some("bytes 1-10/100")),
        ("shifted-range", "bytes=0-9", 206, Some("bytes 1-10/100")),
        ("wrong-total", "bytes=0-9", 206, Some("bytes 0-9/101")),
        ("reversed-content-range", "bytes=0-9", 206, Some("bytes 9-0/100")),
        ("get-416", "bytes=0-9", 416, Some("bytes */100")),
        ("open-end-refused", "bytes=5-", 416, Some("bytes */100")),
        ("suffix-as-prefix", "bytes=-5", 206, Some("bytes 0-5/100")),
        ("overlong-refused", "bytes=0-2147483646", 416, Some("bytes */100")),
        ("whole-range-refused", "bytes=0-99", 416, Some("bytes */100")),
        ("past-end-206", "bytes=100-", 206, Some("bytes 0-99/100")),
        ("past-end-502", "bytes=100-", 502, None),
        ("slice-as-200", "bytes=0-9", 200, Some("bytes 0-9/100")),
        ("bare-416", "bytes=100-", 416, None),
        ("wrap-2gib", "bytes=0-2147483647", 206, Some("bytes 0-99/100")),
    ] {
        let head = ask(fault, "GET", 100, &[("Range", range)]).await.head;
        assert_eq!(head.status, status, "{fault} {range}");
        assert_eq!(head.fields.first("content-range"), content_range, "{fault} {range}");
    }
    let crossing = ("Range", "bytes=4294967290-4294967300");
    let (text, _) = raw("wrap-4gib", "HEAD", 5 << 30, &[]).await;
    assert!(text.starts_with("HTTP/1.1 200"));
    let origin = origin("wrap-4gib").await;
    let mut client = Client::connect(&origin).await;
    client.send("GET", "/object/5368709120.bin", &[crossing]).await;
    client.more().await;
    assert!(client.buffer.starts_with(b"HTTP/1.1 200"));
}

#[tokio::test]
async fn bytes_are_wrong_as_named() {
    let right = ask("", "GET", 100, &[("Range", "bytes=1-9")]).await.body;
    let shifted = ask("shifted-body", "GET", 100, &[("Range", "bytes=1-9")]).await.body;
    assert_eq!((&shifted[..8], shifted[8]), (&right[1..], b'x'));
    let corrupt = ask("corrupt-byte", "GET", 100, &[("Range", "bytes=1-9")]).await.body;
    assert!(corrupt[0] != right[0] && corrupt[1..] == right[1..]);
    let one = ask("multipart-for-one", "GET", 100, &[("Range", "bytes=1-9")]).await;
    assert!(!one.head.fields.has("content-range"));
    assert!(String::from_utf8(one.body).unwrap().contains("Content-Range: bytes 1-9/100\r\n\r\n"));
}

#[tokio::test]
async fn several_ranges_are_wrong_as_named() {
    let body = async |fault: &'static str| {
        String::from_utf8(ask(fault, "GET", 100, SEVERAL).await.body).unwrap()
    };
    assert_eq!(body("multi-200").await.len(), 100);
    assert_eq!(body("multi-first-only").await, "00");
    assert_eq!(body("multi-merged").await.len(), 10);
    assert!(body("multi-preamble-2").await.starts_with("\r\n\r\n--"));
    assert!(!body("multi-dropped").await.contains("4-5"));
    assert!(!body("multi-no-closing").await.ends_with("--\r\n"));
    assert!(!body("multi-no-part-range").await.contains("Content-Range"));
    assert!(body("multi-blank-line").await.contains("\r\n\r\nContent-Type"));
    for (fault, bytes) in [("multi-part-headers-181", 181), ("multi-part-headers-300", 300)] {
        let text = body(fault).await;
        let boundary = text.trim_start().lines().next().unwrap().strip_prefix("--").unwrap();
        let multipart = crate::wire::multipart::parse_multipart(text.as_bytes(), boundary);
        assert_eq!(multipart.parts[0].other_header_bytes, bytes, "{fault}");
    }
    let top = ask("multi-top-content-range", "GET", 100, SEVERAL).await.head;
    assert!(top.fields.has("content-range"));
    let quoted = ask("quoted-boundary", "GET", 100, SEVERAL).await.head;
    assert!(quoted.fields.first("content-type").unwrap().contains("boundary=\""));
    let missing = ask("multi-no-boundary", "GET", 100, SEVERAL).await.head;
    assert_eq!(missing.fields.first("content-type"), Some("multipart/byteranges"));
    let touching = [("Range", "bytes=0-1,2-3")];
    let merged = ask("multi-adjacent-merged", "GET", 100, &touching).await.head;
    assert_eq!(merged.fields.first("content-range"), Some("bytes 0-3/100"));
}

#[tokio::test]
async fn changes_come_with_the_requests() {
    let origin = origin("size-changes+bytes-change+etag-changes+flaky-range").await;
    let mut client = Client::connect(&origin).await;
    let path = "/object/100.bin";
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let answer = client.ask("GET", path, &[("Range", "bytes=0-9")]).await;
        statuses.push(answer.head.status);
        assert_eq!(answer.body[0], b'0');
    }
    assert_eq!(statuses, [206, 200, 206, 200]);
    let changed = client.ask("GET", path, &[("Range", "bytes=0-9")]).await;
    assert_eq!(changed.head.fields.first("content-range"), Some("bytes 0-9/101"));
    assert_eq!(changed.head.fields.first("etag"), Some("\"changed\""));
    assert_eq!(changed.body[0], b'1');
}

#[tokio::test]
async fn pages_and_redirects_come_as_named() {
    let login = ask("redirect-to-login", "HEAD", 10, &[]).await.head;
    assert_eq!(
        (login.status, login.fields.first("location")),
        (302, Some("http://test.invalid/login"))
    );
    let blocked = ask("block-page-206", "GET", 1000, &[("Range", "bytes=10-19")]).await;
    assert_eq!((blocked.head.status, blocked.body.len()), (206, 10));
    let origin = origin("redirect").await;
    let mut client = Client::connect(&origin).await;
    let moved = client.ask("GET", "/object/10.bin", &[]).await.head;
    assert_eq!(moved.fields.first("location"), Some("http://test.invalid/object/10.bin?moved"));
    assert_eq!(client.ask("GET", "/object/10.bin?moved", &[]).await.body.len(), 10);
    let challenge = ask("auth-negotiate", "GET", 10, &[]).await.head;
    assert_eq!(
        challenge.fields.all("proxy-authenticate").collect::<Vec<_>>(),
        ["Negotiate", "NTLM"]
    );
    let condition =
        [("Range", "bytes=0-1"), ("If-Unmodified-Since", "Mon, 06 Jan 2025 08:00:00 GMT")];
    assert_eq!(ask("if-unmodified-since-412", "GET", 10, &condition).await.head.status, 412);
}

/// All bytes of the answer to a GET, and whether the connection was closed.
async fn get(names: &str, fields: &[(&str, &str)], size: u64) -> (Vec<u8>, bool) {
    let origin = origin(names).await;
    let mut client = Client::connect(&origin).await;
    client.send("GET", &format!("/object/{size}.bin"), fields).await;
    client.rest().await
}

#[tokio::test]
async fn faults_of_bodies_act_on_every_get() {
    let several = [("Range", "bytes=0-999,2000-2999")];
    for fields in [&[][..], &[("Range", "bytes=5-3000")], &several] {
        let body_of = |bytes: &[u8]| {
            let head = parse_response_head(bytes).unwrap().unwrap();
            let length = head.fields.first("content-length").unwrap().parse::<usize>().unwrap();
            (bytes.len() - head.raw.len(), length)
        };
        for (fault, closes) in
            [("short-body", true), ("reset-in-body", true), ("stall-in-body", false)]
        {
            let (bytes, closed) = get(fault, fields, 100_000).await;
            let (body, length) = body_of(&bytes);
            assert!(body <= 100 && length > 100 && closed == closes, "{fault} {fields:?}: {body}");
        }
        let (bytes, closed) = get("trickle-body", fields, 100_000).await;
        let (body, length) = body_of(&bytes);
        assert!(body < length.min(10) && !closed, "trickle-body {fields:?}: {body}");
        let (bytes, _) = get("stray-bytes", fields, 10_000).await;
        let (body, length) = body_of(&bytes);
        assert!(body == length + 5 && bytes.ends_with(b"stray"), "stray-bytes {fields:?}: {body}");
        let (bytes, closed) = get("endless-body", fields, 10_000).await;
        let (body, length) = body_of(&bytes);
        assert!(body > length + 100_000 && !closed, "endless-body {fields:?}: {body}");
    }
}
