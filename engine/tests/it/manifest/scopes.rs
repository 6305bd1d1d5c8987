//! In which subscription things are.

use super::{problems, problems_alone};
use insta::assert_snapshot;

#[test]
fn an_unknown_subscription_gets_the_nearest() {
    assert_snapshot!(problems(r#"
resource-group rg subscription=croe
resource-group rg2 subscription=elsewhere
"#), @r#"
    VML130: there is no subscription `croe`
      estate.kdl:2:32 `croe` not declared
      help: did you mean `core`?

    VML130: there is no subscription `elsewhere`
      estate.kdl:3:33 `elsewhere` not declared
      help: the manifest has `core`
    "#);
}

#[test]
fn of_several_subscriptions_one_has_to_be_named() {
    assert_snapshot!(problems_alone(r#"
vmlogin 1 { estate e }
tenant t id="11111111-1111-4111-8111-111111111111" {
    subscription core id="22222222-2222-4222-8222-222222222222"
    subscription edge id="22222222-2222-4222-8222-222222222223"
}
resource-group rg location=westeurope
"#), @r#"
    VML131: `resource-group` does not say in which subscription it is
      estate.kdl:7:1 `resource-group` `subscription=` is missing
      help: write `resource-group rg location=westeurope subscription=core`; the manifest has `core` and `edge`
    "#);
}

#[test]
fn without_a_subscription_it_is_said_once() {
    assert_snapshot!(problems_alone(r#"
vmlogin 1 { estate e }
tenant t id="11111111-1111-4111-8111-111111111111"
resource-group a
resource-group b subscription=core
"#), @r#"
    VML132: the manifest has no subscription for `resource-group`
      estate.kdl:4:1 `resource-group` stands in a subscription
      help: declare it: `tenant NAME id="…" { subscription NAME id="…" }`
    "#);
}

#[test]
fn a_subscription_without_a_name_or_id_costs_nothing_more() {
    assert_snapshot!(problems_alone(r#"
vmlogin 1 { estate e }
tenant t { subscription; subscription core id=5 }
resource-group a subscription=core
resource-group b subscription=edge
"#), @r#"
    VML121: `tenant` has no `id`
      estate.kdl:3:1 `tenant` `id=` is missing
      help: write `tenant t id="00000000-0000-0000-0000-000000000000"`

    VML105: `subscription` lacks a name
      estate.kdl:3:12 `subscription` a name belongs behind it
      help: write `subscription NAME`

    VML121: `subscription` has no `id`
      estate.kdl:3:12 `subscription` `id=` is missing
      help: write `subscription id="00000000-0000-0000-0000-000000000000"`

    VML110: the id of a subscription is a GUID
      estate.kdl:3:47 `5` not a GUID
      help: write it as Azure shows it: `00000000-0000-0000-0000-000000000000`
    "#);
}

#[test]
fn a_subscription_that_is_no_text_is_one_mistake() {
    assert_snapshot!(problems_alone(r#"
vmlogin 1 { estate e }
tenant t id="11111111-1111-4111-8111-111111111111" {
    subscription core id="22222222-2222-4222-8222-222222222222"
    subscription edge id="22222222-2222-4222-8222-222222222223"
}
resource-group a subscription=5
"#), @r#"
    VML108: `subscription` is text, not a whole number
      estate.kdl:7:31 `5` a whole number
      help: write `"5"`
    "#);
}

#[test]
fn things_in_an_unknown_subscription_are_checked_all_the_same() {
    assert_snapshot!(problems(r#"
resource-group rg subscription=elsewhere { vm a a; vm b { oops } }
"#), @"
    VML130: there is no subscription `elsewhere`
      estate.kdl:2:32 `elsewhere` not declared
      help: the manifest has `core`

    VML140: VM `a` is declared twice
      estate.kdl:2:49 `a` declared again here
      estate.kdl:2:47 `a` first declared here
      help: rename one of them, or put what both say into one; names have no case

    VML100: unknown node `oops` in `vm`
      estate.kdl:2:59 `oops` no such node here
      help: `vm` holds `absent`, `admin`, `default-outbound-access`, `grant`, `identity`, `login`, `os-disk`, `prefix`, `protect`, `size` and `tags`
    ");
}
