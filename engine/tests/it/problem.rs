//! Reports, and the guesses in them.

use vmlogin_engine::problem::{CUT_SHORT, Code, Label, MOST_PROBLEMS, Problem, nearest, settle};
use vmlogin_engine::source::{SourceId, Sources, Span};

fn problem(code: &'static str, source: u32, start: usize) -> Problem {
    let span = Span::new(SourceId(source), start, start + 1);
    Problem {
        code: Code(code),
        message: code.to_lowercase(),
        labels: vec![Label::new(span, "")],
        help: None,
    }
}

#[test]
fn a_report_is_in_order_and_says_each_thing_once() {
    let loose = Problem {
        labels: Vec::new(),
        ..problem("VML038", 0, 0)
    };
    let mixed = [
        problem("VML002", 1, 0),
        problem("VML003", 0, 9),
        problem("VML001", 0, 9),
        loose.clone(),
        problem("VML003", 0, 9),
    ];
    assert_eq!(
        settle(mixed.to_vec()),
        [
            loose,
            problem("VML001", 0, 9),
            problem("VML003", 0, 9),
            problem("VML002", 1, 0)
        ]
    );
}

#[test]
fn a_report_that_is_too_long_says_so_once() {
    let many: Vec<Problem> = (0..150).map(|start| problem("VML001", 0, start)).collect();
    let settled = settle(many);
    assert_eq!(settled.len(), MOST_PROBLEMS);
    assert_eq!(settled[MOST_PROBLEMS - 1].code, CUT_SHORT);
    let again = settle(
        settled
            .iter()
            .cloned()
            .chain([problem("VML001", 1, 0)])
            .collect(),
    );
    assert_eq!(
        again
            .iter()
            .filter(|problem| problem.code == CUT_SHORT)
            .count(),
        1
    );
}

#[test]
fn the_nearest_word_is_a_slip_or_two_away() {
    let among = [
        "subscription",
        "location",
        "protect",
        "login",
        "grant",
        "tags",
    ];
    assert_eq!(nearest("subscripton", among), Some("subscription"));
    assert_eq!(nearest("lgoin", among), Some("login"));
    assert_eq!(nearest("Location", among), Some("location"));
    assert_eq!(nearest("PROTECT", among), Some("protect"));
    assert_eq!(nearest("tag", among), Some("tags"));
    assert_eq!(nearest("owner", among), None);
    assert_eq!(nearest("", among), None);
    assert_eq!(nearest("x", ["b", "a"]), None);
    assert_eq!(nearest("xab", ["xac", "xaa"]), Some("xaa"));
    assert_eq!(nearest("login", ["login"]), None);
}

#[test]
fn lines_and_columns_count_from_one_and_in_characters() {
    let mut sources = Sources::new();
    let id = sources.add("a.kdl".to_owned(), "é x\r\n\ny".to_owned());
    let at = |start: usize| sources.line_column(Span::new(id, start, start));
    assert_eq!(
        [at(0), at(2), at(3), at(6), at(7), at(8)],
        [(1, 1), (1, 2), (1, 3), (2, 1), (3, 1), (3, 2)]
    );
    assert_eq!(sources.line_column(Span::new(SourceId(9), 0, 0)), (1, 1));
    assert_eq!(
        sources
            .iter()
            .map(|(id, name, _)| (id.0, name))
            .collect::<Vec<_>>(),
        [(0, "a.kdl")]
    );
}
