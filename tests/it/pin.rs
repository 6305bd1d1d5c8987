//! Names that are pinned to the objects that they stand for: what pinning says, and what a plan makes of it.

use insta::assert_snapshot;
use serde_json::Value as Json;

use crate::estate::{CHAIN, stage, stage_with_seed};
use crate::stage::Stage;

const LOCK: &str = "principals.lock.kdl";

/// The group's object, and another one of the same name.
const WEB: &str = "bbbbbbbb-0000-4000-8000-000000000001";
const OTHER: &str = "bbbbbbbb-0000-4000-8000-000000000009";

/// The usual estate, on which names are pinned.
fn pinned() -> Stage {
    let stage = stage(CHAIN);
    stage.sandbox(&["pin"]).expect(0);
    stage
}

fn lock(stage: &Stage) -> String {
    std::fs::read_to_string(stage.path(LOCK)).expect("a lock")
}

/// The caller's right to read the directory is taken away.
fn deny(stage: &Stage) {
    stage.change_state(|state| {
        let callers = tenant(state)["callers"].as_array_mut().expect("callers");
        callers[0]["no_directory_rights"] = true.into();
    });
}

/// Somebody deletes the group and makes another one of its name; what was assigned stays assigned to the old one.
fn impersonate(stage: &Stage) {
    stage.change_state(|state| {
        let groups = tenant(state)["groups"].as_object_mut().expect("groups");
        let mut group = groups.remove(WEB).expect("the group");
        group["id"] = OTHER.into();
        groups.insert(OTHER.to_owned(), group);
    });
}

fn tenant(state: &mut Json) -> &mut Json {
    match &mut state["tenants"] {
        Json::Array(tenants) => &mut tenants[0],
        tenants => tenants
            .as_object_mut()
            .and_then(|tenants| tenants.values_mut().next())
            .expect("a tenant"),
    }
}

#[test]
fn names_are_pinned_and_pinned_again_without_a_difference() {
    let stage = stage(CHAIN);
    assert_snapshot!("first", stage.sandbox(&["pin"]).expect(0));
    assert_snapshot!("lock", lock(&stage));
    let before = lock(&stage);
    assert_snapshot!("again", stage.sandbox(&["pin"]).expect(0));
    assert_eq!(lock(&stage), before);
    assert_snapshot!(
        "again_verbose",
        stage
            .sandbox(&["pin", "-v", "--progress", "none"])
            .expect(0)
            .stdout
    );
}

/// Pasted into a shell, they do what the help says: to the manifest, and to the Azure, of the run that named them.
#[test]
fn a_command_that_a_help_names_is_about_the_same_manifest_and_can_be_pasted() {
    let stage = stage(CHAIN);
    std::fs::rename(stage.path("estate.kdl"), stage.path("my prod.kdl")).expect("renamed");
    let with = |verb: &str| stage.sandbox(&[verb, "-f", "my prod.kdl"]);
    with("pin").expect(0);
    stage
        .sandbox(&["apply", "-f", "my prod.kdl", "--yes"])
        .expect(0);
    impersonate(&stage);
    for verb in ["plan", "pin"] {
        let screen = with(verb).expect(4);
        let text = format!("{}{}", screen.stdout, screen.stderr);
        let renew = text
            .split('`')
            .find(|part| part.starts_with("vmlogin pin") && part.contains("--renew"))
            .unwrap_or_else(|| panic!("no command: {screen}"));
        assert_eq!(
            renew,
            "vmlogin pin -f 'my prod.kdl' --sandbox --renew 'group:sg-web-admins'"
        );
    }
    assert!(lock(&stage).contains(WEB));
    let documents: [&[&str]; 5] = [
        &["plan", "--format", "json"],
        &["plan", "--json"],
        &["apply", "--yes", "--json"],
        &["show", "vm:*", "--format", "json"],
        &["pin", "--format", "json"],
    ];
    for line in documents {
        let screen = stage.sandbox(&[line, &["-f", "my prod.kdl"]].concat());
        assert!(!screen.stdout.contains("`vmlogin pin`"), "{screen}");
        assert!(
            screen
                .stdout
                .contains("`vmlogin pin -f 'my prod.kdl' --sandbox --renew"),
            "{line:?} {screen}"
        );
    }
    let pasted = "pin -f 'my prod.kdl' --sandbox --renew 'group:sg-web-admins'";
    stage.shell(pasted).expect(0);
    assert!(lock(&stage).contains(OTHER));
    with("plan").expect(0);
}

#[test]
fn the_same_is_told_as_one_document() {
    let stage = stage(CHAIN);
    let screen = stage.sandbox(&["pin", "--format", "json"]).expect(0);
    assert_snapshot!("json", screen.stdout);
    let again = stage.sandbox(&["pin", "--format", "json"]).expect(0);
    let again: Json = serde_json::from_str(&again.stdout).expect("JSON");
    assert_eq!(again["written"], false);
}

#[test]
fn a_plan_with_a_lock_needs_no_right_to_read_the_directory() {
    let stage = pinned();
    deny(&stage);
    assert_snapshot!("plan_denied", stage.sandbox(&["plan"]).expect(0));
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
    stage.sandbox(&["show", "vm:core/rg-web/web01"]).expect(0);
    stage.sandbox(&["destroy", "--yes"]).expect(0);
}

#[test]
fn destroy_goes_by_stamps_where_there_is_neither_a_lock_nor_a_directory() {
    let stage = stage(CHAIN);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    deny(&stage);
    stage.sandbox(&["plan"]).expect(8);
    assert_snapshot!(
        "destroy_denied",
        stage.sandbox(&["destroy", "--yes"]).expect(0)
    );
    assert!(!stage.state().to_string().contains("vmlogin:web-prod"));
}

#[test]
fn a_name_that_somebody_else_took_is_refused_and_nobody_loses_access() {
    let stage = pinned();
    stage.sandbox(&["apply", "--yes"]).expect(0);
    impersonate(&stage);
    assert_snapshot!("moved_plan", stage.sandbox(&["plan"]).expect(4));
    let allowed = stage.sandbox(&["plan", "--allow", "VML420"]).expect(64);
    assert!(allowed.says("VML420"), "{allowed}");
    assert_snapshot!("moved_pin", stage.sandbox(&["pin"]).expect(4));
    assert!(lock(&stage).contains(WEB));
    assert_snapshot!(
        "renewed",
        stage
            .sandbox(&["pin", "--renew", "group:sg-web-admins"])
            .expect(0)
    );
    assert!(lock(&stage).contains(OTHER));
    stage.sandbox(&["plan"]).expect(0);
}

#[test]
fn nobody_and_several_are_refused_all_in_one_report_and_nothing_is_written() {
    let stage = stage(
        "resource-group rg-web {
    grant user (group)sg-twins (user)\"left@contoso.com\" (user)\"nobody@contoso.com\" (object-id)\"cccccccc-0000-4000-8000-00000000000a\" (user)\"lee@contoso.com\"
}
",
    );
    let mut wide = stage.command(&["pin", "--sandbox"]);
    wide.env("COLUMNS", "400");
    assert_snapshot!("refused", stage.finish(wide).expect(4));
    assert!(!stage.path(LOCK).exists());
}

#[test]
fn a_name_that_is_not_pinned_is_refused_in_the_plan_and_by_validate() {
    let stage = stage(CHAIN);
    stage.sandbox(&["pin"]).expect(0);
    let more = CHAIN.replace("(user)\"lee@contoso.com\"", "(user)\"kim@contoso.com\"");
    stage.write("estate.kdl", &format!("{}{more}", crate::estate::HEAD));
    assert_snapshot!("unpinned_validate", stage.run(&["validate"]).expect(4));
    assert_snapshot!("unpinned_plan", stage.sandbox(&["plan"]).expect(4));
    deny(&stage);
    stage.sandbox(&["plan"]).expect(4);
    assert_snapshot!("pin_denied", stage.sandbox(&["pin"]).expect(8));
}

#[test]
fn a_lock_that_was_merged_badly_is_shown_with_its_places() {
    let stage = pinned();
    let line = format!(
        "    group \"sg-web-admins\" id=\"{OTHER}\" type=Group name=\"sg-web-admins\"\n}}\n"
    );
    let twice = lock(&stage).replace("\n}\n", &format!("\n{line}"));
    stage.write(LOCK, &twice);
    assert_snapshot!("merged", stage.run(&["validate"]).expect(3));
    stage.write(
        LOCK,
        &twice
            .replace("11111111-1111", "99999999-1111")
            .replace(&line, "}\n"),
    );
    assert_snapshot!("other_tenant", stage.run(&["validate"]).expect(3));
    stage.write(LOCK, "<<<<<<< HEAD\n");
    stage.run(&["validate"]).expect(3);
}

#[test]
fn a_pattern_that_includes_the_whole_folder_does_not_mean_the_lock() {
    let stage = pinned();
    let whole = std::fs::read_to_string(stage.path("estate.kdl")).expect("a manifest");
    std::fs::remove_file(stage.path("sandbox.kdl")).expect("it is there");
    stage.write("estate.kdl", &format!("{whole}include \"*.kdl\"\n"));
    stage.run(&["validate"]).expect(0);
}

#[test]
fn doctor_tells_of_the_lock() {
    let denied = || {
        let caller = "caller \"dddddddd-0000-4000-8000-000000000001\" name=pipeline { no-directory-rights; }";
        stage_with_seed(CHAIN, caller, "")
    };
    let without = denied().sandbox(&["doctor"]).expect(8);
    assert!(without.says("`vmlogin pin --sandbox`"), "{without}");
    let with = denied().with(LOCK, &lock(&pinned()));
    assert_snapshot!("doctor_with_a_lock", with.sandbox(&["doctor"]).expect(0));
    let empty = denied().with(LOCK, "principal-lock 1\n");
    let lacking = empty.sandbox(&["doctor"]).expect(1);
    assert!(
        lacking.says("x wrong principal lock: 0 names pinned, 2 of the manifest's are not in it"),
        "{lacking}"
    );
}

#[test]
fn only_a_name_of_the_manifest_is_renewed() {
    let stage = pinned();
    assert_snapshot!(
        "renew_nobody",
        stage.sandbox(&["pin", "--renew", "group:sg-db"]).expect(64)
    );
    stage
        .sandbox(&["pin", "--renew", "sg-web-admins"])
        .expect(64);
}

/// One name stands for two people; nobody who looked at one of them means the other.
#[test]
fn a_name_of_several_tenants_is_renewed_in_the_one_that_is_named() {
    let tenant = |name: &str, at: u8| {
        format!(
            r#"tenant {name} id="11111111-1111-4111-8111-11111111111{at}" {{ subscription {name}-core id="22222222-2222-4222-8222-22222222222{at}"; }}
resource-group rg-web subscription={name}-core {{ grant user (group)sg-web }}
"#
        )
    };
    let seed = |name: &str, at: u8| {
        format!(
            r#"tenant "11111111-1111-4111-8111-11111111111{at}" name={name} domain="{name}.com" {{
    group sg-web id="bbbbbbbb-0000-4000-8000-00000000000{at}"
    subscription "22222222-2222-4222-8222-22222222222{at}" name=core {{ resource-group rg-web location=westeurope; }}
}}
"#
        )
    };
    let both = |of: &dyn Fn(&str, u8) -> String| of("contoso", 1) + &of("fabrikam", 2);
    let head = "vmlogin 1 { estate \"web-prod\"; }\n";
    let stage = Stage::new(&format!("{head}{}", both(&tenant)), &both(&seed));
    stage.sandbox(&["pin"]).expect(0);
    let moved = lock(&stage)
        .replace("0000001\" type", "0000008\" type")
        .replace("0000002\" type", "0000009\" type");
    stage.write(LOCK, &moved);
    let screen = stage
        .sandbox(&["pin", "--renew", "group:sg-web"])
        .expect(64);
    assert!(screen.says("`contoso` and `fabrikam`"), "{screen}");
    assert!(screen.says("--renew 'contoso/group:sg-web'"), "{screen}");
    let one = ["pin", "--renew", "contoso/group:sg-web"];
    let screen = stage.sandbox(&one).expect(4);
    assert!(screen.says("in tenant `fabrikam`"), "{screen}");
    assert_eq!(lock(&stage), moved);
    let both = [&one[..], &["--renew", "fabrikam/group:sg-web"]].concat();
    stage.sandbox(&both).expect(0);
    stage
        .sandbox(&["pin", "--renew", "fabrikam/user:sg-web"])
        .expect(64);
}

#[test]
fn text_that_others_chose_cannot_act_on_the_screen() {
    let manifest = CHAIN.replace(
        "(group)sg-web-admins",
        "(object-id)\"bbbbbbbb-0000-4000-8000-0000000000ee\"",
    );
    let stage = stage_with_seed(
        &manifest,
        "group \"sg\\u{1b}[31m\\u{202e}evil\" id=\"bbbbbbbb-0000-4000-8000-0000000000ee\"",
        "",
    );
    let screen = stage.sandbox(&["pin"]).expect(0);
    assert!(screen.says("sg\\u{1b}[31m\\u{202e}evil"), "{screen}");
    let text = lock(&stage);
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    stage.sandbox(&["plan"]).expect(0);
    assert!(stage.sandbox(&["pin"]).expect(0).says("is as it should be"));
}

#[test]
fn a_saved_plan_takes_the_lock_along() {
    let stage = pinned();
    stage.sandbox(&["plan", "-o", "plan.json"]).expect(0);
    std::fs::remove_file(stage.path(LOCK)).expect("a lock");
    deny(&stage);
    stage.sandbox(&["plan"]).expect(8);
    stage.sandbox(&["apply", "plan.json", "--yes"]).expect(0);
}

#[test]
fn a_saved_plan_is_stale_where_a_name_stands_for_somebody_else() {
    let stage = pinned();
    stage.sandbox(&["plan", "-o", "plan.json"]).expect(0);
    impersonate(&stage);
    let screen = stage.sandbox(&["apply", "plan.json", "--yes"]).expect(7);
    assert!(screen.says("group:sg-web-admins"), "{screen}");
}

#[test]
fn who_breaks_the_glass_is_pinned_too() {
    let head = crate::estate::HEAD.replace(
        "    subscription core",
        "    break-glass (user)\"kim@contoso.com\"\n    subscription core",
    );
    let stage = Stage::new(&format!("{head}{CHAIN}"), crate::estate::SEED);
    let screen = stage.sandbox(&["pin"]).expect(0);
    assert!(screen.says("+ new user:kim@contoso.com"), "{screen}");
    deny(&stage);
    stage.sandbox(&["plan"]).expect(0);
    let without = lock(&stage)
        .lines()
        .filter(|line| !line.contains("kim@"))
        .map(|line| format!("{line}\n"))
        .collect::<String>();
    stage.write(LOCK, &without);
    let screen = stage.sandbox(&["plan"]).expect(4);
    assert!(screen.says("VML421 `user:kim@contoso.com`"), "{screen}");
    // Whom the lock does not name nobody can tell from others: nothing that spares them is done meanwhile.
    stage.run(&["validate"]).expect(4);
}
