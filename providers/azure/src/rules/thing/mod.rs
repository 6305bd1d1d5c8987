//! Rules about any declared thing.

pub(super) mod fixed;
pub(super) mod locked;
pub(super) mod missing;
