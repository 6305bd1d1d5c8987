use super::*;
use tempfile::TempDir;

/// A folder with these files.
fn tree(files: &[(&str, &str)]) -> TempDir {
    let tree = TempDir::new().unwrap();
    for (path, text) in files {
        let path = tree.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    tree
}

fn read_in(tree: &TempDir, names: &[&str]) -> Texts {
    read(
        &names
            .iter()
            .map(|name| tree.path().join(name))
            .collect::<Vec<_>>(),
    )
}

fn paths(texts: &Texts) -> Vec<(&str, bool)> {
    texts
        .files
        .iter()
        .map(|file| (file.path.as_str(), file.root))
        .collect()
}

/// Code and message of each problem, the folder left out.
fn problems(tree: &TempDir, texts: &Texts) -> Vec<String> {
    let folder = format!("{}/", tree.path().display());
    texts
        .problems
        .iter()
        .map(|problem| format!("{} {}", problem.code, problem.message.replace(&folder, "")))
        .collect()
}

#[test]
fn includes_are_sorted_relative_to_their_file_and_read_once() {
    let tree = tree(&[
        ("estate.kdl", "include \"teams/*.kdl\" \"teams/b.kdl\"\n"),
        ("teams/b.kdl", "include \"deep/**/*.kdl\"\n"),
        ("teams/a.kdl", "let a 1\n"),
        ("teams/notes.txt", "not KDL {"),
        ("teams/deep/x/y.kdl", "include \"../../../teams/a.kdl\"\n"),
    ]);
    let texts = read_in(&tree, &["estate.kdl", "estate.kdl"]);
    assert_eq!(problems(&tree, &texts), Vec::<String>::new());
    let expected = [
        ("estate.kdl", true),
        ("teams/a.kdl", false),
        ("teams/b.kdl", false),
        ("teams/deep/x/y.kdl", false),
    ];
    assert_eq!(paths(&texts), expected);
}

#[test]
fn an_include_that_matches_nothing_says_what_is_there() {
    let tree = tree(&[
        ("estate.kdl", "include \"team/*.kdl\" \"teams/*.kd\"\n"),
        ("teams/a.kdl", ""),
    ]);
    let texts = read_in(&tree, &["estate.kdl"]);
    assert_eq!(
        problems(&tree, &texts),
        [
            "VML061 `team/*.kdl` matches no file",
            "VML061 `teams/*.kd` matches no file"
        ]
    );
    assert_eq!(
        texts.problems[1].help.as_deref(),
        Some("correct the pattern: there is `teams/a.kdl`")
    );
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_out_is_refused_and_one_inside_is_followed() {
    let outside = tree(&[("secret.kdl", "let secret 1\n")]);
    let tree = tree(&[
        (
            "estate.kdl",
            "include \"teams/*.kdl\"\ninclude \"other/*.kdl\"\ninclude \"in/*.kdl\"\n",
        ),
        ("real/a.kdl", "let a 1\n"),
    ]);
    let link = |from: &Path, to: &str| {
        let to = tree.path().join(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(from, to).unwrap();
    };
    link(&outside.path().join("secret.kdl"), "teams/x.kdl");
    link(outside.path(), "other");
    link(&tree.path().join("real"), "in");
    let texts = read_in(&tree, &["estate.kdl"]);
    assert_eq!(
        problems(&tree, &texts),
        [
            "VML063 `teams/x.kdl` is a link that leads out of the manifest's folder",
            "VML063 `other` is a link that leads out of the manifest's folder",
        ]
    );
    assert_eq!(paths(&texts), [("estate.kdl", true), ("real/a.kdl", false)]);
}

#[test]
fn what_cannot_be_read_is_a_problem_of_its_own() {
    let tree = tree(&[("folder/x.kdl", ""), ("bad.kdl", "")]);
    fs::write(tree.path().join("bad.kdl"), b"vm \xff\xfe").unwrap();
    let large = fs::File::create(tree.path().join("large.kdl")).unwrap();
    large.set_len(10_000_001).unwrap();
    let texts = read_in(&tree, &["missing.kdl", "folder", "bad.kdl", "large.kdl"]);
    assert_eq!(
        problems(&tree, &texts),
        [
            "VML060 there is no file `missing.kdl`",
            "VML060 `folder` is a folder",
            "VML001 the file is not UTF-8",
            "VML002 `large.kdl` is larger than 10 MB",
        ]
    );
}

#[test]
fn a_pattern_that_is_none_says_why() {
    let tree = tree(&[("estate.kdl", "include \"teams/[a.kdl\"\n")]);
    let texts = read_in(&tree, &["estate.kdl"]);
    assert!(
        problems(&tree, &texts)[0].starts_with("VML062 `teams/[a.kdl` is no pattern of files: "),
        "{:?}",
        texts.problems
    );
}

#[test]
fn included_files_are_shown_from_where_the_manifest_was_named() {
    let tree = tree(&[
        ("estate.kdl", "include \"teams/*.kdl\"\n"),
        ("teams/a.kdl", "vm {\n"),
    ]);
    let texts = read_in(&tree, &["estate.kdl"]);
    let place = texts.problems[0].place().unwrap();
    assert_eq!(
        texts.sources.name(place.source),
        format!("{}/teams/a.kdl", tree.path().display())
    );
}
