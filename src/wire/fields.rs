//! Header fields as they came: names in their own case, order and repetitions kept.

use super::byte_range::parse_decimal;

/// Optional whitespace of HTTP (RFC 9110 5.6.3): what may stand around a member of a list. No
/// other blank is trimmed, or a value that no peer accepts would look right.
pub(crate) const BLANKS: [char; 2] = [' ', '\t'];

/// One header field. Bytes that are not UTF-8 are replaced; the raw head keeps the original.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Field {
    /// Name in the case in which it was sent.
    pub name: String,
    /// Value without the blanks around it.
    pub value: String,
}

/// A header section, in order.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Fields(Vec<Field>);

/// What the `Content-Length` fields of a head say (RFC 9110 section 8.6).
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ContentLength {
    /// No such field.
    Absent,
    /// Several values that differ.
    Conflicting(Vec<String>),
    /// One value that is not a decimal number below 2^63.
    Malformed(String),
    /// One number; `repeated` when the same number was sent more than once, which is legal to
    /// accept (RFC 9112 section 6.3).
    Valid {
        /// The length in bytes.
        value: u64,
        /// Sent more than once, always the same.
        repeated: bool,
    },
}

impl Fields {
    /// No field yet, and room for so many.
    pub(crate) fn with_capacity(fields: usize) -> Self {
        Self(Vec::with_capacity(fields))
    }

    /// Adds a field at the end.
    pub fn push(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push(Field { name: name.into(), value: value.into() });
    }

    /// All fields in order.
    pub fn iter(&self) -> impl Iterator<Item = &Field> {
        self.0.iter()
    }

    /// The last field, for continuation lines.
    pub(crate) fn last_mut(&mut self) -> Option<&mut Field> {
        self.0.last_mut()
    }

    /// Number of fields.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no field at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Values of every field of this name (any case), in order.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |field| field.name.eq_ignore_ascii_case(name))
            .map(|field| field.value.as_str())
    }

    /// Value of the first field of this name.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Whether a field of this name exists.
    pub fn has(&self, name: &str) -> bool {
        self.first(name).is_some()
    }

    /// Whether one of the comma-separated members of the fields of this name is `token`, in any
    /// case: for `Connection`, `Transfer-Encoding` and their like.
    pub fn lists(&self, name: &str, token: &str) -> bool {
        self.all(name)
            .flat_map(|value| value.split(','))
            .any(|member| member.trim_matches(BLANKS).eq_ignore_ascii_case(token))
    }

    /// What the `Content-Length` fields say. A list of equal numbers (`5, 5`) counts as repeated.
    pub fn content_length(&self) -> ContentLength {
        let values: Vec<&str> = self
            .all("content-length")
            .flat_map(|value| value.split(','))
            .map(|value| value.trim_matches(BLANKS))
            .collect();
        let Some((first, rest)) = values.split_first() else {
            return ContentLength::Absent;
        };
        if rest.iter().any(|value| parse_decimal(value) != parse_decimal(first) || value.is_empty())
        {
            return ContentLength::Conflicting(values.iter().map(|&v| v.to_owned()).collect());
        }
        match parse_decimal(first).filter(|&value| i64::try_from(value).is_ok()) {
            Some(value) => ContentLength::Valid { value, repeated: !rest.is_empty() },
            None => ContentLength::Malformed((*first).to_owned()),
        }
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Fields {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(iter: I) -> Self {
        Self(iter.into_iter().map(|(n, v)| Field { name: n.into(), value: v.into() }).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn length_of(values: &[&str]) -> ContentLength {
        values.iter().map(|&value| ("Content-Length", value)).collect::<Fields>().content_length()
    }

    #[test]
    fn content_length_is_told_apart() {
        let valid = |value, repeated| ContentLength::Valid { value, repeated };
        assert_eq!(length_of(&[]), ContentLength::Absent);
        assert_eq!(length_of(&["0"]), valid(0, false));
        assert_eq!(length_of(&["5", "5"]), valid(5, true));
        assert_eq!(length_of(&["5, 5"]), valid(5, true));
        assert_eq!(length_of(&["9223372036854775807"]), valid(i64::MAX as u64, false));
        for bad in
            ["", "-1", "+1", "abc", "0x10", "1 2", "9223372036854775808", "1.0", "5\u{a0}", "5\x0b"]
        {
            assert!(matches!(length_of(&[bad]), ContentLength::Malformed(_)), "{bad}");
        }
        assert!(matches!(length_of(&["5", "6"]), ContentLength::Conflicting(_)));
        assert!(matches!(length_of(&["5,"]), ContentLength::Conflicting(_)));
    }

    #[test]
    fn members_of_lists_are_found_in_any_case() {
        let fields: Fields = [("Connection", "Foo, CLOSE")].into_iter().collect();
        assert!(fields.lists("connection", "close"));
        assert!(!fields.lists("connection", "keep-alive"));
    }

    proptest! {
        #[test]
        fn content_length_is_never_misread(
            values in prop::collection::vec("[0-9]{0,20}|[0-9, +-]{0,8}|.{0,9}", 0..4)
        ) {
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            match length_of(&values) {
                ContentLength::Absent => prop_assert!(values.is_empty()),
                ContentLength::Valid { value, repeated } => {
                    let members: Vec<_> = values.iter().flat_map(|value| value.split(',')).collect();
                    prop_assert_eq!(repeated, members.len() > 1);
                    for member in members {
                        prop_assert_eq!(member.trim_matches(BLANKS).parse(), Ok(value));
                    }
                }
                ContentLength::Conflicting(values) => prop_assert!(values.len() > 1),
                ContentLength::Malformed(value) => {
                    prop_assert!(parse_decimal(&value).is_none_or(|value| value > i64::MAX as u64));
                }
            }
        }

        #[test]
        fn one_number_is_always_valid(value in 0..=i64::MAX as u64, times in 1usize..4) {
            let text = value.to_string();
            let expected = ContentLength::Valid { value, repeated: times > 1 };
            prop_assert_eq!(length_of(&vec![text.as_str(); times]), expected);
        }
    }
}
