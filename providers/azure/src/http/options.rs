//! What a client is made of.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use jiff::Timestamp;

use super::stop::Stop;
use super::trace::Trace;
use crate::cloud::Cloud;

/// The parts of a client: who asks, where, how much at once, and what may cut it short.
pub struct ClientOptions {
    /// The hosts.
    pub cloud: Cloud,
    /// Who asks; see [`crate::credential::credential`].
    pub credential: Arc<dyn TokenCredential>,
    /// The connection, from [`super::transport::connect`]: it must not follow redirects by itself.
    pub http: reqwest::Client,
    /// Requests in flight, at least 1.
    pub max_requests_at_once: usize,
    /// Requests that may leave in a second, of whatever class; none but the service's own limits where there is no number.
    pub max_requests_a_second: Option<NonZeroU32>,
    /// The longest that everything may take, from the making of the client.
    pub deadline: Option<Duration>,
    /// Told about every attempt, for `-v`.
    pub trace: Option<Tracer>,
    /// Ends waits and retries when raised.
    pub stop: Stop,
    /// The wall clock.
    pub clock: Clock,
    /// Chance, for jitter and for the ids of requests. Runs at the same time should have different ones.
    pub seed: u64,
}

/// Told about every attempt.
pub type Tracer = Arc<dyn Fn(&Trace) + Send + Sync>;

/// The wall clock.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

impl ClientOptions {
    /// Options with room for 16 requests at once, no deadline and nobody watching.
    pub fn new(
        cloud: Cloud,
        credential: Arc<dyn TokenCredential>,
        http: reqwest::Client,
        seed: u64,
    ) -> ClientOptions {
        ClientOptions {
            cloud,
            credential,
            http,
            max_requests_at_once: 16,
            max_requests_a_second: None,
            deadline: None,
            trace: None,
            stop: Stop::new(),
            clock: Arc::new(Timestamp::now),
            seed,
        }
    }
}
