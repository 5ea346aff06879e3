//! The one accept loop of the servers of this program: the mocks and the server of metrics. It
//! serves new clients whatever the others do. Connections that wait for a request make room for
//! new ones, the oldest first; where all are busy, a new client gets 503.

mod guest;
mod patient;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{sleep, timeout};

pub(crate) use guest::{Busy, Guest};
pub(crate) use patient::{HEAD_TIME, Patient};

/// How many connections may be open at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) all: usize,
    /// From one address.
    pub(crate) of_address: usize,
}

/// An open connection.
struct Seat {
    address: IpAddr,
    guest: Guest,
    handle: AbortHandle,
}

/// Accepts until it is aborted; then all connections are aborted too. `serve` says by its guest
/// when it works on a request.
pub(crate) async fn accept<S: Future<Output = ()> + Send + 'static>(
    listener: TcpListener,
    limits: Limits,
    serve: impl Fn(TcpStream, Guest) -> S,
) {
    let mut seats: Vec<Seat> = Vec::new();
    let (mut connections, mut refusals) = (JoinSet::new(), JoinSet::new());
    loop {
        let accepted = listener.accept().await;
        while connections.try_join_next().is_some() {}
        while refusals.try_join_next().is_some() {}
        seats.retain(|seat| !seat.handle.is_finished());
        let Ok((stream, peer)) = accepted else {
            // Out of descriptors, or the client is gone already: the next one may be served.
            end_oldest_waiting(&mut seats, |_| true);
            sleep(PAUSE).await;
            continue;
        };
        let address = peer.ip().to_canonical();
        if has_room(&mut seats, address, limits) {
            let guest = Guest::new();
            let handle = connections.spawn(serve(stream, guest.clone()));
            seats.push(Seat { address, guest, handle });
        } else if refusals.len() < MOST_REFUSALS {
            refusals.spawn(refuse(stream));
        }
    }
}

/// Whether a new connection from `address` may be served. A waiting one ends for it if need be.
fn has_room(seats: &mut Vec<Seat>, address: IpAddr, limits: Limits) -> bool {
    let of_address = seats.iter().filter(|seat| seat.address == address).count();
    if of_address >= limits.of_address {
        return end_oldest_waiting(seats, |seat| seat.address == address);
    }
    seats.len() < limits.all || end_oldest_waiting(seats, |_| true)
}

/// Ends the connection that has waited longest for a request, of those that `may` pick. Whether
/// there was one.
fn end_oldest_waiting(seats: &mut Vec<Seat>, may: impl Fn(&Seat) -> bool) -> bool {
    let waiting = seats.iter().enumerate().filter(|(_, seat)| may(seat));
    let oldest = waiting
        .filter_map(|(index, seat)| Some((seat.guest.waits_since()?, index)))
        .min_by_key(|&(since, _)| since);
    let Some((_, index)) = oldest else { return false };
    seats.swap_remove(index).handle.abort();
    true
}

/// Says that there is too much to do.
async fn refuse(mut stream: TcpStream) {
    let exchange = async {
        stream.write_all(REFUSAL).await?;
        stream.shutdown().await?;
        // Unread bytes would turn the close into a reset, and the answer would be lost.
        let mut sink = [0; 1024];
        while stream.read(&mut sink).await? > 0 {}
        std::io::Result::Ok(())
    };
    let _ = timeout(FOR_REFUSAL, exchange).await;
}

const REFUSAL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\n\
                         Content-Type: text/plain\r\nContent-Length: 40\r\nConnection: close\r\n\r\n\
                         all connections are busy, try again soon";

/// Refusals on their way at a time; other clients are only closed.
const MOST_REFUSALS: usize = 64;
const FOR_REFUSAL: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_millis(50);
