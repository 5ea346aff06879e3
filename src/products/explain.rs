//! What `bitsgate explain` says of products and of Windows' own side: events, services, policies.
//! Checks, codes and faults are explained where they live.

use std::sync::LazyLock;

use serde::Deserialize;

use super::catalog::{self, Cure, Product};
use super::fix::Values;
use crate::model::advice::Edit;

/// Something that can be explained.
#[derive(Clone, Copy, Debug)]
pub enum Entry {
    /// A product and all its cures.
    Product(&'static Product),
    /// Something on the Windows side.
    Topic(&'static Topic),
}

/// Something on the Windows side: an event, a service, a policy.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Topic {
    /// Permanent, kebab-case.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// Other names that people use.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Sentences; paragraphs are parted by an empty line.
    pub text: String,
    /// Commands, verbatim.
    #[serde(default)]
    pub commands: Vec<String>,
    /// Where this is known from.
    pub source: String,
}

/// The entry of this id, name or alias; case, blanks and underscores do not matter.
pub fn find(query: &str) -> Option<Entry> {
    let query = normal(query);
    let is = |name: &String| normal(name) == query;
    let product = catalog::products()
        .iter()
        .find(|product| is(&product.id) || is(&product.name) || product.aliases.iter().any(is));
    let topic = || topics().iter().find(|topic| is(&topic.id) || topic.aliases.iter().any(is));
    product.map(Entry::Product).or_else(|| topic().map(Entry::Topic))
}

/// Every entry, products first: for lists and for hints about misspelt names.
pub fn entries() -> impl Iterator<Item = Entry> {
    let topics = topics().iter().map(Entry::Topic);
    catalog::products().iter().map(Entry::Product).chain(topics)
}

/// The topics whose title or text names a code.
pub fn mentioning(code: &str) -> impl Iterator<Item = Entry> {
    let holds = move |text: &str| text.to_ascii_uppercase().contains(&code.to_ascii_uppercase());
    topics().iter().filter(move |topic| holds(&topic.title) || holds(&topic.text)).map(Entry::Topic)
}

impl Entry {
    /// The permanent id, then the other names.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let aliases = match self {
            Self::Product(product) => &product.aliases,
            Self::Topic(topic) => &topic.aliases,
        };
        std::iter::once(self.id()).chain(aliases.iter().map(String::as_str))
    }

    /// The permanent id.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Product(product) => &product.id,
            Self::Topic(topic) => &topic.id,
        }
    }

    /// The heading.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Product(product) => &product.name,
            Self::Topic(topic) => &topic.title,
        }
    }

    /// The text, wrapped at `width` columns; settings and commands are never broken.
    pub fn render(&self, width: usize) -> String {
        let mut page = Page { text: String::new(), width: width.max(NARROWEST) };
        match self {
            Self::Product(product) => page.product(product),
            Self::Topic(topic) => page.topic(topic),
        }
        page.text
    }
}

fn topics() -> &'static [Topic] {
    static TOPICS: LazyLock<TopicFile> = LazyLock::new(|| {
        // Invariant: the file is part of the program, and a test parses it.
        toml::from_str(include_str!("topics.toml")).unwrap_or_else(|e| panic!("topics.toml: {e}"))
    });
    &TOPICS.topic
}

fn normal(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '_'], "-")
}

/// A text in the making.
struct Page {
    text: String,
    width: usize,
}

impl Page {
    fn product(&mut self, product: &Product) {
        self.line(&format!("{} ({})", product.name, product.kind.as_str()));
        self.gap();
        self.prose(&product.summary, 0);
        self.gap();
        self.prose(&format!("Recognised by: {}", product.recognise), 0);
        for cure in &product.cures {
            self.gap();
            let defects: Vec<_> = cure.defects.iter().map(|defect| defect.name).collect();
            self.prose(&format!("For {}", defects.join(", ")), 0);
            self.fix(product, cure);
        }
    }

    fn fix(&mut self, product: &Product, cure: &Cure) {
        let values = Values::example();
        self.prose(&format!("When: {}", values.fill(&cure.when)), 2);
        let edits = cure.edits(&values);
        let file = cure.file.as_deref().or(product.file.as_deref());
        if let Some(file) = file.filter(|_| !edits.is_empty() || cure.file.is_some()) {
            let positions: Vec<_> = edits.iter().map(Edit::position).collect();
            self.prose(format!("In {file}: {}", positions.join("; ")).trim_end_matches(": "), 2);
        }
        self.verbatim(&cure.printed(&values), 4);
        let reload = cure.reload.as_deref().or(product.reload.as_deref());
        if let Some(reload) = reload.filter(|_| !edits.is_empty() || cure.reload.is_some()) {
            self.prose("Then:", 2);
            self.verbatim(reload, 4);
        }
        self.prose(&format!("Why: {}", values.fill(&cure.reason)), 2);
        self.prose(&format!("Side effect: {}", values.fill(&cure.side_effect)), 2);
        let proof = cure.proof.as_str().replace('-', " ");
        self.prose(&format!("Proof: {proof}. Source: {}", cure.source), 2);
    }

    fn topic(&mut self, topic: &Topic) {
        self.line(&topic.title);
        for paragraph in topic.text.trim().split("\n\n") {
            self.gap();
            self.prose(paragraph, 0);
        }
        if !topic.commands.is_empty() {
            self.gap();
            topic.commands.iter().for_each(|command| self.verbatim(command, 4));
        }
        self.gap();
        self.prose(&format!("Source: {}", topic.source), 0);
    }

    fn gap(&mut self) {
        self.text.push('\n');
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.gap();
    }

    fn verbatim(&mut self, text: &str, indent: usize) {
        for line in text.trim_end().lines() {
            self.line(format!("{:indent$}{line}", "").trim_end());
        }
    }

    fn prose(&mut self, text: &str, indent: usize) {
        let mut line = String::new();
        for word in text.split_whitespace() {
            let longer = indent + line.chars().count() + 1 + word.chars().count();
            if !line.is_empty() && longer > self.width {
                self.line(&format!("{:indent$}{line}", ""));
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        self.line(&format!("{:indent$}{line}", ""));
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicFile {
    topic: Vec<Topic>,
}

/// Below this a text cannot be read.
const NARROWEST: usize = 40;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn id(query: &str) -> Option<&'static str> {
        find(query).map(|entry| entry.id())
    }

    #[test]
    fn entries_are_found_by_id_name_and_alias() {
        assert_eq!(id("squid"), Some("squid"));
        assert_eq!(id(" Varnish Cache "), Some("varnish"));
        assert_eq!(id("PAN_OS"), Some("palo-alto"));
        assert_eq!(id("McAfee Web Gateway"), Some("skyhigh"));
        for event in ["202", "206", "207", "210", "60", "61", "200", "201", "364", "10032"] {
            let entry = find(event).unwrap();
            assert!(entry.title().contains(event), "{event}: {}", entry.title());
        }
        assert_eq!(id("service repair"), Some("bits-service-repair"));
        assert_eq!(id(""), None);
        assert_eq!(id("no such thing"), None);
    }

    #[test]
    fn no_two_entries_share_a_name() {
        let mut names = BTreeSet::new();
        for product in catalog::products() {
            let own: BTreeSet<_> = product
                .aliases
                .iter()
                .chain([&product.id, &product.name])
                .map(|n| normal(n))
                .collect();
            for name in own {
                assert!(names.insert(name.clone()), "{name}");
            }
        }
        for topic in topics() {
            for name in topic.aliases.iter().chain([&topic.id]) {
                assert!(names.insert(normal(name)), "{name}");
            }
        }
    }

    #[test]
    fn texts_are_wrapped_but_settings_are_not_broken() {
        for entry in entries() {
            let text = entry.render(80);
            assert!(text.starts_with(entry.title()));
            for line in text.lines() {
                let is_verbatim = line.starts_with("    ") || line == entry.title();
                assert!(is_verbatim || line.chars().count() <= 80, "{line}");
                assert_eq!(line.trim_end(), line);
            }
        }
        let squid = find("squid").unwrap().render(60);
        assert!(squid.contains("\n    request_header_access Range allow all\n"));
    }
}
