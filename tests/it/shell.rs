//! What people install beside the binary: completions that a real shell takes, and a manual that `man` reads.

use std::process::Command;

use insta::assert_snapshot;

use crate::program::with_input;
use crate::stage::Stage;

const SHELLS: [&str; 5] = ["bash", "zsh", "fish", "powershell", "elvish"];

fn script(shell: &str) -> String {
    Stage::empty().run(&["completions", shell]).expect(0).stdout
}

/// What bash offers for a line whose last word is being typed.
fn completed(line: &[&str]) -> Vec<String> {
    let stage = Stage::empty().with("vmlogin.bash", &script("bash"));
    let last = line.len() - 1;
    let previous = line[last - 1];
    let asked = format!(
        "source {}; COMP_WORDS=({}); COMP_CWORD={last}; _vmlogin vmlogin '{}' '{previous}'; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        stage.path("vmlogin.bash").display(),
        line.iter()
            .map(|word| format!("'{word}'"))
            .collect::<Vec<_>>()
            .join(" "),
        line[last]
    );
    let output = Command::new("bash")
        .args(["--noprofile", "--norc", "-c", &asked])
        .output()
        .expect("bash runs");
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(said, "", "{asked}");
    let offered = String::from_utf8(output.stdout).expect("UTF-8");
    offered.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_verbs_flags_words_and_rules() {
    assert_eq!(completed(&["vmlogin", "pl"]), ["plan"]);
    assert_eq!(completed(&["vmlogin", "sandbox", "se"]), ["serve"]);
    assert_eq!(
        completed(&["vmlogin", "plan", "--det"]),
        ["--detailed-exitcode"]
    );
    assert_eq!(
        completed(&["vmlogin", "plan", "--format", ""]),
        ["text", "json"]
    );
    assert_eq!(completed(&["vmlogin", "completions", "po"]), ["powershell"]);
    assert_eq!(completed(&["vmlogin", "explain", "VML40"])[0], "VML401");
}

#[test]
fn other_shells_read_their_script() {
    for (program, arguments) in [("zsh", ["-n"]), ("fish", ["-n"])] {
        let Some(output) = with_input(program, &arguments, &script(program)) else {
            continue;
        };
        let said = String::from_utf8(output.stderr).expect("UTF-8");
        assert!(output.status.success(), "{program}: {said}");
        assert_eq!(said, "", "{program}");
    }
}

#[test]
fn each_script_knows_every_verb() {
    let help = Stage::empty().run(&["--help"]).expect(0).stdout;
    let verbs: Vec<&str> = help
        .lines()
        .skip_while(|line| *line != "Verbs:")
        .skip(1)
        .map_while(|line| line.strip_prefix("  "))
        .filter_map(|line| line.split(' ').next())
        .filter(|word| !word.is_empty())
        .collect();
    assert!(verbs.contains(&"completions"), "{verbs:?}");
    for shell in SHELLS {
        let script = script(shell);
        for verb in &verbs {
            assert!(script.contains(verb), "{shell} lacks {verb}");
        }
    }
}

#[test]
fn a_shell_that_is_none_gets_the_nearest() {
    assert_snapshot!(Stage::empty().run(&["completions", "bsh"]).expect(64));
}

#[test]
fn man_reads_every_page_without_a_complaint() {
    let manual = Stage::empty().run(&["man"]).expect(0).stdout;
    let pages = manual.matches("\n.TH vmlogin").count();
    let Some(output) = with_input("groff", &["-man", "-Tutf8", "-ww", "-z"], &manual) else {
        return;
    };
    assert_eq!(String::from_utf8(output.stderr).expect("UTF-8"), "");
    let names = with_input("groff", &["-man", "-Tascii", "-P-cbou"], &manual).expect("groff");
    let names = String::from_utf8(names.stdout).expect("UTF-8");
    assert_eq!(names.matches("\nNAME\n").count(), pages, "{names}");
}

#[test]
fn a_page_of_the_manual() {
    assert_snapshot!(
        "man_explain",
        Stage::empty().run(&["man", "explain"]).expect(0)
    );
    assert_snapshot!(
        "man_of_nothing",
        Stage::empty().run(&["man", "pln"]).expect(64)
    );
}
