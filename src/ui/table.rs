//! Small tables of text: aligned for a terminal, or as Markdown.

/// Rows of cells under named columns.
#[derive(Clone, Debug)]
pub struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows.
    pub fn new(columns: &[&'static str]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row; it has as many cells as there are columns.
    pub fn row(&mut self, cells: &[&str]) {
        self.rows.push(cells.iter().map(|&cell| cell.to_owned()).collect());
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[&'static str] {
        &self.columns
    }

    /// The rows in order.
    pub fn rows(&self) -> impl Iterator<Item = &[String]> {
        self.rows.iter().map(Vec::as_slice)
    }

    /// Aligned columns, two blanks apart.
    pub fn text(&self) -> String {
        let widths = self.widths();
        let mut text = String::new();
        let head: Vec<String> = self.columns.iter().map(|name| name.to_uppercase()).collect();
        for cells in std::iter::once(&head).chain(&self.rows) {
            let padded = cells.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}"));
            text.push_str(padded.collect::<Vec<_>>().join("  ").trim_end());
            text.push('\n');
        }
        text
    }

    /// A Markdown table; bars in cells are escaped.
    pub fn markdown(&self) -> String {
        let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
        let mut text = line(self.columns.iter().map(|&name| name.to_owned()).collect());
        text.push_str(&line(vec![String::from("---"); self.columns.len()]));
        for cells in &self.rows {
            text.push_str(&line(cells.iter().map(|cell| cell.replace('|', "\\|")).collect()));
        }
        text
    }

    fn widths(&self) -> Vec<usize> {
        let cells_of = |index: usize| self.rows.iter().map(move |row| row[index].chars().count());
        let columns = self.columns.iter().enumerate();
        columns
            .map(|(index, name)| cells_of(index).chain([name.len()]).max().unwrap_or_default())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_aligned_and_escaped() {
        let mut table = Table::new(&["name", "what"]);
        table.row(&["a", "x|y"]);
        table.row(&["longer", "z"]);
        assert_eq!(table.text(), "NAME    WHAT\na       x|y\nlonger  z\n");
        let markdown = "| name | what |\n| --- | --- |\n| a | x\\|y |\n| longer | z |\n";
        assert_eq!(table.markdown(), markdown);
    }
}
