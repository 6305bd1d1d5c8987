//! What there is: lists first, then one survey of what they name, as a plan would read it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use vmlogin_azure::discover;
use vmlogin_azure::http::{Client, Stop};
use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::{Health, Inventory};
use vmlogin_engine::manifest::is_name;
use vmlogin_engine::plan::Mode;
use vmlogin_engine::provider::{Fault, FaultKind, Provider};

use crate::args::{InitArgs, LiveArgs};
use crate::error::Error;
use crate::files;
use crate::interrupt::Watch;
use crate::render::foreign;
use crate::render::written::{self, Group, Has, Machine, Subscription, Tenant, World, slug};
use crate::session::Session;
use crate::session::connection::{Ground, Wanted};
use crate::session::manifest::check;

/// The tenants and subscriptions that can be seen.
pub(super) struct Seen {
    client: Client,
    tenants: BTreeMap<String, String>,
    /// The subscriptions, by name.
    pub subscriptions: Vec<discover::Subscription>,
    /// What the estate is to be called.
    pub estate: String,
}

/// Signs in, and lists the subscriptions.
pub(super) async fn subscriptions(
    session: &Session,
    live: &LiveArgs,
    stop: &Stop,
    ground: &Ground,
) -> Result<Seen, Error> {
    let (client, _) = ground.home(session, live, stop).await?;
    let subscriptions = discover::subscriptions(&client).await?;
    if subscriptions.is_empty() {
        return Err(nothing().into());
    }
    Ok(Seen {
        tenants: discover::tenants(&client).await?,
        subscriptions,
        estate: String::new(),
        client,
    })
}

fn nothing() -> Fault {
    Fault {
        help: Some("ask for role `Reader` in one, or sign in as somebody else".to_owned()),
        ..Fault::new(
            FaultKind::Permission,
            "list the subscriptions",
            "whoever is signed in sees none",
        )
    }
}

impl Seen {
    /// Keeps what is wanted, by id or name; all where nothing is.
    pub(super) fn keep(&mut self, wanted: &[String]) -> Result<(), Error> {
        if wanted.is_empty() {
            return Ok(());
        }
        let is = |subscription: &discover::Subscription, wanted: &str| {
            subscription.id.eq_ignore_ascii_case(wanted)
                || subscription.name.eq_ignore_ascii_case(wanted)
        };
        let missing = wanted
            .iter()
            .find(|wanted| !self.subscriptions.iter().any(|it| is(it, wanted)));
        if let Some(missing) = missing {
            let known: Vec<String> = self
                .subscriptions
                .iter()
                .map(|it| format!("`{}`", foreign::line(&it.name)))
                .collect();
            return Err(Error::usage(
                format!("no subscription `{missing}` can be seen"),
                format!("these can: {}", known.join(", ")),
            ));
        }
        self.subscriptions
            .retain(|subscription| wanted.iter().any(|wanted| is(subscription, wanted)));
        Ok(())
    }

    /// What to call the estate where nobody says: the one subscription's name, else the folder's.
    pub(super) fn estate(&self, path: &Path) -> String {
        match self.subscriptions.as_slice() {
            [one] => slug(&one.name, "estate", &mut BTreeSet::new()),
            _ => estate_of_folder(path),
        }
    }
}

/// The name of the folder that the file lies in.
pub(super) fn estate_of_folder(path: &Path) -> String {
    let folder = files::folder(path).canonicalize().unwrap_or_default();
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    slug(&name, "estate", &mut BTreeSet::new())
}

/// Reads the groups and machines of the subscriptions, and what is on the machines.
pub(super) async fn world(
    session: &Session,
    args: &InitArgs,
    watch: &Watch,
    ground: Ground,
    seen: Seen,
    path: &Path,
) -> Result<World, Error> {
    let mut world = match outline(&seen).await {
        Ok(world) => world,
        Err(fault) => {
            // Why nothing could be read is what counts.
            let _ = ground.leave().await;
            return Err(fault.into());
        }
    };
    let catalogue = vmlogin_azure::catalogue();
    let skeleton = written::manifest(&world);
    let loaded = check(files::in_memory("what was found", &skeleton), catalogue)?;
    let wanted = Wanted {
        live: &args.live,
        manifest: &loaded.manifest,
        beside: path,
        stop: &watch.stop,
    };
    let connection = ground.open(session, wanted).await?;
    let surveyed = connection.azure.survey(&loaded.manifest, Mode::Apply).await;
    let closed = connection.close().await;
    let inventory = surveyed?;
    closed?;
    refuse_taken(&world.estate, &inventory)?;
    fill(&mut world, &inventory);
    Ok(world)
}

/// A second manifest for an estate would revoke what the first one granted.
fn refuse_taken(estate: &str, inventory: &Inventory) -> Result<(), Error> {
    let stamped = inventory
        .of_kind("grant")
        .filter(|live| live.stamp.as_deref() == Some(estate))
        .count();
    if stamped == 0 {
        return Ok(());
    }
    Err(Error::usage(
        format!(
            "there is an estate `{estate}` already, with {stamped} of its grants in Azure: a new manifest of that name would revoke them; nothing was written"
        ),
        "choose another name with `--estate NAME`, or go on with that estate's own manifest",
    ))
}

/// Tenants, subscriptions, groups, and machines of which only the name is known.
async fn outline(seen: &Seen) -> Result<World, Fault> {
    let mut world = World {
        estate: seen.estate.clone(),
        ..World::default()
    };
    let mut names = BTreeSet::new();
    let mut tenants: BTreeMap<&str, Vec<Subscription>> = BTreeMap::new();
    for subscription in &seen.subscriptions {
        let found = discover::groups(&seen.client, subscription, &kinds()).await?;
        let groups = found
            .into_iter()
            .filter_map(|group| writable(group, &mut world.left_out))
            .collect();
        let own = Subscription {
            name: slug(&subscription.name, "sub", &mut names),
            title: subscription.name.clone(),
            id: subscription.id.clone(),
            groups,
        };
        tenants
            .entry(&subscription.tenant_id)
            .or_default()
            .push(own);
    }
    let mut names = BTreeSet::new();
    for (id, subscriptions) in tenants {
        let name = seen.tenants.get(id).map_or("", String::as_str);
        world.tenants.push(Tenant {
            name: slug(name, "tenant", &mut names),
            id: id.to_owned(),
            subscriptions,
        });
    }
    Ok(world)
}

/// The kinds of machines that this version manages.
fn kinds() -> Vec<&'static str> {
    let all = vmlogin_azure::catalogue().standing_in("resource-group");
    all.map(|schema| schema.kind).collect()
}

/// A group without what a manifest cannot name, which is told instead.
fn writable(group: discover::Group, left_out: &mut Vec<String>) -> Option<Group> {
    let fits = |kind: &str, name: &str| {
        let kind = vmlogin_azure::catalogue().kind(kind);
        kind.is_some_and(|kind| is_name(kind.names(), name))
    };
    if !fits("resource-group", &group.name) {
        left_out.push(format!(
            "resource-group `{}`: a manifest cannot name it",
            group.name
        ));
        return None;
    }
    let mut machines = Vec::new();
    for machine in group.machines {
        match fits(machine.kind, &machine.name) {
            true => machines.push(Machine {
                kind: machine.kind,
                name: machine.name,
                has: Has::default(),
            }),
            false => left_out.push(format!(
                "{} `{}` in `{}`: a manifest cannot name it",
                machine.kind, machine.name, group.name
            )),
        }
    }
    (!machines.is_empty()).then_some(Group {
        name: group.name,
        machines,
    })
}

/// Notes what the survey saw on each machine.
fn fill(world: &mut World, inventory: &Inventory) {
    let seen: BTreeMap<&Address, &Health> = inventory
        .live
        .values()
        .map(|live| (&live.address, &live.health))
        .collect();
    for tenant in &mut world.tenants {
        for subscription in &mut tenant.subscriptions {
            for group in &mut subscription.groups {
                for machine in &mut group.machines {
                    let place = [subscription.name.as_str(), &group.name, &machine.name];
                    let address = Address::new(machine.kind, place);
                    let login = seen.get(&address.child("login"));
                    machine.has = Has {
                        identity: seen.contains_key(&address.child("identity")),
                        login: login.is_some(),
                        failed: matches!(login, Some(Health::Failed { .. })),
                    };
                }
            }
        }
    }
}
