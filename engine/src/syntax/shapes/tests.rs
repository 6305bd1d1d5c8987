//! What is judged once, and that it says the same.

use super::super::guard::{PIECE_BYTES, Part, plan};
use super::super::{check_hostile, parse};
use super::Shapes;
use crate::problem::Problem;
use crate::source::SourceId;

/// The nodes of a text that have a shape, how many shapes there are, and what else the crate is given.
fn shaped(text: &str) -> (Vec<&str>, usize, String) {
    let source = SourceId(0);
    let (plan, problems) = plan(source, text, PIECE_BYTES);
    assert_eq!(problems, []);
    let shapes = Shapes::of(source, text, &plan);
    let Some(Part::Nodes(piece)) = plan.parts.first() else {
        panic!("{:?}", plan.parts);
    };
    let shaped = shapes.within(piece);
    let rest = piece.without(shaped.iter().map(|shaped| shaped.lines));
    let nodes = shaped.iter().filter_map(|shaped| {
        let (start, end) = (shaped.lines.start as usize, shaped.lines.end as usize);
        text.get(start..end)
    });
    let count = shapes.shapes.len();
    (nodes.collect(), count, rest.cut(text, source).0)
}

#[test]
fn nodes_that_differ_in_plain_values_have_one_shape() {
    let vm = "vm a on=\"x y\" {\n  size b\n  login\n}";
    let other = "vm web01 on=\"\" {\n  size Standard_D2s_v5\n  login\n}";
    let text = format!("estate x\n{vm}\n{other}\n");
    let (nodes, shapes, rest) = shaped(&text);
    assert_eq!(nodes, [vm, other]);
    assert_eq!((shapes, rest.as_str()), (1, "estate x\n "));
}

#[test]
fn nodes_that_differ_in_remarks_have_one_shape() {
    let vm = "vm a { // one\n  // two, \"three\" {\n  size b // four\n}// five";
    let other = "vm a { //\n  // /* not \\ begun\n  size b ////\n}//-";
    let text = format!("{vm}\n{other}\n");
    let (nodes, shapes, rest) = shaped(&text);
    assert_eq!(nodes, [vm, other]);
    assert_eq!((shapes, rest.as_str()), (1, " "));
    // What is not plain is left in the shape.
    assert_eq!(shaped("a // \u{e9}\na // \u{e8}\n").1, 0);
    assert_eq!(shaped("a /* 1 */\na /* 2 */\n").1, 0);
}

#[test]
fn the_name_of_a_property_is_no_value_whatever_stands_behind_it() {
    for between in [
        "",
        " ",
        " \\\n ",
        " \\ // one\n ",
        " \\ // one\n \\ // two\n /* */ ",
    ] {
        let text = format!("x a{between}=1\nx b{between}=1\nx a{between}=1\n");
        assert_eq!(shaped(&text).0.len(), 2, "{text}");
        let nodes = parse(SourceId(0), &text).tree.nodes;
        let names = nodes.iter().flat_map(|node| &node.properties);
        let names: Vec<&str> = names.map(|property| property.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "a"], "{text}");
        check_hostile(text.as_bytes());
    }
}

#[test]
fn where_nodes_differ_otherwise_their_parts_may_still_be_alike() {
    let (nodes, shapes, rest) =
        shaped("vm a {\n  size b\n  login\n}\nvm c d {\n  login\n  size \"e\"\n}\n");
    assert_eq!(nodes, ["login", "login"]);
    assert_eq!(shapes, 1);
    assert_eq!(rest, "vm a {\n  size b\n }\nvm c d {\n   size \"e\"\n}\n");
    for text in [
        "a 1\nb 1\n",
        "a 1\na 2\n",
        "a x=1\na y=1\n",
        "a b\na $b\n",
        "a b\na \"b\"\n",
        "a (t)b\na (u)b\n",
        "a \"b\"\na \"\\n\"\n",
        "a b\na  b\n",
    ] {
        assert_eq!(shaped(text).1, 0, "{text}");
    }
}

#[test]
fn what_shares_its_line_or_is_commented_out_has_no_shape() {
    for text in [
        "a { login }; b { login }\n",
        "login; login\n",
        "a 1; login\nb 2; login\n",
        "/* x */ login\n/* x */ login\n",
        "/- a {\n  login\n  login\n}\n",
        "/- login\n/- login\n",
        "a /- { x }\na /- { x }\n",
        "login",
    ] {
        let (nodes, ..) = shaped(text);
        assert_eq!(nodes, Vec::<&str>::new(), "{text}");
    }
}

#[test]
fn what_says_by_itself_what_a_blank_says_is_taken_for_none() {
    for text in [
        "a \"\\u{77}\"\n",
        "a #\"\"# b\n",
        "a x=#\"w\"#\n",
        "a {\nb \"\"\"\n\n\"\"\" c\n}\n",
    ] {
        let text = text.repeat(2);
        let (nodes, ..) = shaped(&text);
        assert_eq!(nodes, Vec::<&str>::new(), "{text}");
        check_hostile(text.as_bytes());
    }
}

#[test]
fn deep_nodes_have_shapes_only_inside() {
    let deep = "a {\nb {\nc {\nd {\ne\n}\n}\n}\n}\n".repeat(2);
    let (nodes, ..) = shaped(&deep);
    assert_eq!(nodes, ["b {\nc {\nd {\ne\n}\n}\n}"; 2]);
}

#[test]
fn a_node_says_the_same_where_its_shape_makes_it() {
    let machines = "(t)vm a {\n\tsize big x=(u)\"${y}\" // z\n\tlogin\n\n  nic { subnet b\n\tlogin\n  }\n\tlogin $x \"$x\" x=\"a ${b} c\" (t)d\n}\n";
    let strings = "text \"\"\"\n  one\n  \"\"\" \\\n  $two #null w\nlogin /- x (t)1 \"\"\n\"a\" \"b\"=\"c\"\n";
    let one = machines.replace("big", "\"longer than before\"");
    for text in [
        machines.repeat(3),
        strings.repeat(3),
        format!("{machines}{one}{machines}").replace(" b", " a-different-one"),
        format!("rg a {{\n{}}}\nlogin\nlogin", machines.repeat(300)),
        format!(
            "rg a {{\n{}}}\n",
            format!("{machines}\n{one}/- x\n").repeat(300)
        ),
        format!(
            "rg a /- {{\n{0}}} {{\n{0}}} /- {{\n{0}}}\n",
            machines.repeat(2)
        ),
        format!("\u{feff}{}", "login\n".repeat(3)).replace('\n', "\r\n"),
    ] {
        assert_eq!(parse(SourceId(0), &text).problems, [], "{text}");
        check_hostile(text.as_bytes());
    }
}

#[test]
fn what_is_wrong_with_one_is_told_wherever_it_stands() {
    let places = |text: &str| {
        check_hostile(text.as_bytes());
        let parsed = parse(SourceId(0), text);
        let places = parsed.problems.iter().filter_map(Problem::place);
        let places = places.map(|place| place.start as usize);
        let nodes = parsed.tree.nodes.iter().map(|node| node.children().len());
        (places.collect::<Vec<_>>(), nodes.collect::<Vec<_>>())
    };
    let twice = "vm a {\n  size x=1 x=2\n  login\n}\n";
    assert_eq!(
        places(&twice.repeat(2)),
        (vec![18, 18 + twice.len()], vec![2, 2])
    );
    let reference = "vm a {\n  size \"${\"\n  login\n}\n";
    assert_eq!(
        places(&reference.repeat(2)),
        (vec![15, 15 + reference.len()], vec![2, 2])
    );
}
