use std::sync::Arc;

use insta::assert_snapshot;
use vmlogin_engine::language::table::Table;
use vmlogin_engine::language::{Inputs, Tables, expand, fold, tables};
use vmlogin_engine::manifest::lower::{lower, unfold};
use vmlogin_engine::source::Sources;

use super::file;
use crate::reading::show;
use crate::report::report;
use crate::sample::CATALOGUE;

/// Expands one file whose loops go through one table. Whether that is done at once or while the tree is lowered makes no difference.
fn looped(text: &str, table: &str) -> String {
    let mut sources = Sources::new();
    let file = file(&mut sources, "estate.kdl", text, true);
    let source = sources.add("fleet.csv".to_owned(), table.to_owned());
    let (read, problems) = Table::read(source, table.as_bytes());
    assert_eq!(report(&problems, &sources), "");
    let read = Arc::new(read.expect("a table"));
    let (wishes, problems) = tables(&file);
    assert_eq!(report(&problems, &sources), "");
    let tables: Tables = wishes
        .into_iter()
        .map(|wish| (wish.span, read.clone()))
        .collect();
    let inputs = Inputs {
        tables,
        ..Inputs::default()
    };
    let expanded = expand(vec![file.clone()], &inputs);
    let (problems, lowered) = unfold(fold(vec![file], &inputs), &CATALOGUE);
    assert_eq!(problems, expanded.problems, "gone through on the way");
    assert_eq!(lowered, lower(expanded.tree.clone(), &CATALOGUE));
    show(&expanded.tree, &expanded.problems, &sources)
}

const FLEET: &str = "name,person,disk\npc-01,kim@contoso.com,128\npc-02,\"lee@contoso.com\",256\n";

#[test]
fn each_row_makes_the_nodes_of_its_loop() {
    assert_snapshot!(
        looped("resource-group rg {\n  protect\n  for row in=(csv)\"fleet.csv\" {\n    vm $row.name {\n      grant user (user)$row.person reason=\"for ${row.name}\"\n      os-disk size-gb=$row.disk\n    }\n  }\n  tags a=b\n}\n", FLEET),
        @r#"
    resource-group rg {
        protect
        tags a=b
        vm pc-01 {
            grant user (user)kim@contoso.com reason="for pc-01"
            os-disk size-gb="128"
        }
        vm pc-02 {
            grant user (user)lee@contoso.com reason="for pc-02"
            os-disk size-gb="256"
        }
    }
    "#
    );
}

/// No more than a report holds is kept, so that it counts what is found first.
#[test]
fn of_too_much_that_is_wrong_the_same_is_told_whenever_loops_are_gone_through() {
    let wrong = |of: &str| -> String {
        let lines = (0..120).map(|number| format!("  tags ${of}.none{number}\n"));
        lines.collect()
    };
    let text = format!(
        "resource-group rg {{\n for row in=(csv)\"fleet.csv\" {{\n vm $row.name {{\n{}}}\n}}\n{}}}\n",
        wrong("row"),
        wrong("nobody")
    );
    let told = looped(&text, FLEET);
    assert!(told.contains("`nobody.none0` asks for a column"), "{told}");
}

#[test]
fn each_value_of_a_list_makes_the_nodes_of_its_loop() {
    assert_snapshot!(
        looped("let who (user)\"kim@contoso.com\" (group)\"sg-web\"\nlet one 7\nresource-group rg {\n  for name in=$who { grant user $name }\n  for n in=$one { vm \"pc-${n}\" { zone $n } }\n}\n", FLEET),
        @r#"
    resource-group rg {
        grant user (user)kim@contoso.com
        grant user (group)sg-web
        vm pc-7 {
            zone 7
        }
    }
    "#
    );
}

#[test]
fn nothing_that_one_element_says_is_left_at_the_next() {
    assert_snapshot!(
        looped("let who (user)\"kim@contoso.com\" (group)\"sg-web\" \"plain\"\nlet team a b\nresource-group rg {\n  for name in=$who {\n    vm pc {\n      grant user $team $name (group)sg-own $team\n      grant user $name (group)sg-own\n      tags by=$name same=yes\n    }\n  }\n}\n", FLEET),
        @r#"
    resource-group rg {
        vm pc {
            grant user a b (user)kim@contoso.com (group)sg-own a b
            grant user (user)kim@contoso.com (group)sg-own
            tags by=(user)kim@contoso.com same=yes
        }
        vm pc {
            grant user a b (group)sg-web (group)sg-own a b
            grant user (group)sg-web (group)sg-own
            tags by=(group)sg-web same=yes
        }
        vm pc {
            grant user a b plain (group)sg-own a b
            grant user plain (group)sg-own
            tags by=plain same=yes
        }
    }
    "#
    );
}

#[test]
fn a_table_without_rows_makes_nothing() {
    assert_snapshot!(
        looped("resource-group rg { for row in=(csv)\"fleet.csv\" { vm $row.name } }\n", "name\n"),
        @"
    resource-group rg {
    }
    "
    );
}

#[test]
fn columns_are_those_of_the_table() {
    assert_snapshot!(
        looped("resource-group rg {\n  for row in=(csv)\"fleet.csv\" { vm $row.nmae { size \"a${row.size}\"; image $row } }\n  for x in=$l { vm $x.name }\n}\nlet l a b\nvm $row.name\n", FLEET),
        @r#"
    resource-group rg {
        vm row.nmae {
            size arow.size
            image row
        }
        vm row.nmae {
            size arow.size
            image row
        }
        vm x.name
        vm x.name
    }
    vm row.name

    VML050: the table has no column `nmae`
      estate.kdl:2:36 `$row.nmae` asked for here
      fleet.csv:1:1 `name,person,disk` the columns
      help: did you mean `name`?

    VML050: the table has no column `size`
      estate.kdl:2:55 `${row.size}` asked for here
      fleet.csv:1:1 `name,person,disk` the columns
      help: the table has `name`, `person`, `disk`

    VML051: `row` is a whole row, and one value is wanted here
      estate.kdl:2:75 `$row` one of its columns is meant
      help: name a column of it, such as `$row.name`

    VML044: `x.name` asks for a column, and there are no rows here
      estate.kdl:3:20 `$x.name` it has no columns
      estate.kdl:3:7 `x` this goes through a list
      help: leave out the dot and what follows it

    VML044: `row.name` asks for a column, and there are no rows here
      estate.kdl:6:4 `$row.name` rows are there inside of `for row in=(csv)"…"` only
      help: name something that `let` or `param` defines
    "#
    );
}

#[test]
fn loops_stand_in_groups_and_hold_no_others() {
    assert_snapshot!(
        looped("for a in=$l { vm $a }\nvm b { for a in=$l { login } }\nresource-group rg { for a in=$l { vm $a; for b in=$l { vm $b } } }\nlet l x\n", FLEET),
        @r"
    vm b {
    }
    resource-group rg {
        vm x
    }

    VML049: `for` cannot stand here
      estate.kdl:1:1 `for` loops stand in a `resource-group`
      help: move it into the group that its machines are in

    VML049: `for` cannot stand here
      estate.kdl:2:8 `for` loops stand in a `resource-group`
      help: move it into the group that its machines are in

    VML049: `for` cannot stand in another `for`
      estate.kdl:3:42 `for` a loop holds no other
      help: put all columns into one table, and go through that
    "
    );
}

#[test]
fn a_loop_deep_in_another_is_refused_too() {
    assert_snapshot!(
        looped("resource-group rg {\n  for a in=$l {\n    vm $a\n    resource-group in {\n      for b in=$l { vm \"${a}${b}\" }\n      vm \"${a}2\"\n    }\n    vm \"${a}3\"\n  }\n}\nlet l x\n", FLEET),
        @r"
    resource-group rg {
        vm x
        resource-group in {
            vm x2
        }
        vm x3
    }

    VML049: `for` cannot stand in another `for`
      estate.kdl:5:7 `for` a loop holds no other
      help: put all columns into one table, and go through that
    "
    );
}

#[test]
fn mistakes_in_the_loops_of_a_refused_node_are_told() {
    assert_snapshot!(
        looped("vm out {\n  resource-group rg {\n    for x in=$l { vm $x.name $who }\n  }\n}\nlet l a b\nresource-group $who\n", FLEET),
        @r#"
    vm out {
        resource-group rg {
            vm x.name who
            vm x.name who
        }
    }
    resource-group who

    VML044: `x.name` asks for a column, and there are no rows here
      estate.kdl:3:22 `$x.name` it has no columns
      estate.kdl:3:9 `x` this goes through a list
      help: leave out the dot and what follows it

    VML031: `who` is not defined
      estate.kdl:3:30 `$who` no `let` or `param` defines it
      estate.kdl:7:16 `$who` nor here
      help: define it with `let who …` or `param who`, or quote it if it is text: `"$who"`
    "#
    );
}

#[test]
fn a_loop_has_a_shape() {
    assert_snapshot!(
        looped("let l x\nlet row 1\nresource-group rg {\n for\n for a b in=$l { vm $a }\n for a { vm $a }\n for a in=$l\n for a in=x { vm $a }\n for a in=$l by=2 { vm $a }\n for \"a b\" in=$l { vm x }\n for a in=$l { vm x }\n for row in=$l { vm $row }\n for a in=$none { vm $a }\n}\n", FLEET),
        @r#"
    resource-group rg {
        vm x
        vm x
        vm none
    }

    VML041: this is not how `for` is written
      estate.kdl:4:2 `for` something is missing
      help: write `for row in=(csv)"fleet/desktops.csv" { … }` or `for name in=$list { … }`

    VML041: this is not how `for` is written
      estate.kdl:5:8 `b` does not belong here
      help: write `for row in=(csv)"fleet/desktops.csv" { … }` or `for name in=$list { … }`

    VML041: this is not how `for` is written
      estate.kdl:6:2 `for` something is missing
      help: write `for row in=(csv)"fleet/desktops.csv" { … }` or `for name in=$list { … }`

    VML041: this is not how `for` is written
      estate.kdl:7:2 `for` something is missing
      help: write `for row in=(csv)"fleet/desktops.csv" { … }` or `for name in=$list { … }`

    VML041: this is not how `for` is written
      estate.kdl:8:11 `x` does not belong here
      help: write `for row in=(csv)"fleet/desktops.csv" { … }` or `for name in=$list { … }`

    VML041: this is not how `for` is written
      estate.kdl:9:14 `by=2` does not belong here
      help: write `for row in=(csv)"fleet/desktops.csv" { … }` or `for name in=$list { … }`

    VML042: this is not a name that `for` can define
      estate.kdl:10:6 `"a b"` no reference could name it
      help: names are letters, digits, `-` and `_`, and begin with a letter

    VML052: nothing in the loop mentions `a`
      estate.kdl:11:6 `a` so every turn would make the same
      help: use `$a`, at least in a name, or write the nodes once

    VML033: `row` is defined twice
      estate.kdl:12:6 `row` defined again here
      estate.kdl:2:5 `row` first defined here
      help: rename one of them: a name means the same everywhere

    VML031: `none` is not defined
      estate.kdl:13:11 `$none` no `let` or `param` defines it
      help: define it with `let none …` or `param none`, or quote it if it is text: `"$none"`
    "#
    );
}

#[test]
fn what_loops_make_is_bounded() {
    let rows = "x\n".repeat(250_000);
    let entries = "$r.a ".repeat(20);
    let text = format!("resource-group rg {{ for r in=(csv)\"fleet.csv\" {{ vm {entries} }} }}\n");
    assert_snapshot!(looped(&text, &format!("a\n{rows}")), @r"
    resource-group rg {
    }

    VML053: the loops make more than 2 million nodes and values, or more text than fits
      estate.kdl:1:21 `for` goes through 250000 elements
      help: make the table or the loop smaller
    ");
    let long = "y".repeat(10_000);
    let text =
        format!("resource-group rg {{ for r in=(csv)\"fleet.csv\" {{ vm $r.a {long} }} }}\n");
    assert!(looped(&text, &format!("a\n{rows}")).contains("VML053"));
}

#[test]
fn what_elements_say_is_bounded_however_often_they_are_mentioned() {
    let long = "y".repeat(600_000);
    let mentions = "$x ".repeat(300);
    let text = format!(
        "let l \"{long}\" b\nresource-group rg {{\n  for x in=$l {{ vm {mentions} }}\n  for y in=$l {{ vm $y }}\n}}\n"
    );
    let shown = looped(&text, FLEET);
    assert_snapshot!(shown, @r"
    resource-group rg {
    }

    VML053: the loops make more than 2 million nodes and values, or more text than fits
      estate.kdl:3:3 `for` goes through 2 elements
      help: make the table or the loop smaller
    ");
    let cell = "y".repeat(16_000);
    let mentions = "$r.a ".repeat(10_000);
    let text = format!("resource-group rg {{ for r in=(csv)\"fleet.csv\" {{ vm {mentions} }} }}\n");
    assert!(looped(&text, &format!("a\n{cell}\n")).contains("VML053"));
}

/// So many rows that a loop through them may be gone through in shares at the same time.
fn long(changed: impl Fn(usize) -> Option<&'static str>) -> String {
    let row = |number| format!("pc-{number:04},p{number}@contoso.com,128");
    let rows = (0..2_000).map(|number| changed(number).map_or_else(|| row(number), str::to_owned));
    let rows: Vec<String> = rows.collect();
    format!("name,person,disk\n{}\n", rows.join("\n"))
}

const LONG: &str = "resource-group rg {\n  for row in=(csv)\"fleet.csv\" {\n    vm $row.name {\n      login\n      grant user (user)$row.person reason=\"for ${row.name}\"\n      os-disk size-gb=$row.disk\n    }\n  }\n}\n";

#[test]
fn a_long_loop_makes_the_same_in_shares_as_in_one_go() {
    // That they are the same is seen in `looped`.
    let shown = looped(LONG, &long(|_| None));
    assert_eq!(shown.matches("    vm pc-").count(), 2_000);
    assert!(shown.contains("grant user (user)p1999@contoso.com reason=\"for pc-1999\""));
}

#[test]
fn what_is_wrong_far_down_in_a_long_loop_is_told_as_in_one_go() {
    let twice = |number| (number == 1_900).then_some("pc-0001,kim@contoso.com,128");
    looped(LONG, &long(twice));
    let wrong = |number| (number % 1_000 == 99).then_some("pc 1,nobody,none");
    looped(LONG, &long(wrong));
    let unknown = LONG.replace("$row.disk", "$row.disc");
    assert!(looped(&unknown, &long(|_| None)).contains("VML0"));
    let setting = LONG.replace(
        "    vm $row.name",
        "    tags owner=$row.name\n    vm $row.name",
    );
    looped(&setting, &long(|_| None));
}
