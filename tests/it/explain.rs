//! `bitsgate explain` knows everything that a person may meet, and `list` names it.

use bitsgate::checks::table;
use bitsgate::mock::{fault, variation};
use bitsgate::predict::codes;
use bitsgate::products::catalog;
use bitsgate::products::explain::{Entry, entries};
use serde_json::Value;

use crate::support::binary::run;

/// Explains every name, and demands lines of at most 80 columns.
fn assert_explained<'n>(names: impl IntoIterator<Item = &'n str>) {
    let names: Vec<_> = names.into_iter().collect();
    assert!(!names.is_empty());
    for some in names.chunks(AT_ONCE) {
        let finished = run([&["explain"], some].concat());
        assert_eq!(finished.code, Some(0), "{some:?}: {}", finished.stderr);
        for line in finished.stdout.lines().filter(|line| line.chars().count() > 80) {
            // Settings and commands are copied, URLs are followed: neither may be broken.
            let is_kept_whole = line.starts_with("    ") || line.contains("://");
            assert!(is_kept_whole, "{line}");
        }
        assert!(!finished.stdout.contains("\n\n\n"), "{}", finished.stdout);
    }
}

fn explained(name: &str) -> String {
    let finished = run(["explain", name]);
    assert_eq!(finished.code, Some(0), "{finished:#?}");
    finished.stdout
}

fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_code_is_explained() {
    let numbers: Vec<_> = codes::all().map(|code| code.hresult.to_string()).collect();
    assert_explained(numbers.iter().map(String::as_str));
    assert_explained(codes::all().map(|code| code.name));
    let decimals: Vec<_> = codes::all().map(|code| code.hresult.0.to_string()).collect();
    assert_explained(decimals.iter().map(String::as_str));
}

#[test]
fn every_check_fault_variation_product_and_topic_is_explained() {
    assert_explained(table::all().iter().map(|check| check.id));
    assert_explained(table::preflights().iter().map(|check| check.id));
    assert_explained(fault::all().map(|fault| fault.name.as_str()));
    assert_explained(variation::all().map(|variation| variation.name.as_str()));
    assert_explained(catalog::products().iter().map(|product| product.id.as_str()));
    assert_explained(entries().flat_map(Entry::names));
}

#[test]
fn every_row_of_the_troubleshooting_page_is_explained() {
    for (code, name, words) in TROUBLES {
        let (by_code, by_name) = (explained(code), explained(name));
        assert_eq!(by_code, by_name, "{code} {name}");
        let mut text = by_code.clone();
        if by_code.contains("bitsgate explain bits-does-not-start") {
            text.push_str(&explained("bits-does-not-start"));
        }
        let text = unwrapped(&text).to_lowercase();
        for word in words {
            assert!(
                text.contains(&word.to_lowercase()),
                "{code} {name}: no {word:?} in\n{by_code}"
            );
        }
    }
    for (name, words) in TOPICS {
        let text = unwrapped(&explained(name));
        for word in words {
            assert!(text.contains(word), "{name}: no {word:?} in\n{text}");
        }
    }
}

#[test]
fn a_number_may_be_a_status_and_an_event() {
    for status in ["200", "201", "202", "206"] {
        let text = explained(status);
        assert!(text.contains(&format!("BG_E_HTTP_ERROR_{status}")), "{text}");
        assert!(text.contains("BITS event"), "{text}");
    }
    assert!(explained("404").contains("0x80190194 BG_E_HTTP_ERROR_404"));
    let event = explained("364");
    assert!(event.contains("WSUS event 364") && !event.contains("HTTP status"), "{event}");
    let by_pattern = explained("429");
    assert!(by_pattern.contains("0x801901AD (HTTP status 429)"), "{by_pattern}");
    assert!(by_pattern.contains("likely"), "{by_pattern}");
    assert_eq!(by_pattern, explained("0x801901AD"));
}

#[test]
fn near_names_are_offered() {
    for (typo, name) in
        [("squidd", "squid"), ("wsus-alife", "wsus-alive"), ("BG_E_MISING_FILE_SIZE", "BG_E_M")]
    {
        let finished = run(["explain", typo]);
        assert_eq!(finished.code, Some(2), "{finished:#?}");
        assert!(finished.stderr.contains(&format!("did you mean {name}")), "{finished:#?}");
    }
}

#[test]
fn a_message_of_windows_is_explained_by_its_code() {
    for (message, code) in [
        ("The job is not making progress. The server may be misconfigured.", "0x80200024"),
        ("the job isn't making headway", "0x80200024"),
        ("BITS requires that the server support the Range protocol header", "0x80200013"),
        ("The server did not return the file size.", "0x80200011"),
        ("The server name or address could not be resolved", "0x80072EE7"),
    ] {
        assert!(explained(message).contains(code), "{message}");
    }
}

#[test]
fn the_pages_of_the_main_codes_name_checks_causes_fixes_and_a_command() {
    for (code, check, product) in
        [("0x80200013", "range-first", "squid"), ("0x80200011", "head-content-length", "apache")]
    {
        let text = unwrapped(&explained(code));
        for part in [check, product, "Usual causes", "bitsgate check --proxy"] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}

#[test]
fn numbers_that_logs_print_are_explained() {
    for (number, text) in [
        ("12029", "ERROR_WINHTTP_CANNOT_CONNECT"),
        ("0x80070194", "HTTP status 404"),
        ("0x80070005", "access denied"),
        ("0x80070070", "disk"),
        ("0x80092003", "signature"),
        ("0x800B0109", "root certificate"),
        ("0x80244010", "round trips"),
        ("0x8024500C", "policy"),
        ("0x87D00607", "distribution point"),
        ("0x80D0201A", "size is not known"),
    ] {
        assert!(explained(number).contains(text), "{number}");
    }
    let finished = run(["explain", "0x80200113"]);
    assert!(finished.stderr.contains("did you mean 0x80200013"), "{finished:#?}");
}

#[test]
fn products_and_topics_are_listed_in_every_format() {
    for subject in ["products", "topics"] {
        let text = run(["list", subject]).stdout;
        let markdown = run(["list", subject, "--format", "markdown"]).stdout;
        let json = run(["list", subject, "--format", "json"]).stdout;
        let objects: Vec<Value> = serde_json::from_str(&json).unwrap();
        assert_eq!(
            (text.lines().count(), markdown.lines().count()),
            (objects.len() + 1, objects.len() + 2)
        );
    }
    assert!(run(["list", "products"]).stdout.contains("Squid"));
    let json = run(["list", "products", "--format", "json"]).stdout;
    let objects: Vec<Value> = serde_json::from_str(&json).unwrap();
    assert!(objects.iter().any(|object| object["product"] == "squid" && object["settings"] != "0"));
    assert_eq!(objects.len(), catalog::products().len());
}

/// Names explained by one run of the program.
const AT_ONCE: usize = 40;

/// Every row of Microsoft's error tables: code, name, and what must be said of it.
const TROUBLES: [(&str, &str, &[&str]); 14] = [
    ("0x80070057", "E_INVALIDARG", &["proxy", "user name or password"]),
    ("0x80072ee7", "ERROR_WINHTTP_NAME_NOT_RESOLVED", &["server", "proxy", "resolve"]),
    ("0x80072f78", "ERROR_HTTP_INVALID_SERVER_RESPONSE", &["response"]),
    ("0x80200013", "BG_E_INSUFFICIENT_RANGE_SUPPORT", &["range"]),
    ("0x80200011", "BG_E_MISSING_FILE_SIZE", &["Content-Length"]),
    ("0x80190193", "BG_E_HTTP_ERROR_403", &["403", "access rights of the job's account"]),
    ("0x800704dd", "ERROR_NOT_LOGGED_ON", &["SENS"]),
    ("0x80070424", "ERROR_SERVICE_DOES_NOT_EXIST", &["bits-does-not-start"]),
    ("0x8007043B", "ERROR_SERVICE_NOT_IN_EXE", &["netsvcs", "bits-does-not-start"]),
    ("0x80070422", "ERROR_SERVICE_DISABLED", &["enable", "bits-does-not-start"]),
    ("0x80070433", "ERROR_SERVICE_DEPENDENCY_DELETED", &["depend", "bits-does-not-start"]),
    ("0x8007042c", "ERROR_SERVICE_DEPENDENCY_FAIL", &["depend", "bits-does-not-start"]),
    ("0x80070003", "ERROR_PATH_NOT_FOUND", &["folder", "bits-does-not-start"]),
    ("0x80070002", "ERROR_FILE_NOT_FOUND", &["ServiceDll", "bits-does-not-start"]),
];

/// What that page says besides its tables.
const TOPICS: [(&str, &[&str]); 8] = [
    ("requirements", &["HEAD", "Content-Range", "180 bytes", "two CRLF", "HTTP/1.0"]),
    ("sc config", &["sc config bits obj= LocalSystem", "ChangeServiceConfig SUCCESS"]),
    ("sc query", &["WIN32_SHARE_PROCESS", "RUNNING", "STOPPED", "sc stop bits", "sc start bits"]),
    ("group policy", &["for each user", "gpupdate /force", "event log"]),
    (
        "bits service repair",
        &["svchost.exe -k netsvcs", "depend= RpcSs", "netsvcs -p", "delayed-auto"],
    ),
    ("repair", &["sidtype bits unrestricted", "reset= 86400", "SeIncreateQuotaPrivilege"]),
    ("sens", &["0x800704DD"]),
    ("bitsadmin", &["/setieproxy"]),
];
