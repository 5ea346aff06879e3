//! The paths by which a WSUS server shows that it is alive, and what their answers mean.

/// What a path is for. The order is that in which to ask.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Liveness {
    /// An empty file of the content directory.
    AnonymousCheckFile,
    /// The self-update file of old clients; newer servers may lack it.
    SelfUpdate,
    /// The web service that clients ask for updates.
    ClientWebService,
}

/// What an answer means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Meaning {
    /// As it should be.
    Alive,
    /// Not as usual, but it need not be a fault.
    Unclear,
    /// Something is wrong.
    Wrong,
}

/// Every path, in the order in which to ask.
pub const ALL: [Liveness; 3] =
    [Liveness::AnonymousCheckFile, Liveness::SelfUpdate, Liveness::ClientWebService];

impl Liveness {
    /// The path below the base URL.
    pub fn path(self) -> &'static str {
        match self {
            Self::AnonymousCheckFile => "/Content/anonymousCheckFile.txt",
            Self::SelfUpdate => "/selfupdate/iuident.cab",
            Self::ClientWebService => "/ClientWebService/client.asmx",
        }
    }

    /// What an answer to a GET means, with a sentence for the admin. `length` is the length of
    /// the body as far as it is known.
    pub fn judge(self, status: u16, length: Option<u64>) -> (Meaning, &'static str) {
        match (self, status, length) {
            (_, 407, _) => {
                (Meaning::Wrong, "the proxy asks for credentials, which BITS as a service lacks")
            }
            (_, 502 | 504, _) => {
                (Meaning::Wrong, "a proxy answered in place of the server and cannot reach it")
            }
            (_, 503, _) => (
                Meaning::Wrong,
                "the application pool of WSUS is stopped, or a proxy has no server",
            ),
            (Self::AnonymousCheckFile, 200, Some(0)) => {
                (Meaning::Alive, "the content directory answers (the file is empty by design)")
            }
            (Self::AnonymousCheckFile, 200, Some(_)) => {
                (Meaning::Wrong, "the file should be empty: another page came in its place")
            }
            (Self::AnonymousCheckFile, 200, None) => {
                (Meaning::Unclear, "it answers, but without a length")
            }
            (Self::AnonymousCheckFile, 401 | 403, _) => {
                (Meaning::Wrong, "the content directory refuses anonymous access, which BITS needs")
            }
            (Self::AnonymousCheckFile, 404, _) => {
                (Meaning::Wrong, "no WSUS content here: wrong port, or another site")
            }
            (Self::SelfUpdate, 200, Some(0)) => {
                (Meaning::Wrong, "the file should not be empty: something replaced it")
            }
            (Self::SelfUpdate, 200, _) => (Meaning::Alive, "the self-update directory answers"),
            (Self::SelfUpdate, 404, _) => {
                (Meaning::Unclear, "no self-update file; newer servers may lack it")
            }
            (Self::ClientWebService, 200, _) => {
                (Meaning::Alive, "the web service for clients answers")
            }
            (Self::ClientWebService, 404, _) => {
                (Meaning::Wrong, "no web service for clients: wrong port, or another site")
            }
            (Self::ClientWebService, 500, _) => {
                (Meaning::Wrong, "the web service for clients is broken: see the WSUS event log")
            }
            (_, 300..=399, _) => {
                (Meaning::Unclear, "redirected: a portal, or a site that is not WSUS")
            }
            (_, 400..=499, _) => (Meaning::Wrong, "refused"),
            (_, 500..=599, _) => (Meaning::Wrong, "the server failed"),
            _ => (Meaning::Unclear, "an unusual answer"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_check_file_is_alive_and_a_page_in_its_place_is_not() {
        let meaning = |status, length| Liveness::AnonymousCheckFile.judge(status, length).0;
        assert_eq!(meaning(200, Some(0)), Meaning::Alive);
        assert_eq!(meaning(200, Some(3291)), Meaning::Wrong);
        assert_eq!(meaning(200, None), Meaning::Unclear);
        assert_eq!(meaning(404, Some(0)), Meaning::Wrong);
    }

    #[test]
    fn a_missing_self_update_is_no_fault() {
        assert_eq!(Liveness::SelfUpdate.judge(404, None).0, Meaning::Unclear);
        assert_eq!(Liveness::SelfUpdate.judge(200, Some(25_000)).0, Meaning::Alive);
        assert_eq!(Liveness::SelfUpdate.judge(200, Some(0)).0, Meaning::Wrong);
    }

    #[test]
    fn every_path_has_a_meaning_for_every_status() {
        for liveness in ALL {
            assert!(liveness.path().starts_with('/'));
            for status in 100..600 {
                assert!(!liveness.judge(status, None).1.is_empty());
            }
            assert_eq!(liveness.judge(407, Some(3291)).0, Meaning::Wrong);
        }
    }
}
