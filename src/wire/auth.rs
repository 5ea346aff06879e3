//! Authentication challenges: `WWW-Authenticate` and `Proxy-Authenticate` (RFC 9110 section
//! 11.6.1), read strictly. The checks list the schemes that a proxy offers.

use super::head::is_token_byte;

/// One challenge: a scheme and what it says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Challenge {
    /// The scheme in the case in which it was sent, such as `Negotiate`.
    pub scheme: String,
    /// The token68 after it, as NTLM and Negotiate send it.
    pub token: Option<String>,
    /// The parameters in order; names as sent, values unquoted.
    pub parameters: Vec<(String, String)>,
}

/// Why a value is not a list of challenges.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ChallengeError {
    /// There is no challenge in it.
    #[error("it names no scheme")]
    Empty,
    /// Something that is neither a scheme nor a parameter.
    #[error("it does not follow the grammar of challenges")]
    Grammar,
    /// A quoted value without its closing quote.
    #[error("a quoted value does not end")]
    UnclosedQuote,
}

impl Challenge {
    /// The value of the first parameter of this name, in any case.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// Reads the value of one challenge field; several challenges are separated by commas, as are
/// the parameters of each.
pub fn parse_challenges(value: &str) -> Result<Vec<Challenge>, ChallengeError> {
    let mut cursor = Cursor { rest: value };
    let mut challenges: Vec<Challenge> = Vec::new();
    loop {
        cursor.skip_separators();
        if cursor.rest.is_empty() {
            break;
        }
        let before = cursor.rest;
        let name = cursor.token().ok_or(ChallengeError::Grammar)?;
        if let Some(current) = challenges.last_mut()
            && cursor.equals_sign()
        {
            if current.token.is_some() {
                return Err(ChallengeError::Grammar);
            }
            let value = cursor.parameter_value()?;
            current.parameters.push((name.to_owned(), value));
            cursor.end_of_member()?;
            continue;
        }
        cursor.rest = &before[name.len()..];
        challenges.push(cursor.challenge(name)?);
        cursor.end_of_member()?;
    }
    if challenges.is_empty() { Err(ChallengeError::Empty) } else { Ok(challenges) }
}

/// What is left to read.
struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    fn skip_separators(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', ',']);
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    fn token(&mut self) -> Option<&'a str> {
        let length = self.rest.bytes().take_while(|&byte| is_token_byte(byte)).count();
        let (token, rest) = self.rest.split_at(length);
        self.rest = rest;
        (length > 0).then_some(token)
    }

    fn equals_sign(&mut self) -> bool {
        let rest = self.rest.trim_start_matches([' ', '\t']).strip_prefix('=');
        rest.inspect(|rest| self.rest = rest).is_some()
    }

    /// What follows a scheme: nothing, a token68, or the first parameter.
    fn challenge(&mut self, scheme: &str) -> Result<Challenge, ChallengeError> {
        let mut challenge =
            Challenge { scheme: scheme.to_owned(), token: None, parameters: Vec::new() };
        if !self.rest.starts_with([' ', '\t']) {
            return Ok(challenge);
        }
        self.skip_blanks();
        if self.rest.is_empty() || self.rest.starts_with(',') {
            return Ok(challenge);
        }
        if let Some(token) = self.token68() {
            challenge.token = Some(token.to_owned());
            return Ok(challenge);
        }
        let name = self.token().ok_or(ChallengeError::Grammar)?;
        if !self.equals_sign() {
            return Err(ChallengeError::Grammar);
        }
        let value = self.parameter_value()?;
        challenge.parameters.push((name.to_owned(), value));
        Ok(challenge)
    }

    /// A token68 that ends its list member (RFC 9110 11.2); else nothing is taken.
    fn token68(&mut self) -> Option<&'a str> {
        let is_char = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte);
        let body = self.rest.bytes().take_while(|&byte| is_char(byte)).count();
        let padding = self.rest[body..].bytes().take_while(|&byte| byte == b'=').count();
        let (token, rest) = self.rest.split_at(body + padding);
        let after = rest.trim_start_matches([' ', '\t']);
        let ends = after.is_empty() || after.starts_with(',');
        (body > 0 && ends).then(|| {
            self.rest = rest;
            token
        })
    }

    fn parameter_value(&mut self) -> Result<String, ChallengeError> {
        self.skip_blanks();
        let Some(quoted) = self.rest.strip_prefix('"') else {
            return self.token().map(str::to_owned).ok_or(ChallengeError::Grammar);
        };
        let mut value = String::new();
        let mut chars = quoted.char_indices();
        while let Some((index, char)) = chars.next() {
            match char {
                '"' => {
                    self.rest = &quoted[index + 1..];
                    return Ok(value);
                }
                '\\' => value.extend(chars.next().map(|(_, char)| char)),
                char => value.push(char),
            }
        }
        Err(ChallengeError::UnclosedQuote)
    }

    fn end_of_member(&mut self) -> Result<(), ChallengeError> {
        self.skip_blanks();
        let ends = self.rest.is_empty() || self.rest.starts_with(',');
        if ends { Ok(()) } else { Err(ChallengeError::Grammar) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn schemes(value: &str) -> Vec<String> {
        parse_challenges(value).unwrap().into_iter().map(|challenge| challenge.scheme).collect()
    }

    #[test]
    fn several_challenges_are_told_from_parameters() {
        let value = "Negotiate, NTLM TlRMTVNTUAAC==, Digest realm=\"a, \\\"b\\\"\", nonce=x, \
                     Basic realm=\"proxy\"";
        assert_eq!(schemes(value), ["Negotiate", "NTLM", "Digest", "Basic"]);
        let challenges = parse_challenges(value).unwrap();
        assert_eq!(challenges[1].token.as_deref(), Some("TlRMTVNTUAAC=="));
        assert_eq!(challenges[2].parameter("Realm"), Some("a, \"b\""));
        assert_eq!(challenges[2].parameter("nonce"), Some("x"));
        assert_eq!(challenges[3].parameters.len(), 1);
    }

    #[test]
    fn blanks_and_empty_members_are_legal() {
        assert_eq!(schemes(" , Basic realm = x ,, NTLM ,"), ["Basic", "NTLM"]);
        assert_eq!(schemes("Bearer"), ["Bearer"]);
    }

    #[test]
    fn errors_are_named() {
        for (value, error) in [
            ("", ChallengeError::Empty),
            (" , ", ChallengeError::Empty),
            ("=x", ChallengeError::Grammar),
            ("Basic realm=\"x", ChallengeError::UnclosedQuote),
            ("Basic realm=\"x\" y", ChallengeError::Grammar),
            ("Basic a b", ChallengeError::Grammar),
            ("<html>", ChallengeError::Grammar),
        ] {
            assert_eq!(parse_challenges(value), Err(error), "{value:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(value in ".*") {
            let _ = parse_challenges(&value);
        }

        #[test]
        fn what_is_written_is_read(names in proptest::collection::vec("[A-Za-z]{1,9}", 1..5)) {
            let value: Vec<_> = names.iter().map(|name| format!("{name} realm=\"r\"")).collect();
            prop_assert_eq!(schemes(&value.join(", ")), names);
        }
    }
}
