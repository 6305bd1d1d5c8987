//! Unknown, misplaced, surplus and missing words, at every depth.

use super::{problems, problems_alone};
use insta::assert_snapshot;

#[test]
fn an_unknown_node_gets_the_nearest() {
    assert_snapshot!(problems(r#"
resorce-group rg { vm web01 { logn } }
frobnicate 1
"#), @"
    VML100: unknown node `resorce-group` at the top level
      estate.kdl:2:1 `resorce-group` no such node here
      help: did you mean `resource-group`?

    VML100: unknown node `logn` in `vm`
      estate.kdl:2:31 `logn` no such node here
      help: did you mean `login`?

    VML100: unknown node `frobnicate` at the top level
      estate.kdl:3:1 `frobnicate` no such node here
      help: at the top level stand `absent`, `include`, `let`, `param`, `resource-group`, `tenant` and `vmlogin`
    ");
}

#[test]
fn a_node_meant_by_its_nearest_is_still_checked_inside() {
    assert_snapshot!(problems(r#"
resource-group rg { mv web01 { protect 5 } }
"#), @r#"
    VML100: unknown node `mv` in `resource-group`
      estate.kdl:2:21 `mv` no such node here
      help: did you mean `vm`?

    VML108: `protect` is `#true` or `#false`, not a whole number
      estate.kdl:2:40 `5` a whole number
      help: give it `#true` or `#false`
    "#);
}

#[test]
fn names_of_nodes_have_a_case() {
    assert_snapshot!(problems(r#"
resource-group rg { VM web01 }
"#), @r#"
    VML100: unknown node `VM` in `resource-group`
      estate.kdl:2:21 `VM` no such node here
      help: did you mean `vm`?
    "#);
}

#[test]
fn an_underscore_gets_the_hyphen() {
    assert_snapshot!(problems_alone(r#"
vmlogin 1 { estate e; safety max_delete=3 }
tenant t id="11111111-1111-4111-8111-111111111111" {
    subscription s id="22222222-2222-4222-8222-222222222222"
}
resource_group rg_with_underscores { tags cost_center="4711" }
"#), @r#"
    VML103: `max_delete` is written with `-`
      estate.kdl:2:30 `max_delete` holds `_`
      help: write `max-delete`

    VML103: `resource_group` is written with `-`
      estate.kdl:6:1 `resource_group` holds `_`
      help: write `resource-group`
    "#);
}

#[test]
fn a_node_that_stands_elsewhere_is_told_where() {
    assert_snapshot!(problems(r#"
vm web01
resource-group rg { login; subscription core; vmlogin 1 }
"#), @r#"
    VML101: `vm` cannot stand at the top level
      estate.kdl:2:1 `vm` not here
      help: move it into the braces of `resource-group`

    VML101: `login` cannot stand in `resource-group`
      estate.kdl:3:21 `login` not here
      help: move it into the braces of `vm`

    VML107: `subscription` is an attribute of `resource-group`, not a node in it
      estate.kdl:3:28 `subscription` not a node
      help: write `subscription=core` before the braces of `resource-group`

    VML101: `vmlogin` cannot stand in `resource-group`
      estate.kdl:3:47 `vmlogin` not here
      help: move it out of the braces, to the top level
    "#);
}

#[test]
fn an_unknown_attribute_gets_the_nearest_or_the_choices() {
    assert_snapshot!(problems(r#"
resource-group rg locatoin=westeurope zzz=1 { vm web01 subscription=core { grant user (group)g resaon="x"; login qwerty=1 } }
"#), @"
    VML112: unknown attribute `locatoin` on `resource-group`
      estate.kdl:2:19 `locatoin` not an attribute of `resource-group`
      help: did you mean `location`?

    VML112: unknown attribute `zzz` on `resource-group`
      estate.kdl:2:39 `zzz` not an attribute of `resource-group`
      help: `resource-group` has `subscription` and `location`

    VML112: unknown attribute `subscription` on `vm`
      estate.kdl:2:56 `subscription` not an attribute of `vm`
      help: it is an attribute of `absent` and `resource-group`

    VML112: unknown attribute `resaon` on `grant`
      estate.kdl:2:96 `resaon` not an attribute of `grant`
      help: did you mean `reason`?

    VML112: unknown attribute `qwerty` on `login`
      estate.kdl:2:114 `qwerty` not an attribute of `login`
      help: remove it
    ");
}

#[test]
fn an_attribute_meant_by_its_nearest_is_not_missing_too() {
    assert_snapshot!(problems_alone(r#"
vmlogin 1 { estate e }
tenant t idd="11111111-1111-4111-8111-111111111111" { subscription s ID="22222222-2222-4222-8222-222222222222" }
"#), @r#"
    VML112: unknown attribute `idd` on `tenant`
      estate.kdl:3:10 `idd` not an attribute of `tenant`
      help: did you mean `id`?

    VML112: unknown attribute `ID` on `subscription`
      estate.kdl:3:70 `ID` not an attribute of `subscription`
      help: did you mean `id`?
    "#);
}

#[test]
fn an_attribute_in_the_braces_is_told_to_leave_them() {
    assert_snapshot!(problems_alone(r#"
vmlogin 1 { estate e; max-delete 3 }
tenant t { id "11111111-1111-4111-8111-111111111111"; subscription s id="22222222-2222-4222-8222-222222222222" }
resource-group rg { vm web01 { os windows }; tags { owner "team web" } }
"#), @r#"
    VML100: unknown node `max-delete` in `vmlogin`
      estate.kdl:2:23 `max-delete` no such node here
      help: it is an attribute of `safety`

    VML107: `id` is an attribute of `tenant`, not a node in it
      estate.kdl:3:12 `id` not a node
      help: write `id="11111111-1111-4111-8111-111111111111"` before the braces of `tenant`

    VML107: `os` is an attribute of `vm`, not a node in it
      estate.kdl:4:32 `os` not a node
      help: write `os=windows` before the braces of `vm`

    VML107: `owner` is an attribute of `tags`, not a node in it
      estate.kdl:4:53 `owner` not a node
      help: write `owner="team web"` before the braces of `tags`
    "#);
}

#[test]
fn a_node_as_an_attribute_is_told_to_enter_the_braces() {
    assert_snapshot!(problems(r#"
resource-group rg protect=#true { vm web01 tags="x" login=#true }
"#), @r#"
    VML107: `protect` is a node in `resource-group`, not an attribute of it
      estate.kdl:2:19 `protect` not an attribute
      help: write `protect` in the braces of `resource-group`

    VML107: `tags` is a node in `vm`, not an attribute of it
      estate.kdl:2:44 `tags` not an attribute
      help: write `tags NAME="VALUE"` in the braces of `vm`

    VML107: `login` is a node in `vm`, not an attribute of it
      estate.kdl:2:53 `login` not an attribute
      help: write `login` in the braces of `vm`
    "#);
}

#[test]
fn what_is_not_built_is_refused_by_name() {
    assert_snapshot!(problems_alone(r#"
vmlogin 1 { estate e }
tenant t id="11111111-1111-4111-8111-111111111111" {
    sign-in-app ensure=#true
    conditional-access baseline { app vm-sign-in }
    subscription s id="22222222-2222-4222-8222-222222222222" { own login-roles; policy require-login }
}
assert no-guest-admin
resource-group rg {
    wave 1
    virtual-network vnet
    network-security-group nsg
    managed-identity id
    arc-machine sh-line1 { login }
    vm web01 {
        image Win2022Datacenter
        identity system-assigned { user-assigned id }
        login mdm-id=intune
        grant user (group)g until="2027-01-31"
    }
    vm jump01 os=linux
}
image Win2022Datacenter
"#), @"
    VML102: `sign-in-app` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:4:5 `sign-in-app` not built yet
      help: remove it, or put `/-` before it until a version builds it

    VML102: `conditional-access` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:5:5 `conditional-access` not built yet
      help: remove it, or put `/-` before it until a version builds it

    VML102: `own` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:6:64 `own` not built yet
      help: remove it, or put `/-` before it until a version builds it

    VML102: `policy` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:6:81 `policy` not built yet
      help: remove it, or put `/-` before it until a version builds it

    VML102: `assert` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:8:1 `assert` not built yet
      help: remove it, or put `/-` before it until a version builds it

    VML102: `wave` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:10:5 `wave` not built yet
      help: remove it, or put `/-` before it until a version builds it

    VML102: `virtual-network` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:11:5 `virtual-network` not built yet
      help: remove it, or put `/-` before it until a version builds it

    VML102: `network-security-group` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:12:5 `network-security-group` not built yet
      help: remove it, or put `/-` before it until a version builds it

    VML102: `managed-identity` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:13:5 `managed-identity` not built yet
      help: remove it, or put `/-` before it until a version builds it

    VML102: `arc-machine` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:14:5 `arc-machine` not built yet
      help: remove it, or put `/-` before it until a version builds it

    VML102: `image` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:16:9 `image` not built yet
      help: remove it, or put `/-` before it until a version builds it

    VML102: `user-assigned` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:17:36 `user-assigned` not built yet
      help: remove it, or put `/-` before it until a version builds it

    VML102: `mdm-id` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:18:15 `mdm-id` not built yet
      help: remove it, or put `/-` before it until a version builds it

    VML102: `until` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:19:29 `until` not built yet
      help: remove it, or put `/-` before it until a version builds it

    VML102: `os=linux` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:21:18 `linux` not built yet
      help: this version builds `windows`

    VML102: `image` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:23:1 `image` not built yet
      help: remove it, or put `/-` before it until a version builds it
    ");
}

#[test]
fn a_near_miss_of_what_is_not_built_says_so() {
    assert_snapshot!(problems(r#"
resource-group rg { virtual-netwrk v; vm a { grant user (group)g untill=1 } }
"#), @r#"
    VML100: unknown node `virtual-netwrk` in `resource-group`
      estate.kdl:2:21 `virtual-netwrk` no such node here
      help: did you mean `virtual-network`? This version does not build it yet

    VML112: unknown attribute `untill` on `grant`
      estate.kdl:2:66 `untill` not an attribute of `grant`
      help: did you mean `until`? This version does not build it yet
    "#);
}

#[test]
fn surplus_arguments_are_refused() {
    assert_snapshot!(problems_alone(r#"
vmlogin 1 2 { estate e f; safety 5 }
tenant t u id="11111111-1111-4111-8111-111111111111" { subscription s id="22222222-2222-4222-8222-222222222222" }
resource-group rg { protect #true #true; tags x; vm web01 { identity system-assigned x; login AADLogin } }
"#), @r#"
    VML104: `vmlogin` takes one argument
      estate.kdl:2:11 `2` one too many
      help: remove it

    VML104: `estate` takes one argument
      estate.kdl:2:24 `f` one too many
      help: remove it

    VML104: `safety` takes no argument
      estate.kdl:2:34 `5` one too many
      help: `safety` takes `max-delete` and `max-change-percent` with `=`

    VML104: `tenant` takes one name
      estate.kdl:3:10 `u` one too many
      help: write a `tenant` node for each

    VML104: `protect` takes one argument
      estate.kdl:4:35 `#true` one too many
      help: remove it

    VML104: `tags` takes no argument
      estate.kdl:4:47 `x` one too many
      help: remove it

    VML104: `identity` takes one word
      estate.kdl:4:86 `x` one too many
      help: remove it

    VML104: `login` takes no argument
      estate.kdl:4:95 `AADLogin` one too many
      help: remove it
    "#);
}

#[test]
fn missing_arguments_show_the_line_to_write() {
    assert_snapshot!(problems_alone(r#"
vmlogin { estate }
tenant id="11111111-1111-4111-8111-111111111111" { subscription id="22222222-2222-4222-8222-222222222222"; management-group }
resource-group { vm { identity; grant; grant user; grant (group)sg-web } }
"#), @r#"
    VML105: `vmlogin` lacks the version of the language
      estate.kdl:2:1 `vmlogin` the version of the language belongs behind it
      help: write `vmlogin 1`

    VML105: `estate` lacks a value
      estate.kdl:2:11 `estate` a value belongs behind it
      help: write `estate "contoso-prod"`

    VML105: `tenant` lacks a name
      estate.kdl:3:1 `tenant` a name belongs behind it
      help: write `tenant NAME`

    VML105: `subscription` lacks a name
      estate.kdl:3:52 `subscription` a name belongs behind it
      help: write `subscription NAME`

    VML105: `management-group` lacks a name
      estate.kdl:3:108 `management-group` a name belongs behind it
      help: write `management-group NAME`

    VML105: `resource-group` lacks a name
      estate.kdl:4:1 `resource-group` a name belongs behind it
      help: write `resource-group NAME`

    VML105: `vm` lacks a name
      estate.kdl:4:18 `vm` a name belongs behind it
      help: write `vm NAME`

    VML105: `identity` lacks the word that says which
      estate.kdl:4:23 `identity` the word that says which belongs behind it
      help: write `identity system-assigned`

    VML105: `grant` lacks a role and a principal
      estate.kdl:4:33 `grant` a role and a principal belongs behind it
      help: write `grant admin (group)"NAME"`

    VML105: `grant` lacks a principal
      estate.kdl:4:40 `grant` a principal belongs behind it
      help: write `grant admin (group)"NAME"`

    VML105: `grant` lacks a role
      estate.kdl:4:52 `grant` a role belongs behind it
      help: write `grant admin (group)"NAME"`
    "#);
}

#[test]
fn a_type_stands_before_principals_only() {
    assert_snapshot!(problems_alone(r#"
(x)vmlogin (y)1 { estate (user)e; safety max-delete=(u8)3 }
tenant (group)t id=(guid)"11111111-1111-4111-8111-111111111111" { subscription s id="22222222-2222-4222-8222-222222222222" }
resource-group (group)rg { vm web01 { identity (a)system-assigned; protect (b)#true; tags owner=(env)"x"; grant (role)user (group)g } }
"#), @"
    VML106: the type `(x)` does not belong here
      estate.kdl:2:2 `x` only principals and secrets have a type
      help: remove `(x)`

    VML106: the type `(y)` does not belong here
      estate.kdl:2:13 `y` only principals and secrets have a type
      help: remove `(y)`

    VML106: the type `(user)` does not belong here
      estate.kdl:2:27 `user` only principals and secrets have a type
      help: remove `(user)`

    VML106: the type `(u8)` does not belong here
      estate.kdl:2:54 `u8` only principals and secrets have a type
      help: remove `(u8)`

    VML106: the type `(group)` does not belong here
      estate.kdl:3:9 `group` only principals and secrets have a type
      help: remove `(group)`

    VML106: the type `(guid)` does not belong here
      estate.kdl:3:21 `guid` only principals and secrets have a type
      help: remove `(guid)`

    VML106: the type `(group)` does not belong here
      estate.kdl:4:17 `group` only principals and secrets have a type
      help: remove `(group)`

    VML106: the type `(a)` does not belong here
      estate.kdl:4:49 `a` only principals and secrets have a type
      help: remove `(a)`

    VML106: the type `(b)` does not belong here
      estate.kdl:4:77 `b` only principals and secrets have a type
      help: remove `(b)`

    VML106: the type `(env)` does not belong here
      estate.kdl:4:98 `env` only principals and secrets have a type
      help: remove `(env)`

    VML106: the type `(role)` does not belong here
      estate.kdl:4:114 `role` only principals and secrets have a type
      help: remove `(role)`
    ");
}

#[test]
fn an_empty_manifest_lacks_its_head() {
    assert_snapshot!(problems_alone(r#""#), @r#"
    VML120: the manifest has no `vmlogin`
      help: write `vmlogin 1 { estate "contoso-prod" }` at the top level of one file
    "#);
}

#[test]
fn a_head_without_an_estate_is_incomplete() {
    assert_snapshot!(problems_alone(r#"vmlogin 1"#), @r#"
    VML120: `vmlogin` has no `estate`
      estate.kdl:1:1 `vmlogin` holds no `estate`
      help: write `estate "contoso-prod"` in the braces of `vmlogin`
    "#);
}

#[test]
fn a_head_twice_shows_both() {
    assert_snapshot!(super::problems_of(&[("a.kdl", "vmlogin 1 { estate a }"), ("b.kdl", "\nvmlogin 1 { estate b }")]), @r#"
    VML122: the manifest has `vmlogin` twice
      b.kdl:2:1 `vmlogin` given again here
      a.kdl:1:1 `vmlogin` first given here
      help: remove one of them
    "#);
}

#[test]
fn a_setting_twice_shows_both() {
    assert_snapshot!(problems(r#"
resource-group rg {
    tags a="1"
    tags b="2"
    vm web01 { protect; protect #false; identity system-assigned; identity system-assigned; login; login }
}
"#), @r#"
    VML122: `resource-group` has `tags` twice
      estate.kdl:4:5 `tags` given again here
      estate.kdl:3:5 `tags` first given here
      help: remove one of them

    VML122: `vm` has `protect` twice
      estate.kdl:5:25 `protect` given again here
      estate.kdl:5:16 `protect` first given here
      help: remove one of them

    VML122: `vm` has `identity` twice
      estate.kdl:5:67 `identity` given again here
      estate.kdl:5:41 `identity` first given here
      help: remove one of them

    VML122: `vm` has `login` twice
      estate.kdl:5:100 `login` given again here
      estate.kdl:5:93 `login` first given here
      help: remove one of them
    "#);
}

#[test]
fn a_node_without_children_holds_none() {
    assert_snapshot!(problems(r#"
resource-group rg { vm a { login { version 2; foo } } }
"#), @r#"
    VML102: `version` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:2:36 `version` not built yet
      help: remove it, or put `/-` before it until a version builds it

    VML100: unknown node `foo` in `login`
      estate.kdl:2:47 `foo` no such node here
      help: remove it
    "#);
}

#[test]
fn a_node_needs_no_switch() {
    let told = problems_alone("vmlogin 1 { estate e; safety #true }");
    let help = "remove it, nodes need no `#true`; `safety` takes ";
    assert!(told.contains(help), "{told}");
}
