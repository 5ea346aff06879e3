//! `bitsgate list`: what the tool knows, as tables for people, for the README and for programs.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::error::CliError;
use super::write_stdout;
use crate::checks::table;
use crate::mock::fault::{self, Fault};
use crate::mock::{emulation, variation};
use crate::model::check::Check;
use crate::model::profile::Profile;
use crate::predict::codes;
use crate::products::catalog;
use crate::products::explain;
use crate::products::explain::Entry;
use crate::ui::table::Table;

/// List the checks, codes, emulations, products, topics, faults or variations that bitsgate knows
#[derive(Args, Debug)]
pub(super) struct ListArgs {
    /// What to list
    #[arg(value_enum)]
    subject: Subject,

    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    format: ListFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Subject {
    /// Checks, with their levels
    Checks,
    /// Error codes of BITS and of what it runs on
    Codes,
    /// Versions of real proxies that the mock can behave like, with the verdict that each gets
    Emulations,
    /// Ways in which the mock misbehaves, with the verdict that each must get
    Faults,
    /// Proxies, caches and servers whose settings are known; `bitsgate explain` tells them
    Products,
    /// Events, services and policies of Windows that `bitsgate explain` describes
    Topics,
    /// Legal oddities of the mock, with which every check must pass
    Variations,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ListFormat {
    /// An array of objects
    Json,
    /// A table in Markdown
    Markdown,
    /// A table
    #[default]
    Text,
}

pub(super) fn run(args: &ListArgs) -> Result<ExitCode, CliError> {
    let table = match args.subject {
        Subject::Checks => checks(),
        Subject::Codes => codes(),
        Subject::Emulations => emulations(),
        Subject::Faults => faults(),
        Subject::Products => products(),
        Subject::Topics => topics(),
        Subject::Variations => variations(),
    };
    let text = match args.format {
        ListFormat::Json => to_json(&table),
        ListFormat::Markdown => table.markdown(),
        ListFormat::Text => table.text(),
    };
    write_stdout(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn checks() -> Table {
    let mut table = Table::new(&["check", "group", "level", "profiles", "demands"]);
    for check in table::all().iter().chain(table::preflights()) {
        let meta = check;
        let profiles = profiles_of(meta);
        table.row(&[meta.id, meta.group.as_str(), meta.level.as_str(), &profiles, meta.title]);
    }
    table
}

/// The profiles that a check belongs to, such as `bits, do`.
pub(super) fn profiles_of(meta: &Check) -> String {
    let names: Vec<_> = meta.profiles.iter().map(|profile| profile.as_str()).collect();
    names.join(", ")
}

fn codes() -> Table {
    let mut table = Table::new(&["code", "name", "meaning"]);
    for code in codes::all() {
        table.row(&[&code.hresult.to_string(), code.name, code.meaning]);
    }
    table
}

pub(super) fn faults() -> Table {
    let mut table = Table::new(&["fault", "verdict", "job", "what goes wrong"]);
    for fault in fault::all() {
        table.row(&[
            &fault.name,
            fault.expectation.verdict.as_str(),
            &expected_jobs(fault),
            &fault.summary,
        ]);
    }
    table
}

pub(super) fn emulations() -> Table {
    let mut table = Table::new(&["emulation", "also", "target", "verdict", "job", "what it does"]);
    for emulation in emulation::all() {
        let expected = &emulation.expectation;
        table.row(&[
            &emulation.id,
            &emulation.also(),
            &emulation.target,
            expected.verdict.as_str(),
            &expected.jobs(),
            &emulation.summary,
        ]);
    }
    table
}

fn products() -> Table {
    let mut table = Table::new(&["product", "name", "kind", "settings", "also called"]);
    for product in catalog::products() {
        let settings = product.cures.len().to_string();
        let (kind, aliases) = (product.kind.as_str(), product.aliases.join(", "));
        table.row(&[&product.id, &product.name, kind, &settings, &aliases]);
    }
    table
}

fn topics() -> Table {
    let mut table = Table::new(&["topic", "title"]);
    for entry in explain::entries().filter(|entry| matches!(entry, Entry::Topic(_))) {
        table.row(&[entry.id(), entry.title()]);
    }
    table
}

pub(super) fn variations() -> Table {
    let mut table = Table::new(&["variation", "what is unusual"]);
    for variation in variation::all() {
        table.row(&[&variation.name, &variation.summary]);
    }
    table
}

/// How the jobs must end with a fault: the codes, and the profile when it is not that of BITS.
pub(super) fn expected_jobs(fault: &Fault) -> String {
    let jobs = fault.expectation.jobs();
    match fault.conditions.profile {
        Profile::Bits => jobs,
        Profile::Do => format!("{jobs} (do)"),
    }
}

fn to_json(table: &Table) -> String {
    let objects: Vec<Value> = table
        .rows()
        .map(|row| {
            let pairs = table.columns().iter().zip(row);
            let object = pairs.map(|(&name, cell)| (name.to_owned(), json!(cell)));
            Value::Object(object.collect())
        })
        .collect();
    // A value made of strings always serialises.
    format!("{:#}\n", Value::Array(objects))
}
