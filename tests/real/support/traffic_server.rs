//! Starts Apache Traffic Server as a forward proxy, with a layout of its own.

use std::fs;
use std::net::SocketAddrV4;

use super::address;
use super::program::{self, Program};

/// Starts one with more lines for `records.config` and for `plugin.config`.
pub(crate) fn start(records: &str, plugins: &str) -> (Program, SocketAddrV4) {
    let folder = program::folder();
    let place = folder.path().to_str().expect("a path in UTF-8").to_owned();
    let address = address::fresh();
    for name in ["config", "run", "log", "cache"] {
        fs::create_dir(folder.path().join(name)).expect("a folder of the layout");
    }
    let write = |name: &str, text: &str| {
        fs::write(folder.path().join(name), text).expect("a file of the layout");
    };
    write(
        "runroot.yaml",
        &format!(
            "prefix: {place}
exec_prefix: {place}
bindir: /usr/bin
sbindir: /usr/sbin
sysconfdir: {place}/config
datadir: {place}
includedir: /usr/include
libdir: /usr/lib
libexecdir: /usr/lib/trafficserver/modules
localstatedir: {place}
runtimedir: {place}/run
logdir: {place}/log
cachedir: {place}/cache
"
        ),
    );
    // `#-1`: stay who started it. `remap_required 0`: a forward proxy. 127.64/10 counts as any
    // other network. `wait_for_cache 1`: nobody is served before the cache is ready, for until then
    // nothing is stored. The diagnostics go to a file that the harness prints.
    write(
        "config/records.config",
        &format!(
            "CONFIG proxy.config.admin.user_id STRING #-1
CONFIG proxy.config.http.server_ports STRING {}:ip-in={}
CONFIG proxy.config.url_remap.remap_required INT 0
CONFIG proxy.config.exec_thread.autoconfig INT 0
CONFIG proxy.config.exec_thread.limit INT 2
CONFIG proxy.config.http.insert_response_via_str INT 1
CONFIG proxy.config.diags.output.error STRING E
CONFIG proxy.config.http.wait_for_cache INT 1
CONFIG proxy.config.cache.ram_cache.size INT 33554432
CONFIG proxy.config.cache.min_average_object_size INT 131072
{records}
",
            address.port(),
            address.ip()
        ),
    );
    write("config/storage.config", &format!("{place}/cache 128M\n"));
    write(
        "config/ip_allow.yaml",
        "ip_allow:
  - apply: in
    ip_addrs: 0/0
    action: allow
    methods: ALL
",
    );
    write("config/plugin.config", plugins);
    let run_root = format!("--run-root={place}/runroot.yaml");
    (Program::start("traffic_server", &[&run_root], folder, address), address)
}
