//! `--target` and `--exclude`: what a partial plan is for, and what it leaves alone.

use insta::assert_snapshot;
use vmlogin_engine::address::Address;
use vmlogin_engine::plan::{Mode, Plan};
use vmlogin_engine::rule::{Certainty, Finding, Severity};

use crate::plan::{CHAIN, people};
use crate::world::{World, manifest, shown};

#[test]
fn a_target_takes_what_it_needs_and_revokes_nothing_outside_it() {
    let world = people()
        .group("core/rg")
        .machine("core/rg/web01")
        .grant("core/rg", "admin", "ours", Some("web-prod"))
        .grant("core/rg/web01", "user", "ours", Some("web-prod"));
    let manifest = manifest(CHAIN);
    let plan = world.plan_as(
        &manifest,
        Mode::Apply,
        &["vm:core/rg/web01/login"],
        &[],
        Vec::new(),
    );
    assert_snapshot!(shown(&plan), @r#"
    keep   resource-group:core/rg
    keep   vm:core/rg/web01
    create vm:core/rg/web01/identity
    create vm:core/rg/web01/login
        version: (none) -> "1.0"
        auto-upgrade-minor-version: (none) -> true
        after vm:core/rg/web01/identity (Success): the extension joins with the machine's identity
    "#);
    let plan = world.plan_as(
        &manifest,
        Mode::Apply,
        &["vm:core/rg/web01"],
        &[],
        Vec::new(),
    );
    assert_snapshot!(shown(&plan), @r#"
    revoke vm:core/rg/web01/grant/user/object-id:ours
        note: this estate made it and the manifest no longer names it
    keep   resource-group:core/rg
    keep   vm:core/rg/web01
    create vm:core/rg/web01/identity
    create vm:core/rg/web01/login
        version: (none) -> "1.0"
        auto-upgrade-minor-version: (none) -> true
        after vm:core/rg/web01/identity (Success): the extension joins with the machine's identity
    create vm:core/rg/web01/grant/admin/user:kim@contoso.com
        role: (none) -> "admin"
        principal: (none) -> user:kim@contoso.com
        after vm:core/rg/web01/login (Success): the role is of use once the login is there
    "#);
}

#[test]
fn what_needs_something_excluded_is_put_off() {
    let world = people().group("core/rg").machine("core/rg/web01");
    let plan = world.plan_as(
        &manifest(CHAIN),
        Mode::Apply,
        &[],
        &["vm:core/rg/web01/identity"],
        Vec::new(),
    );
    assert_snapshot!(shown(&plan), @r#"
    keep   resource-group:core/rg
    keep   vm:core/rg/web01
    defer  vm:core/rg/web01/login
        version: (none) -> "1.0"
        auto-upgrade-minor-version: (none) -> true
        because it needs `vm:core/rg/web01/identity`, which is excluded; run again without that --exclude
    create grant:core/rg/user/group:sg-web
        role: (none) -> "user"
        principal: (none) -> group:sg-web
        after vm:core/rg/web01/login (End): wider grants come after the logins beneath them
    defer  vm:core/rg/web01/grant/admin/user:kim@contoso.com
        role: (none) -> "admin"
        principal: (none) -> user:kim@contoso.com
        after vm:core/rg/web01/login (Success): the role is of use once the login is there
        because it needs `vm:core/rg/web01/login`, which is put off; it follows when that can be done
    "#);
}

/// A partial plan of the chain.
fn partial(world: &World, targets: &[&str], excludes: &[&str]) -> Plan {
    world.plan_as(&manifest(CHAIN), Mode::Apply, targets, excludes, Vec::new())
}

fn addresses(plan: &Plan) -> Vec<&str> {
    plan.steps
        .iter()
        .map(|step| step.address.as_str())
        .collect()
}

#[test]
fn a_group_or_a_subscription_as_a_target_takes_all_that_lies_in_it() {
    let world = people().group("core/rg").machine("core/rg/web01").grant(
        "core/rg",
        "admin",
        "ours",
        Some("web-prod"),
    );
    let all = world.plan(&manifest(CHAIN));
    for target in [
        "resource-group:core/rg",
        "resource-group:CORE/*",
        "subscription:core",
    ] {
        let plan = partial(&world, &[target], &[]);
        assert_eq!(addresses(&plan), addresses(&all), "{target}");
    }
}

#[test]
fn an_excluded_group_or_subscription_is_left_alone_with_all_that_lies_in_it() {
    let world = people()
        .group("core/rg")
        .machine("core/rg/web01")
        .grant("core/rg", "admin", "ours", Some("web-prod"))
        .grant("core/rg/web01", "user", "ours", Some("web-prod"));
    for exclude in ["resource-group:core/rg", "subscription:core", "*:*"] {
        let plan = partial(&world, &[], &[exclude]);
        assert_eq!(addresses(&plan), Vec::<&str>::new(), "{exclude}");
    }
}

#[test]
fn a_finding_that_blocks_what_was_selected_is_shown_though_its_subject_was_not() {
    let world = people().group("core/rg").machine("core/rg/web01");
    let identity = Address::new("vm", ["core", "rg", "web01"]).child("identity");
    let finding = Finding {
        rule: "VML203".to_owned(),
        severity: Severity::Error,
        subject: identity.clone(),
        certainty: Certainty::Seen,
        message: "no identity".to_owned(),
        help: None,
        ruling: None,
        span: None,
    };
    let plan = world.plan_as(
        &manifest(CHAIN),
        Mode::Apply,
        &["vm:core/rg/web01/login"],
        &[identity.as_str()],
        vec![finding],
    );
    assert_eq!(plan.errors().count(), 1, "{}", shown(&plan));
}
