//! One rule of recognition: what to look at in an answer, and what it tells. Data of the product
//! files; `fingerprint` applies it.

use std::cell::OnceCell;

use serde::Deserialize;

use super::catalog::DataError;
use crate::model::product::Certainty;
use crate::wire::head::ResponseHead;

/// What to look at, and how much it says.
#[derive(Debug, Deserialize)]
#[serde(try_from = "RawRule")]
pub struct Rule {
    /// What to look at.
    pub mark: Mark,
    /// The version follows this text.
    pub version_after: Option<String>,
    /// At most so certain.
    pub certainty: Certainty,
}

/// A thing in an answer by which a product shows.
#[derive(Debug)]
pub enum Mark {
    /// The boundary parameter of a multipart answer.
    Boundary(Boundary),
    /// A header field, by its name and what its value holds; an empty text fits any value.
    Field {
        /// Name, any case.
        name: String,
        /// Text in the value, any case.
        text: String,
        /// The value must begin with the text.
        at_start: bool,
    },
    /// Every field name is in lower case.
    LowerCaseNames,
    /// A text in the page that came as body.
    Page(String),
    /// A text in the reason phrase.
    Reason(String),
}

/// The shape of a boundary.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Boundary {
    /// What it begins with; may be empty.
    #[serde(default)]
    prefix: String,
    /// Only such digits, when given.
    digits: Option<Digits>,
    /// Fewest characters.
    #[serde(default)]
    shortest: usize,
    /// Most characters; RFC 2046 allows 70.
    #[serde(default = "longest_boundary")]
    longest: usize,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Digits {
    Decimal,
    Hexadecimal,
}

/// A body as text: made once, when the first rule asks for it, for there are many rules.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    body: &'a [u8],
    /// As it came, and in lower case.
    texts: OnceCell<(String, String)>,
}

impl Rule {
    /// A weak rule describes a manner that others share; it counts only when nothing names the
    /// proxy.
    pub fn is_weak(&self) -> bool {
        match &self.mark {
            Mark::LowerCaseNames => true,
            Mark::Boundary(boundary) => boundary.prefix.is_empty(),
            _ => false,
        }
    }

    /// The texts of an answer that fit, one for each member of a list; none when it does not fit.
    pub fn find(&self, head: &ResponseHead, page: &Page<'_>) -> Vec<String> {
        match &self.mark {
            Mark::Boundary(shape) => {
                let found = boundary(head).filter(|boundary| shape.fits(boundary));
                found.map(|boundary| format!("boundary {}", short(boundary))).into_iter().collect()
            }
            Mark::Field { name, text, at_start } => head
                .fields
                .iter()
                .filter(|field| field.name.eq_ignore_ascii_case(name))
                .flat_map(|field| members(name, &field.value).map(move |value| (field, value)))
                .filter(|(_, value)| holds(value, text, *at_start))
                .map(|(field, value)| format!("{}: {}", field.name, short(value)))
                .take(MOST_MEMBERS)
                .collect(),
            Mark::LowerCaseNames => {
                let found = is_lower_case(head);
                found.then(|| "all field names in lower case".to_owned()).into_iter().collect()
            }
            Mark::Page(text) => {
                let is_text = head.media_type().is_some_and(|media| media.starts_with("text/"));
                let found = is_text.then(|| page.line_with(text)).flatten();
                found.map(|line| format!("page: {line}")).into_iter().collect()
            }
            Mark::Reason(text) => holds(&head.reason, text, false)
                .then(|| format!("status line: {} {}", head.status, short(&head.reason)))
                .into_iter()
                .collect(),
        }
    }

    /// The version that a found text names.
    pub fn version(&self, found: &str) -> Option<String> {
        let mark = self.version_after.as_deref()?.to_ascii_lowercase();
        let after = found.to_ascii_lowercase().find(&mark)? + mark.len();
        let rest = found.get(after..)?;
        let end = rest
            .find(|character: char| {
                !character.is_ascii_alphanumeric() && !".-_".contains(character)
            })
            .unwrap_or(rest.len());
        let version = rest[..end].trim_end_matches('.');
        version.starts_with(|first: char| first.is_ascii_digit()).then(|| version.to_owned())
    }
}

impl<'a> Page<'a> {
    /// The page that a body may be.
    pub fn new(body: &'a [u8]) -> Self {
        Self { body: &body[..body.len().min(LONGEST_PAGE)], texts: OnceCell::new() }
    }

    /// The line that holds a text, any case, cut to a readable length.
    fn line_with(&self, text: &str) -> Option<String> {
        let (page, lower) = self.texts.get_or_init(|| {
            let page = String::from_utf8_lossy(self.body).into_owned();
            let lower = page.to_ascii_lowercase();
            (page, lower)
        });
        // In lower case ASCII keeps its length, so that places are the same in both.
        let at = lower.find(&text.to_ascii_lowercase())?;
        let start = page[..at].rfind('\n').map_or(0, |end| end + 1);
        let line = page[start..].lines().next()?;
        Some(short(line.trim()).to_owned())
    }
}

impl Boundary {
    fn fits(&self, boundary: &str) -> bool {
        (self.shortest..=self.longest).contains(&boundary.len())
            && boundary.starts_with(&self.prefix)
            && boundary.bytes().all(|byte| match self.digits {
                None => true,
                Some(Digits::Decimal) => byte.is_ascii_digit(),
                Some(Digits::Hexadecimal) => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
            })
    }
}

/// The members of a comma-separated list; commas in comments and quoted strings do not part.
/// `Server` is no list.
pub(super) fn members<'v>(name: &str, value: &'v str) -> impl Iterator<Item = &'v str> {
    let is_list = !name.eq_ignore_ascii_case("server");
    let (mut depth, mut quoted) = (0_u32, false);
    value
        .split(move |character: char| {
            match character {
                '"' => quoted = !quoted,
                '(' if !quoted => depth += 1,
                ')' if !quoted => depth = depth.saturating_sub(1),
                _ => {}
            }
            is_list && character == ',' && depth == 0 && !quoted
        })
        .map(str::trim)
        .filter(|member| !member.is_empty())
}

/// The boundary parameter of a multipart answer, without quotes.
pub(super) fn boundary(head: &ResponseHead) -> Option<&str> {
    let value = head.fields.first("content-type")?;
    if !holds(value, "multipart/", true) {
        return None;
    }
    let (_, parameter) = value.split_once("boundary=")?;
    Some(match parameter.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap_or_default(),
        None => parameter.split(';').next().unwrap_or_default().trim(),
    })
}

/// Whether all of at least three names are in lower case; fewer say nothing.
fn is_lower_case(head: &ResponseHead) -> bool {
    head.fields.len() >= 3
        && head.fields.iter().all(|field| !field.name.bytes().any(|b| b.is_ascii_uppercase()))
}

fn holds(value: &str, text: &str, at_start: bool) -> bool {
    let (value, text) = (value.to_ascii_lowercase(), text.to_ascii_lowercase());
    if at_start { value.starts_with(&text) } else { value.contains(&text) }
}

/// The beginning of a text off the network, so that no evidence is of any length.
pub(super) fn short(text: &str) -> &str {
    let end = text.char_indices().nth(LONGEST_EVIDENCE).map_or(text.len(), |(end, _)| end);
    &text[..end]
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawRule {
    boundary: Option<Boundary>,
    field: Option<String>,
    lower_case_names: Option<bool>,
    page: Option<String>,
    reason: Option<String>,
    contains: Option<String>,
    starts_with: Option<String>,
    version_after: Option<String>,
    certainty: Certainty,
}

impl TryFrom<RawRule> for Rule {
    type Error = DataError;

    fn try_from(raw: RawRule) -> Result<Self, DataError> {
        let at_start = raw.starts_with.is_some();
        let text = raw.starts_with.or(raw.contains).unwrap_or_default();
        let field = raw.field.map(|name| Mark::Field { name, text, at_start });
        let case = raw.lower_case_names.filter(|&is_set| is_set).map(|_| Mark::LowerCaseNames);
        let mut marks: Vec<Mark> = [
            raw.boundary.map(Mark::Boundary),
            field,
            case,
            raw.page.map(Mark::Page),
            raw.reason.map(Mark::Reason),
        ]
        .into_iter()
        .flatten()
        .collect();
        match (marks.len(), marks.pop()) {
            (1, Some(mark)) => {
                Ok(Self { mark, version_after: raw.version_after, certainty: raw.certainty })
            }
            (count, _) => Err(DataError::Fingerprint(count)),
        }
    }
}

fn longest_boundary() -> usize {
    70
}

/// Bytes of a page that are looked at.
const LONGEST_PAGE: usize = 64 * 1024;

/// Characters of a value or of a line of a page that are kept.
const LONGEST_EVIDENCE: usize = 120;

/// Members of a list that are looked at.
pub(super) const MOST_MEMBERS: usize = 32;

#[cfg(test)]
mod tests;
