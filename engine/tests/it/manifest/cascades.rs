//! One mistake, one report: what follows from an earlier problem is left out.

use super::HEAD;
use crate::report::report;
use crate::sample::CATALOGUE;
use insta::assert_snapshot;
use vmlogin_engine::language::{File, Inputs, expand};
use vmlogin_engine::manifest::lower::lower;
use vmlogin_engine::problem::settle;
use vmlogin_engine::source::Sources;
use vmlogin_engine::syntax::parse;

/// The one report on a text that may be wrong in every way.
fn whole_report(text: &str) -> String {
    let mut sources = Sources::new();
    let source = sources.add("estate.kdl".to_owned(), text.to_owned());
    let parsed = parse(source, text);
    let file = File {
        source,
        path: "estate.kdl".to_owned(),
        tree: parsed.tree,
        root: true,
    };
    let expanded = expand(vec![file], &Inputs::default());
    let mut problems = parsed.problems;
    problems.extend(expanded.problems);
    let lowered = lower(expanded.tree, &CATALOGUE).after(&problems);
    assert_eq!(
        lowered.manifest.is_some(),
        problems.is_empty() && lowered.problems.is_empty()
    );
    problems.extend(lowered.problems);
    report(&settle(problems), &sources)
}

#[test]
fn an_undefined_name_is_not_an_empty_name_too() {
    let text =
        format!("{HEAD}resource-group $rgg subscription=$cor {{ vm $web; vm $web2 }}\nvm x\n");
    assert_snapshot!(whole_report(&text), @r#"
    VML031: `rgg` is not defined
      estate.kdl:5:16 `$rgg` no `let` or `param` defines it
      help: define it with `let rgg …` or `param rgg`, or quote it if it is text: `"$rgg"`

    VML031: `cor` is not defined
      estate.kdl:5:34 `$cor` no `let` or `param` defines it
      help: define it with `let cor …` or `param cor`, or quote it if it is text: `"$cor"`

    VML031: `web` is not defined
      estate.kdl:5:44 `$web` no `let` or `param` defines it
      help: define it with `let web …` or `param web`, or quote it if it is text: `"$web"`

    VML031: `web2` is not defined
      estate.kdl:5:53 `$web2` no `let` or `param` defines it
      help: define it with `let web2 …` or `param web2`, or quote it if it is text: `"$web2"`

    VML101: `vm` cannot stand at the top level
      estate.kdl:6:1 `vm` not here
      help: move it into the braces of `resource-group`
    "#);
}

#[test]
fn what_is_missing_may_be_in_what_could_not_be_read() {
    assert_snapshot!(whole_report(
        "vmlogin 1 { estate \"e }\nresource-group rg subscription=core\n"
    ), @r#"
    VML006: this block is never closed
      estate.kdl:1:11 `{` opened here
      estate.kdl:3:1 `` the file ends here
      help: close it with `}`

    VML004: this string is never closed
      estate.kdl:1:20 `"` opened here
      help: close it with `"`
    "#);
}

#[test]
fn what_is_not_built_is_refused_once() {
    let text = format!("{HEAD}template t {{ login }}\nresource-group rg {{ vm a {{ use t }} }}\n");
    assert_snapshot!(whole_report(&text), @r#"
    VML030: `template` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:5:1 `template` not built yet
      help: write the nodes out in full

    VML030: `use` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:6:28 `use` not built yet
      help: write the nodes out in full
    "#);
}

#[test]
fn problems_of_all_stages_stand_in_one_report() {
    let text =
        format!("{HEAD}let a $b\nresource-group rg {{ vm web01 {{ protect true }}; vn x }}\n");
    assert_snapshot!(whole_report(&text), @r#"
    VML031: `b` is not defined
      estate.kdl:5:7 `$b` no `let` or `param` defines it
      help: define it with `let b …` or `param b`, or quote it if it is text: `"$b"`

    VML008: `true` is spelled `#true` in KDL 2
      estate.kdl:6:40 `true` the `#` is missing
      help: write `#true`, or `"true"` if text is meant

    VML100: unknown node `vn` in `resource-group`
      estate.kdl:6:48 `vn` no such node here
      help: did you mean `vm`?
    "#);
}

#[test]
fn without_earlier_problems_nothing_is_left_out() {
    let lowered = lower(vmlogin_engine::syntax::tree::Tree::default(), &CATALOGUE);
    assert_eq!(lowered.clone().after(&[]), lowered);
}

#[test]
fn a_flood_of_problems_is_cut_and_counted() {
    let text = format!("{HEAD}{}", "foo\n".repeat(20_000));
    let report = whole_report(&text);
    assert_eq!(report.matches("VML100").count(), 99);
    assert!(
        report.ends_with(
            "VML000: there are more problems than these\n  help: fix the ones above and run again\n"
        ),
        "{}",
        &report[report.len() - 200..]
    );
}
