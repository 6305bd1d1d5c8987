//! Is the decision right? The manifest beside the whole plan.

use insta::assert_snapshot;
use vmlogin_engine::inventory::{Health, Resolution};
use vmlogin_engine::plan::{Action, Mode};
use vmlogin_engine::rule::{Certainty, Finding, Severity};
use vmlogin_engine::value::Value;

use crate::world::{World, manifest, shown};

const CHAIN: &str = r#"
resource-group rg subscription=core {
    grant user (group)"sg-web"
    vm web01 {
        identity system-assigned
        login
        grant admin (user)"kim@contoso.com"
    }
}
"#;

fn people() -> World {
    World::new()
        .knows("group:sg-web", "g1")
        .knows("user:kim@contoso.com", "u1")
}

#[test]
fn identity_comes_before_login_and_login_before_grants() {
    let world = people().group("core/rg").machine("core/rg/web01");
    assert_snapshot!(shown(&world.plan(&manifest(CHAIN))), @"");
}

#[test]
fn what_is_there_is_kept() {
    let world = people()
        .group("core/rg")
        .machine("core/rg/web01")
        .identity("core/rg/web01")
        .login("core/rg/web01")
        .grant("core/rg", "user", "g1", None)
        .grant("core/rg/web01", "admin", "u1", Some("web-prod"));
    let plan = world.plan(&manifest(CHAIN));
    assert!(plan.is_empty());
    assert_snapshot!(shown(&plan), @"");
}

#[test]
fn after_apply_the_plan_is_empty() {
    let world = people().group("core/rg").machine("core/rg/web01");
    let manifest = manifest(CHAIN);
    let first = world.plan(&manifest);
    let second = world.after(&first).plan(&manifest);
    assert!(second.is_empty(), "{}", shown(&second));
}

#[test]
fn a_stopped_machine_defers_its_login_and_what_needs_it_but_not_its_identity() {
    let world = people()
        .group("core/rg")
        .machine("core/rg/web01")
        .but("vm", "core/rg/web01", |vm| {
            vm.facts.insert("power".to_owned(), "stopped".into());
        });
    assert_snapshot!(shown(&world.plan(&manifest(CHAIN))), @"");
}

#[test]
fn an_error_finding_blocks_its_subject_and_all_that_stands_in_it() {
    let world = people().group("core/rg");
    let manifest = manifest(CHAIN);
    let subject = manifest
        .of_kind("vm")
        .next()
        .expect("a machine")
        .address
        .clone();
    let finding = Finding {
        rule: "VML200".to_owned(),
        severity: Severity::Error,
        subject,
        certainty: Certainty::Seen,
        message: "`web01` does not exist".to_owned(),
        help: None,
        span: None,
    };
    let plan = world.plan_as(&manifest, Mode::Apply, &[], &[], vec![finding]);
    assert_snapshot!(shown(&plan), @"");
}

#[test]
fn a_principal_that_is_not_resolved_is_never_written() {
    let world = World::new()
        .group("core/rg")
        .resolves("group:sg-web", Resolution::Missing);
    let manifest = manifest("resource-group rg subscription=core { grant user (group)sg-web }");
    let plan = world.plan(&manifest);
    assert!(plan.is_empty());
    assert_snapshot!(shown(&plan), @"");
}

#[test]
fn a_grant_whose_node_is_gone_is_revoked_first_when_this_estate_made_it() {
    let world = people()
        .group("core/rg")
        .grant("core/rg", "user", "ours", Some("web-prod"))
        .grant("core/rg", "user", "theirs", Some("data-prod"))
        .grant("core/rg", "user", "byhand", None)
        .grant("core/elsewhere", "user", "byhand2", None);
    let manifest = manifest("resource-group rg subscription=core { grant user (group)sg-web }");
    assert_snapshot!(shown(&world.plan(&manifest)), @"");
}

#[test]
fn nothing_is_revoked_where_the_reading_was_not_complete() {
    let world = people()
        .incomplete()
        .group("core/rg")
        .grant("core/rg", "user", "ours", Some("web-prod"));
    let manifest = manifest("resource-group rg subscription=core");
    assert_snapshot!(shown(&world.plan(&manifest)), @"");
}

#[test]
fn a_grant_that_may_be_a_declared_one_is_not_revoked() {
    let world = World::new()
        .group("core/rg")
        .resolves("group:sg-web", Resolution::Ambiguous(Vec::new()))
        .grant("core/rg", "user", "g1", Some("web-prod"))
        .grant("core/rg", "admin", "g1", Some("web-prod"));
    let manifest = manifest("resource-group rg subscription=core { grant user (group)sg-web }");
    assert_snapshot!(shown(&world.plan(&manifest)), @"");
}

#[test]
fn a_live_grant_without_our_stamp_is_kept_as_it_is_and_not_stamped() {
    let world = people()
        .group("core/rg")
        .grant("core/rg", "user", "g1", None);
    let manifest = manifest(
        r#"resource-group rg subscription=core { grant user (group)sg-web reason="CHG-4711" }"#,
    );
    assert_snapshot!(shown(&world.plan(&manifest)), @"");
}

#[test]
fn the_reason_of_our_own_grant_is_brought_into_line() {
    let world = people()
        .group("core/rg")
        .grant("core/rg", "user", "g1", Some("web-prod"));
    let manifest = manifest(
        r#"resource-group rg subscription=core { grant user (group)sg-web reason="CHG-4711" }"#,
    );
    assert_snapshot!(shown(&world.plan(&manifest)), @"");
}

#[test]
fn only_declared_tags_are_compared_and_names_have_no_case() {
    let world = World::new()
        .group("core/rg")
        .but("resource-group", "core/rg", |group| {
            let tags = [("Owner", "web"), ("cost", "4711")];
            let tags = tags.map(|(name, value)| (name.to_owned(), Value::from(value)));
            group
                .attributes
                .insert("tags".to_owned(), Value::Map(tags.into()));
        });
    let same = manifest(r#"resource-group rg subscription=core { tags owner=web }"#);
    assert!(world.plan(&same).is_empty());
    let other = manifest(r#"resource-group rg subscription=core { tags owner=data team=x }"#);
    assert_snapshot!(shown(&world.plan(&other)), @"");
}

#[test]
fn a_failed_login_is_repaired_and_a_busy_one_put_off() {
    let world = people()
        .group("core/rg")
        .machine("core/rg/web01")
        .identity("core/rg/web01")
        .login("core/rg/web01");
    let manifest = manifest(CHAIN);
    let failed = world.clone().but("login", "core/rg/web01/login", |login| {
        login.health = Health::Failed {
            message: "exit code 51".to_owned(),
        };
    });
    assert_snapshot!(shown(&failed.plan(&manifest)), @"");
    let busy = world.but("login", "core/rg/web01/login", |login| login.health = Health::Busy);
    assert_snapshot!(shown(&busy.plan(&manifest)), @"");
}

#[test]
fn a_target_takes_what_it_needs_and_revokes_nothing_outside_it() {
    let world = people()
        .group("core/rg")
        .machine("core/rg/web01")
        .grant("core/rg", "admin", "ours", Some("web-prod"))
        .grant("core/rg/web01", "user", "ours", Some("web-prod"));
    let manifest = manifest(CHAIN);
    let plan = world.plan_as(&manifest, Mode::Apply, &["vm:core/rg/web01/login"], &[], Vec::new());
    assert_snapshot!(shown(&plan), @"");
    let plan = world.plan_as(&manifest, Mode::Apply, &["vm:core/rg/web01"], &[], Vec::new());
    assert_snapshot!(shown(&plan), @"");
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
    assert_snapshot!(shown(&plan), @"");
}

#[test]
fn destroy_takes_what_this_estate_made_and_says_what_stays() {
    let text = CHAIN.replace("subscription=core", "subscription=core location=westeurope");
    let manifest = manifest(&text);
    let world = people()
        .group("core/rg")
        .but("resource-group", "core/rg", |group| group.stamp = Some("web-prod".to_owned()))
        .machine("core/rg/web01")
        .identity("core/rg/web01")
        .login("core/rg/web01")
        .but("login", "core/rg/web01/login", |login| login.stamp = Some("web-prod".to_owned()))
        .grant("core/rg", "user", "g1", Some("web-prod"))
        .grant("core/rg/web01", "admin", "u1", None)
        .holds("core/rg", &["core/rg/web01"]);
    assert_snapshot!(shown(&world.destroy(&manifest)), @"");
}

#[test]
fn a_group_that_holds_only_what_goes_goes_too() {
    let manifest = manifest("resource-group rg subscription=core location=westeurope");
    let world = World::new()
        .group("core/rg")
        .but("resource-group", "core/rg", |group| group.stamp = Some("web-prod".to_owned()))
        .holds("core/rg", &[]);
    let plan = world.destroy(&manifest);
    assert_eq!(plan.steps[0].action, Action::Delete);
    let other = world.but("resource-group", "core/rg", |group| group.stamp = Some("dev".to_owned()));
    assert!(other.destroy(&manifest).is_empty());
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let world = people().group("core/rg").machine("core/rg/web01");
    let bytes = || serde_json::to_string(&world.plan(&manifest(CHAIN))).expect("JSON");
    assert_eq!(bytes(), bytes());
}
