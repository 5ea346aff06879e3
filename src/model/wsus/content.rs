//! Content names that carry the SHA-1 of the file: every byte fetched can then be verified
//! without a second copy.

use std::fmt;

use url::Url;

/// The SHA-1 of a whole file, as its URL states it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Sha1Name([u8; 20]);

/// The SHA-1 that the name of a content file states:
/// - WSUS content store: `/Content/<last two hex digits>/<40 hex digits>.<extension>`, in any
///   case. The two digits must agree, or the name is none of WSUS's making.
/// - Microsoft's CDN: `.../<name>_<40 hex digits>.(cab|esd|exe|msu|psf)`.
///
/// The query plays no part. Names were observed, not specified; a mismatch of the bytes is a
/// reason to look closer, not a proof by itself.
pub fn content_hash(url: &Url) -> Option<Sha1Name> {
    let mut segments = url.path_segments()?.rev();
    let (stem, extension) = segments.next()?.rsplit_once('.')?;
    if let Some(hash) = Sha1Name::parse(stem) {
        let folder = segments.next()?;
        let is_store = segments.next().is_some_and(|name| name.eq_ignore_ascii_case("content"));
        let fits = folder.len() == 2 && stem[38..].eq_ignore_ascii_case(folder);
        let has_extension = extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
        return (is_store && fits && has_extension && !extension.is_empty()).then_some(hash);
    }
    let (name, hash) = stem.rsplit_once('_')?;
    let is_update = CDN_EXTENSIONS.iter().any(|known| extension.eq_ignore_ascii_case(known));
    (is_update && !name.is_empty()).then(|| Sha1Name::parse(hash)).flatten()
}

/// Whether the query of a URL is part of its identity, so that a proxy must keep it: the
/// `filestreamingservice` links of the CDN expire and carry their key in `P1` to `P4`.
pub fn query_matters(url: &Url) -> bool {
    url.path().contains("/filestreamingservice/") && url.query_pairs().any(|(key, _)| key == "P1")
}

impl Sha1Name {
    /// The twenty bytes.
    pub fn bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// The forty hex digits, in lower case.
    pub fn hex(&self) -> String {
        self.to_string()
    }

    fn parse(digits: &str) -> Option<Self> {
        if digits.len() != 40 {
            return None;
        }
        let mut bytes = [0; 20];
        for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
            let (high, low) =
                (char::from(pair[0]).to_digit(16)?, char::from(pair[1]).to_digit(16)?);
            *byte = (high * 16 + low) as u8;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for Sha1Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Extensions of update files on the CDN.
const CDN_EXTENSIONS: [&str; 5] = ["cab", "esd", "exe", "msu", "psf"];

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "a2e8c2280123456789abcdef0123456789ab11b6";

    fn hash_of(url: &str) -> Option<String> {
        content_hash(&Url::parse(url).unwrap()).map(|name| name.hex())
    }

    #[test]
    fn names_of_the_content_store_are_read_in_any_case() {
        let upper = HASH.to_uppercase();
        for url in [
            format!("http://wsus:8530/Content/B6/{upper}.psf"),
            format!("http://wsus:8530/content/b6/{HASH}.cab?x=1"),
            format!("http://wsus/sub/Content/B6/{upper}.exe"),
        ] {
            assert_eq!(hash_of(&url).as_deref(), Some(HASH), "{url}");
        }
    }

    #[test]
    fn names_of_the_cdn_are_read() {
        for extension in CDN_EXTENSIONS {
            let url = format!(
                "http://au.download.windowsupdate.com/c/msdownload/update/software/secu/2024/01/\
                 windows10.0-kb5034122-x64_{HASH}.{extension}"
            );
            assert_eq!(hash_of(&url).as_deref(), Some(HASH));
        }
    }

    #[test]
    fn other_names_carry_no_hash() {
        for url in [
            "http://wsus:8530/Content/anonymousCheckFile.txt".to_owned(),
            // The folder does not fit the name.
            format!("http://wsus:8530/Content/B7/{HASH}.psf"),
            format!("http://wsus:8530/Other/B6/{HASH}.psf"),
            format!("http://wsus:8530/Content/B6/{HASH}"),
            format!("http://wsus:8530/Content/B6/{HASH}."),
            format!("http://wsus:8530/Content/B6/{}.psf", &HASH[1..]),
            format!("http://wsus:8530/Content/B6/g{}.psf", &HASH[1..]),
            format!("http://cdn.example/_{HASH}.cab"),
            format!("http://cdn.example/name_{HASH}.txt"),
            format!("http://cdn.example/name-{HASH}.cab"),
            "http://cdn.example/".to_owned(),
            "data:text/plain,x".to_owned(),
        ] {
            assert_eq!(hash_of(&url), None, "{url}");
        }
    }

    #[test]
    fn a_hash_prints_as_it_was_read() {
        let name = Sha1Name::parse(HASH).unwrap();
        assert_eq!(name.bytes()[0], 0xa2);
        assert_eq!(name.to_string(), HASH);
    }

    #[test]
    fn only_signed_links_need_their_query() {
        let matters = |url: &str| query_matters(&Url::parse(url).unwrap());
        let base = "http://tlu.dl.delivery.mp.microsoft.com/filestreamingservice/files/1";
        assert!(matters(&format!("{base}?P1=1&P2=2&P3=3&P4=4")));
        assert!(!matters(base));
        assert!(!matters("http://wsus/Content/x?P1=1"));
    }
}
