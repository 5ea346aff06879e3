//! Makes routes and targets real: starts the mocks that are named, and gives proxy and URL.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use url::{Host, Url};

use super::RunError;
use super::reference::Reference;
use crate::mock::{self, Behaviour, Running};
use crate::model::profile::Profile;
use crate::model::target::{ProxyScheme, ProxySpec, Route, Target};

/// The proxy of a route, and the mock that plays it, if one does.
pub(crate) async fn route(route: &Route) -> Result<(Option<ProxySpec>, Option<Running>), RunError> {
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

/// The origin of a target, when the tool plays it.
pub(crate) enum Origin {
    /// A mock, which ends when this is dropped.
    Mock(Running),
    /// The server of a URL.
    Other,
    /// The reference origin.
    Reference(Arc<Reference>),
}

impl Origin {
    /// The server, when the tool plays it: then there are as many fresh files as are wanted.
    pub(super) fn running(&self) -> Option<&Running> {
        match self {
            Self::Mock(running) => Some(running),
            Self::Other => None,
            Self::Reference(reference) => Some(reference.running()),
        }
    }
}

/// The URL of a target, and its origin.
pub(crate) async fn target(
    target: &Target,
    reference: Option<&Arc<Reference>>,
    profile: Profile,
) -> Result<(Url, Origin), RunError> {
    match target {
        Target::Url(url) => Ok((url.clone(), Origin::Other)),
        Target::Mock { behaviour, size } => {
            let running = mock::start_origin(LOOPBACK, Behaviour::parse_origin(behaviour)?).await?;
            let url = Url::parse(&running.object_url(*size)).map_err(std::io::Error::other)?;
            Ok((url, Origin::Mock(running)))
        }
        Target::Reference { size, .. } => {
            let missing = || std::io::Error::other("the reference origin was not started");
            let reference = reference.ok_or_else(missing)?;
            Ok((reference.url(*size, profile), Origin::Reference(Arc::clone(reference))))
        }
    }
}

const LOOPBACK: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
