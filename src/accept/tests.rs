use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

use super::*;

/// A server that answers one line with another, and works on a line `b` until it is let go.
async fn serving(limits: Limits, work: Arc<Notify>) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let begun = Arc::new(AtomicUsize::new(0));
    let busy = Arc::clone(&begun);
    tokio::spawn(accept(listener, limits, move |mut stream, guest| {
        let (work, begun) = (Arc::clone(&work), Arc::clone(&busy));
        async move {
            let mut byte = [0];
            while let Ok(1) = stream.read(&mut byte).await {
                let _busy = guest.begin();
                begun.fetch_add(1, Ordering::SeqCst);
                if byte == *b"b" {
                    work.notified().await;
                }
                let _ = stream.write_all(b"done").await;
            }
        }
    }));
    (address, begun)
}

async fn ask(address: SocketAddr, byte: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(byte).await.unwrap();
    let mut answer = vec![0; 4];
    stream.read_exact(&mut answer).await.unwrap();
    stream.shutdown().await.unwrap();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn connections_that_wait_make_room_for_new_ones() {
    let limits = Limits { all: 8, of_address: 4 };
    let (address, _) = serving(limits, Arc::default()).await;
    let mut waiting = Vec::new();
    for _ in 0..100 {
        waiting.push(TcpStream::connect(address).await.unwrap());
        assert_eq!(ask(address, b"a").await, "done");
    }
    // The oldest was ended, the newest not.
    let mut byte = [0];
    assert!(!matches!(waiting[0].read(&mut byte).await, Ok(1)));
    waiting[99].write_all(b"a").await.unwrap();
    assert!(matches!(waiting[99].read(&mut byte).await, Ok(1)));
}

#[tokio::test]
async fn busy_connections_are_kept_and_a_new_client_is_refused_with_a_time_to_come_back() {
    let work = Arc::new(Notify::new());
    let limits = Limits { all: 3, of_address: 2 };
    let (address, begun) = serving(limits, Arc::clone(&work)).await;
    let busy: Vec<_> = (0..2).map(|_| tokio::spawn(ask(address, b"b"))).collect();
    while begun.load(Ordering::SeqCst) < 2 {
        tokio::task::yield_now().await;
    }
    let refused = ask(address, b"a").await;
    assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
    assert!(refused.contains("\r\nRetry-After: 5\r\n"), "{refused}");
    let (_, body) = refused.split_once("\r\n\r\n").unwrap();
    assert!(refused.contains(&format!("Content-Length: {}\r\n", body.len())), "{refused}");
    for _ in 0..2 {
        work.notify_one();
    }
    for answer in busy {
        assert_eq!(answer.await.unwrap(), "done");
    }
    assert_eq!(ask(address, b"a").await, "done");
}

#[tokio::test]
async fn a_request_head_must_end_soon_and_the_wait_for_one_may_last() {
    const LIMIT: Duration = Duration::from_millis(200);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (stream, _) = listener.accept().await.unwrap();
    let guest = Guest::new();
    let mut patient = Patient::with_head_time(stream, guest.clone(), LIMIT);
    let mut bytes = [0; 8];
    // Nothing comes: no limit here.
    assert!(timeout(LIMIT * 3, patient.read(&mut bytes)).await.is_err());
    client.write_all(b"GET").await.unwrap();
    assert!(patient.read(&mut bytes).await.unwrap() > 0);
    // A request that is under way has no limit, nor has the wait for the next one.
    let busy = guest.begin();
    assert!(timeout(LIMIT * 3, patient.read(&mut bytes)).await.is_err());
    drop(busy);
    assert!(timeout(LIMIT * 3, patient.read(&mut bytes)).await.is_err());
    // One that begins and does not end is cut, also when bytes come now and then.
    let trickle = tokio::spawn(async move {
        while client.write_all(b"G").await.is_ok() {
            sleep(LIMIT / 10).await;
        }
    });
    let error = loop {
        match patient.read(&mut bytes).await {
            Ok(length) => assert!(length > 0),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    trickle.abort();
}
