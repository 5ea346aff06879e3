//! `bitsgate fetch`: downloads a file as Windows would, and proves that it arrived whole.

mod args;
mod watcher;

use std::io::ErrorKind;
use std::process::ExitCode;
use std::sync::Arc;

use super::check::{add_credentials, check_behaviours};
use super::error::CliError;
use super::signals::interrupted;
use super::{text_options, write_stdout};
use crate::fetch::outcome::{End, Outcome};
use crate::fetch::report::{self, Asked};
use crate::fetch::{self, Observer, Settings, StoreError};
use crate::http::tls::{Tls, Trust};
use crate::model::profile::Profile;
use crate::model::target::{Named, ProxyScheme, ProxySpec, Route, Target};
use crate::run::{self, RunError};
use crate::ui::style::ColorChoice;
pub(super) use args::FetchArgs;
use args::{Format, expected, manner};
use watcher::Watcher;

pub(super) async fn run(args: &FetchArgs, color: ColorChoice) -> Result<ExitCode, CliError> {
    let targets = [Named::from(Target::parse(&args.target)?)];
    let mut routes = [Named::from(Route::parse(&args.proxy)?)];
    add_credentials(&mut routes, args.proxy_user.as_deref())?;
    check_behaviours(&routes, &targets)?;
    let ([route], [target]) = (routes.map(|one| one.value), targets.map(|one| one.value));
    let profile = Profile::from(args.profile);
    let (cut, connections) = manner(args, profile)?;
    // The mocks, if any, end when these are dropped.
    let (proxy, _mock_proxy) = run::open::route(&route).await?;
    let (url, _mock_origin) = run::open::target(&target, None, profile).await?;
    let trust = Trust { ca_file: args.cacert.clone(), insecure: args.insecure };
    let settings = Settings {
        target: target.to_string(),
        expected: expected(args, &url)?,
        url,
        proxy,
        tls: Arc::new(Tls::new(trust).map_err(RunError::from)?),
        profile,
        cut,
        connections,
        timeout: args.timeout,
        retry_delay: args.retry_delay,
        job_retry_delay: args.bits_retry_delay,
        no_progress_timeout: args.no_progress_timeout,
        output: args.output.clone(),
        truth: None,
        largest: None,
        seed: rand::random(),
    };
    let is_secure_proxy = |proxy: &ProxySpec| proxy.scheme == ProxyScheme::Https;
    if settings.url.scheme() == "https" || settings.proxy.as_ref().is_some_and(is_secure_proxy) {
        // A store that cannot be used is known before the first request.
        settings.tls.config().map_err(RunError::from)?;
    }
    let watcher = Arc::new(Watcher::new(args.quiet));
    let interrupted = interrupted();
    let observer = Arc::clone(&watcher) as Arc<dyn Observer>;
    let outcome = fetch::fetch(&settings, observer, interrupted).await;
    watcher.finish();
    let outcome = outcome?;
    // A redirect may have led to https.
    if let Some(error) = settings.tls.failure() {
        return Err(RunError::from(error).into());
    }
    let asked = Asked {
        target: settings.target,
        proxy: route.label(),
        profile,
        cut,
        connections,
        notes: notes(args, &outcome),
    };
    let report = match args.format {
        Format::Json => report::json(&asked, &outcome),
        Format::Text => report::text(&asked, &outcome, &text_options(color)),
    };
    write_stdout(&report)?;
    Ok(exit_code(&outcome))
}

/// What a reader must know besides.
fn notes(args: &FetchArgs, outcome: &Outcome) -> Vec<String> {
    let mut notes = Vec::new();
    let time = |time| humantime::format_duration(time).to_string();
    let is_transient = outcome.retried_for.as_ref().is_some_and(|one| !one.may_pass());
    if is_transient || outcome.end == End::TransientError {
        notes.push(format!(
            "Transient errors were tried again after {} each, for {} without progress; BITS waits \
             {}, and goes on for 14days.",
            time(args.retry_delay),
            time(args.no_progress_timeout),
            time(args.bits_retry_delay)
        ));
    }
    if let Some(retried) = outcome.retried_for.as_ref().filter(|one| one.may_pass()) {
        notes.push(format!(
            "{}, which may be chance, so the request was sent again. No document says that BITS \
             tries again after this status: a job that meets it may end.",
            retried.summary
        ));
    }
    let is_whole = outcome.end == End::Transferred;
    match &args.output {
        Some(_) if !is_whole && outcome.done > 0 => {
            notes.push("What came is kept: the same command goes on from there.".to_owned());
        }
        Some(_) if outcome.is_altered() => notes.push(
            "The file did not get its name. What came is kept to be looked at; the same command \
             starts anew."
                .to_owned(),
        ),
        None if !is_whole && outcome.done > 0 => {
            notes.push("Nothing is kept without --output.".to_owned());
        }
        _ => {}
    }
    if is_whole && outcome.hashes.iter().all(|hash| hash.expected.is_none()) {
        notes.push(
            "The URL states no SHA-1, so that the bytes are the right ones is not proved: give \
             --sha1 or --sha256."
                .to_owned(),
        );
    }
    if args.insecure {
        notes.push("TLS certificates were not verified; Windows verifies them.".to_owned());
    }
    notes
}

fn exit_code(outcome: &Outcome) -> ExitCode {
    ExitCode::from(match (outcome.end, report::verdict(outcome)) {
        (End::Suspended, _) => 130,
        (_, "pass" | "warn") => 0,
        (_, "fail") => 1,
        _ => 3,
    })
}

impl From<StoreError> for CliError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotAFile(_) => Self::usage(error, "--output takes the name of a file"),
            StoreError::InUse(_) => Self::usage(error, "wait for it, or choose another --output"),
            StoreError::Io { action, ref source, .. } => {
                let is_full = FULL.contains(&source.kind());
                let error = Self::tool("the file cannot be stored", error);
                match (is_full, action) {
                    (true, _) => error.with_hint(
                        "make room, and give the same command again: it goes on from what was \
                         saved",
                    ),
                    (false, "open" | "write into") => {
                        error.with_hint("--output needs a folder that exists and can be written to")
                    }
                    (false, _) => error,
                }
            }
        }
    }
}

/// What a system says when there is no room.
const FULL: [ErrorKind; 3] =
    [ErrorKind::FileTooLarge, ErrorKind::QuotaExceeded, ErrorKind::StorageFull];
