//! Certificates, and a TLS front for any server.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd,
};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::{RootCertStore, ServerConfig};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::runtime;

/// An authority that only those trust who name its file.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    /// A new one, with a name and a key of its own.
    pub(crate) fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("authority {} of a test", COUNT.fetch_add(1, Ordering::Relaxed));
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let issuer = CertifiedIssuer::self_signed(params, key()).expect("an authority");
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join(FILE), issuer.pem()).expect("a file is written");
        Self { issuer, folder }
    }

    /// Its certificate as a PEM file, which lives as long as the authority.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join(FILE)
    }

    /// A server with a certificate for a name or an address.
    pub(crate) fn server(&self, name: &str) -> ServerConfig {
        self.config(&params(name), None)
    }

    /// A server whose certificate has expired.
    pub(crate) fn expired(&self, name: &str) -> ServerConfig {
        let mut params = params(name);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
        self.config(&params, None)
    }

    /// A server that serves only clients with a certificate of this authority.
    pub(crate) fn wants_client_certificate(&self, name: &str) -> ServerConfig {
        let mut roots = RootCertStore::empty();
        roots.add(self.issuer.der().clone()).expect("a root");
        let provider = Arc::new(default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider);
        self.config(&params(name), Some(verifier.build().expect("a verifier")))
    }

    fn config(
        &self,
        params: &CertificateParams,
        of_clients: Option<Arc<dyn ClientCertVerifier>>,
    ) -> ServerConfig {
        let key = key();
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let builder = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider knows the versions");
        let builder = match of_clients {
            Some(verifier) => builder.with_client_cert_verifier(verifier),
            None => builder.with_no_client_auth(),
        };
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let chain = vec![certificate.der().clone()];
        builder.with_single_cert(chain, key.into()).expect("a key for its certificate")
    }
}

/// Ends TLS on a free port of the loopback and relays what is inside to `backend`, until the end
/// of the process.
pub(crate) fn tls_front(config: ServerConfig, backend: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let listener = runtime().block_on(listener).expect("a free port");
    let address = listener.local_addr().expect("the address of a listener");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    runtime().spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // A client that breaks off is what some tests are about, never a failure here.
                let mut client = match acceptor.accept(stream).into_fallible().await {
                    Ok(client) => client,
                    Err((_, stream)) => return linger(stream).await,
                };
                let Ok(mut server) = TcpStream::connect(backend).await else { return };
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    address
}

/// Closes so that an alert arrives: unread bytes would turn the close into a reset.
async fn linger(mut stream: TcpStream) {
    let _ = stream.shutdown().await;
    let mut nowhere = tokio::io::sink();
    let drained = tokio::io::copy(&mut stream, &mut nowhere);
    let _ = tokio::time::timeout(Duration::from_secs(1), drained).await;
}

fn params(name: &str) -> CertificateParams {
    CertificateParams::new([name.to_owned()]).expect("a name for a certificate")
}

fn key() -> KeyPair {
    KeyPair::generate().expect("a key")
}

const FILE: &str = "authority.pem";
