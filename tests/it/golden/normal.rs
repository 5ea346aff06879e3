//! Replaces what must vary from run to run and from machine to machine, and nothing else: dates and
//! ages, addresses and host names, versions, random boundaries and counters.

use super::origin::Origin;

/// What stands for what.
#[derive(Clone, Debug)]
pub(crate) struct Names<'a> {
    pub(crate) origin: &'a Origin,
    /// Where the proxy listens.
    pub(crate) proxy: String,
    /// What the proxy calls itself.
    pub(crate) hosts: &'a [&'a str],
    /// The segment of the path that is new in each request.
    pub(crate) object: &'a str,
}

impl Names<'_> {
    /// A line of a head, a line of a body, or a whole body.
    pub(crate) fn replace(&self, text: &str) -> String {
        let mut text = text
            .replace(&self.origin.address().to_string(), "ORIGIN")
            .replace(&self.proxy, "PROXY")
            .replace(self.object, "OBJECT");
        for host in self.hosts {
            text = text.replace(host, "HOST");
        }
        if let Some((before, after)) = text.split_once("HOST:") {
            let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
            text = format!("{before}HOST:PORT{rest}");
        }
        without_versions(&self.without_dates(&text))
    }

    /// A field of a head, which may have a value that is a mere count.
    pub(crate) fn field(&self, line: &str) -> String {
        let line = self.replace(line);
        match line.split_once(':') {
            Some((name, _)) if name.eq_ignore_ascii_case("Age") => format!("{name}: [seconds]"),
            Some((name, value)) if name.eq_ignore_ascii_case("X-Varnish") => {
                let numbers = value.split_whitespace().map(|_| " [number]").collect::<String>();
                format!("{name}:{numbers}")
            }
            _ => line,
        }
    }

    /// An HTTP date is told by its last word; whose it is, by whether the origin told it.
    fn without_dates(&self, text: &str) -> String {
        let mut done = String::new();
        let mut rest = text;
        while let Some(end) = rest.find(" GMT").map(|place| place + " GMT".len()) {
            let start = end.saturating_sub(DATE_LENGTH);
            let date = rest.get(start..end).unwrap_or_default();
            let is_fixed = date.contains(" 2005 ");
            if httpdate::parse_http_date(date).is_err() || is_fixed {
                done.push_str(&rest[..end]);
            } else {
                done.push_str(&rest[..start]);
                let told = self.origin.told(date);
                done.push_str(if told { "[the origin's date]" } else { "[date]" });
            }
            rest = &rest[end..];
        }
        done + rest
    }
}

/// `squid/5.7` becomes `squid/VERSION`. HTTP/1.1 stays, and so does what has no dot.
fn without_versions(text: &str) -> String {
    let mut done = String::new();
    let mut rest = text;
    while let Some(place) = rest.find('/') {
        let (before, after) = rest.split_at(place + 1);
        let is_part = |c: char| c.is_ascii_digit() || c == '.';
        let version = &after[..after.find(|c| !is_part(c)).unwrap_or(after.len())];
        let is_version = version.starts_with(|c: char| c.is_ascii_digit())
            && version.contains('.')
            && !before.ends_with("HTTP/");
        done.push_str(before);
        done.push_str(if is_version { "VERSION" } else { version });
        rest = &after[version.len()..];
    }
    done + rest
}

/// The shape of a boundary: what is random in it by its length and its digits.
pub(crate) fn boundary_shape(boundary: &str) -> String {
    let is_hex = |c: char| c.is_ascii_hexdigit();
    let start = boundary.rfind(|c| !is_hex(c)).map_or(0, |place| place + 1);
    let (fixed, random) = boundary.split_at(start);
    if random.len() < 12 {
        return without_versions(boundary);
    }
    let digits = if random.bytes().all(|byte| byte.is_ascii_digit()) { "digits" } else { "hex" };
    format!("{}[{} {digits}]", without_versions(fixed), random.len())
}

const DATE_LENGTH: usize = "Sun, 06 Nov 1994 08:49:37 GMT".len();
