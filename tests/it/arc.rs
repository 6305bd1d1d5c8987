//! Arc-enabled machines, in two clouds: adopted, signed in to, put off while their agent is away, never made and never deleted.

use insta::assert_snapshot;

use crate::stage::Stage;

const HEAD: &str = r#"/- kdl-version 2
vmlogin 1 { estate "plants" }
tenant contoso id="11111111-1111-4111-8111-111111111111" {
    subscription core id="22222222-2222-4222-8222-222222222222"
}
tenant contoso-cn cloud=china id="33333333-3333-4333-8333-333333333333" {
    subscription cn-edge id="44444444-4444-4444-8444-444444444444"
}
"#;

const PLANT: &str = r#"
resource-group rg-plant-sh subscription=cn-edge {
    grant admin (group)sg-plant-admins
    arc-machine sh-line1 sh-line2 { login }
}
resource-group rg-hq subscription=core {
    arc-machine hq01 os=windows {
        login
        tags site=hq
        grant user (user)"kim@contoso.com"
    }
}
"#;

const SEED: &str = r#"/- kdl-version 2
tenant "11111111-1111-4111-8111-111111111111" name=contoso domain="contoso.com" {
    user "kim@contoso.com" id="aaaaaaaa-0000-4000-8000-000000000001" name="Kim Rossi"
    subscription "22222222-2222-4222-8222-222222222222" name=core {
        resource-group rg-hq location=westeurope {
            arc-machine hq01 os=windows {
                os-name "Windows Server 2025 Standard"
                os-version "10.0.26100.1742"
                computer-name HQ01
                tag owner "team hq"
            }
        }
    }
}
tenant "33333333-3333-4333-8333-333333333333" name=contoso-cn domain="contoso.cn" {
    group sg-plant-admins id="bbbbbbbb-0000-4000-8000-000000000001"
    subscription "44444444-4444-4444-8444-444444444444" name=cn-edge {
        resource-group rg-plant-sh location=chinaeast2 {
            arc-machine sh-line1 os=windows {
                os-name "Windows 11 Enterprise"
                os-version "10.0.26100.3194"
            }
            arc-machine sh-line2 os=windows {
                os-name "Windows Server 2025 Datacenter"
                os-version "10.0.26100.1742"
                status disconnected
            }
        }
    }
}
"#;

fn stage(manifest: &str) -> Stage {
    Stage::new(&format!("{HEAD}{manifest}"), SEED)
}

#[test]
fn machines_of_two_clouds_get_their_login_and_one_whose_agent_is_away_is_put_off() {
    let stage = stage(PLANT);
    assert_snapshot!("plan", stage.sandbox(&["plan"]).expect(0));
    assert_snapshot!("apply", stage.sandbox(&["apply", "--yes"]).expect(0));
    assert_snapshot!(
        "nothing_but_the_one_put_off",
        stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0)
    );
}

/// The key of a machine in the sandbox's state.
fn key(subscription: &str, group: &str, machine: &str) -> String {
    format!(
        "/subscriptions/{subscription}/resourcegroups/{group}/providers/microsoft.hybridcompute/machines/{machine}"
    )
}

fn hq01() -> String {
    key("22222222-2222-4222-8222-222222222222", "rg-hq", "hq01")
}

/// Changes what the agent of `hq01` tells.
fn tell(stage: &Stage, name: &str, value: serde_json::Value) {
    stage.sandbox(&["plan"]);
    stage.change_state(|state| state["arcs"][hq01()]["told"][name] = value);
}

const HQ: &str = r#"
resource-group rg-hq subscription=core {
    arc-machine hq01 { login }
}
"#;

#[test]
fn an_agent_that_comes_back_gets_its_login() {
    let stage = stage(PLANT);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    let line = key(
        "44444444-4444-4444-8444-444444444444",
        "rg-plant-sh",
        "sh-line2",
    );
    stage.change_state(|state| state["arcs"][&line]["status"] = "connected".into());
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
    let state = stage.state();
    let extension = &state["extensions"][format!("{line}/extensions/aadloginforwindows")];
    assert_eq!(extension["provisioning_state"], "Succeeded");
    assert_eq!(extension["properties"]["settings"]["mdmId"], "");
    // The tag of a declared machine is merged; it is nobody's to stamp.
    let tags = &state["arcs"][hq01()]["machine"]["tags"];
    assert_eq!(tags, &serde_json::json!({"owner": "team hq", "site": "hq"}));
}

#[test]
fn a_machine_that_no_agent_onboarded_is_told_how_to_come() {
    let stage = stage(&PLANT.replace("sh-line1 sh-line2", "sh-line1 sh-line3"));
    assert_snapshot!("missing", stage.sandbox(&["plan"]).expect(4));
    let robot = HQ.replace("hq01", "robot");
    stage.write("estate.kdl", &format!("{HEAD}{robot}"));
    assert_snapshot!("missing_and_unlike_any", stage.sandbox(&["plan"]).expect(4));
}

#[test]
fn a_machine_in_21vianet_that_cannot_register_is_told_the_hosts_of_that_cloud() {
    let unreachable = SEED.replace(
        "10.0.26100.3194\"",
        "10.0.26100.3194\"\n                no-registration",
    );
    let stage = Stage::new(&format!("{HEAD}{PLANT}"), &unreachable);
    assert_snapshot!(
        "unreachable_in_21vianet",
        stage.sandbox(&["apply", "--yes"]).expect(6)
    );
}

#[test]
fn a_failed_login_is_repaired_once_registration_can_be_reached() {
    let unreachable = SEED.replace(
        "computer-name HQ01",
        "computer-name HQ01\n                no-registration",
    );
    let stage = Stage::new(&format!("{HEAD}{HQ}"), &unreachable);
    assert_snapshot!("failed", stage.sandbox(&["apply", "--yes"]).expect(6));
    stage.change_state(|state| state["arcs"][hq01()]["machine"]["registration"] = true.into());
    assert_snapshot!("repaired", stage.sandbox(&["apply", "--yes"]).expect(0));
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_windows_that_is_let_through_though_too_old_fails_with_51_and_the_floor_of_arc() {
    let seed = SEED
        .replace(
            "Windows Server 2025 Standard",
            "Windows Server 2022 Standard",
        )
        .replacen("10.0.26100.1742", "10.0.20348.2700", 1);
    let stage = Stage::new(&format!("{HEAD}{HQ}"), &seed);
    let screen = stage
        .sandbox(&["apply", "--yes", "--allow", "VML201"])
        .expect(6);
    assert!(screen.says("Exit code: 51"), "{screen}");
    assert!(
        screen.says("on Arc-enabled machines Windows Server 2025"),
        "{screen}"
    );
}

#[test]
fn a_change_of_the_login_sends_its_changed_members_and_is_kept() {
    let stage = stage(HQ);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    let changed = HQ.replace(
        "login",
        "login version=\"2.2\" auto-upgrade-minor-version=#false enable-automatic-upgrade=#false mdm-id=intune",
    );
    stage.write("estate.kdl", &format!("{HEAD}{changed}"));
    assert_snapshot!("changed", stage.sandbox(&["apply", "--yes"]).expect(0));
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_windows_too_old_for_arc_a_server_core_and_a_shared_name_are_refused() {
    let seed = SEED
        .replace("Windows 11 Enterprise", "Windows Server 2022 Datacenter")
        .replace("10.0.26100.3194", "10.0.20348.2700")
        .replace(
            "Windows Server 2025 Standard",
            "Windows Server 2025 Datacenter (Server Core)",
        )
        .replace("status disconnected", "computer-name sh-line1");
    let stage = Stage::new(&format!("{HEAD}{PLANT}"), &seed);
    assert_snapshot!("refused", stage.sandbox(&["plan"]).expect(4));
}

#[test]
fn what_the_agent_tells_of_its_domain_and_its_lists_is_heeded() {
    let stage = stage(HQ);
    tell(&stage, "domainName", "corp.contoso.com".into());
    let blocked = serde_json::json!({"extensionsEnabled": "true", "configMode": "full", "extensionsAllowList": [],
        "extensionsBlockList": [{"publisher": "microsoft.azure.activedirectory", "type": "aadloginforwindows"}]});
    tell(&stage, "agentConfiguration", blocked);
    assert_snapshot!("domain_and_block_list", stage.sandbox(&["plan"]).expect(4));
}

#[test]
fn a_linux_machine_gets_its_own_login_whose_version_the_service_chooses() {
    let seed = SEED
        .replace("arc-machine hq01 os=windows", "arc-machine hq01 os=linux")
        .replace(
            "Windows Server 2025 Standard",
            "Debian GNU/Linux 12 (bookworm)",
        );
    let stage = Stage::new(&format!("{HEAD}{HQ}"), &seed);
    assert_snapshot!("linux", stage.sandbox(&["apply", "--yes"]).expect(0));
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
    stage.write(
        "estate.kdl",
        &format!("{HEAD}{}", HQ.replace("hq01", "hq01 os=windows")),
    );
    assert_snapshot!(
        "linux_declared_as_windows",
        stage.sandbox(&["plan"]).expect(4)
    );
}

#[test]
fn an_identity_node_does_not_stand_at_an_arc_machine() {
    let stage = stage(&HQ.replace("login", "identity system-assigned; login"));
    assert_snapshot!("identity", stage.run(&["validate"]).expect(3));
}

#[test]
fn destroy_takes_our_login_and_grants_and_leaves_the_machine_and_its_group() {
    let made = r#"
resource-group rg-new subscription=core location=westeurope {
    grant user (user)"kim@contoso.com"
}
"#;
    let stage = stage(&format!("{PLANT}{made}"));
    stage.sandbox(&["apply", "--yes"]).expect(0);
    // Somebody onboards a machine into the group that this estate made, and puts our stamp on another.
    stage.change_state(|state| {
        let mut guest = state["arcs"][hq01()].clone();
        let id = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-new/providers/Microsoft.HybridCompute/machines/guest";
        guest["machine"]["id"] = id.into();
        guest["machine"]["name"] = "guest".into();
        guest["machine"]["tags"] = serde_json::Value::Null;
        state["arcs"][id.to_lowercase()] = guest;
        state["arcs"][hq01()]["machine"]["tags"]["vmlogin-estate"] = "plants".into();
    });
    assert_snapshot!("destroy", stage.sandbox(&["destroy", "--yes"]).expect(0));
    let state = stage.state();
    assert_eq!(state["arcs"].as_object().map(|arcs| arcs.len()), Some(4));
    assert_eq!(state["extensions"], serde_json::json!({}));
}

#[test]
fn a_device_of_the_same_name_and_a_missing_sign_in_app_are_told_beforehand() {
    let seed = SEED.replacen(
        "    subscription",
        "    device HQ01 id=\"eeeeeeee-0000-4000-8000-000000000001\" machine=\"/subscriptions/old/resourceGroups/gone/providers/Microsoft.Compute/virtualMachines/hq01\"\n    no-sign-in-app\n    subscription",
        1,
    );
    let stage = Stage::new(&format!("{HEAD}{HQ}"), &seed);
    assert_snapshot!("stale_device", stage.sandbox(&["plan"]).expect(4));
    let screen = stage
        .sandbox(&["apply", "--yes", "--allow", "VML210"])
        .expect(6);
    assert!(screen.says("hostname duplication"), "{screen}");
    // Once the stale device is gone the failed login is repaired, and the machine's own device is in nobody's way.
    stage.change_state(|state| {
        state["tenants"]["11111111-1111-4111-8111-111111111111"]["devices"] = serde_json::json!({});
    });
    stage.sandbox(&["apply", "--yes"]).expect(0);
    assert_snapshot!(
        "only_a_warning",
        stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0)
    );
}

#[test]
fn a_directory_that_may_not_be_read_leaves_both_unchecked() {
    let seed = SEED.replacen(
        "    subscription",
        "    caller \"dddddddd-0000-4000-8000-000000000001\" name=pipeline { no-directory-rights }\n    subscription",
        1,
    );
    let stage = Stage::new(&format!("{HEAD}{HQ}"), &seed);
    assert_snapshot!("directory_unread", stage.sandbox(&["plan"]).expect(0));
}

#[test]
fn what_absent_names_goes_the_login_or_the_record_of_a_machine() {
    let stage = stage(HQ);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    let login = "resource-group rg-hq subscription=core { arc-machine hq01 { absent login } }";
    stage.write("estate.kdl", &format!("{HEAD}{login}"));
    assert_snapshot!("absent_login", stage.sandbox(&["apply", "--yes"]).expect(0));
    assert_eq!(stage.state()["extensions"], serde_json::json!({}));
    let record = "resource-group rg-hq subscription=core { absent arc-machine hq01 }";
    stage.write("estate.kdl", &format!("{HEAD}{record}"));
    tell(&stage, "site", "hq".into());
    // Neither a protected record goes, nor one too many, nor does destroy take one away.
    stage.change_state(|state| {
        state["arcs"][hq01()]["machine"]["tags"]["vmlogin-protect"] = "true".into();
    });
    let protected = stage.sandbox(&["apply", "--yes"]).expect(5);
    assert!(
        protected.says("the guard `protected` refuses"),
        "{protected}"
    );
    stage.change_state(|state| {
        let tags = &mut state["arcs"][hq01()]["machine"]["tags"];
        tags.as_object_mut()
            .expect("tags")
            .remove("vmlogin-protect");
    });
    stage.write(
        "estate.kdl",
        &format!("{HEAD}{record}").replace(
            "estate \"plants\"",
            "estate \"plants\"; safety max-delete=0",
        ),
    );
    let counted = stage.sandbox(&["apply", "--yes"]).expect(5);
    assert!(counted.says("the guard `max-delete` refuses"), "{counted}");
    stage.write("estate.kdl", &format!("{HEAD}{record}"));
    stage.sandbox(&["destroy", "--yes"]).expect(0);
    assert_ne!(stage.state()["arcs"][hq01()], serde_json::Value::Null);
    assert_snapshot!(
        "absent_record",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
    assert_eq!(stage.state()["arcs"][hq01()], serde_json::Value::Null);
}
