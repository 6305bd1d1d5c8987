//! Role assignments: one list a subscription, and one a management group. Those of the sign-in roles become grants, those that an estate made, and those that
//! the manifest declares.

mod access;

use std::collections::{BTreeMap, BTreeSet};

use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::{Gap, Inventory, Live, Resolution, RoleResolution};
use vmlogin_engine::kind::{Key, Kind, Scene};
use vmlogin_engine::manifest::{Manifest, Resource};
use vmlogin_engine::provider::Fault;
use vmlogin_engine::value::{Principal, Value};

use super::Reader;
use super::realms::Realm;
use crate::arm::ArmId;
use crate::directory::{self, Named};
use crate::kinds::grant::Grant;
use crate::kinds::grant::definition::{self, Definition};
use crate::kinds::grant::place;
use crate::kinds::grant::role::{ROLES, Role, guid};
use crate::kinds::grant::wire::Assignment;
use crate::kinds::{arm_id, grant};

/// Adds the live grants, the names that they take, and the names of those whom they let in.
pub(super) async fn read(reader: Reader<'_>, inventory: &mut Inventory) -> Result<(), Fault> {
    inventory.access.doors = access::doors(inventory);
    let all = Realm::all(reader.manifest);
    let lists = reader.each(all, |realm| realm.list(reader)).await?;
    let mut read = Vec::new();
    for listed in lists {
        match listed {
            Ok((realm, assignments)) => {
                inventory.grants_complete.insert(realm.key.clone());
                let above = realm.inherits_from(&assignments);
                if !above.is_empty() {
                    inventory.above.insert(realm.key.clone(), above);
                }
                inventory.names_taken.extend(
                    assignments
                        .iter()
                        .map(|assignment| assignment.name.to_lowercase()),
                );
                read.push((realm, assignments));
            }
            Err(gap) => inventory.gaps.push(gap),
        }
    }
    let mut grants = BTreeMap::new();
    for tenant in reader.tenants.keys() {
        let of_tenant: Vec<_> = read
            .extract_if(.., |(realm, _)| realm.tenant == *tenant)
            .collect();
        let shown = Shown::of(reader.manifest, inventory, &of_tenant);
        let people = names(reader, tenant, &shown, inventory).await;
        let roles = role_names(reader, tenant, &shown).await;
        let known: Vec<(String, String)> = people
            .iter()
            .map(|(id, named)| (id.clone(), named.display_name.clone()))
            .collect();
        let words = Words {
            tenant,
            places: Places::of(reader.manifest),
            resolved: resolved(tenant, inventory),
            people: &people,
            roles,
            inventory,
        };
        let lives = words.lives(&shown);
        let mut found = access::read(reader, &words, &of_tenant).await?;
        inventory.names.extend(known);
        inventory.access.holdings.append(&mut found.holdings);
        inventory.access.itself.append(&mut found.itself);
        inventory.gaps.append(&mut found.gaps);
        for live in lives {
            insert(&mut grants, &reader.manifest.estate, live);
        }
    }
    inventory.live.extend(grants.into_values());
    Ok(())
}

type Listed<'a> = (Realm<'a>, Vec<Assignment>);

/// The assignments that become grants.
struct Shown<'a> {
    grants: Vec<One<'a>>,
    /// The roles of the manifest by realm and GUID, in their first spelling.
    roles: BTreeMap<(String, String), String>,
}

/// An assignment, and the grant that declares it.
struct One<'a> {
    realm: &'a Realm<'a>,
    assignment: &'a Assignment,
    scope: ArmId,
    /// The GUID of its role.
    role: String,
    declared: Option<&'a Resource>,
}

impl<'a> Shown<'a> {
    /// Those in the realm itself, rather than inherited from above it, that are of a sign-in role, stamped, or declared.
    fn of(manifest: &'a Manifest, inventory: &Inventory, lists: &'a [Listed<'a>]) -> Shown<'a> {
        let scene = Scene::of(manifest, inventory);
        let roles = roles_of(manifest, inventory);
        let signs_in: BTreeSet<&str> = sign_in_roles(inventory).collect();
        let mut declared: BTreeMap<Key, &Resource> = BTreeMap::new();
        for grant in manifest.of_kind("grant") {
            if let Some(key) = Grant.key(grant, &scene) {
                declared.entry(key).or_insert(grant);
            }
        }
        let mut grants = Vec::new();
        for (realm, assignments) in lists {
            for assignment in assignments {
                let role = guid(&assignment.properties.role_definition_id);
                let scope = grant::scope(assignment).filter(|scope| realm.holds(scope));
                let Some(scope) = scope else {
                    continue;
                };
                let key = grant::key(&scope, &assignment.properties.principal_id, &role);
                let declared = declared.get(&key).copied();
                let of_concern = signs_in.contains(role.as_str())
                    || declared.is_some()
                    || grant::is_stamped(assignment);
                if of_concern {
                    grants.push(One {
                        realm,
                        assignment,
                        scope,
                        role,
                        declared,
                    });
                }
            }
        }
        grants.sort_by(|one, other| {
            let place = |one: &One<'_>| (one.realm.key.clone(), one.assignment.name.clone());
            place(one).cmp(&place(other))
        });
        Shown { grants, roles }
    }
}

/// The roles of the manifest by realm and GUID, in their first spelling.
fn roles_of(manifest: &Manifest, inventory: &Inventory) -> BTreeMap<(String, String), String> {
    let mut roles = BTreeMap::new();
    for grant in manifest.of_kind("grant") {
        let written = grant.get("role").and_then(Value::as_text);
        if let (Some(RoleResolution::Found(role)), Some(written)) =
            (inventory.role_of(grant), written)
        {
            roles
                .entry((grant.realm().to_owned(), role.id.clone()))
                .or_insert_with(|| written.to_owned());
        }
    }
    roles
}

/// The GUIDs of the roles that let people sign in: the two that everybody knows, and those of the manifest that do.
fn sign_in_roles(inventory: &Inventory) -> impl Iterator<Item = &str> {
    let declared = inventory.roles.values().filter_map(|role| match role {
        RoleResolution::Found(role) if role.signs_in => Some(role.id.as_str()),
        _ => None,
    });
    ROLES.iter().map(|role| role.guid).chain(declared)
}

/// Names for the principals that only live grants know. The directory may refuse: then plans show object ids, and say why where
/// a grant of an estate is among them.
async fn names(
    reader: Reader<'_>,
    tenant: &str,
    shown: &Shown<'_>,
    inventory: &mut Inventory,
) -> BTreeMap<String, Named> {
    let resolved = resolved(tenant, inventory);
    let unknown: Vec<&One<'_>> = shown
        .grants
        .iter()
        .filter(|one| one.declared.is_none() && !resolved.contains_key(&one.principal()))
        .collect();
    let ids: BTreeSet<String> = unknown.iter().map(|one| one.principal()).collect();
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
            let stamped = |one: &&One<'_>| grant::is_stamped(one.assignment);
            if unknown.iter().any(stamped) {
                let what = format!("names of those whom grants in tenant `{tenant}` let in");
                inventory.gaps.push(Gap { what, fault });
            }
            BTreeMap::new()
        }
    }
}

/// The names of roles that only stamped grants know, by GUID. A role that cannot be read is shown by its GUID.
async fn role_names(
    reader: Reader<'_>,
    tenant: &str,
    shown: &Shown<'_>,
) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    let Ok(access) = reader.tenant(tenant) else {
        return names;
    };
    for one in &shown.grants {
        let known = Role::of_definition(&one.role).is_some()
            || names.contains_key(&one.role)
            || shown.roles.contains_key(&one.role_here());
        if known {
            continue;
        }
        let read = access
            .client
            .send(definition::by_id(&one.realm.id, &one.role))
            .await
            .and_then(|reply| reply.json::<Definition>());
        let name = read.map_or_else(|_| one.role.clone(), |role| role.properties.role_name);
        names.insert(one.role.clone(), name);
    }
    names
}

/// The manifest's principals by the object ids that they resolved to; of several names for one object, the first.
fn resolved(tenant: &str, inventory: &Inventory) -> BTreeMap<String, Principal> {
    let mut by_id = BTreeMap::new();
    for ((of, principal), resolution) in &inventory.principals {
        if let Resolution::Found(found) = resolution
            && of == tenant
        {
            by_id
                .entry(found.object_id.to_lowercase())
                .or_insert_with(|| principal.clone());
        }
    }
    by_id
}

impl One<'_> {
    fn principal(&self) -> String {
        self.assignment.properties.principal_id.to_lowercase()
    }

    fn role_here(&self) -> (String, String) {
        (self.realm.key.clone(), self.role.clone())
    }
}

/// What grants are called.
struct Words<'a> {
    tenant: &'a str,
    places: Places<'a>,
    resolved: BTreeMap<String, Principal>,
    people: &'a BTreeMap<String, Named>,
    roles: BTreeMap<String, String>,
    inventory: &'a Inventory,
}

impl Words<'_> {
    /// The live grants, each under an address of its own: a declared one under that of its node, unless another has it.
    fn lives(&self, shown: &Shown<'_>) -> Vec<Live> {
        let mut addresses = BTreeSet::new();
        let mut lives = Vec::new();
        for one in &shown.grants {
            let declared = one.declared.map(|grant| grant.address.clone());
            let word = self.role_word(shown, one);
            for principal in self.principals(one) {
                let wording = grant::Wording {
                    place: self.places.address(one),
                    around: self.places.around(one),
                    role: word.clone(),
                    role_name: self.role_name(one),
                    principal,
                };
                let Some(mut live) =
                    grant::live(one.assignment, one.realm.subscription(), &wording)
                else {
                    break;
                };
                if let Some(declared) = declared.as_ref().filter(|own| !addresses.contains(*own)) {
                    live.address = declared.clone();
                }
                if addresses.insert(live.address.clone()) {
                    lives.push(live);
                    break;
                }
            }
        }
        lives
    }

    /// Names of the principal, the best one first; the last is nobody else's.
    fn principals(&self, one: &One<'_>) -> Vec<String> {
        let id = one.principal();
        let by_name = match (one.declared, self.resolved.get(&id), self.people.get(&id)) {
            (Some(grant), ..) => grant
                .get("principal")
                .and_then(Value::as_principal)
                .map(Principal::to_string),
            (None, Some(principal), _) => Some(principal.to_string()),
            // A name that the manifest uses for another object would give two grants one address.
            (None, None, Some(named)) => named
                .principal()
                .filter(|principal| self.inventory.principal(self.tenant, principal).is_none())
                .map(|principal| principal.to_string()),
            (None, None, None) => None,
        };
        let by_assignment = format!("object-id:{id} ({})", one.assignment.name);
        by_name
            .into_iter()
            .chain([format!("object-id:{id}"), by_assignment])
            .collect()
    }

    fn role_word(&self, shown: &Shown<'_>, one: &One<'_>) -> String {
        if let Some(role) = Role::of_definition(&one.role) {
            return role.word.to_owned();
        }
        let written = shown.roles.get(&one.role_here());
        written.cloned().unwrap_or_else(|| self.role_name(one))
    }

    fn role_name(&self, one: &One<'_>) -> String {
        let known = Role::of_definition(&one.role).map(|role| role.title.to_owned());
        let declared = || {
            self.inventory.roles.values().find_map(|role| match role {
                RoleResolution::Found(role) if role.id == one.role => Some(role.name.clone()),
                _ => None,
            })
        };
        known
            .or_else(declared)
            .or_else(|| self.roles.get(&one.role).cloned())
            .unwrap_or_else(|| one.role.clone())
    }
}

/// Adds a live grant. Azure allows one assignment for a scope, a principal and a role, yet lists may show two (one of them the face
/// of an eligible one): then the one that this estate made is the grant, else one without a condition, and the other is kept
/// beside it, so that it is shown and nothing takes it for the first.
fn insert(grants: &mut BTreeMap<Key, Live>, estate: &str, mut live: Live) {
    let rank = |live: &Live| {
        (
            live.stamp.as_deref() != Some(estate),
            live.facts.contains_key("condition"),
        )
    };
    if let Some(other) = grants.get_mut(&live.key) {
        if rank(&live) < rank(other) {
            std::mem::swap(&mut live, other);
            // The address and the words go with the grant.
            std::mem::swap(&mut live.address, &mut other.address);
            std::mem::swap(&mut live.title, &mut other.title);
        }
        live.key = Key(format!("{}|{}", live.key, live.id.to_lowercase()));
    }
    grants.insert(live.key.clone(), live);
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

    /// What sentences call the scope.
    fn around(&self, one: &One<'_>) -> String {
        match self.0.get(one.scope.key()) {
            Some((_, name)) => (*name).to_owned(),
            None if one.scope.resource_group().is_some() => one.scope.name().to_owned(),
            None => one.realm.name.to_owned(),
        }
    }

    /// What a grant's address begins with, as the manifest names it where it does.
    fn address(&self, one: &One<'_>) -> Address {
        if let Some(group) = one.realm.above {
            return group.child("grant");
        }
        let name = one.realm.name;
        let place = place::elsewhere(&one.scope);
        let machine = place.as_ref().is_some_and(|place| place.kind.is_some());
        match (self.0.get(one.scope.key()), place) {
            (Some((address, _)), _) if machine => address.child("grant"),
            (Some((_, group)), _) => Address::new("grant", [name, *group]),
            (None, Some(place)) => place.address("grant", name),
            (None, None) => Address::new("grant", [name]),
        }
    }
}
