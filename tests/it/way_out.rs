//! Logins that nothing leads out of, told before anything is written.

use insta::assert_snapshot;

use crate::estate::{HEAD, SEED};
use crate::stage::Stage;

const LOGIN: &str = "resource-group rg-web { vm web01 { identity system-assigned; login } }\n";

/// `web01` in a subnet that says this, with a security group and a route table beside it.
fn stage(subnet: &str, rules: &str, routes: &str) -> Stage {
    let around = format!(
        r#"resource-group rg-web location=westeurope {{
            network-security-group nsg-web {{
                {rules}
            }}
            route-table rt-web {{
                {routes}
            }}
            virtual-network vnet-web {{
                address-space "10.0.0.0/16"
                subnet servers prefix="10.0.0.0/24" {subnet}
            }}"#
    );
    let seed = SEED
        .replacen("resource-group rg-web location=westeurope {", &around, 1)
        .replacen(
            "os-version \"10.0.26100.1742\"",
            "os-version \"10.0.26100.1742\"\n                nic web01-nic subnet=\"vnet-web/servers\"",
            1,
        );
    Stage::new(&format!("{HEAD}{LOGIN}"), &seed)
}

const DENY: &str = r#"rule deny-out priority=200 direction=outbound access=deny protocol="*" source="*" destination="Internet" ports="*""#;

#[test]
fn a_rule_that_keeps_a_machine_from_signing_in_is_named() {
    let stage = stage("network-security-group=nsg-web", DENY, "");
    assert_snapshot!("closed", stage.sandbox(&["plan"]).expect(0));
    assert_snapshot!(
        "closed_and_asked_to_stop",
        stage
            .sandbox(&["apply", "--yes", "--fail-on", "warn"])
            .expect(4)
    );
    let allowed = format!(
        r#"{HEAD}{LOGIN}
resource-group rg-web {{
    network-security-group nsg-web {{
        rule allow-sign-in {{ priority 150; direction outbound; access allow; protocol tcp; from any; to AzureActiveDirectory; ports 443 }}
    }}
}}
"#
    );
    // What the plan itself opens is open; the group stands in one node, the machine in another.
    let merged = allowed.replace(LOGIN, "").replace(
        "    network-security-group nsg-web",
        "    vm web01 { identity system-assigned; login }\n    network-security-group nsg-web",
    );
    stage.write("estate.kdl", &merged);
    let screen = stage.sandbox(&["plan"]).expect(0);
    assert!(!screen.says("VML301"), "{screen}");
}

#[test]
fn a_firewall_behind_a_route_is_not_checked() {
    let route = "route out prefix=\"0.0.0.0/0\" next-hop=VirtualAppliance address=\"10.0.0.4\"";
    let stage = stage("route-table=rt-web default-outbound=#false", "", route);
    assert_snapshot!("behind_a_firewall", stage.sandbox(&["plan"]).expect(0));
}

#[test]
fn a_subnet_without_a_way_out_is_named_until_the_login_is_there() {
    let stage = stage("default-outbound=#false", "", "");
    assert_snapshot!("no_way_out", stage.sandbox(&["plan"]).expect(0));
    stage.sandbox(&["apply", "--yes"]).expect(0);
    let screen = stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
    assert!(!screen.says("VML219"), "{screen}");
}

#[test]
fn a_new_subnet_without_a_way_out_is_named() {
    let stage = stage("", "", "");
    let private = r#"
resource-group rg-web {
    virtual-network vnet-new {
        address-space "10.50.0.0/16"
        subnet private { prefix "10.50.1.0/24"; default-outbound-access #false }
        subnet open { prefix "10.50.2.0/24" }
    }
}
"#;
    stage.write("estate.kdl", &format!("{HEAD}{private}"));
    assert_snapshot!(
        "new_subnet_without_a_way_out",
        stage.sandbox(&["plan"]).expect(0)
    );
}

#[test]
fn what_may_not_be_read_is_said() {
    let stage = stage("network-security-group=nsg-web", "", "");
    let seed = std::fs::read_to_string(stage.path("sandbox.kdl")).expect("a seed");
    let fault = "fault method=GET path=\"*/networkSecurityGroups/nsg-web\" status=403 code=AuthorizationFailed message=\"no right\" times=9\n";
    stage.write("sandbox.kdl", &format!("{seed}{fault}"));
    assert_snapshot!("way_unread", stage.sandbox(&["plan"]).expect(0));
}

#[test]
fn both_rules_explain_themselves() {
    let stage = Stage::empty();
    assert_snapshot!(
        "explain_closed",
        stage.run(&["explain", "VML301"]).expect(0)
    );
    assert_snapshot!(
        "explain_no_way_out",
        stage.run(&["explain", "VML219"]).expect(0)
    );
}
