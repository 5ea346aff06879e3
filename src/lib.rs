//! bitsgate tells, before a WSUS rollout, whether Microsoft BITS will be able to download updates
//! through a given HTTP proxy, which error code Windows would show, and why.

mod accept;
pub mod advice;
pub mod bits;
pub mod check;
pub mod cli;
pub mod compare;
pub mod config;
pub mod fetch;
pub mod metrics;
pub mod mock;
pub mod nearest;
pub mod policy;
pub mod probe;
pub mod report;
pub mod run;
pub mod target;
pub mod text_file;
pub mod ui;
pub mod watch;
pub mod wire;
pub mod wsus;
