//! The emulated proxy: what it asks the next server, what its cache knows, and the filters through
//! which the answer goes, in the order in which Apache puts them.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::cache::{Entry, is_bypassed, is_conditional, is_served};
use super::catalog::Emulation;
use super::flow::{Flow, Piece, Pieces};
use super::reading::{Connection, Slot};
use super::table::{Cache, Expired, Table, ToOrigin};
use super::{Store, cache, coding, gateway, head, length, page, ranges};
use crate::mock::message::{
    Reply, Request, remove, remove_hop_by_hop, remove_named_in_connection, set,
};
use crate::mock::proxy::{
    ProxySettings, failure, is_authorized, split_absolute, tunnel, with_port,
};
use crate::wire::fields::Fields;
use crate::wire::head::ResponseHead;

/// What a connection of a client is remembered for.
#[derive(Debug, Default)]
pub(crate) struct Session {
    /// Its number.
    pub(crate) number: u64,
    /// Requests with a range that came on it.
    pub(crate) ranged: u64,
    /// How many connections were open when it was opened, this one included.
    pub(crate) connections: usize,
    /// How often it was kept open.
    answered: u32,
    /// The connection to the next server.
    upstream: Slot,
}

impl Session {
    pub(crate) fn new(number: u64, connections: usize) -> Self {
        Self { number, connections, ..Self::default() }
    }
}

/// Answers a request as this version does.
pub(crate) async fn answer(
    emulation: &Emulation,
    request: &Request,
    session: &mut Session,
    store: &Store,
    settings: &ProxySettings,
) -> Reply {
    if !is_authorized(request, settings) {
        return crate::mock::proxy::answer(request, settings).await;
    }
    if request.is_connect() {
        return connect(emulation, request).await;
    }
    let Some((authority, path)) = split_absolute(&request.target) else {
        return Reply::text(400, "This is a proxy: the target must be an absolute http URL.");
    };
    let table = emulation.table;
    if let Some(gateway) = &table.gateway {
        let (number, kept) = (session.number, &store.kept);
        let answer = gateway::answer(table, gateway, request, number, authority, path, kept).await;
        return answer.unwrap_or_else(|error| failure(&error));
    }
    let store = &store.entries;
    let exchange = Exchange { table, request, session, store, authority, path };
    match exchange.filtered().await {
        Ok(flow) => head::finish(emulation, request, flow, &mut session.answered),
        Err(error) => failure(&error),
    }
}

async fn connect(emulation: &Emulation, request: &Request) -> Reply {
    let mut reply = tunnel(&request.target).await;
    let agent = emulation.table.head.proxy_agent.as_ref().filter(|_| reply.tunnel.is_some());
    if let Some(agent) = agent {
        reply.minor = 0;
        "Connection Established".clone_into(&mut reply.reason);
        reply.fields.push("Proxy-agent", agent.replace("{version}", &emulation.version));
        reply.closes = Some(false);
    }
    reply
}

/// A request and all that it takes to answer it.
struct Exchange<'a> {
    table: &'static Table,
    request: &'a Request,
    session: &'a Session,
    store: &'a cache::Store,
    authority: &'a str,
    path: &'a str,
}

impl Exchange<'_> {
    /// The answer behind all filters but that of the head.
    async fn filtered(&self) -> io::Result<Flow> {
        let mut flow = match &self.table.cache {
            Some(cache) if matches!(self.request.method.as_str(), "GET" | "HEAD") => {
                self.through_cache(cache).await?
            }
            _ => self.fetch(&[]).await?,
        };
        if self.table.gzip {
            coding::gzip(&mut flow).await?;
        }
        ranges::cut(self.table, self.request, &mut flow, self.session.number).await?;
        length::settle(self.table.length, self.request, &mut flow).await?;
        Ok(flow)
    }

    async fn through_cache(&self, cache: &Cache) -> io::Result<Flow> {
        if is_bypassed(cache, self.request) {
            return self.fetch(&[]).await;
        }
        let url = &self.request.target;
        let entry = self.store.find(url).filter(|_| !is_conditional(self.request));
        let mut flow = match entry {
            Some(entry) if is_served(cache, self.request, &entry) => {
                return Ok(self.hit(entry, cache));
            }
            Some(entry) => match cache.expired {
                Expired::Fetched => self.fetch(&[]).await?,
                Expired::NotFound => return Ok(self.not_found(entry, cache)),
                Expired::Served => return Ok(self.hit(entry, cache)),
                Expired::OwnCondition => {
                    if self.request.is_head() {
                        self.store.remove(url);
                    }
                    let mut conditions = entry.conditions();
                    conditions.truncate(1);
                    self.fetch(&conditions).await?
                }
                Expired::Revalidated if self.request.is_head() => {
                    self.store.remove(url);
                    return self.fetch(&entry.conditions()).await;
                }
                Expired::Revalidated | Expired::RevalidatedWithHead | Expired::RevalidatedWhole => {
                    let flow = self.fetch(&entry.conditions()).await?;
                    if flow.status == 304 {
                        let (entry, flow) = entry.refresh(cache, self.request, &flow);
                        self.store.put(url, entry);
                        return Ok(flow);
                    }
                    self.store.remove(url);
                    flow
                }
            },
            None => self.fetch(&[]).await?,
        };
        if self.request.method == "GET" {
            self.store.keep(cache, self.request, &mut flow).await?;
        }
        Ok(flow)
    }

    fn hit(&self, entry: Entry, cache: &Cache) -> Flow {
        let fails = cache.changes_now && self.request.fields.has("if-unmodified-since");
        let mut flow = entry.hit(cache);
        if fails {
            flow.error_fields = Fields::default();
            let text = format!(
                "The precondition on the request for the URL {} evaluated to false.",
                self.url_in_page()
            );
            self.error(&mut flow, 412, &text);
        }
        flow
    }

    /// The fields of the stored answer stay on the page.
    fn not_found(&self, entry: Entry, cache: &Cache) -> Flow {
        let mut flow = entry.hit(cache);
        let url = self.url_in_page();
        let text = format!("The requested URL {url} was not found on this server.");
        self.error(&mut flow, 404, &text);
        flow
    }

    fn error(&self, flow: &mut Flow, status: u16, text: &str) {
        page::error(self.table, flow, status, text);
        if self.request.is_head() {
            flow.pieces = Pieces::of([Piece::last("")]);
        }
    }

    /// The URL without its query, as pages tell it.
    fn url_in_page(&self) -> String {
        let url = self.request.target.split('?').next().unwrap_or_default();
        url.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
    }

    /// Asks the next server, with more fields than the client's.
    async fn fetch(&self, more: &[(&str, String)]) -> io::Result<Flow> {
        let bytes = self.outgoing(more);
        let authority = with_port(self.authority, 80);
        let reading = self.table.reading;
        let slot = Arc::clone(&self.session.upstream);
        let is_head = self.request.is_head();
        let asked = Connection::ask(&slot, &authority, &bytes, is_head, reading);
        let (head, connection) = tokio::time::timeout(UPSTREAM_TIMEOUT, asked)
            .await
            .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        let stays = self.table.request.reuses_connection;
        let body = connection.body(&head, is_head, reading, stays.then_some(slot));
        Ok(self.incoming(head, Pieces::read(body)))
    }

    fn outgoing(&self, more: &[(&str, String)]) -> Vec<u8> {
        let rules = &self.table.request;
        let mut fields = self.request.fields.clone();
        let cache = self.table.cache.as_ref().filter(|_| !more.is_empty());
        for name in cache.map_or(&[][..], Cache::replaced_by_conditions) {
            remove(&mut fields, name);
        }
        let said_close = fields.lists("connection", "close");
        remove_hop_by_hop(&mut fields);
        // It is written again.
        remove(&mut fields, "Host");
        for (name, value) in more {
            set(&mut fields, name, value);
        }
        let default = Some(rules.max_forwards).filter(|&count| count > 0);
        if let Some(left) = forwards_left(&fields).or(default) {
            set(&mut fields, "Max-Forwards", &left.to_string());
        }
        let (method, path) = (&self.request.method, escape(self.path, &rules.escapes));
        let mut lines = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\n", self.authority);
        let mut line = |parts: &[&str]| lines.extend(parts.iter().copied().chain(["\r\n"]));
        for field in fields.iter() {
            line(&[&field.name, ": ", &field.value]);
        }
        match rules.connection {
            ToOrigin::AsClient if said_close => line(&["Connection: close"]),
            ToOrigin::AsClient => {}
            ToOrigin::Close => line(&["Connection: close"]),
            ToOrigin::KeepAlive => line(&["Connection: Keep-Alive"]),
        }
        line(&[]);
        let mut bytes = lines.into_bytes();
        bytes.extend_from_slice(&self.request.body);
        bytes
    }

    /// The answer as the handler leaves it to the filters.
    fn incoming(&self, head: ResponseHead, pieces: Pieces) -> Flow {
        let ResponseHead { status, reason, mut fields, .. } = head;
        remove_named_in_connection(&mut fields);
        for name in ["Connection", "Keep-Alive", "Proxy-Connection"] {
            remove(&mut fields, name);
        }
        if self.table.head.coding_beats_length && fields.has("transfer-encoding") {
            remove(&mut fields, "Content-Length");
        }
        if !self.request.is_head() {
            remove(&mut fields, "Transfer-Encoding");
            if self.table.length.removed_before_body {
                remove(&mut fields, "Content-Length");
            }
        }
        let content_type = fields.first("content-type").map(str::to_owned);
        let status_line = Some((status, reason));
        Flow { status, status_line, error_fields: Fields::default(), fields, content_type, pieces }
    }
}

/// What is left of the client's Max-Forwards when this proxy has passed the request on.
fn forwards_left(fields: &Fields) -> Option<u32> {
    let asked: u32 = fields.first("max-forwards")?.trim().parse().ok()?;
    Some(asked.saturating_sub(1))
}

/// The path, not the query, with these characters percent-encoded.
fn escape(path: &str, unsafe_letters: &str) -> String {
    let (path, query) = path.split_at(path.find('?').unwrap_or(path.len()));
    let escaped = path.chars().map(|letter| match u8::try_from(letter) {
        Ok(byte) if unsafe_letters.contains(letter) => format!("%{byte:02X}"),
        _ => letter.to_string(),
    });
    escaped.collect::<String>() + query
}

/// For the head of an answer.
const UPSTREAM_TIMEOUT: Duration = Duration::from_mins(1);
