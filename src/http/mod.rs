//! Connections and answers, down to the byte: dialing, TLS, proxies, the reader of responses.

pub mod client;
pub mod cookies;
pub mod dial;
pub mod login;
pub mod reception;
pub(crate) mod redact;
pub mod second_client;
pub mod tls;
pub mod whole_file;
