use super::{expanded, expanded_files, wishes};
use insta::assert_snapshot;

#[test]
fn what_is_not_built_yet_is_refused_by_name() {
    assert_snapshot!(
        expanded("template t { login }\nset env=prod\nedit vm a { size big }\nremove vm b\nresource-group g { vm a { use t } }\n", &[]),
        @r#"
    resource-group g {
        vm a {
        }
    }

    VML030: `template` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:1:1 `template` not built yet
      help: write the nodes out in full

    VML030: `set` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:2:1 `set` not built yet
      help: pass the value with `--set`

    VML030: `edit` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:3:1 `edit` not built yet
      help: change the node where it is written

    VML030: `remove` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:4:1 `remove` not built yet
      help: change the node where it is written

    VML030: `use` belongs to the language, but this version of vmlogin does not build it yet
      estate.kdl:5:27 `use` not built yet
      help: write the nodes out in full
    "#
    );
}

#[test]
fn forms_of_the_language_stand_at_the_top_level() {
    assert_snapshot!(expanded("resource-group g {\n let x 1\n param y\n include \"a.kdl\"\n vm a\n}\n", &[]), @r#"
    resource-group g {
        vm a
    }

    VML040: `let` cannot stand inside another node
      estate.kdl:2:2 `let` stands at the top level only
      help: move it out of the braces

    VML040: `param` cannot stand inside another node
      estate.kdl:3:2 `param` stands at the top level only
      help: move it out of the braces

    VML040: `include` cannot stand inside another node
      estate.kdl:4:2 `include` stands at the top level only
      help: move it out of the braces
    "#);
}

#[test]
fn conditional_access_has_an_include_of_its_own() {
    assert_snapshot!(expanded("tenant t { conditional-access c { include (group)a } }\n", &[]), @r#"
    tenant t {
        conditional-access c {
            include (group)a
        }
    }
    "#);
}

#[test]
fn an_included_file_says_nothing_about_the_whole() {
    assert_snapshot!(expanded_files(&[("estate.kdl", "vmlogin 1\n"), ("b.kdl", "vmlogin 1\ntenant t\nvm a\n")], &[]), @r#"
    vmlogin 1
    tenant t
    vm a

    VML039: `vmlogin` cannot stand in an included file
      b.kdl:1:1 `vmlogin` this file is included by another
      help: move it to a file that is named with `-f`

    VML039: `tenant` cannot stand in an included file
      b.kdl:2:1 `tenant` this file is included by another
      help: move it to a file that is named with `-f`
    "#);
}

#[test]
fn files_are_put_together_without_what_is_spent() {
    assert_snapshot!(expanded_files(&[("estate.kdl", "include \"b.kdl\"\nlet x 1\na\n"), ("b.kdl", "param y default=1\nb\n")], &[]), @r#"
    a
    b
    "#);
}

#[test]
fn includes_are_wishes() {
    assert_snapshot!(wishes("prod/estate.kdl", "include \"teams/*.kdl\"\ninclude \"../shared/a.kdl\" \"b.kdl\"\nvm a\n"), @r#"
    teams/*.kdl from prod/estate.kdl
    ../shared/a.kdl from prod/estate.kdl
    b.kdl from prod/estate.kdl
    "#);
}

#[test]
fn includes_stay_in_the_folder_of_the_manifest() {
    assert_snapshot!(wishes("prod/estate.kdl", "include \"../../x.kdl\"\ninclude \"/etc/*.kdl\"\ninclude \"C:/x.kdl\"\ninclude \"a/../../../b.kdl\"\n"), @r#"
    VML048: `../../x.kdl` leaves the folder of the manifest
      prod/estate.kdl:1:9 `"../../x.kdl"` files outside are not read
      help: move the files into the folder, or name them with `-f`

    VML048: `/etc/*.kdl` leaves the folder of the manifest
      prod/estate.kdl:2:9 `"/etc/*.kdl"` files outside are not read
      help: move the files into the folder, or name them with `-f`

    VML048: `C:/x.kdl` leaves the folder of the manifest
      prod/estate.kdl:3:9 `"C:/x.kdl"` files outside are not read
      help: move the files into the folder, or name them with `-f`

    VML048: `a/../../../b.kdl` leaves the folder of the manifest
      prod/estate.kdl:4:9 `"a/../../../b.kdl"` files outside are not read
      help: move the files into the folder, or name them with `-f`
    "#);
}

#[test]
fn includes_have_a_shape() {
    assert_snapshot!(wishes("estate.kdl", "include\ninclude \"\"\ninclude 5\ninclude $x\ninclude \"a-${env}.kdl\"\ninclude \"a.kdl\" from=here\ninclude \"b.kdl\" { x }\n"), @r#"
    a.kdl from estate.kdl
    b.kdl from estate.kdl
    VML041: this is not how `include` is written
      estate.kdl:1:1 `include` something is missing
      help: write `include "teams/*.kdl"`

    VML041: this is not how `include` is written
      estate.kdl:2:9 `""` does not belong here
      help: write `include "teams/*.kdl"`

    VML041: this is not how `include` is written
      estate.kdl:3:9 `5` does not belong here
      help: write `include "teams/*.kdl"`

    VML047: `include` cannot name files by a reference
      estate.kdl:4:9 `$x` files are read before names are known
      help: write the pattern out

    VML047: `include` cannot name files by a reference
      estate.kdl:5:9 `"a-${env}.kdl"` files are read before names are known
      help: write the pattern out

    VML041: this is not how `include` is written
      estate.kdl:6:17 `from=here` does not belong here
      help: write `include "teams/*.kdl"`

    VML041: this is not how `include` is written
      estate.kdl:7:19 `x` does not belong here
      help: write `include "teams/*.kdl"`
    "#);
}
