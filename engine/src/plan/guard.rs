//! Guards judge the finished plan before anything runs. Each is lifted by its own name.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;

/// A reason to stop a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refusal {
    /// The guard's name.
    pub guard: String,
    /// What it saw, with its numbers.
    pub message: String,
    /// The steps that it is about.
    pub affected: Vec<Address>,
    /// The exact flag that lifts it.
    pub lift: String,
}
