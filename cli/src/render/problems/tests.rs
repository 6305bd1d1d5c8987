use super::*;
use vmlogin_engine::problem::{Code, Label};

const NARROW: View = View {
    paint: Paint::OFF,
    width: 40,
    verbose: false,
    given: Given::NONE,
};

fn source(text: &str) -> (Sources, SourceId) {
    let mut sources = Sources::new();
    let id = sources.add("estate.kdl".to_owned(), text.to_owned());
    (sources, id)
}

/// A problem with a label at each of some words of its text.
fn problem(sources: &Sources, id: SourceId, words: &[(&str, &str)]) -> Problem {
    let labels = words
        .iter()
        .map(|(word, text)| {
            let at = sources.text(id).find(word).unwrap();
            Label::new(Span::new(id, at, at + word.len()), *text)
        })
        .collect();
    Problem {
        code: Code("VML112"),
        message: "unknown attribute `auto-upgarde` on `login`".to_owned(),
        labels,
        help: Some("did you mean `auto-upgrade-minor-version`?".to_owned()),
    }
}

#[test]
fn a_secret_is_on_no_screen() {
    let (sources, id) = source("vm web01 {\n    admin kim password=\"hunter2\"\n    size A B\n}\n");
    let mut literal = problem(&sources, id, &[("\"hunter2\"", "not here")]);
    literal.labels[0].secret = true;
    let next_line = problem(&sources, id, &[("B", "one too many")]);
    let screen = text(&[literal, next_line], &sources, NARROW);
    assert!(!screen.contains("hunter2"), "{screen}");
    assert_eq!(screen.matches("password=*********").count(), 2, "{screen}");
}

#[test]
fn a_problem_fits_a_narrow_screen_and_needs_no_colour() {
    let (sources, id) = source("vm web01 {\n    login auto-upgarde=#true\n}\n");
    let problem = problem(
        &sources,
        id,
        &[("auto-upgarde=#true", "not an attribute of `login`")],
    );
    insta::assert_snapshot!(text(&[problem], &sources, NARROW), @"
    VML112

      × unknown attribute `auto-upgarde`
      │ on `login`
       ╭─[estate.kdl:2:11]
     1 │ vm web01 {
     2 │     login auto-upgarde=#true
       ·           ─────────┬────────
       ·                    ╰── not an attribute of `login`
     3 │ }
       ╰────
      help: did you mean `auto-upgrade-
            minor-version`?

    1 problem
    ");
}

#[test]
fn two_places_of_one_file_are_shown_together_and_of_two_files_apart() {
    let (mut sources, id) = source("vm web01\nvm web02\n\n\n\n\nvm web01\n");
    let other = sources.add("teams/b.kdl".to_owned(), "vm web01\n".to_owned());
    let mut problem = problem(&sources, id, &[("web01", "first declared here")]);
    problem
        .labels
        .push(Label::new(Span::new(id, 25, 30), "declared again here"));
    problem
        .labels
        .push(Label::new(Span::new(other, 3, 8), "and here"));
    insta::assert_snapshot!(text(&[problem], &sources, NARROW), @"
    VML112

      × unknown attribute `auto-upgarde`
      │ on `login`
       ╭─[estate.kdl:1:4]
     1 │ vm web01
       ·    ──┬──
       ·      ╰── first declared here
     2 │ vm web02
       ╰────
       ╭─[estate.kdl:7:4]
     6 │ 
     7 │ vm web01
       ·    ──┬──
       ·      ╰── declared again here
       ╰────
      help: did you mean `auto-upgrade-
            minor-version`?

    Advice: 
      ☞ the other place
       ╭─[teams/b.kdl:1:4]
     1 │ vm web01
       ·    ──┬──
       ·      ╰── and here
       ╰────

    1 problem
    ");
}

#[test]
fn what_could_act_on_the_terminal_is_escaped_everywhere() {
    let (sources, id) = source("vm \"\u{1b}[2J\u{202e}web\" oops\n");
    let mut problem = problem(&sources, id, &[("oops", "a \u{1b} label")]);
    problem.message = "bad \u{1b}]0;title\u{7}".to_owned();
    let screen = text(&[problem], &sources, NARROW);
    assert!(
        !screen.contains(['\u{1b}', '\u{202e}', '\u{7}']),
        "{screen:?}"
    );
    assert!(screen.contains("\\u{1b}[2J\\u{202e}web\" oops"), "{screen}");
}

#[test]
fn a_line_of_a_hundred_thousand_columns_is_cut_around_its_label() {
    let (sources, id) = source(&format!(
        "{}oops{}\n",
        "x".repeat(100_000),
        "y".repeat(100_000)
    ));
    let problem = problem(&sources, id, &[("oops", "here")]);
    let screen = text(
        &[problem],
        &sources,
        View {
            width: 200,
            ..NARROW
        },
    );
    assert!(screen.len() < 2_000, "{}", screen.len());
    assert!(
        screen.contains("xoopsy") && screen.contains("[estate.kdl:1:100001]"),
        "{screen}"
    );
}

#[test]
fn the_end_of_a_file_can_be_pointed_at() {
    let (sources, id) = source("vm web01 {");
    let mut problem = problem(&sources, id, &[("{", "opened here")]);
    problem
        .labels
        .push(Label::new(Span::new(id, 10, 10), "the file ends here"));
    insta::assert_snapshot!(text(&[problem], &sources, NARROW), @"
    VML112

      × unknown attribute `auto-upgarde`
      │ on `login`
       ╭─[estate.kdl:1:10]
     1 │ vm web01 { 
       ·          ┬┬
       ·          │╰── the file ends here
       ·          ╰── opened here
       ╰────
      help: did you mean `auto-upgrade-
            minor-version`?

    1 problem
    ");
}

#[test]
fn hostile_spans_are_no_panic() {
    let (sources, id) = source("vm wéb01\r\n\tlogin\n");
    for (start, end) in [
        (0, 0),
        (4, 5),
        (5, 9_000),
        (9_000, 9_001),
        (9, 10),
        (17, 17),
        (12, 3),
    ] {
        let mut problem = problem(&sources, id, &[("vm", "x")]);
        problem.labels = vec![
            Label::new(Span::new(id, start, end), "here"),
            Label::new(Span::new(SourceId(7), 3, 4), ""),
        ];
        assert!(text(&[problem], &sources, NARROW).contains("VML112"));
    }
}

#[test]
fn json_tells_file_line_and_column() {
    let (sources, id) = source("vm web01 {\n    login auto-upgarde=#true\n}\n");
    let problem = problem(&sources, id, &[("auto-upgarde", "not an attribute")]);
    insta::assert_snapshot!(json(&[problem], &sources, Given::NONE), @r#"
    {
      "format": 1,
      "problems": [
        {
          "code": "VML112",
          "message": "unknown attribute `auto-upgarde` on `login`",
          "file": "estate.kdl",
          "line": 2,
          "column": 11,
          "labels": [
            {
              "file": "estate.kdl",
              "line": 2,
              "column": 11,
              "end_line": 2,
              "end_column": 23,
              "text": "not an attribute"
            }
          ],
          "help": "did you mean `auto-upgrade-minor-version`?"
        }
      ]
    }
    "#);
}

#[test]
fn a_problem_without_a_place_is_still_told() {
    let problem = Problem {
        labels: Vec::new(),
        ..problem(&source("vm").0, SourceId(0), &[("vm", "")])
    };
    insta::assert_snapshot!(text(&[problem], &Sources::new(), NARROW), @"
    VML112

      × unknown attribute `auto-upgarde`
      │ on `login`
      help: did you mean `auto-upgrade-
            minor-version`?

    1 problem
    ");
}

proptest::proptest! {
    #[test]
    fn no_text_and_no_place_breaks_the_screen(text_of in "(?s).{0,200}", places in proptest::collection::vec((0usize..260, 0usize..260), 0..5), width in 30usize..200) {
        let (sources, id) = source(&text_of);
        let labels = places.iter().map(|(start, end)| Label::new(Span::new(id, *start, *end), "here\u{202e}"));
        let problem = Problem { code: Code("VML999"), message: text_of.clone(), labels: labels.collect(), help: Some(text_of.clone()) };
        let screen = text(&[problem], &sources, View { width, ..NARROW });
        proptest::prop_assert!(screen.contains("VML999"));
        proptest::prop_assert!(!screen.chars().any(|shown| shown != '\n' && shown != '\t' && super::super::foreign::acts(shown)), "{screen:?}");
    }
}
