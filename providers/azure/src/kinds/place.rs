//! Where declared things lie: their ARM ids, computed from the manifest alone.

use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::Live;
use vmlogin_engine::kind::Key;
use vmlogin_engine::manifest::{ManagementGroup, Manifest, Resource};

use crate::arm::ArmId;

/// The place of a live thing that is being decoded.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// The subscription's name in the manifest.
    pub(crate) subscription: String,
    /// The address that the thing has in the manifest.
    pub(crate) address: Address,
    /// The thing's name for sentences, as the manifest spells it.
    pub(crate) name: String,
    /// The thing's id.
    pub(crate) id: ArmId,
}

impl Place {
    /// A live thing at this place, with nothing known of it but where it is.
    pub(crate) fn live(&self, kind: &'static str, title: String) -> Live {
        Live {
            kind,
            key: Key(self.id.key().to_owned()),
            id: self.id.to_string(),
            address: self.address.clone(),
            title,
            subscription: self.subscription.clone(),
            within: around(&self.id),
            attributes: Default::default(),
            stamp: None,
            protected: false,
            health: vmlogin_engine::inventory::Health::Good,
            facts: Default::default(),
        }
    }

    /// The id as Azure spells it, where the answer has it and it is the same one.
    pub(crate) fn spelt(&self, answered: Option<&str>) -> String {
        let answered = answered.and_then(|id| ArmId::parse(id).ok());
        answered
            .filter(|id| *id == self.id)
            .unwrap_or_else(|| self.id.clone())
            .to_string()
    }

    /// A live part of the thing: its identity, its login extension. It has no id of ARM's own for a key.
    pub(crate) fn part(&self, kind: &'static str, title: &str) -> Live {
        let mut live = self.live(kind, format!("{title} of `{}`", self.name));
        live.key = part_key(&self.id, kind);
        live.address = self.address.child(kind);
        live.within.push(self.id.key().to_owned());
        live
    }
}

/// The key of a part of a machine: `<vm id>/login`.
pub(crate) fn part_key(machine: &ArmId, part: &str) -> Key {
    Key([machine.key(), "/", part].concat())
}

/// The ids of what lies around an id, lower-case, outermost first, the id itself left out.
pub(crate) fn around(id: &ArmId) -> Vec<String> {
    let around = id.around().into_iter().rev();
    around.map(str::to_owned).collect()
}

/// The id of what a resource is, or of what it is a part or a grant of. `None` where its subscription is unknown.
pub(crate) fn arm_id(resource: &Resource, manifest: &Manifest) -> Option<ArmId> {
    match resource.kind {
        "resource-group" => {
            Some(subscription_id(&resource.subscription, manifest)?.group(&resource.name))
        }
        "managed-identity" => in_parent(
            resource,
            manifest,
            "Microsoft.ManagedIdentity/userAssignedIdentities",
        ),
        "subnet" => {
            let network = arm_id(manifest.parent_of(resource)?, manifest)?;
            Some(network.child("subnets", &resource.name))
        }
        "public-ip" => in_parent(resource, manifest, super::public_ip::TYPE),
        "network-interface" => in_parent(resource, manifest, super::network_interface::TYPE),
        "virtual-network" => in_parent(resource, manifest, "Microsoft.Network/virtualNetworks"),
        "network-security-group" => {
            in_parent(resource, manifest, super::network_security_group::TYPE)
        }
        "rule" => {
            let group = arm_id(manifest.parent_of(resource)?, manifest)?;
            Some(group.child("securityRules", &resource.name))
        }
        "arc-machine" => in_parent(resource, manifest, super::arc_machine::TYPE),
        "vm" => in_parent(resource, manifest, "Microsoft.Compute/virtualMachines"),
        _ => scope(&resource.parent, manifest),
    }
}

/// The id of a resource of this type in what it stands in.
fn in_parent(resource: &Resource, manifest: &Manifest, full_type: &str) -> Option<ArmId> {
    let parent = arm_id(manifest.parent_of(resource)?, manifest)?;
    Some(parent.resource(full_type, &resource.name))
}

/// The id of a thing of this type that a reference names: by its group, by what it lies in there, and by its own name.
pub(crate) fn located(
    manifest: &Manifest,
    subscription: &str,
    full_type: &str,
    names: &[&str],
) -> Option<String> {
    let (group, names) = names.split_first()?;
    let (provider, types) = full_type.split_once('/')?;
    let mut pairs = types.split('/').zip(names);
    let (outermost, name) = pairs.next()?;
    let group = subscription_id(subscription, manifest)?.group(group);
    let outermost = group.resource(&format!("{provider}/{outermost}"), name);
    let id = pairs.fold(outermost, |around, (kind, name)| around.child(kind, name));
    Some(id.to_string())
}

/// Whether somebody wrote the full id of a thing of this type.
pub(crate) fn is_id(text: &str, full_type: &str) -> bool {
    ArmId::parse(text).is_ok_and(|id| id.is_type(full_type) && id.resource_group().is_some())
}

/// The id of a subscription by its name in the manifest.
pub(crate) fn subscription_id(name: &str, manifest: &Manifest) -> Option<ArmId> {
    Some(ArmId::of_subscription(
        &manifest.subscriptions.get(name)?.id,
    ))
}

/// The id of a management group; `None` where what the manifest says of it cannot be part of one.
pub(crate) fn management_group_id(group: &ManagementGroup) -> Option<ArmId> {
    let id = ArmId::root().resource("Microsoft.Management/managementGroups", &group.id);
    // A slash in it would make another id of it.
    ArmId::parse(&id.to_string())
        .ok()
        .filter(|id| id.names() == [group.id.as_str()])
}

/// The id of anything that a resource can stand in.
fn scope(parent: &Address, manifest: &Manifest) -> Option<ArmId> {
    if let Some(resource) = manifest.resource(parent) {
        return arm_id(resource, manifest);
    }
    if let Some(group) = manifest.management_groups.get(parent) {
        return management_group_id(group);
    }
    let subscription = manifest
        .subscriptions
        .values()
        .find(|subscription| subscription.address() == *parent)?;
    subscription_id(&subscription.name, manifest)
}
