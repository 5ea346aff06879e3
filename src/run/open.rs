//! Makes routes and targets real: starts the mocks that are named, and gives proxy and URL.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use url::{Host, Url};

use super::RunError;
use crate::mock::{self, Behaviour, Running};
use crate::target::{ProxyScheme, ProxySpec, Route, Target};

/// The proxy of a route, and the mock that plays it, if one does.
pub(super) async fn route(route: &Route) -> Result<(Option<ProxySpec>, Option<Running>), RunError> {
    match route {
        Route::Direct => Ok((None, None)),
        Route::Proxy(proxy) => Ok((Some(proxy.clone()), None)),
        Route::Mock(behaviour) => {
            let running = mock::start_proxy(LOOPBACK, Behaviour::parse(behaviour)?).await?;
            let proxy = ProxySpec {
                scheme: ProxyScheme::Http,
                host: Host::Ipv4(Ipv4Addr::LOCALHOST),
                port: running.addr().port(),
                credentials: None,
            };
            Ok((Some(proxy), Some(running)))
        }
    }
}

/// The URL of a target, and the mock that serves it, if one does.
pub(super) async fn target(target: &Target) -> Result<(Url, Option<Running>), RunError> {
    match target {
        Target::Url(url) => Ok((url.clone(), None)),
        Target::Mock { behaviour, size } => {
            let running = mock::start_origin(LOOPBACK, Behaviour::parse(behaviour)?).await?;
            let url = Url::parse(&running.object_url(*size)).map_err(std::io::Error::other)?;
            Ok((url, Some(running)))
        }
    }
}

const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
