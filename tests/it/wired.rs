//! Machines on networks: subnets, interfaces and public addresses from the manifest to the sandbox and back, and what their names
//! refer to.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use crate::estate::stage;
use crate::stage::{Screen, Stage};

const APP: &str = r#"
resource-group rg-app location=westeurope {
    network-security-group nsg-app
    virtual-network vnet-app {
        address-space "10.20.0.0/16"
        subnet servers { prefix "10.20.1.0/24"; network-security-group nsg-app }
        subnet closed { prefix "10.20.2.0/24"; default-outbound-access #false }
    }
    vm app01 {
        image Win2022Datacenter
        size Standard_D2s_v5
        admin azureuser password=random
        nic subnet=servers public-ip=#true network-security-group=nsg-app
    }
}
"#;

const GROUP: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups/rg-app/providers/microsoft.network";

fn live(stage: &Stage, path: &str) -> Json {
    stage.state()["resources"][format!("{GROUP}/{path}")].clone()
}

/// The subnets of the network.
fn subnets(stage: &Stage) -> Json {
    live(stage, "virtualnetworks/vnet-app")["properties"]["subnets"].clone()
}

fn converged(stage: &Stage) {
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

fn made(manifest: &str) -> Stage {
    let stage = stage(manifest);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage
}

/// A screen without what tells one disk from another.
fn settled(screen: &Screen) -> String {
    let text = screen.to_string();
    let mut parts = text.split("_OsDisk_1_");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let behind = part.trim_start_matches(|letter: char| letter.is_ascii_hexdigit());
        format!("{text}_OsDisk_1_[DISK]{behind}")
    })
}

/// Replaces a part of the manifest.
fn edit(stage: &Stage, from: &str, to: &str) {
    let path = stage.path("estate.kdl");
    let text = std::fs::read_to_string(path).expect("a manifest");
    assert!(text.contains(from), "{from}");
    stage.write("estate.kdl", &text.replace(from, to));
}

#[test]
fn a_machine_and_all_that_it_is_connected_to_are_made_from_nothing_in_order() {
    let stage = stage(APP);
    assert_snapshot!("wired_plan", stage.sandbox(&["plan"]).expect(0));
    assert_snapshot!("wired_made", stage.sandbox(&["apply", "--yes"]).expect(0));
    let interface = live(&stage, "networkinterfaces/app01-nic");
    assert_eq!(interface["tags"]["vmlogin-estate"], "web-prod");
    let address = live(&stage, "publicipaddresses/app01-pip");
    assert_eq!(address["tags"]["vmlogin-estate"], "web-prod");
    converged(&stage);
}

#[test]
fn what_others_put_into_subnet_and_interface_survives_an_update() {
    let stage = made(APP);
    stage.change_state(|state| {
        let resources = &mut state["resources"];
        let network = &mut resources[format!("{GROUP}/virtualnetworks/vnet-app")];
        let subnet = &mut network["properties"]["subnets"][0];
        subnet["properties"]["serviceEndpoints"] = json!([{"service": "Microsoft.Storage"}]);
        let interface = &mut resources[format!("{GROUP}/networkinterfaces/app01-nic")];
        interface["properties"]["dnsSettings"] = json!({"dnsServers": ["10.20.0.4"]});
        interface["tags"]["cost"] = json!("4711");
    });
    converged(&stage);
    edit(
        &stage,
        "\"10.20.1.0/24\"; network-security-group nsg-app",
        "\"10.20.1.0/24\"; network-security-group nsg-web",
    );
    edit(
        &stage,
        "network-security-group nsg-app\n",
        "network-security-group nsg-app nsg-web\n",
    );
    edit(
        &stage,
        "public-ip=#true network-security-group=nsg-app",
        "public-ip=#false network-security-group=nsg-web",
    );
    assert_snapshot!(
        "wired_changed",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    let subnet = subnets(&stage)[0].clone();
    assert_eq!(
        subnet["properties"]["serviceEndpoints"][0]["service"],
        "Microsoft.Storage"
    );
    let interface = live(&stage, "networkinterfaces/app01-nic");
    assert_eq!(
        interface["properties"]["dnsSettings"]["dnsServers"][0],
        "10.20.0.4"
    );
    assert_eq!(interface["tags"]["cost"], "4711");
    let address = &interface["properties"]["ipConfigurations"][0]["properties"];
    assert_eq!(address["publicIPAddress"], Json::Null);
    converged(&stage);
}

const HUB: &str = r#"
resource-group rg-hub location=westeurope {
    virtual-network vnet-hub { address-space "10.0.0.0/16"; subnet shared { prefix "10.0.1.0/24" } }
}
resource-group rg-app location=westeurope {
    vm app01 {
        image Win2022Datacenter
        size Standard_D2s_v5
        admin azureuser password=random
        nic subnet="rg-hub/vnet-hub/shared"
    }
}
"#;

#[test]
fn a_machine_is_put_into_the_network_of_another_group() {
    let stage = stage(HUB);
    assert_snapshot!("wired_hub", stage.sandbox(&["plan"]).expect(0));
    stage.sandbox(&["apply", "--yes"]).expect(0);
    converged(&stage);
    // The hub becomes another team's: its subnet is undeclared now, and exists.
    let from = HUB.find("resource-group rg-app").expect("the second group");
    edit(&stage, &HUB[1..from], "");
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_subnet_that_nobody_declares_and_that_does_not_exist_stops_what_needs_it_before_anything_is_written()
 {
    let stage = made(&HUB.replace(
        "subnet shared { prefix \"10.0.1.0/24\" }",
        "subnet shared { prefix \"10.0.1.0/24\" }; protect",
    ));
    edit(
        &stage,
        "nic subnet=\"rg-hub/vnet-hub/shared\"",
        "nic subnet=\"rg-hub/vnet-hub/shard\"",
    );
    edit(&stage, "vm app01", "vm app02");
    assert_snapshot!("wired_no_such_subnet", stage.sandbox(&["plan"]).expect(4));
}

#[test]
fn names_that_mean_nothing_or_too_much_are_told_with_what_to_write() {
    let stage = stage(
        r#"resource-group rg-app {
    virtual-network vnet-a { subnet servers }
    virtual-network vnet-b { subnet servers; subnet closed }
    vm app01 { nic subnet=servers }
    vm app02 { nic subnet=closd }
    vm app03 { nic subnet="core/rg-hub/vnet-hub/servers" }
    vm app04 { nic subnet="/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-app" }
    network-interface app05-nic
}
"#,
    );
    assert_snapshot!("wired_mistakes", stage.run(&["validate"]).expect(3));
}

#[test]
fn destroy_takes_machine_interface_address_subnets_and_network_in_that_order() {
    let stage = made(APP);
    assert_snapshot!(
        "wired_destroyed",
        settled(&stage.sandbox(&["destroy", "--yes"]).expect(0))
    );
    let state = stage.state();
    let left: Vec<&String> = state["resources"]
        .as_object()
        .expect("resources")
        .keys()
        .filter(|key| key.starts_with(GROUP))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_subnet_that_something_else_uses_stays_with_its_network() {
    let stage = made(APP);
    stage.change_state(|state| {
        let resources = &mut state["resources"];
        let mut other = resources[format!("{GROUP}/networkinterfaces/app01-nic")].clone();
        let text = other
            .to_string()
            .replace("app01-nic", "their-nic")
            .replace("app01", "their01");
        other = serde_json::from_str(&text).expect("JSON");
        other["tags"] = json!({});
        let properties = other["properties"].as_object_mut().expect("properties");
        properties.remove("virtualMachine");
        let address = &mut properties["ipConfigurations"][0]["properties"];
        address
            .as_object_mut()
            .expect("an address")
            .remove("publicIPAddress");
        resources[format!("{GROUP}/networkinterfaces/their-nic")] = other;
    });
    assert_snapshot!(
        "wired_subnet_in_use",
        settled(&stage.sandbox(&["destroy", "--yes"]).expect(6))
    );
    assert_eq!(subnets(&stage)[0]["name"], "servers");
}

#[test]
fn a_machine_that_exists_keeps_the_interface_that_it_has() {
    let stage = stage(
        "resource-group rg-web { virtual-network vnet { address-space \"10.20.0.0/16\"; subnet s { prefix \"10.20.1.0/24\" } }; vm web01 { nic subnet=s public-ip=#true } }",
    );
    stage.sandbox(&["plan"]).expect(0);
    stage.change_state(|state| {
        let machines = state["machines"].as_object_mut().expect("machines");
        for machine in machines.values_mut() {
            let text = machine.to_string().replace("web01-nic", "web01VMNic");
            *machine = serde_json::from_str(&text).expect("JSON");
        }
    });
    assert_snapshot!(
        "wired_other_interface",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
}
