//! A running emulation, to be asked like the real program.

use std::sync::LazyLock;

use bitsgate::mock::{self, Behaviour, Running};
use tokio::runtime::Runtime;

use super::recording::{Before, Subject};

/// A mock proxy under the name of an emulation. It ends when dropped.
#[derive(Debug)]
pub(crate) struct Emulated {
    proxy: Running,
}

impl Emulated {
    /// Starts the emulation of this name.
    pub(crate) fn start(name: &str) -> Self {
        static RUNTIME: LazyLock<Runtime> =
            LazyLock::new(|| Runtime::new().expect("a runtime can be made"));
        let behaviour = Behaviour::parse(name).expect("an emulation");
        let listen = "127.0.0.1:0".parse().expect("an address");
        let proxy = RUNTIME.block_on(mock::start_proxy(listen, behaviour)).expect("a proxy");
        Self { proxy }
    }

    /// What is recorded of it in front of such an origin.
    pub(crate) fn subject(&self, origin: Before) -> Subject<'static> {
        Subject { address: self.proxy.addr(), hosts: &["bitsgate-mock"], origin }
    }
}
