//! The page at `/`: what there is to ask for, as links.

use maud::{DOCTYPE, html};
use url::form_urlencoded;

use super::known::Known;

/// The page, as HTML.
pub(super) fn index(known: &Known) -> String {
    let probe = |proxy: &str, target: Option<&str>| {
        let path = String::from("/probe?");
        let begin = path.len();
        let mut query = form_urlencoded::Serializer::for_suffix(path, begin);
        query.append_pair("proxy", proxy);
        if let Some(target) = target {
            query.append_pair("target", target);
        }
        query.finish()
    };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "bitsgate" }
            }
            body {
                h1 { "bitsgate " (env!("CARGO_PKG_VERSION")) }
                ul {
                    li { a href="/metrics" { "/metrics" } ": the last round" }
                    li { a href="/-/healthy" { "/-/healthy" } }
                }
                h2 { "Probes" }
                p { "Each link checks at once, and answers when it is done." }
                ul {
                    @for proxy in &known.proxies {
                        li {
                            a href=(probe(proxy, None)) { (proxy) }
                            @if known.targets.len() > 1 {
                                " with"
                                @for target in &known.targets {
                                    " " a href=(probe(proxy, Some(target))) { (target) }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    page.into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_and_links_lead_to_them() {
        let known = Known {
            proxies: vec![String::from("a<b&c")],
            targets: vec![String::from("x"), String::from("y z")],
        };
        let page = index(&known);
        assert!(page.contains("a&lt;b&amp;c") && !page.contains("a<b"), "{page}");
        let link = "/probe?proxy=a%3Cb%26c&amp;target=y+z";
        assert!(page.contains(link), "{page}");
        assert!(known.read("proxy=a%3Cb%26c&target=y+z").is_ok());
    }
}
