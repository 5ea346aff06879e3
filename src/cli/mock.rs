//! `bitsgate mock`: runs the mock origin or the mock proxy on its own, for curl, for a real BITS
//! client, for other tools.

use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};

use clap::{Args, Subcommand};

use crate::mock::behaviour::UnknownName;
use crate::mock::{Behaviour, Running, fault, quirk, start_origin, start_proxy};

/// Run a server or a proxy that misbehaves on request.
///
/// Everything is real: the sockets, the resets, the 5 GiB files (their bytes are generated from
/// their position and never stored). Without --fault the mock is compliant and passes every check.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    bitsgate mock --list\n  \
    bitsgate mock proxy --fault no-length-head\n  \
    bitsgate mock origin --listen 127.0.0.1:8530 --fault range-ignored+lower-case-names\n\n\
    The mock runs until Ctrl-C.")]
pub struct MockArgs {
    /// Show every fault and quirk, and stop.
    #[arg(long)]
    list: bool,

    #[command(subcommand)]
    role: Option<Role>,
}

#[derive(Debug, Subcommand)]
enum Role {
    /// A web server with files of any size: /object/SIZE.bin, /object/NAME/SIZE.cab, up to 8 GiB.
    Origin(ServeArgs),
    /// A forward proxy for http URLs and CONNECT.
    Proxy(ServeArgs),
}

#[derive(Args, Debug)]
struct ServeArgs {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))]
    listen: SocketAddr,

    /// What goes wrong; may be repeated, and names may be joined by +.
    #[arg(long = "fault", visible_alias = "quirk", value_name = "NAME")]
    faults: Vec<String>,

    /// Show every fault and quirk, and stop.
    #[arg(long)]
    list: bool,
}

/// Why the mock could not run.
#[derive(Debug, thiserror::Error)]
pub enum MockError {
    /// Neither a role nor `--list`.
    #[error("say which mock to run: origin or proxy")]
    NoRole,
    /// The address cannot be listened on.
    #[error("cannot listen on {0}")]
    Listen(SocketAddr, #[source] io::Error),
    /// Standard output is closed.
    #[error("cannot write to standard output")]
    Output(#[source] io::Error),
    /// Ctrl-C cannot be waited for.
    #[error("cannot wait for Ctrl-C")]
    Signal(#[source] io::Error),
    /// A name that is neither a fault nor a quirk.
    #[error(transparent)]
    UnknownName(#[from] UnknownName),
}

impl MockError {
    /// What the user may do; printed after `hint: `.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoRole => Some("bitsgate mock proxy --fault no-length-head".to_owned()),
            Self::UnknownName(UnknownName { nearest: Some(name), .. }) => {
                Some(format!("did you mean {name}?"))
            }
            Self::UnknownName(_) => Some("`bitsgate mock --list` shows all names".to_owned()),
            Self::Listen(..) => Some("port 0 takes a free port".to_owned()),
            Self::Output(_) | Self::Signal(_) => None,
        }
    }
}

/// Runs the mock until Ctrl-C.
pub async fn run(args: MockArgs) -> Result<(), MockError> {
    if args.list {
        return print(&list());
    }
    let (serve, is_proxy) = match args.role.ok_or(MockError::NoRole)? {
        Role::Origin(serve) => (serve, false),
        Role::Proxy(serve) => (serve, true),
    };
    if serve.list {
        return print(&list());
    }
    let behaviour = Behaviour::of_names(serve.faults.iter().map(String::as_str))?;
    let started = if is_proxy {
        start_proxy(serve.listen, behaviour).await
    } else {
        start_origin(serve.listen, behaviour).await
    };
    let running = started.map_err(|error| MockError::Listen(serve.listen, error))?;
    if !running.addr().ip().is_loopback() {
        anstream::eprintln!(
            "warning: {} is not a loopback address: anyone who reaches it can use this mock{}",
            running.addr(),
            if is_proxy { ", and through it reach what this machine reaches" } else { "" }
        );
    }
    print(&greeting(&running, is_proxy))?;
    tokio::signal::ctrl_c().await.map_err(MockError::Signal)
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

/// The table of `--list`: faults with what they promise, then quirks.
fn list() -> String {
    let faults = fault::all().map(|fault| {
        let code = fault.promise.hresult.map_or("-".to_owned(), |code| code.to_string());
        let verdict = fault.promise.verdict.as_str();
        format!("  {:<26} {verdict:<12} {code:<10}  {}\n", fault.name, fault.summary)
    });
    let quirks = quirk::all()
        .map(|quirk| format!("  {:<26} {:<24} {}\n", quirk.name, "pass", quirk.summary));
    let mut text = "Faults (name, verdict, code of the BITS job, what goes wrong):\n".to_owned();
    text.extend(faults);
    text.push_str("\nQuirks (legal oddities, which must pass):\n");
    text.extend(quirks);
    text
}

fn print(text: &str) -> Result<(), MockError> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(MockError::Output)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        args: MockArgs,
    }

    fn parse(line: &[&str]) -> MockArgs {
        Line::try_parse_from(line).unwrap().args
    }

    #[tokio::test]
    async fn mistakes_are_named() {
        let error = run(parse(&["mock"])).await.unwrap_err();
        assert!(matches!(error, MockError::NoRole));
        let error = run(parse(&["mock", "proxy", "--quirk", "no-etags"])).await.unwrap_err();
        assert_eq!(error.to_string(), "there is no fault or quirk named \"no-etags\"");
        assert_eq!(error.hint().as_deref(), Some("did you mean no-etag?"));
        let listen = ["mock", "origin", "--listen", "192.0.2.1:1"];
        assert!(matches!(run(parse(&listen)).await.unwrap_err(), MockError::Listen(..)));
    }

    #[test]
    fn the_list_names_all() {
        let list = list();
        assert!(fault::all().all(|fault| list.contains(fault.name)));
        assert!(quirk::all().all(|quirk| list.contains(quirk.name)));
    }
}
