//! Addresses for programs that cannot be told to take any free port.
//!
//! Every test process has a loopback address of its own (Linux has the whole of 127.0.0.0/8), so
//! that a port found free here cannot be taken by another test before the program binds it.

use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};
use std::process;
use std::sync::atomic::{AtomicU16, Ordering};

/// An address that nobody listens on and that is given out only once.
pub(crate) fn fresh() -> SocketAddrV4 {
    loop {
        let port = NEXT.fetch_add(1, Ordering::Relaxed);
        let address = SocketAddrV4::new(own_host(), port);
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}

fn own_host() -> Ipv4Addr {
    // A process id has at most 22 bits on Linux. The bit above them keeps clear of 127.0.0.0/16.
    Ipv4Addr::from_bits(0x7f40_0000 | (process::id() & 0x003f_ffff))
}

static NEXT: AtomicU16 = AtomicU16::new(20_000);
