//! How a mock behaves: any number of faults and variations by name, joined by `+`, and at most one
//! emulation, whose replies they change.

use std::fmt;

use super::emulation::{self, Emulation};
use super::fault::{self, Fault};
use super::mechanism::{FieldEdit, Rule, Step};
use super::variation::{self, Variation};
use crate::suggest;

/// A combination of faults and variations; without any, the mock is compliant.
#[derive(Clone, Debug, Default)]
pub struct Behaviour {
    faults: Vec<&'static Fault>,
    variations: Vec<&'static Variation>,
    emulation: Option<Emulation>,
    delay_seed: Option<u64>,
}

/// Names that make no behaviour.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum BehaviourError {
    /// An emulation is named where an origin is wanted.
    #[error("{0} is a proxy, not a server of files")]
    NotAnOrigin(String),
    /// Two emulations at once.
    #[error("{0} and {1} cannot be emulated at once")]
    Two(String, String),
    /// A name that is neither a fault nor a variation nor an emulation.
    #[error("there is no fault, variation or emulation named {name:?}")]
    Unknown {
        /// The name as given.
        name: String,
        /// The existing name that is most like it, when one is.
        nearest: Option<String>,
    },
}

impl Behaviour {
    /// Reads `name+name+name`. The empty text, and an empty name, mean no deviation. The name
    /// `random-delay=SEED` adds a pause of up to 6 ms before each answer.
    pub fn parse(text: &str) -> Result<Self, BehaviourError> {
        Self::of_names(text.split('+'))
    }

    /// Reads the names of an origin, which nothing is emulated of.
    pub fn parse_origin(text: &str) -> Result<Self, BehaviourError> {
        let behaviour = Self::parse(text)?;
        match behaviour.emulation {
            Some(emulation) => Err(BehaviourError::NotAnOrigin(emulation.name)),
            None => Ok(behaviour),
        }
    }

    /// Combines names; each may itself be joined by `+`.
    pub fn of_names<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, BehaviourError> {
        let mut behaviour = Self::default();
        let names = names.into_iter().flat_map(|name| name.split('+')).map(str::trim);
        for name in names.filter(|name| !name.is_empty()) {
            let seed = name.strip_prefix(RANDOM_DELAY).and_then(|seed| seed.parse().ok());
            if seed.is_some() {
                behaviour.delay_seed = seed;
            } else if let Some(fault) = fault::find(name) {
                behaviour.faults.push(fault);
            } else if let Some(variation) = variation::find(name) {
                behaviour.variations.push(variation);
            } else if let Some(found) = emulation::find(name) {
                if let Some(first) = behaviour.emulation.replace(found) {
                    return Err(BehaviourError::Two(first.name, name.to_owned()));
                }
            } else {
                return Err(BehaviourError::Unknown {
                    name: name.to_owned(),
                    nearest: nearest(name),
                });
            }
        }
        Ok(behaviour)
    }

    /// The faults, in the order given.
    pub fn faults(&self) -> &[&'static Fault] {
        &self.faults
    }

    /// The variations, in the order given.
    pub fn variations(&self) -> &[&'static Variation] {
        &self.variations
    }

    /// The seed of random pauses before answers, when there are any.
    pub(crate) fn delay_seed(&self) -> Option<u64> {
        self.delay_seed
    }

    /// The product that is emulated, when one is.
    pub fn emulation(&self) -> Option<&Emulation> {
        self.emulation.as_ref()
    }

    /// The rules of all, those of the emulation first: a fault has the last word.
    pub(crate) fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        let emulation = self.emulation.iter().flat_map(|emulation| emulation.table.rules.iter());
        let variations = self.variations.iter().flat_map(|one| one.rules.iter());
        emulation.chain(variations).chain(self.faults.iter().flat_map(|fault| fault.rules.iter()))
    }

    /// Whether hyper can put every reply on the wire as it is meant; otherwise the raw writer does.
    pub(crate) fn suits_hyper(&self) -> bool {
        self.emulation.is_none() && self.rules().all(Rule::suits_hyper)
    }

    /// Whether all field names are in lower case.
    pub(crate) fn has_lower_case_names(&self) -> bool {
        self.rules().any(|rule| matches!(rule.step, Step::Field(FieldEdit::LowerCaseNames)))
    }
}

impl fmt::Display for Behaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let faults = self.faults.iter().map(|fault| fault.name.as_str());
        let emulation = self.emulation.iter().map(|emulation| emulation.name.as_str());
        let names: Vec<_> = emulation
            .chain(faults)
            .chain(self.variations.iter().map(|one| one.name.as_str()))
            .collect();
        f.write_str(&names.join("+"))
    }
}

/// What comes before the seed of random pauses.
const RANDOM_DELAY: &str = "random-delay=";

fn nearest(name: &str) -> Option<String> {
    let faults = fault::all().map(|fault| fault.name.clone());
    let variations = variation::all().map(|variation| variation.name.clone());
    suggest::nearest(name, faults.chain(variations).chain(emulation::names()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_combined() {
        let behaviour = Behaviour::parse("no-length-head+lower-case-names").unwrap();
        assert_eq!(behaviour.to_string(), "no-length-head+lower-case-names");
        assert_eq!(behaviour.faults().len(), 1);
        assert_eq!(behaviour.variations().len(), 1);
        assert_eq!(Behaviour::parse("").unwrap().rules().count(), 0);
    }

    #[test]
    fn an_unknown_name_names_its_nearest() {
        let nearest_of = |name: &str| match Behaviour::parse(name).unwrap_err() {
            BehaviourError::Unknown { name: given, nearest } => {
                assert_eq!(given, name);
                nearest
            }
            error => panic!("{error}"),
        };
        assert_eq!(nearest_of("no-lenght-head").as_deref(), Some("no-length-head"));
        assert_eq!(nearest_of("apache-2.0.252").as_deref(), Some("apache-2.0.52"));
        assert_eq!(nearest_of("zzz"), None);
    }

    #[test]
    fn one_proxy_is_emulated_at_most_and_no_origin() {
        let behaviour = Behaviour::parse("apache-2.0.52+lower-case-names").unwrap();
        assert_eq!(behaviour.to_string(), "apache-2.0.52+lower-case-names");
        let two = Behaviour::parse("apache-2.0.52+apache-2.4").unwrap_err();
        assert_eq!(two, BehaviourError::Two("apache-2.0.52".into(), "apache-2.4".into()));
        let origin = Behaviour::parse_origin("apache-2.4").unwrap_err();
        assert_eq!(origin, BehaviourError::NotAnOrigin("apache-2.4".into()));
    }
}
