//! What the integration tests share: the binary with a scrubbed environment, and a scripted server.

#[allow(dead_code, reason = "each test binary uses its part")]
pub(crate) mod binary;
#[allow(dead_code, reason = "each test binary uses its part")]
pub(crate) mod capture;
#[allow(dead_code, reason = "each test binary uses its part")]
pub(crate) mod client;
#[allow(dead_code, reason = "each test binary uses its part")]
pub(crate) mod flag_origin;
#[cfg(target_os = "linux")]
#[allow(dead_code, reason = "each test binary uses its part")]
pub(crate) mod gauge;
#[allow(dead_code, reason = "each test binary uses its part")]
pub(crate) mod right;
#[allow(dead_code, reason = "each test binary uses its part")]
pub(crate) mod rough;
#[allow(dead_code, reason = "each test binary uses its part")]
pub(crate) mod server;
#[allow(dead_code, reason = "each test binary uses its part")]
pub(crate) mod socks;
#[allow(dead_code, reason = "each test binary uses its part")]
pub(crate) mod survival;
#[allow(dead_code, reason = "each test binary uses its part")]
pub(crate) mod tls;

use std::sync::LazyLock;

use tokio::runtime::Runtime;

/// The runtime of all asynchronous servers of the tests.
#[allow(dead_code, reason = "each test binary uses its part")]
pub(crate) fn runtime() -> &'static Runtime {
    static RUNTIME: LazyLock<Runtime> =
        LazyLock::new(|| Runtime::new().expect("a runtime can be made"));
    &RUNTIME
}
