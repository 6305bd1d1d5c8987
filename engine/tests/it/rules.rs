//! Rules run: in which order findings come, whoever judged.

use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::Inventory;
use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{self, Card, Finding, Needs, Rule, Severity};

use crate::world::manifest;

const fn card(id: &'static str) -> Card {
    Card {
        id,
        title: "one of these kinds",
        severity: Severity::Warning,
        needs: Needs::Manifest,
        explanation: "",
        source: "",
        checked: "2026-11-22",
    }
}

static SECOND: Card = card("VML902");
static FIRST: Card = card("VML901");

/// Says twice of each thing of a kind that it is one.
struct Each(&'static Card, &'static str);

impl Rule for Each {
    fn card(&self) -> &'static Card {
        self.0
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let about = scene.manifest.of_kind(self.1);
        let hit = |resource: &Resource| {
            let (message, help) = (format!("a {}", self.1), "leave it".to_owned());
            Finding::hit(
                self.0,
                resource.address.clone(),
                resource.span,
                message,
                help,
            )
        };
        about.flat_map(|one| [hit(one), hit(one)]).collect()
    }
}

#[test]
fn findings_come_once_and_in_their_order_whichever_thread_made_them() {
    let manifest = manifest(
        "resource-group rg subscription=core { vm b { login }; vm a { login; identity system-assigned } }",
    );
    let rules: [&dyn Rule; 4] = [
        &Each(&SECOND, "vm"),
        &Each(&SECOND, "login"),
        &Each(&FIRST, "vm"),
        &Each(&FIRST, "resource-group"),
    ];
    let inventory = Inventory::default();
    let findings = rule::run(&rules, &Scene::of(&manifest, &inventory));
    let told: Vec<(&str, &str)> = findings
        .iter()
        .map(|finding| (finding.subject.as_str(), finding.rule.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("resource-group:core/rg", "VML901"),
            ("vm:core/rg/a", "VML901"),
            ("vm:core/rg/a", "VML902"),
            ("vm:core/rg/a/login", "VML902"),
            ("vm:core/rg/b", "VML901"),
            ("vm:core/rg/b", "VML902"),
            ("vm:core/rg/b/login", "VML902"),
        ]
    );
}

#[test]
fn rules_at_the_same_time_find_what_rules_one_after_another_do() {
    let mut manifest = manifest("resource-group rg subscription=core { vm a { login } }");
    let machine = manifest.of_kind("vm").next().expect("a machine").clone();
    manifest
        .resources
        .extend((0..10_000).map(|number| Resource {
            address: Address::new("vm", ["core", "rg", &format!("b{number}")]),
            ..machine.clone()
        }));
    let rules: [&dyn Rule; 3] = [
        &Each(&SECOND, "vm"),
        &Each(&SECOND, "login"),
        &Each(&FIRST, "vm"),
    ];
    let inventory = Inventory::default();
    let findings = rule::run(&rules, &Scene::of(&manifest, &inventory));
    assert_eq!(findings.len(), 20_003);
    assert!(rule::run_at_once(&rules, &manifest, &inventory) == findings);
}
