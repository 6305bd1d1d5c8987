//! Settings that are children: a value behind the name, details beside it, and secrets that are only ever named.

use super::{listed, manifest, problems};
use insta::assert_snapshot;

#[test]
fn a_setting_has_a_value_and_details_of_its_own() {
    assert_snapshot!(listed(&manifest(r#"
resource-group rg {
    vm web01 {
        size Standard_D2s_v5
        admin azureuser password=random ssh-key="ssh-ed25519 AAAA kim"
        os-disk size-gb=128 type=premium_lrs
        prefix "10.20.1.0/24"
        default-outbound-access #false
    }
    vm web02 { admin azureuser password=(env)VM_PASSWORD ssh-key=(file)"keys/kim.pub" }
    vm web03 { admin azureuser password=(file)"secrets/web03" }
}
"#)), @r#"
    resource-group:core/rg in subscription:core
    vm:core/rg/web01 in resource-group:core/rg admin="azureuser" admin.password=(generated, never shown) admin.ssh-key="ssh-ed25519 AAAA kim" default-outbound-access=false os-disk.size-gb=128 os-disk.type="Premium_LRS" prefix="10.20.1.0/24" size="Standard_D2s_v5"
    vm:core/rg/web02 in resource-group:core/rg admin="azureuser" admin.password=(from the environment's VM_PASSWORD) admin.ssh-key=(from the file keys/kim.pub)
    vm:core/rg/web03 in resource-group:core/rg admin="azureuser" admin.password=(from the file secrets/web03)
    "#);
}

#[test]
fn a_setting_takes_one_value() {
    assert_snapshot!(problems(r#"
resource-group rg {
    vm a { size; admin password=random; os-disk; prefix; default-outbound-access }
    vm b { size A B; os-disk 128 }
    vm g { size "" }
    vm c { size 5; admin #true; default-outbound-access yes; prefix "10.20.1.0/16" }
    vm d { os-disk size-gb=0 type=premium; os-disk size-gb=big; os-disk { size-gb 5 } }
}
"#), @r#"
    VML105: `size` lacks a value
      estate.kdl:3:12 `size` a value belongs behind it
      help: write `size VALUE`

    VML105: `admin` lacks a value
      estate.kdl:3:18 `admin` a value belongs behind it
      help: write `admin VALUE`

    VML105: `os-disk` lacks what it sets
      estate.kdl:3:41 `os-disk` what it sets belongs behind it
      help: write `os-disk size-gb=NUMBER`

    VML105: `prefix` lacks a value
      estate.kdl:3:50 `prefix` a value belongs behind it
      help: write `prefix "10.20.0.0/16"`

    VML105: `default-outbound-access` lacks a value
      estate.kdl:3:58 `default-outbound-access` a value belongs behind it
      help: write `default-outbound-access #true`

    VML104: `size` takes one argument
      estate.kdl:4:19 `B` one too many
      help: remove it

    VML104: `os-disk` takes no argument
      estate.kdl:4:30 `128` one too many
      help: `os-disk` takes `size-gb` and `type` with `=`

    VML113: the value of `size` is empty
      estate.kdl:5:17 `""` empty
      help: a name holds no blanks, and has 1 to 260 characters

    VML108: `size` is text, not a whole number
      estate.kdl:6:17 `5` a whole number
      help: write `"5"`

    VML108: `admin` is text, not a switch
      estate.kdl:6:26 `#true` a switch
      help: give it text

    VML108: `default-outbound-access` is `#true` or `#false`, not text
      estate.kdl:6:57 `yes` text
      help: give it `#true` or `#false`

    VML113: `10.20.1.0/16` cannot be the value of `prefix`
      estate.kdl:6:69 `"10.20.1.0/16"` has bits set behind its prefix
      help: write `10.20.0.0/16`

    VML111: `size-gb` lies between 1 and 4095
      estate.kdl:7:28 `0` out of range
      help: write a whole number from 1 to 4095

    VML109: `premium` is no value of `type`
      estate.kdl:7:35 `premium` not one of its values
      help: `type` is `Standard_LRS` and `Premium_LRS`

    VML122: `vm` has `os-disk` twice
      estate.kdl:7:44 `os-disk` given again here
      estate.kdl:7:12 `os-disk` first given here
      help: remove one of them

    VML108: `size-gb` is a whole number, not text
      estate.kdl:7:60 `big` text
      help: give it a whole number

    VML122: `vm` has `os-disk` twice
      estate.kdl:7:65 `os-disk` given again here
      estate.kdl:7:12 `os-disk` first given here
      help: remove one of them

    VML107: `size-gb` is an attribute of `os-disk`, not a node in it
      estate.kdl:7:75 `size-gb` not a node
      help: write `size-gb=5` before the braces of `os-disk`
    "#);
}

#[test]
fn a_detail_belongs_to_its_setting() {
    assert_snapshot!(problems(r#"
resource-group rg {
    vm a { password random; admin azureuser pasword=random ssh_key=x; size-gb 128; os-disk size=5 }
    vm b size-gb=128 admin=azureuser { size A password=random }
}
"#), @"
    VML100: unknown node `password` in `vm`
      estate.kdl:3:12 `password` no such node here
      help: it is an attribute of `admin`

    VML112: unknown attribute `pasword` on `admin`
      estate.kdl:3:45 `pasword` not an attribute of `admin`
      help: did you mean `password`?

    VML103: `ssh_key` is written with `-`
      estate.kdl:3:60 `ssh_key` holds `_`
      help: write `ssh-key`

    VML100: unknown node `size-gb` in `vm`
      estate.kdl:3:71 `size-gb` no such node here
      help: it is an attribute of `os-disk`

    VML112: unknown attribute `size` on `os-disk`
      estate.kdl:3:92 `size` not an attribute of `os-disk`
      help: `os-disk` has `size-gb` and `type`

    VML112: unknown attribute `size-gb` on `vm`
      estate.kdl:4:10 `size-gb` not an attribute of `vm`
      help: it is an attribute of `os-disk`

    VML107: `admin` is a node in `vm`, not an attribute of it
      estate.kdl:4:22 `admin` not an attribute
      help: write `admin VALUE` in the braces of `vm`

    VML112: unknown attribute `password` on `size`
      estate.kdl:4:47 `password` not an attribute of `size`
      help: it is an attribute of `admin`
    ");
}

#[test]
fn a_secret_is_never_a_literal() {
    assert_snapshot!(problems(r#"
resource-group rg {
    vm a { admin azureuser password="correct horse" }
    vm b { admin azureuser password=5 }
    vm c { admin azureuser password=(env)"correct horse" }
    vm d { admin azureuser password=(vault)web01 ssh-key=(env)KEY }
    vm e { admin azureuser password=(file)"" ssh-key=(file)5 }
    vm f { admin azureuser password=(evn)X }
}
"#), @r#"
    VML115: `password` is a secret, which never stands in a manifest
      estate.kdl:3:37 `"correct horse"` only where it comes from belongs here
      help: write `random` to have one made, `(env)NAME` for an environment variable, or `(file)"PATH"` for a file beside the manifest

    VML115: `password` is a secret, which never stands in a manifest
      estate.kdl:4:37 `5` only where it comes from belongs here
      help: write `random` to have one made, `(env)NAME` for an environment variable, or `(file)"PATH"` for a file beside the manifest

    VML116: the `(env)` of `password` names no environment variable
      estate.kdl:5:42 `"correct horse"` not the name of a variable
      help: write its name in letters, digits and `_`: `(env)VM_PASSWORD`

    VML117: `password` cannot come from `(vault)`
      estate.kdl:6:38 `vault` unknown source
      estate.kdl:6:44 `web01` 
      help: its types are `env` and `file`

    VML117: `ssh-key` cannot come from `(env)`
      estate.kdl:6:59 `env` unknown source
      estate.kdl:6:63 `KEY` 
      help: its types are `file`

    VML113: the value of `password` is empty
      estate.kdl:7:43 `""` empty
      help: write the path of a file, from the folder of this one: `(file)"keys/admin.pub"`

    VML108: `ssh-key` is text, not a whole number
      estate.kdl:7:60 `5` a whole number
      help: write `"5"`

    VML117: `password` cannot come from `(evn)`
      estate.kdl:8:38 `evn` unknown source
      estate.kdl:8:42 `X` 
      help: did you mean `env`?
    "#);
}

#[test]
fn a_type_belongs_to_what_can_come_from_elsewhere() {
    assert_snapshot!(problems(r#"
resource-group rg { vm a { size (env)SIZE; os-disk size-gb=(file)"size" } }
"#), @r#"
    VML106: the type `(env)` does not belong here
      estate.kdl:2:34 `env` only principals and secrets have a type
      help: remove `(env)`

    VML106: the type `(file)` does not belong here
      estate.kdl:2:61 `file` only principals and secrets have a type
      help: remove `(file)`

    VML108: `size-gb` is a whole number, not text
      estate.kdl:2:66 `"size"` text
      help: give it a whole number
    "#);
}

#[test]
fn what_may_be_a_secret_is_masked_wherever_its_line_is_shown() {
    let (lowered, sources) = super::lowered(&[(
        "estate.kdl",
        "vmlogin 1 { estate e }\nresource-group rg { vm a { admin k password=\"gr\u{fc}n\" } }\n",
    )]);
    let secret: Vec<_> = lowered
        .problems
        .iter()
        .flat_map(|problem| &problem.labels)
        .filter(|label| label.secret)
        .map(|label| label.span)
        .collect();
    let masked = sources.masked(&secret);
    let texts: Vec<&str> = masked.iter().map(|(_, _, text)| text).collect();
    assert_snapshot!(texts.concat(), @"
    vmlogin 1 { estate e }
    resource-group rg { vm a { admin k password=******* } }
    ");
}
