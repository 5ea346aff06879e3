//! `bitsgate explain`: tells all that the tool knows of a check, a fault, a quirk or a code.

use std::process::ExitCode;

use clap::Args;

use super::error::CliError;
use super::list::{profiles_of, promised_code};
use super::{text_options, write_stdout};
use crate::bits::codes::{self, Code};
use crate::bits::hresult::Hresult;
use crate::bits::profile::Profile;
use crate::check::{Meta, registry};
use crate::mock::fault::{self, Fault};
use crate::mock::quirk::{self, Quirk};
use crate::ui::page::Page;
use crate::ui::style::{ColorChoice, Painter};

/// Explain a check, a fault, a quirk or an error code
///
/// Codes may be written as 0x80200013, 2149580819, -2145386477 or `BG_E_MISSING_FILE_SIZE`.
#[derive(Args, Debug)]
pub(super) struct ExplainArgs {
    /// Id of a check, name of a fault or quirk, or a code
    #[arg(value_name = "NAME", allow_negative_numbers = true)]
    name: String,
}

pub(super) fn run(args: &ExplainArgs, color: ColorChoice) -> Result<ExitCode, CliError> {
    let name = args.name.trim();
    let options = text_options(color, false);
    let mut page = Page::new(options.width, Painter { color: options.color });
    if let Some(check) = registry::find(name) {
        about_check(&mut page, check.meta());
    }
    if let Some(fault) = fault::find(name) {
        about_fault(&mut page, fault);
    }
    if let Some(quirk) = quirk::find(name) {
        about_quirk(&mut page, quirk);
    }
    if let Some(code) = find_code(name) {
        page.heading(&format!("{} {}", code.hresult, code.name));
        page.paragraph(code.meaning);
    }
    let text = page.into_bytes();
    if text.is_empty() {
        let hint = "write the id of a check, the name of a fault, or a code such as 0x80200013; \
                    `bitsgate list checks`, `list faults` and `list codes` name them";
        return Err(CliError::usage(format_args!("nothing is known of {name:?}"), hint));
    }
    write_stdout(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn about_check(page: &mut Page, meta: &Meta) {
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
    page.paragraph(fault.summary);
    page.labelled("verdict", fault.promise.verdict.as_str());
    page.labelled("job", &promised_code(fault));
    page.labelled("check", fault.promise.check);
    let profile = match fault.promise.profile {
        Profile::Bits => "",
        Profile::Do => "--profile do ",
    };
    page.labelled("try", &format!("bitsgate check {profile}--proxy mock:{}", fault.name));
    page.labelled("serve", &format!("bitsgate mock proxy --fault {}", fault.name));
}

fn about_quirk(page: &mut Page, quirk: &Quirk) {
    page.heading(&format!("{} (quirk of the mock)", quirk.name));
    page.paragraph(quirk.summary);
    page.paragraph("This is legal, and every check must pass with it.");
    page.labelled("try", &format!("bitsgate check --proxy mock:{}", quirk.name));
}

/// A code by its name or by its number, in hexadecimal or in either decimal form of Windows.
fn find_code(text: &str) -> Option<&'static Code> {
    codes::by_name(text).or_else(|| codes::by_hresult(parse_number(text)?))
}

fn parse_number(text: &str) -> Option<Hresult> {
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return u32::from_str_radix(digits, 16).ok().map(Hresult);
    }
    if let Ok(signed) = text.parse::<i32>() {
        return Some(Hresult(signed.cast_unsigned()));
    }
    text.parse().ok().map(Hresult)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_windows_writes_them() {
        let code = Some(Hresult(0x8020_0013));
        for text in ["0x80200013", "0X80200013", "2149580819", "-2145386477"] {
            assert_eq!(parse_number(text), code, "{text}");
        }
        assert_eq!(parse_number("4294967296"), None);
        assert_eq!(parse_number("0xfffffffff"), None);
    }
}
