//! Every exit code of the table in the help, provoked through the real binary, and the summary that ends the events with the same code.
//! 70 is a panic, of which none is known: the unit tests of `bug.rs` have it.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::estate::{CHAIN, HEAD, SEED, stage};
use crate::stage::Stage;

/// A run that ends with a code.
struct Case {
    code: i32,
    manifest: String,
    faults: &'static str,
    arguments: &'static [&'static str],
}

/// A case on the usual estate.
fn case(code: i32, arguments: &'static [&'static str]) -> Case {
    Case {
        code,
        manifest: format!("{HEAD}{CHAIN}"),
        faults: "",
        arguments,
    }
}

const APPLY: &[&str] = &["apply", "--yes", "--json", "--sandbox"];

fn cases() -> Vec<Case> {
    let fault = |code, faults| Case {
        faults,
        ..case(code, APPLY)
    };
    let manifest = |code, manifest: String| Case {
        manifest,
        ..case(code, APPLY)
    };
    vec![
        case(0, APPLY),
        case(
            1,
            &[
                "apply",
                "--yes",
                "--json",
                "--sandbox=https://127.0.0.1:1",
                "--ca",
                "none.pem",
            ],
        ),
        case(
            2,
            &[
                "apply",
                "--yes",
                "--json",
                "--sandbox",
                "--detailed-exitcode",
            ],
        ),
        case(2, &["plan", "--json", "--sandbox", "--detailed-exitcode"]),
        manifest(3, format!("{HEAD}resource-grup rg-web\n")),
        manifest(
            4,
            format!("{HEAD}resource-group rg-web {{ grant user (user)\"nobody@contoso.com\" }}\n"),
        ),
        manifest(
            5,
            format!("{HEAD}resource-group rg-web {{ grant Owner (user)\"kim@contoso.com\" }}\n"),
        ),
        fault(6, "fault method=PUT path=\"*/extensions/*\" status=400"),
        fault(
            8,
            "fault method=GET path=\"/subscriptions/*\" status=403 times=99",
        ),
        fault(
            8,
            "fault method=PATCH status=403 times=99\nfault method=PUT status=403 times=99",
        ),
        fault(
            9,
            "fault method=GET path=\"/subscriptions/*\" status=429 retry-after=0 times=99",
        ),
        // Somebody deletes the machine right after it was written to.
        fault(
            10,
            "fault method=GET path=\"*/virtualMachines/web01\" status=404 after=2 times=99",
        ),
        case(64, &["apply", "--json", "--sandbox"]),
        // The time is up before anything was written.
        case(
            9,
            &["apply", "--yes", "--json", "--sandbox", "--timeout", "1ns"],
        ),
    ]
}

#[test]
fn each_code_is_provoked_and_told_by_the_summary_too() {
    for case in cases() {
        let stage = Stage::new(&case.manifest, &format!("{SEED}{}\n", case.faults));
        let screen = stage.run(case.arguments).expect(case.code);
        let last = screen.stdout.lines().last().expect("a summary");
        let summary: Json = serde_json::from_str(last).expect("JSON");
        assert_eq!(summary["event"], "summary", "{screen}");
        assert_eq!(summary["exit"], case.code, "{screen}");
    }
}

#[test]
fn a_wrong_command_line_and_an_unknown_file_have_no_events() {
    let stage = stage(CHAIN);
    let screen = stage.run(&["apply", "--yes", "--jsn"]).expect(64);
    assert_eq!(screen.stdout, "");
    stage.run(&["validate", "-f", "none.kdl"]).expect(3);
}

#[test]
fn no_code_of_the_table_is_left_out() {
    let help = Stage::empty().run(&["--help"]).expect(0).stdout;
    let told: BTreeSet<i32> = help
        .lines()
        .skip_while(|line| !line.starts_with("Exit codes"))
        .skip(1)
        .map_while(|line| line.split_whitespace().next()?.parse().ok())
        .collect();
    let mut provoked: BTreeSet<i32> = cases().iter().map(|case| case.code).collect();
    // Panics have unit tests, signals a file of stories, a saved plan that is stale the stories of saved plans.
    provoked.extend([7, 70, 130, 143]);
    let missing: Vec<&i32> = told.difference(&provoked).collect();
    assert_eq!(missing, Vec::<&i32>::new());
    assert!(told.len() >= 14, "{told:?}");
}
