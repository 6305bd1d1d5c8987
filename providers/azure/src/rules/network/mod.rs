//! Rules about the way out of a machine.

pub(super) mod closed;
pub(super) mod no_way_out;
mod way;
