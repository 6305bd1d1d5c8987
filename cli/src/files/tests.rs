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

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_is_not_opened() {
    let tree = tree(&[("estate.kdl", "include \"*.kdl\"\n")]);
    let pipe = tree.path().join("pipe.kdl");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    // An include passes it by, `-f` says what it is: to open it would wait for ever.
    assert_eq!(
        problems(&tree, &read_in(&tree, &["estate.kdl"])),
        Vec::<String>::new()
    );
    assert_eq!(
        problems(&tree, &read_in(&tree, &["pipe.kdl"])),
        ["VML060 `pipe.kdl` cannot be read: it is no regular file"]
    );
    for endless in ["/dev/zero", "/dev/urandom"] {
        assert_eq!(
            read(&[PathBuf::from(endless)]).problems.len(),
            1,
            "{endless}"
        );
    }
    let homes = read_in(&tree, &["estate.kdl"]).homes;
    let refused = text(&pipe.to_string_lossy(), &homes).unwrap_err();
    assert_eq!(refused.to_string(), "it is no regular file");
}

#[cfg(unix)]
#[test]
fn a_circle_of_links_ends() {
    let tree = tree(&[
        ("estate.kdl", "include \"a/**/*.kdl\"\n"),
        ("a/one.kdl", "let x 1\n"),
    ]);
    let link =
        |to: &str, from: &str| std::os::unix::fs::symlink(to, tree.path().join(from)).unwrap();
    link(".", "a/self");
    link("..", "a/up");
    link("loop", "a/loop");
    link("nowhere", "a/nowhere.kdl");
    let texts = read_in(&tree, &["estate.kdl"]);
    assert_eq!(paths(&texts), [("estate.kdl", true), ("a/one.kdl", false)]);
}

#[test]
fn files_that_include_each_other_are_read_once() {
    let tree = tree(&[
        ("estate.kdl", "include \"a.kdl\" \"b.kdl\" \"estate.kdl\"\n"),
        ("a.kdl", "include \"b.kdl\" \"*.kdl\"\n"),
        ("b.kdl", "include \"a.kdl\" \"**/*.kdl\"\n"),
    ]);
    assert_eq!(read_in(&tree, &["estate.kdl"]).files.len(), 3);
}

#[test]
fn a_path_that_leads_out_is_refused_however_it_is_written() {
    for pattern in [
        "../x.kdl",
        "/etc/*.kdl",
        "a/../../x.kdl",
        "..\\\\x.kdl",
        "C:\\\\x.kdl",
        "\\\\\\\\host\\\\x.kdl",
        "./../x",
        "{..,a}/x.kdl",
    ] {
        let tree = tree(&[("estate.kdl", &format!("include \"{pattern}\"\n"))]);
        let texts = read_in(&tree, &["estate.kdl"]);
        assert_eq!(
            (texts.files.len(), texts.problems.len()),
            (1, 1),
            "{pattern}: {:?}",
            texts.problems
        );
    }
}

/// The steps are counted, since a test of time would fail on a busy machine.
#[test]
fn includes_look_through_no_more_than_they_may() {
    let tree = tree(&[("a/1.kdl", ""), ("a/2.kdl", ""), ("b/3.kdl", "")]);
    let folder = tree.path().canonicalize().unwrap();
    let place = include::Place {
        folder: &folder,
        tree: &folder,
    };
    let mut left = 10;
    assert_eq!(
        include::resolve("**/**/**/*.kdl", place, &mut left)
            .unwrap()
            .len(),
        3
    );
    assert_eq!(
        left, 5,
        "two folders and three files, each once, whatever the pattern repeats"
    );
    include::resolve("a/*.kdl", place, &mut left).unwrap();
    assert_eq!(left, 3);
    let refused = include::resolve("**/*.kdl", place, &mut left).unwrap_err();
    assert_eq!(
        refused,
        include::Refused::TooMuch {
            pattern: "**/*.kdl".to_owned()
        }
    );
}
