//! Destroy: what goes, in which order, and what stays.

use insta::assert_snapshot;
use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::{Live, Resolution};
use vmlogin_engine::plan::{Action, Mode};
use vmlogin_engine::rule::{Certainty, Finding, Severity};

use crate::plan::{CHAIN, people};
use crate::world::{World, manifest, shown};

#[test]
fn destroy_takes_what_this_estate_made_and_says_what_stays() {
    let text = CHAIN.replace("subscription=core", "subscription=core location=westeurope");
    let manifest = manifest(&text);
    let world = people()
        .group("core/rg")
        .but("resource-group", "core/rg", |group| {
            group.stamp = Some("web-prod".to_owned())
        })
        .machine("core/rg/web01")
        .identity("core/rg/web01")
        .login("core/rg/web01")
        .but("login", "core/rg/web01/login", |login| {
            login.stamp = Some("web-prod".to_owned())
        })
        .grant("core/rg", "user", "g1", Some("web-prod"))
        .grant("core/rg/web01", "admin", "u1", None)
        .holds("core/rg", &["core/rg/web01"]);
    assert_snapshot!(shown(&world.destroy(&manifest)), @"
    keep   vm:core/rg/web01/grant/admin/user:kim@contoso.com
        note: it stays: vmlogin did not make it
    revoke grant:core/rg/user/group:sg-web
    delete vm:core/rg/web01/login
        after grant:core/rg/user/group:sg-web (End): it was made later, since wider grants come after the logins beneath them
    keep   vm:core/rg/web01/identity
        note: it stays: it carries no stamp, so nothing tells who made it
    keep   vm:core/rg/web01
        note: it stays: vmlogin did not make it
    keep   resource-group:core/rg
        note: it stays: it still holds `core/rg/web01`
    ");
}

#[test]
fn a_group_that_holds_only_what_goes_goes_too_and_one_that_could_not_be_read_stays() {
    let manifest = manifest("resource-group rg subscription=core location=westeurope");
    let world = World::new()
        .group("core/rg")
        .but("resource-group", "core/rg", |group| {
            group.stamp = Some("web-prod".to_owned())
        })
        .holds("core/rg", &[]);
    let plan = world.destroy(&manifest);
    assert_eq!(plan.steps[0].action, Action::Delete);
    let unread = World::new()
        .group("core/rg")
        .but("resource-group", "core/rg", |group| {
            group.stamp = Some("web-prod".to_owned());
        });
    assert_snapshot!(shown(&unread.destroy(&manifest)), @"
    keep   resource-group:core/rg
        note: it stays: what it holds could not be read
    ");
    let other = world.but("resource-group", "core/rg", |group| {
        group.stamp = Some("dev".to_owned())
    });
    assert!(other.destroy(&manifest).is_empty());
}

#[test]
fn a_grant_whose_principal_is_gone_from_the_directory_is_revoked_all_the_same() {
    let world = World::new()
        .group("core/rg")
        .resolves("group:sg-web", Resolution::Missing)
        .grant("core/rg", "user", "g1", Some("web-prod"));
    let manifest = manifest("resource-group rg subscription=core { grant user (group)sg-web }");
    assert_snapshot!(shown(&world.destroy(&manifest)), @"
    revoke grant:core/rg/user/object-id:g1
        note: this estate made it, and no node is known to name it
    keep   grant:core/rg/user/group:sg-web
        note: nobody in the directory is `group:sg-web`: what this estate made goes all the same, by its stamp
    keep   resource-group:core/rg
        note: it stays: vmlogin did not make it
    ");
}

/// Said again after a destroy: nobody has what the identity was granted, and nothing is in doubt.
#[test]
fn a_grant_of_an_identity_that_is_gone_is_not_spoken_of() {
    let text = "resource-group rg subscription=core { vm web01 { identity system-assigned }; grant Reader (identity)web01 }";
    let manifest = manifest(text);
    let grant = manifest.of_kind("grant").next().expect("a grant");
    let pending = Resolution::Pending {
        address: Address::read("vm:core/rg/web01/identity"),
        attribute: "principal-id".to_owned(),
        id: "core/rg/web01".to_owned(),
    };
    let world = World::new().group("core/rg").machine("core/rg/web01");
    let before = world.destroy(&manifest);
    assert!(before.step(&grant.address).is_some(), "{}", shown(&before));
    let after = world
        .identity_of(&grant.address, pending)
        .destroy(&manifest);
    assert!(after.step(&grant.address).is_none(), "{}", shown(&after));
}

#[test]
fn a_rule_about_what_should_be_there_does_not_judge_a_destroy() {
    let world = people()
        .group("core/rg")
        .grant("core/rg", "user", "g1", Some("web-prod"));
    let manifest = manifest(CHAIN);
    let finding = Finding {
        rule: "VML200".to_owned(),
        severity: Severity::Error,
        subject: Address::new("vm", ["core", "rg", "web01"]),
        certainty: Certainty::Seen,
        message: "`web01` does not exist".to_owned(),
        help: None,
        ruling: None,
        span: None,
    };
    let plan = world.plan_as(&manifest, Mode::Destroy, &[], &[], vec![finding]);
    assert_eq!(plan.findings, []);
    assert_eq!(plan.writes().count(), 1);
}

#[test]
fn what_a_target_was_made_in_is_not_destroyed_with_it() {
    let ours = |live: &mut Live| live.stamp = Some("web-prod".to_owned());
    let world = people()
        .group("core/rg")
        .but("resource-group", "core/rg", ours)
        .grant("core/rg", "user", "g1", Some("web-prod"))
        .holds("core/rg", &[]);
    let text =
        "resource-group rg subscription=core location=westeurope { grant user (group)sg-web }";
    let plan = world.plan_as(
        &manifest(text),
        Mode::Destroy,
        &["grant:*"],
        &[],
        Vec::new(),
    );
    assert_snapshot!(shown(&plan), @"revoke grant:core/rg/user/group:sg-web");
}

#[test]
fn a_login_whose_node_is_gone_stays_and_is_said_until_a_destroy_takes_it() {
    let manifest = manifest("resource-group rg subscription=core { vm web01 }");
    let world = World::new()
        .group("core/rg")
        .machine("core/rg/web01")
        .login("core/rg/web01")
        .but("login", "core/rg/web01/login", |login| {
            login.stamp = Some("web-prod".to_owned());
        })
        .grant("core/rg/web01", "admin", "u1", Some("web-prod"));
    assert_snapshot!(shown(&world.plan(&manifest)), @"
    revoke vm:core/rg/web01/grant/admin/object-id:u1
        note: this estate made it and the manifest no longer names it
    keep   resource-group:core/rg
    keep   vm:core/rg/web01
    stays  login `core/rg/web01/login`: this estate made it and its node is gone: only `destroy` takes it away
    ");
    assert_snapshot!(shown(&world.destroy(&manifest)), @"
    revoke vm:core/rg/web01/grant/admin/object-id:u1
        note: this estate made it, and no node is known to name it
    delete login:core/rg/web01/login
        note: this estate made it, and its node is gone
    keep   vm:core/rg/web01
        note: it stays: vmlogin did not make it
    keep   resource-group:core/rg
        note: it stays: vmlogin did not make it
    ");
    let theirs = world.but("login", "core/rg/web01/login", |login| {
        login.stamp = Some("data-prod".to_owned());
    });
    let gone: Vec<_> = theirs
        .destroy(&manifest)
        .steps
        .into_iter()
        .filter(|step| step.action == Action::Delete)
        .collect();
    assert_eq!(gone, []);
}
