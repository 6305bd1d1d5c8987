//! VML200: a declared thing that nobody makes does not exist.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::problem::nearest;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::value::Value;

use crate::cloud::CloudName;
use crate::kinds::{catalogue, live_of};

pub(in crate::rules) struct Missing;

static CARD: Card = Card {
    id: "VML200",
    title: "a declared thing does not exist",
    severity: Severity::Error,
    needs: Needs::Arm,
    explanation: "A node that does not say how a thing is made expects the thing to exist: a `resource-group` without `location`, \
        and a `vm` without `image`. An `arc-machine` is never made: the Connected Machine agent onboards the machine that it \
        runs on, with `azcmagent connect`. What is missing is not made by guessing, and nothing in it can be set up.\n\n\
        Either the name, the group or the subscription is wrong, or the thing was deleted. A group is made where its node says \
        `location=`, a machine where it says `image` and what belongs to it.",
    source: "LANGUAGE.md, rule of style 8",
    checked: "2026-11-21",
};

impl Rule for Missing {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let all = scene.manifest.resources.values();
        all.filter_map(|resource| opinion(scene, resource))
            .collect()
    }

    fn firm(&self) -> Option<&'static str> {
        Some("what does not exist cannot be set up")
    }
}

fn opinion(scene: &Scene<'_>, resource: &Resource) -> Option<Finding> {
    let kind = catalogue().kind(resource.kind)?;
    if kind.schema().existence.makes(resource) || scene.live_of(kind, resource).is_some() {
        return None;
    }
    // What lies in a missing thing is missing too: one mistake, one finding.
    let parent = scene.manifest.parent_of(resource);
    if parent.is_some_and(|parent| opinion(scene, parent).is_some()) {
        return None;
    }
    let (address, span) = (resource.address.clone(), resource.span);
    let title = kind.schema().title;
    let name = &resource.name;
    let unknown = scene
        .inventory
        .gaps
        .iter()
        .find(|gap| gap.what.contains(&format!("`{address}`")));
    if let Some(gap) = unknown {
        let message = format!(
            "whether the {title} `{name}` exists could not be read: {}",
            gap.fault
        );
        return Some(Finding::not_checked(&CARD, address, span, message));
    }
    let place = parent.map_or(&*resource.subscription, |parent| &parent.name);
    let mut message = format!("the {title} `{name}` does not exist in `{place}`");
    if resource.kind == "arc-machine" {
        message.push_str(": only the Connected Machine agent on the machine itself makes one");
    }
    Some(Finding::hit(
        &CARD,
        address,
        span,
        message,
        help(scene, resource),
    ))
}

/// How a machine is made.
const MADE: &str = "write `image`, `size`, `admin` and `nic` in its braces";

fn help(scene: &Scene<'_>, resource: &Resource) -> String {
    let name = &resource.name;
    if resource.kind == "resource-group" {
        return format!(
            "correct the name, or write `resource-group {name} location=…` to have it made"
        );
    }
    if resource.kind == "arc-machine" {
        return onboarding(scene, resource);
    }
    if resource.kind == "virtual-network" {
        return format!(
            "correct the name, or write `address-space` in the braces of `{name}` to have it made"
        );
    }
    if resource.kind == "subnet" {
        return format!(
            "correct the name, or write `prefix` in the braces of `{name}` to have it made"
        );
    }
    let names = neighbours(scene, resource, "machines");
    match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => {
            format!("take `{name}` out of the manifest, or have it made: {MADE}")
        }
        None => format!(
            "the group has {}; correct the name, or have `{name}` made: {MADE}",
            some(&names)
        ),
    }
}

/// The command that onboards an Arc-enabled machine, and the machine that may have been meant instead.
fn onboarding(scene: &Scene<'_>, machine: &Resource) -> String {
    let name = &machine.name;
    let names = neighbours(scene, machine, "arc-machines");
    let meant = match nearest(name, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`? Else "),
        None if names.is_empty() => String::new(),
        None => format!("the group has {}; else ", some(&names)),
    };
    format!("{meant}run on the machine: `{}`", connect(scene, machine))
}

/// `azcmagent connect` for a machine, with all that the manifest and Azure tell. The region is the group's, as a proposal.
fn connect(scene: &Scene<'_>, machine: &Resource) -> String {
    let manifest = scene.manifest;
    let tenant = manifest.tenants.get(&*machine.tenant);
    let cloud = tenant.and_then(|tenant| tenant.cloud.parse::<CloudName>().ok());
    let subscription = manifest.subscriptions.get(&*machine.subscription);
    let group = manifest.parent_of(machine);
    let region = group.and_then(|group| {
        let live = live_of(group, scene).and_then(|live| live.attributes.get("location"));
        live.or_else(|| group.get("location"))?.as_text()
    });
    let flags = [
        ("--tenant-id", tenant.map(|tenant| tenant.id.as_str())),
        ("--subscription-id", subscription.map(|it| it.id.as_str())),
        ("--resource-group", group.map(|group| group.name.as_str())),
        ("--location", region),
        ("--cloud", cloud.map(CloudName::cli_name)),
        ("--resource-name", Some(machine.name.as_str())),
    ];
    let flags = flags
        .into_iter()
        .filter_map(|(flag, value)| Some(format!(" {flag} {}", quoted(value?))));
    format!("azcmagent connect{}", flags.collect::<String>())
}

/// A value as shells take it: group names may have blanks and brackets.
fn quoted(value: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_.".contains(letter);
    if value.chars().all(plain) {
        value.to_owned()
    } else {
        format!("\"{value}\"")
    }
}

/// The machines that the group has, where they were listed as this fact.
fn neighbours(scene: &Scene<'_>, resource: &Resource, fact: &str) -> Vec<String> {
    let group = scene.manifest.parent_of(resource);
    let group = group.and_then(|group| live_of(group, scene));
    match group.and_then(|group| group.facts.get(fact)) {
        Some(Value::List(names)) => names
            .iter()
            .filter_map(Value::as_text)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

fn some(names: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    match names.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use vmlogin_engine::inventory::Gap;

    use super::*;
    use crate::kinds::scenes::{self, fault, shown};

    #[test]
    fn a_machine_that_is_not_there_is_named_with_the_nearest_one() {
        let (manifest, mut inventory) = scenes::estate();
        inventory
            .live
            .retain(|(kind, _), _| *kind == "resource-group");
        for live in inventory.live.values_mut() {
            live.facts.insert(
                "machines".to_owned(),
                Value::List(vec!["db01".into(), "web1".into()]),
            );
        }
        let scene = Scene::of(&manifest, &inventory);
        assert_eq!(
            shown(&Missing.check(&scene)),
            "VML200 vm:core/rg-web/web01 error: the virtual machine `web01` does not exist in `rg-web`\n  help: did you mean `web1`?\n"
        );
    }

    fn without_the_arc_machine(neighbours: &[&str]) -> String {
        let (mut manifest, mut inventory) = scenes::arc::estate();
        for tenant in manifest.tenants.values_mut() {
            tenant.cloud = "china".to_owned();
        }
        inventory
            .live
            .retain(|(kind, _), _| *kind == "resource-group");
        for live in inventory.live.values_mut() {
            let names = neighbours.iter().copied().map(Value::from).collect();
            let names = Value::List(names);
            live.facts.insert("arc-machines".to_owned(), names);
        }
        shown(&Missing.check(&Scene::of(&manifest, &inventory)))
    }

    #[test]
    fn an_arc_machine_that_is_not_there_is_told_how_to_come() {
        assert_eq!(
            without_the_arc_machine(&[]),
            "VML200 arc-machine:core/rg-web/line1 error: the Arc-enabled machine `line1` does not exist in `rg-web`: only the Connected Machine agent on the machine itself makes one\n  help: run on the machine: `azcmagent connect --tenant-id 11111111-1111-4111-8111-111111111111 --subscription-id 22222222-2222-4222-8222-222222222222 --resource-group rg-web --location westeurope --cloud AzureChinaCloud --resource-name line1`\n"
        );
        assert!(
            without_the_arc_machine(&["line2"])
                .contains("help: did you mean `line2`? Else run on the machine: `azcmagent")
        );
        assert!(
            without_the_arc_machine(&["robot"])
                .contains("help: the group has `robot`; else run on")
        );
        assert_eq!(quoted("rg (old)"), "\"rg (old)\"");
    }

    #[test]
    fn one_missing_group_is_one_finding() {
        let (manifest, mut inventory) = scenes::estate();
        inventory.live.clear();
        let scene = Scene::of(&manifest, &inventory);
        assert_eq!(
            shown(&Missing.check(&scene)),
            "VML200 resource-group:core/rg-web error: the resource group `rg-web` does not exist in `core`\n  help: correct the name, or write `resource-group rg-web location=…` to have it made\n"
        );
    }

    #[test]
    fn what_exists_or_will_be_made_is_no_finding() {
        let (manifest, inventory) = scenes::estate();
        assert_eq!(Missing.check(&Scene::of(&manifest, &inventory)), []);
    }

    #[test]
    fn what_could_not_be_read_is_not_called_missing() {
        let (manifest, mut inventory) = scenes::estate();
        inventory
            .live
            .retain(|(kind, _), _| *kind == "resource-group");
        inventory.gaps.push(Gap {
            what: "the state of `vm:core/rg-web/web01`".to_owned(),
            fault: fault(),
        });
        let findings = Missing.check(&Scene::of(&manifest, &inventory));
        assert!(!findings[0].blocks());
        assert_eq!(
            shown(&findings),
            "VML200 vm:core/rg-web/web01 not checked: whether the virtual machine `web01` exists could not be read: could not read: Denied: no\n"
        );
    }
}
