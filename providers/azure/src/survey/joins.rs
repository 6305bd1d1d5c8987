//! What the directory holds that concerns the machines which a plan would make join it. A machine whose login works has joined, so
//! nothing is asked for it.

use std::collections::{BTreeMap, BTreeSet};

use vmlogin_engine::inventory::{Health, Inventory, Live};
use vmlogin_engine::kind::{Key, Scene};
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::provider::Fault;
use vmlogin_engine::value::{Attributes, Value};

use super::Reader;
use crate::directory::join;
use crate::kinds::catalogue;

/// A machine that is to join: where it is in the inventory, and what it calls itself.
struct Joiner {
    place: (&'static str, Key),
    computer_name: String,
}

/// Adds to each machine that is to join the devices of its name, and to each tenant with Windows logins whether the app that signs
/// people in is there.
pub(super) async fn read(reader: Reader<'_>, inventory: &mut Inventory) -> Result<(), Fault> {
    let mut tenants: BTreeSet<&str> = BTreeSet::new();
    let mut joiners: BTreeMap<&str, Vec<Joiner>> = BTreeMap::new();
    for login in reader.manifest.of_kind("login") {
        let Some(machine) = windows(reader, inventory, login) else {
            continue;
        };
        tenants.insert(&login.tenant);
        let name = machine.facts.get("computer-name").and_then(Value::as_text);
        if let (Some(name), false) = (name, works(reader, inventory, login)) {
            let joiner = Joiner {
                place: (machine.kind, machine.key.clone()),
                computer_name: name.to_owned(),
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
        if let Some(machine) = inventory.live.get_mut(&joiner.place) {
            machine.facts.extend(facts);
        }
    }
    Ok(())
}

async fn app(reader: Reader<'_>, tenant: &str) -> Result<(String, Attributes), Fault> {
    let client = &reader.tenant(tenant)?.client;
    Ok((tenant.to_owned(), join::sign_in_app(client).await?))
}

/// The machine of a login, where it was read and runs Windows: no other becomes a device, or is signed in to by that app.
fn windows<'a>(reader: Reader<'_>, inventory: &'a Inventory, login: &Resource) -> Option<&'a Live> {
    let machine = live(reader, inventory, reader.manifest.parent_of(login)?)?;
    let os = machine.facts.get("os").and_then(Value::as_text);
    (os == Some("windows")).then_some(machine)
}

fn works(reader: Reader<'_>, inventory: &Inventory, login: &Resource) -> bool {
    live(reader, inventory, login).is_some_and(|live| live.health == Health::Good)
}

fn live<'a>(reader: Reader<'_>, inventory: &'a Inventory, resource: &Resource) -> Option<&'a Live> {
    let scene = Scene {
        manifest: reader.manifest,
        inventory,
    };
    let key = catalogue().kind(resource.kind)?.key(resource, &scene)?;
    inventory.get(resource.kind, &key)
}
