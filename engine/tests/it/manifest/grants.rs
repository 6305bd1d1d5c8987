//! Who is granted what.

use super::{manifest_alone, problems, problems_alone};
use insta::assert_snapshot;

#[test]
fn a_principal_says_what_it_is() {
    assert_snapshot!(problems(r#"
resource-group rg { grant user sg-web "kim@contoso.com" }
"#), @r#"
    VML150: `sg-web` does not say what it is
      estate.kdl:2:32 `sg-web` without a type
      help: write `(group)"sg-web"`, or what else it is

    VML150: `kim@contoso.com` does not say what it is
      estate.kdl:2:39 `"kim@contoso.com"` without a type
      help: write `(user)"kim@contoso.com"`
    "#);
}

#[test]
fn a_text_with_blanks_needs_quotes() {
    assert_snapshot!(problems(r#"
resource-group rg {
    grant Key Vault Secrets User (group)sg-web
    grant user (group)sg-ops reason=CHG 0471 later
    grant "Key Vault Reader" (group)sg-web reason="CHG" lee
    grant Reader lee
}
"#), @r#"
    VML158: the name of a role needs quotes when it has blanks in it
      estate.kdl:3:11 `Key Vault Secrets User` one text without quotes
      help: write `grant "Key Vault Secrets User"`

    VML158: the value of `reason` needs quotes when it has blanks in it
      estate.kdl:4:37 `CHG 0471` one text without quotes
      help: write `reason="CHG …"`

    VML150: `lee` does not say what it is
      estate.kdl:5:57 `lee` without a type
      help: write `(group)"lee"`, or what else it is

    VML150: `lee` does not say what it is
      estate.kdl:6:18 `lee` without a type
      help: write `(group)"lee"`, or what else it is
    "#);
}

#[test]
fn a_principal_has_a_known_type() {
    assert_snapshot!(problems(r#"
resource-group rg { grant user (grp)sg-web (User)"kim@contoso.com" (robot)r2 }
"#), @"
    VML151: `(grp)` is no type of principal
      estate.kdl:2:33 `grp` unknown type
      help: principals are `group`, `user`, `service-principal`, `identity` and `object-id`

    VML151: `(User)` is no type of principal
      estate.kdl:2:45 `User` unknown type
      help: did you mean `user`?

    VML151: `(robot)` is no type of principal
      estate.kdl:2:69 `robot` unknown type
      help: principals are `group`, `user`, `service-principal`, `identity` and `object-id`
    ");
}

#[test]
fn applications_and_identities_have_names_too() {
    assert_snapshot!(problems(r#"
resource-group rg { grant user (service-principal)"my app" (identity)id-web (service-principal)" app" (identity)"" }
"#), @r#"
    VML113: ` app` cannot be the name of a service principal
      estate.kdl:2:77 `(service-principal)" app"` begins or ends with a blank
      help: remove the blank

    VML113: the name of an identity is empty
      estate.kdl:2:103 `(identity)""` empty
      help: write the name that the directory knows
    "#);
}

#[test]
fn a_principal_looks_like_its_type() {
    assert_snapshot!(problems(r#"
resource-group rg { grant user (user)kim (object-id)sg-web (group)"" (group)" sg" (user)"a b@c" (user)"@c" (group)5 }
"#), @r#"
    VML113: `kim` cannot be the name of a user
      estate.kdl:2:32 `(user)kim` not of the form `name@domain`
      help: write the user principal name: `(user)"kim@contoso.com"`

    VML113: `sg-web` cannot be an object id
      estate.kdl:2:42 `(object-id)sg-web` not a GUID
      help: write the object id: `00000000-0000-0000-0000-000000000000`

    VML113: the name of a group is empty
      estate.kdl:2:60 `(group)""` empty
      help: write the name that the directory knows

    VML113: ` sg` cannot be the name of a group
      estate.kdl:2:70 `(group)" sg"` begins or ends with a blank
      help: remove the blank

    VML113: `a b@c` cannot be the name of a user
      estate.kdl:2:83 `(user)"a b@c"` not of the form `name@domain`
      help: write the user principal name: `(user)"kim@contoso.com"`

    VML113: `@c` cannot be the name of a user
      estate.kdl:2:97 `(user)"@c"` not of the form `name@domain`
      help: write the user principal name: `(user)"kim@contoso.com"`

    VML108: the name of a principal is text, not a whole number
      estate.kdl:2:108 `(group)5` a whole number
      help: write `"5"`
    "#);
}

#[test]
fn an_unknown_role_gets_the_nearest_or_the_choices() {
    assert_snapshot!(problems(r#"
resource-group rg { grant amdin (group)a; grant owner (group)a; grant location (group)a; grant 5 (group)a }
"#), @"
    VML152: there is no role `amdin`
      estate.kdl:2:27 `amdin` unknown role
      help: did you mean `admin`?

    VML152: there is no role `5`
      estate.kdl:2:96 `5` unknown role
      help: write a role by its name as Azure shows it, by its id, or as one of `admin` and `user`
    ");
}

#[test]
fn a_role_by_name_or_id_is_taken_where_it_can_be_one() {
    assert_snapshot!(problems(r#"
resource-group rg { grant "Virtual Machine User Login" (group)a; grant Reader (group)a; grant "1c0163c0-47e6-4577-8991-ea5c82e286e4" (group)a }
resource-group rg2 { grant " Reader" (group)a; grant "" (group)a; grant "Rea\u{202e}der" (group)a }
"#), @r#"
    VML113: ` Reader` cannot be the name of a role
      estate.kdl:3:28 `" Reader"` begins or ends with a blank
      help: remove the blank

    VML113: the name of a role is empty
      estate.kdl:3:54 `""` empty
      help: write the role's name as Azure shows it, or its id

    VML113: `Rea\u{202e}der` cannot be the name of a role
      estate.kdl:3:73 `"Rea\u{202e}der"` holds U+202E, which is not shown
      help: write it without that character
    "#);
}

#[test]
fn those_who_get_in_when_all_else_fails_are_principals_of_their_tenant() {
    let manifest = manifest_alone(
        r#"
vmlogin 1 { estate e }
tenant t id="11111111-1111-4111-8111-111111111111" {
    break-glass (user)"bg1@contoso.com" (group)sg-emergency
    subscription s id="22222222-2222-4222-8222-222222222222" { grant user (group)g }
}
tenant u id="11111111-1111-4111-8111-111111111112"
"#,
    );
    let named = |tenant: &str| -> Vec<String> {
        let principals = manifest.tenants[tenant].break_glass.iter();
        principals.map(|(who, _)| who.to_string()).collect()
    };
    assert_eq!(named("t"), ["user:bg1@contoso.com", "group:sg-emergency"]);
    assert!(named("u").is_empty());
    let all: Vec<String> = manifest
        .principals()
        .map(|(tenant, who, _)| format!("{tenant} {who}"))
        .collect();
    assert_eq!(
        all,
        [
            "t group:g",
            "t user:bg1@contoso.com",
            "t group:sg-emergency"
        ]
    );
}

#[test]
fn a_break_glass_principal_has_a_type_and_is_named_once() {
    assert_snapshot!(problems_alone(r#"
vmlogin 1 { estate e }
tenant t id="11111111-1111-4111-8111-111111111111" {
    break-glass (user)"bg1@contoso.com" "bg2@contoso.com" (user)"BG1@contoso.com" (identity)id-web (robot)r2
}
tenant u id="11111111-1111-4111-8111-111111111112" {
    break-glass
    break-glass (user)"bg1@contoso.com" { x }
}
break-glass (user)"bg1@contoso.com"
"#), @r#"
    VML150: `bg2@contoso.com` does not say what it is
      estate.kdl:4:41 `"bg2@contoso.com"` without a type
      help: write `(user)"bg2@contoso.com"`

    VML147: `break-glass` names user `BG1@contoso.com` twice
      estate.kdl:4:59 `(user)"BG1@contoso.com"` named again here
      estate.kdl:4:17 `(user)"bg1@contoso.com"` first named here
      help: remove one of them; names have no case

    VML157: `break-glass` takes no `(identity)`: nothing here says where it lies
      estate.kdl:4:83 `(identity)id-web` an identity
      help: write the identity's `(service-principal)"NAME"`, or its `(object-id)`

    VML151: `(robot)` is no type of principal
      estate.kdl:4:101 `robot` unknown type
      help: principals are `group`, `user`, `service-principal`, `identity` and `object-id`

    VML105: `break-glass` lacks a principal
      estate.kdl:7:5 `break-glass` a principal belongs behind it
      help: write `break-glass (user)"NAME@DOMAIN"`

    VML122: `tenant` has `break-glass` twice
      estate.kdl:8:5 `break-glass` given again here
      estate.kdl:7:5 `break-glass` first given here
      help: remove one of them

    VML100: unknown node `x` in `break-glass`
      estate.kdl:8:43 `x` no such node here
      help: remove it

    VML101: `break-glass` cannot stand at the top level
      estate.kdl:10:1 `break-glass` not here
      help: move it into the braces of `tenant`
    "#);
}
