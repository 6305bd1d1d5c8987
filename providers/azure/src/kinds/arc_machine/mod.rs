//! Arc-enabled machines: adopted, never made, for only the agent inside a machine onboards it. One reading of a machine tells of
//! its agent, its identity and its login too.

pub(crate) mod wire;

#[cfg(test)]
mod tests;

use vmlogin_engine::diff::same;
use vmlogin_engine::inventory::Live;
use vmlogin_engine::kind::{Key, Kind, Scene};
use vmlogin_engine::manifest::{Manifest, Resource};
use vmlogin_engine::plan::{Action, Step};
use vmlogin_engine::provider::Fault;
use vmlogin_engine::schema::{
    Adoption, Attribute, Characters, Class, Existence, Lifetime, NameRule, Naming, Schema, Shape,
    Written,
};
use vmlogin_engine::value::{Attributes, Value};

use super::login::{self, Host};
use super::tagged::{self, PROTECT, TAGS};
use super::{
    Ask, AzureKind, Opinion, Place, Seen, Write, arm_id, health, is_id, located, made, refusal,
    versions,
};
use crate::arm::ArmId;
use crate::http::Request;

/// The kind `arc-machine`.
pub struct ArcMachine;

/// The type of these machines.
pub(crate) const TYPE: &str = "Microsoft.HybridCompute/machines";

static SCHEMA: Schema = Schema {
    kind: "arc-machine",
    title: "Arc-enabled machine",
    stands_in: &["resource-group"],
    naming: Naming::Names,
    attributes: &[
        Attribute {
            name: "os",
            class: Class::Fixed,
            shape: Shape::Choice {
                words: &["windows", "linux"],
                later: &[],
            },
            written: Written::Property,
            default: None,
        },
        TAGS,
        PROTECT,
    ],
    later: &["use"],
    existence: Existence::Expected,
    lifetime: Lifetime::Stays,
    adoption: Adoption::Managed,
    // Nobody but its agent makes one, so whatever its tags say, no destroy deletes it.
    stamped: false,
    container: false,
    repaired: false,
    order: &[],
};

impl Kind for ArcMachine {
    fn located(&self, manifest: &Manifest, subscription: &str, names: &[&str]) -> Option<String> {
        located(manifest, subscription, TYPE, names)
    }

    fn is_id(&self, text: &str) -> bool {
        is_id(text, TYPE)
    }

    fn schema(&self) -> &'static Schema {
        &SCHEMA
    }

    /// The pattern of `machineName` in Microsoft.HybridCompute 2024-07-10, less the names that a path would swallow.
    fn names(&self) -> &'static NameRule {
        &NameRule {
            most: 54,
            characters: Characters::AsciiAnd("-_."),
            not_first: ".",
            not_last: "",
        }
    }

    fn key(&self, resource: &Resource, scene: &Scene<'_>) -> Option<Key> {
        Some(arm_id(resource, scene.manifest)?.into())
    }

    fn id(&self, resource: &Resource, scene: &Scene<'_>) -> Option<String> {
        Some(arm_id(resource, scene.manifest)?.to_string())
    }

    /// The estate, by which a deletion tells whose the record is.
    fn complete(&self, _resource: &Resource, scene: &Scene<'_>) -> Attributes {
        let estate = scene.manifest.estate.as_str().into();
        Attributes::from([("estate".to_owned(), estate)])
    }

    /// A deleted record disconnects its agent, which has to be connected anew in the machine: unverified against Azure, 2026-11-21
    /// (FACTS 13).
    fn leaves(&self, live: &Live) -> Option<String> {
        let name = live.id.rsplit('/').next().unwrap_or_default();
        Some(format!(
            "the agent of `{name}` is CUT OFF and the machine runs on without it: only somebody on the machine can onboard it again, \
             with `azcmagent connect`"
        ))
    }
}

impl AzureKind for ArcMachine {
    fn fresh(&self, step: &Step) -> Result<Ask, Fault> {
        match step.action {
            Action::Update => tagged::fresh(step),
            Action::Delete => made::fresh(step),
            _ => Err(refusal::not_ours(step)),
        }
    }

    fn write(&self, step: &Step, fresh: &Seen) -> Result<Write, Fault> {
        match step.action {
            Action::Update => Ok(Write::Send(tagged::requests(step, fresh)?)),
            // Only what `absent` names. The record goes at once; the machine runs on, and its agent finds itself disconnected.
            Action::Delete => made::delete(step, fresh),
            _ => Err(refusal::not_ours(step)),
        }
    }

    fn look(&self, step: &Step) -> Ask {
        tagged::look(step)
    }

    fn judge(&self, step: &Step, seen: &Seen) -> Vec<Opinion> {
        tagged::judge(step, seen)
    }
}

/// Reads a machine with its identity, its extensions and how all of them run: one answer has it all, without asking for more.
pub(crate) fn read(id: &ArmId, attempted: String) -> Request {
    Request::get(id.path(), versions::HYBRID_COMPUTE, attempted)
}

/// Lists the machines of a group.
pub(crate) fn list(group: &ArmId, attempted: String) -> Request {
    let path = format!("{}/providers/{TYPE}", group.path());
    Request::get(path, versions::HYBRID_COMPUTE, attempted)
}

/// Makes a machine's answer into values.
pub(crate) fn live(machine: &wire::Machine, place: &Place) -> Live {
    let mut live = place.live(SCHEMA.kind, format!("{} `{}`", SCHEMA.title, place.name));
    live.id = place.spelt(machine.id.as_deref());
    live.attributes = tagged::attributes(&machine.tags);
    let os = machine.os().map_or(Value::Null, Value::Text);
    live.attributes.insert("os".to_owned(), os);
    live.stamp = machine.tags.estate();
    live.protected = machine.tags.is_protected();
    live.health = health(&machine.properties.provisioning_state, || machine.failure());
    live.facts = facts(machine);
    live
}

/// What a machine tells besides, by the names under which rules and screens ask for it; absent ones are not known.
fn facts(machine: &wire::Machine) -> Attributes {
    let properties = &machine.properties;
    let text = |text: &Option<String>| wire::told(text).map(str::to_owned);
    let lower = |text: &Option<String>| wire::told(text).map(str::to_lowercase);
    let texts = [
        ("agent", Some(machine.agent())),
        ("agent-version", text(&properties.agent_version)),
        ("os", machine.os()),
        ("os-name", text(&properties.os_sku)),
        ("os-version", text(&properties.os_version)),
        ("os-edition", lower(&properties.os_edition)),
        (
            "product-type",
            text(&properties.detected_properties.product_type),
        ),
        ("computer-name", machine.computer_name()),
        ("domain", text(&properties.domain_name)),
        ("principal-id", lower(&machine.identity.principal_id)),
        ("tenant-id", lower(&machine.identity.tenant_id)),
        ("location", Some(same::region(&machine.location))),
        (
            "extension-operations",
            machine.extension_operations().map(str::to_owned),
        ),
        (
            "extension-service",
            lower(&properties.service_statuses.extension_service.status),
        ),
        (
            "config-mode",
            lower(&properties.agent_configuration.config_mode),
        ),
    ];
    let mut facts: Attributes = texts
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), Value::Text(value?))))
        .collect();
    let lists = [
        (
            "extensions-allowed",
            &properties.agent_configuration.extensions_allow_list,
        ),
        (
            "extensions-blocked",
            &properties.agent_configuration.extensions_block_list,
        ),
    ];
    facts.extend(lists.into_iter().filter_map(|(name, list)| {
        let handlers = list.as_ref()?.iter().map(|it| Value::Text(it.handler()));
        Some((name.to_owned(), Value::List(handlers.collect())))
    }));
    facts.extend(login::neighbours(machine));
    facts
}
