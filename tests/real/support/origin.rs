//! The server that holds the files, like the one behind every proxy under test: a content store
//! served by nginx, or by another server where that matters.

use std::net::SocketAddrV4;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use super::certificate::Certificates;
use super::content::{self, Content};
use super::program::{self, Program};
use super::{address, apache, caddy, lighttpd, nginx};

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

    /// The running program.
    pub(crate) fn program(&mut self) -> &mut Program {
        &mut self.program
    }

    /// The URL of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// The URL of the medium file.
    pub(crate) fn medium(&self) -> String {
        self.url(&self.content.medium)
    }

    /// Starts one behind a filter that does not know its own length: every answer is chunked, a 206
    /// too.
    pub(crate) fn chunking() -> Self {
        let inner = address::fresh();
        Self::listening(
            "http",
            "",
            &format!(
                "location ~ ^/fresh {{
            proxy_pass http://{inner};
            proxy_http_version 1.1;
            sub_filter nothing nothing;
            sub_filter_types *;
        }}
    }}
    server {{
        listen {inner};
        root {{folder}}/root;
        location ~ ^/fresh[0-9]+(/Content/.*)$ {{ alias {{folder}}/root$1; }}"
            ),
        )
    }

    /// Starts Apache httpd as one, with more `modules` and directives.
    pub(crate) fn apache(modules: &[&str], directives: &str) -> Self {
        let folder = program::folder();
        let content = content::write(&folder.path().join("root"));
        let address = address::fresh();
        let body = format!(
            "DocumentRoot {{folder}}/root
AliasMatch \"^/fresh[0-9]+/(Content/.*)$\" \"{{folder}}/root/$1\"
{directives}"
        );
        let modules = [&["alias"], modules].concat();
        let program = apache::launch(folder, address, &modules, &body);
        Self { content, scheme: "http", address, program }
    }

    /// Starts lighttpd as one, with more directives.
    pub(crate) fn lighttpd(directives: &str) -> Self {
        let folder = program::folder();
        let content = content::write(&folder.path().join("root"));
        let address = address::fresh();
        let text =
            format!("url.rewrite-once = (\"^/fresh[0-9]+(/Content/.*)$\" => \"$1\")\n{directives}");
        let program = lighttpd::launch(folder, address, &text);
        Self { content, scheme: "http", address, program }
    }

    /// Starts Caddy as one.
    pub(crate) fn caddy() -> Self {
        let folder = program::folder();
        let content = content::write(&folder.path().join("root"));
        let address = address::fresh();
        let site = "root * {folder}/root
    @fresh path_regexp fresh ^/fresh[0-9]+(/Content/.*)$
    rewrite @fresh {re.fresh.1}
    file_server";
        let program = caddy::launch(folder, address, site);
        Self { content, scheme: "http", address, program }
    }

    /// The path of the medium file under a name that nobody asked for before.
    pub(crate) fn fresh(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        format!("/fresh{}{}", NEXT.fetch_add(1, Ordering::Relaxed), self.content.medium)
    }

    fn listening(scheme: &'static str, listen: &str, directives: &str) -> Self {
        let folder = program::folder();
        let content = content::write(&folder.path().join("root"));
        let address = address::fresh();
        let directives = nginx::one_on_each_line(directives);
        let http = format!(
            "server {{
        listen {address} {listen};
        root {{folder}}/root;
        {directives}
        location ~ ^/fresh[0-9]+(/Content/.*)$ {{ alias {{folder}}/root$1; }}
    }}"
        );
        let program = nginx::start(folder, address, &http);
        Self { content, scheme, address, program }
    }
}
