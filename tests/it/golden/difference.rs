//! How two recordings differ, request by request and line by line.

use std::fmt::Write as _;

use super::recording::Recording;

/// Nothing when they are equal; otherwise what only `expected` has after `-`, what only `seen` has
/// after `+`, under the names of the requests.
pub(crate) fn between(expected: &Recording, seen: &Recording) -> Option<String> {
    let mut text = String::new();
    for answer in &seen.answers {
        let stored = expected.answers.iter().find(|stored| stored.name == answer.name);
        let Some(stored) = stored else {
            let _ = writeln!(text, "  {}: not recorded", answer.name);
            continue;
        };
        if stored.lines != answer.lines {
            let _ = writeln!(text, "  {}", answer.name);
            for line in changes(&stored.lines, &answer.lines) {
                let _ = writeln!(text, "    {line}");
            }
        }
    }
    for stored in &expected.answers {
        if !seen.answers.iter().any(|answer| answer.name == stored.name) {
            let _ = writeln!(text, "  {}: recorded, but not asked any more", stored.name);
        }
    }
    (!text.is_empty()).then_some(text)
}

/// The lines that are not common, in order (longest common subsequence).
fn changes(old: &[String], new: &[String]) -> Vec<String> {
    let mut lengths = vec![vec![0_usize; new.len() + 1]; old.len() + 1];
    for (i, one) in old.iter().enumerate().rev() {
        for (j, two) in new.iter().enumerate().rev() {
            lengths[i][j] = if one == two {
                lengths[i + 1][j + 1] + 1
            } else {
                lengths[i + 1][j].max(lengths[i][j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut changes = Vec::new();
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && lengths[i + 1][j] >= lengths[i][j + 1]) {
            changes.push(format!("- {}", old[i]));
            i += 1;
        } else {
            changes.push(format!("+ {}", new[j]));
            j += 1;
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::recording::Recorded;

    fn recording(lines: &[&str]) -> Recording {
        let lines = lines.iter().map(|&line| line.to_owned()).collect();
        Recording { answers: vec![Recorded { name: "head".to_owned(), lines }] }
    }

    #[test]
    fn a_difference_names_the_request_and_the_lines() {
        let (one, two) = (recording(&["a", "b", "c"]), recording(&["a", "x", "c", "d"]));
        assert_eq!(between(&one, &one), None);
        let text = between(&one, &two).unwrap();
        assert_eq!(text, "  head\n    - b\n    + x\n    + d\n");
        let nothing = Recording { answers: Vec::new() };
        assert!(between(&nothing, &one).unwrap().contains("not recorded"));
        assert!(between(&one, &nothing).unwrap().contains("not asked"));
    }
}
