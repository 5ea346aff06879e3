//! The arguments of the program, of which the list of processes shows no password. Called once, by
//! the start of the program.
//!
//! What a program was started with is there for every user of the machine to read, with `ps` or in
//! `/proc/PID/cmdline`. So when an argument may hold a password, the program starts itself anew in
//! its place (`exec`: the same process with the same files and signals), with `***` for it, and
//! hands what was meant over in a pipe that nobody else can read. Windows has no `exec`; there the
//! arguments are shown to administrators and to the same user only, and stay as they are.

use std::ffi::OsString;

use super::error::CliError;

/// The arguments as they were meant, the name of the program first.
#[cfg(not(unix))]
pub(super) fn arguments() -> Result<Vec<OsString>, CliError> {
    Ok(std::env::args_os().collect())
}

/// The arguments as they were meant, the name of the program first. Does not come back where they
/// have to be hidden: must be called before anything else is done.
#[cfg(unix)]
pub(super) fn arguments() -> Result<Vec<OsString>, CliError> {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    if let Some(descriptor) = handover::waiting() {
        return handover::receive(&descriptor)
            .map_err(|error| CliError::tool("cannot read the arguments that were hidden", error));
    }
    if let Some(shown) = hide_passwords(&arguments) {
        let error = handover::restart(&arguments, &shown);
        eprintln!(
            "warning: the list of processes shows the password of an argument: cannot hide it: \
             {error}"
        );
    }
    Ok(arguments)
}

/// The arguments as all may see them; none when there is nothing to hide.
#[cfg(unix)]
fn hide_passwords(arguments: &[OsString]) -> Option<Vec<OsString>> {
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    let hidden = |argument: &OsString| hide_password(argument.as_bytes()).map(OsString::from_vec);
    let all: Vec<Option<OsString>> = arguments.iter().skip(1).map(hidden).collect();
    all.iter().any(Option::is_some).then(|| {
        let shown = all.into_iter().zip(arguments.iter().skip(1));
        shown.map(|(hidden, plain)| hidden.unwrap_or_else(|| plain.clone())).collect()
    })
}

/// An argument with `***` in place of what may be a password in it, that is from the first colon,
/// but for that of `://`, to the last `@`, whatever stands between: a URL that cannot be read may
/// hold one too. Hides too much rather than too little.
#[cfg(unix)]
fn hide_password(argument: &[u8]) -> Option<Vec<u8>> {
    let end = memchr::memrchr(b'@', argument)?;
    let before = &argument[..end];
    let authority = memchr::memmem::find(before, b"://").map_or(0, |scheme| scheme + 3);
    // A colon that is encoded belongs to the user, but only a slip puts one there.
    let encoded = before[authority..].windows(3).position(|code| code.eq_ignore_ascii_case(b"%3a"));
    let plain = memchr::memchr(b':', &before[authority..]);
    let colon = authority + plain.into_iter().chain(encoded).min()?;
    let is_empty = colon + 1 == end;
    (!is_empty).then(|| [&argument[..colon], b":***", &argument[end..]].concat())
}

/// From the process as it was started to the same one with other arguments.
#[cfg(unix)]
mod handover {
    use std::env;
    use std::ffi::OsString;
    use std::fs::File;
    use std::io::{self, Read as _, Write as _};
    use std::os::fd::AsRawFd as _;
    use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
    use std::os::unix::process::CommandExt as _;
    use std::process::{self, Command};

    use rustix::io::{FdFlags, fcntl_setfd, ioctl_fionbio};

    /// The descriptor that holds what was handed over to this very process.
    pub(super) fn waiting() -> Option<String> {
        let value = env::var(VARIABLE).ok()?;
        let (process, descriptor) = value.split_once(':')?;
        // Another process that got the variable from this one must not believe it.
        (process.parse() == Ok(process::id())).then(|| descriptor.to_owned())
    }

    /// Reads what was handed over.
    pub(super) fn receive(descriptor: &str) -> io::Result<Vec<OsString>> {
        let mut bytes = Vec::new();
        File::open(path(descriptor))?.read_to_end(&mut bytes)?;
        // No argument can hold a zero byte, and each was written with one at its end.
        let bytes = bytes.strip_suffix(&[0]).ok_or(io::ErrorKind::UnexpectedEof)?;
        let arguments = bytes.split(|&byte| byte == 0);
        Ok(arguments.map(|argument| OsString::from_vec(argument.to_vec())).collect())
    }

    /// Starts the program anew in place of itself. Comes back only when that cannot be done.
    pub(super) fn restart(arguments: &[OsString], shown: &[OsString]) -> io::Error {
        try_restart(arguments, shown).unwrap_or_else(|error| error)
    }

    fn try_restart(arguments: &[OsString], shown: &[OsString]) -> io::Result<io::Error> {
        let (reader, mut writer) = io::pipe()?;
        let descriptor = reader.as_raw_fd().to_string();
        // Not every system lets a process open its own descriptors by their names.
        File::open(path(&descriptor))?;
        // What does not fit must not be waited for: nobody reads before the restart.
        ioctl_fionbio(&writer, true)?;
        for argument in arguments {
            writer.write_all(argument.as_bytes())?;
            writer.write_all(&[0])?;
        }
        drop(writer);
        fcntl_setfd(&reader, FdFlags::empty())?;
        let mut command = Command::new(env::current_exe()?);
        if let Some(name) = arguments.first() {
            command.arg0(name);
        }
        command.args(shown).env(VARIABLE, format!("{}:{descriptor}", process::id()));
        Ok(command.exec())
    }

    fn path(descriptor: &str) -> String {
        format!("/dev/fd/{descriptor}")
    }

    /// Names the process and the descriptor, `PID:FD`; holds no secret itself.
    const VARIABLE: &str = "BITSGATE_ARGUMENTS";
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shown(argument: &str) -> String {
        let hidden = hide_password(argument.as_bytes());
        hidden.map_or_else(|| argument.to_owned(), |bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn the_user_stays_and_the_password_goes() {
        for (argument, expected) in [
            ("http://user:hunter2@h:3128", "http://user:***@h:3128"),
            ("--proxy=http://user:hunter2@h", "--proxy=http://user:***@h"),
            ("-phttp://user:hunter2@[::1]:1", "-phttp://user:***@[::1]:1"),
            ("-puser:hunter2@h:1", "-puser:***@h:1"),
            ("socks5://:hunter2@h", "socks5://:***@h"),
            ("http://user:h%40un%3Ater2@h", "http://user:***@h"),
            ("http://D%5Cuser:hun@ter2@h", "http://D%5Cuser:***@h"),
            ("http://user:1#hun/ter2?@h", "http://user:***@h"),
            ("http:/user:hunter2@h", "http:***@h"),
            ("http://user%3ahunter2@h", "http://user:***@h"),
            ("http://a:hunter2@h http://b:hunter2@h2", "http://a:***@h2"),
        ] {
            assert_eq!(shown(argument), expected);
        }
    }

    #[test]
    fn what_holds_no_password_stays_as_it_is() {
        for argument in [
            "check",
            "--proxy",
            "mock:no-length-head",
            "http://user@h:3128",
            "http://user:@h:3128",
            "http://h:8530/a.cab",
            "json=C:\\report.json",
            "a@b",
            "",
        ] {
            assert_eq!(shown(argument), argument);
            assert_eq!(hide_passwords(&["bitsgate".into(), argument.into()]), None);
        }
    }
}
