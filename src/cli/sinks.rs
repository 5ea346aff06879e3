//! Where reports go: `-o FORMAT[=PATH]`, several at once. `bitsgate check` opens all of them before
//! it sends anything, so that no run is lost to a typo in a path.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::ValueEnum as _;
use tempfile::NamedTempFile;

use super::error::CliError;
use super::stream_stdout;
use crate::report::Format;
use crate::suggest::nearest;

/// A report as asked for: `FORMAT` for standard output, `FORMAT=PATH` for a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct SinkSpec {
    /// The format.
    pub(super) format: Format,
    /// The file; none: standard output.
    pub(super) path: Option<PathBuf>,
}

/// Reports with their places, all of which could be opened.
#[derive(Debug)]
pub(super) struct Sinks {
    stdout: Format,
    files: Vec<FileSink>,
}

#[derive(Debug)]
struct FileSink {
    format: Format,
    path: PathBuf,
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// What is no file, such as a pipe or a device: it can only be written to.
    Stream(File),
    /// A file beside the one that it is to become when it is complete.
    Temporary { file: NamedTempFile, becomes: PathBuf },
}

impl fmt::Display for SinkSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.format.name())?;
        match &self.path {
            Some(path) => write!(f, "={}", path.display()),
            None => Ok(()),
        }
    }
}

impl FromStr for SinkSpec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(other) = other_report(text) {
            return Err(format!(
                "a comma separates reports: write one, without blanks, before {other}"
            ));
        }
        let (name, path) = match text.split_once('=') {
            Some((name, path)) => (name, Some(path)),
            None => (text, None),
        };
        let format = Format::from_str(name, false).map_err(|_| {
            let names: Vec<_> = Format::value_variants().iter().map(|one| one.name()).collect();
            let hint = nearest(name, &names);
            let hint = hint.map_or_else(String::new, |name| format!("did you mean {name}? "));
            format!("there is no format {name:?}; {hint}all are {}", names.join(", "))
        })?;
        match path {
            Some("") => Err(format!("there is no path after {name}=")),
            Some("-") | None => Ok(Self { format, path: None }),
            Some(path) => Ok(Self { format, path: Some(path.into()) }),
        }
    }
}

/// A report that begins behind a blank. A path may hold blanks, so they separate nothing; but this
/// would hardly be the rest of one.
fn other_report(text: &str) -> Option<&str> {
    text.split_whitespace().skip(1).find(|word| {
        word.split_once('=').is_some_and(|(name, _)| Format::from_str(name, false).is_ok())
    })
}

impl Sinks {
    /// Opens every file. Without a report for standard output among `specs`, `stdout` goes there.
    pub(super) fn open(specs: &[SinkSpec], stdout: Format) -> Result<Self, CliError> {
        let to_stdout: Vec<_> = specs.iter().filter(|spec| spec.path.is_none()).collect();
        if let [one, other, ..] = to_stdout.as_slice() {
            let (one, other) = (one.format.name(), other.format.name());
            let hint = format!("give all but one a path, such as -o {other}=report.{other}");
            let problem = format!("both {one} and {other} would go to standard output");
            return Err(CliError::usage(problem, hint));
        }
        let stdout = for_stdout(specs, stdout);
        let mut files: Vec<FileSink> = Vec::new();
        for spec in specs {
            let Some(path) = &spec.path else { continue };
            let place =
                Place::open(path).map_err(|error| cannot_write(spec.format, path, error))?;
            let sink = FileSink { format: spec.format, path: path.clone(), place };
            if let Some(twin) = files.iter().find(|known| known.place.is_same(&sink.place)) {
                let names = (twin.format.name(), sink.format.name());
                let problem =
                    format!("both {} and {} would go to {}", names.0, names.1, path.display());
                return Err(CliError::usage(problem, "give each report a path of its own"));
            }
            files.push(sink);
        }
        Ok(Self { stdout, files })
    }

    /// The format of standard output.
    pub(super) fn stdout(&self) -> Format {
        self.stdout
    }

    /// Writes every report, standard output last; gives what could not be written. `report` writes
    /// a report; it is told whether to standard output.
    pub(super) fn write(
        self,
        report: impl Fn(Format, bool, &mut dyn Write) -> io::Result<()>,
    ) -> Vec<CliError> {
        let mut failures = Vec::new();
        for FileSink { format, path, place } in self.files {
            let written = place.write(|out| report(format, false, out));
            failures.extend(written.err().map(|error| cannot_write(format, &path, error)));
        }
        failures.extend(stream_stdout(|out| report(self.stdout, true, out)).err());
        failures
    }
}

/// What goes to standard output: the report without a path, or `otherwise`.
pub(super) fn for_stdout(specs: &[SinkSpec], otherwise: Format) -> Format {
    specs.iter().find(|spec| spec.path.is_none()).map_or(otherwise, |spec| spec.format)
}

impl Place {
    fn open(path: &Path) -> io::Result<Self> {
        match fs::metadata(path) {
            Ok(known) if known.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            Ok(known) if known.is_file() => {
                // Renaming needs no right to write the file itself: respect that there is none.
                OpenOptions::new().write(true).open(path)?;
                // The file that a link leads to is replaced, and not the link.
                let becomes = path.canonicalize()?;
                let file = temporary(&becomes)?;
                fs::set_permissions(file.path(), known.permissions())?;
                Ok(Self::Temporary { file, becomes })
            }
            Ok(_) => Ok(Self::Stream(open_stream(path)?)),
            // The file that a link is to lead to is made, and the link stays. A circle of links is
            // another error.
            Err(error) if error.kind() == io::ErrorKind::NotFound && path.is_symlink() => {
                Self::open(&folder_of(path).join(fs::read_link(path)?))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let folder = folder_of(path).canonicalize()?;
                let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
                let becomes = folder.join(name);
                Ok(Self::Temporary { file: temporary(&becomes)?, becomes })
            }
            Err(error) => Err(error),
        }
    }

    fn write(self, report: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        match self {
            Self::Stream(file) => buffered(&file, report),
            Self::Temporary { file, becomes } => {
                buffered(file.as_file(), report)?;
                // A report that a crash of the machine empties is worse than none.
                file.as_file().sync_all()?;
                file.persist(becomes).map_err(|error| error.error)?;
                Ok(())
            }
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Temporary { becomes: one, .. }, Self::Temporary { becomes: other, .. }) => {
                one == other
            }
            _ => false,
        }
    }
}

/// Opens what is no file. A named pipe that nobody reads is an error (fifo(7)): to wait for its
/// reader would take for ever, whatever signal comes.
#[cfg(unix)]
fn open_stream(path: &Path) -> io::Result<File> {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
    use std::os::unix::fs::OpenOptionsExt as _;
    let at_once = OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().write(true).custom_flags(at_once).open(path)?;
    fcntl_setfl(&file, fcntl_getfl(&file)? - OFlags::NONBLOCK)?;
    Ok(file)
}

/// Opens what is no file.
#[cfg(not(unix))]
fn open_stream(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).open(path)
}

fn buffered(file: &File, report: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(file);
    report(&mut out)?;
    out.flush()
}

/// An empty file in the folder of `path`, with the permissions of any new file. It is removed when
/// it does not become `path`.
fn temporary(path: &Path) -> io::Result<NamedTempFile> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut builder = tempfile::Builder::new();
    let prefix = format!(".{name}.");
    builder.prefix(&prefix).suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(NEW_FILE));
    builder.tempfile_in(folder_of(path))
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

fn cannot_write(format: Format, path: &Path, error: io::Error) -> CliError {
    let what = format!("cannot write the {} report to {}", format.name(), path.display());
    let hint = if is_pipe(path) { HINT_PIPE } else { HINT };
    CliError::tool(&what, Reason(error)).with_hint(hint)
}

fn is_pipe(path: &Path) -> bool {
    #[cfg(unix)]
    let is_pipe = |known: fs::Metadata| std::os::unix::fs::FileTypeExt::is_fifo(&known.file_type());
    #[cfg(not(unix))]
    let is_pipe = |_| false;
    fs::metadata(path).is_ok_and(is_pipe)
}

/// An I/O error without the path of a temporary file, which would only confuse.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.0.raw_os_error().map_or_else(|| self.0.kind().to_string(), |code| {
    io::Error::from_raw_os_error(code).to_string()
}))]
struct Reason(io::Error);

const HINT: &str = "the folder must exist, be writable and have room; reports are written to a new \
                    file beside the old one, which they then replace";

const HINT_PIPE: &str = "this is a pipe: start what reads it first";

/// What the umask leaves of this.
#[cfg(unix)]
const NEW_FILE: u32 = 0o666;

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(text: &str) -> SinkSpec {
        text.parse().unwrap()
    }

    #[test]
    fn specs_are_read() {
        assert_eq!(spec("json"), SinkSpec { format: Format::Json, path: None });
        assert_eq!(spec("json=-"), spec("json"));
        let with_equals = SinkSpec { format: Format::Junit, path: Some("a=b.xml".into()) };
        assert_eq!(spec("junit=a=b.xml"), with_equals);
        assert!("junit=".parse::<SinkSpec>().unwrap_err().contains("no path"));
        let blank = SinkSpec { format: Format::Html, path: Some("my report.html".into()) };
        assert_eq!(spec("html=my report.html"), blank);
        for several in ["junit=a.xml json=b.json", "text json=b.json"] {
            let error = several.parse::<SinkSpec>().unwrap_err();
            assert!(error.contains("a comma separates") && error.ends_with("json=b.json"));
        }
        let unknown = "jnit=x".parse::<SinkSpec>().unwrap_err();
        assert!(unknown.contains("did you mean junit?"), "{unknown}");
    }

    #[test]
    fn one_report_goes_to_standard_output() {
        assert_eq!(Sinks::open(&[], Format::Text).unwrap().stdout(), Format::Text);
        assert_eq!(Sinks::open(&[spec("tap")], Format::Text).unwrap().stdout(), Format::Tap);
        assert!(Sinks::open(&[spec("tap"), spec("json")], Format::Text).is_err());
    }

    #[test]
    fn a_file_is_replaced_only_when_its_report_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        fs::write(&path, "old").unwrap();
        let place = Place::open(&path).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        drop(place);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
        Place::open(&path).unwrap().write(|out| out.write_all(b"new")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn two_reports_do_not_share_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let spec = |name: &str| {
            let path = folder.path().join(name);
            SinkSpec { format: Format::Json, path: Some(path) }
        };
        assert!(Sinks::open(&[spec("a"), spec("./a")], Format::Text).is_err());
        assert!(Sinks::open(&[spec("a"), spec("b")], Format::Text).is_ok());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
    }

    #[test]
    #[cfg(unix)]
    fn a_link_that_leads_nowhere_stays_and_then_leads_to_the_report() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        symlink("second", path("first")).unwrap();
        symlink(path("report"), path("second")).unwrap();
        Place::open(&path("first")).unwrap().write(|out| out.write_all(b"x")).unwrap();
        assert!(path("first").is_symlink() && path("second").is_symlink());
        assert_eq!(fs::read_to_string(path("report")).unwrap(), "x");
        symlink("circle", path("circle")).unwrap();
        assert!(Place::open(&path("circle")).is_err());
        symlink("nowhere/report", path("lost")).unwrap();
        assert!(Place::open(&path("lost")).is_err());
    }

    #[test]
    #[cfg(unix)]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (plain, new) = (folder.path().join("plain"), folder.path().join("new"));
        fs::write(&plain, "").unwrap();
        Place::open(&new).unwrap().write(|out| out.write_all(b"x")).unwrap();
        assert_eq!(mode(&new), mode(&plain), "as any new file");
        fs::set_permissions(&new, fs::Permissions::from_mode(0o604)).unwrap();
        let link = folder.path().join("link");
        symlink(&new, &link).unwrap();
        Place::open(&link).unwrap().write(|out| out.write_all(b"y")).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!((mode(&new), fs::read_to_string(&new).unwrap().as_str()), (0o604, "y"));
    }
}
