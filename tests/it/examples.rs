//! Every example plans to what its `expected-plan.txt` says, and applying it leaves nothing to do.

use std::path::PathBuf;

use crate::stage::{Stage, repository};

/// The folders of `examples/`, easiest first.
fn examples() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(repository().join("examples")).expect("examples");
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

#[test]
fn every_example_plans_as_expected_and_converges() {
    let examples = examples();
    assert!(!examples.is_empty());
    for folder in examples {
        let stage = Stage::empty();
        let manifest = folder.join("estate.kdl");
        let manifest = manifest.to_str().expect("a path in UTF-8");
        let expected = std::fs::read_to_string(folder.join("expected-plan.txt"))
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let plan = stage.sandbox(&["plan", "-f", manifest]).expect(0);
        assert_eq!(plan.stdout, expected, "{}", folder.display());
        let first = stage.sandbox(&["apply", "-f", manifest, "--yes"]).expect(0);
        assert!(first.says("0 failed"), "{first}");
        let second = stage.sandbox(&["apply", "-f", manifest, "--yes"]).expect(0);
        assert!(
            second.stdout.starts_with("plan: nothing is to change"),
            "{second}"
        );
    }
}
