//! The page as a whole: as agreed, inert whatever the peers sent, and of bearable size.

use scraper::{Html, Selector};

use super::*;
use crate::model::outcome::RouteResult;
use crate::model::verdict::Verdict;
use crate::report::sample;

fn sample(name: &str) -> Outcome {
    sample::all().into_iter().find(|(sample, _)| *sample == name).unwrap().1
}

fn html(outcome: &Outcome) -> String {
    String::from_utf8(sample::written(|out| write(outcome, out))).unwrap()
}

fn count(page: &Html, selector: &str) -> usize {
    page.select(&Selector::parse(selector).unwrap()).count()
}

fn texts(page: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    page.select(&selector).map(|element| element.text().collect()).collect()
}

#[test]
fn pages_are_as_agreed() {
    for name in ["fail", "several"] {
        let page = html(&sample(name));
        let (before, style_and_after) = page.split_once("<style>").unwrap();
        let (_, after) = style_and_after.split_once("</style>").unwrap();
        // One element on a line, and neither the style nor its hash, so that changes can be read.
        let before = before.replace(&policy(), "(policy)");
        let lines = format!("{before}{after}").replace("><", ">\n<");
        let lines = lines.replace(concat!("bitsgate ", env!("CARGO_PKG_VERSION")), "bitsgate 0");
        insta::assert_snapshot!(name, lines);
    }
}

#[test]
fn nothing_is_loaded_or_run() {
    for (name, outcome) in sample::all() {
        let page = html(&outcome);
        let parsed = Html::parse_document(&page);
        assert!(parsed.errors.is_empty(), "{name}: {:?}", parsed.errors);
        for forbidden in ["script", "img", "link", "iframe", "object", "[src]", "[style]", "base"] {
            assert_eq!(count(&parsed, forbidden), 0, "{name}: {forbidden}");
        }
        for link in parsed.select(&Selector::parse("[href]").unwrap()) {
            let target = link.attr("href").unwrap();
            assert!(target.starts_with('#'), "{name}: {target}");
            let id = Selector::parse(&format!("[id='{}']", &target[1..])).unwrap();
            assert_eq!(parsed.select(&id).count(), 1, "{name}: {target}");
        }
        // The policy allows the style that is there, byte by byte.
        let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        let hash = STANDARD.encode(Sha256::digest(style));
        let meta = Selector::parse("meta[http-equiv='Content-Security-Policy']").unwrap();
        let policy = parsed.select(&meta).next().unwrap().attr("content").unwrap().to_owned();
        assert!(policy.contains(&format!("style-src 'sha256-{hash}'")), "{name}: {policy}");
        assert!(!style.contains("@import") && !style.contains("url(http"));
    }
}

/// Puts bytes of an attacker into every text of a result that comes off the network.
fn poison(result: &mut RouteResult) {
    let evil = String::from_utf8_lossy(EVIL).into_owned();
    result.target += &evil;
    result.proxy = Some(format!("http://proxy{evil}"));
    if let Some(blame) = &mut result.blame {
        blame.why += &evil;
    }
    for one in &mut result.recognised {
        one.name += &evil;
        one.version = Some(evil.clone());
        one.evidence.push(evil.clone());
    }
    for leg in &mut result.legs {
        leg.skipped = Some(evil.clone());
    }
    result.notes.push(evil.clone());
    for advice in &mut result.advice {
        advice.text += &evil;
    }
    for finding in &mut result.findings {
        finding.judgement.summary += &evil;
        finding.judgement.reason += &evil;
    }
    for exchange in &mut result.exchanges {
        exchange.request.url += &evil;
        exchange.request.target += &evil;
        exchange.request.fields.push(evil.clone(), evil.clone());
        match &mut exchange.result {
            Ok(answer) => {
                answer.head.reason += &evil;
                answer.head.fields.push(evil.clone(), evil.clone());
                answer.head.fields.push("Content-Range", evil.clone());
                answer.head.raw = [&answer.head.raw[..], EVIL].concat().into();
                answer.body.stray = EVIL.into();
                let mut interim = answer.head.clone();
                interim.raw = bytes::Bytes::new();
                answer.interim.push(interim);
            }
            Err(failure) => failure.detail += &evil,
        }
        exchange.first_attempt = exchange.failure().cloned();
    }
}

#[test]
fn hostile_bytes_are_inert_and_visible() {
    for (name, outcome) in sample::all() {
        let clean = Html::parse_document(&html(&outcome));
        let mut poisoned = outcome;
        poisoned.results.iter_mut().for_each(poison);
        let page = html(&poisoned);
        let hidden = |char: char| {
            (char.is_control() && char != '\n')
                || matches!(char, '\u{202e}' | '\u{2066}' | '\u{fffd}')
        };
        assert!(!page.contains(hidden), "{name}");
        let parsed = Html::parse_document(&page);
        assert!(parsed.errors.is_empty(), "{name}: {:?}", parsed.errors);
        for selector in ["script", "b.evil", "[onerror]", "img"] {
            assert_eq!(count(&parsed, selector), 0, "{name}: {selector}");
        }
        for unchanged in ["article", "style", "h1", "h2", "table"] {
            assert_eq!(count(&parsed, unchanged), count(&clean, unchanged), "{name}: {unchanged}");
        }
        // It can be read: also the byte that is no UTF-8, where bytes were kept.
        let heads = texts(&parsed, "pre.head").concat();
        if !poisoned.results.iter().all(|result| result.exchanges.is_empty()) {
            assert!(heads.contains("</script><b class=evil>"), "{name}");
            assert!(heads.contains("\\u{202e}"), "{name}");
        }
        if name == "fail" {
            assert!(heads.contains("\\xff"), "{heads}");
        }
    }
}

#[test]
fn a_cell_leads_to_its_result() {
    let outcome = sample("several");
    let page = Html::parse_document(&html(&outcome));
    let cells = texts(&page, ".matrix td a");
    assert_eq!(cells.len(), outcome.results.len());
    assert!(
        cells.iter().any(|cell| cell.contains("fail") && cell.contains("0x80200013")),
        "{cells:?}"
    );
    assert_eq!(count(&page, "article"), outcome.results.len());
    // One result has neither matrix nor summary: its own section is all.
    let single = Html::parse_document(&html(&sample("fail")));
    assert_eq!((count(&single, ".matrix"), count(&single, ".problems")), (0, 0));
    assert_eq!(texts(&single, ".cure pre"), ["request_header_access Range allow all"]);
}

#[test]
fn a_run_that_ended_early_is_no_pass() {
    let pass = sample("pass").results.remove(0);
    for results in [vec![], vec![pass]] {
        let verdict = Verdict::Inconclusive;
        let ended = Outcome { results, verdict, complete: false, ..sample("pass") };
        let page = Html::parse_document(&html(&ended));
        let header = texts(&page, "header").concat();
        assert!(header.contains("the run ended before all results were there."), "{header}");
        assert!(header.contains("inconclusive"), "{header}");
        let text = texts(&page, "main").concat();
        assert_eq!(text.contains("Nothing was judged."), ended.results.is_empty(), "{text}");
    }
    assert!(!html(&sample("pass")).contains("The run ended"));
}

#[test]
fn many_results_stay_readable() {
    let several = sample("several");
    let mut results = Vec::new();
    for route in 0..300 {
        for target in 0..3 {
            let kind = if route % 3 == 0 { 0 } else { 1 + (route + target) % 2 };
            let mut result = several.results[kind].clone();
            result.target = format!("http://wsus/Content/{target}.cab");
            result.proxy = Some(format!("http://proxy-{route}:3128"));
            results.push(result);
        }
    }
    let many = Outcome { results, verdict: Verdict::Fail, ..several };
    let page = html(&many);
    assert!(page.len() < 3_000_000, "{}", page.len());
    assert!(page.contains(SHORTENED));
    let parsed = Html::parse_document(&page);
    assert_eq!(count(&parsed, ".matrix tbody tr"), 300);
    assert_eq!(count(&parsed, ".matrix tr.passes"), 100);
    assert_eq!(count(&parsed, "#only-trouble"), 1);
    assert_eq!(count(&parsed, ".matrix td a"), 900);
    assert_eq!(count(&parsed, "article"), 900);
    // Of two kinds of trouble the first each shows its exchanges; every one shows its proof.
    assert_eq!(count(&parsed, ".problems > li"), 2);
    assert_eq!(count(&parsed, "details.evidence"), 2);
    let answered = texts(&parsed, ".finding dt").iter().filter(|text| *text == "Received").count();
    assert!(answered > 600, "{answered}");
}

const EVIL: &[u8] =
    b"\x1b[2J\x07\xff\r\n\xe2\x80\xae\xe2\x81\xa6]]>--></pre></script><b class=evil>\
    <script>alert(1)</script><img src=x onerror='x'>\"'&amp;&\x00";

#[test]
fn what_was_excused_is_marked_and_the_headline_says_so() {
    let page = Html::parse_document(&html(&sample::excused()));
    assert!(texts(&page, "h1")[0].ends_with("(3 accepted, 1 known, 1 ignored)"));
    let blocks = texts(&page, "section.finding.excused h4");
    assert_eq!(blocks.len(), count(&page, "section.finding.fail") + 3, "{blocks:?}");
    assert!(blocks.iter().any(|words| words.contains("accepted")), "{blocks:?}");
    assert_eq!(count(&page, "table.checks td.excused"), 5);
}

#[test]
fn the_headline_agrees_with_a_strict_exit_code() {
    let mut outcome = sample("warn");
    outcome.results[0].is_strict = true;
    let page = Html::parse_document(&html(&outcome));
    assert!(texts(&page, "h1")[0].ends_with("--strict has warnings fail"));
    assert!(texts(&page, "title")[0].starts_with("WARN, which fails with --strict: "));
}
