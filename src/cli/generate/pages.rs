//! Manual pages: `clap_mangen` writes the options of each command, and what follows its help becomes
//! a section whose lines stay as they are.

use std::fmt::Write as _;
use std::io;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use super::super::Cli;

/// Each page with the name of its file: that of the program first, then those of its commands.
pub(super) fn all() -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    let mut pages = Vec::new();
    add(&root, &mut pages)?;
    Ok(pages)
}

fn add(command: &Command, pages: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    pages.push((format!("{name}.1"), page(name, command)?.into_bytes()));
    command.get_subcommands().try_for_each(|own| add(own, pages))
}

fn page(name: &str, command: &Command) -> io::Result<String> {
    let man = Man::new(command.clone());
    let mut body = Vec::new();
    man.render_name_section(&mut body)?;
    man.render_synopsis_section(&mut body)?;
    man.render_description_section(&mut body)?;
    man.render_options_section(&mut body)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut body)?;
    }
    // Between two line breaks an empty line is one too many.
    let body = String::from_utf8_lossy(&body).replace(".br\n\n.br\n", ".sp\n");
    // No date: the same program gives the same pages on every day.
    let version = env!("CARGO_PKG_VERSION");
    let mut page = format!(".TH {name} 1 \"\" \"bitsgate {version}\" \"bitsgate manual\"\n{body}");
    if let Some(more) = command.get_after_help() {
        let more = more.to_string();
        let (heading, lines) = more.split_once('\n').unwrap_or((&more, ""));
        let heading = heading.trim_end_matches(':').to_uppercase();
        // Writing to a String cannot fail.
        let _ = write!(page, ".SH \"{heading}\"\n.nf\n{}.fi\n", verbatim(lines));
    }
    Ok(page)
}

/// Lines as they are, each ended.
fn verbatim(text: &str) -> String {
    let mut lines = String::new();
    for line in text.lines() {
        let escaped = line.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq");
        // What begins with a dot would be a request.
        let guard = if escaped.starts_with('.') { "\\&" } else { "" };
        // Writing to a String cannot fail.
        let _ = writeln!(lines, "{guard}{escaped}");
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_has_a_page() {
        let names: Vec<String> = all().unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names[0], "bitsgate.1");
        for command in Cli::command().get_subcommands() {
            let name = format!("bitsgate-{}.1", command.get_name());
            assert!(names.contains(&name), "{name}");
        }
        assert!(names.contains(&String::from("bitsgate-mock-proxy.1")), "{names:?}");
    }

    #[test]
    fn lines_stay_what_they_are() {
        assert_eq!(verbatim(".TH it's\n a\\b -o\n"), "\\&.TH it\\(aqs\n a\\eb \\-o\n");
    }
}
