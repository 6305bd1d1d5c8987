//! What is said of broken texts: the whole report beside each.

mod nodes;

use crate::reading::{complain, read};
use insta::assert_snapshot;
use vmlogin_engine::source::SourceId;
use vmlogin_engine::syntax::parse;

#[test]
fn what_is_broken_costs_only_itself() {
    assert_snapshot!(read("a {\n  b true\n  c\n}\nd 1x\ne"), @r#"
    a {
        c
    }
    e

    VML008: `true` is spelled `#true` in KDL 2
      a.kdl:2:5 `true` the `#` is missing
      help: write `#true`, or `"true"` if text is meant

    VML012: `1x` is not a number
      a.kdl:5:3 `1x` begins like a number
      help: put quotes around it: `"1x"`
    "#);
}

#[test]
fn one_node_reports_one_mistake() {
    assert_snapshot!(read("a true 1x ) ] =\n"), @r#"
    VML008: `true` is spelled `#true` in KDL 2
      a.kdl:1:3 `true` the `#` is missing
      help: write `#true`, or `"true"` if text is meant
    "#);
}

#[test]
fn a_string_without_its_quote_ends_with_its_line() {
    assert_snapshot!(read("vm \"web01 {\n  size big\n}\nb #\"x\nc\n"), @r##"
    c

    VML004: this string is never closed
      a.kdl:1:4 `"` opened here
      help: close it with `"`

    VML004: this string is never closed
      a.kdl:4:3 `#"` opened here
      help: close it with `"#`
    "##);
}

#[test]
fn a_long_string_without_its_quotes_takes_the_rest() {
    assert_snapshot!(read("a {\n b \"\"\"\n  x\n}\n"), @r#"
    VML004: this string is never closed
      a.kdl:2:4 `"""` opened here
      help: close it with `"""`
    "#);
    assert_snapshot!(read("a #\"\"\"\n  x\n\"\"\"\n"), @r##"
    VML004: this string is never closed
      a.kdl:1:3 `#"""` opened here
      help: close it with `"""#`
    "##);
}

#[test]
fn a_comment_without_its_end_takes_the_rest() {
    assert_snapshot!(read("a {\n/* x /* y */\n}\nb"), @r#"
    VML005: this comment is never closed
      a.kdl:2:1 `/*` opened here
      help: close it with `*/`
    "#);
}

#[test]
fn a_block_without_its_brace_is_named_by_its_beginning() {
    assert_snapshot!(read("a {\n  b"), @r#"
    VML006: this block is never closed
      a.kdl:1:3 `{` opened here
      a.kdl:2:4 `` the file ends here
      help: close it with `}`
    "#);
}

#[test]
fn of_blocks_without_braces_the_one_that_is_indented_wrongly_is_named() {
    assert_snapshot!(read("a {\n  vm web01 {\n    login\n  vm web02 {\n    login\n  }\n}\n"), @r#"
    VML006: this block is never closed
      a.kdl:2:12 `{` opened here
      a.kdl:8:1 `` the file ends here
      help: close it with `}`
    "#);
}

#[test]
fn a_brace_without_its_block_is_stray() {
    assert_snapshot!(read("a {\n}\n}\nb"), @r#"
    a {
    }
    b

    VML007: this `}` closes nothing
      a.kdl:3:1 `}` no block is open here
      help: remove it, or look for a `{` that is missing before it
    "#);
}

#[test]
fn keywords_of_kdl_1_get_their_hash() {
    assert_snapshot!(read("a true\nb=c\nd x=false\nnull\n"), @r#"
    VML008: `true` is spelled `#true` in KDL 2
      a.kdl:1:3 `true` the `#` is missing
      help: write `#true`, or `"true"` if text is meant

    VML025: a property needs a node before it
      a.kdl:2:2 `=` what stands before it is the name of the node
      help: leave the `=` out if this is a setting: `name value`

    VML008: `false` is spelled `#false` in KDL 2
      a.kdl:3:5 `false` the `#` is missing
      help: write `#false`, or `"false"` if text is meant

    VML008: `null` is spelled `#null` in KDL 2
      a.kdl:4:1 `null` the `#` is missing
      help: write `#null`, or `"null"` if text is meant
    "#);
}

#[test]
fn an_escape_is_one_of_few() {
    assert_snapshot!(read("a \"C:\\Users\"\nb \"\\u{110000}\"\nc \"\\u12\"\n"), @r##"
    VML009: `\U` is not an escape
      a.kdl:1:6 `\U` in this string
      help: escapes are `\"` `\\` `\n` `\r` `\t` `\b` `\f` `\s` and `\u{…}`; write `\\` for a backslash, or use a raw string: `#"…"#`

    VML009: `\u{110000}` is not an escape
      a.kdl:2:4 `\u{110000}` in this string
      help: escapes are `\"` `\\` `\n` `\r` `\t` `\b` `\f` `\s` and `\u{…}`; write `\\` for a backslash, or use a raw string: `#"…"#`

    VML009: `\u` is not an escape
      a.kdl:3:4 `\u` in this string
      help: escapes are `\"` `\\` `\n` `\r` `\t` `\b` `\f` `\s` and `\u{…}`; write `\\` for a backslash, or use a raw string: `#"…"#`
    "##);
}

#[test]
fn numbers_have_a_range() {
    assert_snapshot!(read("a 9223372036854775808\nb 1e400\nc #inf\nd 99999999999999999999999999999999999999999\n"), @r#"
    a 9223372036854775807
    b 0.0
    c 0.0

    VML010: `9223372036854775808` is out of range
      a.kdl:1:3 `9223372036854775808` too large, or too long
      help: numbers lie between -9223372036854775808 and 9223372036854775807; put quotes around it if it is text

    VML010: `1e400` is out of range
      a.kdl:2:3 `1e400` too large, or too long
      help: numbers lie between -9223372036854775808 and 9223372036854775807; put quotes around it if it is text

    VML010: `#inf` is out of range
      a.kdl:3:3 `#inf` too large, or too long
      help: numbers lie between -9223372036854775808 and 9223372036854775807; put quotes around it if it is text

    VML010: `99999999999999999999999999999999999999999` is out of range
      a.kdl:4:3 `99999999999999999999999999999999999999999` too large, or too long
      help: numbers lie between -9223372036854775808 and 9223372036854775807; put quotes around it if it is text
    "#);
}

#[test]
fn a_property_needs_its_value() {
    assert_snapshot!(read("a size=\nb size= {\n}\nc \"x y\"=/-1\n"), @r#"
    VML011: `size=` has no value
      a.kdl:1:3 `size=` nothing follows the `=`
      help: write `size=""` if it is meant to be empty

    VML011: `size=` has no value
      a.kdl:2:3 `size=` nothing follows the `=`
      help: write `size=""` if it is meant to be empty

    VML011: `"x y"=` has no value
      a.kdl:4:3 `"x y"=` nothing follows the `=`
      help: write `"x y"=""` if it is meant to be empty
    "#);
}

#[test]
fn what_begins_like_a_number_is_one() {
    assert_snapshot!(read("a 10.20.0.0/16\nb 2027-01-31\nc .5\nd 1x\n"), @r#"
    VML013: text with a `/` in it needs quotes
      a.kdl:1:3 `10.20.0.0/16` to KDL, `/` begins a comment
      help: put quotes around it: `"10.20.0.0/16"`

    VML012: `2027-01-31` is not a number
      a.kdl:2:3 `2027-01-31` begins like a number
      help: put quotes around it: `"2027-01-31"`

    VML012: `.5` is not a number
      a.kdl:3:3 `.5` begins like a number
      help: put quotes around it: `".5"`

    VML012: `1x` is not a number
      a.kdl:4:3 `1x` begins like a number
      help: put quotes around it: `"1x"`
    "#);
}

#[test]
fn text_with_a_reference_needs_quotes() {
    assert_snapshot!(read("resource-group rg-${env} location=x {\n  vm a\n}\nvm ${env}-${role}-x\nrg-${env}\n"), @r#"
    VML013: text with a reference in it needs quotes
      a.kdl:1:16 `rg-${env}` to KDL, `{` opens a block here
      help: put quotes around it: `"rg-${env}"`

    VML013: text with a reference in it needs quotes
      a.kdl:4:4 `${env}-${role}-x` to KDL, `{` opens a block here
      help: put quotes around it: `"${env}-${role}-x"`

    VML013: text with a reference in it needs quotes
      a.kdl:5:1 `rg-${env}` to KDL, `{` opens a block here
      help: put quotes around it: `"rg-${env}"`
    "#);
}

#[test]
fn references_have_a_shape() {
    assert_snapshot!(read("a $\nb $1x\nc $a.b.c\nd \"${}\"\ne \"${a b}\"\nf \"x${a\"\n"), @r#"
    a "$"
    b "$1x"
    c "$a.b.c"
    d "$${}"
    e "$${a b}"
    f "x$${a"

    VML014: `$` is not a reference
      a.kdl:1:3 `$` no name that `let` or `param` could define
      help: write `$name` or `"${name}"`; `$${` stands for a literal `${`, and `"$…"` in quotes is plain text

    VML014: `$1x` is not a reference
      a.kdl:2:3 `$1x` no name that `let` or `param` could define
      help: write `$name` or `"${name}"`; `$${` stands for a literal `${`, and `"$…"` in quotes is plain text

    VML014: `$a.b.c` is not a reference
      a.kdl:3:3 `$a.b.c` no name that `let` or `param` could define
      help: write `$name` or `"${name}"`; `$${` stands for a literal `${`, and `"$…"` in quotes is plain text

    VML014: `${}` is not a reference
      a.kdl:4:4 `${}` no name that `let` or `param` could define
      help: write `$name` or `"${name}"`; `$${` stands for a literal `${`, and `"$…"` in quotes is plain text

    VML014: `${a b}` is not a reference
      a.kdl:5:4 `${a b}` no name that `let` or `param` could define
      help: write `$name` or `"${name}"`; `$${` stands for a literal `${`, and `"$…"` in quotes is plain text

    VML014: this `${` is never closed
      a.kdl:6:5 `${` opened here
      help: close it with `}`, or write `$${` for a literal `${`
    "#);
}

#[test]
fn names_are_no_references() {
    assert_snapshot!(read("$kind a\nb $key=1\nc ($type)x\n\"$ok\" \"$fine\"=1\n"), @r#"
    "$kind" a
    b "$key"=1
    c ("$type")x
    "$ok" "$fine"=1

    VML015: a reference cannot be a name
      a.kdl:1:1 `$kind` a name is wanted here
      help: only values can be references; put quotes around `$kind` if it is the name

    VML015: a reference cannot be a name
      a.kdl:2:3 `$key` a name is wanted here
      help: only values can be references; put quotes around `$key` if it is the name

    VML015: a reference cannot be a name
      a.kdl:3:4 `$type` a name is wanted here
      help: only values can be references; put quotes around `$type` if it is the name
    "#);
}

#[test]
fn a_property_is_given_once() {
    assert_snapshot!(read("vm a os=linux zone=1 os=windows\n"), @r#"
    vm a os=linux zone=1

    VML016: property `os` is given twice
      a.kdl:1:22 `os=windows` given again here
      a.kdl:1:6 `os=linux` first given here
      help: remove one of them
    "#);
}

#[test]
fn another_version_is_refused_alone() {
    assert_snapshot!(read("/- kdl-version 1\na true\n"), @r##"
    VML017: this file says that it is KDL 1
      a.kdl:1:16 `1` this version of vmlogin reads KDL 2
      help: write `#true` for `true` and `#"…"#` for `r"…"`, then say `/- kdl-version 2` or nothing
    "##);
}

#[test]
fn hidden_characters_are_shown() {
    assert_snapshot!(read("a \"x\u{202e}y\"\nb\u{0}\n\u{feff}c\nd #\"\u{1b}\"#\n"), @r#"
    VML018: `\u{202e}` cannot stand in a text as it is
      a.kdl:1:5 `\u{202e}` cannot be seen, or moves what can
      help: remove it, or write `\u{202e}` inside a quoted string

    VML018: `\u{0}` cannot stand in a text as it is
      a.kdl:2:2 `\u{0}` cannot be seen, or moves what can
      help: remove it, or write `\u{0}` inside a quoted string

    VML018: `\u{feff}` cannot stand in a text as it is
      a.kdl:3:1 `\u{feff}` cannot be seen, or moves what can
      help: remove it, or write `\u{feff}` inside a quoted string

    VML018: `\u{1b}` cannot stand in a text as it is
      a.kdl:4:5 `\u{1b}` cannot be seen, or moves what can
      help: remove it, or write `\u{1b}` inside a quoted string
    "#);
}

#[test]
fn long_strings_have_a_shape() {
    assert_snapshot!(read("a \"\"\"x\"\"\"\nb \"\"\"\n  x\"\"\"\nc \"\"\"\n    x\n  y\n    \"\"\"\nd #\"\"\"#\n"), @r##"
    VML019: a string in `"""` begins on the next line
      a.kdl:1:3 `"""x"""` text on the line of the quotes
      help: write `"…"` for one line, or begin a new line behind the opening `"""`

    VML019: the closing `"""` stands on a line of its own
      a.kdl:3:4 `"""` text stands before it
      help: begin a new line before it

    VML019: this line is indented less than the closing `"""`
      a.kdl:6:1 `  y` begins too far left
      a.kdl:7:1 `    """` the indentation of this line is taken off all
      help: begin the line with the same blanks as the closing one

    VML019: a raw string cannot be a lone quote
      a.kdl:8:3 `#"""#` looks like the beginning of several lines
      help: write `"\""`
    "##);
}

#[test]
fn nesting_is_bounded() {
    let deep = |open: &str, close: &str, count: usize| {
        complain(format!("{}x\n{}after", open.repeat(count), close.repeat(count)).as_bytes())
    };
    assert_eq!(deep("a {\n", "}\n", 64), "");
    assert_snapshot!(deep("a {\n", "}\n", 65), @r#"
    VML003: blocks are nested deeper than 64
      a.kdl:65:3 `{` one block too many
      help: no manifest nests that deep: look for a `}` that is missing
    "#);
    assert_eq!(deep("/- a {\n", "}\n", 6), "");
    assert_snapshot!(deep("/- a {\n", "}\n", 7), @r#"
    VML003: `/-` is nested deeper than 6
      a.kdl:7:6 `{` one `/-` too many
      help: delete what is commented out, or comment out the outermost node alone
    "#);
    assert_eq!(deep("/*", "*/", 32), "");
    assert_snapshot!(deep("/*", "*/", 33), @r#"
    VML003: comments are nested deeper than 32
      a.kdl:1:1 `/*` one `/*` too many
      help: delete what is commented out
    "#);
}

#[test]
fn one_node_is_bounded() {
    assert_snapshot!(read(&format!("a {}\nb", "x ".repeat(600_000))), @r#"
    b

    VML027: this node is longer than 1024 KB
      a.kdl:1:1 `` begins here
      help: split it into several nodes
    "#);
}

#[test]
fn a_file_is_text_of_some_size() {
    assert_snapshot!(complain(b"a\nb \xc3\x28"), @r#"
    VML001: the file is not UTF-8
      a.kdl:2:3 `` the bytes from here on are no text
      help: save the file as UTF-8
    "#);
    assert_snapshot!(complain(b"\xff\xfea\0"), @r#"
    VML001: the file is not UTF-8
      a.kdl:1:1 `` the bytes from here on are no text
      help: it looks like UTF-16: save it as UTF-8
    "#);
    assert_snapshot!(complain(&vec![b'\n'; 10_000_001]), @r#"
    VML002: the file is larger than 10 MB
      a.kdl:1:1 `` 10000001 bytes in all
      help: split it into several files and name them with `include`
    "#);
}

#[test]
fn text_with_a_slash_needs_quotes() {
    assert_snapshot!(read("nic subnet=rg-hub/vnet-hub/servers\nprefix 10.20.1.0/24\na b/\n"), @r#"
    VML013: text with a `/` in it needs quotes
      a.kdl:1:12 `rg-hub/vnet-hub/servers` to KDL, `/` begins a comment
      help: put quotes around it: `"rg-hub/vnet-hub/servers"`

    VML013: text with a `/` in it needs quotes
      a.kdl:2:8 `10.20.1.0/24` to KDL, `/` begins a comment
      help: put quotes around it: `"10.20.1.0/24"`

    VML028: `/` cannot stand here
      a.kdl:3:4 `/` not expected
      help: remove it, or put quotes around the text that `/` belongs to
    "#);
}

#[test]
fn a_report_is_cut_after_a_hundred_problems() {
    let problems = parse(SourceId(0), &"a true\n".repeat(5000)).problems;
    assert_eq!(problems.len(), 100);
    assert_eq!(problems[98].labels[0].span.start, 98 * 7 + 2);
    assert_eq!(problems[99].message, "there are more problems than these");
}
