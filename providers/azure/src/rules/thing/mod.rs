//! Rules about any declared thing.

pub(super) mod fixed;
pub(super) mod in_the_way;
pub(super) mod missing;
pub(super) mod no_such_reference;
