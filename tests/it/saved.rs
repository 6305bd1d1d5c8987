//! A plan that was looked at is what is applied: exactly that, once, or nothing.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use crate::estate::{CHAIN, HEAD, stage, stage_with_seed};
use crate::stage::{Screen, Stage};

const APPLY: [&str; 2] = ["apply", "plan.json"];
const GROUP: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups/rg-web";

/// The chain, planned and saved.
fn saved() -> Stage {
    let stage = stage(CHAIN);
    stage.sandbox(&["plan", "-o", "plan.json"]).expect(0);
    stage
}

fn text(stage: &Stage) -> String {
    std::fs::read_to_string(stage.path("plan.json")).expect("a plan")
}

/// Whether the sandbox is as it was seeded: no grant and no extension.
#[track_caller]
fn untouched(stage: &Stage) {
    let state = stage.state();
    for kind in ["assignments", "extensions"] {
        assert_eq!(state[kind], json!({}), "{kind}");
    }
    assert!(!stage.path("plan.json.used").exists(), "taken for used");
}

/// A time and a hash differ from run to run.
fn settled(screen: &Screen) -> String {
    let text = screen.to_string();
    let words = text.split_inclusive([' ', '\n', ';', ',']).map(|word| {
        let bare = word.trim_end_matches([' ', '\n', ';', ',', ':']);
        let rest = &word[bare.len()..];
        let is_hash = bare.len() == 64 && bare.chars().all(|letter| letter.is_ascii_hexdigit());
        let is_time = bare.starts_with("20") && bare.ends_with('Z');
        match (is_hash, is_time) {
            (true, _) => format!("[HASH]{rest}"),
            (_, true) => format!("[TIME]{rest}"),
            _ => word.to_owned(),
        }
    });
    words.collect()
}

#[test]
fn a_saved_plan_is_shown_applied_without_a_question_and_used_once() {
    let stage = stage(CHAIN);
    let planned = stage.sandbox(&["plan", "-o", "plan.json"]).expect(0);
    assert_snapshot!("saved_planned", planned);
    assert_snapshot!(
        "saved_shown",
        settled(&stage.run(&["show", "plan.json"]).expect(0))
    );
    untouched(&stage);
    assert_snapshot!("saved_applied", stage.sandbox(&APPLY).expect(0));
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
    assert_snapshot!("saved_used", settled(&stage.sandbox(&APPLY).expect(7)));
    let screen = stage.run(&["show", "plan.json"]).expect(0);
    assert!(screen.says("a plan is used once"), "{screen}");
    // A new plan in its place is unused.
    let taken = stage.sandbox(&["plan", "-o", "plan.json"]).expect(64);
    assert!(taken.says("`plan.json` exists already"), "{taken}");
    stage
        .sandbox(&["plan", "-o", "plan.json", "--force-overwrite"])
        .expect(0);
    let screen = stage.sandbox(&APPLY).expect(0);
    assert!(screen.says("nothing is to change"), "{screen}");
    assert!(
        !stage.path("plan.json.used").exists(),
        "nothing was written"
    );
}

#[test]
fn the_manifest_in_the_plan_counts_and_not_the_files() {
    let stage = saved();
    std::fs::remove_file(stage.path("estate.kdl")).expect("a file");
    stage.sandbox(&APPLY).expect(0);
    stage.write("estate.kdl", &format!("{HEAD}{CHAIN}"));
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn what_another_hand_changed_makes_it_stale_and_nothing_is_done() {
    let stage = saved();
    let by_hand = r#"resource-group rg-web { vm web01 { identity system-assigned } }"#;
    stage.write("other.kdl", &format!("{HEAD}{by_hand}"));
    stage
        .sandbox(&["apply", "--yes", "-f", "other.kdl"])
        .expect(0);
    assert_snapshot!("saved_stale", stage.sandbox(&APPLY).expect(7));
    untouched(&stage);
    let events = stage.sandbox(&["apply", "plan.json", "--json"]).expect(7);
    let rows: Vec<Json> = events
        .stdout
        .lines()
        .map(|row| serde_json::from_str(row).expect("an event"))
        .collect();
    let stale = rows.iter().find(|row| row["event"] == "stale");
    let stale = &stale.expect("the event")["differences"][0];
    assert_eq!(stale["address"], "vm:core/rg-web/web01/identity");
    assert_eq!(
        stale["drift"],
        json!({"how": "action", "was": "create", "is": "keep"})
    );
    assert_eq!(rows.last().expect("a summary")["exit"], 7);
}

#[test]
fn what_is_kept_and_changed_by_another_hand_makes_it_stale_too() {
    let stage = saved();
    stage.change_state(|state| {
        let machines = state["machines"].as_object_mut().expect("machines");
        let (_, web01) = machines
            .iter_mut()
            .find(|(key, _)| key.ends_with("/web01"))
            .expect("web01");
        web01["tags"] = json!({"vmlogin-estate": "somebody"});
    });
    let screen = stage.sandbox(&APPLY).expect(7);
    assert!(screen.says("vm:core/rg-web/web01"), "{screen}");
    untouched(&stage);
}

#[test]
fn an_edited_plan_is_refused_even_where_its_digest_was_made_anew() {
    let stage = saved();
    let text = text(&stage);
    let longer = text.replace("CHG-4711", "CHG-4712");
    stage.write("plan.json", &longer);
    let screen = stage.sandbox(&APPLY).expect(7);
    assert!(screen.says("damaged or edited"), "{screen}");
    // Whoever edits steps may as well compute the hashes: what counts is what planning comes to.
    let mut plan = vmlogin_engine::plan::saved::read(text.as_bytes()).expect("a plan");
    let admin = "Virtual Machine Administrator Login";
    let user = plan
        .plan
        .steps
        .iter_mut()
        .find(|step| step.address.as_str().starts_with("grant:"))
        .expect("the grant");
    user.write.insert("role".to_owned(), admin.into());
    stage.write("plan.json", &plan.sealed().to_text());
    assert_snapshot!("saved_edited", stage.sandbox(&APPLY).expect(7));
    // What `show` tells of it is as true as its steps.
    let mut plan = vmlogin_engine::plan::saved::read(text.as_bytes()).expect("a plan");
    plan.plan.estate = "somebody-elses".to_owned();
    stage.write("plan.json", &plan.sealed().to_text());
    let screen = stage.sandbox(&APPLY).expect(7);
    assert!(screen.says("it names another estate"), "{screen}");
    untouched(&stage);
}

#[cfg(unix)]
#[test]
fn a_plan_is_used_once_whatever_link_leads_to_it() {
    let stage = saved();
    std::os::unix::fs::symlink("plan.json", stage.path("link.json")).expect("a link");
    stage.sandbox(&["apply", "link.json"]).expect(0);
    // The world is as it was when it was planned.
    std::fs::remove_file(stage.path(".vmlogin/sandbox.json")).expect("a state");
    for name in ["plan.json", "link.json"] {
        let screen = stage.sandbox(&["apply", name]).expect(7);
        assert!(screen.says("was used at"), "{screen}");
    }
}

/// Loops are gone through at another time where the manifest is kept; what is told first of too much stays the same.
#[test]
fn what_is_wrong_is_told_alike_whether_or_not_the_plan_is_to_be_saved() {
    let wrong = |row: &str| -> String {
        let lines = (0..120).map(|number| format!("    tags ${row}.none{number}\n"));
        lines.collect()
    };
    let stage = stage(&format!(
        "resource-group rg-web {{\n for row in=(csv)\"f.csv\" {{\n vm $row.name {{\n{}}}\n}}\n{}}}\n",
        wrong("row"),
        wrong("nobody")
    ))
    .with("f.csv", "name\nweb01\n");
    let told = stage.sandbox(&["plan"]).expect(3);
    let saving = stage.sandbox(&["plan", "-o", "plan.json"]).expect(3);
    assert_eq!(saving.to_string(), told.to_string());
}

#[test]
fn what_is_no_plan_is_refused_clearly_and_nothing_is_asked_of_azure() {
    let stage = saved();
    let text = text(&stage);
    let other = text.replacen(r#"{"format":1,"#, r#"{"format":2,"#, 1);
    let doubled = text.replacen(r#"{"format":1,"#, r#"{"format":1,"format":1,"#, 1);
    let unknown = text.replacen(r#"{"format":1,"#, r#"{"format":1,"more":1,"#, 1);
    let inner = text.replacen(r#""mode":"apply","#, r#""mode":"apply","more":1,"#, 1);
    let pretty = serde_json::to_string_pretty(&serde_json::from_str::<Json>(&text).expect("JSON"));
    let nested = format!(
        r#"{{"format":1,"manifest_sha256":"","plan":{{"steps":[{{"write":{{"a":{}"#,
        "[".repeat(1_000_000)
    );
    let closed = format!("{nested}{}}}}}]}}}}", "]".repeat(1_000_000));
    let cases: [(&[u8], &str); 11] = [
        (b"", "it is empty"),
        (b"\x00\xff\xfe\x01binary", "it is no saved plan"),
        (b"{}", "it is no saved plan"),
        (br#"{"format":1}"#, "missing field"),
        (&text.as_bytes()[..text.len() / 2], "it ends in the middle"),
        (other.as_bytes(), "it has format 2"),
        (doubled.as_bytes(), "duplicate field `format`"),
        (unknown.as_bytes(), "unknown field `more`"),
        (inner.as_bytes(), ": at byte "),
        (pretty.as_ref().expect("JSON").as_bytes(), ": at byte "),
        (closed.as_bytes(), "deeper than any saved plan"),
    ];
    for (bytes, says) in cases {
        std::fs::write(stage.path("plan.json"), bytes).expect("a file");
        for line in [&APPLY[..], &["show", "plan.json"]] {
            let screen = stage.run(line).expect(7);
            assert!(screen.says(says), "{says}: {screen}");
            assert!(screen.says("help: "), "{screen}");
        }
    }
    std::fs::remove_file(stage.path("plan.json")).expect("a file");
    let screen = stage.sandbox(&APPLY).expect(1);
    assert!(
        screen.says("could not read the plan `plan.json`"),
        "{screen}"
    );
}

#[test]
fn the_plan_of_another_version_is_shown_but_not_applied() {
    let stage = saved();
    let mut plan = vmlogin_engine::plan::saved::read(text(&stage).as_bytes()).expect("a plan");
    plan.tool = "0.0.9".to_owned();
    plan.plan.tool = "0.0.9".to_owned();
    stage.write("plan.json", &plan.sealed().to_text());
    let screen = stage.sandbox(&APPLY).expect(7);
    assert!(screen.says("was made by vmlogin 0.0.9"), "{screen}");
    untouched(&stage);
    stage.run(&["show", "plan.json"]).expect(0);
}

#[test]
fn a_plan_for_a_sandbox_is_not_applied_to_azure() {
    let stage = saved();
    let screen = stage.run(&APPLY).expect(64);
    assert!(screen.says("was made for a sandbox"), "{screen}");
}

#[test]
fn what_shapes_a_plan_is_refused_beside_one() {
    let stage = saved();
    for flag in [
        "-f=estate.kdl",
        "--set=a=b",
        "--target=vm:*",
        "--exclude=vm:*",
        "--allow=VML208",
        "--deny=VML208",
        "--fail-on=warn",
        "--until-converged=1m",
    ] {
        let screen = stage.sandbox(&["apply", "plan.json", flag]).expect(64);
        assert!(screen.says("cannot be used with a saved plan"), "{screen}");
    }
    let mut command = stage.command(&["apply", "plan.json", "--sandbox"]);
    command.env("VMLOGIN_TARGET", "vm:*");
    let screen = stage.finish(command).expect(64);
    assert!(screen.says("unset its `VMLOGIN_` variable"), "{screen}");
    let screen = stage
        .sandbox(&["plan", "-o", "b.json", "--accept", "max-delete=3"])
        .expect(64);
    assert!(screen.says("give it to `vmlogin apply`"), "{screen}");
    stage.run(&["show", "plan.json", "vm:*"]).expect(64);
    stage
        .run(&["show", "plan.json", "-f", "estate.kdl"])
        .expect(64);
    untouched(&stage);
}

#[test]
fn flags_that_shaped_it_hold_when_it_is_applied() {
    let stage = stage(CHAIN);
    let target = "--target=vm:core/rg-web/web01/identity";
    stage
        .sandbox(&["plan", "-o", "plan.json", target])
        .expect(0);
    let shown = stage.run(&["show", "plan.json"]).expect(0);
    assert!(
        shown.says("shaped by --target vm:core/rg-web/web01/identity"),
        "{shown}"
    );
    let screen = stage.sandbox(&APPLY).expect(0);
    assert!(screen.says("apply: 1 done"), "{screen}");
    assert_eq!(stage.state()["assignments"], json!({}));
}

const MADE: &str = "resource-group rg-web { managed-identity id-web }";
const REPLACE: &str = "--accept=replace=managed-identity:core/rg-web/id-web";

#[test]
fn what_is_made_anew_is_agreed_to_where_it_is_planned_and_where_it_is_applied() {
    let stage = stage(MADE);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    let moved = MADE.replace("id-web }", "id-web location=northeurope }");
    stage.write("estate.kdl", &format!("{HEAD}{moved}"));
    let screen = stage
        .sandbox(&["plan", "-o", "plan.json", REPLACE])
        .expect(0);
    assert!(
        screen.says(
            "vmlogin apply plan.json --sandbox --accept=replace=managed-identity:core/rg-web/id-web"
        ),
        "{screen}"
    );
    let screen = stage.sandbox(&APPLY).expect(5);
    assert!(screen.says("the guard `replace` refuses"), "{screen}");
    stage.sandbox(&["apply", "plan.json", REPLACE]).expect(0);
    let key = format!("{GROUP}/providers/microsoft.managedidentity/userassignedidentities/id-web");
    assert_eq!(stage.state()["resources"][&key]["location"], "northeurope");
}

#[test]
fn a_guard_judges_a_saved_plan_and_is_lifted_where_it_is_applied() {
    let stage = stage(CHAIN);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    let strict = HEAD.replace(
        r#"estate "web-prod""#,
        r#"estate "web-prod"; safety max-delete=0"#,
    );
    let fewer = CHAIN.replace(
        r#"grant user (user)"lee@contoso.com" reason="CHG-4711""#,
        "",
    );
    stage.write("estate.kdl", &format!("{strict}{fewer}"));
    let planned = stage.sandbox(&["plan", "-o", "plan.json"]).expect(0);
    assert!(planned.says("the guard `max-delete`"), "{planned}");
    stage.sandbox(&APPLY).expect(5);
    stage
        .sandbox(&["apply", "plan.json", "--accept", "max-delete=1"])
        .expect(0);
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

const WITH_PASSWORD: &str = r#"
resource-group rg-web {
    virtual-network vnet-web { address-space "10.20.0.0/16"; subnet servers { prefix "10.20.1.0/24" } }
    vm new01 os=windows {
        size Standard_D2s_v5
        image "MicrosoftWindowsServer:WindowsServer:2025-datacenter-g2:latest"
        admin boss password=(file)"keys/boss.txt"
        nic subnet=servers
    }
}
"#;

#[test]
fn no_secret_is_in_the_file_and_each_is_found_again_when_it_is_applied() {
    let stage = Stage::empty()
        .with("site/estate.kdl", &format!("{HEAD}{WITH_PASSWORD}"))
        .with("site/keys/boss.txt", "Corr3ct-Horse-Battery\n")
        .with("site/sandbox.kdl", crate::estate::SEED);
    let site = stage.path("site/estate.kdl").display().to_string();
    for file in ["site/estate.kdl", &site] {
        stage
            .sandbox(&["plan", "-f", file, "-o", "plan.json", "--force-overwrite"])
            .expect(0);
        assert!(!text(&stage).contains("Corr3ct"), "a secret was saved");
        assert!(text(&stage).contains("site/keys/boss.txt"));
    }
    // Elsewhere, the files would not be found: that is said when it is planned.
    let mut command = stage.command(&["plan", "-f", &site, "-o", "plan.json", "--sandbox"]);
    std::fs::create_dir(stage.path("other")).expect("a folder");
    command.current_dir(stage.path("other"));
    let screen = stage.finish(command).expect(64);
    assert!(screen.says("which lies outside of the"), "{screen}");
    stage.sandbox(&APPLY).expect(0);
    let state = stage.state().to_string();
    assert!(state.contains("new01") && !state.contains("Corr3ct"));
}

/// A tag on the group, and the rest of the chain's beginning.
const TAGGED: &str =
    r#"resource-group rg-web { tags owner="us"; vm web01 { identity system-assigned } }"#;

#[test]
fn what_is_gone_when_its_step_comes_fails_alone_and_a_new_plan_continues() {
    let fault = "fault method=GET path=\"*/tags/default\" status=404 code=ResourceNotFound message=\"gone\" times=1";
    let stage = stage_with_seed(TAGGED, "", fault);
    stage.sandbox(&["plan", "-o", "plan.json"]).expect(0);
    assert_snapshot!("saved_partly", stage.sandbox(&APPLY).expect(6));
    stage.sandbox(&APPLY).expect(7);
    stage
        .sandbox(&["plan", "-o", "plan.json", "--force-overwrite"])
        .expect(0);
    stage.sandbox(&APPLY).expect(0);
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_plan_that_could_not_be_made_is_not_saved() {
    let denied = "caller \"dddddddd-0000-4000-8000-000000000001\" name=pipeline { deny \"Microsoft.Compute/virtualMachines/read\" }";
    let stage = stage_with_seed(CHAIN, denied, "");
    stage.sandbox(&["plan", "-o", "plan.json"]).expect(8);
    assert!(!stage.path("plan.json").exists());
}

#[test]
fn a_plan_that_a_rule_refuses_is_saved_and_does_the_rest() {
    let both =
        "resource-group rg-web { vm web01 { identity system-assigned }; vm old01 { login } }";
    let stage = stage(both);
    stage.sandbox(&["plan", "-o", "plan.json"]).expect(4);
    let screen = stage.sandbox(&APPLY).expect(6);
    assert!(screen.says("apply: 1 done"), "{screen}");
}

#[test]
fn a_plan_with_nothing_to_change_is_saved_and_changes_nothing() {
    let stage = stage("resource-group rg-web { vm web01 }\n");
    stage.sandbox(&["plan", "-o", "plan.json"]).expect(0);
    for _ in 0..2 {
        stage.sandbox(&APPLY).expect(0);
    }
    untouched(&stage);
}

/// Planned anew elsewhere it would be for something else.
#[test]
fn the_command_that_plans_anew_is_for_the_same_sandbox() {
    let stage = stage(CHAIN);
    let at = "--sandbox=other.json";
    stage.run(&["plan", "-o", "plan.json", at]).expect(0);
    stage.run(&["apply", "--yes", at]).expect(0);
    let screen = stage.run(&["apply", "plan.json", at]).expect(7);
    let again = format!("vmlogin plan {at} -o plan.json");
    assert!(screen.says(&again), "{screen}");
}

#[cfg(unix)]
#[test]
fn a_plan_whose_use_cannot_be_noted_is_not_applied() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let stage = saved();
    let mode = std::fs::metadata(stage.path("plan.json"))
        .expect("a plan")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    // A link in the mark's place is a mark, wherever it leads.
    symlink(stage.path("nowhere"), stage.path("plan.json.used")).expect("a link");
    let screen = stage.sandbox(&APPLY).expect(7);
    assert!(screen.says("was used before"), "{screen}");
    assert!(!stage.path("nowhere").exists());
    std::fs::remove_file(stage.path("plan.json.used")).expect("a link");
    untouched(&stage);
}

#[test]
fn of_two_applies_at_once_one_does_the_plan() {
    let stage = saved();
    let server = crate::stage::Server::start(&stage, &["--state", ".vmlogin/sandbox.json"]);
    let sandbox = format!("--sandbox={}", server.url);
    let line = ["apply", "plan.json", "--verify", "none", &sandbox];
    let runs: Vec<_> = (0..2)
        .map(|_| {
            let mut command = stage.command(&line);
            command.stdout(std::process::Stdio::null());
            command.stderr(std::process::Stdio::null());
            command.spawn().expect("the binary runs")
        })
        .collect();
    let mut codes: Vec<Option<i32>> = runs
        .into_iter()
        .map(|mut run| run.wait().expect("it ends").code())
        .collect();
    codes.sort_unstable();
    assert_eq!(codes, [Some(0), Some(7)]);
}
