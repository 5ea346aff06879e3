//! What may be probed: proxies and targets by the names that the configuration has for them. So
//! nobody who reaches the server can aim it at anything else.

use std::time::Duration;

use url::form_urlencoded;

use crate::settings::Settings;

/// The names of the routes and targets, each at its place in the settings.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) proxies: Vec<String>,
    pub(super) targets: Vec<String>,
}

/// What a probe is to try, by its places in the settings.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Wanted {
    pub(super) route: usize,
    pub(super) targets: Vec<usize>,
}

impl Known {
    /// What the settings hold. What has no name goes by the word that reports have for it.
    pub(super) fn of(settings: &Settings) -> Self {
        let proxies = settings.routes.iter().map(|route| {
            let label = || route.value.label().unwrap_or_else(|| String::from("direct"));
            route.name.clone().unwrap_or_else(label)
        });
        let targets = settings
            .targets
            .iter()
            .map(|target| target.name.clone().unwrap_or_else(|| target.value.to_string()));
        Self { proxies: proxies.collect(), targets: targets.collect() }
    }

    /// Reads `proxy=NAME&target=NAME`; without a target all are meant. An error is for whoever
    /// asked.
    pub(super) fn read(&self, query: &str) -> Result<Wanted, String> {
        let (mut proxy, mut target) = (None, None);
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            let place = match &*key {
                "proxy" => &mut proxy,
                "target" => &mut target,
                _ => return Err(format!("there is no parameter {key:?}\n\n{}", self.usage())),
            };
            if place.replace(value).is_some() {
                return Err(format!("{key} is there twice\n\n{}", self.usage()));
            }
        }
        let Some(proxy) = proxy else {
            return Err(format!("the parameter proxy is missing\n\n{}", self.usage()));
        };
        let find = |kind: &str, names: &[String], name: &str| {
            names.iter().position(|known| known == name).ok_or_else(|| {
                format!("the configuration has no {kind} named {name:?}\n\n{}", self.usage())
            })
        };
        let route = find("proxy", &self.proxies, &proxy)?;
        let targets = match target {
            Some(name) => vec![find("target", &self.targets, &name)?],
            None => (0..self.targets.len()).collect(),
        };
        Ok(Wanted { route, targets })
    }

    /// How to ask, with all names.
    fn usage(&self) -> String {
        let list = |names: &[String]| names.join("\n  ");
        format!(
            "ask for /probe?proxy=NAME&target=NAME; without a target all are tried\n\
             proxies:\n  {}\ntargets:\n  {}\n",
            list(&self.proxies),
            list(&self.targets)
        )
    }
}

/// The time that a probe has, by what Prometheus says of its own patience: a little less, so that
/// the answer arrives. None: it says nothing. An error is for whoever asked.
pub(super) fn patience(field: Option<&str>) -> Result<Option<Duration>, String> {
    let Some(text) = field else { return Ok(None) };
    let seconds = text.trim().parse::<f64>().ok().filter(|seconds| *seconds > 0.0);
    let time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let Some(time) = time.filter(|time| *time >= SHORTEST) else {
        return Err(format!("{TIMEOUT_FIELD} is no number of seconds: {text:?}\n"));
    };
    Ok(Some(time.saturating_sub(FOR_THE_ANSWER).max(time / 2)))
}

/// The field in which Prometheus says how long it waits.
/// (<https://github.com/prometheus/prometheus/blob/main/scrape/scrape.go>)
pub(super) const TIMEOUT_FIELD: &str = "X-Prometheus-Scrape-Timeout-Seconds";

/// What `blackbox_exporter` leaves for the same.
const FOR_THE_ANSWER: Duration = Duration::from_millis(500);

const SHORTEST: Duration = Duration::from_millis(1);

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Known { proxies: names(&["berlin", "new york", "direct"]), targets: names(&["a", "b&c"]) }
    }

    #[test]
    fn names_are_found() {
        let read = |query: &str| known().read(query).unwrap();
        assert_eq!(read("proxy=berlin&target=a"), Wanted { route: 0, targets: vec![0] });
        assert_eq!(read("target=b%26c&proxy=new+york"), Wanted { route: 1, targets: vec![1] });
        assert_eq!(read("proxy=direct"), Wanted { route: 2, targets: vec![0, 1] });
    }

    #[test]
    fn nothing_else_can_be_aimed_at() {
        for (query, why) in [
            ("", "proxy is missing"),
            ("target=a", "proxy is missing"),
            ("proxy=http://evil:1&target=a", "no proxy named \"http://evil:1\""),
            ("proxy=Berlin", "no proxy named"),
            ("proxy=berlin&target=http://169.254.169.254/", "no target named"),
            ("proxy=berlin&proxy=direct", "proxy is there twice"),
            ("proxy=berlin&module=x", "no parameter \"module\""),
            ("proxy=berlin&target=", "no target named \"\""),
        ] {
            let error = known().read(query).unwrap_err();
            assert!(error.contains(why), "{query}: {error}");
            assert!(error.contains("  new york\n") && error.contains("  b&c\n"), "{error}");
        }
    }

    #[test]
    fn the_answer_comes_before_prometheus_gives_up() {
        let seconds = |text| patience(Some(text)).map(|time| time.map(|time| time.as_secs_f64()));
        assert_eq!(patience(None), Ok(None));
        assert_eq!(seconds("10"), Ok(Some(9.5)));
        assert_eq!(seconds("0.5"), Ok(Some(0.25)));
        for text in ["", "0", "-1", "NaN", "inf", "ten", "1e300", "1e-9"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
