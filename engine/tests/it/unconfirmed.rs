//! What a plan rests on that only lists told.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::plan::fingerprint::fingerprint;
use vmlogin_engine::plan::unconfirmed;
use vmlogin_engine::rule::{Certainty, Finding, Severity};
use vmlogin_engine::schema::{Attribute, Class, Shape, Written};
use vmlogin_engine::value::Attributes;

use crate::plan::{CHAIN, people};
use crate::world::{World, live, manifest};

/// A machine of the chain, of which only a list told, as of its group.
fn heard_of() -> World {
    people()
        .group("core/rg")
        .machine("core/rg/web01")
        .secondhand(&["resource-group:core/rg", "vm:core/rg/web01"])
}

/// What has to be read by itself, in words.
fn doubtful(world: &World, manifest: &Manifest, findings: &[Finding]) -> Vec<String> {
    let mut plan = world.plan(manifest);
    plan.findings.extend_from_slice(findings);
    let scene = Scene::of(manifest, world.inventory());
    let doubtful = unconfirmed(&plan, &scene);
    doubtful.iter().map(ToString::to_string).collect()
}

#[test]
fn what_a_step_that_writes_stands_in_is_read_by_itself() {
    assert_eq!(
        doubtful(&heard_of(), &manifest(CHAIN), &[]),
        ["resource-group:core/rg", "vm:core/rg/web01"]
    );
}

#[test]
fn what_goes_though_no_node_names_it_is_no_lists_to_say_either() {
    let kept = manifest("resource-group rg subscription=core { vm web01 }");
    let vanished = heard_of().grant("core/rg/web01", "user", "g1", Some(&kept.estate));
    assert_eq!(
        doubtful(&vanished, &kept, &[]),
        ["resource-group:core/rg", "vm:core/rg/web01"]
    );
    let wider = heard_of().grant("core/rg", "user", "g1", Some(&kept.estate));
    assert_eq!(
        doubtful(&wider, &kept, &[]),
        ["resource-group:core/rg"],
        "whose tags tell whether it is protected"
    );
}

#[test]
fn where_nothing_is_written_lists_are_enough() {
    let kept = "resource-group rg subscription=core { vm web01 }";
    assert!(doubtful(&heard_of(), &manifest(kept), &[]).is_empty());
}

#[test]
fn an_error_that_a_rule_saw_is_no_lists_to_say() {
    let manifest = manifest("resource-group rg subscription=core { vm web01 }");
    let machine = manifest.of_kind("vm").next().expect("a machine");
    let finding = |severity, certainty| Finding {
        rule: "VML999".to_owned(),
        severity,
        subject: machine.address.clone(),
        certainty,
        message: String::new(),
        help: None,
        ruling: None,
        span: None,
    };
    let seen = [finding(Severity::Error, Certainty::Seen)];
    assert_eq!(
        doubtful(&heard_of(), &manifest, &seen),
        ["resource-group:core/rg", "vm:core/rg/web01"]
    );
    let others = [
        finding(Severity::Warning, Certainty::Seen),
        finding(Severity::Error, Certainty::NotChecked),
    ];
    assert!(doubtful(&heard_of(), &manifest, &others).is_empty());
}

#[test]
fn how_far_above_its_floor_a_version_runs_does_not_make_a_plan_stale() {
    let floor = [Attribute {
        name: "version",
        class: Class::Changeable,
        shape: Shape::Floor,
        written: Written::Property,
        default: None,
    }];
    let version = |version: &str| Attributes::from([("version".to_owned(), version.into())]);
    let of = |running: &str| {
        let mut login = live("login", "core/rg/web01/login");
        login.attributes = version(running);
        fingerprint(&floor, &version("1.0"), Some(&login))
    };
    assert_eq!(of("1.0"), of("2.2.0.0"));
    assert_ne!(of("1.0"), of("0.9"));
}
