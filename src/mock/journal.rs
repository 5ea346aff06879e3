//! What arrived at a mock: counters and the last requests, for tests and for blame.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use super::message::Request;
use crate::wire::fields::Fields;

/// A request as it arrived.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct LoggedRequest {
    /// When its head was complete.
    pub at: SystemTime,
    /// Number of the connection that it came on, from 1.
    pub connection: u64,
    /// Method, target and version, as on the wire.
    pub line: String,
    /// The header section, in order. Names are in their own case when the raw server read them,
    /// in title case when hyper did; hyper puts repetitions together.
    pub fields: Fields,
}

/// Counters and the last requests. Bounded.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    connections: AtomicU64,
    requests: AtomicU64,
    last: Mutex<VecDeque<LoggedRequest>>,
}

impl Journal {
    /// Counts a connection and gives its number.
    pub(crate) fn connection(&self) -> u64 {
        self.connections.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn request(&self, connection: u64, request: &Request) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let line = format!("{} {} HTTP/1.{}", request.method, request.target, request.minor);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() == KEPT {
            last.pop_front();
        }
        last.push_back(LoggedRequest {
            at: SystemTime::now(),
            connection,
            line,
            fields: request.fields.clone(),
        });
    }

    pub(crate) fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(crate) fn last(&self) -> Vec<LoggedRequest> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

const KEPT: usize = 512;
