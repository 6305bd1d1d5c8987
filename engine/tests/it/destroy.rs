//! Destroy: what goes, in which order, and what stays.

use insta::assert_snapshot;
use vmlogin_engine::plan::Action;

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
