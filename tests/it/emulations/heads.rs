//! The heads that each version writes, to the client and to the next server.

use super::{head_of, start};
use crate::support::client::Client;
use crate::support::flag_origin::FlagOrigin;

#[test]
fn a_head_of_255_to_257_bytes_is_padded() {
    let origin = FlagOrigin::start();
    let proxy = start("apache-2.2.34");
    let mut client = Client::connect(proxy.addr());
    let mut padded = 0;
    for length in 1..120 {
        let kind = "x".repeat(length);
        let request = format!("GET http://ORIGIN/ct={kind}/f9.bin HTTP/1.1\r\nHost: a\r\n\r\n");
        let head = head_of(&mut client, &origin, &request);
        let bare = head.replace("X-Pad: avoid browser bug\r\n", "");
        let is_padded = bare != head;
        assert_eq!(is_padded, (257..=259).contains(&bare.len()), "{}: {head}", bare.len());
        padded += u32::from(is_padded);
    }
    assert_eq!(padded, 3);
}

#[test]
fn max_forwards_of_the_client_counts_down() {
    let origin = FlagOrigin::start();
    for (version, own) in [("2.0.52", Some("10")), ("2.2.34", None)] {
        let proxy = start(&format!("apache-{version}"));
        let mut client = Client::connect(proxy.addr());
        for (field, sent) in [("Max-Forwards: 7\r\n", Some("6")), ("", own)] {
            let request = format!("GET http://ORIGIN/-/f9.bin HTTP/1.1\r\nHost: a\r\n{field}\r\n");
            head_of(&mut client, &origin, &request);
            let asked = origin.take();
            let asked = String::from_utf8_lossy(&asked[0].1).into_owned();
            let found = asked.lines().find_map(|line| line.strip_prefix("Max-Forwards: "));
            assert_eq!(found, sent, "{version}: {asked}");
        }
    }
}

#[test]
fn a_tunnel_is_granted_in_the_words_of_apache() {
    let origin = FlagOrigin::start();
    let proxy = start("apache-2.0.52");
    let mut client = Client::connect(proxy.addr());
    let connect = format!("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n\r\n", origin.authority());
    let granted = client.grant(connect.as_bytes());
    let expected = "HTTP/1.0 200 Connection Established\r\n\
                    Proxy-agent: Apache/2.0.52 (Unix)\r\n\r\n";
    assert_eq!(String::from_utf8_lossy(&granted), expected);
    let answer = client.ask(b"HEAD /-/f1000.bin HTTP/1.1\r\nHost: o\r\n\r\n");
    assert!(String::from_utf8_lossy(&answer.head).contains("Content-Length: 1000\r\n"));
}
