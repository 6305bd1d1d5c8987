//! Nothing is made anew unless it is named, and then only what loses nothing.

use insta::assert_snapshot;
use vmlogin_engine::plan::guard::{Accepted, judge};

use crate::plan::people;
use crate::world::{World, manifest, shown};

const RG: &str = "resource-group:core/rg";

/// A group of this estate in another region, with a grant that somebody else made.
fn world() -> World {
    people()
        .group("core/rg")
        .but("resource-group", "core/rg", |live| {
            live.stamp = Some("web-prod".to_owned());
            live.attributes
                .insert("location".to_owned(), "northeurope".into());
        })
        .grant("core/rg", "user", "g1", None)
        .holds("core/rg", &[])
}

#[test]
fn what_lies_in_a_thing_that_is_made_anew_is_made_again_after_it() {
    let manifest =
        manifest("resource-group rg location=westeurope { grant user (group)\"sg-web\" }");
    let (plan, refusals) = world().plan_anew(&manifest, &["Resource-Group:core/RG"]);
    assert_eq!(refusals, []);
    assert_snapshot!(shown(&plan), @r#"
    replace resource-group:core/rg
        location: "northeurope" -> "westeurope"
        note: it is DELETED and made anew; all that lies in it is made again after it
    create grant:core/rg/user/group:sg-web
        role: (none) -> "user"
        principal: (none) -> group:sg-web
        after resource-group:core/rg (Success): it lies in the resource group `rg`
        note: it is made again, since `resource-group:core/rg` is replaced
    "#);
    let after = world().after(&plan).plan(&manifest);
    assert!(after.is_empty(), "{}", shown(&after));
}

#[test]
fn nothing_is_made_anew_while_something_in_it_would_not_be_made_again() {
    let text =
        "resource-group rg location=westeurope { grant user (group)\"sg-web\" (group)\"sg-gone\" }";
    let manifest = manifest(text);
    let (plan, refusals) = world().plan_anew(&manifest, &[RG]);
    assert_eq!(refusals, []);
    assert_eq!(plan.writes().count(), 0, "{}", shown(&plan));
    assert_snapshot!(shown(&plan), @r#"
    keep   resource-group:core/rg
        location: "northeurope" -> "westeurope"
        note: it is not made anew: `grant:core/rg/user/group:sg-gone` in it would not be made again
        blocked by replace on grant:core/rg/user/group:sg-gone
    create grant:core/rg/user/group:sg-gone
        role: (none) -> "user"
        principal: (none) -> group:sg-gone
        blocked by unresolved on grant:core/rg/user/group:sg-gone
    keep   grant:core/rg/user/group:sg-web
        note: kept as it is: vmlogin did not make it
        blocked by replace on grant:core/rg/user/group:sg-gone
    "#);
    // All of it resolved, and only a part of it selected: the group, or what is in it, is left out.
    let known = world().knows("group:sg-gone", "g9");
    let excludes: (&[&str], &[&str]) = (&[], &["grant:core/rg/user/*gone"]);
    let targets: (&[&str], &[&str]) = (&["grant:core/rg/user/group:sg-web"], &[]);
    for selection in [excludes, targets] {
        let (plan, _) = known.plan_anew_of(&manifest, &[RG], selection);
        assert_eq!(plan.writes().count(), 0, "{}", shown(&plan));
        assert!(plan.is_refused());
    }
}

#[test]
fn a_replacement_counts_as_a_deletion_and_protection_stops_it() {
    let manifest = manifest("resource-group rg location=westeurope { protect }");
    let (plan, _) = world().plan_anew(&manifest, &[RG]);
    let safety = vmlogin_engine::manifest::Safety {
        max_delete: 0,
        max_change_percent: 100,
    };
    let refusals = judge(&plan, &safety, &Accepted::default(), None);
    let guards: Vec<&str> = refusals.iter().map(|one| one.guard.as_str()).collect();
    assert_eq!(guards, ["protected", "max-delete"]);
}

#[test]
fn what_would_lose_something_is_refused() {
    let refused = |world: World, text: &str| {
        let (plan, refusals) = world.plan_anew(&manifest(text), &[RG]);
        assert!(
            plan.steps
                .iter()
                .all(|step| step.action.word() != "replace")
        );
        let lines = refusals
            .iter()
            .map(|one| format!("{}; {}", one.message, one.lift));
        lines.collect::<Vec<_>>().join("\n")
    };
    let group = "resource-group rg location=westeurope";
    let cases = [
        refused(world().holds("core/rg", &["core/rg/vm9"]), group),
        refused(
            world().machine("core/rg/web01"),
            &format!("{group} {{ vm web01 }}"),
        ),
        refused(world(), "resource-group rg location=northeurope"),
        refused(world(), "resource-group other location=westeurope"),
        refused(
            world().but("resource-group", "core/rg", |live| live.stamp = None),
            group,
        ),
        refused(World::new(), group),
    ];
    assert_snapshot!(cases.join("\n"), @"
    `resource-group:core/rg` is not made anew: it holds `core/rg/vm9`, which no node declares; declare it, or take it away first
    `resource-group:core/rg` is not made anew: the manifest does not say how to make `vm:core/rg/web01` in it; say how it is made
    `resource-group:core/rg` is not made anew: it does not differ in anything that only making it anew would set; leave out `--accept replace=resource-group:core/rg`
    `resource-group:core/rg` is not made anew: no node declares it; see the addresses with `vmlogin graph`
    `resource-group:core/rg` is not made anew: vmlogin did not make it, and only what this estate made is made anew; write in the manifest what is there, or make another thing with another name
    ");
}
