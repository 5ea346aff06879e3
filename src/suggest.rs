//! The names most like one that nobody knows, for hints. Called by whoever reads names: of checks,
//! faults, emulations, formats, keys, proxies, targets.
//!
//! Names of versions begin alike (`apache-2.0.52`), so that a measure which weighs beginnings is of
//! no use: letters that are missing, too many, wrong or swapped are counted instead (the distance
//! of Damerau and Levenshtein), as the Rust compiler does for its own hints.

/// The known name that is most like a wrong one, the first of several; none when none is like it.
pub fn nearest<N: AsRef<str>>(wrong: &str, known: impl IntoIterator<Item = N>) -> Option<N> {
    alike(wrong, known).into_iter().next()
}

/// All known names that are like a wrong one, the most alike first, and of equals the one whose
/// beginning is right for longer. Case counts for nothing.
pub fn alike<N: AsRef<str>>(wrong: &str, known: impl IntoIterator<Item = N>) -> Vec<N> {
    let wrong = wrong.to_lowercase();
    let measured = |name: N| {
        let known = name.as_ref().to_lowercase();
        let begins = wrong.chars().zip(known.chars()).take_while(|(one, other)| one == other);
        (strsim::normalized_damerau_levenshtein(&wrong, &known), begins.count(), name)
    };
    let measured = known.into_iter().map(measured);
    let mut alike: Vec<_> = measured.filter(|(likeness, ..)| *likeness >= ALIKE).collect();
    // A stable sort: of those that are equal in both the first stays the first.
    alike.sort_by(|one, other| other.0.total_cmp(&one.0).then(other.1.cmp(&one.1)));
    alike.into_iter().map(|(.., name)| name).collect()
}

/// The share of letters that are right from which a name is taken for a slip of another: so much
/// that an ending may be wrong (`proxy` for `proxies`), and that half of it is not enough.
const ALIKE: f64 = 0.55;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_every_kind_are_mended() {
        for (wrong, known, expected) in [
            ("range-frist", &["range-next", "range-first"][..], "range-first"),
            ("keepalive", &["keep-alive", "reachable"], "keep-alive"),
            ("Tapp", &["json", "tap"], "tap"),
            ("ta", &["json", "tap"], "tap"),
            ("jnit", &["json", "junit"], "junit"),
            ("BERLN", &["bern", "berlin"], "berlin"),
            ("proxy", &["accept", "proxies"], "proxies"),
        ] {
            assert_eq!(nearest(wrong, known).copied(), Some(expected), "{wrong}");
        }
    }

    #[test]
    fn versions_are_told_by_their_last_letters() {
        let known = ["apache-2.0.4", "apache-2.0.40", "apache-2.0.52", "apache-2.2.3"];
        assert_eq!(nearest("apache-2.0.252", known), Some("apache-2.0.52"));
        assert_eq!(nearest("apache-2.2.33", known), Some("apache-2.2.3"));
        assert_eq!(nearest("apache-2.2.4", known), Some("apache-2.2.3"));
    }

    #[test]
    fn what_is_like_nothing_gets_no_hint() {
        assert_eq!(nearest("zzz", ["tap", "json"]), None);
        assert_eq!(nearest("do", ["no", "all"]), None);
        assert_eq!(nearest("unknown", ["tap", "range-next"]), None);
        assert_eq!(nearest("", ["tap"]), None);
        assert_eq!(nearest("tap", [] as [&str; 0]), None);
    }

    #[test]
    fn the_most_alike_come_first_and_equals_keep_their_order() {
        let known = ["osaka", "berlin", "tokio-2", "tokyo", "toki", "token"];
        assert_eq!(alike("tokio", known), ["toki", "tokyo", "tokio-2", "token"]);
        assert_eq!(alike("ab", ["abd", "abc"]), ["abd", "abc"]);
    }
}
