//! Rules about machines.

pub(super) mod extensions_off;
pub(super) mod handler_version;
pub(super) mod joined_image;
pub(super) mod long_name;
pub(super) mod mdm_on_linux;
pub(super) mod mdm_on_server;
pub(super) mod mdm_value;
mod names;
pub(super) mod no_desktop;
pub(super) mod no_handler;
pub(super) mod no_identity;
pub(super) mod old_login;
pub(super) mod old_system;
pub(super) mod other_domain;
pub(super) mod other_extension;
pub(super) mod other_tenant;
pub(super) mod same_device;
pub(super) mod same_name;
pub(super) mod small_linux;
