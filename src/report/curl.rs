//! The curl command that repeats an exchange, for whoever must be shown what a proxy does and has
//! no bitsgate. Called by every report that names the exchange behind a finding.
//!
//! The command is for a POSIX shell. It sends what was sent, field by field in the same order, but
//! for `Host`, which curl always sends first; and on a connection of its own, so that what only
//! happens on a kept one is not repeated.

use std::fmt::Write as _;

use crate::model::exchange::{Exchange, Leg};
use crate::model::finding::{Finding, Status};
use crate::model::outcome::RouteResult;
use crate::ui::escape::is_hidden;

/// The command that repeats an exchange of a result; none when it went through the built-in proxy,
/// which only lived during the run.
///
/// When the server was built in too, a comment in a line before the command says how to start it.
/// Credentials are never in it: it reads the shell variables `BITSGATE_PROXY_USER` and
/// `BITSGATE_PROXY_PASSWORD`.
pub fn command(result: &RouteResult, exchange: &Exchange) -> Option<String> {
    let proxy = result.proxy.as_deref().filter(|_| exchange.leg != Leg::Direct);
    if proxy.is_some_and(|proxy| proxy.starts_with("mock:")) {
        return None;
    }
    let request = &exchange.request;
    let mut command = server_comment(&result.target, &request.url);
    command.push_str(FIXED);
    match request.method {
        "GET" => {}
        "HEAD" => command.push_str(" --head"),
        other => push_option(&mut command, "--request", other),
    }
    push_proxy(&mut command, result, exchange, proxy);
    for field in request.fields.iter() {
        let line = if field.value.is_empty() {
            // With a colon curl would take the field away.
            format!("{};", field.name)
        } else {
            format!("{}: {}", field.name, field.value)
        };
        match field.name.as_str() {
            // What --proxy-user is for.
            "Proxy-Authorization" => {}
            // Beside a field that is given with --header curl would send one of its own.
            "Proxy-Connection" => push_option(&mut command, "--proxy-header", &line),
            _ => push_option(&mut command, "--header", &line),
        }
    }
    for name in CURLS_OWN.into_iter().filter(|name| !request.fields.has(name)) {
        push_option(&mut command, "--header", &format!("{name}:"));
    }
    command.push(' ');
    command.push_str(&quoted(&request.url));
    Some(command)
}

/// The command that repeats the exchange which is shown for a finding, the first of its proofs;
/// none for what is right, and where nothing can be repeated.
pub fn of_finding(result: &RouteResult, finding: &Finding) -> Option<String> {
    let id = finding.judgement.exchanges.first().filter(|_| is_not_right(finding))?;
    command(result, result.exchanges.iter().find(|exchange| exchange.id == *id)?)
}

/// Whether a finding that fails, warns or could not be judged names the exchange as a proof.
pub fn proves_a_fault(result: &RouteResult, exchange: &Exchange) -> bool {
    let mut wrong = result.findings.iter().filter(|finding| is_not_right(finding));
    wrong.any(|finding| finding.judgement.exchanges.contains(&exchange.id))
}

fn is_not_right(finding: &Finding) -> bool {
    matches!(finding.judgement.status, Status::Fail | Status::Inconclusive | Status::Warn)
}

/// How the proxy is reached, or that there is none, whatever the environment says.
fn push_proxy(command: &mut String, result: &RouteResult, exchange: &Exchange, via: Option<&str>) {
    let Some(proxy) = via else {
        command.push_str(" --noproxy '*'");
        return;
    };
    command.push_str(" --noproxy ''");
    // In curl's words: the proxy resolves the name.
    let proxy = match proxy.strip_prefix("socks5://") {
        Some(place) => format!("socks5h://{place}"),
        None => proxy.to_owned(),
    };
    push_option(command, "--proxy", &proxy);
    if result.signs_in {
        command.push_str(CREDENTIALS);
    }
    let tunnels = exchange.request.url.starts_with("https:") && proxy.starts_with("http");
    if let (true, Some(agent)) = (tunnels, exchange.request.fields.first("user-agent")) {
        push_option(command, "--proxy-header", &format!("User-Agent: {agent}"));
    }
}

/// How to start the built-in server that a target meant; empty for all others.
fn server_comment(target: &str, url: &str) -> String {
    let behaviour = match target.strip_prefix("mock:") {
        Some(mock) => mock.split('?').next().unwrap_or_default(),
        None if target.starts_with("reference:") => "",
        None => return String::new(),
    };
    let address = url.split('/').nth(2).unwrap_or_default();
    let mut comment =
        format!("# first serve this address: bitsgate mock origin --listen {}", quoted(address));
    if !behaviour.is_empty() {
        push_option(&mut comment, "--fault", behaviour);
    }
    comment.push('\n');
    comment
}

fn push_option(command: &mut String, name: &str, value: &str) {
    // Writing to a String cannot fail.
    let _ = write!(command, " {name} {}", quoted(value));
}

/// A word for a POSIX shell that means exactly this text. What a terminal would obey stands in it
/// as octal numbers for printf.
fn quoted(text: &str) -> String {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_./:=@,%+".contains(char);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text.to_owned();
    }
    if !text.contains(is_hidden) {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let mut format = String::new();
    for char in text.chars() {
        match char {
            '\'' => format.push_str(r"'\''"),
            '%' => format.push_str("%%"),
            '\\' => format.push_str(r"\\"),
            // No argument of a program can hold it.
            '\0' => {}
            char if is_hidden(char) => {
                for byte in char.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(format, "\\{byte:03o}");
                }
            }
            char => format.push(char),
        }
    }
    format!("\"$(printf '{format}')\"")
}

/// No settings of the user, nothing of a URL read as a pattern; heads are shown and bodies thrown
/// away. A proxy that ignores ranges may send gigabytes: a minute shows that too.
const FIXED: &str = "curl -q -sS --globoff --path-as-is --http1.1 --max-time 60 -o /dev/null -D -";

/// Only the shell knows them.
const CREDENTIALS: &str =
    " --proxy-anyauth --proxy-user \"$BITSGATE_PROXY_USER:$BITSGATE_PROXY_PASSWORD\"";

/// Fields that curl sends unless told otherwise.
const CURLS_OWN: [&str; 2] = ["Accept", "User-Agent"];

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;
    use crate::report::sample;

    fn result(name: &str) -> RouteResult {
        sample::named(name).results.swap_remove(0)
    }

    #[test]
    fn a_failing_range_is_repeated_field_by_field() {
        let mut result = result("fail");
        result.signs_in = true;
        let failing = result.findings.iter().find(|finding| finding.check == "range-first");
        insta::assert_snapshot!(of_finding(&result, failing.unwrap()).unwrap());
    }

    #[test]
    fn only_what_is_wrong_is_repeated() {
        let result = result("pass");
        assert!(result.findings.iter().all(|finding| of_finding(&result, finding).is_none()));
    }

    #[test]
    fn what_lived_during_the_run_is_named() {
        let mut result = result("fail");
        result.target = "mock:range-ignored?size=5368709120".to_owned();
        let exchange = &mut result.exchanges[0];
        exchange.leg = Leg::Direct;
        exchange.request.url = "http://127.0.0.1:4711/object/1.bin".to_owned();
        let text = command(&result, &result.exchanges[0]).unwrap();
        let (comment, command_line) = text.split_once('\n').unwrap();
        assert_eq!(
            comment,
            "# first serve this address: bitsgate mock origin --listen 127.0.0.1:4711 \
             --fault range-ignored"
        );
        assert!(command_line.contains(" --head --noproxy '*' --header"), "{command_line}");
        result.proxy = Some("mock:no-length-head".to_owned());
        assert!(command(&result, &result.exchanges[1]).is_none());
    }

    #[test]
    fn tunnels_and_socks_are_asked_as_here() {
        let mut result = result("fail");
        result.exchanges[1].request.url = "https://wsus.example.com/a?b=[1]".to_owned();
        let tunnel = command(&result, &result.exchanges[1]).unwrap();
        assert!(tunnel.contains("--proxy-header 'User-Agent: Microsoft BITS/7.8'"), "{tunnel}");
        assert!(tunnel.ends_with(" 'https://wsus.example.com/a?b=[1]'"), "{tunnel}");
        result.proxy = Some("socks5://proxy:1080".to_owned());
        let socks = command(&result, &result.exchanges[1]).unwrap();
        assert!(socks.contains("--proxy socks5h://proxy:1080 "), "{socks}");
        assert!(!socks.contains("'User-Agent: Microsoft BITS/7.8' --proxy"), "{socks}");
    }

    #[test]
    #[cfg(unix)]
    fn a_shell_reads_back_every_word() {
        let words = [
            "",
            "plain",
            "two words",
            "it's",
            "$(id) `id` \\ \" ; & | < > # ~ * ? [ ] { } !",
            "-n",
            "\x1b[2J%s\\n'\u{202e}\u{9b}31m\u{7f}",
            "ends with a blank ",
            "é\u{200b}ü",
        ];
        for word in words {
            let quoted = quoted(word);
            assert!(!quoted.contains(is_hidden), "{quoted:?}");
            let script = format!("printf %s {quoted}");
            let output = Command::new("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), word, "{quoted}");
        }
    }
}
