//! `bitsgate explain`: explains a check, a fault, a variation, an emulation, a code, a message, a
//! product, or something on the Windows side.

use std::process::ExitCode;

use clap::Args;

use super::error::CliError;
use super::list::{expected_jobs, profiles_of};
use super::{text_options, write_stdout};
use crate::checks::table;
use crate::mock::emulation::{self, Emulation};
use crate::mock::fault::{self, Fault};
use crate::mock::variation::{self, Variation};
use crate::model::check::Check;
use crate::model::defect_name;
use crate::model::hresult::Hresult;
use crate::model::profile::Profile;
use crate::predict::codes;
use crate::predict::codes::Code;
use crate::predict::{messages, trigger};
use crate::products::catalog;
use crate::products::catalog::{DefectPattern, Product};
use crate::products::explain;
use crate::products::explain::Entry;
use crate::report::text::TextOptions;
use crate::suggest;
use crate::ui::page::Page;
use crate::ui::style::{ColorChoice, Painter};

/// Explain a check, a code, an event, a product, an emulation, a fault or a variation
///
/// Codes may be written as 0x80200013, 2149580819, -2145386477, 12029 or `BG_E_MISSING_FILE_SIZE`, or
/// as the sentence that Windows prints; a number such as 404 or 202 is an HTTP status, an event of
/// Windows, or both.
#[derive(Args, Debug)]
pub(super) struct ExplainArgs {
    /// Id of a check, a code, a status, the number of an event, the name of a product (see
    /// `bitsgate list products`), of a topic (`list topics`), of an emulation (`list emulations`), of a fault or of a variation
    #[arg(value_name = "NAME", required = true, allow_negative_numbers = true)]
    names: Vec<String>,
}

pub(super) fn run(args: &ExplainArgs, color: ColorChoice) -> Result<ExitCode, CliError> {
    let options = text_options(color);
    let texts = args.names.iter().map(|name| about(name.trim(), &options));
    let texts = texts.collect::<Result<Vec<_>, _>>()?;
    write_stdout(format!("{}\n", texts.join("\n\n")).as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// All that is known under a name, without a line end at its end.
fn about(name: &str, options: &TextOptions) -> Result<String, CliError> {
    let mut page = Page::new(options.width, Painter { color: options.color });
    if let Some(check) = table::find(name) {
        about_check(&mut page, check);
    }
    if let Some(fault) = fault::find(name) {
        about_fault(&mut page, fault);
    }
    if let Some(variation) = variation::find(name) {
        about_variation(&mut page, variation);
    }
    if let Some(emulation) = emulation::find(name) {
        about_emulation(&mut page, &emulation);
    }
    let mut shown = Vec::new();
    for hresult in numbers(name) {
        about_code(&mut page, hresult, options.width);
        shown.push(hresult);
    }
    if let Some(code) = codes::by_name(name).filter(|code| !shown.contains(&code.hresult)) {
        about_code(&mut page, code.hresult, options.width);
    }
    if let Some(entry) = explain::find(name) {
        page.finished(&entry.render(options.width));
    }
    let mut text = String::from_utf8_lossy(&page.into_bytes()).trim_end().to_owned();
    if text.is_empty() {
        text = about_message(name, options);
    }
    if text.is_empty() { Err(unknown(name)) } else { Ok(text) }
}

/// What a sentence that Windows prints belongs to; empty when that is not known.
fn about_message(text: &str, options: &TextOptions) -> String {
    let mut page = Page::new(options.width, Painter { color: options.color });
    for code in messages::by_text(text) {
        about_code(&mut page, code.hresult, options.width);
    }
    String::from_utf8_lossy(&page.into_bytes()).trim_end().to_owned()
}

fn about_check(page: &mut Page, meta: &Check) {
    let (group, level) = (meta.group.as_str(), meta.level.as_str());
    page.heading(&format!("{} ({group} check, {level})", meta.id));
    page.paragraph(meta.title);
    page.paragraph(meta.explanation);
    page.labelled("profiles", &profiles_of(meta));
    page.labelled("rfc", meta.rfc);
    page.labelled("source", meta.source);
}

fn about_fault(page: &mut Page, fault: &Fault) {
    page.heading(&format!("{} (fault of the mock)", fault.name));
    page.paragraph(&fault.summary);
    page.labelled("verdict", fault.expectation.verdict.as_str());
    page.labelled("job", &expected_jobs(fault));
    page.labelled("check", fault.expectation.check().unwrap_or_default());
    let profile = match fault.conditions.profile {
        Profile::Bits => "",
        Profile::Do => "--profile do ",
    };
    page.labelled("try", &format!("bitsgate check {profile}--proxy mock:{}", fault.name));
    page.labelled("serve", &format!("bitsgate mock proxy --fault {}", fault.name));
}

fn about_variation(page: &mut Page, variation: &Variation) {
    page.heading(&format!("{} (variation of the mock)", variation.name));
    page.paragraph(&variation.summary);
    page.paragraph("This is legal, and every check must pass with it.");
    page.labelled("try", &format!("bitsgate check --proxy mock:{}", variation.name));
}

fn about_emulation(page: &mut Page, emulation: &Emulation) {
    let Emulation { name, table, .. } = emulation;
    page.heading(&format!("{name} (emulation)"));
    page.paragraph(&format!("{}: {}.", table.product, table.summary));
    if let Some([first, last]) = table.versions.as_ref().filter(|[first, last]| first != last) {
        page.paragraph(&format!("{first} to {last} behave alike."));
    }
    page.labelled("verdict", table.expectation.verdict.as_str());
    page.labelled("job", &table.expectation.jobs());
    if let Some(check) = table.expectation.check() {
        page.labelled("check", check);
    }
    let target = match table.target.as_str() {
        "mock:" => String::new(),
        target => format!(" {target}"),
    };
    page.labelled("try", &format!("bitsgate check --proxy mock:{name}{target}"));
    page.labelled("serve", &format!("bitsgate mock proxy --emulate {name}"));
    for bug in table.bugs() {
        page.paragraph(&format!("Bug: {}", bug.title));
        page.labelled("versions", &bug.versions);
        let more = [("number", &bug.number), ("fix", &bug.fix), ("help", &bug.workaround)];
        page.labelled("cause", &bug.text);
        for (label, text) in more {
            if let Some(text) = text {
                page.labelled(label, text);
            }
        }
    }
    page.paragraph(&format!("Evidence: {}.", table.evidence));
    if !table.unknown.is_empty() {
        page.paragraph("Not known, and so not emulated or a guess:");
        table.unknown.iter().for_each(|unknown| page.indented(&format!("- {unknown}")));
    }
}

/// A code of the table, or the one that an HTTP status gives by Microsoft's pattern.
fn about_code(page: &mut Page, hresult: Hresult, width: usize) {
    if let Some(Code { name, meaning, .. }) = codes::by_hresult(hresult) {
        page.heading(&format!("{hresult} {name}"));
        page.paragraph(meaning);
    } else if let Some(status) = hresult.status().filter(|status| (400..600).contains(status)) {
        page.heading(&format!("{hresult} (HTTP status {status})"));
        page.paragraph(
            "Microsoft names no symbol for this status; by its pattern, 0x80190000 plus the \
             status, this is likely its code.",
        );
    } else {
        return;
    }
    about_causes(page, hresult);
    for topic in explain::mentioning(&hresult.to_string()) {
        // A topic about this code belongs to its page.
        if topic.title().starts_with(&hresult.to_string()) {
            page.finished(&topic.render(width));
        } else {
            page.labelled("see also", &format!("bitsgate explain {}", topic.id()));
        }
    }
    if let Some(fault) = fault::all().find(|fault| fault.expectation.job.hresult() == Some(hresult))
    {
        page.labelled("try", &format!("bitsgate check --proxy mock:{}", fault.name));
    }
}

/// Which checks raise a code, and which products have a fix for what raises it.
fn about_causes(page: &mut Page, hresult: Hresult) {
    let mut checks: Vec<&str> = fault::all()
        .filter(|fault| fault.expectation.job.hresult() == Some(hresult))
        .filter_map(|fault| fault.expectation.check())
        .collect();
    checks.sort_unstable();
    checks.dedup();
    if !checks.is_empty() {
        page.labelled("checks", &checks.join(", "));
    }
    let raises = |pattern: &DefectPattern| {
        let defect = defect_name::defect(pattern.name, pattern.status.unwrap_or_default());
        let profiles = [Profile::Bits, Profile::Do].into_iter();
        let mut views = profiles.filter_map(|profile| trigger::view(defect?, profile));
        views.any(|view| view.hresult == hresult)
    };
    let fixes =
        |product: &&Product| product.cures.iter().flat_map(|cure| &cure.defects).any(raises);
    let products: Vec<&str> =
        catalog::products().iter().filter(fixes).map(|product| product.id.as_str()).collect();
    if !products.is_empty() {
        page.labelled(
            "fixes",
            &format!("bitsgate explain PRODUCT, one of: {}", products.join(", ")),
        );
    }
}

/// What a number may mean: a code, in hexadecimal or in either decimal form of Windows, or an
/// HTTP status.
fn numbers(text: &str) -> Vec<Hresult> {
    let hexadecimal = |digits| u32::from_str_radix(digits, 16).ok().map(Hresult);
    let is_known = |hresult: &Hresult| codes::by_hresult(*hresult).is_some();
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return hexadecimal(digits).into_iter().collect();
    }
    let signed = text.parse::<i32>().ok().map(|signed| Hresult(signed.cast_unsigned()));
    let decimal = signed.or_else(|| text.parse().ok().map(Hresult)).filter(is_known);
    // WinHTTP's own numbers, which logs print without the rest of the code.
    let winhttp = text.parse().ok().filter(|number| (12_000..12_200).contains(number));
    let winhttp = winhttp.map(|number: u32| Hresult(0x8007_0000 | number)).filter(is_known);
    let decimal = decimal.or(winhttp);
    let bare = || hexadecimal(text).filter(is_known).filter(|_| text.len() == 8);
    let status = text.parse().ok().filter(|status| (100..600).contains(status));
    let status = status.map(Hresult::http_status);
    decimal.or_else(bare).into_iter().chain(status).collect()
}

fn unknown(name: &str) -> CliError {
    let near = near_names(name);
    let lists = "`bitsgate list checks`, `list codes`, `list products`, `list topics`, `list \
                 emulations`, `list faults` and `list variations` name what can be explained";
    let hint = match near.as_slice() {
        [] => lists.to_owned(),
        near => format!("did you mean {}? {lists}", near.join(" or ")),
    };
    CliError::usage(format_args!("nothing is known of {name:?}"), hint)
}

/// The names most like an unknown one, best first.
fn near_names(name: &str) -> Vec<String> {
    let checks = table::all().iter().chain(table::preflights()).map(|check| check.id);
    let names = checks
        .chain(fault::all().map(|fault| fault.name.as_str()))
        .chain(variation::all().map(|variation| variation.name.as_str()))
        .chain(explain::entries().flat_map(|entry: Entry| entry.names()))
        .chain(codes::all().map(|code| code.name));
    let names = names.map(str::to_owned).chain(emulation::names());
    let mut near = near_codes(name);
    near.extend(suggest::alike(name, names));
    near.dedup();
    near.truncate(MOST_NEAR);
    near
}

/// The codes nearest to a number that is not known.
fn near_codes(name: &str) -> Vec<String> {
    let digits = name.strip_prefix("0x").or_else(|| name.strip_prefix("0X")).unwrap_or(name);
    let is_code = digits.len() >= 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let decimal = name.parse::<u32>().ok().filter(|number| (12_000..12_200).contains(number));
    if let Some(number) = decimal {
        let distance = |code: &&Code| code.hresult.0.abs_diff(0x8007_0000 | number);
        return codes::all()
            .min_by_key(distance)
            .map(|code| code.hresult.to_string())
            .into_iter()
            .collect();
    }
    if !is_code {
        return Vec::new();
    }
    let wrong = format!("0x{}", digits.to_ascii_uppercase());
    let all: Vec<String> = codes::all().map(|code| code.hresult.to_string()).collect();
    let mut near = suggest::alike(&wrong, all);
    near.truncate(MOST_NEAR);
    near
}

/// Names in a hint.
const MOST_NEAR: usize = 3;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_windows_writes_them() {
        let code = [Hresult(0x8020_0013)];
        for text in ["0x80200013", "0X80200013", "80200013", "2149580819", "-2145386477"] {
            assert_eq!(numbers(text), code, "{text}");
        }
        assert_eq!(numbers("80072ee7"), [Hresult(0x8007_2EE7)]);
        for text in ["4294967296", "0xfffffffff", "99", "600", "0x", "", "deadbeef"] {
            assert_eq!(numbers(text), [], "{text}");
        }
    }

    #[test]
    fn numbers_of_winhttp_are_read_without_their_facility() {
        assert_eq!(numbers("12029"), [Hresult(0x8007_2EFD)]);
        assert_eq!(numbers("12007"), [Hresult(0x8007_2EE7)]);
        assert_eq!(numbers("12199"), []);
        assert_eq!(near_codes("12008").first().map(String::as_str), Some("0x80072EE7"));
    }

    #[test]
    fn a_near_miss_suggests_the_nearest_code() {
        for (wrong, near) in
            [("0x8020013", "0x80200013"), ("0x80200113", "0x80200013"), ("80D0501", "0x80D05010")]
        {
            let found = near_codes(wrong);
            assert!(found.iter().any(|code| code == near), "{wrong}: {found:?}");
        }
        assert!(near_codes("range-first").is_empty());
    }

    #[test]
    fn a_status_is_its_code() {
        assert_eq!(numbers("404"), [Hresult(0x8019_0194)]);
        assert_eq!(Hresult(0x8019_01AD).status(), Some(429));
        assert_eq!(Hresult(0x8020_0013).status(), None);
    }

    #[test]
    fn near_names_of_every_kind_are_offered() {
        for (typo, name) in [
            ("range-frist", "range-first"),
            ("no-lenght-head", "no-length-head"),
            ("htttp-1.0", "http-1.0"),
            ("apache-20.0.52", "apache-2.0.52"),
            ("squidd", "squid"),
            ("Varnsh", "varnish"),
            ("bits-servce", "bits-service"),
            ("bg_e_mising_file_size", "BG_E_MISSING_FILE_SIZE"),
            ("wsus-alife", "wsus-alive"),
        ] {
            let near = near_names(typo);
            assert_eq!(near.first().map(String::as_str), Some(name), "{typo}: {near:?}");
        }
        assert!(near_names("qqqqqqqq").is_empty());
    }
}
