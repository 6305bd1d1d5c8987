//! What `absent` names goes, and nothing else does.

use insta::assert_snapshot;
use vmlogin_engine::plan::Mode;

use crate::plan::{CHAIN, people};
use crate::world::{World, manifest, shown};

/// A machine with everything on it, in a group with a grant of its own.
fn world() -> World {
    people()
        .group("core/rg")
        .machine("core/rg/web01")
        .identity("core/rg/web01")
        .login("core/rg/web01")
        .grant("core/rg", "user", "g1", Some("web-prod"))
        .grant("core/rg/web01", "admin", "u1", None)
}

#[test]
fn a_machine_goes_after_its_grants_and_its_login() {
    let manifest =
        manifest("resource-group rg { grant user (group)\"sg-web\"; absent vm web01 gone09 }");
    let plan = world().plan(&manifest);
    assert_snapshot!(shown(&plan), @"
    delete vm:core/rg/web01/login
        note: it goes with `web01`, which `absent` names, though vmlogin did not make it
    revoke vm:core/rg/web01/grant/admin/object-id:u1
        note: what it is at goes: VM `web01`
    delete vm:core/rg/web01
        after vm:core/rg/web01/login (Success): it was made later, since it lies in the VM `web01`
        after vm:core/rg/web01/grant/admin/object-id:u1 (Success): access goes before what it is at
        note: `absent` names it, though vmlogin did not make it
    keep   resource-group:core/rg
    keep   grant:core/rg/user/group:sg-web
    ");
    let after = world().after(&plan).plan(&manifest);
    assert!(after.is_empty(), "{}", shown(&after));
    assert_eq!(after.steps.len(), 2, "{}", shown(&after));
}

#[test]
fn a_login_goes_alone_though_nobody_stamped_it() {
    let manifest = manifest(
        "resource-group rg { grant user (group)\"sg-web\"; vm web01 { identity system-assigned; absent login } }",
    );
    let plan = world().plan(&manifest);
    assert_snapshot!(shown(&plan), @"
    delete vm:core/rg/web01/login
        note: `absent` names it, though vmlogin did not make it
    keep   resource-group:core/rg
    keep   grant:core/rg/user/group:sg-web
    keep   vm:core/rg/web01
    keep   vm:core/rg/web01/identity
    stays  grant `admin` to u1 at `core/rg/web01`: no estate's stamp is on it
    ");
}

#[test]
fn a_login_whose_machine_is_stopped_is_put_off_and_the_machine_with_it() {
    let world = world().but("vm", "core/rg/web01", |live| {
        live.facts.insert("power".to_owned(), "stopped".into());
    });
    let manifest = manifest("resource-group rg { absent vm web01 }");
    assert_snapshot!(shown(&world.plan(&manifest)), @"
    revoke grant:core/rg/user/object-id:g1
        note: this estate made it and the manifest no longer names it
    defer  vm:core/rg/web01/login
        note: it goes with `web01`, which `absent` names, though vmlogin did not make it
        because the machine is stopped; start it and run again
    defer  vm:core/rg/web01
        after vm:core/rg/web01/login (Success): it was made later, since it lies in the VM `web01`
        note: `absent` names it, though vmlogin did not make it
        because `vm:core/rg/web01/login` goes first, and that is put off; it follows when that can be done
    keep   resource-group:core/rg
    stays  grant `admin` to u1 at `core/rg/web01`: no estate's stamp is on it
    ");
}

#[test]
fn exactly_the_named_grant_is_revoked_and_what_is_inherited_is_said() {
    let world = world()
        .grant("core/rg/web01", "user", "g1", None)
        .but("grant", "core/rg|g1|user", |live| {
            live.facts.insert("principal-id".to_owned(), "g1".into());
        })
        .but("grant", "core/rg/web01|g1|user", |live| {
            live.facts.insert("principal-id".to_owned(), "g1".into());
        });
    let manifest = manifest(
        "resource-group rg { grant user (group)\"sg-web\"; vm web01 { absent grant user (group)\"sg-web\" } }",
    );
    assert_snapshot!(shown(&world.plan(&manifest)), @"
    revoke vm:core/rg/web01/grant/user/group:sg-web
        note: `absent` names it, though vmlogin did not make it
        note: the role is still inherited: grant `user` to g1 at `core/rg` stays
    keep   resource-group:core/rg
    keep   grant:core/rg/user/group:sg-web
    keep   vm:core/rg/web01
    stays  grant `admin` to u1 at `core/rg/web01`: no estate's stamp is on it
    ");
}

#[test]
fn a_group_goes_only_when_it_holds_nothing_else() {
    let manifest = manifest("absent resource-group rg");
    let full = World::new()
        .group("core/rg")
        .grant("core/rg", "user", "g1", None)
        .holds("core/rg", &["core/rg/web01"]);
    assert_snapshot!(shown(&full.plan(&manifest)), @"
    keep   resource-group:core/rg
        note: `absent` names it, and it stays: it still holds `core/rg/web01`
    stays  grant `user` to g1 at `core/rg`: no estate's stamp is on it
    ");
    let empty = World::new()
        .group("core/rg")
        .grant("core/rg", "user", "g1", None)
        .holds("core/rg", &[]);
    assert_snapshot!(shown(&empty.plan(&manifest)), @"
    revoke grant:core/rg/user/object-id:g1
        note: what it is at goes: resource group `rg`
    delete resource-group:core/rg
        after grant:core/rg/user/object-id:g1 (Success): access goes before what it is at
        note: `absent` names it, though vmlogin did not make it
    ");
    let unknown = World::new().group("core/rg");
    assert_snapshot!(shown(&unknown.plan(&manifest)), @"
    keep   resource-group:core/rg
        note: `absent` names it, and it stays: what it holds could not be read
    ");
}

/// It may have done its work, or be misspelt: the plan tells it and does nothing.
#[test]
fn what_is_not_there_is_told_and_is_no_step() {
    let gone = |world: &World, text: &str| -> Vec<String> {
        let plan = world.plan(&manifest(text));
        assert!(plan.is_empty() && !plan.is_refused(), "{}", shown(&plan));
        plan.gone.iter().map(ToString::to_string).collect()
    };
    let bare = people().group("core/rg");
    let absent = "absent resource-group rg-gone\nresource-group rg { absent vm gone08 gone09; absent grant user (group)\"sg-web\" }";
    assert_eq!(
        gone(&bare, absent),
        [
            "grant:core/rg/user/group:sg-web",
            "resource-group:core/rg-gone",
            "vm:core/rg/gone08",
            "vm:core/rg/gone09"
        ]
    );
    // Grants that were not read to the end may be there.
    let unread = bare.clone().incomplete();
    let grant = "resource-group rg { absent grant user (group)\"sg-web\" }";
    assert_eq!(gone(&unread, grant), Vec::<String>::new());
    // What is not selected is not spoken of.
    let manifest = manifest(absent);
    let selected = bare.plan_as(
        &manifest,
        Mode::Apply,
        &["vm:core/rg/gone08"],
        &[],
        Vec::new(),
    );
    assert_eq!(selected.gone.len(), 1);
    assert_eq!(bare.destroy(&manifest).gone, []);
    let there = world().plan(&manifest);
    assert_eq!(there.gone.len(), 3, "{:?}", there.gone);
}

#[test]
fn a_name_that_cannot_be_told_says_why_and_what_to_do() {
    use vmlogin_engine::inventory::{Candidate, Resolution};
    let candidate = |number: u8| Candidate {
        object_id: format!("{number}9999999-9999-4999-8999-999999999999"),
        description: format!("twin {number}"),
    };
    let said = |resolution: Resolution| {
        let world = world().resolves("group:sg-nobody", resolution);
        let text = "resource-group rg { grant user (group)\"sg-web\"; absent grant user (group)\"sg-nobody\" }";
        let plan = world.plan(&manifest(text));
        let step = plan.steps.iter().find(|step| step.blocked.is_some());
        let step = step.expect("a blocked step");
        let blocked = step.blocked.as_ref().expect("blocked");
        format!(
            "{}\nbecause of {}",
            step.notes.join("\n"),
            blocked.because(&step.address)
        )
    };
    let all = [
        Resolution::Missing,
        Resolution::Deleted(candidate(1)),
        Resolution::Ambiguous(vec![candidate(1), candidate(2)]),
        Resolution::ApplicationId(candidate(3)),
    ];
    assert_snapshot!(all.map(said).join("\n"), @r#"
    nobody in the directory is `group:sg-nobody`: correct the name; if they are gone from there, name them by `(object-id)"…"` or take the line out
    because of a name that is not known
    `group:sg-nobody` was deleted in the directory: name them by `(object-id)"19999999-9999-4999-8999-999999999999"`, or take the line out
    because of a name that is not known
    several in the directory are `group:sg-nobody`: write `(object-id)"…"` with the one that is meant: `19999999-9999-4999-8999-999999999999` (twin 1) or `29999999-9999-4999-8999-999999999999` (twin 2)
    because of a name that is not known
    `group:sg-nobody` is the id of an application: write that of its service principal, `(object-id)"39999999-9999-4999-8999-999999999999"`
    because of a name that is not known
    "#);
}

#[test]
fn a_principal_that_nobody_knows_blocks_and_one_that_is_declared_by_another_name_too() {
    let unknown = manifest("resource-group rg { absent grant user (group)\"sg-nobody\" }");
    assert_snapshot!(shown(&world().plan(&unknown)), @r#"
    revoke grant:core/rg/user/object-id:g1
        note: this estate made it and the manifest no longer names it
    keep   grant:core/rg/user/group:sg-nobody
        note: `group:sg-nobody` could not be looked up in the directory: see below why, or name them by `(object-id)"…"`
        blocked by unresolved on grant:core/rg/user/group:sg-nobody
    keep   resource-group:core/rg
    stays  grant `admin` to u1 at `core/rg/web01`: no estate's stamp is on it
    "#);
    let both = manifest(
        "resource-group rg { grant user (group)\"sg-web\"; absent grant user (object-id)\"99999999-9999-4999-8999-999999999999\" }",
    );
    let world = world().knows("object-id:99999999-9999-4999-8999-999999999999", "g1");
    assert_snapshot!(shown(&world.plan(&both)), @"
    keep   grant:core/rg/user/object-id:99999999-9999-4999-8999-999999999999
        note: it is declared too, as `grant:core/rg/user/group:sg-web`: remove one of the two
        blocked by declared and absent on grant:core/rg/user/group:sg-web
    keep   resource-group:core/rg
    keep   grant:core/rg/user/group:sg-web
    stays  grant `admin` to u1 at `core/rg/web01`: no estate's stamp is on it
    ");
}

#[test]
fn a_selection_holds_for_what_is_absent_too() {
    let manifest = manifest("resource-group rg { absent vm web01 }");
    let none = world().plan_as(
        &manifest,
        Mode::Apply,
        &["vm:core/rg/other"],
        &[],
        Vec::new(),
    );
    assert_snapshot!(shown(&none), @"stays  grant `admin` to u1 at `core/rg/web01`: no estate's stamp is on it");
    let without = world().plan_as(
        &manifest,
        Mode::Apply,
        &[],
        &["vm:core/rg/web01/login"],
        Vec::new(),
    );
    assert_snapshot!(shown(&without), @"
    revoke grant:core/rg/user/object-id:g1
        note: this estate made it and the manifest no longer names it
    defer  vm:core/rg/web01
        note: `absent` names it, though vmlogin did not make it
        because `vm:core/rg/web01/login` goes first, and that is not selected; run again with a selection that holds both
    keep   resource-group:core/rg
    stays  grant `admin` to u1 at `core/rg/web01`: no estate's stamp is on it
    ");
}

#[test]
fn a_destroy_takes_what_is_stamped_and_leaves_the_rest() {
    let manifest = manifest(&CHAIN.replace("login\n", "absent login\n"));
    let world = world().but("login", "core/rg/web01/login", |live| {
        live.stamp = Some("web-prod".to_owned());
    });
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
        note: it stays: vmlogin did not make it
    ");
}
