//! Requests as values, the one client that sends them, and the pure rules it obeys: when a request is sent again ([`retry`]),
//! how fast requests may leave ([`pace`]), and which links of an answer may be followed (`link`).

pub mod client;
mod delivery;
mod following;
pub mod holds;
pub(crate) mod link;
pub mod options;
pub mod pace;
mod page;
pub mod reply;
pub mod request;
pub mod retry;
pub mod segment;
pub mod stop;
pub mod trace;
pub mod transport;
mod undelivered;

pub use client::Client;
pub use following::Finished;
pub use holds::Held;
pub use options::ClientOptions;
pub use reply::{Headers, Reply};
pub use request::{Class, Method, Request};
pub use stop::Stop;
pub use trace::{Counts, Trace};
