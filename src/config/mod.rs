//! The settings of a run, resolved from flags, environment and defaults.

use std::time::Duration;

use crate::check::Check;
use crate::probe::tls::Trust;
use crate::target::{Route, Target};

/// Everything that a run needs to know.
pub struct Settings {
    /// The files under test.
    pub targets: Vec<Target>,
    /// The ways to reach them; each target is tried over each.
    pub routes: Vec<Route>,
    /// Whose TLS certificates are accepted.
    pub trust: Trust,
    /// Time for one exchange.
    pub timeout: Duration,
    /// Time for the whole run.
    pub deadline: Duration,
    /// The chosen checks, in the order of the registry.
    pub checks: Vec<&'static dyn Check>,
}
