//! Who has which role where, for guards: every assignment of the subscriptions' lists, what its role lets people do, and whether
//! whoever runs this program lives on it.
//!
//! Roles beyond the common ones are read one by one, and only those that may matter; the caller's own assignments, those through
//! groups too, are listed only in a subscription where one of them might go.

use std::collections::{BTreeMap, BTreeSet};

use vmlogin_engine::access::{Door, Holding, Itself};
use vmlogin_engine::inventory::{Gap, Inventory, Live, Resolution, Role, RoleResolution};
use vmlogin_engine::kind::Key;
use vmlogin_engine::provider::{Fault, FaultKind};
use vmlogin_engine::value::Value;

use super::super::{Reader, optional};
use super::{Listed, One, Realm, Words};
use crate::arm::ArmId;
use crate::kinds::grant::definition::{self, Definition};
use crate::kinds::grant::holding::{self, by_heart, within, word};
use crate::kinds::grant::role::{defined, guid};
use crate::kinds::grant::wire::Assignment;
use crate::kinds::identity::{ATTACHED, OWN, PRINCIPALS};
use crate::kinds::{attachment, catalogue, grant};

/// What was found in the lists of one tenant.
#[derive(Default)]
pub(super) struct Found {
    pub(super) holdings: Vec<Holding>,
    pub(super) itself: Vec<Itself>,
    pub(super) gaps: Vec<Gap>,
}

/// The machines that people can sign in to: those with a login.
pub(super) fn doors(inventory: &Inventory) -> Vec<Door> {
    let kinds = catalogue().kind("login").map(|login| login.schema());
    let kinds = kinds.map_or(&[][..], |login| login.stands_in).iter();
    let machines = kinds.flat_map(|kind| inventory.of_kind(kind));
    let machines: BTreeMap<String, &Live> = machines
        .map(|machine| (machine.id.to_lowercase(), machine))
        .collect();
    let logins = inventory.of_kind("login");
    logins
        .filter_map(|login| login.within.iter().find_map(|id| machines.get(id)))
        .map(|machine| Door {
            address: machine.address.clone(),
            subscription: machine.subscription.clone(),
            within: around(machine),
        })
        .collect()
}

/// Reads what is still needed of one tenant, and puts it together.
pub(super) async fn read(
    reader: Reader<'_>,
    words: &Words<'_>,
    lists: &[Listed<'_>],
) -> Result<Found, Fault> {
    let mut found = Found::default();
    let mut all = Vec::new();
    for (realm, assignments) in lists.iter().filter(|(realm, _)| realm.above.is_none()) {
        all.extend(assignments.iter().filter_map(|one| at(realm, one)));
    }
    let caller = caller(reader, words).await?;
    let roles = roles(reader, words, &all, &caller).await?;
    let own = own(reader, words, &all, &caller, &roles, &mut found).await?;
    found.itself = itself(words.inventory, &caller);
    let holdings = all.iter().map(|one| Holding {
        of_caller: own.contains(&one.assignment.id.to_lowercase()),
        ..words.holding(one, roles.get(&one.role))
    });
    found.holdings = holdings.collect();
    Ok(found)
}

fn at<'a>(realm: &'a Realm<'a>, assignment: &'a Assignment) -> Option<One<'a>> {
    Some(One {
        realm,
        assignment,
        scope: grant::scope(assignment)?,
        role: guid(&assignment.properties.role_definition_id),
        declared: None,
    })
}

/// The object id of whoever asks, whether or not any list could be read; empty where the token does not tell.
async fn caller(reader: Reader<'_>, words: &Words<'_>) -> Result<String, Fault> {
    let subscriptions = reader.manifest.subscriptions.values();
    let mut of_tenant = subscriptions.filter(|one| one.tenant == words.tenant);
    let (Some(one), Ok(access)) = (of_tenant.next(), reader.tenant(words.tenant)) else {
        return Ok(String::new());
    };
    let scope = ArmId::of_subscription(&one.id);
    let request = grant::list(&scope, "see who asks".to_owned());
    Ok(access.client.caller(&request).await?.unwrap_or_default())
}

/// What the roles let people do, by GUID: of those that may matter.
async fn roles(
    reader: Reader<'_>,
    words: &Words<'_>,
    all: &[One<'_>],
    caller: &str,
) -> Result<BTreeMap<String, Role>, Fault> {
    let mut known: BTreeMap<String, Role> = BTreeMap::new();
    for role in words.inventory.roles.values() {
        if let RoleResolution::Found(role) = role {
            known.insert(role.id.clone(), role.clone());
        }
    }
    let doors = words.inventory.access.doors.iter();
    let ways: BTreeSet<&str> = doors
        .flat_map(|door| door.within.iter().map(String::as_str))
        .collect();
    let mut unread: BTreeMap<String, ArmId> = BTreeMap::new();
    for one in all {
        if let Some(role) = by_heart(&one.role) {
            known
                .entry(one.role.clone())
                .or_insert_with(|| role.clone());
        } else if !known.contains_key(&one.role)
            && (one.lets_in(&ways) || words.may_matter(reader, one, caller))
        {
            let id = one.realm.id.clone();
            unread.entry(one.role.clone()).or_insert(id);
        }
    }
    let Ok(access) = reader.tenant(words.tenant) else {
        return Ok(known);
    };
    let client = &access.client;
    let read = reader
        .each(unread.into_iter().collect(), |(guid, at)| async move {
            let answer = client.send(definition::by_id(&at, &guid)).await;
            let answer = answer.and_then(|reply| reply.json::<Definition>());
            Ok(optional(answer)?.ok().map(|role| (guid, defined(&role))))
        })
        .await?;
    known.extend(read.into_iter().flatten());
    Ok(known)
}

/// The assignments that the caller lives on, by id: its own, and where one of them might go, those that Azure lists as assigned to it.
/// That the filter follows groups within groups is Microsoft's word (reference of role assignments); unverified, 2026-11-21.
async fn own(
    reader: Reader<'_>,
    words: &Words<'_>,
    all: &[One<'_>],
    caller: &str,
    roles: &BTreeMap<String, Role>,
    found: &mut Found,
) -> Result<BTreeSet<String>, Fault> {
    let id = |assignment: &Assignment| assignment.id.to_lowercase();
    let direct = all.iter().filter(|one| one.principal() == caller);
    let mut own: BTreeSet<String> = direct.map(|one| id(one.assignment)).collect();
    let useful = |one: &One<'_>| {
        let role = roles.get(&one.role);
        role.is_none_or(|role| !role.rights.is_empty())
    };
    let concerned = |one: &&One<'_>| words.may_matter(reader, one, caller) && useful(one);
    let realms: BTreeMap<&str, &Realm<'_>> = all
        .iter()
        .filter(concerned)
        .map(|one| (one.realm.key.as_str(), one.realm))
        .collect();
    let Ok(access) = reader.tenant(words.tenant) else {
        return Ok(own);
    };
    if caller.is_empty() {
        let names = realms.values().map(|realm| realm.name);
        found.gaps.extend(names.map(untold));
        return Ok(own);
    }
    for realm in realms.into_values() {
        let request = grant::list(&realm.id, format!("list what you have in `{}`", realm.name))
            .with_query("$filter", format!("assignedTo('{caller}')"));
        match optional(access.client.list::<Assignment>(request).await)? {
            Ok(assigned) => own.extend(assigned.iter().map(id)),
            Err(fault) => found.gaps.push(Gap {
                what: lived_on(realm.name),
                fault,
            }),
        }
    }
    Ok(own)
}

/// The live things whose identity the caller is, and the machines that it is attached to; and those of which nobody told whose they are.
fn itself(inventory: &Inventory, caller: &str) -> Vec<Itself> {
    if caller.is_empty() {
        return Vec::new();
    }
    let mut all = Vec::new();
    for live in inventory.live.values() {
        let own = Whose::of(live.facts.get("principal-id"), caller);
        match (live.kind, own) {
            ("grant", _) => {}
            // A machine's own identity is one of its facts too.
            ("identity", own) => {
                let has_own = live.attributes.get(OWN).and_then(Value::as_bool) == Some(true);
                let untold = (has_own && own == Whose::Untold).then(|| machine_of(inventory, live));
                all.extend(untold.flatten());
                all.extend(attachments(inventory, live, caller));
            }
            (_, Whose::Callers) => all.push(the_thing(live, false)),
            ("managed-identity", Whose::Untold) => all.push(the_thing(live, true)),
            _ => {}
        }
    }
    all
}

/// Whose an identity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Callers,
    Others,
    /// Nobody told.
    Untold,
}

impl Whose {
    /// By its object id, where that was told.
    fn of(principal: Option<&Value>, caller: &str) -> Whose {
        match principal.and_then(Value::as_text) {
            None => Whose::Untold,
            Some(own) if own.eq_ignore_ascii_case(caller) => Whose::Callers,
            Some(_) => Whose::Others,
        }
    }
}

fn the_thing(live: &Live, untold: bool) -> Itself {
    Itself {
        title: live.title.clone(),
        attached: None,
        within: around(live),
        untold,
    }
}

/// The machine of this identity, which is its own and nobody told which.
fn machine_of(inventory: &Inventory, identity: &Live) -> Option<Itself> {
    let machine = ArmId::parse(identity.within.last()?).ok()?;
    Some(Itself {
        title: title_of(inventory, &machine, identity),
        attached: None,
        within: identity.within.clone(),
        untold: true,
    })
}

/// The machine of this identity, once for each attached one that is the caller's, or of which nobody told whose it is.
fn attachments(inventory: &Inventory, identity: &Live, caller: &str) -> Vec<Itself> {
    let told = identity.facts.get(PRINCIPALS).and_then(Value::as_map);
    let attached = match identity.attributes.get(ATTACHED) {
        Some(Value::List(attached)) => attached.as_slice(),
        _ => &[],
    };
    let attached = attached.iter().filter_map(Value::as_text);
    let whose = |id: &str| {
        let told = told.and_then(|told| told.get(id));
        Whose::of(told.or_else(|| principal_of(inventory, id)), caller)
    };
    attached
        .filter_map(|id| match whose(id) {
            Whose::Callers => attached_to(inventory, identity, id, false),
            Whose::Untold => attached_to(inventory, identity, id, true),
            Whose::Others => None,
        })
        .collect()
}

/// What the identity itself tells, where a machine tells only that it is attached.
fn principal_of<'a>(inventory: &'a Inventory, id: &str) -> Option<&'a Value> {
    let key = Key(ArmId::parse(id).ok()?.key().to_owned());
    let identity = inventory.get("managed-identity", &key)?;
    identity.facts.get("principal-id")
}

fn attached_to(inventory: &Inventory, identity: &Live, id: &str, untold: bool) -> Option<Itself> {
    let machine = ArmId::parse(identity.within.last()?).ok()?;
    let mut within = identity.within.clone();
    within.push(attachment::own_id(&machine, id).to_lowercase());
    Some(Itself {
        title: title_of(inventory, &machine, identity),
        attached: Some(id.rsplit('/').next().unwrap_or(id).to_owned()),
        within,
        untold,
    })
}

/// What a sentence calls the machine of an identity.
fn title_of(inventory: &Inventory, machine: &ArmId, identity: &Live) -> String {
    let known = inventory.get("vm", &Key(machine.key().to_owned()));
    known.unwrap_or(identity).title.clone()
}

fn around(live: &Live) -> Vec<String> {
    let mut within = live.within.clone();
    within.push(live.id.to_lowercase());
    within
}

fn lived_on(name: &str) -> String {
    format!("whether a plan takes away what you need in `{name}`")
}

fn untold(name: &str) -> Gap {
    Gap {
        what: lived_on(name),
        fault: Fault {
            unsent: true,
            ..Fault::new(
                FaultKind::Rejected,
                "see who asks",
                "the token does not say whose it is",
            )
        },
    }
}

impl One<'_> {
    /// Whether somebody may have it: themselves, or through a group. It may be anybody's where nobody knows who they are.
    fn may_be_of(&self, caller: &str) -> bool {
        let sort = self.assignment.properties.principal_type.as_deref();
        let direct = caller.is_empty() || self.principal() == caller;
        direct || !matches!(sort, Some("User" | "ServicePrincipal"))
    }

    /// Whether it holds where people get in, or above that, and people have it.
    fn lets_in(&self, ways: &BTreeSet<&str>) -> bool {
        let sort = self.assignment.properties.principal_type.as_deref();
        let inside = self.realm.holds(&self.scope);
        let around = if inside { &self.scope } else { &self.realm.id };
        matches!(sort, Some("User" | "Group")) && ways.contains(around.key())
    }
}

impl Words<'_> {
    /// Whether some plan might take an assignment away: by itself, or with what it is at.
    fn may_go(&self, reader: Reader<'_>, one: &One<'_>) -> bool {
        let estate = Some(reader.manifest.estate.as_str());
        one.realm.holds(&one.scope)
            && (grant::stamp(one.assignment) == estate
                || one.scope.resource_group().is_some()
                || !reader.manifest.absent.is_empty())
    }

    /// Whether the caller might live on an assignment, and lose it.
    fn may_matter(&self, reader: Reader<'_>, one: &One<'_>, caller: &str) -> bool {
        self.may_go(reader, one) && one.may_be_of(caller)
    }

    fn holding(&self, one: &One<'_>, role: Option<&Role>) -> Holding {
        let properties = &one.assignment.properties;
        let who = self.who(one);
        let called = role.map_or_else(|| self.role_name(one), |role| role.name.clone());
        Holding {
            id: one.assignment.id.to_lowercase(),
            title: format!("`{called}` of {who} at `{}`", self.places.around(one)),
            who,
            tenant: self.tenant.to_owned(),
            subscription: one.realm.name.to_owned(),
            within: within(&one.scope),
            beyond: !one.realm.holds(&one.scope),
            principal: one.principal(),
            principal_type: properties.principal_type.clone().unwrap_or_default(),
            admin: role.map(|role| role.admin),
            rights: role.map(|role| role.rights.clone()).unwrap_or_default(),
            conditional: properties.condition.is_some(),
            of_caller: false,
        }
    }

    /// Whose an assignment is: as the manifest names them, else as the directory does.
    fn who(&self, one: &One<'_>) -> String {
        let id = one.principal();
        if let Some(principal) = self.resolved.get(&id)
            && let Some(Resolution::Found(found)) = self.inventory.principal(self.tenant, principal)
        {
            return holding::declared(principal, found);
        }
        let sort = one.assignment.properties.principal_type.as_deref();
        match self.people.get(&id) {
            Some(named) => match named.principal() {
                Some(who) => holding::named(who.kind.word(), &who.name, &named.display_name),
                None => holding::named(word(sort.unwrap_or_default()), &id, &named.display_name),
            },
            None => format!("{} `{id}`", word(sort.unwrap_or_default())),
        }
    }
}
