//! Rules about machines.

pub(super) mod no_handler;
