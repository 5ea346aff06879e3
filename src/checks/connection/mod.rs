//! Checks of the connection, of framing and of redirects.

pub(crate) mod block_page;
pub(crate) mod framing_fields;
pub(crate) mod header_size;
pub(crate) mod http_version;
pub(crate) mod keep_alive;
pub(crate) mod parallel_requests;
pub(crate) mod proxy_authentication;
pub(crate) mod reachable;
pub(crate) mod redirects;
pub(crate) mod stray_bytes;
pub(crate) mod wsus_client_service;
