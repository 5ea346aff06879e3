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

/// All known names that are like a wrong one, the most alike first. Case counts for nothing.
pub fn alike<N: AsRef<str>>(wrong: &str, known: impl IntoIterator<Item = N>) -> Vec<N> {
    let wrong = wrong.to_lowercase();
    let likeness =
        |name: &N| strsim::normalized_damerau_levenshtein(&wrong, &name.as_ref().to_lowercase());
    let mut alike: Vec<(f64, N)> = known
        .into_iter()
        .map(|name| (likeness(&name), name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    // A stable sort: of those that are as much alike the first stays the first.
    alike.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    alike.into_iter().map(|(_, name)| name).collect()
}

/// The share of letters that are right from which a name is taken for a slip of another. A little
/// less than two thirds, so that one slip in three letters is enough.
const ALIKE: f64 = 0.66;

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
        ] {
            assert_eq!(nearest(wrong, known).copied(), Some(expected), "{wrong}");
        }
    }

    #[test]
    fn versions_are_told_by_their_last_letters() {
        let known = ["apache-2.0.40", "apache-2.0.52", "apache-2.2.3"];
        assert_eq!(nearest("apache-2.0.252", known), Some("apache-2.0.52"));
        assert_eq!(nearest("apache-2.2.33", known), Some("apache-2.2.3"));
    }

    #[test]
    fn what_is_like_nothing_gets_no_hint() {
        assert_eq!(nearest("zzz", ["tap", "json"]), None);
        assert_eq!(nearest("", ["tap"]), None);
        assert_eq!(nearest("tap", [] as [&str; 0]), None);
    }

    #[test]
    fn the_most_alike_come_first_and_equals_keep_their_order() {
        assert_eq!(
            alike("tokio", ["tokyo", "toki", "tokio-2", "berlin"]),
            ["tokyo", "toki", "tokio-2"]
        );
    }
}
