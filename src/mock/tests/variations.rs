//! Variations are unusual, and still right.

use super::*;
use crate::mock::variation;

#[tokio::test]
async fn every_variation_still_gives_size_and_bytes() {
    let expected = ask("", "GET", 5000, &[("Range", "bytes=100-1099")]).await.body;
    for variation in variation::all().filter(|variation| variation.name != "redirect") {
        let head = ask(&variation.name, "HEAD", 5000, &[]).await.head;
        assert_eq!(
            (head.status, head.fields.first("content-length")),
            (200, Some("5000")),
            "{}",
            &variation.name
        );
        let part = ask(&variation.name, "GET", 5000, &[("Range", "bytes=100-1099")]).await;
        assert_eq!(part.head.status, 206, "{}", &variation.name);
        assert_eq!(part.body, expected, "{}", &variation.name);
    }
}

#[tokio::test]
async fn variations_look_as_named() {
    assert!(raw("http-1.0", "HEAD", 5, &[]).await.0.starts_with("HTTP/1.0 200 OK\r\n"));
    let (text, _) = raw("interim-103", "HEAD", 5, &[]).await;
    assert!(text.starts_with(
        "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200"
    ));
    assert!(raw("lower-case-names", "HEAD", 5, &[]).await.0.contains("\r\ncontent-length: 5\r\n"));
    assert!(raw("large-head", "HEAD", 5, &[]).await.0.len() > 60_000);
    assert!(raw("close-each", "HEAD", 5, &[]).await.1);
    let origin = origin("idle-close").await;
    let mut client = Client::connect(&origin).await;
    client.ask("HEAD", "/object/5.bin", &[]).await;
    assert_eq!(client.more().await, 0, "closed after a while");
    let refused = ask("invalid-range-refused", "GET", 5, &[("Range", "bytes=x")]).await.head;
    assert_eq!(refused.status, 416);
    let preamble = ask("no-preamble", "GET", 50, &[("Range", "bytes=0-1,4-5")]).await.body;
    assert!(preamble.starts_with(b"--"));
}
