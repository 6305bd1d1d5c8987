//! Limits that Microsoft's pages give, one row each with its source and the day it was read. Where pages disagree both rows stay,
//! and the rule that asks says which weighs how much.

pub(crate) mod endpoints;
pub(crate) mod images;
pub(crate) mod linux;
pub(crate) mod windows;
