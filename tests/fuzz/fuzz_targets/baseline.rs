//! The report of `--baseline`: what can be read can be compared.
#![no_main]

use bitsgate::gate::compare::compare;
use bitsgate::gate::Baseline;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|json: &[u8]| {
    if let Ok(report) = Baseline::parse(json) {
        let _ = compare(&report, &report);
        assert!(report.cells.iter().all(|cell| report.cell(&cell.key).is_some()));
    }
});
