//! One result in full: notes, every fix, every check with its evidence, and on demand every
//! exchange.

use super::{
    Detail, FIELD, TextOptions, blame_sentence, count_findings, exchange, file_words, finding,
    product_words, source_words, tag_of,
};
use crate::report::view::ResultView;
use crate::ui::page::Page;
use crate::ui::style::Role;

/// Writes it. `is_one_of_several`: whether it needs a heading.
pub(super) fn write(
    page: &mut Page,
    view: &ResultView<'_>,
    is_one_of_several: bool,
    options: &TextOptions,
) {
    let result = view.result;
    if is_one_of_several {
        let (role, tag) = tag_of(result);
        page.gap();
        page.tagged(role, &tag, &view.labels.title());
    }
    page.gap();
    page.field("Target", &view.labels.target.to_string(), FIELD, options.most(LINES));
    let client = format!("{} ({})", result.profile.client(), result.profile.users());
    page.field("Client", &client, FIELD, options.most(LINES));
    for blame in result.blame.iter().chain(&result.also_to_blame) {
        page.field("At fault", &blame_sentence(blame), FIELD, options.most(LINES));
    }
    for recognised in &result.recognised {
        let version = recognised.version.as_deref().unwrap_or_default();
        let certainty = recognised.certainty.as_str();
        let evidence = recognised.evidence.join("; ");
        let text = format!("{} {version} ({certainty}): {evidence}", recognised.name);
        page.field("Detected", &text, FIELD, options.most(LINES));
    }
    for note in &result.notes {
        let note = format!("{}.", note.trim_end_matches('.'));
        page.field("Note", &note, FIELD, options.most(LINES));
    }
    finding::write_failures(page, result, options.curl);
    write_fixes(page, view);
    finding::write_rest(page, result);
    page.gap();
    page.line(&format!("{}.", count_findings(&result.findings)));
    if options.detail >= Detail::Exchanges {
        for exchange in &result.exchanges {
            page.gap();
            exchange::write_exchange(page, exchange);
        }
    }
    page.gap();
}

/// All fixes, the best first.
fn write_fixes(page: &mut Page, view: &ResultView<'_>) {
    for advice in &view.result.advice {
        page.gap();
        page.tagged(Role::Heading, "fix", &product_words(advice));
        if let Some(place) = file_words(advice) {
            page.labelled("in", &place);
        }
        for line in advice.setting.lines() {
            page.verbatim(line);
        }
        if let Some(reload) = advice.reload {
            page.labelled("then", reload);
        }
        page.labelled("why", &advice.text);
        page.labelled("source", &source_words(advice));
    }
}

/// Enough for any text.
const LINES: usize = 40;
