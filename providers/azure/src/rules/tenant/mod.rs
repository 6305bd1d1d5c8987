//! Rules about tenants.

pub(super) mod no_sign_in_app;
pub(super) mod no_such_break_glass;
