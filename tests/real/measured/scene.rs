//! What a case starts: an origin, and most often something in front of it.

use std::net::SocketAddrV4;

use crate::support::apache::Apache;
use crate::support::origin::Origin;
use crate::support::program::Program;
use crate::support::squid::Squid;

/// Running programs, and how to ask them.
#[derive(Debug)]
pub(super) struct Scene {
    /// The forward proxy to go through; none when the URL names the reverse proxy or the server.
    pub(super) proxy: Option<SocketAddrV4>,
    host: SocketAddrV4,
    // In this order: what stands in front ends first.
    front: Option<Kept>,
    origin: Origin,
}

impl Scene {
    /// A forward proxy, and an origin that it can reach.
    pub(super) fn forward(origin: Origin, proxy: impl Into<Front>) -> Self {
        let Front { address, kept } = proxy.into();
        Self { proxy: Some(address), host: origin.address(), front: Some(kept), origin }
    }

    /// A reverse proxy in front of `origin`.
    pub(super) fn reverse(origin: Origin, proxy: impl Into<Front>) -> Self {
        let Front { address, kept } = proxy.into();
        Self { proxy: None, host: address, front: Some(kept), origin }
    }

    /// Nothing but a server.
    pub(super) fn server(origin: Origin) -> Self {
        Self { proxy: None, host: origin.address(), front: None, origin }
    }

    /// Where the reverse proxy listens, when there is one.
    pub(super) fn front(&self) -> Option<SocketAddrV4> {
        (self.host != self.origin.address()).then_some(self.host)
    }

    /// The running programs of this name.
    pub(super) fn programs(&mut self, name: &str) -> impl Iterator<Item = &mut Program> {
        let front = self.front.as_mut().map(Kept::program);
        let origin = std::iter::once(self.origin.program());
        front.into_iter().chain(origin).filter(move |program| program.name() == name)
    }

    /// A fresh URL as [`Self::fresh`], at the server behind the reverse proxy.
    pub(super) fn fresh_behind(&self) -> String {
        self.origin.url(&self.origin.fresh())
    }

    /// The URL of the medium file under a name that nobody asked for before.
    pub(super) fn fresh(&self) -> String {
        format!("http://{}{}", self.host, self.origin.fresh())
    }
}

/// A program in front of an origin.
#[derive(Debug)]
pub(super) struct Front {
    address: SocketAddrV4,
    kept: Kept,
}

#[derive(Debug)]
enum Kept {
    Apache(Apache),
    Program(Program),
    Squid(Squid),
}

impl Kept {
    fn program(&mut self) -> &mut Program {
        match self {
            Self::Apache(apache) => apache.program(),
            Self::Program(program) => program,
            Self::Squid(squid) => squid.program(),
        }
    }
}

impl From<(Program, SocketAddrV4)> for Front {
    fn from((program, address): (Program, SocketAddrV4)) -> Self {
        Self { address, kept: Kept::Program(program) }
    }
}

impl From<Apache> for Front {
    fn from(apache: Apache) -> Self {
        Self { address: apache.address(), kept: Kept::Apache(apache) }
    }
}

impl From<Squid> for Front {
    fn from(squid: Squid) -> Self {
        Self { address: squid.address(), kept: Kept::Squid(squid) }
    }
}
