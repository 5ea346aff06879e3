//! The configuration file: whatever it says, an error can be shown with the line that is wrong.
#![no_main]

use std::path::Path;

use bitsgate::settings::file::ConfigFile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(error) = ConfigFile::parse(Path::new("bitsgate.toml"), text.to_owned()) {
        assert!(!error.to_string().is_empty() && !error.hint.is_empty());
    }
});
