//! Policies that would deny what is to be made.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use vmlogin_engine::inventory::Sight;
use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::{Resource, Subscription};
use vmlogin_engine::rule::Finding;
use vmlogin_engine::value::{Attributes, Value};

use super::CARD;
use crate::arm::ArmId;
use crate::kinds::login::{PUBLISHER, handler_for};
use crate::kinds::{ESTATE_TAG, catalogue};
use crate::policy::{Fields, Policy};
use crate::survey::policies;

pub(super) fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let new: Vec<New<'_>> = scene
        .manifest
        .resources
        .values()
        .filter_map(|resource| new(scene, resource))
        .collect();
    if new.is_empty() {
        return Vec::new();
    }
    let subscriptions = scene.manifest.subscriptions.values();
    subscriptions
        .flat_map(|subscription| of_subscription(scene, subscription, &new))
        .collect()
}

/// Something that is to be made.
struct New<'a> {
    resource: &'a Resource,
    id: ArmId,
    fields: Fields,
}

/// What of a declared thing a policy may ask for; `None` for what exists, and for what no policy is about.
fn new<'a>(scene: &Scene<'a>, resource: &'a Resource) -> Option<New<'a>> {
    let kind = catalogue().kind(resource.kind)?;
    let exists = scene.live_of(kind, resource).is_some();
    if exists || !kind.schema().stamped || resource.kind == "grant" {
        return None;
    }
    let id = ArmId::parse(&kind.id(resource, scene)?).ok()?;
    let complete = kind.complete(resource, scene);
    let said = |name: &str| resource.get(name).or_else(|| complete.get(name));
    let mut fields = Fields::default()
        .with("type", id.full_type()?)
        .with("name", id.names().join("/"))
        .with(
            format!("tags.{ESTATE_TAG}").as_str(),
            &*scene.manifest.estate,
        )
        .closed("tags.");
    let region = said("location").or_else(|| said("region"));
    if let Some(region) = region.and_then(Value::as_text) {
        fields = fields.with("location", region);
    }
    for (name, value) in resource
        .get("tags")
        .and_then(Value::as_map)
        .into_iter()
        .flatten()
    {
        fields = fields.with(&format!("tags.{name}"), value.as_text().unwrap_or_default());
    }
    if let (Some(handler), "login") = (handler_for(resource, scene), resource.kind) {
        let alias = "Microsoft.Compute/virtualMachines/extensions";
        fields = fields
            .with(&format!("{alias}/type"), handler.kind)
            .with(&format!("{alias}/publisher"), PUBLISHER);
    }
    Some(New {
        resource,
        id,
        fields,
    })
}

fn of_subscription(
    scene: &Scene<'_>,
    subscription: &Subscription,
    new: &[New<'_>],
) -> Vec<Finding> {
    let list = policies::list_of(&subscription.id);
    if let Some(Sight::Unread(fault)) = scene.inventory.surroundings.get(&list) {
        let message = format!(
            "whether policies stand in the way in subscription `{}`: {fault}",
            subscription.name
        );
        return vec![unread(subscription, message)];
    }
    let around = ArmId::of_subscription(&subscription.id);
    let here: Vec<&New<'_>> = new.iter().filter(|new| around.contains(&new.id)).collect();
    let mut findings = Vec::new();
    let mut initiatives = Vec::new();
    let assigned = policies::assignment_in(&subscription.id, "");
    let sights = scene.inventory.surroundings.range(assigned.clone()..);
    for (_, sight) in sights.take_while(|(key, _)| key.0.starts_with(&assigned.0)) {
        match sight {
            Sight::Seen(says) => match says.get("initiative").and_then(Value::as_text) {
                Some(name) => initiatives.push((name, says)),
                None => findings.extend(here.iter().filter_map(|new| opinion(new, says))),
            },
            Sight::Unread(fault) => findings.push(unread(
                subscription,
                format!("whether a policy stands in the way: {fault}"),
            )),
            Sight::Absent => {}
        }
    }
    let bears = |says: &Attributes| here.iter().any(|new| covers(says, &new.id));
    initiatives.retain(|(_, says)| bears(says));
    if !initiatives.is_empty() {
        findings.push(unread(subscription, not_looked_into(&initiatives)));
    }
    findings
}

fn not_looked_into(initiatives: &[(&str, &Attributes)]) -> String {
    let names: Vec<String> = initiatives
        .iter()
        .take(3)
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    let more = match initiatives.len().saturating_sub(names.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "whether policies of the initiatives {}{more} stand in the way: initiatives are not looked into",
        names.join(", ")
    )
}

fn unread(subscription: &Subscription, message: String) -> Finding {
    Finding::not_checked(&CARD, subscription.address(), subscription.span, message)
}

/// Whether an assignment is about what lies at an id.
fn covers(says: &Attributes, id: &ArmId) -> bool {
    let contains = |scope: &Value| {
        let scope = scope.as_text().unwrap_or_default();
        // One of a management group contains the subscription, or it would not be listed there.
        scope
            .to_lowercase()
            .contains("/providers/microsoft.management/")
            || ArmId::parse(scope).is_ok_and(|scope| scope.contains(id))
    };
    let excluded = match says.get("not-scopes") {
        Some(Value::List(scopes)) => scopes.iter().any(contains),
        _ => false,
    };
    says.get("scope").is_some_and(contains) && !excluded
}

fn opinion(new: &New<'_>, says: &Attributes) -> Option<Finding> {
    let text = |name: &str| says.get(name).and_then(Value::as_text);
    let policy = text("policy")?;
    if !covers(says, &new.id) {
        return None;
    }
    let condition: Json = serde_json::from_str(text("condition")?).ok()?;
    let parameters: BTreeMap<String, Json> = serde_json::from_str(text("parameters")?).ok()?;
    let judged = Policy {
        condition: &condition,
        parameters: &parameters,
    };
    let (address, span) = (new.resource.address.clone(), new.resource.span);
    match judged.holds(&new.fields) {
        Some(false) => None,
        Some(true) => {
            let message = format!(
                "the policy `{policy}` denies what is to be made here: Azure would answer RequestDisallowedByPolicy"
            );
            let help = format!(
                "ask whoever keeps `{policy}` for an exemption, or change what it names in the manifest"
            );
            Some(Finding::hit(&CARD, address, span, message, help))
        }
        None => {
            let message = format!(
                "whether the policy `{policy}` denies what is to be made here: its condition asks for more than is known"
            );
            Some(Finding::not_checked(&CARD, address, span, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kinds::scenes::{self, SUBSCRIPTION, shown};

    fn check(condition: &Json, not_scopes: &[&str], installed: bool) -> String {
        let (manifest, mut inventory) = scenes::estate();
        if !installed {
            inventory.live.retain(|(kind, _), _| *kind != "login");
        }
        let scope = format!("/subscriptions/{SUBSCRIPTION}");
        let not_scopes = not_scopes
            .iter()
            .map(|beneath| format!("{scope}{beneath}").into());
        let says = Attributes::from([
            ("policy".to_owned(), "Approved extensions only".into()),
            ("scope".to_owned(), scope.as_str().into()),
            ("not-scopes".to_owned(), Value::List(not_scopes.collect())),
            ("condition".to_owned(), condition.to_string().into()),
            ("parameters".to_owned(), "{}".into()),
        ]);
        let key = policies::assignment_in(SUBSCRIPTION, "approved");
        inventory.surroundings.insert(key, Sight::Seen(says));
        shown(&super::check(&Scene::of(&manifest, &inventory)))
    }

    fn unapproved() -> Json {
        json!({"allOf": [
            {"field": "type", "equals": "Microsoft.Compute/virtualMachines/extensions"},
            {"field": "Microsoft.Compute/virtualMachines/extensions/type", "notIn": ["AzureDiskEncryption"]},
        ]})
    }

    #[test]
    fn a_policy_that_denies_the_login_is_a_warning() {
        assert_eq!(
            check(&unapproved(), &[], false),
            "VML220 vm:core/rg-web/web01/login warning: the policy `Approved extensions only` denies what is to be made here: Azure would answer RequestDisallowedByPolicy\n  help: ask whoever keeps `Approved extensions only` for an exemption, or change what it names in the manifest\n"
        );
    }

    #[test]
    fn what_is_there_already_or_excluded_or_does_not_fit_is_fine() {
        let other = json!({"field": "type", "equals": "Microsoft.Network/publicIPAddresses"});
        assert_eq!(check(&unapproved(), &[], true), "");
        assert_eq!(check(&unapproved(), &["/resourceGroups/rg-web"], false), "");
        assert_eq!(check(&other, &[], false), "");
    }

    #[test]
    fn a_condition_that_asks_for_more_is_not_checked() {
        let more = json!({"field": "Microsoft.Compute/virtualMachines/extensions/settings", "exists": true});
        assert_eq!(
            check(&more, &[], false),
            "VML220 vm:core/rg-web/web01/login not checked: whether the policy `Approved extensions only` denies what is to be made here: its condition asks for more than is known\n"
        );
    }

    #[test]
    fn initiatives_and_lists_that_could_not_be_read_are_told_once_a_subscription() {
        let (manifest, mut inventory) = scenes::estate();
        inventory.live.retain(|(kind, _), _| *kind != "login");
        let scope = format!("/subscriptions/{SUBSCRIPTION}");
        let says = Attributes::from([
            ("initiative".to_owned(), "Cloud security benchmark".into()),
            ("scope".to_owned(), scope.as_str().into()),
        ]);
        let key = policies::assignment_in(SUBSCRIPTION, "bench");
        inventory.surroundings.insert(key, Sight::Seen(says));
        let look = |inventory: &vmlogin_engine::inventory::Inventory| {
            shown(&super::check(&Scene::of(&manifest, inventory)))
        };
        assert_eq!(
            look(&inventory),
            "VML220 subscription:core not checked: whether policies of the initiatives `Cloud security benchmark` stand in the way: initiatives are not looked into\n"
        );
        let unread = Sight::Unread(scenes::fault());
        inventory
            .surroundings
            .insert(policies::list_of(SUBSCRIPTION), unread);
        assert_eq!(
            look(&inventory),
            "VML220 subscription:core not checked: whether policies stand in the way in subscription `core`: could not read: Denied: no\n"
        );
    }
}
