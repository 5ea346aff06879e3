//! How long each step of each exchange took, connection by connection.

use std::collections::BTreeMap;
use std::time::Duration;

use maud::{Markup, html};

use super::finding::link;
use crate::probe::exchange::{Client, Exchange, Leg, Timing};
use crate::report::text::counted;
use crate::run::outcome::RouteResult;

/// The waterfalls of a result, leg by leg, folded.
pub(super) fn folded(number: usize, result: &RouteResult) -> Markup {
    html! {
        @if !result.exchanges.is_empty() {
            details {
                summary { "Timing: each step of " (counted(result.exchanges.len(), "exchange")) }
                p.legend {
                    span.key.connect {} " connect " span.key.wait {} " wait for the answer "
                    span.key.receive {} " receive. Each connection is drawn from its beginning; \
                     connections ran side by side, and pauses between exchanges are not recorded."
                }
                @for leg in [Leg::Direct, Leg::Cold, Leg::Warm] { (figure(number, result, leg)) }
            }
        }
    }
}

fn figure(number: usize, result: &RouteResult, leg: Leg) -> Markup {
    let lanes = lanes(result.exchanges.iter().filter(|exchange| exchange.leg == leg));
    let longest = lanes.values().map(|lane| length(lane)).max().unwrap_or_default();
    html! {
        @if !lanes.is_empty() {
            figure.waterfall {
                figcaption { "The " (leg) " leg, " (time(longest)) " wide" }
                @for (lane, exchanges) in &lanes {
                    ol aria-label=(lane.words()) {
                        @for (exchange, start) in with_starts(exchanges) {
                            @let name = start.is_zero().then(|| lane.words());
                            li { (row(number, exchange, start, longest, name)) }
                        }
                    }
                }
            }
        }
    }
}

/// What carried exchanges one after the other.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Lane {
    /// The connection of this number.
    Connection(u32),
    /// The independent client, which does not tell its connections.
    Witness,
}

impl Lane {
    fn words(self) -> String {
        match self {
            Self::Connection(number) => format!("Connection {number}"),
            Self::Witness => "Independent client".to_owned(),
        }
    }
}

fn lanes<'a>(exchanges: impl Iterator<Item = &'a Exchange>) -> BTreeMap<Lane, Vec<&'a Exchange>> {
    let mut lanes: BTreeMap<Lane, Vec<&Exchange>> = BTreeMap::new();
    for exchange in exchanges {
        let lane = match exchange.client {
            Client::Reqwest => Lane::Witness,
            Client::Socket => Lane::Connection(exchange.connection),
        };
        lanes.entry(lane).or_default().push(exchange);
    }
    lanes
}

fn length(lane: &[&Exchange]) -> Duration {
    lane.iter().map(|exchange| exchange.timing.total).sum()
}

/// Each exchange with the time that those before it on its connection took.
fn with_starts<'a>(lane: &[&'a Exchange]) -> Vec<(&'a Exchange, Duration)> {
    let mut start = Duration::ZERO;
    let place = |&exchange: &&'a Exchange| {
        let placed = (exchange, start);
        start += exchange.timing.total;
        placed
    };
    lane.iter().map(place).collect()
}

/// The steps of an exchange one after the other: they add up to the whole.
fn phases(timing: &Timing, has_answer: bool) -> [(&'static str, Duration); 3] {
    let connect = timing.connect.min(timing.total);
    let rest = timing.total.saturating_sub(connect);
    // Without an answer all the rest was spent in waiting for it.
    let wait = if has_answer { timing.first_byte.min(rest) } else { rest };
    [("connect", connect), ("wait", wait), ("receive", rest.saturating_sub(wait))]
}

/// `lane`: named beside its first exchange.
fn row(
    number: usize,
    exchange: &Exchange,
    start: Duration,
    longest: Duration,
    lane: Option<String>,
) -> Markup {
    let phases = phases(&exchange.timing, exchange.answer().is_some());
    let share = |time: Duration| time.as_secs_f64() / longest.as_secs_f64().max(1e-9) * 100.0;
    let starts = phases.iter().scan(start, |at, (_, time)| {
        let begin = *at;
        *at += *time;
        Some(begin)
    });
    html! {
        div.row {
            div.asking { (link(number, exchange.id)) " " b { (exchange.probe.purpose.as_str()) }
                @if let Some(lane) = lane { " " span.lane { (lane) } }
            }
            svg width="100%" height="12" aria-hidden="true" {
                @for ((class, time), begin) in phases.iter().zip(starts) {
                    @if !time.is_zero() {
                        rect class=(class) x=(percent(share(begin))) y="1" height="10"
                            width=(percent(share(*time).max(THINNEST))) {}
                    }
                }
            }
            div.answer {
                b { (time(exchange.timing.total)) } " " span.phases { (phase_words(&phases)) }
            }
        }
    }
}

/// `connect 1.2 ms, wait 3.5 ms, receive 0.3 ms`; what would be 0.0 ms is left out.
fn phase_words(phases: &[(&str, Duration)]) -> String {
    let taken = phases.iter().filter(|(_, time)| *time >= SHORTEST);
    taken.map(|(name, length)| format!("{name} {}", time(*length))).collect::<Vec<_>>().join(", ")
}

/// `0.4 ms`, `30.0 s`.
fn time(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 1.0 { format!("{:.1} ms", seconds * 1000.0) } else { format!("{seconds:.1} s") }
}

fn percent(share: f64) -> String {
    format!("{share:.2}%")
}

/// Percent of the width: no step is too short to be seen.
const THINNEST: f64 = 0.1;
const SHORTEST: Duration = Duration::from_micros(50);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn phases_add_up_to_the_whole() {
        let ms = Duration::from_millis;
        let timing = Timing { connect: ms(10), first_byte: ms(20), total: ms(35) };
        let lengths = |has_answer| phases(&timing, has_answer).map(|(_, time)| time);
        assert_eq!(lengths(true), [ms(10), ms(20), ms(5)]);
        assert_eq!(lengths(false), [ms(10), ms(25), ms(0)]);
        let odd = Timing { connect: ms(10), first_byte: ms(20), total: ms(5) };
        assert_eq!(phases(&odd, true).map(|(_, time)| time), [ms(5), ms(0), ms(0)]);
    }

    #[test]
    fn exchanges_follow_each_other_on_their_connection() {
        let (_, outcome) = sample::all().into_iter().find(|(name, _)| *name == "fail").unwrap();
        let lanes = lanes(outcome.results[0].exchanges.iter());
        let lane = &lanes[&Lane::Connection(1)];
        let starts: Vec<_> = with_starts(lane).into_iter().map(|(_, start)| start).collect();
        assert_eq!(starts, [0, 5, 10].map(Duration::from_millis));
        assert_eq!(length(lane), Duration::from_millis(15));
    }
}
