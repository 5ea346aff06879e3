//! The exact requests of each client that is imitated.

pub mod bits;
pub mod delivery_optimization;

use url::Url;

use crate::model::exchange::Request;
use crate::model::probe::Probe;
use crate::model::profile::Profile;
use delivery_optimization::CorrelationVector;

/// The request that the client of a profile would send for a probe.
///
/// `to_proxy`: the request goes to an HTTP proxy in the clear. `last_modified`: the `Last-Modified`
/// of an earlier response, for a condition. `correlation`: counts the requests of a job.
pub fn request(
    profile: Profile,
    probe: &Probe,
    url: &Url,
    to_proxy: bool,
    last_modified: Option<&str>,
    correlation: &CorrelationVector,
) -> Request {
    match profile {
        Profile::Bits => bits::request(probe, url, to_proxy, last_modified),
        Profile::Do => delivery_optimization::request(probe, url, to_proxy, correlation),
    }
}
