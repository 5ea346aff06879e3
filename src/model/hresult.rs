//! HRESULT codes as Windows shows them.

use std::fmt;

/// A Windows error code, 32 bits.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Hresult(pub u32);

impl Hresult {
    /// `BG_E_HTTP_ERROR_nnn` for an HTTP status: 0x80190000 plus the status
    /// (Microsoft: "BITS return values").
    pub fn http_status(status: u16) -> Self {
        Self(0x8019_0000 | u32::from(status))
    }

    /// The HTTP status of a code of that pattern.
    pub fn status(self) -> Option<u16> {
        let low = u16::try_from(self.0 & 0xFFFF).ok()?;
        (self.0 >> 16 == 0x8019 && (100..600).contains(&low)).then_some(low)
    }
}

impl fmt::Display for Hresult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:08X}", self.0)
    }
}

/// How certain a code is.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Certainty {
    /// Microsoft documents the code for this trigger.
    Documented,
    /// Inferred from names, texts or captures; shown as "likely".
    Likely,
}

/// What BITS makes of a defect.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BitsView {
    /// The code.
    pub hresult: Hresult,
    /// How certain it is.
    pub certainty: Certainty,
    /// The job retries by itself instead of ending in ERROR.
    pub transient: bool,
    /// The cause, where the client shows it as the extended code next to `hresult`.
    pub extended: Option<Hresult>,
}

/// Whether Microsoft defines a `BG_E_HTTP_ERROR_nnn` for this status ("BITS return values").
pub fn is_defined_status(status: u16) -> bool {
    matches!(status, 100 | 101 | 200..=206 | 300..=305 | 307 | 400..=417 | 449 | 500..=505)
}
