//! Which code a message of Windows belongs to. Admins quote the sentence that an event or a log
//! prints, not the number. Each row holds the words that single a sentence out, not the sentence.

use super::codes::{self, Code};
use crate::model::hresult::Hresult;

/// The codes whose message the text most likely is, the best first; none when too few words fit.
pub fn by_text(text: &str) -> Vec<&'static Code> {
    let words = words_of(text);
    if words.len() < FEWEST_WORDS {
        return Vec::new();
    }
    let mut found: Vec<(usize, usize, &'static Code)> = Vec::new();
    for (number, key) in KEYS {
        let keys: Vec<&str> = key.split(' ').collect();
        let hits = keys.iter().filter(|key| words.iter().any(|word| fits(word, key))).count();
        // A quotation may be cut short or be in other words.
        if hits * 5 < keys.len() * 4 || hits < FEWEST_WORDS {
            continue;
        }
        let Some(code) = codes::by_hresult(Hresult(*number)) else { continue };
        found.push((hits, keys.len() - hits, code));
    }
    found.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
    let most = found.first().map_or(0, |(hits, ..)| *hits);
    let mut codes: Vec<&'static Code> = Vec::new();
    for (.., code) in found.into_iter().filter(|(hits, ..)| *hits == most) {
        if !codes.iter().any(|known| known.hresult == code.hresult) {
            codes.push(code);
        }
    }
    codes
}

/// Words in lower case; what separates them and how they are inflected does not matter.
fn words_of(text: &str) -> Vec<String> {
    let words = text.split(|char: char| !char.is_alphanumeric());
    words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
}

/// A key ends in `*` where any ending fits.
fn fits(word: &str, key: &str) -> bool {
    match key.strip_suffix('*') {
        Some(start) => word.starts_with(start),
        None => word == key,
    }
}

/// Fewer words are a name, not a sentence.
const FEWEST_WORDS: usize = 2;

/// Number, and the words that single its message out.
const KEYS: &[(u32, &str)] = &[
    (0x0020_0006, "no additional error context"),
    (0x0020_0017, "deleted some transferred files incomplete"),
    (0x0020_001A, "unable delete temporary files"),
    (0x0020_002A, "proxy server was changed"),
    (0x0020_0055, "preferences saved overridden group policy"),
    (0x8019_0064, "request can be continued"),
    (0x8019_0065, "switched protocols upgrade header"),
    (0x8019_00C9, "fulfilled creation new resource"),
    (0x8019_00CA, "accepted processing not completed"),
    (0x8019_00CB, "metadata entity header not definitive"),
    (0x8019_00CC, "fulfilled no new information send"),
    (0x8019_00CE, "fulfilled partial get request"),
    (0x8019_012C, "could not return requested data"),
    (0x8019_012D, "assigned new permanent identifier future references"),
    (0x8019_012E, "assigned different identifier change temporary"),
    (0x8019_012F, "response under different identifier retrieved get"),
    (0x8019_0131, "must be accessed through proxy location field"),
    (0x8019_0133, "url temporarily relocated"),
    (0x8019_0190, "cannot process request syntax not valid"),
    (0x8019_0191, "resource requires user authentication"),
    (0x8019_0193, "client sufficient access rights"),
    (0x8019_0194, "url does not exist on server"),
    (0x8019_0195, "method used is not allowed"),
    (0x8019_0196, "no responses acceptable client"),
    (0x8019_0197, "proxy authentication is required"),
    (0x8019_0198, "server timed out waiting for request"),
    (0x8019_0199, "conflict current state resource resubmit"),
    (0x8019_019A, "resource not available no forwarding address"),
    (0x8019_019B, "cannot accept without defined content length"),
    (0x8019_019C, "precondition request header evaluated false"),
    (0x8019_019D, "request entity too large"),
    (0x8019_019E, "identifier longer than server interpret"),
    (0x8019_01A0, "could not satisfy range request"),
    (0x8019_01A1, "expectation given in expect field"),
    (0x8019_01F4, "unexpected condition prevented server fulfilling"),
    (0x8019_01F5, "not support functionality required fulfill"),
    (0x8019_01F6, "gateway proxy invalid response upstream"),
    (0x8019_01F7, "service is temporarily overloaded"),
    (0x8019_01F8, "request timed out waiting gateway"),
    (0x8019_01F9, "not support http protocol version used"),
    (0x8020_0001, "requested job not found"),
    (0x8020_0002, "action not allowed current job state"),
    (0x8020_0003, "no files attached to job"),
    (0x8020_0004, "no file available url generated error"),
    (0x8020_0005, "no protocol available url generated error"),
    (0x8020_0007, "error occurred in unknown location"),
    (0x8020_0008, "error occurred in queue manager"),
    (0x8020_0009, "error occurred local file being processed"),
    (0x8020_000A, "error occurred remote file being processed"),
    (0x8020_000B, "error occurred transport layer client connect"),
    (0x8020_000C, "error occurred notification callback processed"),
    (0x8020_000D, "destination file system volume not available"),
    (0x8020_000E, "destination volume has changed"),
    (0x8020_000F, "no error information available"),
    (0x8020_0010, "no active network connections"),
    (0x8020_0011, "server did not return file size"),
    (0x8020_0011, "content length header not available reply"),
    (0x8020_0011, "url might point to dynamic content"),
    (0x8020_0012, "server does not support http 1 1"),
    (0x8020_0013, "does not support necessary http protocol"),
    (0x8020_0013, "requires server support range protocol header"),
    (0x8020_0013, "not support content range header"),
    (0x8020_0014, "cannot be used remotely"),
    (0x8020_0015, "drive mapping different current owner previous"),
    (0x8020_0016, "new owner insufficient access local files"),
    (0x8020_0018, "proxy list cannot longer 32 000"),
    (0x8020_0019, "proxy bypass list cannot longer 32 000"),
    (0x8020_001B, "server response was not valid"),
    (0x8020_001B, "server not following defined protocol"),
    (0x8020_001C, "no more files can be added"),
    (0x8020_001D, "local file changed during transfer"),
    (0x8020_001E, "program on remote server reported"),
    (0x8020_001F, "specified session not found on server"),
    (0x8020_0020, "job too large for server"),
    (0x8020_0021, "specified string too long"),
    (0x8020_0022, "client server versions incompatible"),
    (0x8020_0023, "scripting execute permissions virtual directory"),
    (0x8020_0024, "job making progress"),
    (0x8020_0024, "job making headway"),
    (0x8020_0024, "server may be misconfigured"),
    (0x8020_0025, "user name cannot longer 300"),
    (0x8020_0026, "password cannot longer 300"),
    (0x8020_0027, "authentication target credentials not defined"),
    (0x8020_0028, "authentication scheme credentials not defined"),
    (0x8020_0029, "file name does not match any job"),
    (0x8020_002B, "byte range extends beyond end"),
    (0x8020_002C, "byte ranges overlapping not supported"),
    (0x8020_002D, "connection could not be established"),
    (0x8020_002E, "connection was closed prematurely"),
    (0x8020_003E, "group policy prevent background jobs running"),
    (0x8020_003F, "supplied proxy server bypass list invalid"),
    (0x8020_0040, "format supplied security credentials invalid"),
    (0x8020_0041, "unsupported hashing algorithm"),
    (0x8020_0042, "peer cache record has been deleted"),
    (0x8020_0043, "another thread already updating peer cache"),
    (0x8020_0044, "already searching for peers"),
    (0x8020_0045, "universal plug play error"),
    (0x8020_0046, "test option blocking download"),
    (0x8020_0047, "peer caching is disabled"),
    (0x8020_0048, "peer cache record in use"),
    (0x8020_0049, "job count user exceeded limit"),
    (0x8020_0050, "job count machine exceeded computer limit"),
    (0x8020_0051, "file count job exceeded limit"),
    (0x8020_0052, "range count file exceeded limit"),
    (0x8020_0053, "application requested data response was invalid"),
    (0x8020_0054, "timed out downloading maximum download time"),
    (0x8020_0056, "helper token required"),
    (0x8020_0059, "blocked transfer cost policy"),
    (0x8020_0065, "standby mode"),
    (0x8020_0068, "battery saver blocked transfer"),
    (0x8020_006C, "database corrupt*"),
    (0x8020_0073, "remote file changed during transfer"),
    (0x8007_2EE1, "no more handles could be generated"),
    (0x8007_2EE2, "operation timed out"),
    (0x8007_2EE2, "request has timed out"),
    (0x8007_2EE4, "internal error has occurred"),
    (0x8007_2EE5, "url is invalid"),
    (0x8007_2EE6, "url not use recognized protocol"),
    (0x8007_2EE7, "server name address not resolved"),
    (0x8007_2EE9, "option value invalid set"),
    (0x8007_2EEF, "login attempt failed"),
    (0x8007_2EEF, "login request was denied"),
    (0x8007_2EF1, "operation has been cancel*"),
    (0x8007_2EF2, "handle wrong type operation"),
    (0x8007_2EF3, "handle not in correct state"),
    (0x8007_2EFD, "connection with server could not be established"),
    (0x8007_2EFD, "connection to server failed"),
    (0x8007_2EFE, "connection terminated abnormally"),
    (0x8007_2EFE, "connection reset terminated incompatible ssl"),
    (0x8007_2EFF, "connection server reset"),
    (0x8007_2F00, "request must be resent"),
    (0x8007_2F05, "date certificate invalid expired"),
    (0x8007_2F05, "certificate required date not verified"),
    (0x8007_2F06, "host name certificate invalid not match"),
    (0x8007_2F0C, "certificate required complete client authentication"),
    (0x8007_2F0D, "certificate authority invalid incorrect"),
    (0x8007_2F19, "revocation not checked offline"),
    (0x8007_2F76, "requested header was not found"),
    (0x8007_2F76, "requested header cannot be located"),
    (0x8007_2F78, "server returned invalid unrecognized response"),
    (0x8007_2F78, "server response could not be parsed"),
    (0x8007_2F7B, "header could not be added already exists"),
    (0x8007_2F7C, "redirection failed"),
    (0x8007_2F7C, "redirect* request failed"),
    (0x8007_2F7D, "error occurred secure channel"),
    (0x8007_2F86, "error executing proxy script"),
    (0x8007_2F87, "proxy auto configuration script not downloaded"),
    (0x8007_2F89, "supplied certificate is invalid"),
    (0x8007_2F8A, "supplied certificate has been revoked"),
    (0x8007_2F8F, "security error occurred"),
    (0x8007_2F8F, "errors found secure sockets layer certificate"),
    (0x8007_2F92, "error auto proxy service"),
    (0x8007_2F94, "proxy auto configuration not located detected"),
    (0x8007_2F95, "larger number of headers than expected"),
    (0x8007_2F96, "size of headers exceeds limit"),
    (0x8007_2F97, "overflow parsing chunked transfer encoding"),
    (0x8007_2F98, "response exceeds internal size limit"),
    (0x8007_0005, "access is denied"),
    (0x8007_0070, "not enough space on disk"),
    (0x8007_0422, "service cannot be started disabled"),
    (0x8007_0424, "specified service not exist installed"),
    (0x8007_04DD, "requested operation not performed logged on network"),
    (0x8007_04DD, "user has not logged on network"),
    (0x800B_0109, "certificate chain root not trusted"),
    (0x8009_2003, "error reading writing file"),
    (0x80D0_5011, "delivery optimization server support range header"),
    (0x80D0_2002, "delivery optimization no progress download"),
    (0x87D0_0607, "content not found"),
    (0x87D0_0215, "item not found"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn first(text: &str) -> Option<u32> {
        by_text(text).first().map(|code| code.hresult.0)
    }

    #[test]
    fn every_key_belongs_to_a_code_and_finds_it() {
        for (number, key) in KEYS {
            assert!(codes::by_hresult(Hresult(*number)).is_some(), "{number:#x}");
            let found = by_text(&key.replace('*', "ed"));
            assert!(found.iter().any(|code| code.hresult.0 == *number), "{key}: {found:?}");
        }
    }

    #[test]
    fn sentences_of_windows_are_recognised() {
        for (text, number) in [
            (
                "The job is not making progress.  The server may be misconfigured.  Background \
                 Intelligent Transfer Service (BITS) will try again later.",
                0x8020_0024,
            ),
            ("The job isn't making headway. BITS will try again later", 0x8020_0024),
            (
                "Content file download failed. Reason: The server does not support the necessary \
                 HTTP protocol. Background Intelligent Transfer Service (BITS) requires that the \
                 server support the Range protocol header.",
                0x8020_0013,
            ),
            ("BITS requires that the server support the Range protocol header", 0x8020_0013),
            ("the server did not return the file size", 0x8020_0011),
            ("HTTP status 403: The client does not have sufficient access rights", 0x8019_0193),
            ("The server name or address could not be resolved", 0x8007_2EE7),
            ("A connection with the server could not be established", 0x8007_2EFD),
            ("The connection with the server was terminated abnormally", 0x8007_2EFE),
            ("The operation timed out", 0x8007_2EE2),
            ("The server returned an invalid or unrecognized response", 0x8007_2F78),
            ("The requested header was not found", 0x8007_2F76),
            ("A security error occurred", 0x8007_2F8F),
            ("There are currently no active network connections.", 0x8020_0010),
        ] {
            assert_eq!(first(text), Some(number), "{text}: {:?}", by_text(text));
        }
    }

    #[test]
    fn a_name_or_another_sentence_is_no_message() {
        for text in ["", "squid", "range-first", "the quick brown fox", "no such thing"] {
            assert!(by_text(text).is_empty(), "{text}: {:?}", by_text(text));
        }
    }
}
