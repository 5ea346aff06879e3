//! Who answers: the products that the answers give away.

use crate::advice::fingerprint::{self, Answers, Recognised, Sample};
use crate::probe::evidence::Evidence;
use crate::probe::exchange::{Client, Leg};

/// The products in the route, the one next to the client last. The answers of the direct leg
/// tell what comes from the server itself.
pub(super) fn recognise(legs: &[Evidence]) -> Vec<Recognised> {
    let samples = |wanted: fn(Leg) -> bool| -> Vec<Sample<'_>> {
        let legs = legs.iter().filter(|evidence| wanted(evidence.leg));
        let exchanges = legs.flat_map(|evidence| &evidence.exchanges);
        // The library tells names in lower case, whatever came.
        let raw = exchanges.filter(|exchange| exchange.client == Client::Socket);
        raw.filter_map(Sample::of).collect()
    };
    let direct = samples(|leg| leg == Leg::Direct);
    let proxied = samples(|leg| leg != Leg::Direct);
    let through_proxy = legs.iter().any(|evidence| evidence.through_proxy);
    if !through_proxy {
        return fingerprint::recognise(&Answers { leg: &direct, direct: None, through_proxy });
    }
    let reference = (!direct.is_empty()).then_some(direct.as_slice());
    fingerprint::recognise(&Answers { leg: &proxied, direct: reference, through_proxy })
}
