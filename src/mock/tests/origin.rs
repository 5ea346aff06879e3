//! A compliant origin.

use super::*;
use crate::mock::content::Content;
use crate::wire::byte_range::Span;
use crate::wire::multipart::{parse_boundary, parse_multipart};

fn expected(first: u64, last: u64) -> Vec<u8> {
    Content::default().bytes(Span::new(first, last).unwrap()).to_vec()
}

#[tokio::test]
async fn head_and_ranges_share_a_connection() {
    let origin = origin("").await;
    let mut client = Client::connect(&origin).await;
    let path = "/object/5368709120.bin";
    let head = client.ask("HEAD", path, &[("Range", "bytes=0-1")]).await.head;
    assert_eq!(head.status, 200);
    assert_eq!(head.fields.first("content-length"), Some("5368709120"));
    assert_eq!(head.fields.first("Accept-Ranges"), Some("bytes"));
    assert!(head.fields.has("etag") && head.fields.has("last-modified"));
    for (range, first, last) in [
        ("bytes=0-5690", 0, 5690),
        ("bytes=4294967290-4294967300", 4_294_967_290, 4_294_967_300),
        ("bytes=-7", 5_368_709_113, 5_368_709_119),
        ("bytes=5368709119-", 5_368_709_119, 5_368_709_119),
        ("bytes=5368709100-99999999999", 5_368_709_100, 5_368_709_119),
    ] {
        let answer = client.ask("GET", path, &[("Range", range)]).await;
        assert_eq!(answer.head.status, 206, "{range}");
        assert_eq!(
            answer.head.fields.first("content-range"),
            Some(format!("bytes {first}-{last}/5368709120").as_str())
        );
        assert_eq!(answer.body, expected(first, last), "{range}");
    }
    let past = client.ask("GET", path, &[("Range", "bytes=5368709120-")]).await.head;
    assert_eq!(
        (past.status, past.fields.first("content-range")),
        (416, Some("bytes */5368709120"))
    );
    let bad = client.ask("GET", "/object/10.bin", &[("Range", "bytes=5-4")]).await;
    assert_eq!((bad.head.status, bad.body), (200, expected(0, 9)));
    assert_eq!((origin.connections(), origin.requests()), (1, 8));
    assert_eq!(origin.log()[1].fields.first("range"), Some("bytes=0-5690"));
}

#[tokio::test]
async fn a_suffix_of_an_empty_file_is_all_of_it_and_other_ranges_are_refused() {
    for (range, status) in [("bytes=-500", 200), ("bytes=-0", 416), ("bytes=0-99", 416)] {
        let answer = ask("", "GET", 0, &[("Range", range)]).await;
        assert_eq!(
            (answer.head.status, answer.head.fields.has("content-range")),
            (status, status == 416)
        );
        if status == 200 {
            assert_eq!(
                (answer.head.fields.first("content-length"), answer.body.len()),
                (Some("0"), 0)
            );
        }
    }
}

#[tokio::test]
async fn several_ranges_come_in_the_order_asked() {
    let answer = ask("", "GET", 1000, &[("Range", "bytes=900-909,0-9,10-19,5-14,2000-")]).await;
    assert_eq!(answer.head.status, 206);
    assert!(!answer.head.fields.has("content-range"));
    let boundary = parse_boundary(answer.head.fields.first("content-type").unwrap()).unwrap();
    let multipart = parse_multipart(&answer.body, &boundary.value);
    assert!(multipart.closed && !boundary.quoted);
    assert_eq!(multipart.preamble, 0..2);
    let parts: Vec<_> = multipart
        .parts
        .iter()
        .map(|part| {
            let content = answer.body[part.content.clone()].to_vec();
            (part.fields.first("content-range").unwrap().to_owned(), content)
        })
        .collect();
    let part = |first, last| (format!("bytes {first}-{last}/1000"), expected(first, last));
    assert_eq!(parts, [part(900, 909), part(0, 9), part(10, 19), part(5, 14)]);
}

#[tokio::test]
async fn conditions_are_honoured() {
    let range = ("Range", "bytes=0-1");
    let head = ask("", "HEAD", 10, &[]).await.head;
    let modified = head.fields.first("last-modified").unwrap();
    let etag = head.fields.first("etag").unwrap();
    for (field, status) in [
        (("If-Unmodified-Since", modified), 206),
        (("If-Unmodified-Since", "Mon, 06 Jan 2020 08:00:00 GMT"), 412),
        (("If-Range", etag), 206),
        (("If-Range", "\"no\""), 200),
        (("If-None-Match", etag), 304),
        (("If-Match", "\"no\""), 412),
    ] {
        let answer = ask("", "GET", 10, &[range, field]).await;
        assert_eq!(answer.head.status, status, "{field:?}");
    }
}

#[tokio::test]
async fn nonsense_is_refused_and_the_mock_lives_on() {
    let origin = origin("").await;
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01"[..],
        b"GET\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"\0\0\0\0\r\n",
    ] {
        let mut client = Client::connect(&origin).await;
        client.stream.write_all(bytes).await.unwrap();
        let (answer, closed) = client.rest().await;
        assert!(answer.starts_with(b"HTTP/1.1 400 ") && closed, "{bytes:?}");
    }
    let mut client = Client::connect(&origin).await;
    let long = "a".repeat(100_000);
    client.stream.write_all(format!("GET /{long} HTTP/1.1\r\n").as_bytes()).await.unwrap();
    assert!(client.rest().await.0.starts_with(b"HTTP/1.1 431 "));
    let mut client = Client::connect(&origin).await;
    assert_eq!(client.ask("POST", "/object/1.bin", &[]).await.head.status, 405);
    assert_eq!(client.ask("GET", "/object/9999999999999999999999.bin", &[]).await.head.status, 404);
    assert_eq!(
        client.ask("GET", "/object/0.bin", &[("Range", "bytes=0-0")]).await.head.status,
        416
    );
    assert_eq!(client.ask("HEAD", "/object/0.bin", &[]).await.head.status, 200);
}

#[tokio::test]
async fn dropping_it_ends_its_connections() {
    let origin = origin("never-answers").await;
    let mut client = Client::connect(&origin).await;
    client.send("HEAD", "/object/1.bin", &[]).await;
    assert!(!client.rest().await.1);
    drop(origin);
    assert!(client.rest().await.1);
}
