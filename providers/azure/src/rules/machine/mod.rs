//! Rules about machines.

pub(super) mod mdm_on_linux;
pub(super) mod no_handler;
