//! `unchanged-validators`: Last-Modified is the same from first to last exchange.

use crate::checks::rules::validators;
use crate::checks::rules::validators::Validators;
use crate::checks::rules::{client_sends, shown};
use crate::model::defect::Defect;
use crate::model::evidence::Evidence;
use crate::model::exchange::{Exchange, ExchangeId};
use crate::model::finding::Judgement;
use crate::model::profile::Profile;

/// Judges one phase.
pub(crate) fn judge(evidence: &Evidence) -> Judgement {
    let all = validators::all(evidence);
    let dates = |of: &Validators<'_>| of.last_modified.map(str::to_owned);
    let asked: Vec<_> =
        all.iter().filter(|of| client_sends(of.exchange.probe.purpose)).copied().collect();
    let change = differing(&asked, dates, validators::same_date)
        .or_else(|| differing(&all, dates, validators::same_date));
    if let Some((one, other)) = change {
        let (weigh, so): (fn(Defect, String) -> Judgement, _) = match evidence.profile {
            Profile::Bits if differing(&asked, dates, validators::same_date).is_some() => {
                (Judgement::fail, "BITS takes the file for changed and starts again.")
            }
            Profile::Bits => (
                Judgement::warn,
                "An ordinary download does not ask what brought the other date, so BITS does \
                 not see it.",
            ),
            Profile::Do => (
                Judgement::warn,
                "No capture shows that Delivery Optimization looks at it, but there may be \
                 two copies of the file.",
            ),
        };
        let moving = if [&one, &other].into_iter().all(|value| is_time_of_answer(evidence, value)) {
            " Both are the time of the answer itself: the file has no date of its own, as where \
             a program makes it for each request."
        } else {
            ""
        };
        return changed("Last-Modified", &one, &other, weigh).because(format!(
            "It was {} and became {}.{moving} {so}",
            shown(&one.1),
            shown(&other.1)
        ));
    }
    if let Some(judgement) = since_earlier(evidence) {
        return judgement;
    }
    if let Some((name, [one, other], exchange)) = validators::contradictory(&all) {
        return Judgement::warn(
            Defect::ValidatorsDiffer,
            format!("one answer has two {name} that differ"),
        )
        .because(format!(
            "Got {} and {} in one answer (RFC 9110 5.3). Nobody can tell which of them counts: \
             a client that compares them may take the file for changed.",
            shown(one),
            shown(other)
        ))
        .breaking_rfc()
        .proved_by([exchange.id]);
    }
    if all.len() < 2 {
        return Judgement::skipped("fewer than two answers have validators to compare");
    }
    let etags = |of: &Validators<'_>| of.etag.map(str::to_owned);
    if let Some((one, other)) = differing(&all, etags, validators::same_etag) {
        return changed("ETag", &one, &other, Judgement::warn).because(format!(
            "It was {} and became {}. No capture shows that {} looks at ETag.",
            shown(&one.1),
            shown(&other.1),
            evidence.profile.client()
        ));
    }
    if all.iter().all(|of| of.last_modified.is_none() && of.etag.is_none()) {
        return Judgement::skipped("no answer has validators; see head-validators");
    }
    Judgement::pass(format!("{} answers have the same validators", all.len()))
}

type Value = (ExchangeId, String);

/// The first two answers that have the field with different values.
fn differing(
    all: &[Validators<'_>],
    value: impl Fn(&Validators<'_>) -> Option<String>,
    same: impl Fn(&str, &str) -> bool,
) -> Option<(Value, Value)> {
    let mut values = all.iter().filter_map(|of| Some((of.exchange.id, value(of)?)));
    let first = values.next()?;
    let other = values.find(|other| !same(&first.1, &other.1))?;
    Some((first, other))
}

/// Whether a `Last-Modified` is the `Date` of its answer.
fn is_time_of_answer(evidence: &Evidence, (id, value): &Value) -> bool {
    let of = evidence.exchanges.iter().find(|exchange| exchange.id == *id);
    let date = of.and_then(Exchange::answer).and_then(|answer| answer.head.fields.first("date"));
    date.is_some_and(|date| validators::same_date(date, value))
}

fn changed(
    name: &str,
    one: &Value,
    other: &Value,
    judgement: impl Fn(Defect, String) -> Judgement,
) -> Judgement {
    judgement(Defect::ValidatorsChanged, format!("{name} changed between exchanges"))
        .proved_by([one.0, other.0])
}

/// What HEAD says of the date now and before the whole file was fetched: a cache may state the time
/// at which it stored the file.
fn since_earlier(evidence: &Evidence) -> Option<Judgement> {
    let (before, now) =
        (validators::of_head(evidence.earlier.as_deref()?)?, validators::of_head(evidence)?);
    let (one, other) = (before.last_modified?, now.last_modified?);
    if validators::same_date(one, other) {
        return None;
    }
    let judgement = Judgement::warn(
        Defect::ValidatorsDiffer,
        "Last-Modified is another one once the whole file was fetched",
    )
    .because(format!(
        "HEAD was answered with {} before, and with {} now. A BITS job that runs meanwhile takes \
         the file for changed and starts again.",
        shown(one),
        shown(other)
    ));
    Some(judgement.proved_by([now.exchange.id]))
}
