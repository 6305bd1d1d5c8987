//! Rules about tenants.

pub(super) mod no_sign_in_app;
