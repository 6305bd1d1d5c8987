//! Role assignments: one list a subscription, of which the sign-in roles become grants.

use std::collections::{BTreeMap, BTreeSet};

use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::{Gap, Inventory, Live, Resolution};
use vmlogin_engine::manifest::{Manifest, Subscription};
use vmlogin_engine::provider::{Fault, FaultKind};
use vmlogin_engine::value::Principal;

use super::Reader;
use crate::arm::ArmId;
use crate::directory::{self, Named};
use crate::kinds::grant::wire::Assignment;
use crate::kinds::{arc_machine, arm_id, grant};

/// Adds the live grants, the names that they take, and the names of those whom they let in.
pub(super) async fn read(reader: Reader<'_>, inventory: &mut Inventory) -> Result<(), Fault> {
    let all: Vec<&Subscription> = reader.manifest.subscriptions.values().collect();
    let lists = reader
        .each(all, |subscription| list(reader, subscription))
        .await?;
    let mut read = Vec::new();
    for listed in lists {
        match listed {
            Ok((subscription, assignments)) => {
                inventory.grants_complete.insert(subscription.name.clone());
                inventory.names_taken.extend(
                    assignments
                        .iter()
                        .map(|assignment| assignment.name.to_lowercase()),
                );
                read.push((subscription, assignments));
            }
            Err(gap) => inventory.gaps.push(gap),
        }
    }
    for tenant in reader.tenants.keys() {
        let of_tenant: Vec<_> = read
            .iter()
            .filter(|(subscription, _)| subscription.tenant == *tenant)
            .cloned()
            .collect();
        let names = names(reader, tenant, &of_tenant, inventory).await;
        let known: Vec<(String, String)> = names
            .iter()
            .map(|(id, named)| (id.clone(), named.display_name.clone()))
            .collect();
        inventory.names.extend(known);
        for live in lives(reader.manifest, tenant, &of_tenant, &names, inventory) {
            inventory.insert(live);
        }
    }
    Ok(())
}

type Listed<'a> = (&'a Subscription, Vec<Assignment>);

/// The assignments of a subscription. Where they may not be read, that is a fault if the manifest grants anything there, since
/// every decision about a grant rests on the list; else it is a gap.
async fn list<'a>(
    reader: Reader<'a>,
    subscription: &'a Subscription,
) -> Result<Result<Listed<'a>, Gap>, Fault> {
    let client = &reader.tenant(&subscription.tenant)?.client;
    let id = ArmId::of_subscription(&subscription.id);
    let what = format!("grants of subscription `{}`", subscription.name);
    match client
        .list(grant::list(&id, format!("list the {what}")))
        .await
    {
        Ok(assignments) => Ok(Ok((subscription, assignments))),
        Err(fault)
            if fault.kind == FaultKind::Permission
                && !grants_in(reader.manifest, &subscription.name) =>
        {
            Ok(Err(Gap { what, fault }))
        }
        Err(fault) => Err(fault),
    }
}

fn grants_in(manifest: &Manifest, subscription: &str) -> bool {
    manifest
        .of_kind("grant")
        .any(|grant| grant.subscription == subscription)
}

/// Names for the principals that only live grants know. The directory may refuse: then plans show object ids, and say why where
/// a grant of an estate is among them.
async fn names(
    reader: Reader<'_>,
    tenant: &str,
    lists: &[Listed<'_>],
    inventory: &mut Inventory,
) -> BTreeMap<String, Named> {
    let resolved = resolved(tenant, inventory);
    let grants: Vec<(&Assignment, bool)> = lists
        .iter()
        .flat_map(|(subscription, assignments)| {
            assignments
                .iter()
                .filter(|assignment| is_ours_to_show(subscription, assignment))
        })
        .map(|assignment| (assignment, grant::is_stamped(assignment)))
        .filter(|(assignment, _)| {
            !resolved.contains_key(&assignment.properties.principal_id.to_lowercase())
        })
        .collect();
    let ids: BTreeSet<String> = grants
        .iter()
        .map(|(assignment, _)| assignment.properties.principal_id.to_lowercase())
        .collect();
    if ids.is_empty() {
        return BTreeMap::new();
    }
    let asked = match reader.tenant(tenant) {
        Ok(access) => directory::names(&access.client, ids.into_iter().collect()).await,
        Err(fault) => Err(fault),
    };
    match asked {
        Ok(names) => names,
        Err(fault) => {
            if grants.iter().any(|(_, stamped)| *stamped) {
                let what = format!("names of those whom grants in tenant `{tenant}` let in");
                inventory.gaps.push(Gap { what, fault });
            }
            BTreeMap::new()
        }
    }
}

/// Whether an assignment is a sign-in grant in the subscription, rather than one of a role of no concern or one that is only
/// inherited from above.
fn is_ours_to_show(subscription: &Subscription, assignment: &Assignment) -> bool {
    let root = ArmId::of_subscription(&subscription.id);
    grant::is_sign_in(assignment)
        && grant::scope(assignment).is_some_and(|scope| root.contains(&scope))
}

/// The manifest's principals by the object ids that they resolved to; of several names for one object, the first.
fn resolved<'a>(tenant: &str, inventory: &'a Inventory) -> BTreeMap<String, &'a Principal> {
    let mut by_id = BTreeMap::new();
    for ((of, principal), resolution) in &inventory.principals {
        if let Resolution::Found(found) = resolution
            && of == tenant
        {
            by_id
                .entry(found.object_id.to_lowercase())
                .or_insert(principal);
        }
    }
    by_id
}

/// The live grants of a tenant's subscriptions, each under an address of its own.
fn lives(
    manifest: &Manifest,
    tenant: &str,
    lists: &[Listed<'_>],
    names: &BTreeMap<String, Named>,
    inventory: &Inventory,
) -> Vec<Live> {
    let places = Places::of(manifest);
    let resolved = resolved(tenant, inventory);
    let mut lives = Vec::new();
    let mut addresses = BTreeSet::new();
    for (subscription, assignments) in lists {
        let mut assignments: Vec<&Assignment> = assignments
            .iter()
            .filter(|assignment| is_ours_to_show(subscription, assignment))
            .collect();
        assignments.sort_by(|one, other| one.name.cmp(&other.name));
        for assignment in assignments {
            let id = assignment.properties.principal_id.to_lowercase();
            let by_id = format!("object-id:{id}");
            let by_name = match (resolved.get(&id), names.get(&id)) {
                (Some(principal), _) => Some(principal.to_string()),
                // A name that the manifest uses for another object would give two grants one address.
                (None, Some(named)) => named
                    .principal()
                    .filter(|principal| {
                        !inventory
                            .principals
                            .contains_key(&(tenant.to_owned(), principal.clone()))
                    })
                    .map(|principal| principal.to_string()),
                (None, None) => None,
            };
            for principal in by_name.into_iter().chain([by_id]) {
                let Some(live) = grant::live(
                    assignment,
                    &subscription.name,
                    &places.wording(subscription, assignment, principal),
                ) else {
                    break;
                };
                if addresses.insert(live.address.clone()) {
                    lives.push(live);
                    break;
                }
            }
        }
    }
    lives
}

/// The manifest's addresses by ids, for the addresses of what lies there.
struct Places<'a>(BTreeMap<String, (&'a Address, &'a str)>);

impl<'a> Places<'a> {
    fn of(manifest: &'a Manifest) -> Places<'a> {
        let things = manifest
            .of_kind("resource-group")
            .chain(manifest.of_kind("vm"))
            .chain(manifest.of_kind("arc-machine"));
        Places(
            things
                .filter_map(|resource| {
                    let id = arm_id(resource, manifest)?;
                    Some((
                        id.key().to_owned(),
                        (&resource.address, resource.name.as_str()),
                    ))
                })
                .collect(),
        )
    }

    fn wording(
        &self,
        subscription: &Subscription,
        assignment: &Assignment,
        principal: String,
    ) -> grant::Wording {
        let scope = grant::scope(assignment).unwrap_or_else(ArmId::root);
        let named = self.0.get(scope.key());
        let around = named.map_or_else(
            || {
                if scope.resource_group().is_some() {
                    scope.name().to_owned()
                } else {
                    subscription.name.clone()
                }
            },
            |(_, name)| (*name).to_owned(),
        );
        grant::Wording {
            place: place(subscription, &scope, named.copied()),
            around,
            principal,
        }
    }
}

/// What a grant's address begins with: `grant:core/rg-web` at a group, `vm:core/rg-web/web01/grant` at a machine.
fn place(
    subscription: &Subscription,
    scope: &ArmId,
    declared: Option<(&Address, &str)>,
) -> Address {
    let name = subscription.name.as_str();
    let sorts = [
        ("Microsoft.Compute/virtualMachines", "vm"),
        (arc_machine::TYPE, "arc-machine"),
    ];
    let machine = sorts.iter().find(|(full_type, _)| scope.is_type(full_type));
    match (scope.resource_group(), declared) {
        (_, Some((address, _))) if machine.is_some() => address.child("grant"),
        (Some(_), Some((_, group))) => Address::new("grant", [name, group]),
        (Some(group), None) if scope.provider().is_some() => match machine {
            Some((_, kind)) => Address::new(kind, [name, group, scope.name()]).child("grant"),
            None => {
                let resource = format!(
                    "{}/{}",
                    scope.full_type().unwrap_or_default(),
                    scope.names().join("/")
                );
                Address::new("grant", [name, group, &resource])
            }
        },
        (Some(group), None) => Address::new("grant", [name, group]),
        (None, _) => Address::new("grant", [name]),
    }
}
