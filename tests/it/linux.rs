//! Sign-in to Linux machines: another handler, failures of its own, and no device in the directory.

use insta::assert_snapshot;

use crate::estate::{HEAD, SEED, stage};
use crate::stage::Stage;

const TUX: &str = "
resource-group rg-web {
    vm tux01 os=linux {
        identity system-assigned
        login
        grant admin (group)sg-web-admins
    }
}
";

#[test]
fn a_linux_machine_gets_its_own_login() {
    let stage = stage(TUX);
    assert_snapshot!("plan", stage.sandbox(&["plan"]).expect(0));
    assert_snapshot!("apply", stage.sandbox(&["apply", "--yes"]).expect(0));
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
    let state = stage.state();
    let extensions = state["extensions"].as_object().expect("an object");
    let kinds: Vec<&str> = extensions
        .values()
        .filter_map(|extension| extension["properties"]["type"].as_str())
        .collect();
    assert_eq!(kinds, ["AADSSHLoginForLinux"]);
}

#[test]
fn what_a_machine_runs_chooses_the_login_and_a_wrong_os_is_a_problem() {
    let both = "resource-group rg-web {
        vm web01 tux01 { identity system-assigned; login }
    }";
    let stage = stage(both);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
    stage.write(
        "estate.kdl",
        &format!("{HEAD}{}", TUX.replace("os=linux", "os=windows")),
    );
    assert_snapshot!("wrong_os", stage.sandbox(&["plan"]).expect(4));
}

#[test]
fn a_login_without_an_identity_ends_with_22_and_is_repaired_later() {
    let stage = stage("resource-group rg-web { vm tux01 { login } }");
    stage.sandbox(&["plan"]).expect(4);
    let failed = stage
        .sandbox(&["apply", "--yes", "--allow", "VML203"])
        .expect(6);
    assert_snapshot!("without_an_identity", failed);
    stage.write("estate.kdl", &format!("{HEAD}{TUX}"));
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn the_retired_extension_is_in_the_way_with_23() {
    let seed = SEED.replace(
        "os-version \"22.04\"",
        "os-version \"22.04\"\n                extension AADLoginForLinux publisher=\"Microsoft.Azure.ActiveDirectory.LinuxSSH\" type=AADLoginForLinux version=\"1.0\"",
    );
    let stage = Stage::new(&format!("{HEAD}{TUX}"), &seed);
    assert_snapshot!(
        "retired_extension_foreseen",
        stage.sandbox(&["plan"]).expect(4)
    );
    let failed = stage
        .sandbox(&["apply", "--yes", "--allow", "VML213"])
        .expect(6);
    assert_snapshot!("retired_extension", failed);
}
