//! What may be shown of a text that is no target and no proxy, and that may hold a password all the
//! same. Called by whatever quotes such a text in an error.

use url::Url;

/// A message must not repeat a password: never what stands before an `@`, nor what follows a colon
/// and is no port, as where the rest of a proxy is missing or its `@` is encoded.
pub(crate) fn without_secret(text: &str) -> String {
    let text = text.rsplit_once('@').map_or(text, |(_, rest)| rest);
    let own = ["mock:", "reference:"].into_iter().find(|scheme| text.starts_with(scheme));
    let scheme = text.find("://").map(|begin| begin + "://".len());
    let authority = own.map(str::len).or(scheme).unwrap_or(0);
    let host = text[authority..].find(']').map_or(authority, |end| authority + end);
    let end = text[host..].find(['/', '?', '#', '\\']).map_or(text.len(), |end| host + end);
    let Some(colon) = text[host..end].find(':').map(|colon| host + colon) else {
        return text.to_owned();
    };
    let rest = text[colon + 1..].trim_start_matches(|char: char| char.is_ascii_digit());
    if rest.is_empty() || rest.starts_with('/') {
        return text.to_owned();
    }
    format!("{}:***", &text[..colon])
}

pub(super) fn without_credentials(url: &Url) -> Url {
    let mut url = url.clone();
    // Both can only fail on URLs without a host, which have no credentials to remove.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_shown_of_a_bad_text_is_shown() {
        for text in [
            "http://h:99999/a:b",
            "http://[::1]:0/a",
            "h:0",
            "h/a",
            "quic://h",
            "mock:a+b?size=1GB",
        ] {
            assert_eq!(without_secret(text), text);
        }
    }
}
