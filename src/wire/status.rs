//! Status codes by what they mean for a client (RFC 9110 15).

/// Whether a status says that a request failed for now: an overload, a limit, or a server behind a
/// gateway that does not answer (RFC 9110 15.5.9, 15.6; RFC 6585 4). Such a status at one time says
/// nothing of another.
pub fn is_temporary(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502..=504 | 509 | 520..=530)
}
