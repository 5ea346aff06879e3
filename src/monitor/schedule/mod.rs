//! When `bitsgate check --repeat` checks again: how often, how long between, and how much of that
//! chance decides, so that many watchers do not ask one proxy at the same moment. Called by the
//! command line.

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::time::Duration;

/// How often a check is made.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Repeat {
    /// Until somebody ends it.
    Forever,
    /// So many times.
    Times(NonZeroU32),
}

/// How far a pause may be from what was asked, in percent of it, up to 100.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Jitter(u8);

/// How long between the beginnings of two rounds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Schedule {
    /// The usual time.
    pub every: Duration,
    /// How far from it.
    pub jitter: Jitter,
}

impl Repeat {
    /// Whether another round follows this one; the first has number 1.
    pub fn goes_on_after(self, round: u32) -> bool {
        match self {
            Self::Forever => true,
            Self::Times(times) => round < times.get(),
        }
    }
}

impl Schedule {
    /// The time between the beginnings of two rounds. `chance`: from 0 up to 1.
    pub fn gap(self, chance: f64) -> Duration {
        let part = f64::from(self.jitter.0) / 100.0;
        self.every.mul_f64(1.0 + part * (2.0 * chance.clamp(0.0, 1.0) - 1.0))
    }
}

impl FromStr for Repeat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "forever" => Ok(Self::Forever),
            _ => text
                .parse()
                .map(Self::Times)
                .map_err(|_| String::from("a number from 1 on, or `forever`, is needed")),
        }
    }
}

impl fmt::Display for Repeat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forever => f.write_str("forever"),
            Self::Times(times) => write!(f, "{times}"),
        }
    }
}

impl FromStr for Jitter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text.strip_suffix('%').unwrap_or(text).trim_end();
        match number.parse() {
            Ok(percent @ 0..=100) => Ok(Self(percent)),
            _ => Err(String::from("a share from 0% to 100% is needed")),
        }
    }
}

impl fmt::Display for Jitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

/// The time between rounds where nobody says otherwise.
pub const EVERY: Duration = Duration::from_mins(15);

/// How far from it where nobody says otherwise.
pub const JITTER: Jitter = Jitter(10);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for text in ["forever", "1", "96"] {
            assert_eq!(text.parse::<Repeat>().unwrap().to_string(), text);
        }
        for text in ["", "0", "-1", "Forever", "5000000000", "1.5"] {
            assert!(text.parse::<Repeat>().is_err(), "{text}");
        }
        for (text, shown) in [("0", "0%"), ("10%", "10%"), ("10 %", "10%"), ("100", "100%")] {
            assert_eq!(text.parse::<Jitter>().unwrap().to_string(), shown);
        }
        for text in ["", "%", "101", "-1%", "0.1", "10%%"] {
            assert!(text.parse::<Jitter>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_last_round_is_the_last() {
        let three: Repeat = "3".parse().unwrap();
        assert_eq!([1, 2, 3].map(|round| three.goes_on_after(round)), [true, true, false]);
        assert!(Repeat::Forever.goes_on_after(u32::MAX));
    }

    #[test]
    fn a_pause_is_as_far_from_the_usual_as_the_jitter_allows() {
        let every = Duration::from_secs(100);
        let gap = |jitter: &str, chance| {
            Schedule { every, jitter: jitter.parse().unwrap() }.gap(chance).as_secs()
        };
        assert_eq!([0.0, 0.5, 1.0].map(|chance| gap("10%", chance)), [90, 100, 110]);
        assert_eq!([0.0, 0.5, 1.0].map(|chance| gap("0", chance)), [100, 100, 100]);
        assert_eq!([0.0, 1.0].map(|chance| gap("100%", chance)), [0, 200]);
    }
}
