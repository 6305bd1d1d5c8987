//! A first manifest: from what there is, or to fill in. Whatever it is, the next command takes it.

use std::io::Write;

use insta::assert_snapshot;

use crate::conformance::{Specs, operations_used, wrong_but_for_last_pages};
use crate::estate::SEED;
use crate::program::{all_of, on_a_terminal};
use crate::stage::{Screen, Server, Stage};

const TENANT: &str =
    r#"tenant "11111111-1111-4111-8111-111111111111" name=contoso domain="contoso.com""#;

/// A folder with nothing but a seed in it.
fn found(seed: &str) -> Stage {
    Stage::empty().with("sandbox.kdl", seed)
}

fn written(stage: &Stage) -> String {
    std::fs::read_to_string(stage.path("estate.kdl")).expect("a manifest")
}

/// What `init` wrote is valid, and changes nothing.
fn check(stage: &Stage) -> Screen {
    stage.run(&["validate"]).expect(0);
    let plan = stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
    assert!(plan.says("nothing is to change"), "{plan}");
    plan
}

#[test]
fn what_there_is_is_declared_and_nothing_is_to_change() {
    let stage = found(SEED);
    assert_snapshot!("init_screen", stage.sandbox(&["init"]).expect(0));
    assert_snapshot!("init_manifest", written(&stage));
    check(&stage);
}

#[test]
fn what_an_apply_made_is_found_again() {
    let stage = crate::estate::stage(crate::estate::CHAIN);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    let before = written(&stage);
    assert_snapshot!(
        stage
            .sandbox(&["init", "--force-overwrite", "--estate", "web-prod"])
            .expect(64)
    );
    assert_eq!(written(&stage), before);
    stage
        .sandbox(&["init", "--force-overwrite", "--estate", "another"])
        .expect(0);
    let text = written(&stage);
    let web01 = "    vm web01 {\n        identity system-assigned\n        login\n    }\n";
    assert!(text.contains(web01), "{text}");
    check(&stage);
}

#[test]
fn a_file_that_is_there_is_kept() {
    let stage = found(SEED).with("estate.kdl", "mine");
    assert_snapshot!(stage.sandbox(&["init"]).expect(64));
    assert_eq!(written(&stage), "mine");
    stage.sandbox(&["init", "-o", "other.kdl"]).expect(0);
    assert_eq!(written(&stage), "mine");
    stage.sandbox(&["init", "--force-overwrite"]).expect(0);
    check(&stage);
}

#[test]
fn without_access_a_page_to_fill_in_is_written() {
    let deny = format!(
        "{TENANT} {{\n caller \"dddddddd-0000-4000-8000-000000000001\" name=pipeline {{ deny \"Microsoft.Compute/virtualMachines/read\" }}\n subscription \"22222222-2222-4222-8222-222222222222\" name=core {{ resource-group rg-web location=westeurope {{ vm web01 os=linux }} }}\n}}\n"
    );
    let stage = found(&deny);
    assert_snapshot!("no_access", stage.sandbox(&["init"]).expect(0));
    assert_snapshot!(
        "starter",
        written(&stage).replace(&folder(&stage), "[FOLDER]")
    );
    stage.run(&["validate"]).expect(0);
}

/// The name of the estate that comes from the folder's.
fn folder(stage: &Stage) -> String {
    let text = written(stage);
    let line = text
        .lines()
        .find(|line| line.trim_start().starts_with("estate "));
    line.expect("an estate")["    estate ".len()..].to_owned()
}

#[test]
fn where_nobody_is_signed_in_a_page_to_fill_in_is_written() {
    let stage = Stage::empty();
    let mut command = stage.command(&["init", "--auth", "cli"]);
    command.env("PATH", "");
    assert_snapshot!(stage.finish(command).expect(0));
    stage.run(&["validate"]).expect(0);
}

#[test]
fn a_tenant_without_subscriptions_or_machines() {
    let stage = found(&format!("{TENANT}\n"));
    let screen = stage.sandbox(&["init"]).expect(0);
    assert!(screen.says("whoever is signed in sees none"), "{screen}");
    stage.run(&["validate"]).expect(0);

    let empty = format!(
        "{TENANT} {{ subscription \"22222222-2222-4222-8222-222222222222\" name=\"Pay-As-You-Go (1)\" }}\n"
    );
    let stage = found(&empty);
    let screen = stage.sandbox(&["init"]).expect(0);
    assert!(
        screen
            .says("estate `pay-as-you-go-1` with 1 subscription, 0 resource groups and 0 machines"),
        "{screen}"
    );
    assert!(
        written(&stage).contains("// Pay-As-You-Go (1)"),
        "{}",
        written(&stage)
    );
    check(&stage);
}

/// Two subscriptions, each with a group of the same name.
fn two() -> String {
    format!(
        "{TENANT} {{
    subscription \"22222222-2222-4222-8222-222222222222\" name=core {{ resource-group rg-web location=westeurope {{ vm web01 os=linux }} }}
    subscription \"33333333-3333-4333-8333-333333333333\" name=Edge {{ resource-group rg-web location=westeurope {{ vm web01 os=linux; vm web02 os=linux }} }}
}}\n"
    )
}

#[test]
fn several_subscriptions_are_all_taken_or_chosen_by_name() {
    let stage = found(&two());
    let screen = stage.sandbox(&["init", "--estate", "both"]).expect(0);
    assert!(
        screen.says("estate `both` with 2 subscriptions, 2 resource groups and 3 machines"),
        "{screen}"
    );
    check(&stage);
    let one = ["init", "--force-overwrite", "--subscription", "edge"];
    let screen = stage.sandbox(&one).expect(0);
    assert!(
        screen.says("estate `edge` with 1 subscription, 1 resource group and 2 machines"),
        "{screen}"
    );
    check(&stage);
    let none = ["init", "-o", "x.kdl", "--subscription", "egde"];
    assert_snapshot!(stage.sandbox(&none).expect(64));
}

#[test]
fn on_a_terminal_it_asks_and_an_empty_line_takes_what_is_proposed() {
    let stage = found(&two());
    let Some(mut child) = on_a_terminal(&stage, "init --sandbox", &[]) else {
        return;
    };
    // Typed ahead: a terminal keeps lines until somebody reads them.
    let mut keyboard = child.stdin.take().expect("a pipe");
    keyboard.write_all(b"7\n2\n\n").expect("a keyboard");
    keyboard.flush().expect("a keyboard");
    child.stdin = Some(keyboard);
    let (code, said) = all_of(child);
    assert_eq!(code, Some(0), "{said}");
    for line in [
        "   1  Edge",
        "   2  core",
        "`7` is no number from 1 to 2",
        "name of the estate [core]: ",
        "estate `core` with 1 subscription, 1 resource group and 1 machine",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    check(&stage);
}

#[test]
fn an_estate_that_cannot_be_called_so_is_a_problem_and_nothing_is_written() {
    let stage = found(SEED);
    stage.sandbox(&["init", "--estate", "a\u{202e}b"]).expect(3);
    assert!(!stage.path("estate.kdl").exists());
}

/// Whatever a tenant looks like, the manifest is valid and the plan empty. Chance comes from a row of numbers, so that a failure
/// comes again.
#[test]
fn random_estates_are_declared_as_they_are() {
    for seed in 1..=6_u32 {
        let mut chance = seed;
        let mut dice = |sides: u32| {
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (chance >> 16) % sides
        };
        let mut world = format!("{TENANT} {{\n");
        for subscription in 0..=dice(2) {
            world.push_str(&format!(
                "subscription \"2222222{subscription}-2222-4222-8222-222222222222\" name=\"Sub {subscription} $${{x}} \\\"\" {{\n"
            ));
            for group in 0..dice(3) {
                world.push_str(&format!(
                    "resource-group \"rg_({group})\" location=westeurope {{\n"
                ));
                for machine in 0..dice(5) {
                    let linux = dice(2) == 0;
                    let (os, system) = match linux {
                        true => ("linux", "os-name ubuntu; os-version \"22.04\""),
                        false => (
                            "windows",
                            "os-name \"Windows Server 2025 Datacenter\"; os-version \"10.0.26100.1742\"",
                        ),
                    };
                    let extension = if linux {
                        "AADSSHLoginForLinux"
                    } else {
                        "AADLoginForWindows"
                    };
                    world.push_str(&format!(
                        "vm \"vm{group}{machine}-x\" os={os} {{ {system}\n"
                    ));
                    let has = dice(4);
                    if has > 0 {
                        world.push_str("identity system-assigned\n");
                    }
                    if has > 1 {
                        world.push_str(&format!("extension {extension} publisher=\"Microsoft.Azure.ActiveDirectory\" type=\"{extension}\" version=\"1.0\"\n"));
                    }
                    world.push_str("}\n");
                }
                world.push_str("}\n");
            }
            world.push_str("}\n");
        }
        world.push_str("}\n");
        let stage = found(&world);
        stage.sandbox(&["init"]).expect(0);
        check(&stage);
    }
}

#[test]
fn every_request_and_answer_of_a_look_around_fits_microsofts_openapi_files() {
    let Some(folder) = Specs::find() else { return };
    let specs = Specs::load(&folder);
    let stage = found(SEED);
    let server = Server::start(&stage, &["--seed", "sandbox.kdl", "--log", "log.ndjson"]);
    let sandbox = format!("--sandbox={}", server.url);
    stage.run(&["init", &sandbox]).expect(0);
    drop(server);
    let log = std::fs::read_to_string(stage.path("log.ndjson")).expect("a log");
    // Nobody has recorded the two lists that lack it.
    let wrong = wrong_but_for_last_pages(&log, &specs);
    assert_eq!(wrong, Vec::<String>::new());
    let used = operations_used(&log, &specs);
    for operation in [
        "Subscriptions_List",
        "Tenants_List",
        "ResourceGroups_List",
        "VirtualMachines_ListAll",
    ] {
        assert!(used.contains_key(operation), "{operation}: {used:?}");
    }
}
