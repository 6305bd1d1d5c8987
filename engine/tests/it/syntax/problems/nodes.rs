//! What a node is made of, and what belongs to no node.

use crate::reading::read;
use insta::assert_snapshot;

#[test]
fn values_are_kept_apart_by_blanks() {
    assert_snapshot!(read("a \"b\"\"c\"\nd(group)x\ne f/-g\n"), @r#"
    VML020: a blank is missing here
      a.kdl:1:6 `"c"` runs into what stands before it
      help: put a blank before it

    VML020: a blank is missing here
      a.kdl:2:2 `(` runs into what stands before it
      help: put a blank before it

    VML020: a blank is missing here
      a.kdl:3:4 `/-` runs into what stands before it
      help: put a blank before it
    "#);
}

#[test]
fn annotations_have_a_shape() {
    assert_snapshot!(read("grant (group\ngrant ()x\ngrant (1)x\ngrant (group)\n(group) {\n}\n"), @r#"
    VML021: this annotation is never closed
      a.kdl:1:7 `(` opened here
      help: close it with `)`

    VML021: an annotation is one word in parentheses
      a.kdl:2:7 `()` not one word
      help: write it like `(group)"sg-admins"`

    VML021: an annotation is one word in parentheses
      a.kdl:3:8 `1` not one word
      help: write it like `(group)"sg-admins"`

    VML021: nothing follows this annotation
      a.kdl:4:7 `(group)` says what kind of value follows
      help: write the value behind it, or remove it

    VML021: nothing follows this annotation
      a.kdl:5:1 `(group)` says what kind of value follows
      help: write the value behind it, or remove it
    "#);
}

#[test]
fn a_block_belongs_to_the_node_on_its_line() {
    assert_snapshot!(read("vm web01\n{\n  login\n}\na { } { }\nb { } c\n"), @r#"
    vm web01

    VML022: this block belongs to no node
      a.kdl:2:1 `{` no name stands before it on this line
      help: put the `{` on the line of the node that it belongs to

    VML022: a node has one block only
      a.kdl:5:7 `{` the second one
      help: put everything into the first

    VML022: nothing can follow the block of a node
      a.kdl:6:7 `c` behind the block
      help: put it before the `{`, or begin a new line
    "#);
}

#[test]
fn keywords_are_few() {
    assert_snapshot!(read("a #yes\nb #True\nc ##\n"), @r#"
    VML023: `#yes` is not a keyword
      a.kdl:1:3 `#yes` no such keyword
      help: the keywords are `#true`, `#false` and `#null`

    VML023: `#True` is not a keyword
      a.kdl:2:3 `#True` no such keyword
      help: did you mean `#true`?

    VML023: `##` is not a keyword
      a.kdl:3:3 `##` no such keyword
      help: the keywords are `#true`, `#false` and `#null`
    "#);
}

#[test]
fn raw_strings_of_kdl_1_get_their_hash() {
    assert_snapshot!(read("a r\"C:\\x\"\nb r#\"x\"#\n"), @r##"
    VML024: raw strings begin with `#` in KDL 2
      a.kdl:1:3 `r"` KDL 1
      help: write `#"…"#`

    VML024: raw strings begin with `#` in KDL 2
      a.kdl:2:3 `r#"` KDL 1
      help: write `#"…"#`
    "##);
}

#[test]
fn a_node_begins_with_a_name() {
    assert_snapshot!(read("12 a\n#true\nlocation=westus\nlocation = westus\n"), @r#"
    VML025: `12` cannot be the name of a node
      a.kdl:1:1 `12` a name is wanted here
      help: begin with a name, or put quotes around it if it is one

    VML025: `#true` cannot be the name of a node
      a.kdl:2:1 `#true` a name is wanted here
      help: begin with a name, or put quotes around it if it is one

    VML025: a property needs a node before it
      a.kdl:3:9 `=` what stands before it is the name of the node
      help: leave the `=` out if this is a setting: `name value`

    VML025: a property needs a node before it
      a.kdl:4:10 `=` what stands before it is the name of the node
      help: leave the `=` out if this is a setting: `name value`
    "#);
}

#[test]
fn slashdash_needs_something_behind_it() {
    assert_snapshot!(read("a { b /- }\n/- c; d\ne /-"), @r#"
    a {
    }
    d

    VML026: nothing follows this `/-`
      a.kdl:1:7 `/-` comments out what follows
      help: remove it

    VML026: a `;` cannot end what `/-` comments out
      a.kdl:2:5 `;` ends nothing
      help: begin a new line instead

    VML026: nothing follows this `/-`
      a.kdl:3:3 `/-` comments out what follows
      help: remove it
    "#);
}

#[test]
fn an_unfinished_merge_is_named() {
    assert_snapshot!(read("a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> theirs\n"), @r#"
    a
    "<<<<<<<" HEAD
    b
    c
    ">>>>>>>" theirs

    VML028: `=======` cannot stand here
      a.kdl:4:1 `=======` not expected
      help: it looks like an unfinished merge: keep one of the two versions, and remove the lines with `<<<<<<<`, `=======` and `>>>>>>>`
    "#);
}

#[test]
fn stray_marks_are_named() {
    assert_snapshot!(read("a [1]\nb )\n;c\nd \\ e\nf / g\nh 1=2\ni /- /- j\n"), @r#"
    c

    VML028: `[` cannot stand here
      a.kdl:1:3 `[` not expected
      help: remove it, or put quotes around the text that `[` belongs to

    VML028: `)` cannot stand here
      a.kdl:2:3 `)` not expected
      help: remove it, or put quotes around the text that `)` belongs to

    VML028: this `;` ends nothing
      a.kdl:3:1 `;` no node stands before it
      help: remove it

    VML028: `\` cannot stand here
      a.kdl:4:3 `\` not expected
      help: remove it, or put quotes around the text that `\` belongs to

    VML028: `/` cannot stand here
      a.kdl:5:3 `/` not expected
      help: remove it, or put quotes around the text that `/` belongs to

    VML028: `=` cannot stand here
      a.kdl:6:4 `=` not expected
      help: remove it, or put quotes around the text that `=` belongs to

    VML028: `/-` cannot stand here
      a.kdl:7:6 `/-` not expected
      help: remove it, or put quotes around the text that `/-` belongs to
    "#);
}
