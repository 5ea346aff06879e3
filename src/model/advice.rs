//! A setting that fixes a defect, or what to do about a problem of the connection.

use serde::Deserialize;

use super::product::Certainty;

/// A setting that would fix something that was found, or what to do about a problem of the
/// connection.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Advice {
    /// Id of the product; none for an instruction that is about no product.
    pub product: Option<&'static str>,
    /// Name of the product, or the subject of the instruction.
    pub name: &'static str,
    /// How certain it is that this product is there and that this fixes it.
    pub certainty: Certainty,
    /// Names of the defects that it fixes, as found.
    pub defects: Vec<&'static str>,
    /// The setting as it is printed; may have several lines.
    pub setting: String,
    /// The file that is changed, where the fix is a change of a file.
    pub file: Option<&'static str>,
    /// Where in the file, in words; empty where no file is changed.
    pub position: String,
    /// The changes of the file, for a program that applies them.
    pub edits: Vec<Edit>,
    /// The command that makes it effective.
    pub reload: Option<&'static str>,
    /// What it costs.
    pub side_effect: String,
    /// How well it is proved that this fixes it.
    pub proof: Proof,
    /// When the defect shows, what of that was detected, and why the setting fixes it.
    pub text: String,
    /// Where this is known from.
    pub source: &'static str,
}

/// How well a fix is proved.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// Follows from a report or from another fact; no one is known to have applied it in a test.
    NotTried,
    /// The vendor's documentation or source says so.
    Documented,
    /// A test applies it to the broken configuration of the real program, and the check passes.
    Tested,
}

/// One change of a file, line by line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Edit {
    /// What is done.
    pub action: Action,
    /// The beginning of the lines that the action refers to; spaces before it do not count.
    pub line: Option<String>,
    /// The new lines; none for [`Action::Remove`].
    pub lines: Vec<String>,
}

/// What an edit does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Action {
    /// Adds lines below each line that begins so.
    InsertAfter,
    /// Adds lines above the first line that begins so, or at the end when there is none.
    InsertBefore,
    /// Adds lines at the end of the file.
    InsertEnd,
    /// Adds lines at the start of the file.
    InsertStart,
    /// Deletes each line that begins so.
    Remove,
    /// Puts other lines in place of each line that begins so. `{rest}` is what follows the beginning.
    Replace,
}

impl Action {
    /// The word in the JSON report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InsertAfter => "insert-after",
            Self::InsertBefore => "insert-before",
            Self::InsertEnd => "insert-end",
            Self::InsertStart => "insert-start",
            Self::Remove => "remove",
            Self::Replace => "replace",
        }
    }
}

impl Proof {
    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotTried => "not-tried",
            Self::Documented => "documented",
            Self::Tested => "tested",
        }
    }
}
