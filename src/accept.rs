//! Accepts connections within bounds and survives any client. Called by the servers of this program:
//! those that are mocks, and the one of metrics.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// Accepts until it is aborted; then all connections are aborted too. At most so many are served at
/// a time, the others wait.
pub(crate) async fn accept<S: Future<Output = ()> + Send + 'static>(
    listener: TcpListener,
    most: usize,
    serve: impl Fn(TcpStream) -> S,
) {
    let slots = Arc::new(Semaphore::new(most));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        // The semaphore is never closed.
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let served = serve(stream);
                connections.spawn(async move {
                    served.await;
                    drop(slot);
                });
            }
            // Out of descriptors, or the client is gone already: the next one may be served.
            Err(_) => sleep(PAUSE).await,
        }
    }
}

const PAUSE: Duration = Duration::from_millis(50);
