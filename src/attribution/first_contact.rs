//! Whether the first contact through a proxy brought already what a later leg is blamed for: then
//! it is not the cache that answers so. A check may pass there because it knew less, such as the
//! size of the file. Called by blame and by advice.

use crate::model::evidence::stated_size;
use crate::model::exchange::{Answer, Exchange, Leg};
use crate::model::finding::Finding;
use crate::wire::content_range::ContentRange;

/// Whether the cold leg saw what `finding` of the warm leg says: the same answers to the same
/// requests, or a file of the same size, which is not that of the direct leg.
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
    let ids = &finding.judgement.exchanges;
    let mut proof = of(Leg::Warm).filter(|exchange| ids.contains(&exchange.id)).peekable();
    proof.peek().is_some()
        && proof.all(|warm| of(Leg::Cold).any(|cold| is_same_exchange(cold, warm)))
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
        && is_same_answer(first, later)
}

/// Whether two answers to the same request say the same of the file, and with the same bytes.
pub fn is_same_answer(first: &Answer, later: &Answer) -> bool {
    let same = |name| first.head.fields.first(name) == later.head.fields.first(name);
    first.head.status == later.head.status
        && ["content-length", "content-range", "content-type", "etag", "last-modified"]
            .into_iter()
            .all(same)
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
