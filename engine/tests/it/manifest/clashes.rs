//! Two things where there can be one.

use super::{HEAD, problems, problems_alone, problems_of};
use insta::assert_snapshot;

#[test]
fn two_groups_of_one_name_show_both() {
    assert_snapshot!(problems(r#"
resource-group rg
resource-group other RG { vm a; vm A }
"#), @r#"
    VML140: resource group `RG` is declared twice
      estate.kdl:3:22 `RG` declared again here
      estate.kdl:2:16 `rg` first declared here
      help: rename one of them, or put what both say into one; names have no case

    VML140: VM `A` is declared twice
      estate.kdl:3:36 `A` declared again here
      estate.kdl:3:30 `a` first declared here
      help: rename one of them, or put what both say into one; names have no case
    "#);
}

#[test]
fn a_clash_across_files_names_both() {
    assert_snapshot!(problems_of(&[("head.kdl", HEAD), ("teams/a.kdl", "resource-group rg"), ("teams/b.kdl", "\nresource-group rg")]), @r#"
    VML140: resource group `rg` is declared twice
      teams/b.kdl:2:16 `rg` declared again here
      teams/a.kdl:1:16 `rg` first declared here
      help: rename one of them, or put what both say into one; names have no case
    "#);
}

#[test]
fn the_same_name_in_two_places_is_no_clash() {
    assert_snapshot!(problems_alone(r#"
vmlogin 1 { estate e }
tenant t id="11111111-1111-4111-8111-111111111111" {
    subscription a id="22222222-2222-4222-8222-222222222222"
    subscription b id="22222222-2222-4222-8222-222222222223"
}
resource-group rg subscription=a { vm x }
resource-group rg subscription=b { vm x }
"#), @"");
}

#[test]
fn a_clash_in_a_node_with_several_names_is_said_once() {
    assert_snapshot!(problems(r#"
resource-group a b c { vm web web; grant user (group)g (group)G }
"#), @r#"
    VML140: VM `web` is declared twice
      estate.kdl:2:31 `web` declared again here
      estate.kdl:2:27 `web` first declared here
      help: rename one of them, or put what both say into one; names have no case

    VML141: `user` is granted to group `G` twice
      estate.kdl:2:56 `(group)G` granted again here
      estate.kdl:2:47 `(group)g` first granted here
      help: remove one of them; names have no case
    "#);
}

#[test]
fn what_stands_in_the_second_of_two_clashing_things_is_no_second_clash() {
    assert_snapshot!(problems(r#"
resource-group rg { vm a { login } }
resource-group rg { vm a { login } }
"#), @r#"
    VML140: resource group `rg` is declared twice
      estate.kdl:3:16 `rg` declared again here
      estate.kdl:2:16 `rg` first declared here
      help: rename one of them, or put what both say into one; names have no case
    "#);
}

#[test]
fn tenants_and_subscriptions_clash_across_the_manifest() {
    assert_snapshot!(problems_alone(r#"
vmlogin 1 { estate e }
tenant t id="11111111-1111-4111-8111-111111111111" { subscription core id="22222222-2222-4222-8222-222222222222" }
tenant T id="11111111-1111-4111-8111-111111111112" { subscription Core id="22222222-2222-4222-8222-222222222223"; management-group root; management-group root }
resource-group rg
"#), @r#"
    VML140: tenant `T` is declared twice
      estate.kdl:4:8 `T` declared again here
      estate.kdl:3:8 `t` first declared here
      help: rename one of them, or put what both say into one; names have no case

    VML140: subscription `Core` is declared twice
      estate.kdl:4:67 `Core` declared again here
      estate.kdl:3:67 `core` first declared here
      help: rename one of them, or put what both say into one; names have no case

    VML140: management group `root` is declared twice
      estate.kdl:4:155 `root` declared again here
      estate.kdl:4:132 `root` first declared here
      help: rename one of them, or put what both say into one; names have no case
    "#);
}

#[test]
fn two_names_for_one_id_are_refused() {
    assert_snapshot!(problems_alone(r#"
vmlogin 1 { estate e }
tenant t id="11111111-1111-4111-8111-11111111111a" { subscription a id="22222222-2222-4222-8222-22222222222b" }
tenant u id="11111111-1111-4111-8111-11111111111A" { subscription b id="22222222-2222-4222-8222-22222222222B" }
"#), @r#"
    VML142: two tenants have the same id
      estate.kdl:4:13 `"11111111-1111-4111-8111-11111111111A"` given again here
      estate.kdl:3:13 `"11111111-1111-4111-8111-11111111111a"` first given here
      help: correct one of the ids, or put what both say into one

    VML142: two subscriptions have the same id
      estate.kdl:4:72 `"22222222-2222-4222-8222-22222222222B"` given again here
      estate.kdl:3:72 `"22222222-2222-4222-8222-22222222222b"` first given here
      help: correct one of the ids, or put what both say into one
    "#);
}

#[test]
fn a_grant_twice_shows_both() {
    assert_snapshot!(problems(r#"
resource-group rg {
    grant user (group)"SG Web"
    grant user (user)"kim@contoso.com" (group)"sg web"
    grant admin (group)"SG Web"
    vm web01 { grant user (group)"SG Web" }
}
"#), @r#"
    VML141: `user` is granted to group `sg web` twice
      estate.kdl:4:40 `(group)"sg web"` granted again here
      estate.kdl:3:16 `(group)"SG Web"` first granted here
      help: remove one of them; names have no case
    "#);
}

#[test]
fn names_that_multiply_are_bounded() {
    assert_snapshot!(problems(&format!("\nresource-group {0} {{ vm {0} {{ grant user {1} }} }}\n", (0..100).map(|at| format!("n{at} ")).collect::<String>(), (0..100).map(|at| format!("(group)g{at} ")).collect::<String>())), @r#"
    VML143: the manifest declares more than 300000 things
      estate.kdl:2:1 `resource-group` most of them are here
      help: split the estate into several manifests, each with an estate of its own
    "#);
}
