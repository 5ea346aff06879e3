//! A compliant proxy, and faults that it adds.

use super::*;
use crate::mock::{ProxySettings, start_proxy_with};

const RANGE: &[(&str, &str)] = &[("Range", "bytes=0-9")];
const SEVERAL: &[(&str, &str)] = &[("Range", "bytes=0-9,20-29")];

#[tokio::test]
async fn requests_are_forwarded_without_their_hop_by_hop_fields() {
    let (origin, proxy) = (origin("").await, proxy("").await);
    let mut client = Client::connect(&proxy).await;
    let url = origin.object_url(100_000);
    let fields = [
        ("Proxy-Connection", "Keep-Alive"),
        ("Range", "bytes=0-99"),
        ("X-Odd-CASE", "kept"),
        ("Proxy-Authorization", "Basic YTpi"),
    ];
    assert_eq!(client.ask("HEAD", &url, &fields[..1]).await.head.status, 200);
    let answer = client.ask("GET", &url, &fields).await;
    assert_eq!((answer.head.status, answer.body.len()), (206, 100));
    assert_eq!(answer.head.fields.first("via"), Some("1.1 bitsgate-mock"));
    assert!(answer.head.fields.has("etag"));
    assert_eq!(proxy.connections(), 1);
    let log = origin.log();
    assert_eq!(log[1].line, "GET /object/100000.bin HTTP/1.1");
    let arrived = &log[1].fields;
    assert_eq!(arrived.first("host"), Some(origin.addr().to_string().as_str()));
    assert_eq!(arrived.first("x-odd-case"), Some("kept"));
    assert!(!arrived.has("proxy-connection") && !arrived.has("proxy-authorization"));
    assert_eq!(arrived.first("via"), Some("1.1 bitsgate-mock"));
    let whole = client.ask("GET", &url, &[]).await;
    assert_eq!(whole.body.len(), 100_000);
}

#[tokio::test]
async fn connect_opens_a_tunnel() {
    let (origin, proxy) = (origin("").await, proxy("range-ignored").await);
    let mut client = Client::connect(&proxy).await;
    let opened = {
        client.send("CONNECT", &origin.addr().to_string(), &[]).await;
        client.answer(true).await
    };
    assert_eq!(opened.head.status, 200);
    let inside = client.ask("GET", "/object/50.bin", &[("Range", "bytes=1-2")]).await;
    assert_eq!((inside.head.status, inside.body.len()), (206, 2));
}

#[tokio::test]
async fn an_unreachable_server_and_nonsense_get_pages() {
    let proxy = proxy("").await;
    let mut client = Client::connect(&proxy).await;
    let gone = origin("").await.object_url(1);
    assert_eq!(client.ask("GET", &gone, &[]).await.head.status, 502);
    for target in ["/object/1.bin", "ftp://127.0.0.1/", "http://"] {
        assert_eq!(client.ask("GET", target, &[]).await.head.status, 400, "{target}");
    }
    // hyper closes after a target that is no URI.
    assert!(client.rest().await.1);
    let mut client = Client::connect(&proxy).await;
    assert_eq!(client.ask("CONNECT", "nowhere", &[]).await.head.status, 400);
    let own = format!("{}/", proxy.url());
    assert_eq!(client.ask("GET", &own, &[]).await.head.status, 400);
}

#[tokio::test]
async fn credentials_are_wanted_when_set() {
    let origin = origin("").await;
    let settings = ProxySettings { credentials: Some(("user".to_owned(), "secret".to_owned())) };
    let proxy = start_proxy_with(LOOPBACK, Behaviour::default(), settings).await.unwrap();
    let mut client = Client::connect(&proxy).await;
    let url = origin.object_url(10);
    let refused = client.ask("HEAD", &url, &[]).await.head;
    assert_eq!(refused.status, 407);
    assert!(refused.fields.first("proxy-authenticate").unwrap().starts_with("Basic "));
    let right = [("Proxy-Authorization", "basic dXNlcjpzZWNyZXQ=")];
    assert_eq!(client.ask("HEAD", &url, &right).await.head.status, 200);
}

#[tokio::test]
async fn faults_work_on_what_comes_from_upstream() {
    let origin = origin("").await;
    let url = origin.object_url(1000);
    let ask = async |fault: &'static str, method: &'static str, fields: &'static [(&str, &str)]| {
        let proxy = proxy(fault).await;
        Client::connect(&proxy).await.ask(method, &url, fields).await
    };
    assert!(!ask("no-length-head", "HEAD", &[]).await.head.fields.has("content-length"));
    assert_eq!(ask("strip-range", "GET", RANGE).await.body.len(), 1000);
    assert!(!origin.log().last().unwrap().fields.has("range"));
    let unknown = ask("unknown-total", "GET", RANGE).await.head;
    assert_eq!(unknown.fields.first("content-range"), Some("bytes 0-9/*"));
    let preamble = ask("multi-preamble-3", "GET", SEVERAL).await;
    assert!(preamble.body.starts_with(b"\r\n\r\n\r\n--"));
    let reversed = ask("multi-reversed", "GET", SEVERAL).await.body;
    let reversed = String::from_utf8(reversed).unwrap();
    assert!(reversed.find("20-29").unwrap() < reversed.find("0-9/1000").unwrap());
    let gzip = ask("gzip-206", "GET", RANGE).await;
    assert_eq!(&gzip.body[..2], b"\x1f\x8b");
    let past = ask("past-end-200", "GET", &[("Range", "bytes=5000-")]).await;
    assert_eq!((past.head.status, past.body.len()), (200, 1000));
}

#[tokio::test]
async fn varnish_answers_a_206_that_it_did_not_ask_for_with_503() {
    let listener = tokio::net::TcpListener::bind(LOOPBACK).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                assert!(stream.read_buf(&mut request).await.unwrap() > 0);
            }
            let answer = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-1/10\r\n\
                          Content-Length: 2\r\nConnection: close\r\n\r\nab";
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let url = format!("http://{address}/file.cab");
    for fields in [&[][..], &[("Range", "bytes=0-1")]] {
        let proxy = proxy("varnish-7.1").await;
        let answer = Client::connect(&proxy).await.ask("GET", &url, fields).await;
        assert_eq!(answer.head.status, 503, "{fields:?}");
        assert!(!answer.head.fields.has("content-range"));
        assert!(!answer.body.is_empty());
    }
}
