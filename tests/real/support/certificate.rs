//! A certificate authority made for one test, and a certificate of its for the servers.

use std::fs;
use std::net::IpAddr;
use std::path::PathBuf;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType,
};
use tempfile::TempDir;

/// The files, gone when dropped.
#[derive(Debug)]
pub(crate) struct Certificates {
    folder: TempDir,
}

impl Certificates {
    /// Makes a new authority, and a certificate for a server at `host`.
    pub(crate) fn for_host(host: IpAddr) -> Self {
        let authority_key = KeyPair::generate().expect("a key");
        let mut authority = CertificateParams::default();
        authority.distinguished_name.push(DnType::CommonName, "bitsgate test authority");
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority_pem = authority.self_signed(&authority_key).expect("a certificate").pem();

        let key = KeyPair::generate().expect("a key");
        let mut server = CertificateParams::default();
        server.distinguished_name.push(DnType::CommonName, "bitsgate test server");
        server.subject_alt_names = vec![SanType::IpAddress(host)];
        let issuer = Issuer::new(authority, authority_key);
        let server_pem = server.signed_by(&key, &issuer).expect("a certificate").pem();

        let folder = super::program::folder();
        let certificates = Self { folder };
        fs::write(certificates.authority(), authority_pem).expect("a file");
        fs::write(certificates.chain(), server_pem).expect("a file");
        fs::write(certificates.key(), key.serialize_pem()).expect("a file");
        certificates
    }

    /// The certificate that a client must trust.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    /// The server's certificate.
    pub(crate) fn chain(&self) -> PathBuf {
        self.folder.path().join("server.pem")
    }

    /// The server's key.
    pub(crate) fn key(&self) -> PathBuf {
        self.folder.path().join("server.key")
    }
}
