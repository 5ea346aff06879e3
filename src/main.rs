//! The `bitsgate` program: everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    bitsgate::cli::main()
}
