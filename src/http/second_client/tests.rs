use std::net::SocketAddr;
use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::*;
use crate::http::dial::Window;
use crate::model::probe::Purpose;
use crate::wire::byte_range::{RangeSet, Span};

/// What a server does when its answer was sent.
#[derive(Clone, Copy, Debug)]
enum Then {
    Close,
    Hold,
    Reset,
}

/// Answers one connection with these bytes. The answer is only judged once the client gave up.
async fn serve(answer: &'static str, then: Then) -> (SocketAddr, oneshot::Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (done, held) = oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            assert!(stream.read_buf(&mut request).await.unwrap() > 0);
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        match then {
            Then::Close => {}
            Then::Hold => drop(held.await),
            Then::Reset => {
                // Else the bytes could be lost with the connection.
                tokio::time::sleep(Duration::from_secs(1)).await;
                stream.set_zero_linger().unwrap();
            }
        }
    });
    (address, done)
}

async fn ask(answer: &'static str, then: Then, limits: [Duration; 2]) -> Exchange {
    let (address, _done) = serve(answer, then).await;
    let url = Url::parse(&format!("http://{address}/file.cab")).unwrap();
    let [timeout, run] = limits;
    let dialer = Dialer {
        proxy: None,
        login: Arc::default(),
        cookies: Arc::default(),
        tls: Arc::default(),
        user_agent: "test",
        window: Window::Small,
        limit: None,
    };
    let witness = Witness::new(&dialer, &url, timeout, Instant::now() + run);
    let request = Request {
        method: "GET",
        url: url.to_string(),
        target: url.path().to_owned(),
        fields: [("Range", "bytes=0-9")].into_iter().collect(),
    };
    let ranges = RangeSet::of_spans(Span::with_width(0, 10));
    witness.send(Leg::Cold, Probe::get(Purpose::LastRange, ranges), request, 10).await
}

const LONG: Duration = Duration::from_mins(1);
const SHORT: Duration = Duration::from_millis(400);
const HEAD: &str = "HTTP/1.1 206 Partial Content\r\nContent-Length: 10\r\n\r\n";
const CHUNKED: &str = "HTTP/1.1 206 Partial Content\r\nTransfer-Encoding: chunked\r\n\r\n";

#[tokio::test]
async fn a_body_that_breaks_off_is_told_as_our_own_client_tells_it() {
    for (answer, then, timeout, expected) in [
        (format!("{HEAD}0123"), Then::Close, LONG, FailureKind::Closed),
        (format!("{CHUNKED}a\r\n0123"), Then::Close, LONG, FailureKind::Closed),
        (format!("{HEAD}0123"), Then::Reset, LONG, FailureKind::Reset),
        (format!("{HEAD}0123"), Then::Hold, SHORT, FailureKind::TooSlow { received: 4 }),
    ] {
        let exchange = ask(answer.leak(), then, [timeout, LONG]).await;
        let body = &exchange.answer().unwrap().body;
        assert_eq!((&body.data[..], body.received), (&b"0123"[..], 4), "{then:?}");
        let BodyEnd::Broken(failure) = &body.end else { panic!("{body:?}") };
        assert_eq!(failure.kind, expected, "{failure}");
    }
}

#[tokio::test]
async fn an_answer_that_never_begins_is_named() {
    for (then, timeout, expected) in
        [(Then::Close, LONG, FailureKind::Closed), (Then::Hold, SHORT, FailureKind::NoAnswer)]
    {
        let exchange = ask("", then, [timeout, LONG]).await;
        assert_eq!(exchange.result.unwrap_err().kind, expected);
    }
}

#[tokio::test]
async fn the_end_of_the_run_is_no_timeout() {
    for answer in ["", HEAD] {
        let exchange = ask(answer, Then::Hold, [LONG, SHORT]).await;
        assert_eq!(exchange.failure().unwrap().kind, FailureKind::Deadline, "{answer}");
    }
}

#[tokio::test]
async fn a_body_that_the_close_ends_is_complete() {
    let exchange = ask("HTTP/1.1 206 P\r\n\r\n0123", Then::Close, [LONG, LONG]).await;
    let body = &exchange.answer().unwrap().body;
    assert_eq!((body.received, &body.end), (4, &BodyEnd::Complete));
}
