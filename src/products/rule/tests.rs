//! Rules, and the texts they look at.

use super::*;

#[test]
fn commas_in_comments_do_not_part_members() {
    let value = "1.1 a (x, y), 1.0 b";
    assert_eq!(members("via", value).collect::<Vec<_>>(), ["1.1 a (x, y)", "1.0 b"]);
    assert_eq!(members("Server", "a, b").collect::<Vec<_>>(), ["a, b"]);
    assert_eq!(members("via", ") , (").collect::<Vec<_>>(), [")", "("]);
}

#[test]
fn a_version_begins_with_a_digit() {
    let rule: Rule =
        toml::from_str("field='via'\nversion-after='squid/'\ncertainty='certain'").unwrap();
    assert_eq!(rule.version("Via: 1.1 h (squid/5.7)").as_deref(), Some("5.7"));
    assert_eq!(rule.version("Via: 1.1 h (squid/6.0.0-VCS)").as_deref(), Some("6.0.0-VCS"));
    assert_eq!(rule.version("Via: 1.1 h (squid/x)"), None);
    assert_eq!(rule.version("Via: 1.1 h (squid)"), None);
}

#[test]
fn a_page_gives_the_line_that_holds_a_text() {
    let page = Page::new(b"<p>\r\n  <h1>Squid\xff Cache</h1> \r\nend");
    assert_eq!(page.line_with("SQUID").as_deref(), Some("<h1>Squid\u{fffd} Cache</h1>"));
    assert_eq!(page.line_with("end").as_deref(), Some("end"));
    assert_eq!(page.line_with("nginx"), None);
    let long = [vec![b'x'; LONGEST_PAGE], b"squid".to_vec()].concat();
    assert_eq!(Page::new(&long).line_with("squid"), None);
}

#[test]
fn a_rule_looks_at_exactly_one_thing() {
    assert!(toml::from_str::<Rule>("certainty='guess'").is_err());
    assert!(toml::from_str::<Rule>("page='a'\nreason='b'\ncertainty='guess'").is_err());
    assert!(toml::from_str::<Rule>("page='a'\ncertainty='guess'\nother=1").is_err());
}
