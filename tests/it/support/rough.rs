//! A relay on a rough road: it delays, stalls, cuts and resets connections at any byte, as a seed
//! decides. It changes no byte that it lets through.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::server::reset;

/// A relay that runs until the tests end.
pub(crate) struct Rough {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    /// Nobody is let in.
    closed: AtomicBool,
    connections: AtomicU64,
    /// What happens after so many bytes of answers on a connection: up to this many.
    widest: u64,
    /// Bytes a second that it lets through on each connection.
    pace: AtomicU64,
    seed: u64,
}

/// What happens to a connection.
#[derive(Clone, Copy, Debug)]
enum Mishap {
    Close,
    Delay,
    None,
    Reset,
    Stall,
}

impl Rough {
    /// Relays to `to`. Each connection meets something before `widest` bytes have come back; none
    /// does for 0. At most `pace` bytes a second come through.
    pub(crate) fn start(to: SocketAddr, widest: u64, pace: u64, seed: u64) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let shared = Arc::new(Shared {
            closed: AtomicBool::new(false),
            connections: AtomicU64::new(0),
            widest,
            pace: AtomicU64::new(pace),
            seed,
        });
        let of_thread = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let number = of_thread.connections.fetch_add(1, Ordering::Relaxed);
                if of_thread.closed.load(Ordering::Relaxed) {
                    reset(client);
                    continue;
                }
                let shared = Arc::clone(&of_thread);
                thread::spawn(move || relay(client, to, &shared, number));
            }
        });
        Self { address, shared }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many connections came.
    pub(crate) fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::Relaxed)
    }

    /// From here on so many bytes a second come through.
    pub(crate) fn set_pace(&self, pace: u64) {
        self.shared.pace.store(pace, Ordering::Relaxed);
    }

    /// Breaks every connection and lets nobody in, as a proxy that was killed; or comes back.
    pub(crate) fn close(&self, closed: bool) {
        self.shared.closed.store(closed, Ordering::Relaxed);
    }
}

fn relay(client: TcpStream, to: SocketAddr, shared: &Shared, number: u64) {
    let Ok(mut server) = TcpStream::connect(to) else { return };
    let (Ok(mut from_client), Ok(mut to_server)) = (client.try_clone(), server.try_clone()) else {
        return;
    };
    thread::spawn(move || {
        let _ = std::io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Both);
    });
    let mut random = StdRng::seed_from_u64(shared.seed.wrapping_add(number));
    let (mishap, mut left) = match shared.widest {
        0 => (Mishap::None, u64::MAX),
        widest => {
            let all = [Mishap::Close, Mishap::Delay, Mishap::Reset, Mishap::Stall];
            (all[random.random_range(0..all.len())], random.random_range(0..widest))
        }
    };
    let mut client = client;
    let mut buffer = vec![0; PIECE];
    loop {
        let pace = shared.pace.load(Ordering::Relaxed).max(50);
        let in_time = usize::try_from(pace / 50).unwrap_or(PIECE).min(PIECE);
        if shared.closed.load(Ordering::Relaxed) {
            return break_off(client);
        }
        let room = usize::try_from(left.max(1)).unwrap_or(usize::MAX).min(in_time);
        let Ok(length @ 1..) = server.read(&mut buffer[..room]) else { break };
        if client.write_all(&buffer[..length]).is_err() {
            return;
        }
        left = left.saturating_sub(length as u64);
        let pause = length as u64 * 1_000_000 / pace;
        if pause > 100 {
            thread::sleep(Duration::from_micros(pause));
        }
        if left > 0 {
            continue;
        }
        match mishap {
            Mishap::Close => break,
            Mishap::None => {}
            Mishap::Reset => return break_off(client),
            Mishap::Delay => {
                thread::sleep(Duration::from_millis(50));
                left = u64::MAX;
            }
            Mishap::Stall => {
                // Until the client has had enough.
                let _ = client.set_read_timeout(Some(Duration::from_secs(30)));
                let _ = client.read(&mut [0]);
                return;
            }
        }
    }
    let _ = client.shutdown(Shutdown::Both);
}

/// Resets a connection that another thread still reads from: it lets go of it first.
fn break_off(client: TcpStream) {
    let _ = client.shutdown(Shutdown::Read);
    reset(client);
}

/// The most bytes passed on at once.
const PIECE: usize = 64 * 1024;
