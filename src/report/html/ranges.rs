//! The file as a bar for each request of a part: above what was asked, below what came.

use std::fmt::Display;

use maud::{Markup, html};

use super::finding::{flag, link};
use super::scale::{self, Scale};
use crate::model::evidence::stated_size;
use crate::model::exchange::{Answer, Exchange, Leg};
use crate::model::outcome::RouteResult;
use crate::report::text::counted;
use crate::ui::escape::escape_limited;
use crate::wire::byte_range::{ByteRange, RangeSet, Span};
use crate::wire::content_range::ContentRange;
use crate::wire::multipart::{parse_boundary, parse_multipart};

/// All ranges of a result, leg by leg, folded.
pub(super) fn folded(number: usize, result: &RouteResult) -> Markup {
    let count = result.exchanges.iter().filter(|one| one.probe.ranges.is_some()).count();
    html! {
        @if let Some(size) = size(&result.exchanges).filter(|_| count > 0) {
            details.print {
                summary { "Ranges: what was asked of the file, and what came" }
                p.legend {
                    span.key.asked {} " asked " span.key.came {} " came "
                    span.key.whole {} " the whole file came. Both ends of the file are \
                     magnified; a minus counts from the end."
                }
                @for leg in [Leg::Direct, Leg::Cold, Leg::Warm] {
                    (figure(number, result, leg, size))
                }
            }
        }
    }
}

/// The picture of one exchange; nothing when it asked for no range, or the size is not known.
pub(super) fn one(number: usize, result: &RouteResult, exchange: &Exchange) -> Option<Markup> {
    let scale = Scale::new(size(&result.exchanges)?);
    let ranges = exchange.probe.ranges.as_ref()?;
    Some(html! {
        div.ranges.alone { (axis(scale)) (row(number, None, exchange, ranges, scale)) }
    })
}

/// The hatching of a whole file. Once on the page.
pub(super) fn definitions() -> Markup {
    html! {
        svg.definitions width="0" height="0" aria-hidden="true" {
            defs {
                pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse"
                    patternTransform="rotate(45)" {
                    rect.ground width="6" height="6" {}
                    rect.line width="2.5" height="6" {}
                }
            }
        }
    }
}

/// What came of a request for ranges.
#[derive(Debug, Eq, PartialEq)]
enum Came {
    /// No byte of the file, for this reason.
    Nothing(String),
    /// These positions, as the answer states them.
    Parts(Vec<Span>),
    /// The whole file, with a status that means so.
    Whole(u16),
}

fn figure(number: usize, result: &RouteResult, leg: Leg, size: u64) -> Markup {
    let of_leg = result.exchanges.iter().filter(|exchange| exchange.leg == leg);
    let asking: Vec<_> = of_leg.filter_map(|one| Some((one, one.probe.ranges.as_ref()?))).collect();
    let scale = Scale::new(size);
    html! {
        @if !asking.is_empty() {
            figure.ranges {
                figcaption { "The " (leg) " leg: a file of " (size) " bytes" }
                (axis(scale))
                ol {
                    @for (exchange, ranges) in asking {
                        li { (row(number, flag(result, exchange), exchange, ranges, scale)) }
                    }
                }
            }
        }
    }
}

fn axis(scale: Scale) -> Markup {
    html! {
        div.row.axis aria-hidden="true" {
            span {}
            svg width="100%" height="16" {
                @for tick in scale.ticks() {
                    g class=[tick.is_minor.then_some("minor")] {
                        line x1=(percent(tick.place)) x2=(percent(tick.place)) y1="12" y2="16" {}
                        text x=(percent(tick.place)) y="10" text-anchor=(anchor(tick.place)) {
                            (tick.label)
                        }
                    }
                }
            }
            span {}
        }
    }
}

/// `flag`: what the exchange proves, where that is not told anyway.
fn row(
    number: usize,
    flag: Option<Markup>,
    exchange: &Exchange,
    ranges: &RangeSet,
    scale: Scale,
) -> Markup {
    let came = came(exchange);
    html! {
        div.row {
            div.asking {
                (link(number, exchange.id)) " " b { (exchange.probe.purpose.as_str()) } " asked "
                (list(ranges.ranges()))
            }
            svg width="100%" height="22" aria-hidden="true" {
                rect.file x="0" y="10.5" width=(percent(scale::END)) height="1" {}
                @for range in ranges.ranges() { (bar("asked", asked(*range, scale), 1)) }
                @match &came {
                    Came::Nothing(_) => (html! {}),
                    Came::Parts(spans) => {
                        @for span in spans { (bar("came", extent(*span, scale), 13)) }
                    }
                    Came::Whole(_) => {
                        rect.whole x="0" y="13" width=(percent(scale::END)) height="8" {}
                    }
                }
            }
            div.answer {
                @if let Some(flag) = flag { (flag) " " }
                "came " (words(&came))
            }
        }
    }
}

/// A part of the file. No part is too small to be seen.
fn bar(class: &str, (start, end): (f64, f64), y: u8) -> Markup {
    let width = (end - start).max(THINNEST);
    html! { rect class=(class) x=(percent(start)) y=(y) width=(percent(width)) height="8" {} }
}

fn words(came: &Came) -> Markup {
    html! {
        @match came {
            Came::Nothing(why) => (escape_limited(why, WHY)),
            Came::Parts(spans) => {
                "206, " @if spans.len() > 1 { (counted(spans.len(), "part")) " " }
                (list(spans))
            }
            Came::Whole(status) => b { (status) ", the whole file" }
        }
    }
}

/// Ranges, none of which is broken between two lines without need.
fn list(ranges: &[impl Display]) -> Markup {
    html! {
        span.wire {
            @for (index, range) in ranges.iter().take(MOST_RANGES).enumerate() {
                @if index > 0 { " " }
                span { (range) @if index + 1 < ranges.len() { "," } }
            }
            @if ranges.len() > MOST_RANGES { " ..." }
        }
    }
}

fn came(exchange: &Exchange) -> Came {
    match &exchange.result {
        Err(failure) => Came::Nothing(format!("no answer: {failure}")),
        Ok(answer) => match answer.head.status {
            200 => Came::Whole(200),
            206 => parts(answer),
            416 => Came::Nothing("416, no such part".to_owned()),
            status => Came::Nothing(format!("{status} {}", answer.head.reason)),
        },
    }
}

/// The parts that a 206 says that it holds.
fn parts(answer: &Answer) -> Came {
    let fields = &answer.head.fields;
    let boundary = fields.first("content-type").and_then(|value| parse_boundary(value).ok());
    let spans: Vec<Span> = match boundary {
        Some(_) if answer.body.data.is_empty() && answer.body.received > 0 => {
            return Came::Nothing(
                "206 in several parts, not kept in a run of this size".to_owned(),
            );
        }
        Some(boundary) => parse_multipart(&answer.body.data, &boundary.value)
            .parts
            .iter()
            .filter_map(|part| span_of(part.fields.first("content-range")?))
            .collect(),
        None => fields.first("content-range").and_then(span_of).into_iter().collect(),
    };
    if spans.is_empty() {
        return Came::Nothing("206 that does not say which part".to_owned());
    }
    Came::Parts(spans)
}

fn span_of(value: &str) -> Option<Span> {
    match ContentRange::parse(value).ok()? {
        ContentRange::Part { span, .. } => Some(span),
        ContentRange::Unsatisfied { .. } => None,
    }
}

/// Where a range that was asked begins and ends. What lies past the end is drawn there.
fn asked(range: ByteRange, scale: Scale) -> (f64, f64) {
    match range {
        ByteRange::Closed(span) => extent(span, scale),
        ByteRange::From(first) => (scale.place(first), scale::END.max(scale.place(first))),
        ByteRange::Suffix(length) => (scale.place_from_end(length), scale::END),
    }
}

fn extent(span: Span, scale: Scale) -> (f64, f64) {
    let start = scale.place(span.first());
    (start, scale.place(span.last().saturating_add(1)).max(start))
}

/// The size of the file as any answer tells it: HEAD first, then the totals of the parts.
fn size(exchanges: &[Exchange]) -> Option<u64> {
    let totals = || {
        exchanges.iter().filter_map(Exchange::answer).filter_map(|answer| {
            ContentRange::parse(answer.head.fields.first("content-range")?).ok()?.total()
        })
    };
    exchanges.iter().find_map(stated_size).or_else(|| totals().next()).filter(|&size| size > 0)
}

/// With two digits, which is a tenth of a pixel.
fn percent(place: f64) -> String {
    format!("{place:.2}%")
}

fn anchor(place: f64) -> &'static str {
    match place {
        place if place < 3.0 => "start",
        place if place > scale::END - 3.0 => "end",
        _ => "middle",
    }
}

/// Percent of the width.
const THINNEST: f64 = 0.25;
const WHY: usize = 120;
const MOST_RANGES: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn what_came_is_told_from_the_answer() {
        let (_, outcome) = sample::all().into_iter().find(|(name, _)| *name == "delivery").unwrap();
        let [pass, fail] = outcome.results.as_slice() else { panic!() };
        let span = Span::new(0, 4).unwrap();
        assert_eq!(came(&pass.exchanges[1]), Came::Parts(vec![span]));
        assert_eq!(came(&fail.exchanges[1]), Came::Whole(200));
        assert_eq!(size(&pass.exchanges), Some(100_000));
        assert_eq!(size(&pass.exchanges[1..]), Some(100_000));
        let picture = one(1, fail, &fail.exchanges[1]).unwrap().into_string();
        assert!(picture.contains("class=\"whole\""), "{picture}");
        assert!(picture.contains("200, the whole file"), "{picture}");
    }

    #[test]
    fn ranges_past_the_end_are_drawn_there() {
        let scale = Scale::new(1000);
        let closed = |first, last| ByteRange::Closed(Span::new(first, last).unwrap());
        assert!((asked(closed(900, 2000), scale).1 - scale::PAST).abs() < 1e-9);
        let beyond = asked(closed(1001, u64::MAX), scale);
        assert!(beyond.0 >= scale::PAST && beyond.1 >= beyond.0, "{beyond:?}");
        assert!((asked(ByteRange::Suffix(u64::MAX), scale).0).abs() < 1e-9);
    }
}
