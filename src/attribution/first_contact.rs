//! Whether the first contact through a proxy brought already what a later leg is blamed for: then
//! it is not the cache that answers so. A check may pass there because it knew less, such as the
//! size of the file. Called by blame and by advice.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::model::evidence::stated_size;
use crate::model::exchange::{Answer, Exchange, Leg};
use crate::model::finding::Finding;
use crate::wire::content_range::ContentRange;

/// Whether the phase before over the same route saw what `finding` of the warm phase says: the same
/// answers to the same requests, but for a `Last-Modified` that follows the clock, or a file of the
/// same size, which is not that of the direct phase.
///
/// `exchanges`: those of all legs.
pub fn brought<'e>(
    finding: &Finding,
    exchanges: &(impl Iterator<Item = &'e Exchange> + Clone),
) -> bool {
    let of = |leg: Leg| exchanges.clone().filter(move |exchange| exchange.leg == leg);
    if finding.leg != Leg::Warm {
        return false;
    }
    let size = |leg| of(leg).find_map(size_of);
    if let (Some(direct), Some(cold), Some(warm)) =
        (size(Leg::Direct), size(Leg::Cold), size(Leg::Warm))
        && cold == warm
        && cold != direct
    {
        return true;
    }
    // Without a proxy the direct phase is the one before.
    let before = if of(Leg::Cold).next().is_some() { Leg::Cold } else { Leg::Direct };
    let ids = &finding.judgement.exchanges;
    let mut proof = of(Leg::Warm).filter(|exchange| ids.contains(&exchange.id)).peekable();
    proof.peek().is_some()
        && proof.all(|warm| of(before).any(|earlier| is_same_exchange(earlier, warm)))
}

/// The size of the file, as one answer tells it.
fn size_of(exchange: &Exchange) -> Option<u64> {
    let total = || {
        let head = &exchange.answer()?.head;
        let value = head.fields.first("content-range").filter(|_| head.status == 206)?;
        ContentRange::parse(value).ok()?.total()
    };
    stated_size(exchange).or_else(total)
}

fn is_same_exchange(cold: &Exchange, warm: &Exchange) -> bool {
    let (Some(first), Some(later)) = (cold.answer(), warm.answer()) else { return false };
    let asked = |exchange: &Exchange| exchange.request.fields.first("range").map(str::to_owned);
    cold.probe.purpose == warm.probe.purpose
        && asked(cold) == asked(warm)
        && (is_same_answer(first, later) || is_dated_by_the_clock(first, later))
}

/// Whether two answers differ in `Last-Modified` alone, and it lies as far before the time of each
/// answer: no stored answer has another date each time.
fn is_dated_by_the_clock(first: &Answer, later: &Answer) -> bool {
    let distance = |answer: &Answer| {
        let time = |name| httpdate::parse_http_date(answer.head.fields.first(name)?).ok();
        let (made, modified) = time("date").zip(time("last-modified"))?;
        let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).ok();
        Some(seconds(made)?.as_secs().abs_diff(seconds(modified)?.as_secs()))
    };
    let is_alike = distance(first).zip(distance(later)).is_some_and(|(one, other)| {
        // Times of one answer may be taken on both sides of a second.
        one.abs_diff(other) <= 1
    });
    is_alike && is_same_but_for(first, later, &["last-modified"])
}

/// Whether two answers to the same request say the same of the file, and with the same bytes.
pub fn is_same_answer(first: &Answer, later: &Answer) -> bool {
    is_same_but_for(first, later, &[])
}

fn is_same_but_for(first: &Answer, later: &Answer, left_out: &[&str]) -> bool {
    let same = |name| first.head.fields.first(name) == later.head.fields.first(name);
    let names = ["content-length", "content-range", "content-type", "etag", "last-modified"];
    first.head.status == later.head.status
        && names.into_iter().filter(|name| !left_out.contains(name)).all(same)
        && first.body.received == later.body.received
        && first.body.data == later.body.data
        && first.body.end == later.body.end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::testing::Scene;
    use crate::model::defect::Defect;
    use crate::model::disposition::Treatment;
    use crate::model::exchange::ExchangeId;
    use crate::model::finding::{Judgement, Level};
    use crate::model::probe::Purpose;

    /// The exchanges of a right scene on a leg, numbered from `first` on.
    fn leg(leg: Leg, scene: &Scene, first: u32) -> Vec<Exchange> {
        let mut exchanges = scene.evidence().exchanges;
        for (id, exchange) in (first..).zip(&mut exchanges) {
            exchange.id = ExchangeId(id);
            exchange.leg = leg;
        }
        exchanges
    }

    fn is_brought(direct: u64, cold: &Scene, warm: &Scene) -> bool {
        let legs = [
            leg(Leg::Direct, &Scene::of_size(direct), 1),
            leg(Leg::Cold, cold, 100),
            leg(Leg::Warm, warm, 200),
        ];
        let first = legs[2].iter().find(|one| one.probe.purpose == Purpose::RangeFirst).unwrap();
        let judgement = Judgement::fail(Defect::TotalWrong, "wrong").proved_by([first.id]);
        let finding = Finding {
            row: crate::checks::table::find("range-first").unwrap(),
            check: "range-first",
            level: Level::Required,
            leg: Leg::Warm,
            judgement,
            bits: None,
            treatment: Treatment::default(),
        };
        brought(&finding, &legs.iter().flatten())
    }

    const SIZE: u64 = 100_000;

    /// A right scene whose dates are those of an answer made some seconds after another, and
    /// `Last-Modified` so many seconds before the time of the answer.
    fn dated(second: u64, modified: u64) -> Scene {
        let time = |seconds| {
            httpdate::fmt_http_date(
                UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000 + seconds),
            )
        };
        Scene::of_size(SIZE).edit_all(move |reply| {
            reply.remove("Date");
            reply.remove("Last-Modified");
            reply.add(&format!("Date: {}", time(second)));
            reply.add(&format!("Last-Modified: {}", time(modified)));
        })
    }

    #[test]
    fn date_that_follows_the_clock_is_no_stored_one() {
        assert!(is_brought(SIZE, &dated(10, 5), &dated(13, 8)), "as far before each answer");
        assert!(!is_brought(SIZE, &dated(10, 5), &dated(13, 10)), "the time of storing");
    }

    #[test]
    fn what_was_so_from_the_first_contact_on_is_not_the_caches() {
        let right = Scene::of_size(SIZE);
        let other = Scene::of_size(SIZE - 1000);
        assert!(is_brought(SIZE, &other, &other), "another file");
        assert!(is_brought(SIZE, &right, &right), "the same answer");
        assert!(!is_brought(SIZE, &right, &other), "another file from the cache");
        let ignored =
            Scene::of_size(SIZE).edit(Purpose::RangeFirst, |reply| reply.answer_whole(SIZE));
        assert!(!is_brought(SIZE, &right, &ignored), "another answer from the cache");
    }
}
