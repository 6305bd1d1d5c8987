use super::{expanded, expanded_files};
use insta::assert_snapshot;

#[test]
fn a_reference_keeps_the_type_of_its_value() {
    assert_snapshot!(expanded("let n 5\nlet b #true\nlet f 1.5\nlet t text\nlet z #null\nlet s (env)PW\na $n $b $f $t $z $s p=$n q=$s\n", &[]), @"a 5 #true 1.5 text #null (env)PW p=5 q=(env)PW");
}

#[test]
fn a_list_becomes_as_many_arguments() {
    assert_snapshot!(expanded("let team (group)a (user)b\nlet all $team (user)c\ngrant admin $all\n", &[]), @"grant admin (group)a (user)b (user)c");
}

#[test]
fn an_annotation_before_a_list_goes_to_each_value() {
    assert_snapshot!(expanded("let team a b\ngrant admin (group)$team\n", &[]), @"grant admin (group)a (group)b");
}

#[test]
fn references_in_quotes_are_filled_in() {
    assert_snapshot!(expanded("let env prod\nlet n 5\nlet yes #true\nlet h 0.5\na \"rg-${env}-${n}${yes}${h}\" \"$env\" \"$${env}\" #\"${env}\"# name=\"x${env}\"\n", &[]), @r#"a rg-prod-5true0.5 "$env" "$${env}" "$${env}" name=xprod"#);
}

#[test]
fn names_may_be_used_before_they_are_defined_and_in_other_files() {
    assert_snapshot!(expanded_files(&[("estate.kdl", "a $x\nlet y 1\n"), ("teams/b.kdl", "let x $y\nb $y\n")], &[]), @r#"
    a 1
    b 1
    "#);
}

#[test]
fn references_are_resolved_at_every_depth() {
    assert_snapshot!(expanded("let x 1\na { b { c $x { d p=$x } } }\n", &[]), @r#"
    a {
        b {
            c 1 {
                d p=1
            }
        }
    }
    "#);
}

#[test]
fn an_undefined_name_suggests_the_nearest_and_is_reported_once() {
    assert_snapshot!(expanded("let cutover \"2027-01-31\"\na $cutovr\nb \"${cutovr}\"\nc $elsewhere\n", &[]), @r#"
    a cutovr
    b cutovr
    c elsewhere

    VML031: `cutovr` is not defined
      estate.kdl:2:3 `$cutovr` no `let` or `param` defines it
      estate.kdl:3:4 `${cutovr}` nor here
      help: did you mean `cutover`?

    VML031: `elsewhere` is not defined
      estate.kdl:4:3 `$elsewhere` no `let` or `param` defines it
      help: define it with `let elsewhere …` or `param elsewhere`, or quote it if it is text: `"$elsewhere"`
    "#);
}

#[test]
fn a_cycle_is_shown_with_its_path() {
    assert_snapshot!(expanded("let a $b\nlet b \"x-${c}\"\nlet c $a\nlet d $a\nuse-it $d\n", &[]), @r#"
    use-it a

    VML032: names that need each other: `a` → `b` → `c` → `a`
      estate.kdl:1:5 `a` needs `b`
      estate.kdl:2:5 `b` needs `c`
      estate.kdl:3:5 `c` needs `a`
      help: give one of them a value of its own
    "#);
}

#[test]
fn a_name_that_needs_itself_is_a_cycle() {
    assert_snapshot!(expanded("let a $a\nparam p { one-of $p }\n", &[("p", "x")]), @r#"
    VML032: names that need each other: `a` → `a`
      estate.kdl:1:5 `a` needs `a`
      help: give one of them a value of its own

    VML032: names that need each other: `p` → `p`
      estate.kdl:2:7 `p` needs `p`
      help: give one of them a value of its own
    "#);
}

#[test]
fn a_name_is_defined_once_in_all_files() {
    assert_snapshot!(expanded_files(&[("estate.kdl", "let x 1\nparam x default=2\n"), ("b.kdl", "let x 3\na $x\n")], &[]), @r#"
    a 1

    VML033: `x` is defined twice
      estate.kdl:2:7 `x` defined again here
      estate.kdl:1:5 `x` first defined here
      help: rename one of them: a name means the same everywhere

    VML033: `x` is defined twice
      b.kdl:1:5 `x` defined again here
      estate.kdl:1:5 `x` first defined here
      help: rename one of them: a name means the same everywhere
    "#);
}

#[test]
fn a_list_where_one_value_is_wanted_is_a_problem() {
    assert_snapshot!(expanded("let team a b\nvm x os=$team\nvm \"x${team}\"\n", &[]), @r#"
    vm x os=a
    vm xa

    VML034: `team` is a list of 2 values, and one is wanted here
      estate.kdl:2:9 `$team` one value is wanted
      estate.kdl:1:5 `team` defined as a list here
      help: write one value here, or define another name for it

    VML034: `team` is a list of 2 values, and one is wanted here
      estate.kdl:3:6 `${team}` one value is wanted
      estate.kdl:1:5 `team` defined as a list here
      help: write one value here, or define another name for it
    "#);
}

#[test]
fn what_is_no_text_cannot_be_part_of_one() {
    assert_snapshot!(expanded("let none #null\nlet pw (env)PASSWORD\na \"x${none}\" \"y${pw}\"\n", &[]), @r#"
    a x y

    VML043: `none` is `#null`, which cannot be part of a text
      estate.kdl:3:5 `${none}` text is wanted
      estate.kdl:1:5 `none` defined here
      help: only plain text, numbers, `#true` and `#false` can be

    VML043: `pw` is `(env)PASSWORD`, which cannot be part of a text
      estate.kdl:3:16 `${pw}` text is wanted
      estate.kdl:2:5 `pw` defined here
      help: only plain text, numbers, `#true` and `#false` can be
    "#);
}

#[test]
fn a_value_has_one_type() {
    assert_snapshot!(expanded("let who (group)a\ngrant admin (user)$who\ngrant user (group)$who\n", &[]), @r#"
    grant admin (user)a
    grant user (group)a

    VML045: this value is a `(group)` already and cannot be a `(user)`
      estate.kdl:2:13 `(user)$who` given a type here
      estate.kdl:1:10 `group` given another here
      help: leave one of the types out
    "#);
}

#[test]
fn columns_need_rows() {
    assert_snapshot!(expanded("vm $row.name\n", &[]), @r#"
    vm row.name

    VML044: `row.name` asks for a column, and there are no rows here
      estate.kdl:1:4 `$row.name` rows are there inside of `for row in=(csv)"…"` only
      help: name something that `let` or `param` defines
    "#);
}

#[test]
fn let_and_param_have_a_shape() {
    assert_snapshot!(
        expanded("let\nlet x\nlet \"a b\" 1\nlet (t)c 1\nlet 5 6\nlet y 1 k=2\nlet z 1 { q }\nparam\nparam p q\nparam r size=2 default=1\nparam s default=1 { one-of; two }\n", &[]),
        @r#"
    VML041: this is not how `let` is written
      estate.kdl:1:1 `let` something is missing
      help: write `let name value…`

    VML041: this is not how `let` is written
      estate.kdl:2:1 `let x` something is missing
      help: write `let name value…`

    VML042: this is not a name that `let` can define
      estate.kdl:3:5 `"a b"` no reference could name it
      help: names are letters, digits, `-` and `_`, and begin with a letter

    VML042: this is not a name that `let` can define
      estate.kdl:4:5 `(t)c` no reference could name it
      help: names are letters, digits, `-` and `_`, and begin with a letter

    VML042: this is not a name that `let` can define
      estate.kdl:5:5 `5` no reference could name it
      help: names are letters, digits, `-` and `_`, and begin with a letter

    VML041: this is not how `let` is written
      estate.kdl:6:9 `k=2` does not belong here
      help: write `let name value…`

    VML041: this is not how `let` is written
      estate.kdl:7:11 `q` does not belong here
      help: write `let name value…`

    VML041: this is not how `param` is written
      estate.kdl:8:1 `param` something is missing
      help: write `param name`, `param name default=value` or `param name { one-of value… }`

    VML035: param `p` has no value
      estate.kdl:9:7 `p` neither set nor given a default
      help: set it with `--set p=…`

    VML041: this is not how `param` is written
      estate.kdl:9:9 `q` does not belong here
      help: write `param name`, `param name default=value` or `param name { one-of value… }`

    VML041: this is not how `param` is written
      estate.kdl:10:9 `size=2` does not belong here
      help: write `param name`, `param name default=value` or `param name { one-of value… }`

    VML041: this is not how `param` is written
      estate.kdl:11:21 `one-of` something is missing
      help: write `param name`, `param name default=value` or `param name { one-of value… }`

    VML041: this is not how `param` is written
      estate.kdl:11:29 `two` does not belong here
      help: write `param name`, `param name default=value` or `param name { one-of value… }`
    "#
    );
}

#[test]
fn a_param_takes_its_value_from_the_command_line_or_its_default() {
    let text = "param env { one-of dev prod }\nparam size default=big\na $env $size\n";
    assert_snapshot!(expanded(text, &[("env", "prod")]), @"a prod big");
    assert_snapshot!(expanded(text, &[("env", "dev"), ("size", "small"), ("env", "prod")]), @"a prod small");
}

#[test]
fn a_param_without_a_value_names_the_flag_and_the_choices() {
    assert_snapshot!(expanded("param env { one-of dev prod }\nparam owner\na \"rg-${env}\" $owner\n", &[]), @r#"
    a rg-dev owner

    VML035: param `env` has no value
      estate.kdl:1:7 `env` neither set nor given a default
      help: set it with `--set env=…`, one of `dev`, `prod`

    VML035: param `owner` has no value
      estate.kdl:2:7 `owner` neither set nor given a default
      help: set it with `--set owner=…`
    "#);
}

#[test]
fn a_value_on_the_command_line_gets_the_type_of_the_param() {
    assert_snapshot!(expanded("param n default=1\nparam f default=1.5\nparam b default=#false\nparam t default=a\nparam c { one-of 1 2 }\nparam who default=(group)x\na $n $f $b $t $c $who\n",
        &[("n", "7"), ("f", "2"), ("b", "true"), ("t", "5"), ("c", "2"), ("who", "y")]), @r#"a 7 2.0 #true "5" 2 (group)y"#);
}

#[test]
fn a_value_of_another_type_is_a_problem() {
    assert_snapshot!(expanded("param n default=1\nparam f default=1.5\nparam b default=#false\n", &[("n", "seven"), ("f", "inf"), ("b", "yes")]), @r#"
    VML037: param `n` wants a whole number, not `seven`
      estate.kdl:1:7 `n` set by `--set`
      help: the type is that of the default or the first choice of `n`

    VML037: param `f` wants a number, not `inf`
      estate.kdl:2:7 `f` set by `--set`
      help: the type is that of the default or the first choice of `f`

    VML037: param `b` wants `true` or `false`, not `yes`
      estate.kdl:3:7 `b` set by `--set`
      help: the type is that of the default or the first choice of `b`
    "#);
}

#[test]
fn a_value_is_one_of_the_choices() {
    assert_snapshot!(expanded("let envs dev prod\nparam env { one-of $envs }\nparam size default=3 { one-of 1 2 }\na $env $size\n", &[("env", "test")]), @r#"
    a dev 1

    VML036: `test` is not one of the values of param `env`
      estate.kdl:2:7 `env` set by `--set`
      help: it is one of `dev`, `prod`

    VML036: `3` is not one of the values of param `size`
      estate.kdl:3:20 `3` the default is no choice
      help: it is one of `1`, `2`
    "#);
}

#[test]
fn what_the_command_line_sets_is_a_param() {
    assert_snapshot!(expanded("param env default=dev\nlet size 1\n", &[("evn", "prod"), ("location", "x"), ("size", "2")]), @r#"
    VML038: `--set evn=…` names no param
      help: did you mean `env`?

    VML038: `--set location=…` names no param
      help: the manifest has `env`

    VML038: `--set size=…` names a `let`, which is fixed
      estate.kdl:2:5 `size` defined by `let` here
      help: make it a `param size` with its value as the default
    "#);
    assert_snapshot!(expanded("a\n", &[("env", "prod")]), @r#"
    a

    VML038: `--set env=…` names no param
      help: the manifest has no `param`
    "#);
}

#[test]
fn names_that_double_each_other_stop_at_a_budget() {
    let doubled: String = (1..40)
        .map(|at| format!("let x{at} $x{} $x{}\n", at - 1, at - 1))
        .collect();
    assert_snapshot!(expanded(&format!("let x0 \"0123456789\"\n{doubled}a ok\n"), &[]), @r#"
    a ok

    VML046: references add more than 64 MB to the manifest
      estate.kdl:21:14 `$x19` the reference that was one too many
      estate.kdl:20:5 `x19` to this
      help: look for names that repeat each other
    "#);
    let doubled: String = (1..40)
        .map(|at| format!("let x{at} \"${{x{}}}${{x{}}}\"\n", at - 1, at - 1))
        .collect();
    assert_snapshot!(expanded(&format!("let x0 \"0123456789\"\n{doubled}a ok\n"), &[]), @r#"
    a ok

    VML046: references add more than 64 MB to the manifest
      estate.kdl:23:16 `${x21}` the reference that was one too many
      estate.kdl:22:5 `x21` to this
      help: look for names that repeat each other
    "#);
}

#[test]
fn a_long_chain_of_names_is_resolved_without_recursion() {
    let chain: String = (1..100_000)
        .map(|at| format!("let x{at} $x{}\n", at - 1))
        .collect();
    assert_snapshot!(expanded(&format!("{chain}let x0 end\na $x99999\n"), &[]), @"a end");
}

#[test]
fn a_long_cycle_is_cut_where_it_is_shown() {
    let chain: String = (1..1000)
        .map(|at| format!("let x{at} $x{}\n", at - 1))
        .collect();
    assert_snapshot!(expanded(&format!("{chain}let x0 $x999\n"), &[]), @r#"
    VML032: names that need each other: `x0` → `x999` → `x998` → `x997` → `x996` → `x995` → `x994` → `x993` → `x992` → `x991` → … → `x0`
      estate.kdl:1000:5 `x0` needs `x999`
      estate.kdl:999:5 `x999` needs `x998`
      estate.kdl:998:5 `x998` needs `x997`
      estate.kdl:997:5 `x997` needs `x996`
      estate.kdl:996:5 `x996` needs `x995`
      estate.kdl:995:5 `x995` needs `x994`
      estate.kdl:994:5 `x994` needs `x993`
      estate.kdl:993:5 `x993` needs `x992`
      estate.kdl:992:5 `x992` needs `x991`
      estate.kdl:991:5 `x991` needs `x990`
      help: give one of them a value of its own
    "#);
}
