//! What TLS trusts: the machine's certificate store, more roots by file, or everything.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_platform_verifier::Verifier;

/// Whose certificates are accepted.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Trust {
    /// PEM file with more root certificates.
    pub ca_file: Option<PathBuf>,
    /// Accept any certificate.
    pub insecure: bool,
}

/// Why TLS cannot be set up.
#[derive(Clone, Debug, thiserror::Error)]
pub enum TlsError {
    /// The file of root certificates cannot be read.
    #[error("cannot read certificates from {path}: {reason}")]
    CaFile {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The machine's store cannot be used.
    #[error("cannot use the certificate store of this machine")]
    Store(#[source] rustls::Error),
}

/// The client configuration for TLS, built when TLS first occurs: reading the machine's store
/// takes some milliseconds that most runs can save.
#[derive(Debug, Default)]
pub struct Tls {
    trust: Trust,
    config: OnceLock<Result<Arc<ClientConfig>, TlsError>>,
}

impl Tls {
    /// Reads the file of root certificates at once, so that a bad one is known before the run.
    pub fn new(trust: Trust) -> Result<Self, TlsError> {
        let tls = Self { trust, config: OnceLock::new() };
        if tls.trust.ca_file.is_some() {
            tls.config()?;
        }
        Ok(tls)
    }

    /// The configuration.
    pub fn config(&self) -> Result<Arc<ClientConfig>, TlsError> {
        self.config.get_or_init(|| client_config(&self.trust)).clone()
    }

    /// Why TLS could not be set up when it was needed. Then the tool has failed, and what it saw
    /// says nothing about any peer.
    pub fn failure(&self) -> Option<TlsError> {
        self.config.get()?.as_ref().err().cloned()
    }
}

fn client_config(trust: &Trust) -> Result<Arc<ClientConfig>, TlsError> {
    let provider = Arc::new(ring::default_provider());
    let extra = match &trust.ca_file {
        Some(path) => read_certificates(path)?,
        None => Vec::new(),
    };
    let verifier: Arc<dyn ServerCertVerifier> = if trust.insecure {
        Arc::new(AcceptAll(Arc::clone(&provider)))
    } else {
        Arc::new(
            Verifier::new_with_extra_roots(extra, Arc::clone(&provider))
                .map_err(TlsError::Store)?,
        )
    };
    let config = builder(provider)?.dangerous().with_custom_certificate_verifier(verifier);
    Ok(Arc::new(config.with_no_client_auth()))
}

/// A configuration that trusts nobody, for a client that will not speak TLS.
pub fn no_tls() -> Result<Arc<ClientConfig>, TlsError> {
    let config = builder(Arc::new(ring::default_provider()))?;
    Ok(Arc::new(config.with_root_certificates(RootCertStore::empty()).with_no_client_auth()))
}

type VersionedBuilder = rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>;

fn builder(provider: Arc<CryptoProvider>) -> Result<VersionedBuilder, TlsError> {
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Store)
}

fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let fail = |reason: String| TlsError::CaFile { path: path.to_owned(), reason };
    let pem = std::fs::read(path).map_err(|error| fail(error.to_string()))?;
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<_, _>>()
        .map_err(|error| fail(error.to_string()))?;
    if certificates.is_empty() {
        return Err(fail("there is no PEM certificate in it".to_owned()));
    }
    Ok(certificates)
}

/// Accepts every certificate; only signatures are checked.
#[derive(Debug)]
struct AcceptAll(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAll {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
