//! Virtual networks, from the manifest to the sandbox and back.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use crate::estate::{HEAD, stage};
use crate::stage::Stage;

const NETWORK: &str = r#"
resource-group rg-web {
    virtual-network vnet-web {
        address-space "10.20.0.0/16" "FD00:0::/48"
        dns "10.20.0.4" "10.20.0.5"
        tags tier=web
    }
}
"#;

const KEY: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups/rg-web/providers/microsoft.network/virtualnetworks/vnet-web";

fn live(stage: &Stage) -> Json {
    stage.state()["resources"][KEY].clone()
}

/// What somebody else does to the network: a subnet with a machine in it, a peering, a tag.
fn meddle(stage: &Stage) {
    stage.change_state(|state| {
        let network = &mut state["resources"][KEY];
        network["properties"]["subnets"] = json!([{"name": "servers", "properties": {
            "addressPrefix": "10.20.1.0/24", "defaultOutboundAccess": false, "delegations": [],
            "privateEndpointNetworkPolicies": "Disabled", "privateLinkServiceNetworkPolicies": "Enabled",
            "provisioningState": "Succeeded"}}]);
        network["properties"]["virtualNetworkPeerings"] = json!([{"name": "to-hub"}]);
        network["properties"]["flowTimeoutInMinutes"] = json!(20);
        network["tags"]["cost"] = json!("4711");
    });
}

#[test]
fn a_network_is_made_where_its_address_space_is_said_and_then_there_is_nothing_to_do() {
    let stage = stage(NETWORK);
    assert_snapshot!("network_made", stage.sandbox(&["apply", "--yes"]).expect(0));
    assert_eq!(live(&stage)["location"], "westeurope");
    assert_eq!(live(&stage)["tags"]["vmlogin-estate"], "web-prod");
    meddle(&stage);
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_changed_address_space_keeps_subnets_peerings_and_all_else_as_they_were() {
    let stage = stage(NETWORK);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    meddle(&stage);
    let mut before = live(&stage);
    let wider = NETWORK
        .replace("\"FD00:0::/48\"", "\"10.30.0.0/16\"")
        .replace("tier=web", "tier=db");
    stage.write("estate.kdl", &format!("{HEAD}{wider}"));
    assert_snapshot!(
        "network_widened",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    before["properties"]["addressSpace"]["addressPrefixes"] =
        json!(["10.20.0.0/16", "10.30.0.0/16"]);
    before["tags"]["tier"] = "db".into();
    let mut after = live(&stage);
    assert!(after["version"].as_u64() > before["version"].as_u64());
    after["version"] = before["version"].clone();
    assert_eq!(after, before);
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_network_that_says_nothing_of_how_it_is_made_must_exist() {
    let stage = stage("resource-group rg-web { virtual-network vnet-web { protect } }");
    assert_snapshot!("network_missing", stage.sandbox(&["plan"]).expect(4));
}

#[test]
fn destroy_takes_away_an_empty_network_and_leaves_one_with_subnets() {
    let stage = stage(NETWORK);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    meddle(&stage);
    assert_snapshot!(
        "network_with_subnets_stays",
        stage.sandbox(&["destroy", "--yes"]).expect(0)
    );
    stage.change_state(|state| state["resources"][KEY]["properties"]["subnets"] = json!([]));
    stage.sandbox(&["destroy", "--yes"]).expect(0);
    assert_eq!(live(&stage), Json::Null);
}

#[test]
fn a_write_that_fails_later_is_told_in_azures_words() {
    let fault = "fault method=PUT path=\"*/virtualNetworks/*\" status=400 code=NetcfgInvalidVirtualNetworkSite message=\"no room\" async=#true\n";
    let stage = crate::estate::stage_with_seed(NETWORK, "", fault);
    assert_snapshot!(
        "network_failed",
        stage.sandbox(&["apply", "--yes"]).expect(6)
    );
}

#[test]
fn addresses_that_are_none_are_told_with_what_to_write() {
    let stage = stage(
        r#"resource-group rg-web {
            virtual-network vnet-a {
                address-space "10.20.1.0/16" "10.20.0.0" 10
                dns "10.20.0.4/32" "dns.contoso.com"
                subnet servers
            }
            virtual-network vnet-b address-space="10.0.0.0/8" { dns }
        }"#,
    );
    assert_snapshot!("network_mistakes", stage.run(&["validate"]).expect(3));
}
