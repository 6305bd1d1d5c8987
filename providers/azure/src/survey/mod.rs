//! One reading of everything that a plan rests on, as values. Requests go out at most `parallelism` at once; what came back is
//! put together in the manifest's order, so that the same answers make the same inventory whatever their order.
//!
//! Things are read one by one while they are few, and by lists where they are many: [`find`] for any type, [`parks`] for machines, whose
//! extensions no list of ARM tells. What only lists told is [`Inventory::secondhand`].

mod contents;
pub mod discover;
mod find;
mod grants;
mod groups;
mod identities;
mod interfaces;
mod joins;
mod locks;
mod machines;
mod manner;
mod neighbours;
mod offers;
mod parks;
pub(crate) mod policies;
mod reading;
mod realms;
mod referred;
mod rights;
mod roles;
mod row;
mod security_groups;
mod subscriptions;
mod surroundings;
mod sweep;
mod things;
mod told;

#[cfg(test)]
mod bulk_tests;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use joins::joined;
pub use manner::Reads;
pub(crate) use manner::{Hearsay, Manner};
pub use reading::Reading;
use security_groups::Groups;
pub(crate) use subscriptions::state as subscription_state;
use things::Subnets;

use futures_util::future::{try_join, try_join3, try_join4};
use futures_util::stream::{self, StreamExt, TryStreamExt};
use vmlogin_engine::inventory::Inventory;
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::pins::Pins;
use vmlogin_engine::plan::Mode;
use vmlogin_engine::provider::{Fault, FaultKind};

use crate::arm::fault::is_absence;
use crate::directory;
use crate::provider::TenantAccess;

/// What a survey reads with.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    pub(crate) manifest: &'a Manifest,
    pub(crate) tenants: &'a BTreeMap<String, TenantAccess>,
    /// What the principal lock says, where there is one.
    pub(crate) pins: Option<&'a Pins>,
    /// How many requests of one sort are under way at once.
    pub(crate) parallelism: usize,
    /// How far it is.
    pub(crate) reading: &'a Reading,
    /// How things are read.
    pub(crate) manner: &'a Manner,
    /// What only lists told.
    pub(crate) hearsay: &'a Hearsay,
    /// The declared groups that are not there, by id in lower case: nothing is looked for in them.
    pub(crate) nowhere: &'a BTreeSet<String>,
}

/// Reads everything.
pub(crate) async fn survey(reader: Reader<'_>, mode: Mode) -> Result<Inventory, Fault> {
    subscriptions::check(reader).await?;
    // The directory and ARM do not hold each other up.
    let ((mut things, subnets), (names, roles), (locks, policies)) = try_join3(
        things(reader),
        try_join(directory::resolve(reader, mode), roles::read(reader)),
        try_join(locks::read(reader), policies::read(reader)),
    )
    .await?;
    offers::read(reader, &mut things.0).await?;
    let mut inventory: Inventory = things.0.into_iter().collect();
    inventory.surroundings = things.1;
    inventory.surroundings.extend(policies);
    inventory.locks = locks;
    surroundings::read(reader, subnets, &mut inventory).await?;
    inventory.principals = names.principals;
    inventory.pinned = names.pinned;
    inventory.gaps.extend(names.gaps);
    referred::read(reader, &mut inventory).await?;
    inventory.roles = roles;
    identities::read(reader, &mut inventory).await?;
    grants::read(reader, &mut inventory).await?;
    if mode == Mode::Apply {
        inventory.granting = rights::read(reader, &inventory).await?;
        joins::read(reader, &mut inventory).await?;
    }
    inventory.contents = contents::read(reader, &inventory, mode).await?;
    let (secondhand, refusals) = reader.hearsay.take();
    inventory.secondhand = secondhand;
    reader.reading.refused(refusals);
    Ok(inventory)
}

/// What the manifest names, and what it stands in: the groups first, since nothing is looked for in one that is not there.
async fn things(reader: Reader<'_>) -> Result<(Groups, Subnets), Fault> {
    let mut groups = groups::read(reader).await?;
    let nowhere = groups::missing(reader.manifest, &groups);
    let reader = Reader {
        nowhere: &nowhere,
        ..reader
    };
    let (machines, (plain, subnets), filters, interfaces) = try_join4(
        machines::read(reader),
        things::read(reader),
        security_groups::read(reader),
        interfaces::read(reader),
    )
    .await?;
    neighbours::read(reader, &mut groups, &machines).await?;
    let mut all: Groups = (groups, filters.1);
    all.0.extend(plain);
    all.0.extend(machines);
    all.0.extend(filters.0);
    all.0.extend(interfaces.0);
    all.1.extend(interfaces.1);
    Ok((all, subnets))
}

/// What is known to be missing before anything was read.
pub(crate) fn nowhere() -> &'static BTreeSet<String> {
    static NOTHING: BTreeSet<String> = BTreeSet::new();
    &NOTHING
}

impl<'a> Reader<'a> {
    /// The access to a tenant.
    pub(crate) fn tenant(&self, name: &str) -> Result<&'a TenantAccess, Fault> {
        self.tenants.get(name).ok_or_else(|| Fault {
            help: Some(
                "this is a bug in vmlogin: please report it with the manifest's `tenant` nodes"
                    .to_owned(),
            ),
            ..Fault::new(
                FaultKind::SignIn,
                format!("reach tenant `{name}`"),
                "nobody signed in to it",
            )
        })
    }

    /// Does the same with each of some things, and returns the results in their order.
    pub(crate) async fn each<T, R, F>(
        &self,
        things: Vec<T>,
        work: impl Fn(T) -> F,
    ) -> Result<Vec<R>, Fault>
    where
        F: Future<Output = Result<R, Fault>>,
    {
        // Made before they are streamed: a closure over references inside a stream keeps the whole from being `Send`.
        let works: Vec<F> = things.into_iter().map(work).collect();
        self.reading.expect(works.len());
        stream::iter(works)
            .map(|work| self.counted(work))
            .buffered(self.parallelism.max(1))
            .try_collect()
            .await
    }
}

impl Reader<'_> {
    async fn counted<T>(&self, work: impl Future<Output = T>) -> T {
        let done = work.await;
        self.reading.done();
        done
    }
}

/// The result of a reading that only rules ask for: that it failed is for them to tell, and stops the run only where to go on would
/// be to ignore what a person or the service said.
///
/// # Errors
/// The fault, where it ends the run.
pub(crate) fn optional<T>(read: Result<T, Fault>) -> Result<Result<T, Fault>, Fault> {
    match read {
        Err(fault) if ends_the_run(&fault) => Err(fault),
        read => Ok(read),
    }
}

fn ends_the_run(fault: &Fault) -> bool {
    matches!(
        fault.kind,
        FaultKind::Interrupted | FaultKind::TimedOut | FaultKind::Throttled | FaultKind::SignIn
    )
}

/// The answer, or `None` where the thing does not exist.
pub(crate) fn unless_missing<T>(answer: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(fault) if is_absence(&fault) => Ok(None),
        Err(fault) => Err(fault),
    }
}
