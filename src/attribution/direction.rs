//! On which way something goes wrong, told from the answers with and without the proxy: for
//! `blame`, where no journal of the server tells what arrived. Only what these prove is said.

use crate::model::defect::Defect;
use crate::model::exchange::Exchange;
use crate::model::outcome::Direction;
use crate::wire::head::ResponseHead;

/// The way of a defect, and a sentence on how that is known.
///
/// `proxied`: the exchange that proves the defect. `direct`: the same request without the proxy.
pub(crate) fn way(
    defect: Defect,
    proxied: &Exchange,
    direct: &Exchange,
) -> Option<(Option<Direction>, String)> {
    let (through, without) = (&proxied.answer()?.head, &direct.answer()?.head);
    let lost = match defect {
        Defect::ContentRangeMissing => "Content-Range",
        Defect::HeadLengthMissing | Defect::RangeLengthMissing => "Content-Length",
        Defect::WholeFileForRange | Defect::WholeFileForMulti if without.status == 206 => {
            let why = "Asked directly, the server sends the part: the proxy drops Range, or sends \
                       the whole file in its place.";
            return Some((None, why.to_owned()));
        }
        _ => return None,
    };
    let is_lost = without.fields.has(lost) && !through.fields.has(lost);
    (is_lost && is_same_answer(through, without)).then(|| {
        let why = format!(
            "The same answer has {lost} without the proxy and not through it: it is taken away on \
             the way back."
        );
        (Some(Direction::Response), why)
    })
}

/// How an answer fails to end through the proxy, when it ends without: what is said of both answers
/// alike is then the server's fault, but this is the proxy's own.
pub(crate) fn endless(proxied: &Exchange, direct: &Exchange) -> Option<String> {
    let failure = proxied.failure()?;
    let both_began = proxied.answer().is_some() && direct.answer().is_some();
    (both_began && direct.failure().is_none())
        .then(|| format!("the server's answer ends, and through the proxy it does not: {failure}"))
}

/// Whether the server gave the same answer both times, as far as the heads tell: a strong validator
/// names the very bytes (RFC 9110 8.8.1), so that a request changed on its way would have brought
/// another.
fn is_same_answer(through: &ResponseHead, without: &ResponseHead) -> bool {
    let same = |name| through.fields.first(name) == without.fields.first(name);
    let tag = without.fields.first("etag").filter(|tag| !tag.starts_with("W/"));
    through.status == without.status
        && tag.is_some()
        && ["etag", "last-modified", "content-encoding", "content-type"].into_iter().all(same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::head::parse_response_head;

    fn head(fields: &str) -> ResponseHead {
        let text = format!("HTTP/1.1 206 Partial Content\r\n{fields}\r\n");
        parse_response_head(text.as_bytes()).unwrap().unwrap()
    }

    #[test]
    fn the_same_answer_has_the_same_strong_validator() {
        let without = head("ETag: \"a\"\r\nContent-Range: bytes 0-1/9\r\n");
        assert!(is_same_answer(&head("ETag: \"a\"\r\n"), &without));
        for other in [
            "",
            "ETag: \"b\"\r\n",
            "ETag: W/\"a\"\r\n",
            "ETag: \"a\"\r\nContent-Encoding: gzip\r\n",
        ] {
            assert!(!is_same_answer(&head(other), &without), "{other}");
        }
        let weak = head("ETag: W/\"a\"\r\n");
        assert!(!is_same_answer(&weak, &weak), "a weak one may stay when the bytes change");
        assert!(!is_same_answer(&head(""), &head("")));
    }
}
