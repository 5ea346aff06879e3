//! The delimiter lines that stand between the parts of a body. Called by `parse_multipart` alone.

/// A delimiter line.
pub(super) struct Delimiter {
    /// Offset of its two dashes.
    pub(super) dashes: usize,
    /// Offset of the line end before it, which belongs to it.
    pub(super) line_end_before: usize,
    /// Offset of the first byte after its line.
    pub(super) after: usize,
    /// It is the closing one.
    pub(super) closing: bool,
    /// The line end before it or its own is LF without CR.
    pub(super) bare_lf: bool,
}

/// Finds delimiter lines: at the start of a line, `--boundary`, blanks, line end; the closing one
/// may also end with the body. Looks at each byte once.
pub(super) struct Delimiters<'a> {
    body: &'a [u8],
    finder: memchr::memmem::Finder<'static>,
    length: usize,
    from: usize,
}

impl<'a> Delimiters<'a> {
    pub(super) fn new(body: &'a [u8], boundary: &str) -> Self {
        let needle = format!("--{boundary}");
        let finder = memchr::memmem::Finder::new(needle.as_bytes()).into_owned();
        Self { body, finder, length: needle.len(), from: 0 }
    }
}

impl Iterator for Delimiters<'_> {
    type Item = Delimiter;

    fn next(&mut self) -> Option<Delimiter> {
        loop {
            let dashes = self.from + self.finder.find(&self.body[self.from..])?;
            self.from = dashes + self.length;
            let line_end_before = match &self.body[..dashes] {
                [] => 0,
                [.., b'\r', b'\n'] => dashes - 2,
                [.., b'\n'] => dashes - 1,
                _ => continue,
            };
            let tail = &self.body[self.from..];
            let (closing, tail) = match tail {
                [b'-', b'-', rest @ ..] => (true, rest),
                _ => (false, tail),
            };
            let blanks = tail.iter().take_while(|&&byte| byte == b' ' || byte == b'\t').count();
            let line_end = match &tail[blanks..] {
                [b'\r', b'\n', ..] => 2,
                [b'\n', ..] => 1,
                [] if closing => 0,
                _ => continue,
            };
            let after = self.body.len() - tail.len() + blanks + line_end;
            self.from = after;
            let bare_lf = line_end == 1 || dashes - line_end_before == 1;
            // The line end of this delimiter may be the one that the next delimiter begins with.
            return Some(Delimiter { dashes, line_end_before, after, closing, bare_lf });
        }
    }
}
