//! `bitsgate generate`: what it prints is used by the programs that it is for.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::binary::run;

fn generated(arguments: &[&str]) -> String {
    let finished = run([&["generate"], arguments].concat());
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    finished.stdout
}

/// What a program says of a file: whether it is content, and all of its output. None when
/// `BITSGATE_REAL_SKIP` names it.
fn said(program: &str, arguments: &[&str], folder: &Path) -> Option<(bool, String)> {
    let skipped = std::env::var("BITSGATE_REAL_SKIP").unwrap_or_default();
    if skipped.split(' ').any(|skipped| skipped == program) {
        return None;
    }
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap_or_else(|error| panic!("{program} cannot be run: {error}"));
    let text = [output.stdout, output.stderr].concat();
    Some((output.status.success(), String::from_utf8_lossy(&text).into_owned()))
}

#[test]
fn bash_completes_what_there_is() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("c"), generated(&["completions", "bash"])).expect("a file");
    let bash = |script: &str| said("bash", &["-c", script], folder.path()).expect("bash");
    assert_eq!(bash("bash -n c"), (true, String::new()));
    let (_, registered) = bash("source c; complete -p bitsgate");
    assert!(registered.contains("-F _bitsgate"), "{registered}");
    let complete = |line: &str| {
        let last = line.split(' ').count() - 1;
        bash(&format!(
            "source c; COMP_WORDS=({line} ''); COMP_CWORD={}; _bitsgate bitsgate '' {}; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            last + 1,
            line.split(' ').next_back().unwrap_or_default()
        ))
        .1
    };
    let commands = complete("bitsgate");
    for command in ["check", "config", "generate", "mock"] {
        assert!(commands.lines().any(|line| line == command), "{command}: {commands}");
    }
    assert!(complete("bitsgate check --format").lines().any(|line| line == "junit"));
}

#[test]
fn every_shell_has_completions() {
    for (shell, sign) in [
        ("bash", "--metrics-listen"),
        ("elvish", "--metrics-listen"),
        ("fish", "-l metrics-listen"),
        ("powershell", "--metrics-listen"),
        ("zsh", "--metrics-listen"),
    ] {
        assert!(generated(&["completions", shell]).contains(sign), "{shell}");
    }
    assert_eq!(run(["generate", "completions", "cmd"]).code, Some(2));
}

#[test]
fn manual_pages_are_shown_without_a_warning() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = folder.path().join("share/man1");
    generated(&["man", place.to_str().expect("a path in UTF-8")]);
    let names: BTreeSet<String> = fs::read_dir(&place)
        .expect("the folder is made")
        .map(|file| file.expect("a file").file_name().into_string().expect("a name"))
        .collect();
    let help = run(["--help"]).stdout;
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    for line in commands.take_while(|line| !line.is_empty()) {
        let command = line.trim_start().split(' ').next().unwrap_or_default();
        if !line[2..].starts_with(command) {
            // The line above goes on here.
            continue;
        }
        let name = format!("bitsgate-{command}.1");
        assert!(names.contains(&name) != (command == "help"), "{name}: {names:?}");
    }
    for name in &names {
        let lint = ["-T", "lint", "-W", "warning", name];
        let Some((_, remarks)) = said("mandoc", &lint, &place) else { return };
        let remarks: Vec<_> =
            remarks.lines().filter(|line| !line.contains("missing date")).collect();
        assert_eq!(remarks, Vec::<&str>::new(), "{name}");
        let page = said("mandoc", &["-T", "utf8", name], &place).expect("mandoc").1;
        let title = name.trim_end_matches(".1");
        assert!(page.contains(&format!("{title}(1)")), "{page}");
    }
    // The examples keep their lines.
    let check = fs::read_to_string(place.join("bitsgate-check.1")).expect("a page");
    let examples = check.split_once(".SH \"EXAMPLES\"\n.nf\n").expect("examples").1;
    assert!(examples.starts_with("  bitsgate check http://"), "{examples}");
    // Without a folder all come one after the other.
    assert_eq!(generated(&["man"]).matches("\n.SH NAME\n").count(), names.len());
    assert_eq!(run(["generate", "man", "/dev/null/x"]).code, Some(4));
}

#[test]
fn promtool_accepts_the_rules_and_they_fire_when_they_should() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("rules.yml"), generated(&["prometheus-rules"])).expect("a file");
    let tests = include_str!("../../testdata/prometheus/rules_test.yml");
    fs::write(folder.path().join("rules_test.yml"), tests).expect("a file");
    let promtool = |arguments: &[&str]| said("promtool", arguments, folder.path());
    let Some((is_right, text)) = promtool(&["check", "rules", "rules.yml"]) else { return };
    assert!(is_right && text.contains("SUCCESS: 5 rules found"), "{text}");
    let (is_right, text) = promtool(&["test", "rules", "rules_test.yml"]).expect("promtool");
    assert!(is_right, "{text}");
    // Every rule has its test.
    let rules = fs::read_to_string(folder.path().join("rules.yml")).expect("the rules");
    for rule in rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")) {
        assert!(tests.contains(&format!("alertname: {rule}\n        exp_alerts:\n")), "{rule}");
    }
}

#[test]
fn the_dashboard_and_the_rules_ask_for_metrics_that_exist() {
    let report = run(["check", "--format=prometheus", "--proxy=mock:no-length-head", "mock:"]);
    let known: BTreeSet<&str> = report
        .stdout
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
        .collect();
    let rules = generated(&["prometheus-rules"]);
    let expressions = rules.lines().filter_map(|line| line.trim().strip_prefix("expr: "));
    let of_rules: BTreeSet<&str> = expressions.flat_map(metrics_of).collect();
    let text = generated(&["grafana-dashboard"]);
    let dashboard: Value = serde_json::from_str(&text).expect("JSON");
    let queries = queries(&dashboard);
    let of_dashboard: BTreeSet<&str> = queries.iter().flat_map(|query| metrics_of(query)).collect();
    assert!(of_rules.len() > 3 && of_dashboard.len() > 5, "{of_rules:?} {of_dashboard:?}");
    assert_eq!(of_rules.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new());
    assert_eq!(of_dashboard.difference(&known).collect::<Vec<_>>(), Vec::<&&str>::new());

    // As recording rules, promtool reads the queries too.
    let folder = tempfile::tempdir().expect("a folder");
    let mut rules = String::from("groups:\n- name: dashboard\n  rules:\n");
    for (place, query) in queries.iter().enumerate() {
        let query = serde_json::to_string(query).expect("a text");
        writeln!(rules, "  - record: query:{place}\n    expr: {query}").expect("a text");
    }
    fs::write(folder.path().join("queries.yml"), rules).expect("a file");
    let check = ["check", "rules", "queries.yml"];
    let Some((is_right, text)) = said("promtool", &check, folder.path()) else { return };
    assert!(is_right, "{text}");
}

#[test]
fn panels_have_ids_of_their_own_and_do_not_overlap() {
    let dashboard: Value = serde_json::from_str(&generated(&["grafana-dashboard"])).expect("JSON");
    let panels = dashboard["panels"].as_array().expect("panels");
    let mut ids = BTreeSet::new();
    let mut squares = BTreeSet::new();
    for panel in panels {
        assert!(ids.insert(panel["id"].as_u64().expect("an id")), "{panel}");
        let side = |name: &str| panel["gridPos"][name].as_u64().expect("a number");
        assert!(side("x") + side("w") <= 24, "{panel}");
        for x in side("x")..side("x") + side("w") {
            for y in side("y")..side("y") + side("h") {
                assert!(squares.insert((x, y)), "{panel}");
            }
        }
    }
}

#[test]
fn the_schema_is_that_of_the_reports() {
    let schema: Value = serde_json::from_str(&generated(&["schema"])).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let report = run(["check", "--format=json", "--proxy=mock:no-length-head", "mock:"]);
    let report: Value = serde_json::from_str(&report.stdout).expect("a report");
    assert!(validator.is_valid(&report));
    assert!(!validator.is_valid(&serde_json::json!({})));
}

/// Names of ours in an expression.
fn metrics_of(expression: &str) -> impl Iterator<Item = &str> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    expression.split(move |letter| !is_part(letter)).filter(|word| word.starts_with("bitsgate_"))
}

fn queries(dashboard: &Value) -> Vec<String> {
    let panels = dashboard["panels"].as_array().expect("panels").iter();
    let targets = panels.flat_map(|panel| panel["targets"].as_array().expect("targets"));
    targets.map(|target| target["expr"].as_str().expect("a query").to_owned()).collect()
}
