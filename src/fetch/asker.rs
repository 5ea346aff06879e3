//! What a job asks, and whom: the requests of its profile, and the URL to which redirects led.
//! Called by [`super::job`] for the opening and by [`super::transfer`] for the ranges.

use std::sync::atomic::{AtomicU32, AtomicU64};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use tokio::time::Instant;
use url::Url;

use super::Settings;
use super::sink::lock;
use crate::clients;
use crate::clients::delivery_optimization::CorrelationVector;
use crate::http::client::{Lane, SocketClient};
use crate::http::dial::{Dialer, Window};
use crate::http::login::Login;
use crate::model::exchange::{Leg, Request};
use crate::model::probe::Probe;

/// Requests for the file, wherever redirects led.
pub(super) struct Asker<'s> {
    pub(super) settings: &'s Settings,
    pub(super) client: SocketClient,
    correlation: CorrelationVector,
    url: Mutex<Url>,
    /// Ranges asked.
    pub(super) ranges: AtomicU64,
}

impl<'s> Asker<'s> {
    pub(super) fn new(settings: &'s Settings) -> Self {
        let random = &mut StdRng::seed_from_u64(settings.seed);
        let client = SocketClient {
            dialer: Dialer {
                proxy: settings.proxy.clone(),
                login: Arc::new(Login::new(settings.proxy.as_ref())),
                cookies: Arc::default(),
                tls: Arc::clone(&settings.tls),
                user_agent: settings.profile.user_agent(),
                window: Window::Free,
                limit: None,
            },
            leg: if settings.proxy.is_some() { Leg::Cold } else { Leg::Direct },
            timeout: settings.timeout,
            deadline: Instant::now() + NEVER,
            connections: Arc::new(AtomicU32::new(0)),
        };
        Self {
            settings,
            client,
            correlation: CorrelationVector::new(random.random()),
            url: Mutex::new(settings.url.clone()),
            ranges: AtomicU64::new(0),
        }
    }

    /// The request for a probe, where redirects led so far.
    pub(super) fn request(&self, probe: &Probe, last_modified: Option<&str>) -> (Url, Request) {
        let url = self.url();
        let (profile, dialer) = (self.settings.profile, &self.client.dialer);
        let correlation = &self.correlation;
        let to_proxy = dialer.speaks_to_proxy(&url);
        let request = clients::request(profile, probe, &url, to_proxy, last_modified, correlation);
        let request = dialer.with_cookies(request, &url);
        (url, request)
    }

    /// Sends a probe that is small and follows redirects.
    pub(super) async fn follow(
        &self,
        lane: &mut Lane<'_>,
        probe: &Probe,
        last_modified: Option<&str>,
    ) {
        let expected = probe.ranges.as_ref().map_or(0, |_| SMALL);
        let mut visited = vec![self.url()];
        loop {
            let (url, request) = self.request(probe, last_modified);
            let answer = lane.send(probe.clone(), &url, request, expected).await.answer();
            let next = answer.and_then(|one| self.client.dialer.redirect(&one.head, &visited));
            let Some(next) = next else { return };
            lane.mark_redirect();
            visited.push(next.clone());
            self.lead_to(next);
        }
    }

    /// From here on another URL is asked.
    pub(super) fn lead_to(&self, url: Url) {
        *lock(&self.url) = url;
    }

    fn url(&self) -> Url {
        lock(&self.url).clone()
    }
}

/// The most bytes of an answer that is small: the first chunk in a capture of BITS.
pub(super) const SMALL: u64 = 5691;

/// A fetch as a whole has no deadline; ten years are none.
const NEVER: Duration = Duration::from_hours(10 * 365 * 24);
