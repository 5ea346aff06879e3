//! The data files hold what the formats require.

use std::collections::BTreeSet;

use super::*;
use crate::model::advice::Action;
use crate::products::{instruction, signs};

fn is_kebab_case(id: &str) -> bool {
    !id.is_empty()
        && id.split('-').all(|word| {
            !word.is_empty()
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        })
}

#[test]
fn every_product_file_parses_and_holds_its_id() {
    for (id, text) in registry::FILES {
        let product: Product = toml::from_str(text).unwrap_or_else(|e| panic!("{id}: {e}"));
        assert_eq!(product.id, *id);
        assert!(is_kebab_case(id), "{id}");
        for text in [&product.name, &product.summary, &product.recognise] {
            assert!(!text.trim().is_empty(), "{id}");
        }
    }
}

#[test]
fn every_product_file_is_registered() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/products/data");
    let files: BTreeSet<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    let registered: BTreeSet<_> = registry::FILES.iter().map(|(id, _)| (*id).to_owned()).collect();
    assert_eq!(files, registered);
}

#[test]
fn every_cure_says_when_what_why_and_at_what_cost() {
    for product in products() {
        assert!(!product.cures.is_empty(), "{}", product.id);
        for hidden in &product.hides {
            assert!(products().iter().any(|other| other.id == *hidden), "{}", product.id);
        }
        for cure in &product.cures {
            let Cure { when, reason, side_effect, source, .. } = cure;
            let id = &product.id;
            let setting = &cure.printed(&Values::example());
            for text in [when, setting, reason, side_effect, source] {
                assert!(!text.trim().is_empty(), "{id}: {when}");
            }
            assert!(!cure.defects.is_empty(), "{id}: {when}");
            assert!(!when.ends_with('.'), "{id}: {when}");
            assert!(reason.ends_with('.') && side_effect.ends_with('.'), "{id}: {when}");
            assert!((1..=9).contains(&cure.likelihood), "{id}: {when}");
            for sign in cure.signs.iter().chain(&cure.hints).chain(&cure.unless) {
                assert!(signs::signs().iter().any(|known| known.name == *sign), "{sign}");
            }
        }
    }
}

#[test]
fn every_defect_has_a_cure_or_a_reason_why_not_but_not_both() {
    let cured: BTreeSet<_> = products()
        .iter()
        .flat_map(|product| &product.cures)
        .flat_map(|cure| &cure.defects)
        .chain(instruction::instructions().iter().flat_map(|one| &one.defects))
        .map(|defect| defect.name)
        .collect();
    let uncured: BTreeSet<_> = uncured().iter().map(|entry| entry.defect.name).collect();
    for name in defect_name::ALL {
        assert!(cured.contains(name) != uncured.contains(name), "{name}");
    }
    assert!(super::uncured().iter().all(|entry| !entry.reason.is_empty()));
}

#[test]
fn versions_bound_a_cure() {
    let apache = product("apache").unwrap();
    let cure = &apache.cures[0];
    assert!(cure.concerns(Some("2.0.52")));
    assert!(!cure.concerns(Some("2.0.58")));
    assert!(!cure.concerns(Some("2.4.71")));
    assert!(cure.concerns(None));
    assert!(cure.concerns(Some("unknown")));
}

#[test]
fn a_pattern_may_name_a_status() {
    let pattern = DefectPattern::try_from("multi-refused:416".to_owned()).unwrap();
    assert!(pattern.matches(Defect::MultiRefused(416)));
    assert!(!pattern.matches(Defect::MultiRefused(403)));
    let any = DefectPattern::try_from("multi-refused".to_owned()).unwrap();
    assert!(any.matches(Defect::MultiRefused(403)));
    for bad in ["no-such-defect", "multi-refused:x", ""] {
        assert!(DefectPattern::try_from(bad.to_owned()).is_err(), "{bad}");
    }
}

#[test]
fn every_edit_names_the_file_that_it_changes_and_every_placeholder_is_known() {
    let values = Values::example();
    for product in products() {
        for cure in &product.cures {
            let (id, when) = (&product.id, &cure.when);
            let file = cure.file.as_ref().or(product.file.as_ref());
            assert!(cure.edits.is_empty() || file.is_some(), "{id}: {when}");
            for edit in cure.edits(&values) {
                let is_removal = edit.action == Action::Remove;
                assert_eq!(edit.lines.is_empty(), is_removal, "{id}: {when}");
            }
            let printed = cure.printed(&values);
            for name in ["{host", "{port", "{domain", "{extensions", "{url", "{bare"] {
                assert!(!printed.contains(name), "{id}: {printed}");
            }
            // What was proved on a program can be applied by a program.
            let is_command = !cure.setting.contains('\n') && cure.setting.contains("varnishadm");
            let is_tested = cure.proof == Proof::Tested;
            assert!(!is_tested || is_command || !cure.edits.is_empty(), "{id}: {when}");
        }
    }
}
