//! Patterns of findings as real proxies cause them, and the fix that must come first.

mod rules;

use super::{advise as advise_with, *};
use crate::model::defect::Defect;
use crate::model::disposition::Treatment;
use crate::model::finding::{Judgement, Level};

fn advise(findings: &[Finding], recognised: &[Recognised]) -> Vec<Advice> {
    advise_with(findings, &[], recognised, None)
}

fn finding(check: &'static str, leg: Leg, judgement: Judgement) -> Finding {
    Finding {
        row: crate::checks::table::find(check).unwrap(),
        check,
        level: Level::Required,
        leg,
        judgement,
        bits: None,
        treatment: Treatment::default(),
    }
}

fn pass(check: &'static str, leg: Leg) -> Finding {
    finding(check, leg, Judgement::pass("right"))
}

fn fail(check: &'static str, leg: Leg, defect: Defect) -> Finding {
    finding(check, leg, Judgement::fail(defect, "wrong"))
}

fn member(
    id: &'static str,
    version: Option<&str>,
    certainty: Certainty,
    place: Place,
) -> Recognised {
    let version = version.map(str::to_owned);
    let name = catalog::product(id).unwrap().name.clone();
    Recognised { product: Some(id), name, version, certainty, place, evidence: Vec::new() }
}

fn proxy(id: &'static str) -> Vec<Recognised> {
    vec![member(id, None, Certainty::Certain, Place::Proxy)]
}

/// All checks pass on all legs but those given.
fn run(wrong: &[Finding]) -> Vec<Finding> {
    const CHECKS: [&str; 5] =
        ["head-content-length", "range-first", "range-middle", "range-large", "multi-two"];
    let mut findings = wrong.to_vec();
    for leg in [Leg::Direct, Leg::Cold, Leg::Warm] {
        for check in CHECKS {
            if !wrong.iter().any(|finding| finding.check == check && finding.leg == leg) {
                findings.push(pass(check, leg));
            }
        }
    }
    findings
}

const WHOLE: Defect = Defect::WholeFileForRange;

fn whole(legs: &[Leg]) -> Vec<Finding> {
    let on = |check| legs.iter().map(move |&leg| fail(check, leg, WHOLE));
    run(&on("range-first").chain(on("range-middle")).chain(on("range-large")).collect::<Vec<_>>())
}

#[test]
fn nothing_wrong_needs_no_advice() {
    assert_eq!(advise(&run(&[]), &proxy("squid")), []);
    assert_eq!(advise(&[], &[]), []);
}

#[test]
fn each_known_proxy_gets_the_setting_that_mends_it() {
    let multi = |leg, defect| run(&[fail("multi-two", leg, defect)]);
    let missing = |leg| run(&[fail("range-first", leg, Defect::ContentRangeMissing)]);
    let offset =
        run(&[fail("range-middle", Leg::Cold, WHOLE), fail("range-middle", Leg::Warm, WHOLE)]);
    let both = [Leg::Cold, Leg::Warm];
    for (id, findings, setting) in [
        ("haproxy", whole(&[Leg::Warm]), "http-request cache-use ... if !"),
        ("squid", whole(&[Leg::Cold]), "request_header_access Range allow all"),
        ("squid", whole(&both), "request_header_access Range allow all"),
        ("haproxy", whole(&both), "http-request cache-use ... if !"),
        ("squid", missing(Leg::Cold), "reply_header_access Content-Range allow all"),
        ("nginx", whole(&both), "proxy_force_ranges on;"),
        ("varnish", multi(Leg::Cold, Defect::MultiRefused(416)), "return (pipe)"),
        ("varnish", whole(&[Leg::Cold]), "Accept-Encoding"),
        ("privoxy", offset, "TAG:^RANGE-REQUEST$"),
        ("traffic-server", multi(Leg::Warm, Defect::WholeFileForMulti), "allow_multi_range INT 1"),
        ("tinyproxy", whole(&both), "Anonymous \"Range\""),
    ] {
        let advice = advise(&findings, &proxy(id));
        let first = advice.first().unwrap_or_else(|| panic!("{id}: no advice"));
        assert_eq!(first.product, Some(id));
        assert!(first.setting.contains(setting), "{id}: {}", first.setting);
        assert_eq!(first.certainty, Certainty::Certain, "{id}");
        assert!(!first.source.is_empty() && first.text.contains("Side effect: "));
    }
}

#[test]
fn the_pattern_decides_while_the_product_is_unknown() {
    let offset =
        run(&[fail("range-middle", Leg::Cold, WHOLE), fail("range-middle", Leg::Warm, WHOLE)]);
    let head = |leg| fail("head-content-length", leg, Defect::HeadLengthMissing);
    let multi = |leg| fail("multi-two", leg, Defect::WholeFileForMulti);
    let refused = |leg| fail("multi-two", leg, Defect::MultiRefused(416));
    let large = |leg| fail("range-large", leg, WHOLE);
    let both = [Leg::Cold, Leg::Warm];
    for (findings, first) in [
        (offset, "privoxy"),
        (whole(&[Leg::Warm]), "haproxy"),
        (run(&[head(Leg::Cold)]), "varnish"),
        (run(&both.map(multi)), "nginx"),
        (run(&[multi(Leg::Cold)]), "nginx"),
        (run(&both.map(refused)), "varnish"),
        (run(&both.map(large)), "proxysg"),
    ] {
        let advice = advise(&findings, &[]);
        let products: Vec<_> = advice.iter().filter_map(|advice| advice.product).collect();
        assert_eq!(products.first(), Some(&first), "{products:?}");
        assert!(products.len() <= MOST_LIKELY);
        assert!(advice.iter().all(|advice| advice.certainty == Certainty::Guess));
    }
    let cold_head = advise(&run(&[head(Leg::Cold)]), &[]);
    assert!(cold_head.iter().all(|advice| !advice.setting.contains("Upgrade")), "right when warm");
}

#[test]
fn ranges_lost_everywhere_name_the_gateways() {
    let advice = advise(&whole(&[Leg::Cold, Leg::Warm]), &[]);
    let products: Vec<_> = advice.iter().filter_map(|advice| advice.product).collect();
    assert!(products.contains(&"fortigate") && products.contains(&"palo-alto"), "{products:?}");
    // These break other patterns only.
    assert!(!products.contains(&"privoxy") && !products.contains(&"haproxy"), "{products:?}");
}

#[test]
fn a_defect_of_the_origin_gets_no_fix_for_the_proxy() {
    let everywhere = whole(&[Leg::Direct, Leg::Cold, Leg::Warm]);
    let origin = member("apache", None, Certainty::Likely, Place::Server);
    let squid = member("squid", None, Certainty::Certain, Place::Proxy);
    let advice = advise(&everywhere, &[origin, squid]);
    assert_eq!(advice[0].product, Some("apache"));
    assert!(advice[0].setting.ends_with("MaxRanges default"));
    assert!(advice.iter().all(|advice| advice.product != Some("squid")));
}

#[test]
fn a_repairing_proxy_does_not_hide_the_origin() {
    let advice =
        advise(&whole(&[Leg::Direct]), &[member("nginx", None, Certainty::Likely, Place::Server)]);
    assert_eq!(advice[0].product, Some("nginx"));
}

#[test]
fn what_passes_through_the_proxy_is_no_reason_to_guess() {
    assert_eq!(advise(&whole(&[Leg::Direct]), &[]), []);
    let advice = advise(&whole(&[Leg::Direct]), &proxy("squid"));
    assert_eq!(advice, []);
    let both = advise(&whole(&[Leg::Direct, Leg::Cold]), &[]);
    assert_eq!(both, [], "a server that ignores ranges by itself is the usual case");
}

#[test]
fn a_server_that_is_not_recognised_gets_no_fix_of_a_product_for_a_refusal() {
    let refused = |leg| fail("range-first", leg, Defect::HttpStatus(403));
    let of = |findings: &[Finding]| {
        let advice = advise(findings, &[]);
        advice.into_iter().filter_map(|advice| advice.product).collect::<Vec<_>>()
    };
    let lost = fail("range-first", Leg::Cold, Defect::ContentRangeMissing);
    let filtered = of(&[refused(Leg::Direct), lost]);
    assert!(filtered.contains(&"squid"), "{filtered:?}");
    assert_eq!(of(&[refused(Leg::Direct), refused(Leg::Cold)]), Vec::<&str>::new());
}

#[test]
fn an_innocent_origin_gets_no_advice() {
    let origin = member("iis", None, Certainty::Likely, Place::Server);
    let advice = advise(&whole(&[Leg::Cold, Leg::Warm]), &[origin]);
    assert!(!advice.is_empty());
    assert!(advice.iter().all(|advice| advice.product != Some("iis")));
}

#[test]
fn a_version_that_was_mended_is_not_blamed_for_the_old_fault() {
    let heads = [Leg::Cold, Leg::Warm]
        .map(|leg| fail("head-content-length", leg, Defect::HeadLengthMissing));
    let of = |version| {
        let apache = member("apache", Some(version), Certainty::Certain, Place::Proxy);
        advise(&run(&heads), &[apache])
    };
    assert!(of("2.0.52")[0].setting.contains("Upgrade"));
    assert!(of("2.2.0")[0].setting.contains("Upgrade"));
    for mended in ["2.0.63", "2.2.3", "2.4.71"] {
        let upgrades = of(mended).iter().any(|advice| advice.setting.contains("Upgrade"));
        assert!(!upgrades, "{mended}");
    }
    assert!(of("2.4.71")[0].setting.contains("no-gzip"));
}

#[test]
fn a_proxy_that_is_certain_keeps_others_from_being_guessed() {
    let stalls = [Leg::Cold, Leg::Warm].map(|leg| fail("range-first", leg, Defect::ConnectionLost));
    assert_eq!(advise(&run(&stalls), &proxy("tinyproxy")), []);
    let likely = member("tinyproxy", None, Certainty::Likely, Place::Proxy);
    let advice = advise(&run(&stalls), &[likely]);
    assert!(advice.iter().any(|advice| advice.product == Some("palo-alto")));
}

#[test]
fn a_reverse_proxy_under_test_is_advised_as_what_it_is() {
    let findings = [
        pass("range-first", Leg::Direct),
        pass("range-middle", Leg::Direct),
        fail("multi-two", Leg::Direct, Defect::MultiRefused(416)),
    ];
    let varnish = member("varnish", Some("7.1"), Certainty::Certain, Place::Server);
    let advice = advise(&findings, &[varnish]);
    assert_eq!(advice[0].product, Some("varnish"));
    assert_eq!(advice[0].defects, ["multi-refused"]);
}

#[test]
fn a_refused_tunnel_names_the_port_of_the_target() {
    let judgement = Judgement::inconclusive(Defect::TunnelRefused(403), "refused");
    let findings = [finding("reachable", Leg::Cold, judgement)];
    assert_eq!(advise(&findings, &proxy("squid"))[0].setting, "acl SSL_ports port 8530");
    // A proxy that refuses names itself in its page.
    let unknown = advise(&findings, &[]);
    assert!(unknown.iter().all(|advice| advice.product != Some("tinyproxy")), "{unknown:?}");
}

#[test]
fn a_guess_does_not_silence_the_other_likely_ones() {
    let haproxy = member("haproxy", None, Certainty::Guess, Place::Unknown);
    let advice = advise(&whole(&[Leg::Cold, Leg::Warm]), &[haproxy]);
    assert_eq!(advice[0].product, Some("haproxy"));
    assert!(advice.iter().any(|advice| advice.product != Some("haproxy")));
    assert!(advice.len() <= MOST_LIKELY);
}

#[test]
fn what_passes_rules_a_setting_out() {
    let cold = [
        fail("head-content-length", Leg::Cold, Defect::HeadLengthMissing),
        fail("range-first", Leg::Cold, WHOLE),
    ];
    let range_support = |findings: &[Finding]| {
        let advice = advise(findings, &proxy("varnish"));
        advice.iter().any(|advice| advice.setting.contains("http_range_support"))
    };
    assert!(!range_support(&run(&cold)), "one range is right when warm");
    assert!(range_support(&whole(&[Leg::Cold, Leg::Warm])));
}

#[test]
fn a_sign_that_was_not_tested_speaks_against_nothing() {
    let mut findings = run(&[fail("range-first", Leg::Cold, WHOLE)]);
    let of = |findings: &[Finding]| advise(findings, &proxy("varnish"));
    let first = |findings: &[Finding]| of(findings).into_iter().next().map(|advice| advice.setting);
    assert!(first(&findings).is_some_and(|setting| setting.contains("Accept-Encoding")));
    // Without a warm leg nobody knows whether only what is fetched anew is wrong.
    findings.retain(|finding| finding.leg != Leg::Warm);
    assert!(of(&findings).iter().any(|advice| advice.setting.contains("Accept-Encoding")));
    let always = whole(&[Leg::Cold, Leg::Warm]);
    assert!(of(&always).iter().all(|advice| !advice.setting.contains("Accept-Encoding")));
}

#[test]
fn a_cache_behind_the_url_gets_its_own_cure() {
    let findings = [
        pass("head-content-length", Leg::Direct),
        pass("range-first", Leg::Direct),
        fail("range-first", Leg::Warm, WHOLE),
        fail("multi-two", Leg::Warm, Defect::WholeFileForMulti),
    ];
    let nginx = member("nginx", None, Certainty::Likely, Place::Server);
    let haproxy = member("haproxy", None, Certainty::Guess, Place::Server);
    let advice = advise(&findings, &[nginx, haproxy]);
    assert_eq!(advice[0].product, Some("haproxy"));
    assert!(
        advice.iter().all(|advice| advice.product != Some("nginx")),
        "right on the first contact"
    );
}

#[test]
fn a_recommended_fault_that_the_proxy_mends_needs_no_advice() {
    let merged = Finding {
        level: Level::Recommended,
        ..fail("multi-adjacent", Leg::Direct, Defect::RangesMerged)
    };
    let findings = [merged, pass("multi-adjacent", Leg::Cold)];
    assert_eq!(advise(&findings, &[]), []);
}

#[test]
fn failures_come_before_warnings_of_a_product_that_is_more_certain() {
    let past_end = |leg| Finding {
        level: Level::Informational,
        ..finding("range-past-end", leg, Judgement::warn(Defect::UnsatisfiableAccepted, "200"))
    };
    let mut findings = whole(&[Leg::Direct]);
    findings.extend([pass("range-past-end", Leg::Direct), past_end(Leg::Cold)]);
    let nginx = member("nginx", None, Certainty::Likely, Place::Server);
    let squid = member("squid", None, Certainty::Certain, Place::Proxy);
    let advice = advise(&findings, &[nginx, squid]);
    assert_eq!(advice[0].product, Some("nginx"));
    assert_eq!(advice[0].edits[0].line.as_deref(), Some("max_ranges "));
}

#[test]
fn what_only_a_first_request_meets_is_a_matter_of_caches() {
    let first = |leg| fail("multi-first-contact", leg, Defect::WholeFileForMulti);
    let advice = advise(&run(&[first(Leg::Cold)]), &[]);
    let products: Vec<_> = advice.iter().filter_map(|advice| advice.product).collect();
    assert_eq!(products, ["nginx"], "nothing that removes Range from each request");
    let nginx = member("nginx", None, Certainty::Certain, Place::Proxy);
    let advice = advise(&run(&[first(Leg::Cold)]), &[nginx]);
    assert!(advice[0].setting.contains("proxy_cache off;"), "{advice:?}");
}

#[test]
fn the_request_that_fills_the_cache_is_no_answer_from_it() {
    // As Varnish before an origin that compresses: the length is missing until it holds the file.
    let head = fail("head-content-length", Leg::Direct, Defect::HeadLengthMissing);
    let filling = Judgement::warn(Defect::HeadLengthMissing, "no length");
    let filling = finding("plain-get", Leg::Warm, filling);
    let right = [pass("head-content-length", Leg::Warm), pass("range-first", Leg::Warm)];
    let findings = [vec![head, filling], right.to_vec()].concat();
    let server = [
        member("nginx", None, Certainty::Likely, Place::Server),
        member("varnish", None, Certainty::Certain, Place::Server),
    ];
    let advice = advise(&findings, &server);
    assert_eq!(advice[0].product, Some("varnish"), "{advice:?}");
    assert!(advice[0].setting.contains("Accept-Encoding"), "{advice:?}");
}

#[test]
fn what_has_nothing_to_compare_with_is_where_the_same_defect_is() {
    let head = fail("head-content-length", Leg::Cold, Defect::HeadLengthMissing);
    let whole = Judgement::warn(Defect::HeadLengthMissing, "no length");
    let whole = finding("plain-get", Leg::Warm, whole);
    let findings = run(&[head, fail("head-content-length", Leg::Warm, Defect::HeadLengthMissing)]);
    let findings = [findings, vec![whole]].concat();
    let known = [
        member("nginx", None, Certainty::Likely, Place::Server),
        member("apache", None, Certainty::Certain, Place::Proxy),
    ];
    let products: Vec<_> =
        advise(&findings, &known).iter().filter_map(|advice| advice.product).collect();
    assert!(!products.is_empty() && !products.contains(&"nginx"), "{products:?}");
}

#[test]
fn what_the_server_does_by_itself_contradicts_no_fix_of_the_proxy() {
    // One range is ignored by the server, and right through a proxy that cuts it.
    let server = whole(&[Leg::Direct]);
    let first = fail("multi-first-contact", Leg::Cold, Defect::WholeFileForMulti);
    let known = [
        member("nginx", None, Certainty::Likely, Place::Server),
        member("nginx", None, Certainty::Likely, Place::Proxy),
    ];
    let advice = advise(&[server, vec![first]].concat(), &known);
    let settings: Vec<_> = advice.iter().map(|advice| advice.setting.as_str()).collect();
    assert!(settings[0].contains("max_ranges"), "{settings:?}");
    assert!(settings.iter().any(|setting| setting.contains("proxy_cache off;")), "{settings:?}");
}

#[test]
fn a_setting_is_printed_once() {
    for defect in [Defect::HeadLengthMissing, WHOLE] {
        let findings = [
            fail("head-content-length", Leg::Direct, Defect::HeadLengthMissing),
            fail("range-first", Leg::Direct, defect),
        ];
        let nginx = member("nginx", None, Certainty::Certain, Place::Server);
        let advice = advise(&findings, &[nginx]);
        let settings: HashSet<_> = advice.iter().map(|advice| &advice.setting).collect();
        assert_eq!(settings.len(), advice.len(), "{advice:?}");
    }
}
