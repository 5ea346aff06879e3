//! A finding that somebody accepts until a day.

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use wildmatch::WildMatch;

use crate::model::finding::{Finding, Status};
use crate::model::hresult::Hresult;
use crate::model::place::Place;

/// A known defect that must decide nothing until a day.
#[derive(Clone, Debug)]
pub struct Accept {
    /// Id of the check.
    pub check: &'static str,
    /// Name or URL of proxies, with `*` and `?`, or `direct`; none: every route.
    pub proxy: Option<String>,
    /// Name or URL of targets, likewise; none: every target.
    pub target: Option<String>,
    /// The code that Windows shows for it; none: any.
    pub hresult: Option<Hresult>,
    /// The last day.
    pub until: Date,
    /// Why.
    pub reason: String,
    /// Where it is written, such as `bitsgate.toml:7`.
    pub place: String,
}

/// A day of the calendar, in UTC.
#[derive(Clone, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Date(String);

/// A text that is no day.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("a day such as 2026-12-31 is needed")]
pub struct DateError;

impl Accept {
    /// Whether it is about this place.
    pub(super) fn names(&self, place: Place<'_>) -> bool {
        let proxy = [Some(place.proxy.unwrap_or("direct")), place.proxy_name];
        let target = [Some(place.target), place.target_name];
        matches(self.proxy.as_deref(), proxy) && matches(self.target.as_deref(), target)
    }

    /// Whether it is about this defect. What could not be judged is no known defect.
    pub(super) fn covers(&self, finding: &Finding) -> bool {
        let is_wrong = matches!(finding.judgement.status, Status::Fail | Status::Warn);
        let hresult = finding.bits.map(|view| view.hresult);
        let is_code = self.hresult.is_none_or(|wanted| hresult == Some(wanted));
        is_wrong && is_code && finding.check == self.check
    }
}

impl fmt::Display for Accept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.check)?;
        if let Some(proxy) = &self.proxy {
            write!(f, " via {proxy}")?;
        }
        if let Some(target) = &self.target {
            write!(f, " for {target}")?;
        }
        write!(f, " ({})", self.place)
    }
}

impl Date {
    /// The day of a moment.
    pub fn of(moment: SystemTime) -> Self {
        let mut text = humantime::format_rfc3339_seconds(moment).to_string();
        text.truncate("2026-12-31".len());
        Self(text)
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        // Days of the right form come in the order of their texts.
        humantime::parse_rfc3339(&format!("{text}T00:00:00Z")).map_err(|_| DateError)?;
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a pattern fits one of the words for a thing.
fn matches(pattern: Option<&str>, words: [Option<&str>; 2]) -> bool {
    let Some(pattern) = pattern else { return true };
    let pattern = WildMatch::new(pattern);
    words.into_iter().flatten().any(|word| pattern.matches(word))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn days_are_read_and_ordered() {
        let day = |text: &str| text.parse::<Date>();
        assert!(day("2026-12-31").unwrap() < day("2027-01-01").unwrap());
        for bad in ["", "2026-13-01", "2026-02-30", "2026-1-1", "31.12.2026", "2026-12-31T00"] {
            assert_eq!(day(bad), Err(DateError), "{bad}");
        }
        assert_eq!(Date::of(UNIX_EPOCH + Duration::from_secs(86_399)), day("1970-01-01").unwrap());
    }
}
