//! Rules about grants.

pub(super) mod ambiguous_principal;
pub(super) mod ambiguous_role;
pub(super) mod conditional_twin;
pub(super) mod guest;
pub(super) mod inherited;
pub(super) mod management_group;
pub(super) mod moved_principal;
pub(super) mod names;
pub(super) mod no_login_role;
pub(super) mod no_right;
pub(super) mod no_such_principal;
pub(super) mod no_such_role;
pub(super) mod per_machine;
pub(super) mod same_principal;
pub(super) mod unpinned;
