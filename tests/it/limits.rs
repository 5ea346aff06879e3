//! Servers that allow one connection at a time: a run with `--connections 1` never opens a second
//! one, also where the server learns late that a connection was closed.

use std::io::{self, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::requests::right_origin;
use crate::support::binary::run;
use crate::support::server::{Received, Reply, Server, listen};

/// A relay that closes each connection beyond the first at once, and counts those that it closed. It
/// closes its side of one whose client is gone some time later.
fn one_at_a_time(backend: SocketAddr) -> (SocketAddr, Arc<AtomicUsize>) {
    let (address, incoming) = listen();
    let (live, refused) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&refused);
    thread::spawn(move || {
        for client in incoming {
            if live.fetch_add(1, Ordering::SeqCst) > 0 {
                live.fetch_sub(1, Ordering::SeqCst);
                count.fetch_add(1, Ordering::SeqCst);
                continue;
            }
            let live = Arc::clone(&live);
            thread::spawn(move || {
                let _ = serve(&client, backend);
                live.fetch_sub(1, Ordering::SeqCst);
                drop(client);
            });
        }
    });
    (address, refused)
}

fn serve(client: &TcpStream, backend: SocketAddr) -> io::Result<()> {
    let server = TcpStream::connect(backend)?;
    let (mut from_server, mut to_client) = (server.try_clone()?, client.try_clone()?);
    let answers = thread::spawn(move || {
        let _ = io::copy(&mut from_server, &mut to_client);
    });
    let _ = io::copy(&mut &*client, &mut &server);
    thread::sleep(LATE);
    server.shutdown(Shutdown::Both)?;
    let _ = answers.join();
    Ok(())
}

fn parallel_requests(arguments: &[&str]) -> Vec<Value> {
    let all = [&["check", "--connections", "1", "--format", "json"], arguments].concat();
    let finished = run(&all);
    let mut report: Value = serde_json::from_str(&finished.stdout)
        .unwrap_or_else(|error| panic!("{error}: {finished:#?}"));
    let mut checks = report["results"][0]["checks"].take();
    let checks = checks.as_array_mut().expect("checks");
    let found = checks.iter_mut().filter(|check| check["id"] == "parallel-requests");
    found.map(Value::take).collect()
}

#[test]
fn one_connection_is_never_exceeded_though_the_server_learns_late_of_a_close() {
    let origin = Server::start(right_origin);
    let (address, refused) = one_at_a_time(origin.address());
    let (url, proxy) = (format!("http://{address}/file.cab"), format!("http://{address}"));
    let behind = origin.url("/file.cab");
    for arguments in [&[url.as_str()][..], &[url.as_str(), "--deep"], &["--proxy", &proxy, &behind]]
    {
        let findings = parallel_requests(arguments);
        assert!(findings.iter().all(|one| one["status"] == "pass"), "{arguments:?} {findings:?}");
        assert_eq!(refused.load(Ordering::SeqCst), 0, "{arguments:?}");
    }
}

/// Refuses each connection with 403 while another one is served; alone, a request is answered rightly.
fn forbidding_a_second() -> (Server, SocketAddr) {
    let origin = Server::start(right_origin);
    let backend = origin.address();
    let (address, incoming) = listen();
    let live = Arc::new(AtomicUsize::new(0));
    thread::spawn(move || {
        for client in incoming {
            let is_second = live.fetch_add(1, Ordering::SeqCst) > 0;
            let live = Arc::clone(&live);
            thread::spawn(move || {
                let _ = if is_second { forbid(&client) } else { serve(&client, backend) };
                live.fetch_sub(1, Ordering::SeqCst);
                drop(client);
            });
        }
    });
    (origin, address)
}

fn forbid(mut client: &TcpStream) -> io::Result<()> {
    let mut request = [0; 4096];
    if client.read(&mut request)? > 0 {
        client.write_all(b"HTTP/1.1 403 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")?;
    }
    client.shutdown(Shutdown::Write)
}

#[test]
fn refusal_of_a_second_connection_is_a_warning() {
    let (_origin, address) = forbidding_a_second();
    let url = format!("http://{address}/file.cab");
    let finished = run(["check", "--legs", "direct", "--format", "json", &url]);
    let report: Value = serde_json::from_str(&finished.stdout).expect("a report");
    let result = &report["results"][0];
    assert_eq!(result["verdict"], "warn", "{}", result["checks"]);
    let checks = result["checks"].as_array().expect("checks");
    let found = checks.iter().find(|check| check["id"] == "parallel-requests").expect("it ran");
    assert_eq!(found["status"], "warn", "{found}");
    assert!(found["reason"].as_str().expect("a reason").contains("x 403"), "{found}");
}

#[test]
fn refusal_that_is_real_costs_one_request_more() {
    let refuses = |received: &Received| received.head().contains("Range: bytes=-");
    let server = Server::start(move |received| {
        if refuses(received) {
            Reply::Keep(b"HTTP/1.1 403 X\r\nContent-Length: 0\r\n\r\n".to_vec())
        } else {
            right_origin(received)
        }
    });
    run(["check", "--legs", "direct", "--only", "range-suffix", &server.url("/file.cab")]);
    let received = server.received();
    let count = received.iter().filter(|one| refuses(one)).count();
    assert_eq!(count, 2, "the request and one more alone");
}

/// How much later than its client the relay closes a connection.
const LATE: Duration = Duration::from_millis(20);
