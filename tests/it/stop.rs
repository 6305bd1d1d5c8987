//! Runs that end early without a signal, and a server that ends hard; signals have stories of their own.

use crate::estate::{CHAIN, stage};
use crate::stage::Server;

#[test]
fn time_that_is_up_before_anything_was_written_has_a_code_of_its_own() {
    let stage = stage(CHAIN);
    let screen = stage
        .sandbox(&["apply", "--yes", "--timeout", "1ns"])
        .expect(9);
    assert!(
        screen.says("passed before anything was written"),
        "{screen}"
    );
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(2);
}

#[test]
fn a_served_sandbox_keeps_its_state_whatever_ends_it() {
    let stage = stage(CHAIN);
    let server = Server::start(&stage, &["--seed", "sandbox.kdl"]);
    let at = format!("--sandbox={}", server.url);
    stage.run(&["apply", "--yes", &at]).expect(0);
    drop(server);
    let again = stage.sandbox(&["apply", "--yes"]).expect(0);
    assert!(
        again.stdout.starts_with("plan: nothing is to change"),
        "{again}"
    );
}
