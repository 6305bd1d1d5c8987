//! Values that do not fit.

use super::{problems, problems_alone};
use insta::assert_snapshot;

#[test]
fn the_language_has_one_version() {
    assert_snapshot!(problems_alone(r#"vmlogin "1" { estate e }
"#), @r#"
    VML114: this version of vmlogin reads version 1 of the language
      estate.kdl:1:9 `"1"` not the number 1
      help: write `vmlogin 1`
    "#);
}

#[test]
fn a_value_of_another_type_is_refused() {
    assert_snapshot!(problems(r#"
resource-group 5 location=#true { protect "true"; protect2; tags cost=5 empty=#null; vm a os=1.5 { protect 1 } }
"#), @r#"
    VML108: the name of a resource group is text, not a whole number
      estate.kdl:2:16 `5` a whole number
      help: write `"5"`

    VML108: `location` is text, not a switch
      estate.kdl:2:27 `#true` a switch
      help: give it text

    VML108: `protect` is `#true` or `#false`, not text
      estate.kdl:2:43 `"true"` text
      help: write `#true`

    VML100: unknown node `protect2` in `resource-group`
      estate.kdl:2:51 `protect2` no such node here
      help: did you mean `protect`?

    VML108: the value of a tag is text, not a whole number
      estate.kdl:2:71 `5` a whole number
      help: write `"5"`

    VML108: the value of a tag is text, not `#null`
      estate.kdl:2:79 `#null` `#null`
      help: give it text

    VML109: `1.5` is no value of `os`
      estate.kdl:2:94 `1.5` not one of its values
      help: `os` is `windows`

    VML108: `protect` is `#true` or `#false`, not a whole number
      estate.kdl:2:108 `1` a whole number
      help: give it `#true` or `#false`
    "#);
}

#[test]
fn an_estate_is_a_short_plain_word() {
    assert_snapshot!(super::problems_of(&[("a.kdl", "vmlogin 1 { estate \"contoso prod\" }"), ("b.kdl", "")]), @r#"
    VML113: `contoso prod` cannot be the value of `estate`
      a.kdl:1:20 `"contoso prod"` holds a blank
      help: a name is made of the letters a to z, digits and `-_.`, and has 1 to 64 characters
    "#);
}

#[test]
fn an_estate_has_no_letters_that_look_like_others() {
    assert_snapshot!(problems_alone("vmlogin 1 { estate \"d\u{435}v\" }"), @r#"
    VML113: `dеv` cannot be the value of `estate`
      estate.kdl:1:20 `"dеv"` holds `е`
      help: a name is made of the letters a to z, digits and `-_.`, and has 1 to 64 characters
    "#);
}

#[test]
fn an_estate_is_not_empty_and_not_long() {
    assert_snapshot!(super::problems_of(&[("a.kdl", "vmlogin 1 { estate \"\" }"), ("b.kdl", &format!("vmlogin 1 {{ estate {} }}", "x".repeat(65)))]), @r#"
    VML113: the value of `estate` is empty
      a.kdl:1:20 `""` empty
      help: a name is made of the letters a to z, digits and `-_.`, and has 1 to 64 characters

    VML122: the manifest has `vmlogin` twice
      b.kdl:1:1 `vmlogin` given again here
      a.kdl:1:1 `vmlogin` first given here
      help: remove one of them

    VML113: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` cannot be the value of `estate`
      b.kdl:1:20 `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx` 65 characters
      help: at most 64 characters fit: shorten it
    "#);
}

#[test]
fn limits_have_ranges() {
    assert_snapshot!(problems_alone(r#"
vmlogin 1 { estate e; safety max-delete=-1 max-change-percent=101 }
"#), @r#"
    VML111: `max-delete` lies between 0 and 1000000
      estate.kdl:2:41 `-1` out of range
      help: write a whole number from 0 to 1000000

    VML111: `max-change-percent` lies between 0 and 100
      estate.kdl:2:63 `101` out of range
      help: write a whole number from 0 to 100
    "#);
}

#[test]
fn a_limit_is_a_number() {
    assert_snapshot!(problems_alone(r#"
vmlogin 1 { estate e; safety max-delete=none max-change-percent=2.5 }
"#), @r#"
    VML108: `max-delete` is a whole number, not text
      estate.kdl:2:41 `none` text
      help: give it a whole number

    VML108: `max-change-percent` is a whole number, not a number with a fraction
      estate.kdl:2:65 `2.5` a number with a fraction
      help: give it a whole number
    "#);
}

#[test]
fn ids_are_guids() {
    assert_snapshot!(problems_alone(r#"
vmlogin 1 { estate e }
tenant t id=contoso.onmicrosoft.com { subscription s id="{22222222-2222-4222-8222-222222222222}" }
"#), @r#"
    VML110: the id of a tenant is a GUID
      estate.kdl:3:13 `contoso.onmicrosoft.com` not a GUID
      help: write it as Azure shows it: `00000000-0000-0000-0000-000000000000`

    VML110: the id of a subscription is a GUID
      estate.kdl:3:57 `"{22222222-2222-4222-8222-222222222222}"` not a GUID
      help: write it as Azure shows it: `00000000-0000-0000-0000-000000000000`
    "#);
}

#[test]
fn a_missing_id_shows_the_line_to_write() {
    assert_snapshot!(problems_alone(r#"
vmlogin 1 { estate e }
tenant t cloud=china { subscription s }
"#), @r#"
    VML121: `tenant` has no `id`
      estate.kdl:3:1 `tenant` `id=` is missing
      help: write `tenant t cloud=china id="00000000-0000-0000-0000-000000000000"`

    VML121: `subscription` has no `id`
      estate.kdl:3:24 `subscription` `id=` is missing
      help: write `subscription s id="00000000-0000-0000-0000-000000000000"`
    "#);
}

#[test]
fn an_unknown_cloud_gets_the_nearest_or_the_choices() {
    assert_snapshot!(problems_alone(r#"
vmlogin 1 { estate e }
tenant t cloud=chnia id="11111111-1111-4111-8111-111111111111"
tenant u cloud=mars id="11111111-1111-4111-8111-111111111112"
"#), @r#"
    VML109: `chnia` is no value of `cloud`
      estate.kdl:3:16 `chnia` not one of its values
      help: did you mean `china`?

    VML109: `mars` is no value of `cloud`
      estate.kdl:4:16 `mars` not one of its values
      help: `cloud` is `public`, `usgov` and `china`
    "#);
}

#[test]
fn an_os_is_one_of_its_words() {
    assert_snapshot!(problems(r#"
resource-group rg { vm a os=windwos; vm b os=macos; vm c os=linux }
"#), @r#"
    VML109: `windwos` is no value of `os`
      estate.kdl:2:29 `windwos` not one of its values
      help: did you mean `windows`?

    VML109: `macos` is no value of `os`
      estate.kdl:2:46 `macos` not one of its values
      help: `os` is `windows`

    VML102: `os=linux` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:2:61 `linux` not built yet
      help: this version builds `windows`
    "#);
}

#[test]
fn names_follow_the_rule_of_their_kind() {
    assert_snapshot!(problems(&format!("\nresource-group \"rg web\" \"rg.\" \"rg/x\" \"\" {} {{\n    vm _a b- \"c*\" {}\n}}\n", "x".repeat(91), "y".repeat(65))), @r#"
    VML113: `rg web` cannot be the name of a resource group
      estate.kdl:2:16 `"rg web"` holds a blank
      help: a name is made of letters, digits and `-_.()`, does not end with `.`, and has 1 to 90 characters

    VML113: `rg.` cannot be the name of a resource group
      estate.kdl:2:25 `"rg."` ends with `.`
      help: a name is made of letters, digits and `-_.()`, does not end with `.`, and has 1 to 90 characters

    VML113: `rg/x` cannot be the name of a resource group
      estate.kdl:2:31 `"rg/x"` holds `/`
      help: a name is made of letters, digits and `-_.()`, does not end with `.`, and has 1 to 90 characters

    VML113: the name of a resource group is empty
      estate.kdl:2:38 `""` empty
      help: a name is made of letters, digits and `-_.()`, does not end with `.`, and has 1 to 90 characters

    VML113: `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` cannot be the name of a resource group
      estate.kdl:2:41 `xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx` 91 characters
      help: at most 90 characters fit: shorten it

    VML113: `_a` cannot be the name of a VM
      estate.kdl:3:8 `_a` begins with `_`
      help: a name holds no blanks and none of `\/"[]:|<>+=;,?*@&`, does not begin with `_`, does not end with one of `.-`, and has 1 to 64 characters

    VML113: `b-` cannot be the name of a VM
      estate.kdl:3:11 `b-` ends with `-`
      help: a name holds no blanks and none of `\/"[]:|<>+=;,?*@&`, does not begin with `_`, does not end with one of `.-`, and has 1 to 64 characters

    VML113: `c*` cannot be the name of a VM
      estate.kdl:3:14 `"c*"` holds `*`
      help: a name holds no blanks and none of `\/"[]:|<>+=;,?*@&`, does not begin with `_`, does not end with one of `.-`, and has 1 to 64 characters

    VML113: `yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…` cannot be the name of a VM
      estate.kdl:3:19 `yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy` 65 characters
      help: at most 64 characters fit: shorten it
    "#);
}

#[test]
fn names_of_scopes_have_a_rule_too() {
    assert_snapshot!(problems_alone(r#"
vmlogin 1 { estate e }
tenant "a/b" id="11111111-1111-4111-8111-111111111111" { subscription "c d" id="22222222-2222-4222-8222-222222222222"; management-group "" }
"#), @r#"
    VML113: `a/b` cannot be the name of a tenant
      estate.kdl:3:8 `"a/b"` holds `/`
      help: a name is made of letters, digits and `-_.()`, and has 1 to 90 characters

    VML113: `c d` cannot be the name of a subscription
      estate.kdl:3:71 `"c d"` holds a blank
      help: a name is made of letters, digits and `-_.()`, and has 1 to 90 characters

    VML113: the name of a management group is empty
      estate.kdl:3:137 `""` empty
      help: a name is made of letters, digits and `-_.()`, and has 1 to 90 characters
    "#);
}

#[test]
fn characters_that_are_not_shown_are_refused() {
    assert_snapshot!(problems("\nresource-group \"rg\\u{202e}x\" location=\"west\\u{7}europe\" { tags owner=\"a\\nb\" \"k\\u{200b}\"=\"\"; grant user (group)\"a\\u{2066}b\" reason=\"a\\u{1b}[2J\" }\n"), @r#"
    VML113: `rg\u{202e}x` cannot be the name of a resource group
      estate.kdl:2:16 `"rg\u{202e}x"` holds U+202E, which is not shown
      help: write it without that character

    VML113: `west\u{7}europe` cannot be the value of `location`
      estate.kdl:2:39 `"west\u{7}europe"` holds U+0007, which is not shown
      help: write it without that character

    VML160: `a\nb` cannot be the value of a tag
      estate.kdl:2:70 `"a\nb"` holds U+000A, which is not shown
      help: write it without that character

    VML160: `k\u{200b}` cannot be the name of a tag
      estate.kdl:2:77 `"k\u{200b}"` holds U+200B, which is not shown
      help: write it without that character

    VML113: `a\u{2066}b` cannot be the name of a group
      estate.kdl:2:104 `(group)"a\u{2066}b"` holds U+2066, which is not shown
      help: write it without that character

    VML113: `a\u{1b}[2J` cannot be the value of `reason`
      estate.kdl:2:131 `"a\u{1b}[2J"` holds U+001B, which is not shown
      help: write it without that character
    "#);
}

#[test]
fn a_region_is_letters_digits_and_blanks() {
    assert_snapshot!(problems(r#"
resource-group rg location="west-europe"
resource-group rg2 location=" westeurope"
resource-group rg3 location=""
resource-group rg4 location="West Europe"
"#), @r#"
    VML113: `west-europe` cannot be the value of `location`
      estate.kdl:2:28 `"west-europe"` holds `-`
      help: write the name of a region, as in `westeurope`

    VML113: ` westeurope` cannot be the value of `location`
      estate.kdl:3:29 `" westeurope"` begins or ends with a blank
      help: remove the blank

    VML113: the value of `location` is empty
      estate.kdl:4:29 `""` empty
      help: write the name of a region, as in `westeurope`
    "#);
}

#[test]
fn tags_follow_azures_limits() {
    assert_snapshot!(problems(&format!("\nresource-group rg {{ tags \"a<b\"=x \"\"=y {}=z w={} }}\n", "n".repeat(513), "v".repeat(257))), @r#"
    VML160: `a<b` cannot be the name of a tag
      estate.kdl:2:26 `"a<b"` holds `<`
      help: tags hold none of `<>%&\?/` in their names

    VML160: the name of a tag is empty
      estate.kdl:2:34 `""` empty
      help: give the tag a name

    VML160: `nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn…` cannot be the name of a tag
      estate.kdl:2:39 `nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn` 513 characters
      help: at most 512 characters fit: shorten it

    VML160: `vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv…` cannot be the value of a tag
      estate.kdl:2:557 `vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv` 257 characters
      help: at most 256 characters fit: shorten it
    "#);
}

#[test]
fn tags_of_vmlogin_are_reserved() {
    assert_snapshot!(problems(r#"
resource-group rg { tags vmlogin-estate=other VMLogin-Protect=x vmlogin=fine }
"#), @r#"
    VML161: tags that begin with `vmlogin-` belong to vmlogin
      estate.kdl:2:26 `vmlogin-estate` reserved
      help: choose another name

    VML161: tags that begin with `vmlogin-` belong to vmlogin
      estate.kdl:2:47 `VMLogin-Protect` reserved
      help: choose another name
    "#);
}

#[test]
fn names_of_tags_have_no_case() {
    assert_snapshot!(problems(r#"
resource-group rg { tags Owner=a owner=b }
"#), @r#"
    VML162: tag `owner` is given twice
      estate.kdl:2:34 `owner` given again here
      estate.kdl:2:26 `Owner` first given here
      help: remove one of them
    "#);
}

#[test]
fn a_resource_carries_fifty_tags() {
    assert_snapshot!(problems(&format!("\nresource-group rg {{ tags {} }}\n", (0..51).map(|at| format!("t{at}=x ")).collect::<String>())), @r#"
    VML163: a resource carries at most 50 tags
      estate.kdl:2:21 `tags` has 51
      help: remove 1 of them
    "#);
}

#[test]
fn a_reason_fits_behind_the_stamp() {
    assert_snapshot!(problems(&format!("\nresource-group rg rg2 {{ grant user (group)a (group)b reason={0}x; grant admin (group)a reason={0} }}\n", "r".repeat(1024 - "vmlogin:contoso-prod ".len()))), @r#"
    VML164: `reason` is too long
      estate.kdl:2:61 `rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrx` 1004 characters
      help: at most 1003 characters fit behind the stamp of the estate: shorten it
    "#);
}

#[test]
fn what_is_wrong_is_shown_cut_and_escaped() {
    assert_snapshot!(problems(&format!("\nresource-group \"\\u{{1b}}[31m{}\"\n", "x".repeat(500))), @r#"
    VML113: `\u{1b}[31mxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` cannot be the name of a resource group
      estate.kdl:2:16 `"\u{1b}[31mxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"` holds U+001B, which is not shown
      help: write it without that character
    "#);
}

#[test]
fn a_reason_says_something_and_has_no_blanks_at_its_ends() {
    assert_snapshot!(problems(r#"
resource-group rg { grant user (group)a reason=""; grant user (group)b reason=" CHG-1" }
"#), @r#"
    VML113: the value of `reason` is empty
      estate.kdl:2:48 `""` empty
      help: say something, or leave it out

    VML113: ` CHG-1` cannot be the value of `reason`
      estate.kdl:2:79 `" CHG-1"` begins or ends with a blank
      help: remove the blank
    "#);
}

#[test]
fn a_management_groups_id_is_a_name() {
    assert_snapshot!(problems_alone(r#"
vmlogin 1 { estate e }
tenant t id="11111111-1111-4111-8111-111111111111" { management-group root id="a/b" }
"#), @r#"
    VML113: `a/b` cannot be the value of `id`
      estate.kdl:3:79 `"a/b"` holds `/`
      help: a name is made of letters, digits and `-_.()`, and has 1 to 90 characters
    "#);
}
