//! Network security groups and their rules, from the manifest to the sandbox and back.

use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use crate::estate::{HEAD, stage, stage_with_seed};
use crate::stage::Stage;

const GROUP: &str = r#"
resource-group rg-web {
    network-security-group nsg-web {
        tags tier=web
        rule allow-rdp {
            priority 100
            direction inbound
            access allow
            protocol tcp
            from VirtualNetwork
            to any
            ports 3389
        }
        rule deny-some {
            priority 100
            direction outbound
            access deny
            protocol any
            from any
            to "10.30.0.0/16" "10.20.0.4"
            ports "8000-8100" 25
        }
    }
}
"#;

const KEY: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups/rg-web/providers/microsoft.network/networksecuritygroups/nsg-web";

fn live(stage: &Stage) -> Json {
    stage.state()["resources"][KEY].clone()
}

/// A rule of the group as the sandbox holds it.
fn rule(stage: &Stage, name: &str) -> Json {
    let rules = live(stage)["properties"]["securityRules"].clone();
    let found = rules
        .as_array()
        .expect("rules")
        .iter()
        .find(|rule| rule["name"] == name);
    found.map_or(Json::Null, |rule| rule["properties"].clone())
}

/// What somebody else does to the group: a rule of their own, another description of one of ours, a tag.
fn meddle(stage: &Stage) {
    stage.change_state(|state| {
        let group = &mut state["resources"][KEY];
        let rules = group["properties"]["securityRules"]
            .as_array_mut()
            .expect("rules");
        let mut theirs = rules[0].clone();
        theirs["name"] = json!("from-the-portal");
        theirs["id"] = json!(format!("{KEY}/securityRules/from-the-portal"));
        theirs["properties"]["priority"] = json!(300);
        theirs["properties"]["description"] = json!("asked for by the auditors");
        rules.push(theirs);
        group["tags"]["cost"] = json!("4711");
    });
}

#[test]
fn a_group_is_made_with_its_rules_and_then_there_is_nothing_to_do() {
    let stage = stage(GROUP);
    assert_snapshot!(
        "security_group_made",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    assert_eq!(live(&stage)["location"], "westeurope");
    let denied = rule(&stage, "deny-some");
    assert_eq!(denied["description"], "vmlogin:web-prod");
    assert_eq!(denied["protocol"], "*");
    assert_eq!(
        denied["destinationAddressPrefixes"],
        json!(["10.30.0.0/16", "10.20.0.4"])
    );
    assert_eq!(denied["destinationPortRanges"], json!(["8000-8100", "25"]));
    assert_eq!(rule(&stage, "allow-rdp")["destinationPortRange"], "3389");
    meddle(&stage);
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn a_changed_rule_keeps_what_nobody_declares_and_the_rules_of_others() {
    let stage = stage(GROUP);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    meddle(&stage);
    stage.change_state(|state| {
        let rules = &mut state["resources"][KEY]["properties"]["securityRules"];
        rules[0]["properties"]["sourcePortRange"] = json!("1024-65535");
        rules[0]["properties"]["description"] = json!("vmlogin:web-prod see the wiki");
    });
    let theirs = rule(&stage, "from-the-portal");
    let wider = GROUP
        .replace(
            "from VirtualNetwork",
            "from \"10.20.0.0/16\" \"10.30.0.0/16\"",
        )
        .replace("ports 3389", "ports 3389 22")
        .replace(
            "priority 100\n            direction outbound",
            "priority 4096\n            direction outbound",
        );
    stage.write("estate.kdl", &format!("{HEAD}{wider}"));
    assert_snapshot!(
        "security_rules_changed",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    let changed = rule(&stage, "allow-rdp");
    assert_eq!(
        changed["sourceAddressPrefixes"],
        json!(["10.20.0.0/16", "10.30.0.0/16"])
    );
    assert_eq!(changed["destinationPortRanges"], json!(["3389", "22"]));
    assert_eq!(changed["sourcePortRange"], "1024-65535");
    assert_eq!(changed["description"], "vmlogin:web-prod see the wiki");
    assert_eq!(rule(&stage, "from-the-portal"), theirs);
    assert_eq!(live(&stage)["tags"]["cost"], "4711");
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn destroy_leaves_a_group_with_rules_of_others_and_takes_an_own_one_whole() {
    let stage = stage(GROUP);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    meddle(&stage);
    assert_snapshot!(
        "security_group_with_foreign_rules_stays",
        stage.sandbox(&["destroy", "--yes"]).expect(0)
    );
    assert_eq!(rule(&stage, "allow-rdp"), Json::Null);
    assert_ne!(rule(&stage, "from-the-portal"), Json::Null);
    stage.change_state(|state| state["resources"][KEY]["properties"]["securityRules"] = json!([]));
    stage.sandbox(&["apply", "--yes"]).expect(0);
    stage.sandbox(&["destroy", "--yes"]).expect(0);
    assert_eq!(live(&stage), Json::Null);
}

#[test]
fn a_rule_whose_node_is_gone_stays_and_is_listed() {
    let stage = stage(GROUP);
    stage.sandbox(&["apply", "--yes"]).expect(0);
    let (before, rest) = GROUP
        .split_once("        rule deny-some")
        .expect("the rule");
    let after = rest.split_once("\n        }\n").expect("its end").1;
    stage.write("estate.kdl", &format!("{HEAD}{before}{after}"));
    assert_snapshot!(
        "security_rule_unmanaged",
        stage.sandbox(&["plan"]).expect(0)
    );
    // It goes with its group.
    stage.sandbox(&["destroy", "--yes"]).expect(0);
    assert_eq!(live(&stage), Json::Null);
}

#[test]
fn a_rule_that_is_there_is_brought_in_line_and_not_deleted() {
    let stage = stage(GROUP);
    let text = std::fs::read_to_string(stage.path("sandbox.kdl")).expect("a seed");
    let group = "resource-group rg-web location=westeurope {\n            network-security-group nsg-web {\n                rule allow-rdp priority=200 direction=inbound access=allow protocol=tcp source=\"*\" destination=\"*\" ports=\"3389\"\n            }";
    stage.write(
        "sandbox.kdl",
        &text.replacen("resource-group rg-web location=westeurope {", group, 1),
    );
    assert_snapshot!(
        "security_rule_adopted",
        stage.sandbox(&["apply", "--yes"]).expect(0)
    );
    assert_eq!(
        rule(&stage, "allow-rdp")["sourceAddressPrefix"],
        "VirtualNetwork"
    );
    stage.sandbox(&["plan", "--detailed-exitcode"]).expect(0);
    stage.sandbox(&["destroy", "--yes"]).expect(0);
    assert_ne!(rule(&stage, "allow-rdp"), Json::Null);
    assert_eq!(rule(&stage, "deny-some"), Json::Null);
}

#[test]
fn a_write_that_fails_is_told_in_azures_words_with_what_to_do() {
    let fault = "fault method=PUT path=\"*/securityRules/allow-rdp\" status=400 code=SecurityRuleConflict message=\"Security rule allow-rdp conflicts with rule other.\"\n";
    let stage = stage_with_seed(GROUP, "", fault);
    assert_snapshot!(
        "security_rule_conflict",
        stage.sandbox(&["apply", "--yes"]).expect(6)
    );
    stage.sandbox(&["apply", "--yes"]).expect(0);
}

#[test]
fn mistakes_in_rules_are_told_with_what_to_write() {
    let stage = stage(
        r#"resource-group rg-web {
    network-security-group nsg-web {
        rule one { priority 100; direction inbound; access allow; protocol tcp; from any; to any; ports 3389 }
        rule two { priority 100; direction inbound; access deny; protocol udp; from "10.0.0.1/8" any; to "10.0.0.0-10.0.0.9"; ports "90-80" http 70000 }
        rule three { priority 99; direction both; access allow; protocol tcp; from any; to any }
    }
}
"#,
    );
    assert_snapshot!("security_rule_mistakes", stage.run(&["validate"]).expect(3));
}
