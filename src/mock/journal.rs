//! What arrived at a mock: counters and the last requests, for tests and for blame.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use super::message::{Reply, Request};
use crate::model::journal::LoggedAnswer;
use crate::model::journal::LoggedRequest;

/// Counts the connections that are open.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connections(Arc<AtomicUsize>);

/// An open connection, until it is dropped.
#[derive(Debug)]
pub(crate) struct Open {
    /// How many were open when it was opened, this one included.
    pub(crate) count: usize,
    all: Connections,
}

impl Connections {
    pub(crate) fn one_more(&self) -> Open {
        Open { count: self.0.fetch_add(1, Ordering::SeqCst) + 1, all: self.clone() }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.all.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Counters and the last requests. Bounded.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    connections: AtomicU64,
    requests: AtomicU64,
    /// Each with its number.
    last: Mutex<VecDeque<(u64, LoggedRequest)>>,
}

impl Journal {
    /// Counts a connection and gives its number.
    pub(crate) fn connection(&self) -> u64 {
        self.connections.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Notes a request and gives its number.
    pub(crate) fn request(&self, connection: u64, request: &Request) -> u64 {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let line = format!("{} {} HTTP/1.{}", request.method, request.target, request.minor);
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() == KEPT {
            last.pop_front();
        }
        let fields = request.fields.clone();
        let at = SystemTime::now();
        last.push_back((number, LoggedRequest { at, connection, line, fields, answer: None }));
        number
    }

    /// Notes what the request of this number is answered.
    pub(crate) fn answered(&self, number: u64, reply: &Reply) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, request)) = last.iter_mut().rev().find(|(other, _)| *other == number) {
            let fields = reply.fields.clone();
            request.answer = Some(LoggedAnswer { status: reply.status, fields });
        }
    }

    pub(crate) fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(crate) fn last(&self) -> Vec<LoggedRequest> {
        self.last
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .map(|(_, one)| one.clone())
            .collect()
    }
}

const KEPT: usize = 512;
