//! Many ids that are asked what lies around an id or beneath it, without a look at each.

use std::collections::BTreeSet;

use super::ArmId;

/// A set of ids.
#[derive(Debug, Default)]
pub(crate) struct Scopes(BTreeSet<String>);

impl Scopes {
    /// Adds an id.
    pub(crate) fn insert(&mut self, id: &ArmId) {
        self.0.insert(id.key.clone());
    }

    /// Whether one of them is this id or lies beneath it.
    pub(crate) fn are_in(&self, scope: &ArmId) -> bool {
        let beneath = format!("{}/", scope.key.trim_end_matches('/'));
        let mut after = self.0.range(beneath.clone()..);
        self.0.contains(&scope.key) || after.next().is_some_and(|key| key.starts_with(&beneath))
    }

    /// Whether one of them is this id or lies around it.
    pub(crate) fn hold(&self, id: &ArmId) -> bool {
        let ends = id.key.match_indices('/').map(|(at, _)| at.max(1));
        self.0.contains(&id.key) || ends.into_iter().any(|end| self.0.contains(&id.key[..end]))
    }
}

impl FromIterator<ArmId> for Scopes {
    fn from_iter<I: IntoIterator<Item = ArmId>>(ids: I) -> Scopes {
        Scopes(ids.into_iter().map(|id| id.key).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_answer_as_the_ids_themselves_would() {
        let machine = ArmId::of_subscription("s")
            .group("rg")
            .resource("Microsoft.Compute/virtualMachines", "web01");
        let beside = ArmId::of_subscription("s").group("rg-2");
        let ids = [
            ArmId::root(),
            ArmId::of_subscription("S"),
            ArmId::of_subscription("s").group("RG"),
            ArmId::of_subscription("other").group("rg"),
            beside,
            machine.clone().child("extensions", "login"),
            machine,
        ];
        for one in &ids {
            let alone: Scopes = [one.clone()].into_iter().collect();
            for other in &ids {
                assert_eq!(alone.are_in(other), other.contains(one), "{one} in {other}");
                assert_eq!(
                    alone.hold(other),
                    one.contains(other),
                    "{one} holds {other}"
                );
            }
        }
        assert!(!Scopes::default().hold(&ids[0]) && !Scopes::default().are_in(&ids[0]));
    }
}
