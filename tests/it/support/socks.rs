//! A SOCKS 5 proxy (RFC 1928, RFC 1929) that records where its clients want to go.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::server::{listen, relay};

/// Whom the proxy serves.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// Everybody.
    Open,
    /// Who gives this user and this password.
    Password(&'static str, &'static str),
    /// Nobody: every CONNECT gets this reply code.
    Refuse(u8),
}

/// The proxy. Wherever its clients want to go, it relays to one address.
#[derive(Debug)]
pub(crate) struct Socks {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Socks {
    /// Starts one that serves until the end of the process.
    pub(crate) fn start(manner: Manner, backend: SocketAddr) -> Self {
        let (address, incoming) = listen();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let entries = Arc::clone(&asked);
        thread::spawn(move || {
            for mut stream in incoming {
                let entries = Arc::clone(&entries);
                thread::spawn(move || {
                    if let Ok(true) = greet(&mut stream, manner, &entries) {
                        relay(stream, &[], backend);
                    }
                });
            }
        });
        Self { address, asked }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where clients wanted to go, as `KIND:HOST:PORT` with the kinds `name`, `ipv4` and `ipv6`.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The handshake. Whether the client may speak on.
fn greet(stream: &mut TcpStream, manner: Manner, asked: &Mutex<Vec<String>>) -> io::Result<bool> {
    let [_version, count] = read(stream)?;
    let mut methods = vec![0; usize::from(count)];
    stream.read_exact(&mut methods)?;
    let wanted = if let Manner::Password(..) = manner { PASSWORD } else { NOTHING };
    if !methods.contains(&wanted) {
        stream.write_all(&[5, NO_METHOD])?;
        return Ok(false);
    }
    stream.write_all(&[5, wanted])?;
    if let Manner::Password(user, password) = manner {
        let [_version] = read(stream)?;
        let given = (string(stream)?, string(stream)?);
        let is_right = given == (user.to_owned(), password.to_owned());
        stream.write_all(&[1, u8::from(!is_right)])?;
        if !is_right {
            return Ok(false);
        }
    }
    let [_version, _connect, _reserved, kind] = read(stream)?;
    let host = match kind {
        1 => format!("ipv4:{}", Ipv4Addr::from(read::<4>(stream)?)),
        4 => format!("ipv6:{}", Ipv6Addr::from(read::<16>(stream)?)),
        _ => format!("name:{}", string(stream)?),
    };
    let port = u16::from_be_bytes(read(stream)?);
    asked.lock().unwrap_or_else(PoisonError::into_inner).push(format!("{host}:{port}"));
    let code = if let Manner::Refuse(code) = manner { code } else { 0 };
    stream.write_all(&[5, code, 0, 1, 0, 0, 0, 0, 0, 0])?;
    Ok(code == 0)
}

fn read<const LENGTH: usize>(stream: &mut TcpStream) -> io::Result<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn string(stream: &mut TcpStream) -> io::Result<String> {
    let [length] = read(stream)?;
    let mut bytes = vec![0; usize::from(length)];
    stream.read_exact(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

const NO_METHOD: u8 = 0xff;
const NOTHING: u8 = 0;
const PASSWORD: u8 = 2;
