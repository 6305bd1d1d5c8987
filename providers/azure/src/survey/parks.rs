//! Many machines of a subscription at once: from the list of their type, for virtual machines from the list of how they run, and their
//! extensions from the sweep. Lists do not tell everything: a machine is taken from them only where nothing is to be decided about
//! it that they leave open, and is read by itself otherwise.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::try_join;
use vmlogin_engine::diff::diff;
use vmlogin_engine::inventory::{Health, Live};
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::provider::Fault;
use vmlogin_engine::schema::Class;

use super::Reader;
use super::find::{self, Lot, Sort, Wanted};
use super::machines::Machine;
use super::sweep::{self, Swept};
use crate::kinds::login::wire::Extension;
use crate::kinds::vm::wire::Running;
use crate::kinds::{Place, arc_machine, catalogue, versions, vm};

/// A sort of machines of which lists tell.
pub(super) trait Listed: Machine {
    /// The query for their extensions.
    const EXTENSIONS: &'static str;

    /// The list that tells how they run, where their own does not.
    fn running() -> Option<&'static Sort>;

    /// The machine as a reading of its own would show it, as far as lists tell; `None` where they contradict each other.
    fn whole(
        self,
        place: &Place,
        running: Option<Running>,
        extensions: Vec<Extension>,
    ) -> Option<Self>;
}

impl Listed for vm::wire::Machine {
    const EXTENSIONS: &'static str = sweep::OF_VMS;

    fn running() -> Option<&'static Sort> {
        static SORT: Sort = Sort {
            query: Some(("statusOnly", "true")),
            ..Sort::plain(
                "providers/Microsoft.Compute/virtualMachines",
                versions::COMPUTE,
                "states of the virtual machines",
            )
        };
        Some(&SORT)
    }

    fn whole(
        self,
        place: &Place,
        running: Option<Running>,
        extensions: Vec<Extension>,
    ) -> Option<Self> {
        self.with(&place.id, running?, extensions)
    }
}

impl Listed for arc_machine::wire::Machine {
    const EXTENSIONS: &'static str = sweep::OF_ARC;

    fn running() -> Option<&'static Sort> {
        None
    }

    fn whole(self, place: &Place, _: Option<Running>, extensions: Vec<Extension>) -> Option<Self> {
        Some(self.with(&place.id, extensions))
    }
}

/// What lists tell of the machines, by their places among all that are wanted. What is left out is to be read by itself.
pub(super) async fn read<M: Listed>(
    reader: Reader<'_>,
    wanted: &[Wanted],
    places: &[Place],
) -> Result<BTreeMap<usize, Vec<Live>>, Fault> {
    let mut told = BTreeMap::new();
    if reader.manner.fresh {
        return Ok(told);
    }
    let mut by_tenant: BTreeMap<String, Vec<Lot>> = BTreeMap::new();
    for lot in find::lots(reader, wanted) {
        by_tenant.entry(lot.tenant.clone()).or_default().push(lot);
    }
    for (tenant, lots) in by_tenant {
        let (lots, swept) = lists::<M>(reader, &tenant, lots).await?;
        let Some(mut swept) = swept else { continue };
        for (lot, lists) in lots {
            if let Some(lists) = lists {
                let missing = lot.missing(&lists.machines);
                if find::believed(reader, M::sort(), wanted, &missing).await? {
                    told.extend(missing.into_iter().map(|at| (at, Vec::new())));
                }
                of_lot(reader, &lot, lists, &mut swept, places, &mut told);
            }
        }
    }
    Ok(told)
}

/// What the lists of one subscription tell.
struct Lists<M> {
    machines: BTreeMap<String, M>,
    running: BTreeMap<String, Running>,
}

type Told<M> = Vec<(Lot, Option<Lists<M>>)>;

/// Reads the lists of all lots of a tenant, and their extensions.
async fn lists<M: Listed>(
    reader: Reader<'_>,
    tenant: &str,
    lots: Vec<Lot>,
) -> Result<(Told<M>, Option<Swept>), Fault> {
    let subscriptions: BTreeSet<String> = lots.iter().map(|it| it.subscription.clone()).collect();
    let keys: BTreeSet<String> = lots
        .iter()
        .flat_map(|lot| lot.members.keys().cloned())
        .collect();
    let read = reader.each(lots, |lot| async move {
        let lists = try_join(machines(reader, &lot), running::<M>(reader, &lot)).await?;
        let lists = match lists {
            (Some(machines), Some(running)) => Some(Lists { machines, running }),
            _ => None,
        };
        Ok((lot, lists))
    });
    let swept = sweep::extensions(reader, tenant, &subscriptions, M::EXTENSIONS, &keys);
    try_join(read, swept).await
}

async fn machines<M: Listed>(
    reader: Reader<'_>,
    lot: &Lot,
) -> Result<Option<BTreeMap<String, M>>, Fault> {
    find::rows(reader, M::sort(), lot).await
}

async fn running<M: Listed>(
    reader: Reader<'_>,
    lot: &Lot,
) -> Result<Option<BTreeMap<String, Running>>, Fault> {
    match M::running() {
        Some(sort) => find::rows(reader, sort, lot).await,
        None => Ok(Some(BTreeMap::new())),
    }
}

fn of_lot<M: Listed>(
    reader: Reader<'_>,
    lot: &Lot,
    mut lists: Lists<M>,
    swept: &mut Swept,
    places: &[Place],
    told: &mut BTreeMap<usize, Vec<Live>>,
) {
    for (key, at) in &lot.members {
        let place = &places[*at];
        let Some(row) = lists.machines.remove(key) else {
            continue;
        };
        let extensions = swept.remove(key).unwrap_or_default();
        let whole = row.whole(place, lists.running.remove(key), extensions);
        let lives = whole.map(|machine| machine.lives(reader, place));
        if let Some(lives) = lives.filter(|lives| leaves_nothing_open(reader, place, lives)) {
            reader.hearsay.heard_of(place.address.clone());
            told.insert(*at, lives);
        }
    }
}

/// Whether what lists tell of a machine is enough: all that is declared of it is there, well, and as declared. Then no rule looks at
/// what its agent tells, and no step is about it. Anything else is decided on a reading of the machine itself.
fn leaves_nothing_open(reader: Reader<'_>, place: &Place, lives: &[Live]) -> bool {
    let manifest = reader.manifest;
    let parts = ["login", "identity"].map(|part| place.address.child(part));
    std::iter::once(&place.address)
        .chain(&parts)
        .filter_map(|address| manifest.resource(address))
        .all(|declared| {
            let live = lives.iter().find(|live| live.kind == declared.kind);
            live.is_some_and(|live| live.health == Health::Good && is_as_declared(declared, live))
        })
}

/// Differences that are never written are no reason to look again.
fn is_as_declared(declared: &Resource, live: &Live) -> bool {
    let Some(kind) = catalogue().kind(declared.kind) else {
        return false;
    };
    let changes = diff(kind.schema(), &declared.values(), &live.attributes);
    changes
        .iter()
        .all(|change| change.class == Class::CreateOnly)
}
