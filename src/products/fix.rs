//! A fix as a program can apply it: which lines of which file change, and how well that is proved.
//! The settings in the product files hold placeholders; [`Values`] fills them for one target.

use crate::model::advice::Action;
use crate::model::advice::Edit;
use serde::Deserialize;
use url::Url;

use super::catalog::DataError;

/// An edit in a product file.
#[derive(Debug, Deserialize)]
#[serde(try_from = "RawEdit")]
pub struct EditRule {
    action: Action,
    line: Option<String>,
    /// The new lines when they are not those of the setting.
    lines: Option<String>,
}

/// What the placeholders of a setting stand for: the target of the run.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Values {
    host: String,
    port: u16,
    url: String,
    /// The options of a curl command for the route, with a blank after them.
    via: String,
    /// Domains for an exception, each with its subdomains where they are Microsoft's.
    domains: Vec<String>,
    extensions: String,
}

impl Edit {
    /// Where it is made, in words.
    pub fn position(&self) -> String {
        let line = self.line.as_deref().unwrap_or_default().trim_end();
        match self.action {
            Action::InsertAfter => format!("below each line that begins with `{line}`"),
            Action::InsertBefore => format!(
                "above the first line that begins with `{line}`, or at the end of the file if there \
                 is none"
            ),
            Action::InsertEnd => "at the end of the file".to_owned(),
            Action::InsertStart => "at the start of the file, above every other line".to_owned(),
            Action::Remove => format!("delete each line that begins with `{line}`"),
            Action::Replace => format!("replace each line that begins with `{line}`"),
        }
    }

    /// The edit as it is printed: the new lines, or what to delete.
    pub fn printed(&self) -> Vec<String> {
        let line = self.line.as_deref().unwrap_or_default().trim_end();
        match self.action {
            Action::Remove => vec![format!("# delete each line that begins with: {line}")],
            Action::Replace => {
                let mut printed = vec![format!("# in place of each line that begins with: {line}")];
                let rest = |text: &String| text.replace("{rest}", " ...");
                printed.extend(self.lines.iter().map(rest));
                printed
            }
            _ => self.lines.clone(),
        }
    }
}

impl Values {
    /// The values for a URL under test.
    pub fn of(url: &Url) -> Self {
        let host = url.host_str().unwrap_or(EXAMPLE).to_owned();
        let is_microsoft = MICROSOFT.iter().any(|domain| {
            host.eq_ignore_ascii_case(&domain[1..]) || host.to_ascii_lowercase().ends_with(domain)
        });
        let domains = if is_microsoft {
            MICROSOFT.iter().map(|&domain| domain.to_owned()).collect()
        } else {
            vec![host.clone()]
        };
        let extension = url.path().rsplit('/').next().and_then(|name| name.rsplit_once('.'));
        let extension = extension.map(|(_, extension)| extension.to_ascii_lowercase());
        let is_plain =
            |text: &String| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric());
        let mut extensions = EXTENSIONS.to_owned();
        if let Some(other) = extension.filter(is_plain)
            && !EXTENSIONS.split('|').any(|known| known == other)
        {
            extensions = format!("{extensions}|{other}");
        }
        let port = url.port_or_known_default().unwrap_or(80);
        Self { host, port, url: url.to_string(), via: String::new(), domains, extensions }
    }

    /// The same for a route through this proxy, or without one.
    #[must_use]
    pub fn through(self, proxy: Option<&str>) -> Self {
        let via = match proxy {
            // It only lives during the run.
            Some(proxy) if proxy.starts_with("mock:") => String::new(),
            Some(proxy) => match proxy.strip_prefix("socks5://") {
                Some(place) => format!("--proxy socks5h://{place} "),
                None => format!("--noproxy '' --proxy {proxy} "),
            },
            None => String::from("--noproxy '*' "),
        };
        Self { via, ..self }
    }

    /// Values for texts that are about no target in particular.
    pub fn example() -> Self {
        Self {
            host: EXAMPLE.to_owned(),
            port: 8530,
            url: format!("http://{EXAMPLE}:8530/Content/..."),
            via: String::new(),
            domains: vec![EXAMPLE.to_owned()],
            extensions: EXTENSIONS.to_owned(),
        }
    }

    /// The host of the target.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// A text with its placeholders filled.
    pub fn fill(&self, text: &str) -> String {
        if !text.contains('{') {
            return text.to_owned();
        }
        let each = |form: fn(&str) -> String| {
            self.domains.iter().map(|domain| form(domain)).collect::<Vec<_>>()
        };
        let bare = |domain: &str| domain.trim_start_matches('.').to_owned();
        text.replace("{host}", &self.host)
            .replace("{port}", &self.port.to_string())
            .replace("{via}", &self.via)
            .replace("{url}", &self.url)
            .replace("{extensions}", &self.extensions)
            .replace("{domains}", &self.domains.join(" "))
            .replace("{domain-lines}", &self.domains.join("\n"))
            .replace("{bare-domain-lines}", &each(bare).join("\n"))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawEdit {
    remove: Option<String>,
    replace: Option<String>,
    before: Option<String>,
    after: Option<String>,
    at: Option<End>,
    lines: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum End {
    End,
    Start,
}

impl TryFrom<RawEdit> for EditRule {
    type Error = DataError;

    fn try_from(raw: RawEdit) -> Result<Self, DataError> {
        let end = raw.at.map(|end| match end {
            End::End => (Action::InsertEnd, None),
            End::Start => (Action::InsertStart, None),
        });
        let by_line = [
            (Action::Remove, raw.remove),
            (Action::Replace, raw.replace),
            (Action::InsertBefore, raw.before),
            (Action::InsertAfter, raw.after),
        ];
        let by_line = by_line.into_iter().filter_map(|(action, line)| Some((action, Some(line?))));
        let mut actions: Vec<_> = by_line.chain(end).collect();
        match (actions.len(), actions.pop()) {
            (1, Some((action, line))) => Ok(Self { action, line, lines: raw.lines }),
            (count, _) => Err(DataError::Edit(count)),
        }
    }
}

/// The domains of Microsoft's update files, each with its subdomains.
const MICROSOFT: [&str; 3] =
    [".windowsupdate.com", ".update.microsoft.com", ".delivery.mp.microsoft.com"];

/// The extensions of update files.
const EXTENSIONS: &str = "cab|exe|psf|msu|esd|msi|msp";

/// A host in texts that are about no target in particular.
const EXAMPLE: &str = "wsus.example.com";

impl EditRule {
    /// The edit for one target. `setting` holds the lines where the rule has none of its own.
    pub fn filled(&self, setting: &str, values: &Values) -> Edit {
        let text = self.lines.as_deref().unwrap_or(setting);
        let lines = match self.action {
            Action::Remove => Vec::new(),
            _ => values.fill(text.trim_end()).lines().map(str::to_owned).collect(),
        };
        let line = self.line.as_deref().map(|line| values.fill(line));
        Edit { action: self.action, line, lines }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(url: &str) -> Values {
        Values::of(&Url::parse(url).unwrap())
    }

    #[test]
    fn command_takes_the_way_of_the_route() {
        let url = Url::parse("http://wsus:8530/a.cab").unwrap();
        let of = |proxy| Values::of(&url).through(proxy).fill("curl {via}{url}");
        assert_eq!(of(None), format!("curl --noproxy '*' {url}"));
        let through = format!("curl --noproxy '' --proxy http://p:3128 {url}");
        assert_eq!(of(Some("http://p:3128")), through);
        assert_eq!(of(Some("socks5://p:1")), format!("curl --proxy socks5h://p:1 {url}"));
    }

    #[test]
    fn values_of_an_own_server_name_it_alone() {
        let own = values("http://wsus.corp.example:8530/Content/AA/x.CAB");
        assert_eq!(own.fill("{host} {port} {domains}"), "wsus.corp.example 8530 wsus.corp.example");
        assert_eq!(own.fill("\\.({extensions})$"), format!("\\.({EXTENSIONS})$"));
        assert_eq!(values("http://a/b.bin").fill("{extensions}"), format!("{EXTENSIONS}|bin"));
        assert_eq!(values("http://a/b.x)(y").fill("{extensions}"), EXTENSIONS);
    }

    #[test]
    fn values_of_a_microsoft_host_name_all_update_domains() {
        let own = values("http://au.download.windowsupdate.com/d/x.cab");
        assert_eq!(own.fill("acl x dstdomain {domains}").matches(" .").count(), 3);
        assert_eq!(own.fill("{bare-domain-lines}").lines().next(), Some("windowsupdate.com"));
        assert_eq!(
            values("http://notwindowsupdate.com/").fill("{domains}"),
            "notwindowsupdate.com"
        );
    }

    #[test]
    fn an_edit_needs_exactly_one_place() {
        let rule = |text: &str| toml::from_str::<EditRule>(text);
        assert!(rule("remove = 'a'").is_ok());
        assert!(rule("remove = 'a'\nafter = 'b'").is_err());
        assert!(rule("lines = 'a'").is_err());
    }

    #[test]
    fn an_edit_says_where_and_what() {
        let rule: EditRule = toml::from_str("replace = 'slice '\nlines = 'slice 0;'").unwrap();
        let edit = rule.filled("", &Values::example());
        assert_eq!(edit.position(), "replace each line that begins with `slice`");
        assert_eq!(edit.printed(), ["# in place of each line that begins with: slice", "slice 0;"]);
    }
}
