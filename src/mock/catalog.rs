//! The catalogue: reads the entries of faults, variations and emulations from the TOML files that
//! are part of the program. An entry is a table in an array of tables, named by its kind:
//!
//! ```toml
//! [[fault]]
//! name = "no-length-head"
//! summary = "HEAD is answered without Content-Length"
//! rule = [{ scope = { method = "head" }, step = { length = "remove" } }]
//! expect = { verdict = "fail", job = 0x80200011, fails = ["head-content-length"] }
//! ```
//!
//! `README.md` in the folder of the files describes every key.

use serde::de::DeserializeOwned;
use toml::{Table, Value};

/// Why the files of the catalogue cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CatalogError {
    /// The file is no TOML.
    #[error("{file}: {error}")]
    Syntax { file: String, error: Box<toml::de::Error> },
    /// The file holds something else than entries.
    #[error("{file}: unknown key {key:?}")]
    Key { file: String, key: String },
    /// An entry has a wrong or a missing key.
    #[error("{file}: {kind} {name:?}: {error}")]
    Entry { file: String, kind: &'static str, name: String, error: Box<toml::de::Error> },
    /// An entry is like another one, which does not stand before it.
    #[error("{file}: {kind} {name:?}: there is no {base} before it")]
    Base { file: String, kind: &'static str, name: String, base: String },
}

/// The entries of these kinds in a file, as written; the key of each is its kind.
pub(crate) fn tables<const N: usize>(
    file: &str,
    text: &str,
    kinds: [&'static str; N],
) -> Result<[Vec<Table>; N], CatalogError> {
    let error = |error| CatalogError::Syntax { file: file.to_owned(), error: Box::new(error) };
    let mut read: Table = toml::from_str(text).map_err(error)?;
    let found = kinds.map(|kind| match read.remove(kind) {
        Some(Value::Array(entries)) => entries
            .into_iter()
            .map(|entry| match entry {
                Value::Table(table) => Ok(table),
                _ => Err(CatalogError::Key { file: file.to_owned(), key: kind.to_owned() }),
            })
            .collect(),
        Some(_) => Err(CatalogError::Key { file: file.to_owned(), key: kind.to_owned() }),
        None => Ok(Vec::new()),
    });
    if let Some(key) = read.keys().next() {
        return Err(CatalogError::Key { file: file.to_owned(), key: key.clone() });
    }
    let mut all = [const { Vec::new() }; N];
    for (place, tables) in all.iter_mut().zip(found) {
        *place = tables?;
    }
    Ok(all)
}

/// An entry of its type.
pub(crate) fn entry<T: DeserializeOwned>(
    file: &str,
    kind: &'static str,
    table: Table,
) -> Result<T, CatalogError> {
    let name = name_of(&table);
    let error =
        |error| CatalogError::Entry { file: file.to_owned(), kind, name, error: Box::new(error) };
    Value::Table(table).try_into().map_err(error)
}

/// What an entry is called in errors: its `name` or `id`.
pub(crate) fn name_of(table: &Table) -> String {
    let name = table.get("name").or_else(|| table.get("id")).and_then(Value::as_str);
    name.unwrap_or("without a name").to_owned()
}

/// All entries of one kind in these files, given as name and text.
pub(crate) fn entries<T: DeserializeOwned>(
    files: &[(&str, &str)],
    kind: &'static str,
) -> Result<Vec<T>, CatalogError> {
    let mut all = Vec::new();
    for (file, text) in files {
        let [tables] = tables(file, text, [kind])?;
        for table in tables {
            all.push(entry(file, kind, table)?);
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::fault::Fault;

    #[test]
    fn errors_name_file_and_entry() {
        let read = |text: &str| {
            let read: Result<Vec<Fault>, _> = entries(&[("a.toml", text)], "fault");
            read.map(|faults| faults.len()).map_err(|error| error.to_string())
        };
        let right =
            "[[fault]]\nname = 'x'\nsummary = 'x'\nrule = []\nexpect = { verdict = 'pass' }\n";
        assert_eq!(read(right), Ok(1));
        for (more, expected) in [
            ("typo = 1\n", "a.toml: fault \"x\": unknown field `typo`"),
            ("run = { size = 'x' }\n", "a.toml: fault \"x\": invalid type: string \"x\""),
            ("[[other]]\n", "a.toml: unknown key \"other\""),
            ("[fault\n", "a.toml: TOML parse error at line 6"),
        ] {
            let error = read(&format!("{right}{more}")).unwrap_err();
            assert!(error.starts_with(expected), "{error}");
        }
        let error = read("[[fault]]\nname = 'y'\n").unwrap_err();
        assert!(error.starts_with("a.toml: fault \"y\": missing field"), "{error}");
        assert!(read("fault = 1").is_err() && read("fault = [1]").is_err());
    }
}
