//! When each step of each exchange began and how long it took, connection by connection, on the
//! time axis of the leg.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use maud::{Markup, html};

use super::finding::link;
use crate::model::exchange::{Client, Exchange, Leg, Timing};
use crate::model::outcome::RouteResult;
use crate::report::text::counted;

/// The waterfalls of a result, leg by leg, folded.
pub(super) fn folded(number: usize, result: &RouteResult) -> Markup {
    html! {
        @if !result.exchanges.is_empty() {
            details {
                summary { "Timing: each step of " (counted(result.exchanges.len(), "exchange")) }
                p.legend {
                    span.key.connect {} " connect " span.key.wait {} " wait for the answer "
                    span.key.receive {} " receive. All connections of a leg are drawn on one axis of time."
                }
                @for leg in [Leg::Direct, Leg::Cold, Leg::Warm] { (figure(number, result, leg)) }
            }
        }
    }
}

fn figure(number: usize, result: &RouteResult, leg: Leg) -> Markup {
    let of_leg = || result.exchanges.iter().filter(|exchange| exchange.leg == leg);
    let lanes = lanes(of_leg());
    let axis = Axis::of(of_leg());
    html! {
        @if !lanes.is_empty() {
            figure.waterfall {
                figcaption { "The " (leg) " leg: " (time(axis.length)) }
                (axis.scale())
                @for (lane, exchanges) in &lanes {
                    ol aria-label=(lane.words()) {
                        @for (index, exchange) in exchanges.iter().enumerate() {
                            li { (row(number, exchange, axis, (index == 0).then(|| lane.words()))) }
                        }
                    }
                }
            }
        }
    }
}

/// The time of a leg, from the beginning of its first exchange to the end of its last.
#[derive(Clone, Copy, Debug)]
struct Axis {
    begin: SystemTime,
    length: Duration,
}

impl Axis {
    fn of<'a>(exchanges: impl Iterator<Item = &'a Exchange> + Clone) -> Self {
        let begin = exchanges.clone().map(|exchange| exchange.begun).min();
        let begin = begin.unwrap_or(SystemTime::UNIX_EPOCH);
        let mut axis = Self { begin, length: Duration::ZERO };
        let ends = exchanges.map(|exchange| axis.start(exchange) + exchange.timing.total);
        axis.length = ends.max().unwrap_or_default();
        axis
    }

    /// When an exchange began.
    fn start(&self, exchange: &Exchange) -> Duration {
        exchange.begun.duration_since(self.begin).unwrap_or_default()
    }

    /// Percent of the width.
    fn share(&self, time: Duration) -> f64 {
        time.as_secs_f64() / self.length.as_secs_f64().max(1e-9) * 100.0
    }

    /// In the unit of the whole: `0`, `0.7 s`, `1.4 s`.
    fn label(&self, at: Duration) -> String {
        if at.is_zero() {
            return "0".to_owned();
        }
        let is_long = self.length >= Duration::from_secs(1);
        if is_long { format!("{:.1} s", at.as_secs_f64()) } else { time(at) }
    }

    fn scale(&self) -> Markup {
        html! {
            div.row.axis aria-hidden="true" {
                span {}
                svg width="100%" height="16" {
                    @for quarter in 0..=4_u32 {
                        @let place = percent(f64::from(quarter) * 25.0);
                        g class=[(quarter % 2 == 1).then_some("minor")] {
                            line x1=(place) x2=(place) y1="12" y2="16" {}
                            text x=(place) y="10" text-anchor=(anchor(quarter)) {
                                (self.label(self.length / 4 * quarter))
                            }
                        }
                    }
                }
                span {}
            }
        }
    }
}

/// No label runs over an end of the axis.
fn anchor(quarter: u32) -> &'static str {
    match quarter {
        0 => "start",
        4 => "end",
        _ => "middle",
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
    for lane in lanes.values_mut() {
        lane.sort_by_key(|exchange| exchange.begun);
    }
    lanes
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
fn row(number: usize, exchange: &Exchange, axis: Axis, lane: Option<String>) -> Markup {
    let phases = phases(&exchange.timing, exchange.answer().is_some());
    let starts = phases.iter().scan(axis.start(exchange), |at, (_, time)| {
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
                        rect class=(class) x=(percent(axis.share(begin))) y="1" height="10"
                            width=(percent(axis.share(*time).max(THINNEST))) {}
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
    fn connections_are_drawn_side_by_side_on_the_true_axis() {
        let ms = Duration::from_millis;
        let mut outcome = sample::named("fail");
        let exchanges = &mut outcome.results[0].exchanges;
        // Begun 0, 10 and 20 ms after the first, 5 ms each; the second on its own connection.
        exchanges[1].connection = 2;
        exchanges.swap(0, 2);
        let axis = Axis::of(exchanges.iter());
        assert_eq!(axis.length, ms(25));
        assert_eq!((axis.label(ms(0)), axis.label(ms(5))), ("0".to_owned(), "5.0 ms".to_owned()));
        let lanes = lanes(exchanges.iter());
        let starts = |lane: Lane| -> Vec<Duration> {
            lanes[&lane].iter().map(|exchange| axis.start(exchange)).collect()
        };
        assert_eq!(starts(Lane::Connection(1)), [ms(0), ms(20)]);
        assert_eq!(starts(Lane::Connection(2)), [ms(10)]);
        assert!((axis.share(ms(10)) - 40.0).abs() < 1e-9);
        let page = row(1, lanes[&Lane::Connection(2)][0], axis, None).into_string();
        assert!(page.contains("class=\"connect\" x=\"40.00%\""), "{page}");
    }

    #[test]
    fn a_clock_that_was_set_back_breaks_nothing() {
        let mut outcome = sample::named("fail");
        let exchanges = &mut outcome.results[0].exchanges;
        exchanges[2].begun = SystemTime::UNIX_EPOCH;
        let axis = Axis::of(exchanges.iter());
        assert!(exchanges.iter().all(|one| axis.share(axis.start(one)) <= 100.0));
        assert_eq!(Axis::of([].iter()).length, Duration::ZERO);
    }
}
