//! Every example is what its `expected-plan.txt` says, does what it says, and can be taken back. A new folder in `examples/` is
//! run by being there. `VMLOGIN_EXAMPLES=write` writes the plans and the picture anew: read them before they are checked in.

use std::path::Path;

use crate::stage::{Screen, Stage, repository};

/// What every example consists of.
const FILES: [&str; 4] = [
    "estate.kdl",
    "sandbox.kdl",
    "expected-plan.txt",
    "README.md",
];

/// The example whose graph is the picture in the README.
const PICTURED: &str = "02-adopt";

/// The folders of `examples/`, easiest first.
fn examples() -> Vec<String> {
    let entries = std::fs::read_dir(repository().join("examples")).expect("examples");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

fn text(path: impl AsRef<Path>) -> String {
    let path = repository().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The command line that an example's README gives, in the example's folder, except that the sandbox's state lies in the stage.
fn run(stage: &Stage, example: &str, verb: &str, more: &[&str]) -> Screen {
    run_wide(stage, example, verb, more, "100")
}

fn run_wide(stage: &Stage, example: &str, verb: &str, more: &[&str], columns: &str) -> Screen {
    let state = format!("--sandbox={}", stage.path("sandbox.json").display());
    let mut command = stage.command(&[verb]);
    command
        .args(more)
        .env("COLUMNS", columns)
        .current_dir(repository().join("examples").join(example));
    if verb != "validate" && verb != "graph" {
        command.arg(state);
    }
    stage.finish(command)
}

/// Holds a text against the file that is checked in, or writes the file where that was asked for.
fn is_current(file: &str, text_now: &str) {
    if std::env::var_os("VMLOGIN_EXAMPLES").is_some_and(|asked| asked == "write") {
        std::fs::write(repository().join(file), text_now).expect("a file");
    }
    assert!(
        text(file) == text_now,
        "{file} is not current: run `just examples` and read what changed. Now it is:\n{text_now}"
    );
}

#[test]
fn every_example_plans_as_expected_and_converges_and_is_taken_back() {
    let examples = examples();
    assert!(examples.len() >= 7, "{examples:?}");
    for example in &examples {
        let stage = Stage::empty();
        let valid = run(&stage, example, "validate", &[]).expect(0);
        assert!(valid.says("valid: estate"), "{valid}");
        let plan = run(&stage, example, "plan", &[]).expect(0);
        is_current(
            &format!("examples/{example}/expected-plan.txt"),
            &plan.stdout,
        );
        let first = run(&stage, example, "apply", &["--yes"]).expect(0);
        assert!(first.stdout.starts_with(&plan.stdout), "{example}: {first}");
        assert!(first.says(" 0 failed"), "{example}: {first}");
        let second = run(&stage, example, "plan", &["--detailed-exitcode"]).expect(0);
        assert!(
            second.says("plan: nothing is to change, "),
            "{example}: {second}"
        );
        let destroyed = run(&stage, example, "destroy", &["--yes"]).expect(0);
        assert!(destroyed.says(" 0 failed"), "{example}: {destroyed}");
        let left = run(&stage, example, "destroy", &["--yes"]).expect(0);
        assert!(
            left.says("destroy: nothing is to change, "),
            "{example}: {left}"
        );
        // Where every machine was made, the world is as it was. An identity on an older machine stays, and so do its tags: nobody
        // can tell whether others use them by now.
        let seed = text(format!("examples/{example}/sandbox.kdl"));
        if !["vm ", "arc-machine "]
            .iter()
            .any(|node| seed.contains(node))
        {
            let again = run(&stage, example, "plan", &[]).expect(0);
            assert_eq!(again.stdout, plan.stdout, "{example}");
        }
    }
}

#[test]
fn every_example_is_complete_and_told_of() {
    let front = text("README.md");
    let mut last = 0;
    for example in examples() {
        for file in FILES {
            assert!(!text(format!("examples/{example}/{file}")).trim().is_empty());
        }
        let readme = text(format!("examples/{example}/README.md"));
        let enter = format!("cd examples/{example}\n");
        for command in [
            &enter,
            "vmlogin -- plan --sandbox",
            "vmlogin -- apply --sandbox",
        ] {
            assert!(readme.contains(command), "{example} lacks `{command}`");
        }
        let link = format!("](examples/{example}) |");
        let at = front
            .find(&link)
            .unwrap_or_else(|| panic!("the README does not list {example}"));
        assert!(at > last, "the README does not list {example} in its place");
        last = at;
    }
}

#[test]
fn an_example_reads_well_where_the_screen_is_narrow() {
    for example in examples() {
        let stage = Stage::empty();
        let screen = run_wide(&stage, &example, "plan", &[], "60").expect(0);
        for line in screen
            .stdout
            .lines()
            .filter(|line| line.chars().count() > 60)
        {
            // A word that is longer than the rest of its line stays whole, for being copied; so does a line of the manifest.
            let before = line.trim_end().rsplit_once(' ').map_or("", |it| it.0);
            let is_whole = before.chars().count() <= 60 || line.contains(" | ");
            assert!(is_whole, "{example}: {line}");
        }
    }
}

#[test]
fn the_picture_of_the_readme_is_the_graph_of_its_example() {
    let stage = Stage::empty();
    let graph = run(&stage, PICTURED, "graph", &["--format", "svg"]).expect(0);
    assert!(graph.stdout.len() < 60_000, "{}", graph.stdout.len());
    let file = format!("examples/{PICTURED}/graph.svg");
    is_current(&file, &graph.stdout);
    assert!(text("README.md").contains(&format!("]({file})")));
}
