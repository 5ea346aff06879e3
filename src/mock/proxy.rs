//! The forward proxy: absolute-form and CONNECT, hop-by-hop fields removed, Via added.

use std::error::Error;
use std::io;
use std::time::Duration;

use base64::Engine as _;
use hyper::ext::ReasonPhrase;
use hyper::{Response, Version};

use super::body::Body;
use super::message::{Coding, Reply, Request, SERVER, remove, remove_hop_by_hop, set};
use super::upstream::{UpstreamBody, connect, fetch, fields_of};
use crate::wire::fields::ContentLength;

/// Settings of a proxy that are no behaviour.
#[derive(Clone, Debug, Default)]
pub struct ProxySettings {
    /// User and password that Basic authentication must bring; without them none are required.
    pub credentials: Option<(String, String)>,
}

/// Answers a request as a compliant proxy does.
pub(crate) async fn answer(request: &Request, settings: &ProxySettings) -> Reply {
    if !is_authorized(request, settings) {
        let mut reply = Reply::text(407, "This proxy wants a user and a password.");
        reply.fields.push("Proxy-Authenticate", "Basic realm=\"bitsgate mock\"");
        return reply;
    }
    if request.is_connect() {
        return tunnel(&request.target).await;
    }
    let Some((authority, path)) = split_absolute(&request.target) else {
        return Reply::text(400, "This is a proxy: the target must be an absolute http URL.");
    };
    if request.fields.all("via").filter(|value| value.contains(SERVER)).count() > MAX_HOPS {
        return Reply::text(508, "The request came through this proxy too often.");
    }
    let forwarded = forward_request(request, authority, path);
    let authority = with_port(authority, 80);
    match tokio::time::timeout(UPSTREAM_TIMEOUT, fetch(&authority, &forwarded)).await {
        Ok(Ok(upstream)) => relay(upstream),
        Ok(Err(error)) => failure(&error),
        Err(_) => failure(&io::ErrorKind::TimedOut.into()),
    }
}

/// Whether the request brings the credentials, when any are wanted.
pub(super) fn is_authorized(request: &Request, settings: &ProxySettings) -> bool {
    let Some((user, password)) = &settings.credentials else { return true };
    let wanted = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
    request.fields.first("proxy-authorization").and_then(|value| value.split_once(' ')).is_some_and(
        |(scheme, token)| scheme.eq_ignore_ascii_case("basic") && token.trim() == wanted,
    )
}

pub(super) async fn tunnel(target: &str) -> Reply {
    if target.rsplit_once(':').is_none_or(|(_, port)| port.parse::<u16>().is_err()) {
        return Reply::text(400, "CONNECT wants a host and a port.");
    }
    match connect(target).await {
        Ok(stream) => {
            let mut reply = Reply::new(200);
            "Connection established".clone_into(&mut reply.reason);
            reply.tunnel = Some(stream);
            reply
        }
        Err(error) => failure(&error),
    }
}

pub(super) fn failure(error: &io::Error) -> Reply {
    match error.kind() {
        io::ErrorKind::TimedOut => Reply::text(504, "The next server did not answer in time."),
        _ => unusable(&chain(error)),
    }
}

fn unusable(reason: &str) -> Reply {
    Reply::text(502, &format!("The next server could not be used: {reason}."))
}

/// An error and its sources.
fn chain(error: &io::Error) -> String {
    let sources = std::iter::successors(error.source(), |&error| error.source());
    let mut texts = vec![error.to_string()];
    texts.extend(sources.map(ToString::to_string));
    texts.join(": ")
}

fn forward_request(request: &Request, authority: &str, path: &str) -> Request {
    let mut forwarded = request.clone();
    path.clone_into(&mut forwarded.target);
    let fields = &mut forwarded.fields;
    remove_hop_by_hop(fields);
    set(fields, "Host", authority);
    fields.push("Via", format!("1.{} {SERVER}", request.minor));
    fields.push("Connection", "close");
    forwarded
}

fn relay(upstream: Response<UpstreamBody>) -> Reply {
    let (head, body) = upstream.into_parts();
    if head.status.is_informational() {
        return unusable("it switched protocols unasked");
    }
    let mut reply = Reply::new(head.status.as_u16());
    if let Some(reason) = head.extensions.get::<ReasonPhrase>() {
        reply.reason = String::from_utf8_lossy(reason.as_bytes()).into_owned();
    }
    reply.fields = fields_of(&head.headers);
    remove_hop_by_hop(&mut reply.fields);
    let minor = u8::from(head.version != Version::HTTP_10);
    reply.fields.push("Via", format!("1.{minor} {SERVER}"));
    if body.remaining().is_none() {
        remove(&mut reply.fields, "Content-Length");
        reply.fields.push("Transfer-Encoding", "chunked");
        reply.coding = Coding::Chunked;
    }
    // hyper judges the length of a GET; that of a HEAD comes as it is (RFC 9110 8.6).
    match reply.fields.content_length() {
        ContentLength::Absent => {}
        ContentLength::Valid { value, .. } => {
            set(&mut reply.fields, "Content-Length", &value.to_string());
        }
        ContentLength::Conflicting(_) | ContentLength::Malformed(_) => {
            return unusable("its Content-Length cannot be read");
        }
    }
    reply.body = Body::upstream(body);
    reply
}

/// Authority and path of an absolute http URL. User and password are not accepted.
pub(super) fn split_absolute(target: &str) -> Option<(&str, &str)> {
    let scheme = target.get(..7).filter(|scheme| scheme.eq_ignore_ascii_case("http://"))?;
    let rest = &target[scheme.len()..];
    let slash = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(slash);
    let is_usable = !authority.is_empty() && !authority.contains(['@', '?', '#']);
    is_usable.then_some((authority, if path.is_empty() { "/" } else { path }))
}

pub(super) fn with_port(authority: &str, port: u16) -> String {
    let host_end = authority.rfind(']').unwrap_or(0);
    if authority[host_end..].contains(':') {
        authority.to_owned()
    } else {
        format!("{authority}:{port}")
    }
}

const MAX_HOPS: usize = 4;
/// For the head of a reply.
const UPSTREAM_TIMEOUT: Duration = Duration::from_mins(1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_targets_are_split() {
        assert_eq!(split_absolute("http://h/a?b"), Some(("h", "/a?b")));
        assert_eq!(split_absolute("HTTP://h:8080"), Some(("h:8080", "/")));
        for target in
            ["/a", "http://", "http:///a", "ftp://h/", "http://u:p@h/", "h\u{e9}\u{e9}\u{e9}/"]
        {
            assert_eq!(split_absolute(target), None, "{target}");
        }
        assert_eq!(with_port("h", 80), "h:80");
        assert_eq!(with_port("[::1]", 80), "[::1]:80");
        assert_eq!(with_port("[::1]:8", 80), "[::1]:8");
    }
}
