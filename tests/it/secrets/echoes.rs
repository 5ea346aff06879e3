//! Proxies that fail, and those that send back the credentials that they were sent.

use super::{House, IN_URL, TARGET, empty_proxy, encoded, in_url};
use crate::reports::FORMATS;
use crate::support::server::{Received, Reply, Server, challenging};

#[test]
fn proxies_that_fail_show_no_secret() {
    let mut house = House::new(empty_proxy);
    let asking = Server::start(|_| {
        let refusal = "HTTP/1.1 407 x\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n";
        Reply::Close(refusal.as_bytes().to_vec())
    });
    let broken = Server::speaking(b"SSH-2.0-OpenSSH_9.2p1\r\n");
    let (secret, asking, broken) = (in_url(), asking.address(), broken.address());
    for proxy in [
        format!("http://u:{secret}@{asking}"),
        format!("https://u:{secret}@{asking}"),
        format!("socks5://u:{secret}@{asking}"),
        format!("http://u:{secret}@{broken}"),
        format!("http://u:{secret}@127.0.0.1:1"),
        format!("http://u:{secret}@[::1]:1"),
        format!("http://u:{secret}@proxy.invalid:1"),
    ] {
        for target in [TARGET, "https://h.example/a"] {
            let check = ["check", "--legs=cold", "-v", "--curl", "--timeout=2s"];
            house.run(&[&check[..], &["--proxy", &proxy, target]].concat());
            let fetch = ["fetch", "--timeout=2s", "--no-progress-timeout=0"];
            house.run(&[&fetch[..], &["--proxy", &proxy, target]].concat());
        }
    }
    house.assert_hidden();
}

/// Sends the request back, in a field and as the file, as TRACE and some error pages do.
fn echo(received: &Received) -> Reply {
    let text = String::from_utf8_lossy(&received.bytes).replace("\r\n", " ");
    let head = format!(
        "HTTP/1.1 200 OK\r\nX-Seen: {text}\r\nContent-Length: {}\r\n\r\n{text}",
        text.len()
    );
    Reply::Keep(head.into_bytes())
}

#[test]
fn a_proxy_that_sends_credentials_back_does_not_make_them_known() {
    let mut house = House::new(challenging(echo));
    let url = house.url();
    for format in FORMATS {
        let check = ["check", "--legs=cold", "-v", "--curl", "--format", format];
        assert_ne!(house.run(&[&check[..], &["--proxy", &url, TARGET]].concat()), Some(0));
    }
    house.assert_sent(&[IN_URL]);
    house.assert_hidden();
    let shown = house.shown.iter().any(|(_, text)| text.contains("X-Seen: GET http://h.example"));
    assert!(shown, "no report shows the rest of what was sent back");
}

/// Answers HEAD, refuses tunnels with the credentials as the reason, and sends those of a range
/// back in place of an answer: on a kept connection, bytes that belong behind the answer before.
fn late_echo(received: &Received) -> Reply {
    if received.bytes.starts_with(b"HEAD") {
        return Reply::Keep(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n".into());
    }
    let text = String::from_utf8_lossy(&received.bytes);
    let credentials = text.lines().find(|line| line.starts_with("Proxy-Authorization"));
    let late = credentials.unwrap_or_default().replace("Proxy-Authorization", "LATE");
    let is_connect = text.starts_with("CONNECT");
    let answer = if is_connect { format!("HTTP/1.1 502 {late}\r\n\r\n") } else { late };
    Reply::Close(answer.into())
}

#[test]
fn credentials_that_come_back_in_place_of_an_answer_do_not_become_known() {
    let mut house = House::new(challenging(late_echo));
    let url = house.url();
    for command in ["check --legs=cold -v", "fetch --no-progress-timeout=0"] {
        for target in [TARGET, "https://h.example/a"] {
            let mut arguments: Vec<_> = command.split(' ').collect();
            arguments.extend(["--proxy", &url, target]);
            assert!(matches!(house.run(&arguments), Some(1 | 3)), "{}", house.last_output());
            let asterisks = "*".repeat(encoded(IN_URL).len());
            assert!(house.last_output().contains(&asterisks), "{}", house.last_output());
        }
    }
    house.assert_sent(&[IN_URL]);
    house.assert_hidden();
}
