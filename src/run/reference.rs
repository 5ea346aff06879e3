//! The reference origin: a right server of our own for a proxy to fetch from. Its objects have
//! fresh names that nobody can guess, so that the first contact is truly cold, and its journal
//! says what arrived, so that blame is proved and not inferred.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;

use rand::Rng as _;
use tokio::net::lookup_host;
use url::Url;

use crate::mock::content::Content;
use crate::mock::{self, Running};
use crate::model::evidence::Truth;
use crate::model::journal::LoggedRequest;
use crate::model::profile::Profile;
use crate::model::target::Route;

/// A running reference origin.
pub(crate) struct Reference {
    running: Running,
    name: String,
    /// Under which URL the objects are asked for.
    base: Url,
}

impl Reference {
    /// Starts one. `base`: the URL under which others reach it, when that is not its address.
    pub(super) async fn start(listen: SocketAddr, base: Option<&Url>) -> io::Result<Self> {
        let name = format!("{:032x}", rand::rng().random::<u128>());
        let running = mock::start_reference(listen, &name).await?;
        let base = match base {
            Some(base) => base.clone(),
            None => Url::parse(&running.url()).map_err(io::Error::other)?,
        };
        Ok(Self { running, name, base })
    }

    /// The URL of its object of `size` bytes for a profile: each begins with a cold one.
    pub(super) fn url(&self, size: u64, profile: Profile) -> Url {
        let mut url = self.base.clone();
        let folder = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{folder}/object/{}/{size}.{}.bin", self.name, profile.as_str()));
        url
    }

    /// The server itself.
    pub(super) fn running(&self) -> &Running {
        &self.running
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.running.addr()
    }

    /// The true bytes of its objects.
    pub(super) fn truth(&self) -> Truth {
        let content = Content::of_object(&self.name);
        Truth(Arc::new(move |offset, buffer| content.fill(offset, buffer)))
    }

    /// How many requests have arrived so far: where a leg begins in the journal.
    pub(super) fn mark(&self) -> u64 {
        self.running.requests()
    }

    /// What has arrived since a mark; the oldest may be missing when very much has.
    pub(super) fn since(&self, mark: u64) -> Vec<LoggedRequest> {
        let new = usize::try_from(self.running.requests() - mark).unwrap_or(usize::MAX);
        let mut log = self.running.log();
        log.split_off(log.len().saturating_sub(new))
    }
}

/// The address of this machine that a proxy sees: that of the route to it. Nothing is sent for it.
///
/// A proxy that cannot be resolved gets the loopback address: its own leg will tell.
pub(super) async fn local_address(route: &Route) -> io::Result<IpAddr> {
    let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let Route::Proxy(proxy) = route else { return Ok(loopback) };
    let host = proxy.host.to_string();
    let found = lookup_host((host.trim_matches(['[', ']']), proxy.port)).await;
    let Some(address) = found.ok().and_then(|mut addresses| addresses.next()) else {
        return Ok(loopback);
    };
    let any = if address.is_ipv4() { "0.0.0.0:0" } else { "[::]:0" };
    let socket = UdpSocket::bind(any)?;
    socket.connect(address)?;
    Ok(socket.local_addr()?.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn names_are_fresh_and_nothing_else_is_served() {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let one = Reference::start(listen, None).await.unwrap();
        let other = Reference::start(listen, None).await.unwrap();
        assert_ne!(one.name, other.name);
        let status = async |url: &str| status_of(url).await;
        assert_eq!(status(one.url(100, Profile::Bits).as_str()).await, 200);
        let address = one.address();
        for path in ["/", "/object/100.bin", other.url(100, Profile::Bits).path()] {
            assert_eq!(status(&format!("http://{address}{path}")).await, 404, "{path}");
        }
        let arrived = one.since(1);
        assert_eq!(arrived.len(), 3);
        assert!(arrived[1].line.starts_with("GET /object/100.bin"));
    }

    async fn status_of(url: &str) -> u16 {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let url = Url::parse(url).unwrap();
        let address = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let request =
            format!("GET {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", url.path());
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8_lossy(&answer[9..12]).parse().unwrap()
    }

    #[tokio::test]
    async fn a_base_url_keeps_its_folder() {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let base = Url::parse("http://proxy.example/updates/").unwrap();
        let reference = Reference::start(listen, Some(&base)).await.unwrap();
        let url = reference.url(5, Profile::Do);
        assert!(url.as_str().starts_with("http://proxy.example/updates/object/"), "{url}");
    }
}
