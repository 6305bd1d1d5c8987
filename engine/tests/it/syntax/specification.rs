//! Is it KDL 2? Cases after the specification, in words of our own.

use crate::reading::read;
use insta::assert_snapshot;
use vmlogin_engine::source::{SourceId, Sources};
use vmlogin_engine::syntax::tree::{Piece, Scalar};
use vmlogin_engine::syntax::{parse, parse_bytes};

#[test]
fn a_node_has_arguments_properties_and_children() {
    assert_snapshot!(read("vm web01 \"web 02\" os=linux zone=3 { size big; tags \"cost center\"=12 }"), @r#"
    vm web01 "web 02" os=linux zone=3 {
        size big
        tags "cost center"=12
    }
    "#);
}

#[test]
fn nodes_end_at_newlines_semicolons_and_braces() {
    assert_snapshot!(read("a;b ; c\nd { e; f }\r\ng\u{2028}h {i}"), @r#"
    a
    b
    c
    d {
        e
        f
    }
    g
    h {
        i
    }
    "#);
}

#[test]
fn words_may_hold_nearly_anything() {
    assert_snapshot!(read("rôle Standard_D2s_v5 a,b <c> 'd' - --x .y +z ~!@%^&*|?:`"), @r#"rôle Standard_D2s_v5 "a,b" "<c>" "'d'" "-" --x .y +z "~!@%^&*|?:`""#);
}

#[test]
fn keywords_begin_with_a_hash() {
    assert_snapshot!(read("a #true #false #null"), @"a #true #false #null");
}

#[test]
fn numbers_have_bases_and_underscores() {
    assert_snapshot!(read("a 0 -12 +1_000 0xFF -0o17 0b1010 1.5 -2.5e3 1E-2"), @"a 0 -12 1000 255 -15 10 1.5 -2500.0 0.01");
}

#[test]
fn the_largest_numbers_are_kept_exactly() {
    assert_snapshot!(read("a 9223372036854775807 -9223372036854775808"), @"a 9223372036854775807 -9223372036854775808");
}

#[test]
fn quoted_strings_have_escapes() {
    assert_snapshot!(read(r#"a "q\"q" "b\\b" "t\tn\n" "\u{e9}\u{1F600}" "s\sx" "one \
        two""#), @r#"a "q\"q" "b\\b" "t\tn\n" "é😀" "s x" "one two""#);
}

#[test]
fn raw_strings_have_none() {
    assert_snapshot!(read(r###"a #"\n "x" ${y}"# ##"a "# b"## #""#"###), @r##"a "\\n \"x\" $${y}" "a \"# b" """##);
}

#[test]
fn strings_of_several_lines_lose_the_indentation_of_their_last() {
    assert_snapshot!(read("a \"\"\"\n    one\n\n      two \\\n        still two\n    \"\"\" #\"\"\"\n\traw \\n\n\t\"\"\"#"), @r#"a "one\n\n  two still two" "raw \\n""#);
}

#[test]
fn annotations_stand_before_nodes_and_values() {
    assert_snapshot!(read("(thing)grant admin (group)\"sg a\" until=(date)\"2027-01-31\" ( u8 ) 5"), @r#"(thing)grant admin (group)"sg a" (u8)5 until=(date)"2027-01-31""#);
}

#[test]
fn comments_may_stand_between_all_tokens() {
    assert_snapshot!(read("// line\na /* b */ c /* /* nested */ */ = d // end\n/* before */ e { // open\n f }"), @r#"
    a c=d
    e {
        f
    }
    "#);
}

#[test]
fn slashdash_comments_out_the_next_thing() {
    assert_snapshot!(read("a /-b c /-d=e /- { x } { y }\n/- f { g }\nh { /-i\n j }\n/-\n// far\nk\nl"), @r#"
    a c {
        y
    }
    h {
        j
    }
    l
    "#);
}

#[test]
fn an_escaped_newline_goes_on() {
    assert_snapshot!(read("a \\ // why\n  b \\\n  c=\\\n d\ne"), @r#"
    a b c=d
    e
    "#);
}

#[test]
fn the_version_marker_may_begin_a_file() {
    assert_snapshot!(read("\u{feff}/- kdl-version 2\na"), @"a");
}

#[test]
fn an_empty_block_is_not_no_block() {
    let parsed = parse(SourceId(0), "a {}\nb");
    let blocks: Vec<bool> = parsed
        .tree
        .nodes
        .iter()
        .map(|node| node.children.is_some())
        .collect();
    assert_eq!(blocks, [true, false]);
}

#[test]
fn references_are_told_from_text() {
    let parsed = parse(
        SourceId(0),
        r##"a $x $row.col "$x" "${x}" "$${x}" "a${x}b$${c}" #"${x}"# p$q"##,
    );
    let kinds: Vec<&str> = parsed.tree.nodes[0]
        .arguments
        .iter()
        .map(|argument| kind(&argument.value))
        .collect();
    assert_eq!(
        kinds,
        [
            "reference",
            "reference",
            "text",
            "pattern",
            "text",
            "pattern",
            "text",
            "text"
        ]
    );
    let Scalar::Pattern(pieces) = &parsed.tree.nodes[0].arguments[5].value else {
        panic!()
    };
    assert_eq!(pieces[2], Piece::Text("b${c}".to_owned()));
}

fn kind(scalar: &Scalar) -> &'static str {
    match scalar {
        Scalar::Text(_) => "text",
        Scalar::Reference(_) => "reference",
        Scalar::Pattern(_) => "pattern",
        _ => "other",
    }
}

#[test]
fn spans_say_where_things_stand() {
    let text = "é a (t)b c=(u)\"d\\n\" /* x */ e = 1 { f } // end\n";
    let mut sources = Sources::new();
    let source = sources.add("a.kdl".to_owned(), text.to_owned());
    let tree = parse(source, text).tree;
    let node = &tree.nodes[0];
    let slice = |span: vmlogin_engine::source::Span| &text[span.range()];
    assert_eq!(
        slice(node.span),
        "é a (t)b c=(u)\"d\\n\" /* x */ e = 1 { f }"
    );
    assert_eq!(slice(node.name.span), "é");
    assert_eq!(slice(node.arguments[1].span), "(t)b");
    assert_eq!(
        slice(node.arguments[1].annotation.as_ref().unwrap().span),
        "t"
    );
    assert_eq!(slice(node.properties[0].span), "c=(u)\"d\\n\"");
    assert_eq!(slice(node.properties[0].value_span), "\"d\\n\"");
    assert_eq!(slice(node.properties[1].span), "e = 1");
    assert_eq!(slice(node.children()[0].span), "f");
    assert_eq!(sources.line_column(node.arguments[0].span), (1, 3));
}

#[test]
fn spans_of_references_in_a_string_point_into_it() {
    let text = r#"a "\tx-${env}-$${no}-${role}""#;
    let tree = parse(SourceId(0), text).tree;
    let Scalar::Pattern(pieces) = &tree.nodes[0].arguments[0].value else {
        panic!()
    };
    let places = pieces.iter().filter_map(|piece| match piece {
        Piece::Reference(reference) => Some(&text[reference.span.range()]),
        Piece::Text(_) => None,
    });
    assert_eq!(places.collect::<Vec<_>>(), ["${env}", "${role}"]);
}

#[test]
fn spans_hold_in_large_blocks_and_behind_what_is_left_out() {
    let filler = "filler \"0123456789\" { x; /- y { z; } }\n".repeat(4000);
    let text = format!(
        "big {{\n{filler} /* {} */ wanted here {{ deep }}\n}} \nlast\n",
        "*".repeat(2000)
    );
    let tree = parse(SourceId(0), &text).tree;
    let wanted = tree.nodes[0].children().last().unwrap();
    assert_eq!(&text[wanted.span.range()], "wanted here { deep }");
    assert_eq!(&text[wanted.arguments[0].span.range()], "here");
    assert_eq!(&text[wanted.children()[0].name.span.range()], "deep");
    assert_eq!(&text[tree.nodes[1].name.span.range()], "last");
    assert_eq!(tree.nodes[0].children().len(), 4001);
    assert_eq!(
        &text[tree.nodes[0].span.range()],
        text.strip_suffix(" \nlast\n").unwrap()
    );
}

#[test]
fn bytes_are_text_or_a_problem() {
    let codes = |bytes: &[u8]| {
        parse_bytes(SourceId(0), bytes)
            .problems
            .iter()
            .map(|problem| problem.code.0)
            .collect::<Vec<_>>()
    };
    assert_eq!(codes(b"a b"), [""; 0]);
    assert_eq!(codes("\u{feff}a b".as_bytes()), [""; 0]);
    assert_eq!(codes(b"a \xff"), ["VML001"]);
    assert_eq!(codes(&vec![b' '; 10_000_000]), [""; 0]);
    assert_eq!(codes(&vec![b' '; 10_000_001]), ["VML002"]);
}
