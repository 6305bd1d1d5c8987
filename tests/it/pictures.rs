//! The graph as a picture, as other programs read it.

use insta::assert_snapshot;

use crate::estate::{CHAIN, HEAD, SEED, stage};
use crate::program::with_input;
use crate::stage::Stage;

/// A group that a stranger named, and a fleet too large to be looked at one by one.
fn fleet() -> Stage {
    let machines: String = (0..100)
        .map(|at| format!("    vm web{at:03} {{ identity system-assigned; login }}\n"))
        .collect();
    let manifest = format!(
        "{HEAD}resource-group rg-web {{\n    grant user (group)\"sg \\\"<b>&ops\\\" \\\\N\"\n{machines}}}\n"
    );
    Stage::new(&manifest, SEED)
}

#[test]
fn a_small_graph_as_a_picture_and_for_graphviz() {
    let stage = stage(CHAIN);
    assert_snapshot!(
        "graph_svg",
        stage.run(&["graph", "--format", "svg"]).expect(0)
    );
    assert_snapshot!(
        "graph_dot",
        stage.run(&["graph", "--format", "dot"]).expect(0)
    );
}

#[test]
fn graphviz_draws_every_thing_even_with_hostile_names() {
    let screen = fleet().run(&["graph", "--format", "dot"]).expect(0);
    let Some(output) = with_input("dot", &["-Tplain"], &screen.stdout) else {
        return;
    };
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(output.status.success(), "{said}");
    let drawn = String::from_utf8(output.stdout).expect("UTF-8");
    // Three for each machine, the grant, the group.
    assert_eq!(
        drawn
            .lines()
            .filter(|line| line.starts_with("node "))
            .count(),
        302
    );
    assert!(
        drawn.contains(r#"sg \"<b>&amp;ops\" \\N"#) || drawn.contains(r#"sg \"<b>&ops\" \\N"#),
        "{drawn}"
    );
}

#[test]
fn a_large_picture_folds_what_is_alike_and_says_so() {
    let stage = fleet();
    let screen = stage.run(&["graph", "--format", "svg"]).expect(0);
    assert!(screen.says("× 100 like web000/login"), "{screen}");
    assert!(screen.says("300 of 302 things share a box"), "{screen}");
    let again = stage.run(&["graph", "--format", "svg"]).expect(0);
    assert_eq!(again.stdout, screen.stdout);
}

#[test]
fn a_picture_is_well_formed_whatever_the_names() {
    let picture = fleet().run(&["graph", "--format", "svg"]).expect(0).stdout;
    assert!(!picture.contains("<b>"), "{picture}");
    let parse = "import sys, xml.dom.minidom as x; print(len(x.parse(sys.stdin.buffer).getElementsByTagName('text')))";
    let Some(output) = with_input("python3", &["-c", parse], &picture) else {
        return;
    };
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(output.status.success(), "{said}");
}
