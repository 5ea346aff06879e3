//! Whoever ends the program: a person with Ctrl-C, a service manager with SIGTERM, a terminal that
//! is closed with SIGHUP. Called by all that has to be put in order before the program may end.

/// Comes when somebody ends the program. Listens from the call on, not only when it is awaited, so
/// that what is begun after it is never left behind. Must be called within the runtime.
///
/// Signals that cannot be listened to end the program as they always do.
#[cfg(unix)]
pub(super) fn interrupted() -> impl Future<Output = ()> + Send {
    use std::task::Poll;
    use tokio::signal::unix::{SignalKind, signal};
    let hangup = (!is_hangup_ignored()).then(SignalKind::hangup);
    let kinds = [SignalKind::interrupt(), SignalKind::terminate()].into_iter().chain(hangup);
    let mut signals: Vec<_> = kinds.filter_map(|kind| signal(kind).ok()).collect();
    std::future::poll_fn(move |context| {
        if signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready()) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
}

/// Comes when somebody ends the program.
#[cfg(not(unix))]
pub(super) async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Whether the program was started to outlive its terminal, as `nohup` does it; listening to SIGHUP
/// would undo that. Where nobody can tell, it is left alone too.
#[cfg(unix)]
fn is_hangup_ignored() -> bool {
    std::fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|status| ignored_signals(&status))
        .is_none_or(|ignored| ignored & HANGUP != 0)
}

/// The mask of ignored signals in `/proc/PID/status` (proc(5)).
#[cfg(unix)]
fn ignored_signals(status: &str) -> Option<u64> {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(mask.trim(), 16).ok()
}

/// SIGHUP has number 1, and so the lowest bit.
#[cfg(unix)]
const HANGUP: u64 = 1;

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_ignored_signals_is_read() {
        let status = "Name:\tbitsgate\nSigBlk:\t0000000000000002\nSigIgn:\t0000000000001001\n";
        assert_eq!(ignored_signals(status), Some(0x1001));
        assert_eq!(ignored_signals("Name:\tbitsgate\n"), None);
    }
}
