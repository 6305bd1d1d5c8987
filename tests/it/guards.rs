//! Guards, from the announcement in a plan to the flag that lifts them.

use insta::assert_snapshot;

use serde_json::Value as Json;

use crate::between::{self, Between, Exchange};
use crate::estate::{SEED, stage_with_seed};
use crate::stage::{Screen, Server, Stage};

/// The machine with its login; what else stands in the group, and in the tenant, differs.
fn manifest(tenant: &str, group: &str) -> String {
    format!(
        r#"/- kdl-version 2
vmlogin 1 {{ estate "web-prod" }}
tenant contoso id="11111111-1111-4111-8111-111111111111" {{
    {tenant}
    subscription core id="22222222-2222-4222-8222-222222222222"
}}
resource-group rg-web {{
    {group}
    vm web01 {{ identity system-assigned; login }}
}}
"#
    )
}

const BREAK_GLASS: &str = "break-glass (user)\"kim@contoso.com\" (group)sg-web-admins";

/// The running identity has a name, and is in a group.
const CALLER: &str = r#"caller "cccccccc-0000-4000-8000-0000000000ff" app-id="cccccccc-0000-4000-8000-0000000000fe" name=pipeline
    group sg-ops id="bbbbbbbb-0000-4000-8000-0000000000ff" { member "cccccccc-0000-4000-8000-0000000000ff" }
    user"#;

/// A stage on which this was applied.
fn applied(tenant: &str, group: &str) -> Stage {
    let seed = SEED.replacen("user", CALLER, 1);
    let stage = Stage::new(&manifest(tenant, group), &seed);
    let apply = ["apply", "--yes", "--accept", "privileged-role"];
    stage.sandbox(&apply).expect(0);
    stage
}

/// The screen of a narrow terminal.
fn narrow(stage: &Stage, columns: &str, arguments: &[&str]) -> Screen {
    let mut command = stage.command(arguments);
    command.arg("--sandbox").env("COLUMNS", columns);
    stage.finish(command)
}

/// Refused with nothing done, and again; lifted by its own flag and by no other.
fn refused_until(stage: &Stage, verb: &str, guard: &str) -> Screen {
    let before = stage.state();
    let others = [
        "break-glass",
        "last-admin",
        "self-lockout",
        "protected",
        "foreign-estate",
        "privileged-role",
        "max-delete=99",
        "max-change-percent=100",
    ];
    let mut arguments = vec![verb, "--yes"];
    for other in others.iter().filter(|other| **other != guard) {
        arguments.extend(["--accept", other]);
    }
    let screen = stage.sandbox(&arguments).expect(5);
    let refused = format!("refused: the guard `{guard}` refuses this plan");
    assert!(screen.says(&refused), "{screen}");
    assert_eq!(screen.stderr.matches("refused: ").count(), 1, "{screen}");
    assert_eq!(stage.state()["assignments"], before["assignments"]);
    screen
}

#[test]
fn a_break_glass_grant_is_not_taken_away_unasked() {
    let stage = applied(
        BREAK_GLASS,
        "grant admin (user)\"kim@contoso.com\" (user)\"lee@contoso.com\"\n    grant user (group)sg-web-admins",
    );
    stage.write(
        "estate.kdl",
        &manifest(BREAK_GLASS, "grant admin (user)\"lee@contoso.com\""),
    );
    assert_snapshot!(
        "guards_break_glass_plan_60",
        narrow(&stage, "60", &["plan"]).expect(0)
    );
    assert_snapshot!(
        "guards_break_glass_apply_80",
        narrow(&stage, "80", &["apply", "--yes"]).expect(5)
    );
    refused_until(&stage, "apply", "break-glass");
    refused_until(&stage, "destroy", "break-glass");
    let lifted = ["apply", "--yes", "--accept", "break-glass"];
    stage.sandbox(&lifted).expect(0);
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn whoever_may_be_a_break_glass_principal_is_kept() {
    let stage = applied("", "grant user (user)\"kim@contoso.com\"");
    let unknown = "break-glass (user)\"bg9@contoso.com\" (group)sg-twins";
    stage.write("estate.kdl", &manifest(unknown, ""));
    assert_snapshot!(
        "guards_break_glass_unknown",
        narrow(&stage, "80", &["plan"]).expect(0)
    );
    refused_until(&stage, "apply", "break-glass");
}

/// A caller who may delete machines, and may not see who has which role.
#[test]
fn where_nobody_could_read_the_grants_nothing_goes_that_may_be_of_break_glass() {
    let denied = r#"caller "dddddddd-0000-4000-8000-000000000001" name=pipeline { deny "Microsoft.Authorization/roleAssignments/read" }
    user"#;
    let text = manifest(BREAK_GLASS, "absent vm old01");
    let stage = Stage::new(&text, &SEED.replacen("user", denied, 1));
    let screen = narrow(&stage, "60", &["apply", "--yes"]).expect(5);
    assert_snapshot!("guards_break_glass_unread", screen.stderr);
    refused_until(&stage, "apply", "break-glass");
    let lifted = ["apply", "--yes", "--accept", "break-glass"];
    stage.sandbox(&lifted).expect(0);
}

/// The machine whose identity runs this: that holds whatever of its roles may be read.
#[test]
fn the_machine_that_runs_it_is_not_deleted_unasked_though_its_roles_are_unreadable() {
    let denied = r#"caller "dddddddd-0000-4000-8000-000000000001" name=pipeline { deny "Microsoft.Authorization/roleAssignments/read" }
    user"#;
    let text = manifest("", "absent vm old01");
    let stage = Stage::new(&text, &SEED.replacen("user", denied, 1));
    stage.sandbox(&["apply", "--yes", "--target", "vm:core/rg-web/web01"]);
    stage.change_state(|state| {
        let machines = state["machines"].as_object_mut().expect("machines");
        let (_, old01) = machines
            .iter_mut()
            .find(|(key, _)| key.ends_with("/old01"))
            .expect("old01");
        old01["identity"]["system"] = "dddddddd-0000-4000-8000-000000000001".into();
    });
    let screen = refused_until(&stage, "apply", "self-lockout");
    assert!(screen.says("everything of the identity of"), "{screen}");
}

/// A runner signs in with an identity that is a thing of its own. Its machine is not told apart from others that it is attached to.
#[test]
fn the_identity_that_runs_it_is_neither_detached_nor_deleted_unasked() {
    let seed = SEED.replacen("user", CALLER, 1);
    let with = |group: &str, machine: &str| {
        manifest("", group).replace("identity system-assigned", machine)
    };
    let attached = with(
        "managed-identity id-ops",
        "identity system-assigned { user-assigned id-ops }",
    );
    let stage = Stage::new(&attached, &seed);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.change_state(|state| {
        let things = state["resources"].as_object_mut().expect("things");
        let (_, id_ops) = things
            .iter_mut()
            .find(|(key, _)| key.ends_with("/id-ops"))
            .expect("id-ops");
        id_ops["properties"]["principalId"] = "cccccccc-0000-4000-8000-0000000000ff".into();
    });
    stage.sandbox(&["plan"]).expect(0);
    let detached = with(
        "managed-identity id-ops",
        "identity system-assigned { absent user-assigned id-ops }",
    );
    stage.write("estate.kdl", &detached);
    refused_until(&stage, "apply", "self-lockout");
    assert_snapshot!(
        "guards_own_identity_detached",
        narrow(&stage, "60", &["plan"]).expect(0)
    );
    let deleted = with("absent vm web01", "").replace("vm web01 { ; login }", "");
    stage.write("estate.kdl", &deleted);
    refused_until(&stage, "apply", "self-lockout");
    let deleted = with("absent managed-identity id-ops", "identity system-assigned");
    stage.write("estate.kdl", &deleted);
    let screen = refused_until(&stage, "apply", "self-lockout");
    assert!(screen.says("managed identity `id-ops`"), "{screen}");
    refused_until(&stage, "destroy", "self-lockout");
    stage.write("estate.kdl", &detached);
    let lifted = ["apply", "--yes", "--accept", "self-lockout"];
    stage.sandbox(&lifted).expect(0);
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

/// An answer about some things without the object ids of their identities.
fn without_object_ids(exchange: &Exchange, of: &[&str]) -> Option<Vec<u8>> {
    fn take(value: &mut Json) {
        if let Some(members) = value.as_object_mut() {
            members.remove("principalId");
            members.values_mut().for_each(take);
        }
        value.as_array_mut().into_iter().flatten().for_each(take);
    }
    let is_about = of.iter().any(|kind| exchange.line.contains(kind));
    if !exchange.line.starts_with("GET ") || !is_about || exchange.answer.is_empty() {
        return None;
    }
    let text = String::from_utf8_lossy(&exchange.answer);
    let mut body: Json = serde_json::from_str(text.split_once("\r\n\r\n")?.1).ok()?;
    let identities = &mut body["identity"]["userAssignedIdentities"];
    take(identities);
    let properties = &mut body["properties"];
    take(properties);
    Some(between::json(200, &[], &body))
}

/// What Azure does not tell may be so: nobody is locked out since a member was missing.
#[test]
fn an_identity_that_azure_does_not_tell_apart_is_taken_for_the_running_one() {
    let seed = SEED.replacen("user", CALLER, 1);
    let with = |machine: &str| {
        manifest("", "managed-identity id-ops").replace("identity system-assigned", machine)
    };
    let stage = Stage::new(
        &with("identity system-assigned { user-assigned id-ops }"),
        &seed,
    );
    let server = Server::start(&stage, &["--seed", "sandbox.kdl"]);
    let at = |url: &str| format!("--sandbox={url}");
    stage.run(&["apply", "--yes", &at(&server.url)]).expect(0);
    stage.write(
        "estate.kdl",
        &with("identity system-assigned { absent user-assigned id-ops }"),
    );
    let between = |of: &'static [&'static str]| {
        Between::start(&server.url, Box::new(move |it| without_object_ids(it, of)))
    };
    let nowhere = between(&["/virtualMachines/", "/userAssignedIdentities/"]);
    let screen = stage.run(&["apply", "--yes", &at(&nowhere.url)]).expect(5);
    assert!(
        screen.says("the guard `self-lockout` refuses this plan"),
        "{screen}"
    );
    assert!(
        screen.says("what may be the identity that runs this would go"),
        "{screen}"
    );
    // The identity itself tells that it is somebody else's.
    let there = between(&["/virtualMachines/"]);
    stage.run(&["apply", "--yes", &at(&there.url)]).expect(0);
}

#[test]
fn the_last_administrator_of_a_machine_is_not_taken_away_unasked() {
    let stage = applied("", "grant admin (group)sg-web-admins");
    stage.write("estate.kdl", &manifest("", ""));
    assert_snapshot!(
        "guards_last_admin_plan_60",
        narrow(&stage, "60", &["plan"]).expect(0)
    );
    assert_snapshot!(
        "guards_last_admin_apply_80",
        narrow(&stage, "80", &["apply", "--yes"]).expect(5)
    );
    refused_until(&stage, "apply", "last-admin");
    // Somebody else is let in: nobody asks.
    stage.write(
        "estate.kdl",
        &manifest("", "grant admin (user)\"kim@contoso.com\""),
    );
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.write("estate.kdl", &manifest("", ""));
    let lifted = ["apply", "--yes", "--accept", "last-admin"];
    stage.sandbox(&lifted).expect(0);
}

#[test]
fn a_destroy_leaves_nobody_on_purpose() {
    let stage = applied("", "grant admin (group)sg-web-admins");
    stage.sandbox(&["destroy", "--yes"]).expect(0);
}

#[test]
fn the_running_identity_does_not_lock_itself_out() {
    for grant in [
        "grant Owner (service-principal)pipeline",
        "grant Owner (group)sg-ops",
    ] {
        let stage = applied("", grant);
        stage.write("estate.kdl", &manifest("", ""));
        let screen = refused_until(&stage, "apply", "self-lockout");
        if grant.contains("sg-ops") {
            assert_snapshot!(
                "guards_self_lockout",
                narrow(&stage, "80", &["apply", "--yes"]).expect(5)
            );
        }
        assert!(screen.says("the identity that runs this may"), "{screen}");
        refused_until(&stage, "destroy", "self-lockout");
        let lifted = ["apply", "--yes", "--accept", "self-lockout"];
        stage.sandbox(&lifted).expect(0);
    }
}

#[test]
fn what_reaches_as_far_keeps_the_running_identity_in() {
    let both = "grant Owner (service-principal)pipeline (group)sg-ops";
    let stage = applied("", both);
    stage.write("estate.kdl", &manifest("", "grant Owner (group)sg-ops"));
    stage.sandbox(&["apply", "--yes"]).expect(0);
}

#[test]
fn all_refusals_are_told_at_once_with_one_command_that_lifts_them() {
    let stage = applied(
        "",
        "grant admin (user)\"kim@contoso.com\"\n    grant Owner (service-principal)pipeline",
    );
    let safety = "vmlogin 1 { estate \"web-prod\"; safety max-delete=0 }";
    let more = manifest(
        BREAK_GLASS,
        "grant \"User Access Administrator\" (user)\"lee@contoso.com\"",
    );
    let more = more.replace("vmlogin 1 { estate \"web-prod\" }", safety);
    stage.write("estate.kdl", &more);
    let before = stage.state();
    let screen = narrow(&stage, "80", &["apply", "--yes"]).expect(5);
    assert_eq!(stage.state()["assignments"], before["assignments"]);
    assert_snapshot!("guards_all_at_once", screen);
    let all = screen.stderr.lines().last().expect("a line").trim();
    let words: Vec<&str> = all.split_whitespace().skip(1).collect();
    // A variable that lifts some of them does so no more beside flags: the command has all the same.
    let mut half = stage.command(&["apply", "--yes", "--sandbox"]);
    half.env("VMLOGIN_ACCEPT", "break-glass\nmax-delete=2");
    let half = stage.finish(half).expect(5);
    for flag in words.iter().filter(|word| **word != "--accept") {
        assert!(
            half.stderr.lines().last().expect("a line").contains(flag),
            "{half}"
        );
    }
    stage.run(&words).expect(0);
    let events = stage.sandbox(&["destroy", "--yes", "--json"]).expect(0);
    assert!(!events.says("refused"), "{events}");
}

#[test]
fn a_refusal_is_an_event_with_all_that_it_says() {
    let stage = applied("", "grant admin (group)sg-web-admins");
    stage.write("estate.kdl", &manifest("", ""));
    let screen = stage.sandbox(&["apply", "--yes", "--json"]).expect(5);
    let mut events = screen.stdout.lines();
    let refused = events
        .find(|line| line.contains("last-admin"))
        .expect("an event");
    for said in [
        "\"accept\":\"last-admin\"",
        "group `sg-web-admins`",
        "vm:core/rg-web/web01",
    ] {
        assert!(refused.contains(said), "{refused}");
    }
}

#[test]
fn the_limit_of_the_environment_only_tightens() {
    let stage = applied("", "grant user (user)\"kim@contoso.com\"");
    stage.write("estate.kdl", &manifest("", ""));
    let with = |limit: &str, more: &[&str]| {
        let mut command = stage.command(&["apply", "--yes", "--sandbox"]);
        command.args(more).env("VMLOGIN_MAX_DELETE", limit);
        stage.finish(command)
    };
    assert_snapshot!(
        "guards_environment_zero",
        with("0", &["--accept", "max-delete=5"]).expect(5)
    );
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let broken = std::ffi::OsStr::from_bytes(b"\xff");
        let mut command = stage.command(&["apply", "--yes", "--sandbox"]);
        command.env("VMLOGIN_MAX_DELETE", broken);
        stage.finish(command).expect(64);
    }
    for word in ["many", "-1", "1.5", "99999999999"] {
        let screen = with(word, &[]).expect(64);
        assert!(
            screen.says(&format!("`VMLOGIN_MAX_DELETE={word}` is no number")),
            "{screen}"
        );
    }
    // More than the manifest allows is of no use.
    let none = manifest("", "").replace(
        "estate \"web-prod\"",
        "estate \"web-prod\"; safety max-delete=0",
    );
    stage.write("estate.kdl", &none);
    let screen = with("100", &[]).expect(5);
    assert!(screen.says("`safety max-delete` allows 0"), "{screen}");
    with("1", &["--accept", "max-delete=1"]).expect(0);
}

#[test]
fn limits_are_given_once_and_within_bounds() {
    let with = |safety: &str| {
        let text = manifest("", "").replace(
            "estate \"web-prod\"",
            &format!("estate \"web-prod\"; {safety}"),
        );
        Stage::new(&text, SEED).run(&["validate"])
    };
    with("safety max-delete=0 max-change-percent=100").expect(0);
    for safety in [
        "safety max-change-percent=101",
        "safety max-delete=-1",
        "safety max-delete=1.5",
        "safety max-delete=1; safety max-change-percent=2",
        "safety",
    ] {
        with(safety).expect(3);
    }
}

#[test]
fn guards_explain_themselves() {
    let stage = Stage::empty();
    assert_snapshot!(
        "guards_explained",
        narrow_run(&stage, &["explain", "max-delete"])
    );
    let list = stage.run(&["explain"]).expect(0);
    assert!(
        list.says("last-admin          a machine would have no administrator left"),
        "{list}"
    );
    let near = stage.run(&["explain", "max-delte"]).expect(64);
    assert!(near.says("did you mean `max-delete`?"), "{near}");
    let json = stage
        .run(&["explain", "break-glass", "--format", "json"])
        .expect(0);
    assert!(json.says("\"in_destroy\": true"), "{json}");
    let help = stage.run(&["apply", "--help"]).expect(0);
    assert!(help.says("would have no administrator left"), "{help}");
}

fn narrow_run(stage: &Stage, arguments: &[&str]) -> Screen {
    let mut command = stage.command(arguments);
    command.env("COLUMNS", "80");
    stage.finish(command).expect(0)
}

/// A seed can hold what a token and its groups say.
#[test]
fn a_group_of_somebody_else_is_not_the_running_identitys() {
    let stage = stage_with_seed(
        "resource-group rg-web { grant Owner (group)sg-web-admins }",
        "",
        "",
    );
    stage
        .sandbox(&["apply", "--yes", "--accept", "privileged-role"])
        .expect(0);
    let head = crate::estate::HEAD;
    stage.write("estate.kdl", &format!("{head}resource-group rg-web"));
    stage.sandbox(&["apply", "--yes"]).expect(0);
}
