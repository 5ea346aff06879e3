//! `Last-Modified` and `ETag` across answers. BITS tells versions of a file apart by size and
//! timestamp; no capture shows that it looks at ETag.

use crate::model::evidence::Evidence;
use crate::model::exchange::{Answer, Exchange};
use crate::model::probe::Purpose;

/// The validators of one answer.
#[derive(Clone, Copy, Debug)]
pub(in crate::checks) struct Validators<'e> {
    pub(in crate::checks) exchange: &'e Exchange,
    pub(in crate::checks) last_modified: Option<&'e str>,
    pub(in crate::checks) etag: Option<&'e str>,
}

/// The validators of the HEAD, when it was answered with 200.
pub(in crate::checks) fn of_head(evidence: &Evidence) -> Option<Validators<'_>> {
    let exchange = evidence.exchange(Purpose::Head)?;
    let answer = exchange.answer().filter(|answer| answer.head.status == 200)?;
    Some(of(exchange, answer))
}

/// The validators of every 200 to a HEAD and every 206, in the order sent; redirects left out.
pub(in crate::checks) fn all(evidence: &Evidence) -> Vec<Validators<'_>> {
    let mut all: Vec<_> = evidence
        .answers()
        .filter(|(exchange, answer)| match exchange.probe.purpose {
            Purpose::Redirect => false,
            Purpose::Head | Purpose::LastHead => answer.head.status == 200,
            _ => answer.head.status == 206,
        })
        .map(|(exchange, answer)| of(exchange, answer))
        .collect();
    all.sort_by_key(|validators| validators.exchange.id);
    all
}

/// The first answer that has a validator twice with different values, and which: no client can
/// tell which of them counts (RFC 9110 5.3).
pub(in crate::checks) fn contradictory<'e>(
    all: &[Validators<'e>],
) -> Option<(&'static str, [&'e str; 2], &'e Exchange)> {
    let fields = [("Last-Modified", same_date as fn(&str, &str) -> bool), ("ETag", same_etag)];
    fields.into_iter().find_map(|(name, same)| {
        all.iter().find_map(|of| {
            let mut values = of.exchange.answer()?.head.fields.all(name);
            let first = values.next()?;
            let other = values.find(|other| !same(first, other))?;
            Some((name, [first, other], of.exchange))
        })
    })
}

/// Whether the last HEAD has another Last-Modified than the first: then a 412 to the condition is
/// right, and the change is what to report.
pub(in crate::checks) fn date_changed(evidence: &Evidence) -> bool {
    let date = |purpose| {
        let answer = evidence.exchange(purpose)?.answer()?;
        answer.head.fields.first("last-modified").filter(|_| answer.head.status == 200)
    };
    date(Purpose::Head)
        .zip(date(Purpose::LastHead))
        .is_some_and(|(one, other)| !same_date(one, other))
}

/// Whether two `ETag`s name the same version; one marked weak and the other not are the same.
pub(in crate::checks) fn same_etag(one: &str, other: &str) -> bool {
    let opaque = |etag: &str| etag.strip_prefix("W/").unwrap_or(etag).to_owned();
    opaque(one) == opaque(other)
}

/// Whether two dates are the same time; those that cannot be read must be equal as text.
pub(in crate::checks) fn same_date(one: &str, other: &str) -> bool {
    match (httpdate::parse_http_date(one), httpdate::parse_http_date(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}

fn of<'e>(exchange: &'e Exchange, answer: &'e Answer) -> Validators<'e> {
    let fields = &answer.head.fields;
    Validators {
        exchange,
        last_modified: fields.first("last-modified"),
        etag: fields.first("etag"),
    }
}
