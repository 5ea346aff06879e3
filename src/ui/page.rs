//! Lines of text within a width. All that goes in is escaped here, so nothing can be forgotten.

use crate::ui::escape::{escape, escape_limited};
use crate::ui::style::{Painter, Role};

/// A growing text.
pub(crate) struct Page {
    out: String,
    width: usize,
    painter: Painter,
}

/// A cell of a table: its text, and what it means when that is coloured.
pub(crate) type Cell = (String, Option<Role>);

/// How many lines a field may have, and what stands for the rest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Most {
    pub(crate) lines: usize,
    pub(crate) gap: &'static str,
}

impl Page {
    pub(crate) fn new(width: usize, painter: Painter) -> Self {
        Self { out: String::new(), width, painter }
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.out.into_bytes()
    }

    /// An empty line, unless there is one or nothing was written yet.
    pub(crate) fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// A heading on a line of its own, after an empty one.
    pub(crate) fn heading(&mut self, text: &str) {
        self.gap();
        let painted = self.painter.paint(Role::Heading, &escape(text));
        self.out.push_str(&painted);
        self.out.push('\n');
    }

    /// A line to be copied, such as a setting: never wrapped.
    pub(crate) fn verbatim(&mut self, text: &str) {
        self.out.push_str(&" ".repeat(TAG + 4));
        self.out.push_str(&escape(text));
        self.out.push('\n');
    }

    /// A text that is laid out already, after an empty line.
    pub(crate) fn finished(&mut self, text: &str) {
        self.gap();
        for line in text.lines() {
            self.out.push_str(&escape(line));
            self.out.push('\n');
        }
    }

    /// Text at the left edge, between empty lines.
    pub(crate) fn paragraph(&mut self, text: &str) {
        self.gap();
        self.line(text);
        self.gap();
    }

    /// Text at the left edge.
    pub(crate) fn line(&mut self, text: &str) {
        self.hang("", "", 0, text);
    }

    /// Text under a tag.
    pub(crate) fn indented(&mut self, text: &str) {
        let indent = " ".repeat(TAG);
        self.hang(&indent, &indent, TAG, text);
    }

    /// `FAIL  text`: the tag in its colour, the text wrapped beside it.
    pub(crate) fn tagged(&mut self, role: Role, tag: &str, text: &str) {
        let blanks = " ".repeat(TAG.saturating_sub(tag.len()).max(2));
        let painted = self.painter.paint(role, tag);
        self.hang(&format!("{tag}{blanks}"), &format!("{painted}{blanks}"), TAG, text);
    }

    /// `      label     text` under a tag.
    pub(crate) fn labelled(&mut self, label: &str, text: &str) {
        let (indent, blanks) =
            (" ".repeat(TAG), " ".repeat(LABEL.saturating_sub(label.len()).max(1)));
        let painted = self.painter.paint(Role::Aside, label);
        let plain = format!("{indent}{label}{blanks}");
        self.hang(&plain, &format!("{indent}{painted}{blanks}"), TAG + LABEL, text);
    }

    /// `pass  name      text`, names of one column.
    pub(crate) fn named(&mut self, role: Role, tag: &str, name: &str, column: usize, text: &str) {
        let tag_blanks = " ".repeat(TAG.saturating_sub(tag.len()).max(2));
        let name = format!("{name:column$}  ");
        let painted = self.painter.paint(role, tag);
        self.hang(
            &format!("{tag}{tag_blanks}{name}"),
            &format!("{painted}{tag_blanks}{name}"),
            TAG + column + 2,
            text,
        );
    }

    /// `Label     text`, wrapped next to the label, in at most `most` lines: `gap` stands for the
    /// rest.
    pub(crate) fn field(&mut self, label: &str, text: &str, column: usize, most: Most) {
        // A narrow terminal gets its text under the label and not next to it.
        let indent = if column + NARROWEST > self.width { 2 } else { column };
        let text = escape(text);
        let mut lines = wrapped(&text, self.width.saturating_sub(indent));
        if lines.len() > most.lines {
            lines.truncate(most.lines);
            if let Some(last) = lines.last_mut() {
                let room = self.width.saturating_sub(indent + most.gap.chars().count());
                let kept: String = last.chars().take(room).collect();
                *last = format!("{}{}", kept.trim_end(), most.gap);
            }
        }
        let blanks = " ".repeat(column.saturating_sub(label.chars().count()));
        if indent < column && !label.is_empty() {
            self.out.push_str(label);
            self.out.push('\n');
        }
        for (index, line) in lines.iter().enumerate() {
            let is_beside = index == 0 && indent == column;
            let head = if is_beside { format!("{label}{blanks}") } else { " ".repeat(indent) };
            self.out.push_str(&head);
            self.out.push_str(line);
            self.trim_line();
            self.out.push('\n');
        }
    }

    /// A line of a setting under a field: never wrapped.
    pub(crate) fn under_field(&mut self, text: &str, column: usize) {
        let indent = if column + NARROWEST > self.width { 2 } else { column };
        self.out.push_str(&" ".repeat(indent));
        self.out.push_str(&escape(text));
        self.trim_line();
        self.out.push('\n');
    }

    /// Items on as few lines as there is room for, three blanks apart; `right` stands behind the
    /// last of them.
    pub(crate) fn spread(&mut self, items: &[&str], right: &str) {
        let mut column = 0;
        for (item, gap) in items.iter().map(|item| (*item, 3)).chain([(right, 6)]) {
            let item = escape(item);
            let width = item.chars().count();
            if width == 0 {
                continue;
            }
            if column > 0 && column + gap + width > self.width {
                self.out.push('\n');
                column = 0;
            } else if column > 0 {
                self.out.push_str(&" ".repeat(gap));
                column += gap;
            }
            self.out.push_str(&item);
            column += width;
        }
        self.out.push('\n');
    }

    /// A line of a head behind its mark, wrapped below it, and cut when it is endless.
    pub(crate) fn quoted(&mut self, mark: &str, text: &str) {
        let painted = self.painter.paint(Role::Aside, mark);
        let text = escape_limited(text, QUOTED);
        self.hang(&format!("{mark} "), &format!("{painted} "), mark.len() + 5, &text);
    }

    /// Columns under headings. The last cell may pass the width: nothing in it is cut here.
    pub(crate) fn table(&mut self, headings: &[&str], rows: &[Vec<Cell>]) {
        let heading = headings.iter().map(|&text| (text.to_owned(), Some(Role::Heading)));
        let heading: Vec<Cell> = heading.collect();
        let lines: Vec<&Vec<Cell>> = std::iter::once(&heading).chain(rows).collect();
        let width = |index: usize| {
            lines.iter().map(|cells| escape(&cells[index].0).chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..headings.len()).map(width).collect();
        for cells in lines {
            for ((text, role), &width) in cells.iter().zip(&widths) {
                let text = escape(text);
                let blanks = width - text.chars().count() + 2;
                match role {
                    Some(role) => self.out.push_str(&self.painter.paint(*role, &text)),
                    None => self.out.push_str(&text),
                }
                self.out.push_str(&" ".repeat(blanks));
            }
            self.trim_line();
            self.out.push('\n');
        }
    }

    /// A first line behind a prefix, of which both forms have the same width, and further lines
    /// behind blanks. Breaks between words only: a URL or a code is never cut.
    fn hang(&mut self, prefix: &str, painted: &str, indent: usize, text: &str) {
        let text = escape(text);
        // A narrow terminal gets its text under the prefix and not beside it.
        let indent = if indent + NARROWEST > self.width { indent.min(2) } else { indent };
        let mut column = prefix.chars().count();
        let mut is_line_start = true;
        self.out.push_str(painted);
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let width = word.chars().count();
            if !is_line_start && column + 1 + width > self.width
                || is_line_start && column > indent && column + width > self.width
            {
                self.trim_line();
                self.out.push('\n');
                self.out.push_str(&" ".repeat(indent));
                column = indent;
            } else if !is_line_start {
                self.out.push(' ');
                column += 1;
            }
            self.out.push_str(word);
            column += width;
            is_line_start = false;
        }
        self.trim_line();
        self.out.push('\n');
    }

    fn trim_line(&mut self) {
        self.out.truncate(self.out.trim_end_matches(' ').len());
    }
}

/// Lines of at most `width` columns. Breaks between words only: a URL or a code is never cut.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut column = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        match lines.last_mut() {
            Some(line) if column + 1 + length <= width => {
                line.push(' ');
                line.push_str(word);
                column += 1 + length;
            }
            _ => {
                lines.push(word.to_owned());
                column = length;
            }
        }
    }
    lines
}

/// Width of the column of tags.
const TAG: usize = 6;
/// Width of the column of labels.
const LABEL: usize = 10;
/// Text gets at least so many columns beside an indent.
const NARROWEST: usize = 24;
/// Characters of a quoted line that are shown.
const QUOTED: usize = 1000;
