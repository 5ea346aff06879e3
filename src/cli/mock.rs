//! `bitsgate mock`: runs the mock origin or the mock proxy on its own, for curl, for a real BITS
//! client, for other tools.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::error::CliError;
use super::signals::interrupted;
use super::{list, write_stdout};
use crate::mock::{self, Behaviour, Running, emulation};
use crate::run::RunError;
use crate::suggest::nearest;

/// Run a server or a proxy that misbehaves on request
///
/// Everything is real: the sockets, the resets, the 5 GiB files (their bytes are generated from
/// their position and never stored). Without --fault the mock is compliant and passes every check.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct MockArgs {
    /// Show every fault, variation and emulation, and stop
    #[arg(long)]
    list: bool,

    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Debug, Subcommand)]
enum Role {
    /// A web server with files of any size: /object/SIZE.bin, /object/NAME/SIZE.cab, up to 8 GiB
    Origin(ServeArgs),
    /// A forward proxy for http URLs and CONNECT
    Proxy(ProxyArgs),
}

#[derive(Args, Debug)]
struct ServeArgs {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDR", default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))]
    listen: SocketAddr,

    /// What goes wrong; may be repeated, and names may be joined by +
    #[arg(long = "fault", visible_alias = "variation", value_name = "NAME")]
    faults: Vec<String>,

    /// Show every fault, variation and emulation, and stop
    #[arg(long)]
    list: bool,
}

#[derive(Args, Debug)]
struct ProxyArgs {
    #[command(flatten)]
    serve: ServeArgs,

    /// Behave like this product and version; `bitsgate list emulations` names them
    #[arg(long, value_name = "NAME")]
    emulate: Option<String>,
}

/// Runs the mock until Ctrl-C.
pub(super) async fn run(args: MockArgs) -> Result<ExitCode, CliError> {
    let hint = "write `bitsgate mock origin` or `bitsgate mock proxy`, or --list for the faults";
    let (serve, emulate, is_proxy) = match args.role {
        _ if args.list => return show_list(),
        Some(Role::Origin(serve)) => (serve, None, false),
        Some(Role::Proxy(proxy)) => (proxy.serve, proxy.emulate, true),
        None => return Err(CliError::usage("say which mock to run", hint)),
    };
    if serve.list {
        return show_list();
    }
    if let Some(name) = emulate.as_deref().filter(|name| emulation::find(name).is_none()) {
        let nearest = nearest(name, emulation::names());
        return Err(CliError::unknown("emulation", name, nearest.as_deref(), "emulations"));
    }
    let names: Vec<_> = emulate.into_iter().chain(serve.faults).collect();
    let parse = if is_proxy { Behaviour::parse } else { Behaviour::parse_origin };
    let behaviour = parse(&names.join("+")).map_err(RunError::from)?;
    let started = if is_proxy {
        mock::start_proxy(serve.listen, behaviour).await
    } else {
        mock::start_origin(serve.listen, behaviour).await
    };
    let running = started.map_err(|error| {
        let message = format!("cannot listen on {}: {error}", serve.listen);
        CliError::usage(message, "port 0 takes a free port")
    })?;
    if !running.addr().ip().is_loopback() {
        eprintln!(
            "warning: {} is not a loopback address: anyone who reaches it can use this mock{}",
            running.addr(),
            if is_proxy { ", and through it reach what this machine reaches" } else { "" }
        );
    }
    // Whoever reads the greeting may end it at once.
    let interrupted = interrupted();
    write_stdout(greeting(&running, is_proxy).as_bytes())?;
    interrupted.await;
    Ok(ExitCode::SUCCESS)
}

fn show_list() -> Result<ExitCode, CliError> {
    let tables = [list::faults(), list::variations(), list::emulations()];
    let text = tables.map(|table| table.text()).join("\n");
    write_stdout(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

fn greeting(running: &Running, is_proxy: bool) -> String {
    let url = running.url();
    let names = running.behaviour().to_string();
    let behaves = if names.is_empty() { "compliant".to_owned() } else { names };
    let usage = if is_proxy {
        format!("bitsgate check --proxy {url} http://HOST/FILE")
    } else {
        format!("bitsgate check {}", running.object_url(1 << 20))
    };
    format!("listening on {url}\nbehaviour: {behaves}\ntry: {usage}\n")
}

const EXAMPLES: &str = "\
Examples:
  bitsgate mock --list
  bitsgate mock proxy --fault no-length-head
  bitsgate mock proxy --emulate apache-2.0.52 --listen 127.0.0.1:3128
  bitsgate mock origin --listen 127.0.0.1:8530 --fault range-ignored+lower-case-names

The mock runs until Ctrl-C.";
