//! The wire without the tool: the requests of BITS and one for the whole file, and in one line what came of them.

use std::net::SocketAddrV4;

use super::scene::Scene;
use crate::support::content::{self, MEDIUM};
use crate::support::wire::{self, Answer};

/// What every request got that nobody had asked for the file before: each has a new URL.
pub(super) fn cold(scene: &Scene) -> String {
    let fresh = observe(scene.proxy, || scene.fresh());
    // The first request may decide for all later ones: here it is one for a range.
    let url = scene.fresh();
    let _ = wire::try_get(scene.proxy, &url, "bytes=0-5690");
    let after = observe(scene.proxy, || url.clone());
    // What comes while a file is being stored is another matter, and one of time.
    let poisoned = ["-5690/", "length 5691"].iter().any(|sign| after.contains(sign));
    if poisoned { format!("{fresh}; after a range: {after}") } else { fresh }
}

/// What the requests got after somebody had fetched the whole file.
pub(super) fn warm(scene: &Scene) -> String {
    let url = scene.fresh();
    wire::fetch(scene.proxy, &url);
    observe(scene.proxy, || url.clone())
}

fn observe(proxy: Option<SocketAddrV4>, mut url: impl FnMut() -> String) -> String {
    let head = head_or_file(wire::try_head(proxy, &url()));
    let first = one(wire::try_get(proxy, &url(), "bytes=0-5690"), 0, 5690);
    let later = one(wire::try_get(proxy, &url(), "bytes=524288-526335"), 524_288, 526_335);
    let several = several(wire::try_get(proxy, &url(), "bytes=0-199,524288-524487"));
    let file = head_or_file(wire::try_file(proxy, &url()));
    let mut parts = vec![("HEAD", head)];
    if first == later {
        parts.push(("range", first));
    } else {
        parts.extend([("first range", first), ("later range", later)]);
    }
    parts.push(("several", several));
    parts.push(("file", file));
    let odd: Vec<_> = parts
        .into_iter()
        .filter_map(|(name, oddity)| Some(format!("{name} {}", oddity?)))
        .collect();
    if odd.is_empty() { super::case::RIGHT.to_owned() } else { odd.join(", ") }
}

type Tried = Result<Answer, &'static str>;

/// None when the answer is right; otherwise what is odd about it.
fn head_or_file(tried: Tried) -> Option<String> {
    let answer = match tried {
        Ok(answer) => answer,
        Err(problem) => return Some(problem.to_owned()),
    };
    if answer.status != 200 {
        return Some(answer.status.to_string());
    }
    match answer.field("Content-Length") {
        None if answer.body.is_empty() => Some("without length".to_owned()),
        None => Some(with_framing(&answer)),
        Some(length) if length != MEDIUM.to_string() => Some(format!("with length {length}")),
        Some(_) => None,
    }
}

fn one(tried: Tried, first: usize, last: usize) -> Option<String> {
    let answer = match tried {
        Ok(answer) => answer,
        Err(problem) => return Some(problem.to_owned()),
    };
    let status = answer.status;
    if status != 206 {
        return Some(with_framing(&answer));
    }
    match answer.field("Content-Range") {
        None => return Some("206 without Content-Range".to_owned()),
        Some(range) if range != format!("bytes {first}-{last}/{MEDIUM}") => {
            return Some(format!("206 with {range}"));
        }
        Some(_) => {}
    }
    match answer.field("Content-Length") {
        None => return Some(with_framing(&answer)),
        Some(length) if length != (last - first + 1).to_string() => {
            return Some(format!("206 with length {length}"));
        }
        Some(_) => {}
    }
    let asked = &content::medium()[first..=last];
    let came = &answer.body[..answer.body.len().min(asked.len())];
    (!asked.starts_with(came)).then(|| "206 with other bytes".to_owned())
}

fn several(tried: Tried) -> Option<String> {
    let answer = match tried {
        Ok(answer) => answer,
        Err(problem) => return Some(problem.to_owned()),
    };
    let kind = answer.field("Content-Type").unwrap_or_default();
    match (answer.status, answer.field("Content-Range")) {
        (206, None) if kind.starts_with("multipart/byteranges") => {
            let body = String::from_utf8_lossy(&answer.body).to_ascii_lowercase();
            let has =
                |range: &str| body.contains(&format!("content-range: bytes {range}/{MEDIUM}"));
            // A chunked body came only in part, perhaps: what is announced is awaited only.
            let whole = has("0-199") && has("524288-524487");
            (!whole).then(|| "206 with other parts".to_owned())
        }
        (206, Some(range)) => Some(format!("206 with {range}")),
        _ => Some(with_framing(&answer)),
    }
}

fn with_framing(answer: &Answer) -> String {
    let chunked = answer.field("Transfer-Encoding").is_some();
    let coding = answer.field("Content-Encoding").map(|coding| format!(" {coding}"));
    format!(
        "{}{}{}",
        answer.status,
        if chunked { " chunked" } else { "" },
        coding.unwrap_or_default()
    )
}
