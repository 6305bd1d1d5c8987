//! Both sides at once.

use std::cell::OnceCell;

use super::Kind;
use crate::inventory::{Inventory, Live};
use crate::manifest::{Manifest, Resource};

/// What should be, and what was read.
#[derive(Debug)]
pub struct Scene<'a> {
    /// What should be.
    pub manifest: &'a Manifest,
    /// What was read.
    pub inventory: &'a Inventory,
    /// The number of the live thing that each declared one is, in the order of the manifest's resources, as far as it was asked for.
    found: OnceCell<Vec<OnceCell<Option<usize>>>>,
}

impl<'a> Scene<'a> {
    /// These two.
    #[must_use]
    pub fn of(manifest: &'a Manifest, inventory: &'a Inventory) -> Scene<'a> {
        Scene {
            manifest,
            inventory,
            found: OnceCell::new(),
        }
    }

    /// The live thing that a declared one of this kind is, by natural identity. It is looked for once: nearly every rule asks, and
    /// so does the plan.
    pub fn live_of(&self, kind: &dyn Kind, resource: &Resource) -> Option<&'a Live> {
        let lives = &self.inventory.live;
        // `validate` reads nothing, and keys cost the most of what its rules do.
        if lives.is_empty() {
            return None;
        }
        let look = || lives.number(resource.kind, &kind.key(resource, self)?);
        let resources = &self.manifest.resources;
        let found = || vec![OnceCell::new(); resources.len()];
        let number = match resources.number(&resource.address) {
            Some(of) => *self.found.get_or_init(found)[of].get_or_init(look),
            None => look(),
        };
        lives.at(number?)
    }
}
