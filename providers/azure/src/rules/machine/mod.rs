//! Rules about machines.

pub(super) mod not_windows;
