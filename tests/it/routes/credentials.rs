//! Credentials for a proxy: where they come from, and that no report shows them on any route.

use super::{file, has_authorization, head, with};
use crate::support::server::{Reply, Server};
use crate::support::socks::{Manner, Socks};

const USER: &str = "BITSGATE_PROXY_USER";
const PASSWORD: &str = "BITSGATE_PROXY_PASSWORD";

#[test]
fn credentials_of_the_environment_are_for_proxies_whose_url_names_none() {
    let (file, url) = (file(), "http://wsus.example/a.cab");
    let sent = || {
        let lines = file.received();
        let last = lines.last().map(head).unwrap_or_default().to_owned();
        last.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("proxy-authorization").then(|| value.to_owned())
        })
    };
    let run = |through: &str, url: &str| {
        let run = with(["--only", "range-next,stable-answers", "--proxy", through, url]);
        let run = run.set(USER, "someone").set(PASSWORD, "envsecret");
        run.judged().assert(0, "pass", None);
        run.keeps(&["envsecret", "c29tZW9uZTplbnZzZWNyZXQ", "urlsecret", "dXNlcjp1cmxzZWNyZXQ"]);
    };
    run(&file.url(""), url);
    assert_eq!(sent().as_deref(), Some("Basic c29tZW9uZTplbnZzZWNyZXQ="));
    run(&format!("http://user:urlsecret@{}", file.address()), url);
    assert_eq!(sent().as_deref(), Some("Basic dXNlcjp1cmxzZWNyZXQ="));
    let before = file.received().len();
    run("direct", &file.url("/a.cab"));
    assert!(!file.received()[before..].iter().any(has_authorization));
}

#[test]
fn secrets_are_not_shown_when_things_go_wrong_either() {
    let file = file();
    let socks = Socks::start(Manner::Password("user", "other"), file.address());
    let asking = Server::start(|_| {
        Reply::Close(
            b"HTTP/1.1 407 x\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n".to_vec(),
        )
    });
    let (plain, inner) = ("http://h.example/a", "https://h.example/a");
    for (through, url) in [
        (format!("http://user:urlsecret@{}", asking.address()), plain),
        (format!("http://user:urlsecret@{}", asking.address()), inner),
        (format!("https://user:urlsecret@{}", asking.address()), plain),
        (format!("socks5://user:urlsecret@{}", socks.address()), plain),
        (format!("socks5://user:urlsecret@{}", asking.address()), inner),
        ("http://user:urlsecret@proxy.invalid:1".to_owned(), plain),
        ("http://user:urlsecret@127.0.0.1:99999".to_owned(), plain),
        ("http://user:1#urlsecret@127.0.0.1:1".to_owned(), plain),
        ("http://user:1/urlsecret@127.0.0.1:1".to_owned(), plain),
    ] {
        with(["--timeout", "200ms", "--proxy", &through, url])
            .keeps(&["urlsecret", "dXNlcjp1cmxzZWNyZXQ"]);
    }
    for target in
        ["http://user:urlsecret@h:0/a", "http://user:urlsecret@h:99999/a", "ftp://u:urlsecret@h/a"]
    {
        let run = with([target]);
        assert_eq!(run.finish(&[]).code, Some(2));
        run.keeps(&["urlsecret"]);
    }
}
