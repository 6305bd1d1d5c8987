//! What stands behind `absent`.

use insta::assert_snapshot;

use super::problems;

#[test]
fn every_kind_with_a_name_of_its_own_can_be_named_where_it_stands() {
    assert_snapshot!(problems(r#"
absent resource-group old older subscription=core
resource-group rg {
    absent vm web08 web09
    absent grant admin (group)"sg-old" (user)"kim@contoso.com"
    vm web01 { absent login; absent grant user (group)"sg-old" }
}
"#), @"");
}

#[test]
fn what_absent_cannot_name_is_said() {
    assert_snapshot!(problems(r#"
absent
absent vm web01
absent resource-group
resource-group rg {
    absent login
    absent vm web01 { login }
    absent vm web02 reason=old
    absent vm (user)web03
    absent grant admin "sg-x"
    vm web04 {
        absent identity
        absent user-assigned id-web
        absent login web01
    }
}
"#), @r#"
    VML105: `absent` lacks a kind
      estate.kdl:2:1 `absent` a kind belongs behind it
      help: write `absent KIND NAME`

    VML109: `vm` is no value of `absent`
      estate.kdl:3:8 `vm` not one of its values
      help: `absent` is `resource-group`

    VML105: `absent` lacks a name
      estate.kdl:4:1 `absent` a name belongs behind it
      help: write `absent resource-group NAME`

    VML109: `login` is no value of `absent`
      estate.kdl:6:12 `login` not one of its values
      help: `absent` is `grant` and `vm`

    VML101: `login` cannot stand in `absent`
      estate.kdl:7:23 `login` not here
      help: move it into the braces of `vm`

    VML112: unknown attribute `reason` on `absent`
      estate.kdl:8:21 `reason` not an attribute of `absent`
      help: it is an attribute of `grant`

    VML106: the type `(user)` does not belong here
      estate.kdl:9:16 `user` only principals and secrets have a type
      help: remove `(user)`

    VML150: `sg-x` does not say what it is
      estate.kdl:10:24 `"sg-x"` without a type
      help: write `(group)"sg-x"`, or what else it is

    VML109: `identity` is no value of `absent`
      estate.kdl:12:16 `identity` not one of its values
      help: `absent` is `grant` and `login`

    VML109: `user-assigned` is no value of `absent`
      estate.kdl:13:16 `user-assigned` not one of its values
      help: `absent` is `grant` and `login`

    VML104: `login` takes no argument
      estate.kdl:14:22 `web01` one too many
      help: remove it
    "#);
}

#[test]
fn what_is_declared_and_absent_shows_both() {
    assert_snapshot!(problems(r#"
resource-group rg {
    vm web01 { login; absent login }
    absent vm WEB01
    grant user (group)"sg-web"
    absent grant user (group)"sg-web"
}
absent resource-group rg
"#), @r#"
    VML145: `vm:core/rg/web01/login` is declared, and named in `absent` too
      estate.kdl:3:23 `absent` absent here
      estate.kdl:3:16 `login` declared here
      help: remove one of the two: a thing is either there or not

    VML145: `vm:core/rg/WEB01` is declared, and named in `absent` too
      estate.kdl:4:15 `WEB01` absent here
      estate.kdl:3:8 `web01` declared here
      help: remove one of the two: a thing is either there or not

    VML145: `grant:core/rg/user/group:sg-web` is declared, and named in `absent` too
      estate.kdl:6:23 `(group)"sg-web"` absent here
      estate.kdl:5:16 `(group)"sg-web"` declared here
      help: remove one of the two: a thing is either there or not

    VML145: `resource-group:core/rg` is declared, and named in `absent` too
      estate.kdl:8:23 `rg` absent here
      estate.kdl:2:16 `rg` declared here
      help: remove one of the two: a thing is either there or not
    "#);
}
