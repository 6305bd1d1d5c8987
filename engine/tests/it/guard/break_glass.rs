//! Whose grants never go unasked.

use insta::assert_snapshot;
use vmlogin_engine::inventory::{Candidate, Resolution};
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::plan::Mode;

use super::refused;
use crate::world::{World, holding, whole_manifest};

fn manifest(text: &str) -> Manifest {
    whole_manifest(&format!(
        r#"
vmlogin 1 {{ estate "web-prod" }}
tenant contoso id="11111111-1111-4111-8111-111111111111" {{
    break-glass (user)"bg1@contoso.com" (group)sg-emergency
    subscription core id="22222222-2222-4222-8222-222222222222"
}}
{text}
"#
    ))
}

fn world() -> World {
    World::new()
        .knows("user:bg1@contoso.com", "bg1")
        .knows("group:sg-emergency", "sg9")
        .group("core/rg")
}

const GROUP: &str = "resource-group rg subscription=core";

#[test]
fn a_revocation_is_refused_and_its_own_name_lifts_it() {
    let world = world()
        .grant("core/rg", "admin", "bg1", Some("web-prod"))
        .grant("core/rg", "user", "sg9", Some("web-prod"))
        .grant("core/rg", "user", "u1", Some("web-prod"));
    let plan = world.plan(&manifest(GROUP));
    assert_snapshot!(refused(&plan, &[]), @"
    break-glass: 2 grants of 2 break-glass principals would be taken away [2 affected]
        - `admin` of user `bg1` at `core/rg`: user `bg1@contoso.com`
        - `user` of user `sg9` at `core/rg`: group `sg-emergency`
        --accept break-glass
    ");
    assert_eq!(refused(&plan, &["break-glass"]), "");
    let others = ["max-delete=9", "last-admin", "self-lockout", "protected"];
    assert!(refused(&plan, &others).starts_with("break-glass: "));
}

#[test]
fn a_grant_that_stays_is_nobodys_loss() {
    // It is not stamped: no plan takes it away.
    let there = world().grant("core/rg", "admin", "bg1", None);
    assert_eq!(refused(&there.plan(&manifest(GROUP)), &[]), "");
    let kept = world().grant("core/rg", "admin", "bg1", Some("web-prod"));
    let declared = manifest(&format!(
        "{GROUP} {{ grant admin (user)\"bg1@contoso.com\" }}"
    ));
    assert_eq!(refused(&kept.plan(&declared), &[]), "");
}

/// Ours or not, of whatever role: with the group or the machine goes what is at it.
#[test]
fn what_goes_with_its_scope_is_judged_too_and_so_is_a_destroy() {
    let text = "resource-group rg subscription=core location=westeurope";
    let world = world()
        .but("resource-group", "core/rg", |group| {
            group.stamp = Some("web-prod".to_owned());
        })
        .holds("core/rg", &[])
        .held(holding("core/rg", "Owner", "bg1"))
        .held(holding("core/other", "Owner", "bg1"));
    let destroy = world.destroy(&manifest(text));
    assert_snapshot!(refused(&destroy, &[]), @"
    break-glass: 1 grant of 1 break-glass principal would be taken away [1 affected]
        - `Owner` of user `bg1` at `core/rg`: user `bg1@contoso.com`
        --accept break-glass
    ");
    assert_eq!(refused(&destroy, &["break-glass"]), "");
    let absent = manifest("absent resource-group rg subscription=core");
    assert_snapshot!(refused(&world.plan(&absent), &[]), @"
    break-glass: 1 grant of 1 break-glass principal would be taken away [1 affected]
        - `Owner` of user `bg1` at `core/rg`: user `bg1@contoso.com`
        --accept break-glass
    ");
    let (anew, unfit) = world
        .but("resource-group", "core/rg", |group| {
            let other = "northeurope".into();
            group.attributes.insert("location".to_owned(), other);
        })
        .plan_anew(&manifest(text), &["resource-group:core/rg"]);
    assert_eq!(unfit, []);
    assert_snapshot!(refused(&anew, &[]), @"
    break-glass: 1 grant of 1 break-glass principal would be taken away [1 affected]
        - `Owner` of user `bg1` at `core/rg`: user `bg1@contoso.com`
        --accept break-glass
    ");
}

#[test]
fn whoever_may_be_one_that_was_not_found_is_taken_for_it() {
    let world = || {
        World::new()
            .knows("group:sg-emergency", "sg9")
            .group("core/rg")
            .grant("core/rg", "user", "u1", Some("web-prod"))
            .grant("core/rg", "user", "g1", Some("web-prod"))
            .holder("g1", |one| one.principal_type = "Group".to_owned())
    };
    let plan = |world: World| world.plan(&manifest(GROUP));
    let missing = world().resolves("user:bg1@contoso.com", Resolution::Missing);
    assert_snapshot!(refused(&plan(missing), &[]), @"
    break-glass: 1 grant would be taken away that is, or may be, of break-glass principals [1 affected]
        - `user` of user `u1` at `core/rg`: perhaps user `bg1@contoso.com`, who could not be found
        --accept break-glass
    ");
    // Nobody asked the directory: that is the same.
    assert_eq!(refused(&plan(world()), &["break-glass"]), "");
    assert_snapshot!(refused(&plan(world()), &[]), @"
    break-glass: 1 grant would be taken away that is, or may be, of break-glass principals [1 affected]
        - `user` of user `u1` at `core/rg`: perhaps user `bg1@contoso.com`, who could not be found
        --accept break-glass
    ");
    let one = |object_id: &str| Candidate {
        object_id: object_id.to_owned(),
        description: "somebody".to_owned(),
    };
    let several = Resolution::Ambiguous(vec![one("u1"), one("u2")]);
    assert_snapshot!(refused(&plan(world().resolves("user:bg1@contoso.com", several)), &[]), @"
    break-glass: 1 grant would be taken away that is, or may be, of break-glass principals [1 affected]
        - `user` of user `u1` at `core/rg`: perhaps user `bg1@contoso.com`, as several have the name
        --accept break-glass
    ");
    let others = Resolution::Ambiguous(vec![one("u2"), one("u3")]);
    assert_eq!(
        refused(&plan(world().resolves("user:bg1@contoso.com", others)), &[]),
        ""
    );
    let deleted = world().resolves("user:bg1@contoso.com", Resolution::Deleted(one("u1")));
    assert_snapshot!(refused(&plan(deleted), &[]), @"
    break-glass: 1 grant of 1 break-glass principal would be taken away [1 affected]
        - `user` of user `u1` at `core/rg`: user `bg1@contoso.com`
        --accept break-glass
    ");
}

#[test]
fn what_a_rule_blocks_takes_nothing_away() {
    let plan = world()
        .grant("core/rg", "admin", "bg1", Some("web-prod"))
        .plan(&manifest(GROUP));
    let mut blocked = plan.clone();
    for step in &mut blocked.steps {
        step.blocked = Some(vmlogin_engine::plan::Blocked {
            rule: "VML220".to_owned(),
            subject: step.address.clone(),
        });
    }
    assert_ne!(refused(&plan, &[]), "");
    assert_eq!(refused(&blocked, &[]), "");
    assert_eq!(plan.mode, Mode::Apply);
}

/// What could not be read is never taken for nobody's.
#[test]
fn what_goes_where_the_grants_could_not_be_read_may_be_theirs() {
    let world = world()
        .but("resource-group", "core/rg", |group| {
            group.stamp = Some("web-prod".to_owned());
        })
        .holds("core/rg", &[])
        .incomplete();
    let absent = manifest("absent resource-group rg subscription=core");
    assert_snapshot!(refused(&world.plan(&absent), &[]), @"
    break-glass: 1 grant would be taken away that is, or may be, of break-glass principals [1 affected]
        - what is granted at resource group `rg`: perhaps user `bg1@contoso.com` or group `sg-emergency`, as the grants of `core` could not be read
        --accept break-glass
    ");
    assert_eq!(refused(&world.plan(&absent), &["break-glass"]), "");
    let stays = manifest(GROUP);
    assert_eq!(refused(&world.plan(&stays), &[]), "");
}
