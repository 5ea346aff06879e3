//! Hashes of a whole file, fed as it comes. Called by the sink on its own thread.

use std::fmt;

use sha1::{Digest as _, Sha1};
use sha2::Sha256;

/// A way to hash.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Algorithm {
    /// SHA-1: the name of update files.
    Sha1,
    /// SHA-256.
    Sha256,
}

/// What the hash of a file should be, and who says so.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Expected {
    /// Which hash.
    pub algorithm: Algorithm,
    /// In lower hex digits.
    pub value: String,
    /// Who says so: `URL`, or a flag.
    pub source: &'static str,
}

/// The hash of what came.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hash {
    /// Which hash.
    pub algorithm: Algorithm,
    /// In lower hex digits.
    pub value: String,
    /// What it should be; none when nobody says.
    pub expected: Option<Expected>,
}

/// Hashes under way: those that somebody expects something of, and SHA-1 always, for the report.
pub(super) struct Hashes {
    sha1: Sha1,
    sha256: Option<Sha256>,
    expected: Vec<Expected>,
}

impl Algorithm {
    /// The name of the standard, in lower case.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
        }
    }

    /// How many hex digits it has.
    pub fn digits(self) -> usize {
        match self {
            Self::Sha1 => 40,
            Self::Sha256 => 64,
        }
    }
}

impl Expected {
    /// Reads the hex digits of a hash in any case; none when they are not those of one.
    pub fn parse(algorithm: Algorithm, text: &str, source: &'static str) -> Option<Self> {
        let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let value = text.to_ascii_lowercase();
        (is_hex && value.len() == algorithm.digits()).then_some(Self { algorithm, value, source })
    }
}

impl Hash {
    /// Whether it is as expected; none when nothing is.
    pub fn matches(&self) -> Option<bool> {
        self.expected.as_ref().map(|expected| expected.value == self.value)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.algorithm.as_str(), self.value)
    }
}

impl Hashes {
    pub(super) fn new(expected: Vec<Expected>) -> Self {
        let wants_256 = expected.iter().any(|one| one.algorithm == Algorithm::Sha256);
        Self { sha1: Sha1::new(), sha256: wants_256.then(Sha256::new), expected }
    }

    /// Takes the next bytes of the file.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.sha1.update(bytes);
        if let Some(sha256) = &mut self.sha256 {
            sha256.update(bytes);
        }
    }

    /// One hash for each that is expected, or the SHA-1 alone.
    pub(super) fn finish(self) -> Vec<Hash> {
        let sha1 = format!("{:x}", self.sha1.finalize());
        let sha256 = self.sha256.map(|sha256| format!("{:x}", sha256.finalize()));
        let sha256 = sha256.unwrap_or_default();
        if self.expected.is_empty() {
            return vec![Hash { algorithm: Algorithm::Sha1, value: sha1, expected: None }];
        }
        let value = |algorithm| match algorithm {
            Algorithm::Sha1 => sha1.clone(),
            Algorithm::Sha256 => sha256.clone(),
        };
        let expected = self.expected.into_iter();
        expected
            .map(|expected| Hash {
                algorithm: expected.algorithm,
                value: value(expected.algorithm),
                expected: Some(expected),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashed(expected: Vec<Expected>) -> Vec<Hash> {
        let mut hashes = Hashes::new(expected);
        hashes.update(b"a");
        hashes.update(b"bc");
        hashes.finish()
    }

    /// Test vectors of FIPS 180-2.
    const SHA1: &str = "a9993e364706816aba3e25717850c26c9cd0d89d";
    const SHA256: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn hashes_are_those_of_the_standard() {
        let none = hashed(Vec::new());
        assert_eq!((none[0].value.as_str(), none[0].matches()), (SHA1, None));
        let upper = SHA256.to_uppercase();
        let right = Expected::parse(Algorithm::Sha256, &upper, "--sha256").unwrap();
        let wrong = Expected::parse(Algorithm::Sha1, &SHA1.replace('a', "b"), "URL").unwrap();
        let both = hashed(vec![right, wrong]);
        assert_eq!((both[0].value.as_str(), both[0].matches()), (SHA256, Some(true)));
        assert_eq!((both[1].value.as_str(), both[1].matches()), (SHA1, Some(false)));
    }

    #[test]
    fn only_hex_digits_of_the_right_number_are_a_hash() {
        for text in ["", "abc", &SHA1[1..], &SHA1.replace('a', "g"), SHA256] {
            assert_eq!(Expected::parse(Algorithm::Sha1, text, "--sha1"), None, "{text}");
        }
    }
}
