//! Lists of proxies, one on each line, from a file or from standard input.

use std::io::Read as _;
use std::path::Path;

use super::super::error::CliError;
use super::validate::IN_CLEAR;
use crate::model::target::{Route, TargetError};
use crate::text_file;

/// Reads the routes of a list. `allows_clear`: whether passwords may stand in it.
pub(super) fn read(path: &Path, allows_clear: bool) -> Result<Vec<Route>, CliError> {
    let read = if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).and_then(|_| text_file::decode(&bytes))
    } else {
        text_file::read(path)
    };
    let text = read.map_err(|error| {
        let problem = format!("cannot read the proxies of {}: {error}", path.display());
        CliError::usage(problem, HINT)
    })?;
    let mut routes = Vec::new();
    for (index, line) in text.lines().enumerate() {
        // A name may hold a #, so that a comment begins a line or follows a blank.
        let proxy = line.split(" #").next().unwrap_or_default().trim();
        if proxy.is_empty() || proxy.starts_with('#') {
            continue;
        }
        let place = format!("{}:{}", path.display(), index + 1);
        routes.push(route(&place, proxy, allows_clear)?);
    }
    if routes.is_empty() {
        return Err(CliError::usage(format_args!("there is no proxy in {}", path.display()), HINT));
    }
    Ok(routes)
}

fn route(place: &str, text: &str, allows_clear: bool) -> Result<Route, CliError> {
    let at = |error: TargetError| CliError::usage(format_args!("{place}: {error}"), error.hint);
    let route = Route::parse(text).map_err(at)?;
    if let (Route::Proxy(proxy), false) = (&route, allows_clear)
        && proxy.has_password()
    {
        let problem = format!("{place}: {IN_CLEAR} ({proxy})");
        return Err(CliError::usage(problem, HINT_IN_CLEAR));
    }
    Ok(route)
}

const HINT: &str = "it holds one proxy on each line, as --proxy takes it; # begins a comment";

const HINT_IN_CLEAR: &str = "\
name the user alone, http://USER@HOST:PORT, and give the password by BITSGATE_PROXY_PASSWORD; or \
name the proxy in bitsgate.toml, with `password-env` or `password-file`; or set there \
`allow-clear-passwords = true` in [run]";

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn list(text: &str, allows_clear: bool) -> Result<Vec<Route>, CliError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("proxies.txt");
        fs::write(&path, text).unwrap();
        read(&path, allows_clear)
    }

    #[test]
    fn comments_and_empty_lines_are_no_proxies() {
        let routes = list("# all\n\n  http://h:1 # first\r\ndirect\nmock:\n", false).unwrap();
        assert_eq!(routes.len(), 3);
        assert_eq!(routes[0].label().as_deref(), Some("http://h:1"));
    }

    #[test]
    fn a_list_may_begin_with_a_byte_order_mark() {
        for text in ["\u{feff}direct\n", "\u{feff}# all\r\ndirect\r\n"] {
            let routes = list(text, false).unwrap();
            assert!(matches!(routes.as_slice(), [Route::Direct]), "{routes:?}");
        }
    }

    #[test]
    fn passwords_in_clear_are_refused_with_their_line() {
        let error = list("http://user@h:1\nhttp://user:hunter2@h:2\n", false).unwrap_err();
        assert!(
            error.message().ends_with("proxies.txt:2: a password in clear is refused (http://h:2)")
        );
        assert!(error.hint().contains("BITSGATE_PROXY_PASSWORD"));
        assert_eq!(list("http://user:hunter2@h:2\n", true).unwrap().len(), 1);
        assert_eq!(list("http://user:@h:2\n", false).unwrap().len(), 1);
    }

    #[test]
    fn a_bad_proxy_is_told_with_its_line_and_no_secret() {
        for line in ["http://user:hunter2@h:0", "user:hunter2", "http://u:hunter2@h/x"] {
            let error = list(&format!("direct\n{line}\n"), true).unwrap_err();
            assert!(error.message().contains("proxies.txt:2: "), "{}", error.message());
            assert!(!error.message().contains("hunter2"), "{}", error.message());
        }
    }
}
