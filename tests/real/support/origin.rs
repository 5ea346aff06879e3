//! The server that holds the files: nginx with a content store, like the one behind every proxy
//! under test.

use std::net::SocketAddrV4;
use std::path::Path;

use super::certificate::Certificates;
use super::content::{self, Content};
use super::program::{self, Program};
use super::{address, nginx};

/// A running origin. It ends when dropped.
#[derive(Debug)]
pub(crate) struct Origin {
    /// Its files.
    pub(crate) content: Content,
    scheme: &'static str,
    address: SocketAddrV4,
    program: Program,
}

impl Origin {
    /// Starts a right one.
    pub(crate) fn start() -> Self {
        Self::with("")
    }

    /// Starts one with more nginx directives in its `server` block.
    pub(crate) fn with(directives: &str) -> Self {
        Self::listening("http", "", directives)
    }

    /// Starts a right one that speaks TLS with a certificate for its address.
    pub(crate) fn with_tls(certificates: &Certificates) -> Self {
        let directives = format!(
            "ssl_certificate {};\nssl_certificate_key {};",
            certificates.chain().display(),
            certificates.key().display()
        );
        Self::listening("https", "ssl", &directives)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddrV4 {
        self.address
    }

    /// The folder with its files and logs.
    pub(crate) fn folder(&self) -> &Path {
        self.program.folder()
    }

    /// The URL of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// The URL of the medium file.
    pub(crate) fn medium(&self) -> String {
        self.url(&self.content.medium)
    }

    fn listening(scheme: &'static str, listen: &str, directives: &str) -> Self {
        let folder = program::folder();
        let content = content::write(&folder.path().join("root"));
        let address = address::fresh();
        let http =
            format!("server {{ listen {address} {listen}; root {{folder}}/root; {directives} }}");
        let program = nginx::start(folder, address, &http);
        Self { content, scheme, address, program }
    }
}
