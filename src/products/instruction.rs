//! Instructions for problems that no setting of a product fixes: the connection, the name, TLS, the
//! URL itself. Data in `instructions.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

use super::catalog::DefectPattern;

/// Every instruction, the more specific before the more general.
pub(super) fn instructions() -> &'static [Instruction] {
    static INSTRUCTIONS: LazyLock<InstructionFile> = LazyLock::new(|| {
        // Invariant: the file is part of the program, and a test parses it.
        toml::from_str(include_str!("instructions.toml"))
            .unwrap_or_else(|e| panic!("instructions.toml: {e}"))
    });
    &INSTRUCTIONS.instruction
}

/// What to do about a problem.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Instruction {
    /// What it is about, as a heading.
    pub(super) subject: String,
    /// For which defects.
    pub(super) defects: Vec<DefectPattern>,
    /// Signs that must show.
    #[serde(default)]
    pub(super) signs: Vec<String>,
    /// Signs that rule it out.
    #[serde(default)]
    pub(super) unless: Vec<String>,
    /// What was found, one sentence without its full stop.
    pub(super) when: String,
    /// What to do, line by line.
    pub(super) setting: String,
    /// Why.
    pub(super) reason: String,
    /// Where this is known from.
    pub(super) source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InstructionFile {
    instruction: Vec<Instruction>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::products::signs;

    #[test]
    fn every_instruction_is_complete_and_names_known_signs() {
        for one in instructions() {
            for text in [&one.subject, &one.when, &one.setting, &one.reason, &one.source] {
                assert!(!text.trim().is_empty(), "{}", one.subject);
            }
            assert!(!one.defects.is_empty() && !one.when.ends_with('.'), "{}", one.subject);
            assert!(one.reason.ends_with('.'), "{}", one.subject);
            for sign in one.signs.iter().chain(&one.unless) {
                assert!(signs::sign(sign).is_some(), "{sign}");
            }
        }
    }
}
