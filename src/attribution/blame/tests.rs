//! Who is blamed, from findings alone.

use super::*;
use crate::model::disposition::Treatment;
use crate::model::finding::Judgement;

fn finding(leg: Leg, check: &'static str, judgement: Judgement) -> Finding {
    let treatment = Treatment::default();
    Finding {
        row: crate::checks::table::find(check).unwrap(),
        check,
        level: Level::Required,
        leg,
        judgement,
        bits: None,
        treatment,
    }
}

/// One leg: right, wrong with a defect, or not judged for each check.
fn leg(leg: Leg, findings: &[(&'static str, Option<Defect>)]) -> (Leg, Vec<Finding>) {
    let judge = |defect: Option<Defect>| match defect {
        None => Judgement::pass("right"),
        Some(Defect::NotJudged) => Judgement::skipped("nothing to judge"),
        Some(defect) => Judgement::fail(defect, "wrong"),
    };
    (leg, findings.iter().map(|(check, defect)| finding(leg, check, judge(*defect))).collect())
}

fn parties(legs: &ByLeg, through_proxy: bool) -> Vec<(Party, Option<Direction>)> {
    let confirmed = &Confirmed::default();
    let scene = Scene {
        legs,
        reports: &[],
        exchanges: Vec::new(),
        through_proxy,
        confirmed,
        came_directly: false,
    };
    blames(&scene).into_iter().map(|blame| (blame.party, blame.direction)).collect()
}

const NO_LENGTH: Option<Defect> = Some(Defect::HeadLengthMissing);
const IGNORED: Option<Defect> = Some(Defect::WholeFileForRange);
const REFUSED: Option<Defect> = Some(Defect::MultiRefused(416));
const UNTESTED: Option<Defect> = Some(Defect::NotJudged);

#[test]
fn a_cache_behind_the_url_is_told_by_the_warm_leg() {
    let legs =
        [leg(Leg::Direct, &[("range-first", None)]), leg(Leg::Warm, &[("range-first", IGNORED)])];
    assert_eq!(parties(&legs, false), [(Party::Origin, Some(Direction::Cache))]);
}

#[test]
fn another_file_than_that_of_the_server_is_the_proxys() {
    let other = Some(Defect::OtherFile);
    let legs = [
        leg(Leg::Direct, &[("same-as-direct", UNTESTED)]),
        leg(Leg::Cold, &[("same-as-direct", other)]),
        leg(Leg::Warm, &[("same-as-direct", other)]),
    ];
    assert_eq!(parties(&legs, true), [(Party::Proxy, None)]);
}

#[test]
fn each_party_is_blamed_for_its_own_fault() {
    let own = |first, several| {
        [
            leg(
                Leg::Direct,
                &[
                    ("head-content-length", NO_LENGTH),
                    ("range-first", IGNORED),
                    ("multi-two", UNTESTED),
                ],
            ),
            leg(Leg::Cold, &[("head-content-length", NO_LENGTH), ("range-first", IGNORED)]),
            leg(
                Leg::Warm,
                &[("head-content-length", None), ("range-first", first), ("multi-two", several)],
            ),
        ]
    };
    let both = [(Party::Origin, None), (Party::Proxy, None)];
    assert_eq!(parties(&own(None, REFUSED), true), both);
    // Where one range is lost as well, nothing tells whose answer this is.
    assert_eq!(parties(&own(IGNORED, REFUSED), true), both[..1]);
    assert_eq!(parties(&own(None, None), true), both[..1]);
}

#[test]
fn a_direct_way_that_is_filtered_does_not_make_the_server_guilty() {
    let lost = Some(Defect::ContentRangeMissing);
    for barrier in [Defect::HttpStatus(403), Defect::BlockPage, Defect::ConnectionLost] {
        let legs = [
            leg(Leg::Direct, &[("range-first", Some(barrier))]),
            leg(Leg::Cold, &[("range-first", lost)]),
        ];
        assert_eq!(parties(&legs, true), [(Party::Unknown, None)], "{barrier:?}");
    }
    let note = |direct: Defect| {
        let legs = [
            leg(Leg::Direct, &[("range-first", Some(direct))]),
            leg(Leg::Cold, &[("range-first", None)]),
        ];
        hidden_fault(&legs).unwrap()
    };
    let filtered = note(Defect::HttpStatus(403));
    assert!(filtered.starts_with("The file was not reached without the proxy"), "{filtered}");
    assert!(note(Defect::WholeFileForRange).starts_with("The proxy hides a fault of the server"));
}

#[test]
fn another_defect_of_the_server_is_to_be_fixed_first() {
    let legs = [
        leg(Leg::Direct, &[("range-first", Some(Defect::RangeLengthMissing))]),
        leg(Leg::Cold, &[("range-first", IGNORED)]),
    ];
    assert_eq!(parties(&legs, true), [(Party::Origin, None)]);
}

#[test]
fn a_fault_of_both_names_the_server_only() {
    let both = [Leg::Direct, Leg::Cold, Leg::Warm].map(|of| {
        leg(of, &[("range-first", IGNORED), ("multi-two", Some(Defect::WholeFileForMulti))])
    });
    assert_eq!(parties(&both, true), [(Party::Origin, None)]);
}

#[test]
fn a_range_that_is_wrong_only_while_the_file_is_fetched_is_a_matter_of_the_cache() {
    let several = Some(Defect::WholeFileForMulti);
    let cold = |middle, filling, first| {
        leg(
            Leg::Cold,
            &[
                ("range-middle", middle),
                ("range-before-head", first),
                ("range-while-filling", filling),
            ],
        )
    };
    let right = leg(
        Leg::Direct,
        &[("range-middle", None), ("range-before-head", None), ("range-while-filling", None)],
    );
    let of = |cold| parties(&[right.clone(), cold], true);
    let by_cache = [(Party::Proxy, Some(Direction::Cache))];
    assert_eq!(of(cold(None, IGNORED, None)), by_cache);
    // Ranges that are wrong without a second client too, or as the first request, prove no cache.
    assert_eq!(of(cold(IGNORED, IGNORED, None)), [(Party::Proxy, None)]);
    assert_eq!(of(cold(None, IGNORED, IGNORED)), [(Party::Proxy, None)]);
    assert_eq!(of(cold(UNTESTED, IGNORED, None)), [(Party::Proxy, None)]);

    let multi = |first| {
        let checks =
            [("multi-two", None), ("multi-first-contact", first), ("multi-while-filling", several)];
        leg(Leg::Cold, &checks)
    };
    let right = leg(
        Leg::Direct,
        &[("multi-two", None), ("multi-first-contact", None), ("multi-while-filling", None)],
    );
    assert_eq!(parties(&[right.clone(), multi(None)], true), by_cache);
    assert_eq!(parties(&[right, multi(several)], true), [(Party::Proxy, None)]);

    let server = [leg(Leg::Direct, &[("range-middle", None), ("range-while-filling", IGNORED)])];
    assert_eq!(parties(&server, false), [(Party::Origin, Some(Direction::Cache))]);
}

#[test]
fn a_cache_shows_itself_while_it_fills_without_a_direct_phase_too() {
    let cold = leg(Leg::Cold, &[("range-middle", None), ("range-while-filling", IGNORED)]);
    assert_eq!(parties(&[cold], true), [(Party::Proxy, Some(Direction::Cache))]);
}
