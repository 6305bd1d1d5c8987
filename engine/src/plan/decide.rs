//! x
use super::{Mode, Plan, selection::Selected};
use crate::kind::{Catalogue, Scene};
use crate::rule::Finding;

/// What is asked of a plan besides the two sides.
#[derive(Clone, Debug)]
pub struct Wish {
    /// Build or tear down.
    pub mode: Mode,
    /// Which part of the manifest.
    pub selected: Selected,
    /// The version of vmlogin, for the record.
    pub tool: String,
}

/// Decides every step. Pure: the same arguments give the same plan, byte for byte.
pub fn plan(catalogue: &Catalogue, scene: &Scene<'_>, findings: Vec<Finding>, wish: &Wish) -> Result<Plan, crate::graph::cycle::Cycle> {
    let _ = (catalogue, scene, findings, wish);
    unreachable!()
}
