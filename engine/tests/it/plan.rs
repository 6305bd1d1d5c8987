//! Is the decision right? The manifest beside the whole plan.

use insta::assert_snapshot;
use vmlogin_engine::inventory::{Health, Resolution};
use vmlogin_engine::plan::Mode;
use vmlogin_engine::rule::{Certainty, Finding, Severity};
use vmlogin_engine::value::Value;

use crate::world::{World, manifest, shown};

/// A machine with the whole chain, in a group with a grant of its own.
pub(crate) const CHAIN: &str = r#"
resource-group rg subscription=core {
    grant user (group)"sg-web"
    vm web01 {
        identity system-assigned
        login
        grant admin (user)"kim@contoso.com"
    }
}
"#;

/// Those whom [`CHAIN`] names.
pub(crate) fn people() -> World {
    World::new()
        .knows("group:sg-web", "g1")
        .knows("user:kim@contoso.com", "u1")
}

#[test]
fn identity_comes_before_login_and_login_before_grants() {
    let world = people().group("core/rg").machine("core/rg/web01");
    assert_snapshot!(shown(&world.plan(&manifest(CHAIN))), @r#"
    keep   resource-group:core/rg
    keep   vm:core/rg/web01
    create vm:core/rg/web01/identity
    create vm:core/rg/web01/login
        version: (none) -> "1.0"
        auto-upgrade-minor-version: (none) -> true
        after vm:core/rg/web01/identity (Success): the extension joins with the machine's identity
    create grant:core/rg/user/group:sg-web
        role: (none) -> "user"
        principal: (none) -> group:sg-web
        after vm:core/rg/web01/login (End): wider grants come after the logins beneath them
    create vm:core/rg/web01/grant/admin/user:kim@contoso.com
        role: (none) -> "admin"
        principal: (none) -> user:kim@contoso.com
        after vm:core/rg/web01/login (Success): the role is of use once the login is there
    "#);
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
    assert_snapshot!(shown(&plan), @"
    keep   resource-group:core/rg
    keep   vm:core/rg/web01
    keep   vm:core/rg/web01/identity
    keep   vm:core/rg/web01/login
    keep   grant:core/rg/user/group:sg-web
        note: kept as it is: vmlogin did not make it
    keep   vm:core/rg/web01/grant/admin/user:kim@contoso.com
    ");
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
    let world =
        people()
            .group("core/rg")
            .machine("core/rg/web01")
            .but("vm", "core/rg/web01", |vm| {
                vm.facts.insert("power".to_owned(), "stopped".into());
            });
    assert_snapshot!(shown(&world.plan(&manifest(CHAIN))), @r#"
    keep   resource-group:core/rg
    keep   vm:core/rg/web01
    create vm:core/rg/web01/identity
    defer  vm:core/rg/web01/login
        version: (none) -> "1.0"
        auto-upgrade-minor-version: (none) -> true
        after vm:core/rg/web01/identity (Success): the extension joins with the machine's identity
        because the machine is stopped; start it and run again
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
        ruling: None,
        span: None,
    };
    let plan = world.plan_as(&manifest, Mode::Apply, &[], &[], vec![finding]);
    assert_snapshot!(shown(&plan), @r#"
    keep   resource-group:core/rg
    keep   vm:core/rg/web01
        blocked by VML200 on vm:core/rg/web01
    create vm:core/rg/web01/identity
        blocked by VML200 on vm:core/rg/web01
    create vm:core/rg/web01/login
        version: (none) -> "1.0"
        auto-upgrade-minor-version: (none) -> true
        after vm:core/rg/web01/identity (Success): the extension joins with the machine's identity
        blocked by VML200 on vm:core/rg/web01
    create grant:core/rg/user/group:sg-web
        role: (none) -> "user"
        principal: (none) -> group:sg-web
        after vm:core/rg/web01/login (End): wider grants come after the logins beneath them
    create vm:core/rg/web01/grant/admin/user:kim@contoso.com
        role: (none) -> "admin"
        principal: (none) -> user:kim@contoso.com
        after vm:core/rg/web01/login (Success): the role is of use once the login is there
        blocked by VML200 on vm:core/rg/web01
    "#);
}

#[test]
fn nothing_is_set_up_in_a_machine_that_was_not_seen_though_no_rule_says_so() {
    let world = people().group("core/rg");
    let plan = world.plan(&manifest(CHAIN));
    let written: Vec<&str> = plan.writes().map(|step| step.address.as_str()).collect();
    assert_eq!(written, ["grant:core/rg/user/group:sg-web"]);
    assert!(plan.is_refused());
}

#[test]
fn a_principal_that_is_not_resolved_is_never_written() {
    let world = World::new()
        .group("core/rg")
        .resolves("group:sg-web", Resolution::Missing);
    let manifest = manifest("resource-group rg subscription=core { grant user (group)sg-web }");
    let plan = world.plan(&manifest);
    assert!(plan.is_empty());
    assert_snapshot!(shown(&plan), @r#"
    keep   resource-group:core/rg
    create grant:core/rg/user/group:sg-web
        role: (none) -> "user"
        principal: (none) -> group:sg-web
        blocked by unresolved on grant:core/rg/user/group:sg-web
    "#);
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
    assert_snapshot!(shown(&world.plan(&manifest)), @r#"
    revoke grant:core/rg/user/object-id:ours
        note: this estate made it and the manifest no longer names it
    keep   resource-group:core/rg
    create grant:core/rg/user/group:sg-web
        role: (none) -> "user"
        principal: (none) -> group:sg-web
    stays  grant `user` to byhand at `core/rg`: no estate's stamp is on it
    stays  grant `user` to theirs at `core/rg`: the estate `data-prod` made it
    "#);
}

#[test]
fn a_grant_beyond_subscriptions_is_listed_when_its_node_is_gone_and_never_revoked() {
    let world = || {
        people()
            .group("core/rg")
            .grant_beyond("root", "user", "ours", Some("web-prod"))
            .grant_beyond("root", "user", "byhand", None)
    };
    let manifest = manifest("resource-group rg subscription=core");
    assert_snapshot!(shown(&world().plan(&manifest)), @"
    keep   resource-group:core/rg
    stays  grant `user` to byhand at `root`: no estate's stamp is on it
    stays  grant `user` to ours at `root`: this estate made it, and it holds beyond the subscriptions of the manifest: to have it gone, take it away by hand
    ");
    assert_snapshot!(shown(&world().destroy(&manifest)), @"
    keep   resource-group:core/rg
        note: it stays: vmlogin did not make it
    stays  grant `user` to byhand at `root`: no estate's stamp is on it
    stays  grant `user` to ours at `root`: this estate made it, and it holds beyond the subscriptions of the manifest: to have it gone, take it away by hand
    ");
}

#[test]
fn nothing_is_revoked_where_the_reading_was_not_complete() {
    let world =
        people()
            .incomplete()
            .group("core/rg")
            .grant("core/rg", "user", "ours", Some("web-prod"));
    let manifest = manifest("resource-group rg subscription=core");
    assert_snapshot!(shown(&world.plan(&manifest)), @"
    keep   resource-group:core/rg
    stays  grant `user` to ours at `core/rg`: the grants of its subscription could not all be read
    ");
}

#[test]
fn a_grant_that_may_be_a_declared_one_is_not_revoked() {
    let world = World::new()
        .group("core/rg")
        .resolves("group:sg-web", Resolution::Ambiguous(Vec::new()))
        .grant("core/rg", "user", "g1", Some("web-prod"))
        .grant("core/rg", "admin", "g1", Some("web-prod"));
    let manifest = manifest("resource-group rg subscription=core { grant user (group)sg-web }");
    assert_snapshot!(shown(&world.plan(&manifest)), @r#"
    revoke grant:core/rg/admin/object-id:g1
        note: this estate made it and the manifest no longer names it
    keep   resource-group:core/rg
    create grant:core/rg/user/group:sg-web
        role: (none) -> "user"
        principal: (none) -> group:sg-web
        blocked by unresolved on grant:core/rg/user/group:sg-web
    stays  grant `user` to g1 at `core/rg`: it may be `grant:core/rg/user/group:sg-web`, whose principal could not be resolved
    "#);
}

#[test]
fn a_live_grant_without_our_stamp_is_kept_as_it_is_and_not_stamped() {
    let world = people()
        .group("core/rg")
        .grant("core/rg", "user", "g1", None);
    let manifest = manifest(
        r#"resource-group rg subscription=core { grant user (group)sg-web reason="CHG-4711" }"#,
    );
    assert_snapshot!(shown(&world.plan(&manifest)), @"
    keep   resource-group:core/rg
    keep   grant:core/rg/user/group:sg-web
        note: kept as it is: vmlogin did not make it
    ");
}

#[test]
fn the_reason_of_our_own_grant_is_brought_into_line() {
    let world = people()
        .group("core/rg")
        .grant("core/rg", "user", "g1", Some("web-prod"));
    let manifest = manifest(
        r#"resource-group rg subscription=core { grant user (group)sg-web reason="CHG-4711" }"#,
    );
    assert_snapshot!(shown(&world.plan(&manifest)), @r#"
    keep   resource-group:core/rg
    update grant:core/rg/user/group:sg-web
        reason: (none) -> "CHG-4711"
    "#);
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
    assert_snapshot!(shown(&world.plan(&other)), @r#"
    update resource-group:core/rg
        tags.owner: "web" -> "data"
        tags.team: (none) -> "x"
    "#);
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
    assert_snapshot!(shown(&failed.plan(&manifest)), @r#"
    keep   resource-group:core/rg
    keep   vm:core/rg/web01
    keep   vm:core/rg/web01/identity
    update vm:core/rg/web01/login
        state: "failed: exit code 51" -> "succeeded"
    create grant:core/rg/user/group:sg-web
        role: (none) -> "user"
        principal: (none) -> group:sg-web
        after vm:core/rg/web01/login (End): wider grants come after the logins beneath them
    create vm:core/rg/web01/grant/admin/user:kim@contoso.com
        role: (none) -> "admin"
        principal: (none) -> user:kim@contoso.com
        after vm:core/rg/web01/login (Success): the role is of use once the login is there
    "#);
    let busy = world.but("login", "core/rg/web01/login", |login| {
        login.health = Health::Busy
    });
    assert_snapshot!(shown(&busy.plan(&manifest)), @r#"
    keep   resource-group:core/rg
    keep   vm:core/rg/web01
    keep   vm:core/rg/web01/identity
    defer  vm:core/rg/web01/login
        because another operation is running on it; run again when it has ended
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

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let world = people().group("core/rg").machine("core/rg/web01");
    let bytes = || serde_json::to_string(&world.plan(&manifest(CHAIN))).expect("JSON");
    assert_eq!(bytes(), bytes());
}
