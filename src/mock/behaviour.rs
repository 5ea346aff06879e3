//! How a mock behaves: any number of faults and quirks by name, joined by `+`.

use std::fmt;

use super::fault::{self, Fault};
use super::mechanism::{FieldEdit, Rule, Step};
use super::quirk::{self, Quirk};

/// A combination of faults and quirks; without any, the mock is compliant.
#[derive(Clone, Debug, Default)]
pub struct Behaviour {
    faults: Vec<&'static Fault>,
    quirks: Vec<&'static Quirk>,
}

/// A name that is neither a fault nor a quirk.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("there is no fault or quirk named {name:?}")]
pub struct UnknownName {
    /// The name as given.
    pub name: String,
    /// The existing name that is most like it, when one is.
    pub nearest: Option<&'static str>,
}

impl Behaviour {
    /// Reads `name+name+name`. The empty text, and an empty name, mean no deviation.
    pub fn parse(text: &str) -> Result<Self, UnknownName> {
        Self::of_names(text.split('+'))
    }

    /// Combines names; each may itself be joined by `+`.
    pub fn of_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, UnknownName> {
        let mut behaviour = Self::default();
        let names = names.into_iter().flat_map(|name| name.split('+')).map(str::trim);
        for name in names.filter(|name| !name.is_empty()) {
            if let Some(fault) = fault::find(name) {
                behaviour.faults.push(fault);
            } else if let Some(quirk) = quirk::find(name) {
                behaviour.quirks.push(quirk);
            } else {
                return Err(UnknownName { name: name.to_owned(), nearest: nearest(name) });
            }
        }
        Ok(behaviour)
    }

    /// The faults, in the order given.
    pub fn faults(&self) -> &[&'static Fault] {
        &self.faults
    }

    /// The quirks, in the order given.
    pub fn quirks(&self) -> &[&'static Quirk] {
        &self.quirks
    }

    /// The rules of all, quirks first: a fault has the last word.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        let quirks = self.quirks.iter().flat_map(|quirk| quirk.rules.iter());
        quirks.chain(self.faults.iter().flat_map(|fault| fault.rules.iter()))
    }

    /// Whether hyper can put every reply on the wire as it is meant; otherwise the raw writer does.
    pub(crate) fn suits_hyper(&self) -> bool {
        self.rules().all(Rule::suits_hyper)
    }

    /// Whether all field names are in lower case.
    pub(crate) fn has_lower_case_names(&self) -> bool {
        self.rules().any(|rule| matches!(rule.step, Step::Field(FieldEdit::LowerCaseNames)))
    }
}

impl fmt::Display for Behaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults = self.faults.iter().map(|fault| fault.name);
        let names: Vec<_> = faults.chain(self.quirks.iter().map(|quirk| quirk.name)).collect();
        f.write_str(&names.join("+"))
    }
}

fn nearest(name: &str) -> Option<&'static str> {
    let names = fault::all().map(|fault| fault.name).chain(quirk::all().map(|quirk| quirk.name));
    names
        .map(|known| (strsim::jaro_winkler(name, known), known))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(one, _), (two, _)| one.total_cmp(two))
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_combined() {
        let behaviour = Behaviour::parse("no-length-head+lower-case-names").unwrap();
        assert_eq!(behaviour.to_string(), "no-length-head+lower-case-names");
        assert_eq!(behaviour.faults().len(), 1);
        assert_eq!(behaviour.quirks().len(), 1);
        assert_eq!(Behaviour::parse("").unwrap().rules().count(), 0);
    }

    #[test]
    fn an_unknown_name_names_its_nearest() {
        let error = Behaviour::parse("no-lenght-head").unwrap_err();
        assert_eq!(error.name, "no-lenght-head");
        assert_eq!(error.nearest, Some("no-length-head"));
        assert_eq!(Behaviour::parse("zzz").unwrap_err().nearest, None);
    }
}
