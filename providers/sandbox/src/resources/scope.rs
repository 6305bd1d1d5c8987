//! What a request is about: a subscription, a group, a resource.

use super::{is_closed, network, not_found, resource_group};
use crate::http::reply::Reply;
use crate::state::World;

/// Where something is asked of: the id before the last `/providers/`.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    /// As the request spells it.
    pub id: String,
    /// In lower case, as things are kept.
    pub key: String,
}

impl Scope {
    pub(crate) fn new(segments: &[String]) -> Scope {
        let id = format!("/{}", segments.join("/"));
        Scope {
            key: id.to_lowercase(),
            id,
        }
    }

    /// The GUID of the subscription that it lies in.
    pub(crate) fn subscription(&self) -> Option<&str> {
        match self.key.split('/').collect::<Vec<_>>().as_slice() {
            ["", "subscriptions", ..] => self.key.split('/').nth(2),
            _ => None,
        }
    }

    /// The id of the management group that it is, in lower case.
    pub(crate) fn management_group(&self) -> Option<&str> {
        let id = self
            .key
            .strip_prefix("/providers/microsoft.management/managementgroups/")?;
        (!id.contains('/')).then_some(id)
    }

    /// Refuses what does not exist.
    pub(crate) fn check(&self, world: &World) -> Result<(), Reply> {
        let parts: Vec<&str> = self.key.split('/').skip(1).collect();
        if let [
            "subscriptions",
            subscription,
            "resourcegroups",
            name,
            rest @ ..,
        ] = parts.as_slice()
        {
            let group = format!("/subscriptions/{subscription}/resourcegroups/{name}");
            if !world.groups.contains_key(&group) {
                return Err(resource_group::not_found(&self.id));
            }
            if let [
                "providers",
                "microsoft.hybridcompute",
                "machines",
                rest @ ..,
            ] = rest
            {
                let found = match rest {
                    [_] => world.arcs.contains_key(&self.key),
                    [_, "extensions", _] => world.extensions.contains_key(&self.key),
                    _ => true,
                };
                if !found {
                    return Err(not_found(&self.id));
                }
            }
            if let [
                "providers",
                "microsoft.compute",
                "virtualmachines",
                rest @ ..,
            ] = rest
            {
                let found = match rest {
                    [_] => world.machines.contains_key(&self.key),
                    [_, "extensions", _] => world.extensions.contains_key(&self.key),
                    _ => true,
                };
                if !found {
                    return Err(not_found(&self.id));
                }
            }
            let is_kept = match rest {
                ["providers", "microsoft.managedidentity", kind, _] => {
                    *kind == "userassignedidentities"
                }
                ["providers", namespace, kind, _, ..] => !is_closed(namespace, kind),
                _ => false,
            };
            if is_kept && !network::exists(world, &self.key) {
                return Err(not_found(&self.id));
            }
        }
        Ok(())
    }
}
