//! What tests share.

mod loopback;
mod recordings;

pub(crate) use loopback::{Answer, Seen, Server};
pub(crate) use recordings::{recordings, shared};
