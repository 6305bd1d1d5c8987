//! An apply that finishes partly, as somebody reads it at three in the morning: what is done, what failed and why, what was kept from
//! running because of it, and how to go on.

use std::fmt::Write;

use insta::assert_snapshot;
use serde_json::Value as Json;

use crate::estate::HEAD;
use crate::stage::{Screen, Stage};

/// What Azure says where the extension's own installer fails.
const LONG: &str = "VM has reported a failure when processing extension 'AADLoginForWindows' (publisher 'Microsoft.Azure.ActiveDirectory' and type 'AADLoginForWindows'). Error message: 'AAD Join failed with status code: -2145648607.'. More information on troubleshooting is available at https://aka.ms/vmextensionwindowstroubleshoot.";

/// Machines `web01` to so many, with a login each and a grant on each.
fn manifest(machines: usize) -> String {
    let mut text = format!("{HEAD}resource-group rg-web {{\n");
    for number in 1..=machines {
        let _ = writeln!(
            text,
            "    vm web{number:02} {{ identity system-assigned; login; grant admin (group)sg-web-admins }}"
        );
    }
    text + "}\n"
}

fn seed(machines: usize, off: usize, faults: &str) -> String {
    let mut text = String::from(
        "/- kdl-version 2\ntenant \"11111111-1111-4111-8111-111111111111\" name=contoso domain=\"contoso.com\" {\n    group sg-web-admins id=\"bbbbbbbb-0000-4000-8000-000000000001\"\n    subscription \"22222222-2222-4222-8222-222222222222\" name=core {\n        resource-group rg-web location=westeurope {\n",
    );
    for number in 1..=machines {
        let power = if number == off {
            "; power deallocated"
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "            vm web{number:02} os=windows {{ os-name \"Windows Server 2025 Datacenter\"; os-version \"10.0.26100.1742\"{power} }}"
        );
    }
    format!("{text}        }}\n    }}\n}}\n{faults}\n")
}

/// Twelve machines: the installer of one fails, one cannot have an identity, one is throttled to the end, one is off.
fn night() -> Stage {
    let faults = [
        format!("fault method=PUT path=\"*/web03/extensions/*\" code=VMExtensionProvisioningError message=\"{LONG}\" async=#true times=9"),
        "fault method=PATCH path=\"*/virtualMachines/web05\" status=403 code=AuthorizationFailed message=\"The client 'deployer' does not have authorization to perform action 'Microsoft.Compute/virtualMachines/write'.\" times=9".to_owned(),
        "fault method=PUT path=\"*/web08/extensions/*\" status=429 code=TooManyRequests message=\"The server rejected the request because too many requests have been received.\" retry-after=0 times=99".to_owned(),
    ];
    Stage::new(&manifest(12), &seed(12, 11, &faults.join("\n")))
}

fn apply(stage: &Stage, columns: &str, more: &[&str]) -> Screen {
    let mut command = stage.command(&["apply", "--yes", "--sandbox"]);
    command.args(more).env("COLUMNS", columns);
    stage.finish(command).expect(6)
}

#[test]
fn the_screen_at_night() {
    for columns in ["60", "100"] {
        let screen = apply(&night(), columns, &["--progress", "none"]);
        let at = screen.stdout.find("\nput off for now").expect("a report");
        assert_snapshot!(format!("night_{columns}"), &screen.stdout[at..]);
    }
}

#[test]
fn the_events_have_all_that_the_screen_has() {
    let screen = apply(&night(), "100", &["--json"]);
    let events: Vec<Json> = screen
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("an event"))
        .collect();
    let ended = |result: &str| {
        let of = events
            .iter()
            .filter(|event| event["event"] == "ended" && event["outcome"]["result"] == result);
        of.collect::<Vec<_>>()
    };
    let failed = ended("failed");
    let codes: Vec<&str> = failed
        .iter()
        .filter_map(|event| event["outcome"]["fault"]["code"].as_str())
        .collect();
    assert_eq!(
        codes,
        [
            "VMExtensionProvisioningError",
            "AuthorizationFailed",
            "TooManyRequests"
        ]
    );
    for event in &failed {
        let fault = &event["outcome"]["fault"];
        assert!(fault["request_id"].as_str().is_some(), "{fault}");
        assert!(fault["correlation_id"].as_str().is_some(), "{fault}");
        assert!(fault["help"].as_str().is_some(), "{fault}");
    }
    let summary = events.last().expect("a summary");
    for (count, result) in [
        ("done", "done"),
        ("failed", "failed"),
        ("deferred", "deferred"),
        ("blocked", "blocked"),
    ] {
        assert_eq!(summary[count], ended(result).len(), "{result}: {summary}");
    }
    assert_eq!(summary["exit"], 6, "{summary}");
    assert_eq!(
        summary["again"], "vmlogin apply --yes --sandbox --json",
        "{summary}"
    );
}

#[test]
fn many_failures_alike_are_a_page() {
    let fault = "fault method=PATCH path=\"*/virtualMachines/*\" status=403 code=AuthorizationFailed message=\"no\" times=99";
    let stage = Stage::new(&manifest(40), &seed(40, 0, fault));
    let screen = stage.run(&["apply", "--yes", "--sandbox", "--progress", "none"]);
    let screen = screen.expect(8);
    let at = screen.stdout.find("\nblocked").expect("a report");
    assert_snapshot!(&screen.stdout[at..]);
}

#[test]
fn after_so_many_failures_nothing_new_starts() {
    let fault = "fault method=PUT path=\"*/extensions/*\" status=400 code=BadRequest message=\"no\" times=99";
    let stage = Stage::new(&manifest(6), &seed(6, 0, fault));
    let screen = stage.run(&[
        "apply",
        "--yes",
        "--sandbox",
        "--progress",
        "none",
        "--max-failures",
        "2",
    ]);
    let screen = screen.expect(6);
    let at = screen.stdout.find("\nnot started").expect("a report");
    assert_snapshot!(format!("{}{}", &screen.stdout[at..], screen.stderr));
    let told = stage.run(&[
        "apply",
        "--yes",
        "--sandbox",
        "--json",
        "--max-failures",
        "10%",
    ]);
    let summary = told.stdout.lines().last().expect("a summary").to_owned();
    let summary: Json = serde_json::from_str(&summary).expect("JSON");
    assert_eq!(summary["stopped"], "2 steps failed (`--max-failures 10%`)");
    // Of sixteen steps.
    stage
        .run(&["apply", "--sandbox", "--max-failures", "none"])
        .expect(64);
    let plan = stage
        .run(&["plan", "--sandbox", "--max-failures", "2"])
        .expect(64);
    assert!(
        plan.says("it belongs to `apply` and `destroy`")
            || plan.says("`--max-failures` is no flag of `plan`"),
        "{plan}"
    );
}
