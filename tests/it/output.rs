//! What other programs read: JSON, events, graphs, and pipes that close early.

use std::io::Read;
use std::process::Stdio;

use insta::assert_snapshot;
use vmlogin_engine::event::Event;
use vmlogin_engine::plan::Plan;

use crate::estate::{CHAIN, HEAD, stage};

#[test]
fn a_plan_as_json_is_the_published_plan_and_only_that_is_on_stdout() {
    let stage = stage(CHAIN);
    let screen = stage.sandbox(&["plan", "--format", "json"]).expect(0);
    let plan: Plan = serde_json::from_str(&screen.stdout).expect("a plan");
    assert_eq!(plan.estate, "web-prod");
    assert_eq!(
        vmlogin_engine::plan::audit::audit(&plan),
        Vec::<String>::new()
    );
    let again = stage.sandbox(&["plan", "--format", "json"]).expect(0);
    assert_eq!(
        again.stdout, screen.stdout,
        "the same inputs plan to the same bytes"
    );
}

#[test]
fn events_are_one_object_a_line_the_first_with_the_version_and_the_last_the_summary() {
    let stage = stage(CHAIN);
    let screen = stage.sandbox(&["apply", "--yes", "--json"]).expect(0);
    let events: Vec<Event> = screen
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    assert!(matches!(
        events.first(),
        Some(Event::Version { format: 1, .. })
    ));
    assert!(matches!(
        events.last(),
        Some(Event::Summary {
            exit: 0,
            failed: 0,
            ..
        })
    ));
    let names: Vec<&str> = screen
        .stdout
        .lines()
        .filter_map(|line| line.split('"').nth(3))
        .collect();
    assert_snapshot!(names.join("\n"));
}

#[test]
fn problems_as_json_have_file_line_and_column() {
    let stage = stage("resource-group rg-web { vm web01 { logn } }\n");
    assert_snapshot!(stage.run(&["validate", "--format", "json"]).expect(3));
}

#[test]
fn a_graph_says_what_waits_for_what_and_why() {
    let stage = stage(CHAIN);
    assert_snapshot!("graph_text", stage.run(&["graph"]).expect(0));
    assert_snapshot!(
        "graph_mermaid",
        stage.run(&["graph", "--format", "mermaid"]).expect(0)
    );
}

#[test]
fn a_closed_pipe_is_no_error() {
    let stage = stage(CHAIN);
    let mut command = stage.command(&["graph"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    drop(child.stdout.take());
    let status = child.wait().expect("it ends");
    let mut err = String::new();
    child
        .stderr
        .take()
        .expect("a pipe")
        .read_to_string(&mut err)
        .expect("text");
    assert_eq!((status.code(), err.as_str()), (Some(0), ""));
}

#[test]
fn a_narrow_terminal_is_kept_to() {
    let stage = stage(CHAIN);
    let mut command = stage.command(&["plan", "--sandbox"]);
    command.env("COLUMNS", "60");
    assert_snapshot!(stage.finish(command).expect(0));
}

#[test]
fn what_is_documented_and_not_built_is_refused_by_name() {
    let stage = stage(CHAIN);
    for arguments in [
        &["drift"] as &[&str],
        &["plan", "--snapshot", "world.json"],
        &["plan", "--tenant", "contoso"],
        &["apply", "--verify", "deep"],
        &["plan", "--format", "markdown"],
        &["apply", "--auth", "oidc"],
    ] {
        let screen = stage.run(arguments).expect(64);
        assert!(screen.says("does not build"), "{arguments:?}: {screen}");
    }
}

#[test]
fn a_guard_that_would_refuse_is_told_even_where_little_is_to_be_said() {
    let stage = stage(CHAIN);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    let strict = HEAD.replace(
        "estate \"web-prod\"",
        "estate \"web-prod\"; safety max-delete=0",
    );
    let without_grant = CHAIN.replace("grant admin (group)sg-web-admins", "");
    stage.write("estate.kdl", &format!("{strict}{without_grant}"));
    let screen = stage.sandbox(&["plan", "-q"]).expect(0);
    assert!(screen.stderr.contains("guard `max-delete`"), "{screen}");
}

#[test]
fn a_variable_that_nothing_reads_is_told_with_the_nearest_and_changes_nothing() {
    let stage = stage(CHAIN);
    let with = |name: &str, value: &str| {
        let mut command = stage.command(&["validate"]);
        command.env(name, value);
        stage.finish(command).expect(0)
    };
    let plain = stage.run(&["validate"]).expect(0);
    let slip = with("VMLOGIN_FORMT", "json");
    assert_eq!(slip.stdout, plain.stdout);
    assert_eq!(
        slip.stderr,
        format!(
            "warning: `VMLOGIN_FORMT` is set, and nothing reads it: did you mean `VMLOGIN_FORMAT`?\n{}",
            plain.stderr
        )
    );
    let input = with("VMLOGIN_FILE", "other.kdl");
    assert!(input.says("inputs have no variable: write `-f`"), "{input}");
    for (name, value) in [
        ("VMLOGIN_FORMT", ""),
        ("VMLOGIN_MAX_DELETE", "3"),
        ("VMLOGIN_WEB_PASSWORD", "x"),
    ] {
        assert_eq!(with(name, value).stderr, plain.stderr, "{name}");
    }
}
