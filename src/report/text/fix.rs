//! The fix of a cause, within few lines: what is certain or likely in full, of guesses the two that
//! fit best.

use super::{FIELD, TextOptions, file_words};
use crate::model::advice::Advice;
use crate::model::product::Certainty;
use crate::report::view::{Cause, ResultView};
use crate::ui::page::Page;

/// Writes the fix. `shown`: settings that stand above already; this one is added.
pub(super) fn write(
    page: &mut Page,
    result: &ResultView<'_>,
    cause: &Cause<'_>,
    shown: &mut Vec<String>,
    options: &TextOptions,
) {
    let advice = &result.result.advice;
    let fixes: Vec<&Advice> = cause.fixes.iter().filter_map(|index| advice.get(*index)).collect();
    let Some(first) = fixes.first() else { return };
    if shown.contains(&first.setting) {
        page.field("Fix", "as above", FIELD, options.most(1));
        return;
    }
    shown.push(first.setting.clone());
    if first.certainty == Certainty::Guess {
        write_guesses(page, &fixes, options);
    } else {
        write_known(page, first, options);
    }
}

fn write_known(page: &mut Page, fix: &Advice, options: &TextOptions) {
    let name = match (fix.product, fix.certainty) {
        (Some(_), Certainty::Likely) => format!("{} (likely): ", fix.name),
        _ => String::new(),
    };
    let place = file_words(fix).unwrap_or_else(|| fix.name.to_owned());
    page.field("Fix", &format!("{name}{place}"), FIELD, options.most(2));
    write_setting(page, fix, MOST_LINES, options);
    if let Some(reload) = fix.reload {
        page.field("", &format!("then: {reload}"), FIELD, options.most(1));
    }
    if has_side_effect(fix) {
        page.field("", &format!("Side effect: {}", fix.side_effect), FIELD, options.most(1));
    }
}

fn has_side_effect(fix: &Advice) -> bool {
    !matches!(fix.side_effect.trim_end_matches('.'), "" | "None" | "none")
}

/// A product that was not recognised: the fixes that fit best, one after the other.
fn write_guesses(page: &mut Page, fixes: &[&Advice], options: &TextOptions) {
    let shown = fixes.len().min(MOST_GUESSES);
    let of = match fixes.len() - shown {
        0 => String::from("Possible fixes:"),
        more => format!("Possible fixes ({more} more: -v):"),
    };
    page.field("Fix", &format!("Product not recognised. {of}"), FIELD, options.most(2));
    for fix in &fixes[..shown] {
        page.field("", &format!("if it is {}:", fix.name), FIELD, options.most(1));
        write_setting(page, fix, GUESS_LINES, options);
    }
}

fn write_setting(page: &mut Page, fix: &Advice, most: usize, options: &TextOptions) {
    let lines: Vec<&str> = fix.setting.lines().collect();
    // One line in place of one line gains nothing.
    let shown = if lines.len() <= most { lines.len() } else { most.saturating_sub(1) };
    for line in &lines[..shown] {
        page.under_field(line, FIELD + 2);
    }
    if shown < lines.len() {
        let rest = format!("{} {} more lines: -v", options.gap(), lines.len() - shown);
        page.under_field(&rest, FIELD + 2);
    }
}

const MOST_LINES: usize = 6;
const MOST_GUESSES: usize = 2;
const GUESS_LINES: usize = 3;
