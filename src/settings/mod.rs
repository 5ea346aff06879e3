//! The settings of a run, resolved from flags, environment, file and defaults.

pub mod error;
pub mod file;
pub mod source;

use std::net::SocketAddr;
use std::time::Duration;

use url::Url;

use crate::gate::Policy;
use crate::http::tls::Trust;
use crate::model::check::Check;
use crate::model::exchange::Leg;
use crate::model::profile::Profile;
use crate::model::target::{Named, Route, Target};

/// Routes at the same time, where nobody says otherwise.
pub const JOBS: usize = 8;

/// Connections to one proxy or server at the same time, where nobody says otherwise: a real proxy
/// must never be flooded.
pub const CONNECTIONS: usize = 4;

/// Everything that a run needs to know.
#[derive(Clone)]
pub struct Settings {
    /// The files under test.
    pub targets: Vec<Named<Target>>,
    /// The ways to reach them; each target is tried over each.
    pub routes: Vec<Named<Route>>,
    /// Routes that are tried at the same time, at least 1.
    pub jobs: usize,
    /// Connections to one proxy, and to one server, at the same time, at least 1.
    pub connections: usize,
    /// What was decided beforehand of checks and known defects.
    pub policy: Policy,
    /// Whose TLS certificates are accepted.
    pub trust: Trust,
    /// Time for one exchange.
    pub timeout: Duration,
    /// Time for the whole run.
    pub deadline: Duration,
    /// The legs to run where they apply. Through a proxy the cold one always runs, and without a
    /// proxy the direct one.
    pub legs: Vec<Leg>,
    /// Largest file that is fetched whole for the warm leg, in bytes.
    pub warm_limit: u64,
    /// Files up to this size, in bytes, are fetched whole and compared; none: no file is.
    pub deep_limit: Option<u64>,
    /// Where the reference origin listens; none: on the address that the proxy sees, any port.
    pub origin_listen: Option<SocketAddr>,
    /// Under which URL the proxy reaches the reference origin; none: under its address.
    pub origin_url: Option<Url>,
    /// Whose requests to imitate; each gives a result for each route and target.
    pub profiles: Vec<Profile>,
    /// What chance decides: the order of blocks and the `MS-CV` of Delivery Optimization.
    pub seed: u64,
    /// Whether a proxy that fails may be asked a few things more that only show who it is.
    pub asks_who: bool,
    /// The chosen checks, in the order of the registry.
    pub checks: Vec<&'static Check>,
}
