//! An apply that goes on until the machines that were off have come back.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use crate::estate::{HEAD, SEED, stage};
use crate::neighbour::Neighbour;
use crate::stage::{Server, Stage};

/// Two machines, one of which is deallocated, and a grant that reaches both.
const TWO: &str = r#"
resource-group rg-web {
    grant user (user)"lee@contoso.com"
    vm web01 web02 {
        identity system-assigned
        login
    }
}
"#;

const WEB02: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/web02";

/// An apply that runs beside the test.
struct Applying {
    child: Child,
    stdout: BufReader<std::process::ChildStdout>,
    lines: String,
}

impl Applying {
    fn begin(stage: &Stage, server: &Server, arguments: &[&str]) -> Applying {
        let at = format!("--sandbox={}", server.url);
        let mut all = vec!["apply", "--yes", "--json", at.as_str()];
        all.extend(arguments);
        let mut child = stage
            .command(&all)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        Applying {
            stdout: BufReader::new(child.stdout.take().expect("a pipe")),
            child,
            lines: String::new(),
        }
    }

    /// Reads events until one of them is of this sort.
    fn until(&mut self, event: &str) {
        let wanted = format!("\"event\":\"{event}\"");
        while !self.lines.contains(&wanted) {
            let read = self.stdout.read_line(&mut self.lines).expect("a line");
            assert_ne!(read, 0, "{}", self.lines);
        }
    }

    /// Waits for its end.
    fn end(mut self) -> (Option<i32>, Vec<Json>) {
        self.stdout.read_to_string(&mut self.lines).expect("text");
        let code = self.child.wait().expect("it ends").code();
        (code, events(&self.lines))
    }
}

fn events(lines: &str) -> Vec<Json> {
    let lines = lines.lines();
    let event = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    lines.map(event).collect()
}

/// Does something with the machine that vmlogin did not do.
fn meddle(server: &Server, request: &str, body: &str) {
    let (status, answer) = Neighbour::of(server).ask(request, body);
    assert_eq!(status / 10, 20, "{answer}");
}

/// Starts the machine, as its owner would.
fn start(server: &Server) {
    meddle(
        server,
        &format!("POST {WEB02}/start?api-version=2024-11-01"),
        "",
    );
}

fn of_sort<'a>(events: &'a [Json], sort: &str) -> Vec<&'a Json> {
    let events = events.iter();
    events.filter(|event| event["event"] == sort).collect()
}

#[test]
fn a_machine_that_comes_back_is_set_up_in_a_later_round() {
    let stage = stage(TWO);
    let server = Server::start(&stage, &["--seed", "sandbox.kdl"]);
    let mut applying = Applying::begin(&stage, &server, &["--until-converged", "1m"]);
    applying.until("waiting");
    start(&server);
    let (code, events) = applying.end();
    assert_eq!(code, Some(0), "{events:#?}");
    let [waiting, ..] = of_sort(&events, "waiting")[..] else {
        panic!("{events:#?}");
    };
    assert_eq!(
        waiting["waiting"][0]["address"],
        "vm:core/rg-web/web02/login"
    );
    assert!(of_sort(&events, "planned").len() >= 2, "{events:#?}");
    let coverage = of_sort(&events, "coverage")[0];
    assert_snapshot!(
        "coverage_event",
        serde_json::to_string_pretty(coverage).expect("JSON")
    );
    let summary = events.last().expect("a last event");
    assert_eq!(
        (&summary["done"], &summary["deferred"], &summary["exit"]),
        (&5.into(), &0.into(), &0.into()),
        "{summary}"
    );
    let at = format!("--sandbox={}", server.url);
    stage.run(&["plan", "--detailed-exitcode", &at]).expect(0);
}

#[test]
fn what_does_not_come_back_in_time_is_reported_and_fails_nothing() {
    let stage = stage(TWO);
    let screen = stage
        .sandbox(&[
            "apply",
            "--yes",
            "--until-converged",
            "700ms",
            "--progress",
            "none",
        ])
        .expect(0);
    assert_snapshot!("time_is_over", screen);
    let again = stage
        .sandbox(&["apply", "--yes", "--until-converged", "300ms"])
        .expect(0);
    assert!(
        again
            .stderr
            .contains("  waiting for vm:core/rg-web/web02/login: `web02` is deallocated"),
        "{again}"
    );
}

#[test]
fn nothing_to_wait_for_ends_at_once() {
    let stage = stage("resource-group rg-web { vm web01 { identity system-assigned; login } }");
    let screen = stage
        .sandbox(&["apply", "--yes", "--until-converged", "2h"])
        .expect(0);
    assert_snapshot!("converged_at_once", screen);
}

#[test]
fn a_machine_that_joined_in_an_earlier_run_is_told_as_joined_and_one_whose_device_went_is_not() {
    let stage = stage("resource-group rg-web { vm web01 { identity system-assigned; login } }");
    let again = ["apply", "--yes", "--until-converged", "2h"];
    stage.sandbox(&again).expect(0);
    let screen = stage.sandbox(&again).expect(0);
    assert!(
        screen.says("1 installed, 1 joined, 0 enterable"),
        "{screen}"
    );
    stage.change_state(|state| {
        for tenant in state["tenants"]
            .as_object_mut()
            .expect("tenants")
            .values_mut()
        {
            tenant["devices"] = json!({});
        }
    });
    let screen = stage.sandbox(&again).expect(0);
    assert!(
        screen.says("1 installed, 0 joined, 0 enterable"),
        "{screen}"
    );
}

#[test]
fn a_directory_that_may_not_be_read_leaves_joins_unchecked_and_says_why_once() {
    let seed = SEED.replacen(
        "    subscription",
        "    caller \"dddddddd-0000-4000-8000-000000000001\" name=pipeline { no-directory-rights }\n    subscription",
        1,
    );
    let both = "resource-group rg-web { vm web01 web02 { identity system-assigned; login } }";
    let seed = seed.replace("                power deallocated\n", "");
    let stage = Stage::new(&format!("{HEAD}{both}"), &seed);
    let again = ["apply", "--yes", "--until-converged", "2h"];
    stage.sandbox(&again).expect(0);
    assert_snapshot!("joins_unread", stage.sandbox(&again).expect(0));
}

#[test]
fn what_failed_for_good_is_tried_once_and_the_rest_is_waited_for() {
    let seed = SEED.replacen(
        "            vm web02",
        "            vm web03 os=windows {\n                os-name \"Windows Server 2025 Datacenter\"\n                os-version \"10.0.26100.1742\"\n            }\n            vm web02",
        1,
    );
    let seed = format!(
        "{seed}\nfault method=PUT path=\"*/virtualMachines/web01/extensions/*\" status=400 code=BadRequest\n"
    );
    let stage = Stage::new(&format!("{HEAD}{TWO}"), &seed);
    let screen = stage
        .sandbox(&[
            "apply",
            "--yes",
            "--until-converged",
            "900ms",
            "--progress",
            "plain",
        ])
        .expect(6);
    let begun = screen
        .stderr
        .matches("begin create vm:core/rg-web/web01/login")
        .count();
    assert_eq!(begun, 1, "{screen}");
}

#[test]
fn a_guard_that_refuses_a_later_round_stops_the_run() {
    let stage = stage(TWO);
    let server = Server::start(&stage, &["--seed", "sandbox.kdl"]);
    let mut applying = Applying::begin(&stage, &server, &["--until-converged", "1m"]);
    applying.until("waiting");
    // Meanwhile another estate puts its stamp on the grant, and the machine comes back.
    let planned = events(&applying.lines);
    let steps = of_sort(&planned, "planned")[0]["plan"]["steps"].as_array();
    let grant = steps
        .into_iter()
        .flatten()
        .find(|step| step["kind"] == "grant");
    let grant = grant.expect("a grant");
    let id = grant["id"].as_str().expect("an id");
    let body = json!({"properties": {
        "roleDefinitionId": format!("/subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.Authorization/roleDefinitions/{}", grant["write"]["role-id"].as_str().expect("a role")),
        "principalId": grant["write"]["principal-id"],
        "principalType": "User",
        "description": "vmlogin:other-prod",
    }});
    meddle(
        &server,
        &format!("PUT {id}?api-version=2022-04-01"),
        &body.to_string(),
    );
    start(&server);
    let (code, events) = applying.end();
    // Something was written before it.
    assert_eq!(code, Some(6), "{events:#?}");
    let refusal = &of_sort(&events, "refused")[0]["refusal"];
    assert_eq!(refusal["guard"], "foreign-estate");
    assert_eq!(refusal["lift"], "--accept foreign-estate");
    assert_eq!(events.last().expect("a last event")["exit"], 6);
}

#[test]
fn a_replacement_that_a_later_round_refuses_is_told_and_stops_the_run() {
    const OWN: &str = r#"
resource-group rg-web {
    virtual-network vnet-app { address-space "10.20.0.0/16"; subnet servers { prefix "10.20.1.0/24" } }
    vm web03 {
        image Win2022Datacenter
        size Standard_D2s_v5
        zone 1
        admin azureuser password=random
        nic subnet=servers
        identity system-assigned
        login
    }
}
"#;
    let machine = WEB02.replace("web02", "web03");
    let stage = stage(OWN);
    let server = Server::start(&stage, &["--seed", "sandbox.kdl"]);
    let sandbox = format!("--sandbox={}", server.url);
    stage.run(&["apply", "--yes", &sandbox]).expect(0);
    let off = format!("POST {machine}/deallocate?api-version=2024-11-01");
    meddle(&server, &off, "");
    let moved = OWN.replace("zone 1", "zone 2");
    stage.write("estate.kdl", &format!("{HEAD}{moved}"));
    let anew = "--accept=replace=vm:core/rg-web/web03";
    let mut applying = Applying::begin(&stage, &server, &["--until-converged", "20s", anew]);
    applying.until("waiting");
    // Meanwhile another estate takes it.
    let body = json!({"tags": {"vmlogin-estate": "other-prod"}});
    let patch = format!("PATCH {machine}?api-version=2024-11-01");
    meddle(&server, &patch, &body.to_string());
    let (code, events) = applying.end();
    assert_eq!(code, Some(5), "{events:#?}");
    let refusal = &of_sort(&events, "refused")[0]["refusal"];
    assert_eq!(refusal["guard"], "replace");
    assert!(refusal["message"].to_string().contains("other-prod"));
}

#[test]
fn what_all_rounds_take_away_is_counted_together() {
    let both = "resource-group rg-web { vm web01 web02 { absent login } }";
    let manifest = format!("{HEAD}{both}").replace(
        "estate \"web-prod\"",
        "estate \"web-prod\"; safety max-delete=1",
    );
    let login = "extension AADLoginForWindows publisher=Microsoft.Azure.ActiveDirectory type=AADLoginForWindows version=\"2.2\"";
    let seed = SEED.replace(
        "os-version \"10.0.26100.1742\"",
        &format!("os-version \"10.0.26100.1742\"\n{login}"),
    );
    let stage = Stage::new(&manifest, &seed);
    let server = Server::start(&stage, &["--seed", "sandbox.kdl"]);
    let mut applying = Applying::begin(&stage, &server, &["--until-converged", "1m"]);
    applying.until("waiting");
    start(&server);
    let (code, events) = applying.end();
    assert_eq!(code, Some(6), "{events:#?}");
    let refused = &of_sort(&events, "refused")[0]["refusal"];
    assert_eq!(refused["guard"], "max-delete");
    assert_eq!(refused["lift"], "--accept max-delete=2");
    assert_eq!(events.last().expect("a last event")["done"], 1);
}

#[test]
fn a_signal_ends_the_waiting_with_the_report() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let stage = stage(TWO);
        let server = Server::start(&stage, &["--seed", "sandbox.kdl"]);
        let mut applying = Applying::begin(&stage, &server, &["--until-converged", "1h"]);
        applying.until("waiting");
        let sent = Command::new("kill")
            .args([&format!("-{signal}"), &applying.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(sent.success());
        let (ended, events) = applying.end();
        assert_eq!(ended, Some(code), "{events:#?}");
        assert_eq!(events.last().expect("a last event")["done"], 4);
    }
}
