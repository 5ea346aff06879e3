//! The snippets of the README are run as far as that can be done here: their scripts against a
//! proxy that fails and one that does not, their files by the programs that read them.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::binary::{bitsgate, finish, scrub};

/// The snippet between `<!-- NAME:start -->` and `<!-- NAME:end -->`, without its fence.
fn snippet(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(path).expect("README.md");
    let (start, end) = (format!("<!-- {name}:start -->"), format!("<!-- {name}:end -->"));
    let after = readme.split_once(&start).unwrap_or_else(|| panic!("no {start} in README")).1;
    let fenced = after.split_once(&end).expect("an end").0.trim();
    let text = fenced.strip_suffix("```").expect("a fence").split_once('\n').expect("lines").1;
    text.to_owned()
}

fn yaml(name: &str) -> Value {
    serde_saphyr::from_str(&snippet(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The script with others in place of the proxy and the target.
fn aimed(script: &str, proxy: &str, target: &str) -> String {
    assert!(script.contains(PROXY) && script.contains(TARGET), "{script}");
    script.replace(PROXY, proxy).replace(TARGET, target)
}

/// Runs a script in a folder, with `bitsgate` on its path: the exit code, and what it printed.
fn execute(shell: &[&str], script: &str, folder: &Path) -> (Option<i32>, String) {
    let binary = Path::new(env!("CARGO_BIN_EXE_bitsgate")).parent().expect("a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new(shell[0]);
    scrub(&mut command);
    let output = command
        .args(&shell[1..])
        .arg(script)
        .env("PATH", format!("{}:{path}", binary.display()))
        .env("GITHUB_STEP_SUMMARY", folder.join("summary.md"))
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("a shell");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a script against a proxy that is right, one that fails, one that nobody knows, one that is
/// not there, and with a report that cannot be written: gives what was printed of each, by the exit
/// code, which must be that of `bitsgate`. After a check the reports must be there.
fn gates(shell: &[&str], script: &str, reports: &[&str]) -> [String; 5] {
    [
        ("mock:", "mock:", 0),
        ("mock:no-length-head", "mock:", 1),
        ("mock:no-such-fault", "mock:", 2),
        ("http://127.0.0.1:9", "http://127.0.0.1:9/a.cab", 3),
        ("mock:", "mock:", 4),
    ]
    .map(|(proxy, target, code)| {
        let folder = tempfile::tempdir().expect("a folder");
        if code == 4 {
            fs::create_dir(folder.path().join(reports[0])).expect("a folder in place of a file");
        }
        let script = aimed(script, proxy, target);
        let (ended, printed) = execute(shell, &script, folder.path());
        assert_eq!(ended, Some(code), "{script}\n{printed}");
        for report in reports.iter().filter(|_| !matches!(code, 2 | 4)) {
            let text = fs::read_to_string(folder.path().join(report));
            assert!(text.is_ok_and(|text| !text.is_empty()), "{report}: {script}");
        }
        printed
    })
}

/// What each exit code means is told apart.
fn assert_told(printed: &[String; 5], no_verdict: &str, no_check: &str) {
    for (code, printed) in printed.iter().enumerate() {
        assert_eq!(printed.contains(no_verdict), code == 3, "{code}: {printed}");
        assert_eq!(printed.contains(no_check), matches!(code, 2 | 4), "{code}: {printed}");
    }
}

#[test]
fn the_job_of_github_actions_is_a_gate() {
    let workflow = yaml("github-actions");
    let steps = workflow["jobs"]["bits-gate"]["steps"].as_array().expect("steps");
    let script = steps[0]["run"].as_str().expect("a script");
    // The shell that GitHub runs scripts with.
    let printed = gates(
        &["bash", "-e", "-c"],
        script,
        &["bitsgate.sarif", "bitsgate.xml", "bitsgate.md", "summary.md"],
    );
    assert!(printed[1].contains("::error"), "{}", printed[1]);
    assert_told(&printed, "::warning::no verdict", "::error::bitsgate could not check");
    for step in &steps[1..] {
        assert_eq!(step["if"], "always()", "{step}");
    }
    assert_eq!(steps[1]["with"]["sarif_file"], "bitsgate.sarif");
}

#[test]
fn the_job_of_gitlab_is_a_gate() {
    let job = yaml("gitlab");
    let script = job["bits-gate"]["script"][0].as_str().expect("a script");
    gates(&["sh", "-e", "-c"], script, &["bitsgate.xml", "bitsgate.html"]);
    let artifacts = &job["bits-gate"]["artifacts"];
    assert_eq!(artifacts["when"], "always");
    assert_eq!(artifacts["reports"]["junit"], "bitsgate.xml");
    assert_eq!(job["bits-gate"]["retry"]["exit_codes"], 3);
}

#[test]
fn the_stage_of_jenkins_is_a_gate() {
    let text = snippet("jenkins");
    let script = text.split("'''").nth(1).expect("a script");
    gates(&["sh", "-xe", "-c"], script, &["bitsgate.xml", "bitsgate.sarif", "bitsgate.html"]);
    // No reader of Groovy is at hand: at least nothing is left open.
    for (open, close) in [('{', '}'), ('(', ')')] {
        assert_eq!(text.matches(open).count(), text.matches(close).count(), "{open}");
    }
    assert!(text.contains("junit testResults: 'bitsgate.xml', allowEmptyResults: true"), "{text}");
    // What the stage says to a code: the first line that is for it.
    let told = |code: &str| {
        let mut lines = text.lines().filter_map(|line| {
            let (condition, rest) =
                line.trim().strip_prefix("if (code ")?.split_once(") { error ")?;
            let (operator, number) = condition.split_once(' ')?;
            ((operator == "==") == (number == code)).then_some(rest)
        });
        lines.next().unwrap_or_default()
    };
    assert_eq!(told("0"), "");
    assert!(told("1").contains("BITS would fail"), "{text}");
    assert!(told("3").contains("No verdict"), "{text}");
    for code in ["2", "4", "130"] {
        assert!(told(code).contains("bitsgate could not check"), "{text}");
    }
}

#[test]
fn the_steps_of_azure_pipelines_are_a_gate() {
    let steps = yaml("azure-pipelines");
    let steps = steps["steps"].as_array().expect("steps");
    let script = steps[0]["bash"].as_str().expect("a script");
    let shell = ["bash", "--noprofile", "--norc", "-c"];
    let reports = ["bitsgate.xml", "bitsgate.sarif", "bitsgate.md"];
    let printed = gates(&shell, script, &reports);
    assert!(printed[1].contains("##vso[task.uploadsummary]/"), "{}", printed[1]);
    assert_told(&printed, "type=warning]no verdict", "type=error]bitsgate could not check");
    // The schema of Azure wants the keyword of the task before all else.
    let text = snippet("azure-pipelines");
    for step in text.lines().filter_map(|line| line.strip_prefix("  - ")) {
        assert!(step.starts_with("bash: ") || step.starts_with("task: "), "{step}");
    }
    for step in &steps[1..] {
        assert_eq!(step["condition"], "always()", "{step}");
    }
    assert_eq!(steps[1]["inputs"]["testResultsFiles"], "bitsgate.xml");
}

#[test]
fn the_command_of_nagios_is_a_plugin() {
    let text = snippet("nagios");
    let line = |key: &str| {
        let mut lines = text.lines().filter_map(|line| line.trim().strip_prefix(key));
        lines.next().unwrap_or_else(|| panic!("no {key}")).trim().to_owned()
    };
    let call = line("check_command ");
    let mut arguments = call.split('!').skip(1);
    assert_eq!(call.split('!').next(), Some(&*line("command_name ")));
    let (port, target) = (arguments.next().expect("a port"), arguments.next().expect("a URL"));
    let command = line("command_line ");
    let filled = command
        .replace("$HOSTADDRESS$", "proxy.example")
        .replace("$ARG1$", port)
        .replace("$ARG2$", target)
        .replace("/usr/local/bin/", "");
    assert!(!filled.contains('$'), "{filled}");
    is_plugin(&filled);
}

#[test]
fn the_command_of_icinga_is_a_plugin() {
    let text = snippet("icinga");
    let list = text.split_once("command = [ ").and_then(|(_, rest)| rest.split_once(" ]"));
    let words: Vec<&str> = list.expect("a list").0.split(", ").collect();
    let command = words.join(" ").replace('"', "").replace("/usr/local/bin/", "");
    assert!(text.contains("\"--proxy\" = \"$bits_proxy$\""), "{text}");
    assert!(text.contains("value = \"$bits_target$\"\n      skip_key = true"), "{text}");
    is_plugin(&format!("{command} --proxy {PROXY} {TARGET}"));
}

fn is_plugin(command: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    for (proxy, code, begin) in
        [("mock:", 0, "BITSGATE OK"), ("mock:no-length-head", 2, "BITSGATE CRITICAL")]
    {
        let (ended, printed) =
            execute(&["sh", "-c"], &aimed(command, proxy, "mock:"), folder.path());
        assert_eq!(ended, Some(code), "{command}: {printed}");
        assert!(printed.starts_with(begin) && printed.contains(" | "), "{printed}");
    }
    for wrong in [command.replace("check", "check --bogus"), format!("{command} ftp://h/a")] {
        let wrong = aimed(&wrong, "mock:", "mock:");
        let (ended, printed) = execute(&["sh", "-c"], &wrong, folder.path());
        assert_eq!(ended, Some(3), "{wrong}: {printed}");
        assert!(printed.starts_with("BITSGATE UNKNOWN - "), "{printed}");
    }
}

#[test]
fn the_units_of_systemd_are_right() {
    let folder = tempfile::tempdir().expect("a folder");
    let (service, timer) = (snippet("systemd-service"), snippet("systemd-timer"));
    let start = service.lines().find_map(|line| line.strip_prefix("ExecStart="));
    let mut words = start.expect("a command").split(' ');
    assert_eq!(words.next(), Some("/usr/local/bin/bitsgate"));
    assert_eq!(words.next(), Some("check"));
    // `config` reads what `check` would, without sending anything.
    fs::write(folder.path().join("bitsgate.toml"), "").expect("a file");
    let arguments = words.map(|word| word.replace("/etc/", ""));
    let mut command = bitsgate();
    let read = finish(command.arg("config").args(arguments).current_dir(folder.path()));
    assert_eq!(read.code, Some(0), "{read:#?}");
    assert!(read.stdout.contains("prometheus=/var/lib/bitsgate/bitsgate.prom"), "{read:#?}");

    let skipped = std::env::var("BITSGATE_REAL_SKIP").unwrap_or_default();
    if skipped.split(' ').any(|skipped| skipped == "systemd-analyze") {
        return;
    }
    let service = service.replace("/usr/local/bin/bitsgate", env!("CARGO_BIN_EXE_bitsgate"));
    fs::write(folder.path().join("bitsgate.service"), service).expect("a file");
    fs::write(folder.path().join("bitsgate.timer"), timer).expect("a file");
    let verify = Command::new("systemd-analyze")
        .args(["verify", "--man=no", "./bitsgate.service", "./bitsgate.timer"])
        .current_dir(folder.path())
        .output()
        .expect("systemd-analyze");
    let said = String::from_utf8_lossy(&verify.stderr);
    // Units of the machine itself have remarks too.
    let ours: Vec<_> = said.lines().filter(|line| line.contains("bitsgate")).collect();
    assert!(verify.status.success() && ours.is_empty(), "{said}");
}

#[test]
fn promtool_accepts_the_configuration_of_prometheus() {
    let skipped = std::env::var("BITSGATE_REAL_SKIP").unwrap_or_default();
    if skipped.split(' ').any(|skipped| skipped == "promtool") {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let rules = finish(bitsgate().args(["generate", "prometheus-rules"])).stdout;
    fs::write(folder.path().join("bitsgate-rules.yml"), rules).expect("a file");
    fs::write(folder.path().join("prometheus.yml"), snippet("prometheus")).expect("a file");
    let check = Command::new("promtool")
        .args(["check", "config", "prometheus.yml"])
        .current_dir(folder.path())
        .output()
        .expect("promtool");
    let said = String::from_utf8_lossy(&check.stdout);
    assert!(check.status.success() && said.contains("5 rules found"), "{said}{check:?}");
}

/// What the snippets are aimed at.
const PROXY: &str = "http://proxy.example:3128";
const TARGET: &str =
    "http://wsus.example:8530/Content/8A/0123456789ABCDEF0123456789ABCDEF01234567.cab";
