//! Policies that might refuse a write: the assignments of each subscription, and the definitions of those that deny.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value as Json;
use vmlogin_engine::inventory::Sight;
use vmlogin_engine::kind::Key;
use vmlogin_engine::manifest::Subscription;
use vmlogin_engine::provider::{Fault, FaultKind};
use vmlogin_engine::value::{Attributes, Value};

use super::{Reader, optional, unless_missing};
use crate::arm::ArmId;
use crate::http::{Client, Request};
use crate::kinds::versions;
use crate::policy::{self, Policy};

/// An assignment as ARM spells it.
#[derive(Clone, Deserialize)]
struct Assignment {
    id: String,
    name: String,
    properties: Assigned,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assigned {
    display_name: Option<String>,
    policy_definition_id: String,
    scope: String,
    not_scopes: Option<Vec<String>>,
    #[serde(default)]
    parameters: Json,
    /// `Default`, or `DoNotEnforce`, which refuses nothing.
    enforcement_mode: Option<String>,
}

/// A definition as ARM spells it.
#[derive(Deserialize)]
struct Definition {
    properties: Defined,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Defined {
    #[serde(default)]
    parameters: Json,
    policy_rule: Json,
}

/// What the policies of all subscriptions say, by [`assignment_in`]; where they may not be read, by [`list_of`]. Only a rule asks for them, so that whoever may not read them works on.
pub(super) async fn read(reader: Reader<'_>) -> Result<BTreeMap<Key, Sight>, Fault> {
    let all: Vec<&Subscription> = reader.manifest.subscriptions.values().collect();
    let sights = reader
        .each(all, |subscription| of_subscription(reader, subscription))
        .await?;
    Ok(sights.into_iter().flatten().collect())
}

/// The id of a subscription's list of assignments.
pub(crate) fn list_of(subscription: &str) -> Key {
    let subscription = ArmId::of_subscription(subscription);
    Key(format!(
        "{}/providers/microsoft.authorization/policyassignments",
        subscription.key()
    ))
}

/// An assignment, as it holds in a subscription: one of a management group holds in several.
pub(crate) fn assignment_in(subscription: &str, assignment: &str) -> Key {
    Key(format!(
        "{}|{}",
        list_of(subscription),
        assignment.to_lowercase()
    ))
}

async fn of_subscription(
    reader: Reader<'_>,
    subscription: &Subscription,
) -> Result<Vec<(Key, Sight)>, Fault> {
    let client = &reader.tenant(&subscription.tenant)?.client;
    let path = format!(
        "{}/providers/Microsoft.Authorization/policyAssignments",
        ArmId::of_subscription(&subscription.id).path()
    );
    let attempted = format!(
        "list the policies assigned in subscription `{}`",
        subscription.name
    );
    let listed = client
        .list::<Assignment>(Request::get(path, versions::POLICY, attempted))
        .await;
    let assignments = match optional(listed)? {
        Ok(assignments) => assignments,
        Err(fault) => return Ok(vec![(list_of(&subscription.id), Sight::Unread(fault))]),
    };
    let enforced: Vec<Assignment> = assignments
        .into_iter()
        .filter(Assignment::is_enforced)
        .collect();
    let definitions = definitions(reader, client, &enforced).await?;
    Ok(enforced
        .iter()
        .filter_map(|assignment| {
            let id = assignment.properties.policy_definition_id.to_lowercase();
            let sight = match definitions.get(&id) {
                Some(Ok(definition)) => Sight::Seen(assignment.denial(definition)?),
                Some(Err(fault)) => Sight::Unread(fault.clone()),
                None => Sight::Seen(assignment.initiative()),
            };
            Some((assignment_in(&subscription.id, &assignment.id), sight))
        })
        .collect())
}

/// Each definition once, whatever number of assignments name it. Initiatives are none.
async fn definitions(
    reader: Reader<'_>,
    client: &Client,
    assignments: &[Assignment],
) -> Result<BTreeMap<String, Result<Definition, Fault>>, Fault> {
    let ids: BTreeSet<&str> = assignments
        .iter()
        .map(|assignment| assignment.properties.policy_definition_id.as_str())
        .filter(|id| is_policy(id))
        .collect();
    let read = reader
        .each(ids.into_iter().collect(), |id| definition(client, id))
        .await?;
    Ok(read.into_iter().collect())
}

fn is_policy(id: &str) -> bool {
    id.to_lowercase()
        .contains("/providers/microsoft.authorization/policydefinitions/")
}

async fn definition(
    client: &Client,
    id: &str,
) -> Result<(String, Result<Definition, Fault>), Fault> {
    let key = id.to_lowercase();
    let name = id.rsplit('/').next().unwrap_or(id);
    let attempted = format!("read the policy `{name}`");
    let path = match ArmId::parse(id) {
        Ok(id) => id.path(),
        Err(_) => return Ok((key, Err(gone(attempted)))),
    };
    let request = Request::get(path, versions::POLICY, attempted.clone());
    let read = match optional(unless_missing(client.send(request).await))? {
        Ok(Some(reply)) => reply.json(),
        Ok(None) => Err(gone(attempted)),
        Err(fault) => Err(fault),
    };
    Ok((key, read))
}

fn gone(attempted: String) -> Fault {
    Fault::new(FaultKind::NotFound, attempted, "it does not exist")
}

impl Assignment {
    fn is_enforced(&self) -> bool {
        let mode = self.properties.enforcement_mode.as_deref();
        !mode.is_some_and(|mode| mode.eq_ignore_ascii_case("DoNotEnforce"))
    }

    fn name(&self) -> &str {
        let shown = self.properties.display_name.as_deref();
        shown
            .filter(|name| !name.trim().is_empty())
            .unwrap_or(&self.name)
    }

    /// What an assignment that denies says; `None` for one with another effect.
    fn denial(&self, definition: &Definition) -> Option<Attributes> {
        let rule = &definition.properties.policy_rule;
        let parameters = policy::parameters(
            &definition.properties.parameters,
            &self.properties.parameters,
        );
        let condition = rule.get("if")?;
        let policy = Policy {
            condition,
            parameters: &parameters,
        };
        if policy.effect(rule.get("then")?.get("effect")?)? != "deny" {
            return None;
        }
        let parameters = Json::Object(parameters.into_iter().collect());
        let not_scopes = self.properties.not_scopes.iter().flatten();
        Some(Attributes::from([
            ("policy".to_owned(), self.name().into()),
            ("scope".to_owned(), self.properties.scope.as_str().into()),
            (
                "not-scopes".to_owned(),
                Value::List(not_scopes.map(|scope| scope.as_str().into()).collect()),
            ),
            // Judged where it is known what is to be made, and nothing but that reads it.
            ("condition".to_owned(), condition.to_string().into()),
            ("parameters".to_owned(), parameters.to_string().into()),
        ]))
    }

    fn initiative(&self) -> Attributes {
        Attributes::from([
            ("initiative".to_owned(), self.name().into()),
            ("scope".to_owned(), self.properties.scope.as_str().into()),
        ])
    }
}
