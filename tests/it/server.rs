//! The sandbox as a server of its own: over TLS, shared between runs, and only on loopback.

use insta::assert_snapshot;

use crate::estate::{CHAIN, HEAD, SEED, stage};
use crate::stage::{Server, Stage};

#[test]
fn a_server_over_tls_is_used_with_its_certificate_and_refused_without() {
    let stage = Stage::new(&format!("{HEAD}{CHAIN}"), SEED);
    let server = Server::start(
        &stage,
        &["--tls", "--seed", "sandbox.kdl", "--state", "world.json"],
    );
    assert!(
        server.url.starts_with("https://127.0.0.1:"),
        "{}",
        server.url
    );
    let sandbox = format!("--sandbox={}", server.url);
    let ca = server.ca.clone().expect("a certificate");
    stage
        .run(&["apply", "--yes", &sandbox, "--ca", &ca])
        .expect(0);
    stage
        .run(&["plan", "--detailed-exitcode", &sandbox, "--ca", &ca])
        .expect(0);
    assert_snapshot!(stage.run(&["plan", &sandbox]).expect(1));
}

#[test]
fn a_sandbox_that_is_not_on_loopback_is_refused() {
    let stage = stage(CHAIN);
    assert_snapshot!(
        stage
            .run(&["plan", "--sandbox=https://management.azure.com"])
            .expect(64)
    );
    assert_snapshot!(
        stage
            .run(&["sandbox", "serve", "--listen", "0.0.0.0:0"])
            .expect(64)
    );
}

#[test]
fn a_state_in_use_is_refused_by_name() {
    let stage = Stage::new(&format!("{HEAD}{CHAIN}"), SEED);
    let _server = Server::start(
        &stage,
        &["--seed", "sandbox.kdl", "--state", ".vmlogin/sandbox.json"],
    );
    let screen = stage.sandbox(&["plan"]).expect(1);
    assert!(screen.says(".vmlogin/sandbox.json"), "{screen}");
    assert!(screen.says("in use"), "{screen}");
}

#[test]
fn credentials_are_refused_with_a_sandbox() {
    let stage = stage(CHAIN);
    assert_snapshot!(stage.sandbox(&["plan", "--auth", "cli"]).expect(64));
}

#[test]
fn a_server_says_where_it_is_and_what_it_leaves_out() {
    let stage = stage(CHAIN);
    let server = Server::start(&stage, &[]);
    assert!(
        server.url.starts_with("http://127.0.0.1:"),
        "{}",
        server.url
    );
    assert_eq!(server.ca, None);
}

#[test]
fn a_sandbox_that_nobody_serves_is_no_matter_of_signing_in() {
    let stage = stage(CHAIN);
    // Port 1 is nobody's here.
    assert_snapshot!(
        stage
            .run(&["plan", "--sandbox=http://127.0.0.1:1"])
            .expect(1)
    );
}
