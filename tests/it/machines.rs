//! Machines that are made when they are missing: from an image to people who can sign in, and nothing secret on any screen.

use insta::assert_snapshot;
use serde_json::Value as Json;

use crate::estate::{HEAD, stage};
use crate::stage::{Screen, Stage};

/// A machine with Windows in a group of its own, and everything that it needs.
const WINDOWS: &str = r#"
resource-group rg-new location=westeurope {
    virtual-network vnet-new {
        address-space "10.20.0.0/16"
        subnet servers { prefix "10.20.1.0/24" }
    }
    managed-identity id-new
    vm new01 {
        image "MicrosoftWindowsServer:WindowsServer:2025-datacenter-azure-edition:latest"
        size Standard_D2s_v5
        zone 1
        admin azureuser password=random
        os-disk size-gb=128 type=Premium_LRS
        nic subnet=servers
        identity system-assigned { user-assigned id-new }
        login
        grant admin (group)sg-web-admins
        tags tier=web
    }
}
"#;

/// A machine with Linux, whose key lies beside the manifest.
const LINUX: &str = r#"
resource-group rg-new location=westeurope {
    virtual-network vnet-new {
        address-space "10.20.0.0/16"
        subnet servers { prefix "10.20.1.0/24" }
    }
    vm tux01 {
        image Ubuntu2404
        size Standard_B2s
        computer-name tux
        admin kim ssh-key=(file)"keys/kim.pub"
        nic subnet=servers
        identity system-assigned
        login
        grant user (user)"lee@contoso.com"
    }
}
"#;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPlantedKeyOfKim kim@contoso.com\n";

const MACHINES: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups/rg-new/providers/microsoft.compute/virtualmachines";

fn live(stage: &Stage, name: &str) -> Json {
    stage.state()["machines"][format!("{MACHINES}/{name}")].clone()
}

fn write(stage: &Stage, manifest: &str) {
    stage.write("estate.kdl", &format!("{HEAD}{manifest}"));
}

#[test]
fn a_machine_with_windows_is_made_from_nothing_until_people_can_sign_in() {
    let stage = stage(WINDOWS);
    assert_snapshot!("machine_planned", stage.sandbox(&["plan"]).expect(0));
    assert_snapshot!("machine_made", stage.sandbox(&["apply", "--yes"]).expect(0));
    let machine = live(&stage, "new01");
    assert_eq!(
        machine["properties"]["hardwareProfile"]["vmSize"],
        "Standard_D2s_v5"
    );
    assert_eq!(machine["tags"]["vmlogin-estate"], "web-prod");
    assert_eq!(
        machine["properties"]["osProfile"]["adminPassword"],
        Json::Null
    );
    assert_snapshot!(
        "machine_unchanged",
        stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0)
    );
}

#[test]
fn a_machine_with_linux_is_made_with_the_key_of_a_file() {
    let stage = stage(LINUX).with("keys/kim.pub", KEY);
    assert_snapshot!("linux_made", stage.sandbox(&["apply", "--yes"]).expect(0));
    let profile = &live(&stage, "tux01")["properties"]["osProfile"];
    let linux = &profile["linuxConfiguration"];
    assert_eq!(linux["ssh"]["publicKeys"][0]["keyData"], KEY.trim_end());
    assert_eq!(linux["disablePasswordAuthentication"], true);
    assert_eq!(profile["computerName"], "tux");
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn destroy_takes_the_machine_with_its_disk_and_names_what_may_be_left() {
    let stage = stage(WINDOWS);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    assert_snapshot!(
        "machine_destroyed",
        stage.sandbox(&["destroy", "--yes"]).expect(0)
    );
    assert_eq!(live(&stage, "new01"), Json::Null);
}

#[test]
fn another_size_and_another_tag_are_written_and_what_is_settled_is_a_note() {
    let stage = stage(WINDOWS);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.change_state(|state| {
        let machine = &mut state["machines"][format!("{MACHINES}/new01")];
        machine["properties"]["licenseType"] = "Windows_Server".into();
        machine["tags"]["cost"] = "4711".into();
    });
    let before = live(&stage, "new01");
    write(
        &stage,
        &WINDOWS
            .replace("Standard_D2s_v5", "Standard_D4s_v5")
            .replace("zone 1", "zone 2")
            .replace("size-gb=128", "size-gb=256")
            .replace("azureuser", "kim")
            .replace("tier=web", "tier=db"),
    );
    assert_snapshot!(
        "machine_resized",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    let mut after = live(&stage, "new01");
    assert_eq!(
        after["properties"]["hardwareProfile"]["vmSize"],
        "Standard_D4s_v5"
    );
    assert_eq!(after["tags"]["tier"], "db");
    let machine = &mut after;
    machine["properties"]["hardwareProfile"] = before["properties"]["hardwareProfile"].clone();
    machine["tags"]["tier"] = "web".into();
    for counted in ["etag", "changed", "silent_looks"] {
        machine[counted] = before[counted].clone();
    }
    assert_eq!(after, before);
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_name_or_a_region_that_never_changes_is_refused() {
    let stage = stage(WINDOWS);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    write(&stage, &WINDOWS.replace("zone 1", "computer-name other"));
    assert_snapshot!("machine_another_name", stage.sandbox(&["plan"]).expect(4));
}

#[test]
fn what_a_machine_lacks_is_told_before_azure_is_asked() {
    let stage = stage(
        r#"resource-group rg-new location=westeurope {
            vm web-frontend-europe-01 { image Win2022Datacenter }
            vm new02 { image Win2022Datacenter; size Standard_B2s; admin azureuser ssh-key="ssh-rsa AAAA"; computer-name "12345" }
            vm new03 os=windows { image Ubuntu2204; size Standard_B2s; admin kim password=random }
            vm new04 { image Ubuntu2204; size Standard_B2s; admin kim }
            vm new05 { image "contoso:golden:web:1.0.0"; size Standard_B2s }
            vm new06 { size Standard_B2s }
        }"#,
    );
    assert_snapshot!("machine_lacks", stage.run(&["validate"]).expect(3));
}

#[test]
fn values_that_are_none_are_told_with_what_to_write() {
    let stage = stage(
        r#"resource-group rg-new location=westeurope {
            vm new01 { image Win2022Datacentre; admin administrator password="hunter2hunter2"; zone 4; size "" }
            vm new02 { image "a:b:c"; os-disk size-gb=5000 type=UltraSSD_LRS; admin kim ssh-key=(file)"../id.pub" }
        }"#,
    );
    let screen = stage.run(&["validate"]).expect(3);
    assert!(!screen.says("hunter2"), "{screen}");
    assert_snapshot!("machine_mistakes", screen);
}

#[test]
fn a_secret_in_a_wrong_place_or_a_broken_text_is_on_no_screen() {
    for text in [
        r#"vm new01 password="hunter2" { size A }"#,
        r#"vm new01 { password "hunter2"; admin kim { password "hunter2" } }"#,
        r#"vm new01 { admin kim "hunter2" }"#,
        r#"vm new01 { admin kim passwort="hunter2" }"#,
        r#"vm new01 { admin kim password="hunter2" password="hunter2" }"#,
        r#"vm new01 { admin kim password=hunter2" }"#,
        r#"vm new01 { admin kim password="hunter2 }"#,
    ] {
        let stage = stage(&format!("resource-group rg-new {{ {text} }}"));
        for arguments in [&["validate"][..], &["validate", "--format", "json"]] {
            let screen = stage.run(arguments).expect(3);
            assert!(!screen.says("hunter2"), "{text}: {screen}");
        }
    }
    let stage =
        stage("let pw \"hunter2\"\nresource-group rg { vm new01 { admin kim password=$pw } }");
    let screen = stage.run(&["validate"]).expect(3);
    assert!(!screen.says("hunter2"), "{screen}");
}

#[test]
fn a_file_that_lies_elsewhere_is_not_named() {
    let stage = stage(&LINUX.replace("keys/kim.pub", "../kim.pub"));
    assert_snapshot!("secret_elsewhere", stage.run(&["validate"]).expect(3));
}

#[test]
fn a_secret_that_is_not_there_stops_the_run_before_anything_is_written() {
    let stage = stage(&WINDOWS.replace("password=random", "password=(env)VM_PASSWORD"));
    let missing = stage.sandbox(&["apply", "--yes"]).expect(1);
    assert_snapshot!("secret_missing", missing.stderr);
    let mut command = stage.command(&["apply", "--yes", "--sandbox"]);
    command.env("VM_PASSWORD", "hunter2");
    let weak = stage.finish(command).expect(1);
    assert!(!weak.says("hunter2"), "{weak}");
    assert_snapshot!("secret_weak", weak.stderr);
    assert!(
        stage.state()["groups"]
            .get("/subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups/rg-new")
            .is_none()
    );
    write(&stage, &LINUX.replace("lee", "kim"));
    let no_file = stage.sandbox(&["apply", "--yes"]).expect(1);
    assert_snapshot!("secret_file_missing", no_file.stderr);
    stage.write(
        "keys/kim.pub",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nplanted\n",
    );
    let private = stage.sandbox(&["apply", "--yes"]).expect(1);
    assert!(!private.says("planted"), "{private}");
    assert_snapshot!("secret_private_key", private.stderr);
}

#[test]
fn a_secret_is_on_no_screen_in_no_plan_and_in_no_state() {
    const PLANTED: &str = "Planted-Secret-4711";
    let stage = stage(&WINDOWS.replace("password=random", "password=(file)\"secrets/new01\""))
        .with("secrets/new01", &format!("{PLANTED}\n"));
    let said = |screen: Screen| {
        assert!(!screen.says(PLANTED), "{screen}");
    };
    said(stage.run(&["validate", "--format", "json"]).expect(0));
    said(stage.sandbox(&["plan", "--format", "json"]).expect(0));
    // Azure refuses the machine, with everything told that can be.
    let seed = std::fs::read_to_string(stage.path("sandbox.kdl")).expect("a seed");
    let fault = "fault method=PUT path=\"*/virtualMachines/*\" status=409 code=SkuNotAvailable message=\"The requested size is not available\" times=1";
    stage.write("sandbox.kdl", &format!("{seed}{fault}\n"));
    std::fs::remove_dir_all(stage.path(".vmlogin")).expect("a state");
    let failed = stage.sandbox(&["apply", "--yes", "-v"]).expect(6);
    assert!(failed.says("choose another `size`"), "{failed}");
    said(failed);
    said(stage.sandbox(&["apply", "--yes", "--json", "-v"]).expect(0));
    assert!(!stage.state().to_string().contains(PLANTED));
    said(stage.sandbox(&["destroy", "--yes", "--json"]).expect(0));
}
