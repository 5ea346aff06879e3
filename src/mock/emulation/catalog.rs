//! All emulations, read once from the files that are part of the program.

use std::sync::LazyLock;

use toml::Value;

use super::table::{Bug, Table};
use crate::mock::catalog::{self, CatalogError};

/// An emulation as it was named.
#[derive(Clone, Debug)]
pub struct Emulation {
    /// The name that was given, such as `apache-2.0.52`.
    pub name: String,
    /// The version in that name.
    pub version: String,
    /// What it does.
    pub table: &'static Table,
}

/// All tables, in the order of the files.
pub fn all() -> impl Iterator<Item = &'static Table> {
    CATALOG.tables.iter()
}

/// The emulation of this name.
pub fn find(name: &str) -> Option<Emulation> {
    CATALOG.tables.iter().find_map(|table| {
        let known = table.names().find(|(known, _)| known == name)?;
        Some(Emulation { name: known.0, version: known.1, table })
    })
}

/// Every name of every emulation.
pub fn names() -> impl Iterator<Item = String> {
    all().flat_map(|table| table.names().map(|(name, _)| name).collect::<Vec<_>>())
}

impl Table {
    /// Its names, each with the version that it names.
    pub fn names(&self) -> impl Iterator<Item = (String, String)> {
        let product = self.id.split_once('-').map_or(self.id.as_str(), |(product, _)| product);
        let versions = self.versions.iter().flat_map(|[first, last]| versions(first, last));
        let last = self.versions.as_ref().map_or(String::new(), |[_, last]| last.clone());
        let of_versions =
            versions.map(move |version| (format!("{product}-{version}{}", self.suffix), version));
        let own = std::iter::once(&self.id).chain(&self.aliases);
        let own = own.map(move |name| (name.clone(), last.clone()));
        let of_versions: Vec<_> = of_versions.collect();
        let others: Vec<_> =
            own.filter(|(name, _)| of_versions.iter().all(|(known, _)| known != name)).collect();
        of_versions.into_iter().chain(others)
    }

    /// The other versions and names that it stands for, such as `to 2.0.54`.
    pub fn also(&self) -> String {
        let last = match &self.versions {
            Some([first, last]) if first != last => Some(format!("to {last}")),
            Some([_, last]) if !self.id.contains(last.as_str()) => Some(last.clone()),
            _ => None,
        };
        last.into_iter().chain(self.aliases.iter().cloned()).collect::<Vec<_>>().join(", ")
    }

    /// The bugs that it has, in full.
    pub fn bugs(&self) -> impl Iterator<Item = &'static Bug> {
        self.bugs.iter().filter_map(|id| CATALOG.bugs.iter().find(|bug| bug.id == *id))
    }
}

/// All versions from the first to the last, which differ in the last number.
fn versions(first: &str, last: &str) -> Vec<String> {
    let split = |text: &str| {
        let (start, number) = text.rsplit_once('.')?;
        Some((start.to_owned(), number.parse::<u32>().ok()?))
    };
    match (split(first), split(last)) {
        (Some((start, from)), Some((end, to))) if start == end => {
            (from..=to).map(|number| format!("{start}.{number}")).collect()
        }
        _ => vec![first.to_owned(), last.to_owned()],
    }
}

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    let mut all = Catalog::default();
    for (file, text) in FILES {
        // Invariant: the files are part of the program, and a test reads them all.
        all.read(file, text).unwrap_or_else(|error| panic!("{error}"));
    }
    all
});

#[derive(Debug, Default)]
struct Catalog {
    tables: Vec<Table>,
    /// The same as written, for those that are like them.
    written: Vec<toml::Table>,
    bugs: Vec<Bug>,
}

impl Catalog {
    /// Reads a file. An emulation that is `like` an earlier one takes from it all that
    /// it does not say itself, but for names and target.
    fn read(&mut self, file: &str, text: &str) -> Result<(), CatalogError> {
        let [emulations, bugs] = catalog::tables(file, text, [KIND, "bug"])?;
        for mut own in emulations {
            if let Some(base) = own.remove("like") {
                own = self.merged(file, &base, own)?;
            }
            self.tables.push(catalog::entry(file, KIND, own.clone())?);
            self.written.push(own);
        }
        for bug in bugs {
            self.bugs.push(catalog::entry(file, "bug", bug)?);
        }
        Ok(())
    }

    /// What an entry says, and what it takes from the earlier one with the id `base`.
    fn merged(
        &self,
        file: &str,
        base: &Value,
        own: toml::Table,
    ) -> Result<toml::Table, CatalogError> {
        let is_base = |table: &&toml::Table| table.get("id") == Some(base);
        let Some(found) = self.written.iter().find(is_base) else {
            let (file, name) = (file.to_owned(), catalog::name_of(&own));
            return Err(CatalogError::Base { file, kind: KIND, name, base: base.to_string() });
        };
        let mut merged = found.clone();
        for key in ["versions", "suffix", "aliases", "target"] {
            merged.remove(key);
        }
        merge(&mut merged, own);
        Ok(merged)
    }
}

/// Sets the values of `more` in `table`, section by section; an expectation is replaced as a whole.
fn merge(table: &mut toml::Table, more: toml::Table) {
    for (key, value) in more {
        match (table.get_mut(&key), value) {
            (Some(Value::Table(old)), Value::Table(new)) if key != "expect" => merge(old, new),
            (_, value) => {
                table.insert(key, value);
            }
        }
    }
}

const KIND: &str = "emulation";

const FILES: &[(&str, &str)] = &[
    ("apache-2.0.toml", include_str!("../catalog/emulations/apache-2.0.toml")),
    ("apache-2.2.toml", include_str!("../catalog/emulations/apache-2.2.toml")),
    ("apache-2.4.toml", include_str!("../catalog/emulations/apache-2.4.toml")),
    ("nginx.toml", include_str!("../catalog/emulations/nginx.toml")),
    ("others.toml", include_str!("../catalog/emulations/others.toml")),
    ("squid.toml", include_str!("../catalog/emulations/squid.toml")),
    ("trafficserver.toml", include_str!("../catalog/emulations/trafficserver.toml")),
    ("varnish.toml", include_str!("../catalog/emulations/varnish.toml")),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_version_has_one_behaviour() {
        let mut known = BTreeSet::new();
        for name in names() {
            assert!(known.insert(name.clone()), "{name} twice");
        }
        let ranges = [("2.0", 35..=65), ("2.2", 0..=34), ("2.4", 71..=71)];
        for (line, numbers) in ranges {
            for number in numbers {
                let version = format!("{line}.{number}");
                let found = find(&format!("apache-{version}")).expect(&version);
                assert_eq!(found.version, version);
            }
        }
        for name in ["apache-2.0.52-disk", "apache-2.0.55-mem", "apache-2.2.15-mem", "apache-2.4"] {
            assert!(find(name).is_some(), "{name}");
        }
        for name in ["apache", "apache-2.0.34", "apache-2.0.66", "apache-2.0.40-disk", "2.0.52"] {
            assert!(find(name).is_none(), "{name}");
        }
    }

    #[test]
    fn every_bug_is_described() {
        let mut described = BTreeSet::new();
        for table in all() {
            assert_eq!(table.bugs().count(), table.bugs.len(), "{}: {:?}", table.id, table.bugs);
            described.extend(table.bugs.iter().cloned());
            assert!(table.names().any(|(name, _)| name == table.id), "{}", table.id);
        }
        for bug in &CATALOG.bugs {
            assert!(described.contains(&bug.id), "no emulation has {}", bug.id);
        }
    }

    #[test]
    fn every_key_is_described_in_the_readme() {
        let readme = include_str!("../catalog/README.md");
        let mut keys = BTreeSet::new();
        for table in &CATALOG.written {
            keys_of("emulation", table, &mut keys);
        }
        assert!(keys.len() > 60, "{keys:?}");
        for key in keys {
            assert!(readme.contains(&format!("`{key}`")), "README.md does not describe {key}");
        }
    }

    /// The keys of a section, and those of the sections in it.
    fn keys_of(section: &str, table: &toml::Table, keys: &mut BTreeSet<String>) {
        for (key, value) in table {
            let name = format!("{section}.{key}");
            match value {
                Value::Table(more) if key != "expect" => {
                    keys.insert(format!("[{name}]"));
                    keys_of(&name, more, keys);
                }
                Value::Array(rules) if key == "rule" => {
                    assert!(!rules.is_empty());
                    keys.insert(format!("[[{name}]]"));
                }
                _ => drop(keys.insert(key.clone())),
            }
        }
    }

    #[test]
    fn a_table_with_an_unknown_key_is_refused() {
        let table = "[[emulation]]\nid = 'x-1'\nproduct = 'x'\nsummary = 'x'\nevidence = 'x'\n\
                     expect = { verdict = 'pass' }\n";
        assert!(Catalog::default().read("a.toml", table).is_ok());
        for more in ["typo = 1\n", "[emulation.length]\nholds = 1\n", "like = 'y'\n"] {
            assert!(
                Catalog::default().read("a.toml", &format!("{table}{more}")).is_err(),
                "{more}"
            );
        }
    }
}
