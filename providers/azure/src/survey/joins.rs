//! What the directory holds that concerns the machines which a plan would make join it. A machine whose login works has joined, so
//! nothing is asked for it.

use std::collections::{BTreeMap, BTreeSet};

use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::{Health, Inventory, Live, Sight};
use vmlogin_engine::kind::{Key, Scene};
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::provider::{Fault, Proof};
use vmlogin_engine::value::{Attributes, Value};

use super::Reader;
use crate::directory::join;
use crate::kinds::vm::image::declared_os;
use crate::kinds::{catalogue, vm};

/// A machine that is to join: where what is read goes, and what it calls itself.
struct Joiner {
    place: Place,
    computer_name: String,
}

/// Where a machine is in the inventory.
enum Place {
    Live((&'static str, Key)),
    /// It is still to be made.
    Ahead(Key),
}

/// Adds to each machine that is to join the devices of its name, and to each tenant with Windows logins whether the app that signs
/// people in is there.
pub(super) async fn read(reader: Reader<'_>, inventory: &mut Inventory) -> Result<(), Fault> {
    let mut tenants: BTreeSet<&str> = BTreeSet::new();
    let mut joiners: BTreeMap<&str, Vec<Joiner>> = BTreeMap::new();
    for login in reader.manifest.of_kind("login") {
        let Some((place, name)) = windows(reader, inventory, login) else {
            continue;
        };
        tenants.insert(&login.tenant);
        if let (Some(computer_name), false) = (name, works(reader, inventory, login)) {
            let joiner = Joiner {
                place,
                computer_name,
            };
            joiners.entry(&login.tenant).or_default().push(joiner);
        }
    }
    for (tenant, joiners) in joiners {
        devices(reader, tenant, &joiners, inventory).await?;
    }
    let apps = reader
        .each(tenants.into_iter().collect(), |tenant| app(reader, tenant))
        .await?;
    inventory.tenants.extend(apps);
    Ok(())
}

/// Whether the directory has a device for the machine of each login that works and for which there is one, by the login's address.
/// What could not be read is told as that, and stops nothing.
pub(crate) async fn joined(reader: Reader<'_>, inventory: &Inventory) -> BTreeMap<Address, Proof> {
    let mut proofs = BTreeMap::new();
    let mut sought: BTreeMap<&str, Vec<(&Resource, &Live, String)>> = BTreeMap::new();
    for login in reader.manifest.of_kind("login") {
        let Some((Place::Live(place), name)) = windows(reader, inventory, login) else {
            continue;
        };
        let (Some(machine), true) = (
            inventory.get(place.0, &place.1),
            works(reader, inventory, login),
        ) else {
            continue;
        };
        match name {
            Some(name) => {
                let of_tenant = sought.entry(&login.tenant).or_default();
                of_tenant.push((login, machine, name));
            }
            None => {
                let why = format!("what `{}` calls itself is not known", machine.address);
                proofs.insert(login.address.clone(), Proof::NotChecked(why));
            }
        }
    }
    for (tenant, sought) in sought {
        let names: Vec<&str> = sought.iter().map(|(_, _, name)| name.as_str()).collect();
        let facts = match reader.tenant(tenant) {
            Ok(access) => join::devices(&access.client, &names).await,
            Err(fault) => Err(fault),
        };
        for (at, (login, machine, _)) in sought.iter().enumerate() {
            let proof = match &facts {
                Ok(facts) => is_device(&facts[at], machine),
                Err(fault) => Proof::NotChecked(fault.to_string()),
            };
            proofs.insert(login.address.clone(), proof);
        }
    }
    proofs
}

/// Whether one of the devices of a machine's name is the machine.
fn is_device(facts: &Attributes, machine: &Live) -> Proof {
    let devices = match (facts.get("devices"), facts.get("devices-unread")) {
        (Some(Value::Map(devices)), _) => devices,
        (_, why) => {
            let why = why.and_then(Value::as_text).unwrap_or_default();
            return Proof::NotChecked(why.to_owned());
        }
    };
    let resources = || devices.values().map(Value::as_text);
    let own = machine.id.to_lowercase();
    if resources().any(|resource| resource == Some(&own)) {
        return Proof::Verified;
    }
    match resources().any(|resource| resource.is_none()) {
        true => {
            Proof::NotChecked("a device of the name does not say which machine it is".to_owned())
        }
        false => Proof::Wrong("no device is the machine".to_owned()),
    }
}

async fn devices(
    reader: Reader<'_>,
    tenant: &str,
    joiners: &[Joiner],
    inventory: &mut Inventory,
) -> Result<(), Fault> {
    let client = &reader.tenant(tenant)?.client;
    let names: Vec<&str> = joiners.iter().map(|it| it.computer_name.as_str()).collect();
    let facts = join::devices(client, &names).await?;
    for (joiner, facts) in joiners.iter().zip(facts) {
        match &joiner.place {
            Place::Live((kind, key)) => {
                if let Some(machine) = inventory.live.get_mut(kind, key) {
                    machine.facts.extend(facts);
                }
            }
            Place::Ahead(key) => {
                let sight = Sight::Seen(facts);
                inventory.surroundings.insert(key.clone(), sight);
            }
        }
    }
    Ok(())
}

async fn app(reader: Reader<'_>, tenant: &str) -> Result<(String, Attributes), Fault> {
    let client = &reader.tenant(tenant)?.client;
    Ok((tenant.to_owned(), join::sign_in_app(client).await?))
}

/// The machine of a login and its name, where it runs Windows or will: no other becomes a device, or is signed in to by that app.
fn windows(
    reader: Reader<'_>,
    inventory: &Inventory,
    login: &Resource,
) -> Option<(Place, Option<String>)> {
    let machine = reader.manifest.parent_of(login)?;
    let Some(live) = live(reader, inventory, machine) else {
        let name = machine.get("computer-name").and_then(Value::as_text);
        let name = name.unwrap_or(&machine.name).to_owned();
        let is_windows = declared_os(machine) == Some("windows");
        let is_made = is_windows && machine.get("image").is_some();
        let key = vm::ahead(machine, reader.manifest).filter(|_| is_made)?;
        return Some((Place::Ahead(key), Some(name)));
    };
    let fact = |name: &str| live.facts.get(name).and_then(Value::as_text);
    let place = Place::Live((live.kind, live.key.clone()));
    (fact("os") == Some("windows")).then(|| (place, fact("computer-name").map(str::to_owned)))
}

fn works(reader: Reader<'_>, inventory: &Inventory, login: &Resource) -> bool {
    live(reader, inventory, login).is_some_and(|live| live.health == Health::Good)
}

fn live<'a>(reader: Reader<'_>, inventory: &'a Inventory, resource: &Resource) -> Option<&'a Live> {
    let scene = Scene::of(reader.manifest, inventory);
    let key = catalogue().kind(resource.kind)?.key(resource, &scene)?;
    inventory.get(resource.kind, &key)
}
