//! bitsgate tells, before a WSUS rollout, whether Microsoft BITS will be able to download updates
//! through a given HTTP proxy, which error code Windows would show, and why.

mod accept;
pub mod attribution;
pub mod checks;
pub mod cli;
pub mod clients;
pub mod fetch;
pub mod gate;
pub mod http;
pub mod mock;
pub mod model;
pub mod monitor;
pub mod predict;
pub mod products;
pub mod report;
pub mod run;
pub mod settings;
pub mod suggest;
pub mod text_file;
pub mod ui;
pub mod wire;
