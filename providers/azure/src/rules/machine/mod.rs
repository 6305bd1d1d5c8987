//! Rules about machines.

pub(super) mod extensions_off;
pub(super) mod long_name;
mod names;
pub(super) mod no_identity;
pub(super) mod not_windows;
pub(super) mod old_login;
pub(super) mod old_system;
pub(super) mod other_domain;
pub(super) mod other_extension;
pub(super) mod same_name;
mod subject;
