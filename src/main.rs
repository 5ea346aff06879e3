//! The `bitsgate` program.

fn main() {}
