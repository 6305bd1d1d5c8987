//! What grants are listed in: each subscription with all beneath it, and each management group by itself.
//!
//! A list at a management group has what is above it too, and one at a subscription what every management group above hands
//! down (recorded): each realm keeps what holds in itself.

use std::collections::BTreeSet;

use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::Gap;
use vmlogin_engine::manifest::{ManagementGroup, Manifest, Subscription};
use vmlogin_engine::provider::{Fault, FaultKind};

use super::Reader;
use crate::arm::ArmId;
use crate::kinds::grant;
use crate::kinds::grant::wire::Assignment;
use crate::kinds::management_group_id;

/// A subscription or a management group of the manifest.
#[derive(Clone, Debug)]
pub(super) struct Realm<'a> {
    /// What a manifest's grants there say of it: see `Resource::realm`.
    pub(super) key: String,
    /// Its name in the manifest.
    pub(super) name: &'a str,
    /// The name of its tenant.
    pub(super) tenant: &'a str,
    /// Its id.
    pub(super) id: ArmId,
    /// Its address, if it is a management group.
    pub(super) above: Option<&'a Address>,
}

impl<'a> Realm<'a> {
    /// All of a manifest, subscriptions first. Management groups without an id that can be one are left out.
    pub(super) fn all(manifest: &'a Manifest) -> Vec<Realm<'a>> {
        let subscriptions = manifest.subscriptions.values().map(Realm::of_subscription);
        let above = manifest.management_groups.iter();
        let mut realms: Vec<Realm<'a>> = subscriptions.collect();
        realms.extend(above.filter_map(|(address, group)| Realm::of_group(address, group)));
        realms
    }

    fn of_subscription(subscription: &'a Subscription) -> Realm<'a> {
        Realm {
            key: subscription.name.clone(),
            name: &subscription.name,
            tenant: &subscription.tenant,
            id: ArmId::of_subscription(&subscription.id),
            above: None,
        }
    }

    fn of_group(address: &'a Address, group: &'a ManagementGroup) -> Option<Realm<'a>> {
        Some(Realm {
            key: address.as_str().to_owned(),
            name: &group.name,
            tenant: &group.tenant,
            id: management_group_id(group)?,
            above: Some(address),
        })
    }

    /// The name of the subscription; empty for a management group.
    pub(super) fn subscription(&self) -> &'a str {
        match self.above {
            Some(_) => "",
            None => self.name,
        }
    }

    /// Whether what is granted at a scope is this realm's to tell.
    pub(super) fn holds(&self, scope: &ArmId) -> bool {
        match self.above {
            Some(_) => self.id == *scope,
            None => self.id.contains(scope),
        }
    }

    /// The ids, in lower case, of what hands grants down to a subscription.
    pub(super) fn inherits_from(&self, assignments: &[Assignment]) -> BTreeSet<String> {
        let scopes = assignments.iter().filter_map(grant::scope);
        let handed_down =
            scopes.filter(|scope| self.above.is_none() && scope.subscription().is_none());
        handed_down.map(|scope| scope.key().to_owned()).collect()
    }

    fn title(&self) -> String {
        let kind = match self.above {
            Some(_) => "management group",
            None => "subscription",
        };
        format!("{kind} `{}`", self.name)
    }

    /// Its assignments. Where they may not be read, that is a fault if the manifest grants anything there, since every decision
    /// about a grant rests on the list; else it is a gap.
    pub(super) async fn list(
        self,
        reader: Reader<'_>,
    ) -> Result<Result<(Realm<'a>, Vec<Assignment>), Gap>, Fault> {
        let client = &reader.tenant(self.tenant)?.client;
        let what = format!("grants of {}", self.title());
        let mut request = grant::list(&self.id, format!("list the {what}"));
        if self.above.is_some() {
            request = request.with_query("$filter", "atScope()");
        }
        match client.list(request).await {
            Ok(assignments) => Ok(Ok((self, assignments))),
            Err(fault) if self.is_needless(&fault, reader.manifest) => Ok(Err(Gap { what, fault })),
            Err(fault) => Err(self.explained(fault)),
        }
    }

    fn is_needless(&self, fault: &Fault, manifest: &Manifest) -> bool {
        let mut grants = manifest.of_kind("grant");
        fault.kind == FaultKind::Permission && !grants.any(|grant| grant.realm() == self.key)
    }

    /// What Azure answers of a management group that is not there is not recorded (2026-11-21): any 404 gets the advice.
    fn explained(&self, fault: Fault) -> Fault {
        if self.above.is_none() || fault.kind != FaultKind::NotFound {
            return fault;
        }
        let help = format!(
            "check `id` of management group `{}` in the manifest: it is the group's id, not its display name",
            self.name
        );
        Fault {
            help: Some(help),
            ..fault
        }
    }
}
