//! Each fault, variation and scenario gets the verdict that is stated for it. Every case is a test of
//! its own, with the name of what it checks:
//!
//! ```sh
//! cargo nextest run -E 'test(=fault::proxy::range-ignored)'
//! cargo test --test scenarios fault::proxy::range-ignored -- --exact
//! ```

#[allow(dead_code, reason = "each test binary uses its part")]
mod cases;
mod catalogue;

use std::process::ExitCode;

use cases::{Case, judge, run};
use libtest_mimic::{Arguments, Trial};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Most of the time of a case is waiting for what never comes.
    arguments.test_threads = arguments.test_threads.or(Some(AT_ONCE));
    let cases = cases::all().into_iter().map(trial);
    libtest_mimic::run(&arguments, cases.chain(catalogue::trials()).collect()).exit_code()
}

fn trial(case: Case) -> Trial {
    Trial::test(case.name.clone(), move || {
        let result = run::block_on(run::of_case(&case));
        judge::complaint(&case, &result).map_or(Ok(()), |complaint| Err(complaint.into()))
    })
}

/// Cases at the same time, when one process runs them.
const AT_ONCE: usize = 12;
