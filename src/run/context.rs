//! What everything that runs for one cell of the matrix shares: clients, turns and judgement.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32};

use tokio::time::Instant;
use url::Url;

use super::reference::Reference;
use super::{Observer, RunError, leg, reference};
use crate::clients::delivery_optimization::CorrelationVector;
use crate::http::client::SocketClient;
use crate::http::dial::{Dialer, Limit, Window};
use crate::http::login::Login;
use crate::http::tls::Tls;
use crate::model::check::Check;
use crate::model::evidence::Evidence;
use crate::model::exchange::Leg;
use crate::model::finding::Finding;
use crate::model::outcome::Names;
use crate::model::place::Place;
use crate::model::profile::Profile;
use crate::model::target::{Named, ProxySpec, Route, Target};
use crate::predict::findings;
use crate::run::limits::{Gates, Turn};
use crate::settings::Settings;

/// What a run shares, for one cell: a route and a target.
#[derive(Clone)]
pub(super) struct Context<'r> {
    pub(super) settings: &'r Settings,
    pub(super) observer: &'r dyn Observer,
    pub(super) tls: &'r Arc<Tls>,
    pub(super) deadline: Instant,
    pub(super) correlation: &'r CorrelationVector,
    pub(super) gates: &'r Gates,
    /// What the configuration calls the cell.
    pub(super) names: Names,
    /// Whether the next warm phase is to wait a moment and ask again: once for a route is enough.
    pub(super) pauses: Arc<AtomicBool>,
    /// Bounds the connections of cells that follow each other, where few are allowed.
    pub(super) limit: Option<Limit>,
}

impl Context<'_> {
    /// The same for cells that follow each other over one route.
    pub(super) fn of_queue(&self) -> Self {
        let connections = self.settings.connections;
        let limit = (connections < leg::LANES).then(|| Limit::new(connections));
        Self { pauses: Arc::new(AtomicBool::new(true)), limit, ..self.clone() }
    }

    /// The same for another cell.
    pub(super) fn of_cell(&self, route: &Named<Route>, target: &Named<Target>) -> Self {
        let names = Names {
            proxy: route.name.clone(),
            labels: route.labels.clone(),
            target: target.name.clone(),
        };
        Self { names, ..self.clone() }
    }

    /// A client for one leg of a route. The direct leg leaves the proxy out.
    pub(super) fn client(
        &self,
        proxy: Option<&ProxySpec>,
        leg: Leg,
        profile: Profile,
    ) -> SocketClient {
        let proxy = proxy.filter(|_| leg != Leg::Direct);
        SocketClient {
            dialer: Dialer {
                proxy: proxy.cloned(),
                login: Arc::new(Login::new(proxy)),
                cookies: Arc::default(),
                tls: Arc::clone(self.tls),
                user_agent: profile.user_agent(),
                window: Window::Small,
                limit: self.limit.clone(),
            },
            leg,
            timeout: self.settings.timeout,
            deadline: self.deadline,
            connections: Arc::new(AtomicU32::new(0)),
        }
    }

    /// Waits until a leg may make its connections to the proxy, or to the server without one.
    pub(super) async fn turn(&self, proxy: Option<&ProxySpec>, leg: Leg, url: &Url) -> Turn {
        self.gates.turn(host(proxy, leg, url), leg::LANES, self.deadline).await
    }

    /// Waits until nothing of ours is connected to the proxy, or to the server without one. Only one
    /// of both is waited for: what holds the one may wait for the other.
    pub(super) async fn alone(&self, proxy: Option<&ProxySpec>, leg: Leg, url: &Url) -> Turn {
        self.gates.turn(host(proxy, leg, url), usize::MAX, self.deadline).await
    }

    /// Connections that a leg may have at the same time.
    pub(super) fn lanes(&self) -> usize {
        self.gates.lanes(leg::LANES)
    }

    /// What the checks say of a leg, and how much that counts for the user.
    pub(super) fn judge(
        &self,
        evidence: &Evidence,
        checks: &[&'static Check],
        route: &Route,
        target: &Target,
    ) -> Vec<Finding> {
        let mut findings = findings::judge_all(evidence, checks);
        let (proxy, target) = (route.label(), target.to_string());
        let place = Place {
            proxy: proxy.as_deref(),
            proxy_name: self.names.proxy.as_deref(),
            target: &target,
            target_name: self.names.target.as_deref(),
            profile: evidence.profile,
        };
        self.settings.policy.treat(&mut findings, place);
        findings
    }

    /// A reference origin for a route.
    pub(super) async fn start_reference(
        &self,
        route: &Route,
        base: Option<&Url>,
    ) -> Result<Arc<Reference>, RunError> {
        let address = reference::local_address(route).await?;
        let base = base.or(self.settings.origin_url.as_ref());
        let reference = Reference::start(SocketAddr::new(address, 0), base).await?;
        self.observer.origin_listens(reference.address());
        Ok(Arc::new(reference))
    }
}

/// Where the connections of a phase lead.
fn host(proxy: Option<&ProxySpec>, leg: Leg, url: &Url) -> String {
    let host = proxy.filter(|_| leg != Leg::Direct).map_or_else(
        || {
            let port = url.port_or_known_default().unwrap_or_default();
            format!("{}:{port}", url.host_str().unwrap_or_default())
        },
        |proxy| format!("{}:{}", proxy.host, proxy.port),
    );
    host.to_ascii_lowercase()
}
