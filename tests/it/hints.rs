//! Slips of people who are new to it: each is told what to write instead.

use insta::assert_snapshot;

use crate::estate::{CHAIN, stage};

#[test]
fn the_nodes_of_the_language_are_among_those_that_stand_at_the_top() {
    assert_snapshot!(
        "near",
        stage("parm env\nlett a 1\n").run(&["validate"]).expect(3)
    );
    assert_snapshot!("far", stage("nonsense\n").run(&["validate"]).expect(3));
}

#[test]
fn a_comment_or_a_quote_of_another_language() {
    assert_snapshot!(
        stage("# a comment\nresource-group rg-web # another\nresource-group 'rg-db'\n")
            .run(&["validate"])
            .expect(3)
    );
}

#[test]
fn an_empty_value_and_a_folder() {
    let stage = stage(CHAIN);
    assert_snapshot!(
        "empty_sandbox",
        stage.run(&["plan", "--sandbox="]).expect(64)
    );
    assert_snapshot!(
        "empty_word",
        stage.run(&["plan", "--sandbox", ""]).expect(64)
    );
    assert_snapshot!("folder", stage.run(&["validate", "-f", "."]).expect(3));
}
