use serde_json::json;

use super::*;

fn extension() -> Fields {
    Fields::default()
        .with("type", "Microsoft.Compute/virtualMachines/extensions")
        .with("name", "web01/AADLoginForWindows")
        .with("location", "westeurope")
        .with("tags.vmlogin-estate", "contoso")
        .closed("tags.")
        .with(
            "Microsoft.Compute/virtualMachines/extensions/type",
            "AADLoginForWindows",
        )
}

fn holds(condition: Json, parameters: Json) -> Option<bool> {
    let parameters = super::parameters(&Json::Null, &parameters);
    let policy = Policy {
        condition: &condition,
        parameters: &parameters,
    };
    policy.holds(&extension())
}

#[test]
fn each_comparison_is_made_without_case() {
    for (condition, expected) in [
        (json!({"field": "location", "equals": "WestEurope"}), true),
        (
            json!({"field": "location", "notEquals": "westeurope"}),
            false,
        ),
        (
            json!({"field": "location", "in": ["northeurope", "WESTEUROPE"]}),
            true,
        ),
        (json!({"field": "location", "notIn": ["northeurope"]}), true),
        (
            json!({"field": "TYPE", "like": "microsoft.compute/*"}),
            true,
        ),
        (json!({"field": "name", "notLike": "web*"}), false),
        (json!({"field": "tags['cost']", "exists": "false"}), true),
        (
            json!({"field": "tags[vmlogin-estate]", "exists": true}),
            true,
        ),
        (json!({"field": "tags.cost", "equals": ""}), true),
    ] {
        assert_eq!(
            holds(condition.clone(), json!({})),
            Some(expected),
            "{condition}"
        );
    }
}

/// "Only approved VM extensions should be installed", as it is built in.
#[test]
fn the_list_of_approved_extensions_is_understood() {
    let condition = json!({"allOf": [
        {"field": "type", "equals": "Microsoft.Compute/virtualMachines/extensions"},
        {"field": "Microsoft.Compute/virtualMachines/extensions/type", "notIn": "[parameters('approvedExtensions')]"},
    ]});
    let approved = |list: Json| json!({"approvedExtensions": {"value": list}});
    assert_eq!(
        holds(condition.clone(), approved(json!(["AzureDiskEncryption"]))),
        Some(true)
    );
    assert_eq!(
        holds(condition, approved(json!(["aadloginforwindows"]))),
        Some(false)
    );
}

#[test]
fn what_is_not_known_is_unknown_unless_something_else_settles_it() {
    let unknown = json!({"field": "Microsoft.Compute/virtualMachines/sku.name", "equals": "x"});
    let (yes, no) = (
        json!({"field": "location", "equals": "westeurope"}),
        json!({"field": "location", "equals": "other"}),
    );
    assert_eq!(holds(unknown.clone(), json!({})), None);
    assert_eq!(
        holds(json!({"allOf": [unknown, no]}), json!({})),
        Some(false)
    );
    assert_eq!(holds(json!({"allOf": [unknown, yes]}), json!({})), None);
    assert_eq!(
        holds(json!({"anyOf": [unknown, yes]}), json!({})),
        Some(true)
    );
    assert_eq!(holds(json!({"not": unknown}), json!({})), None);
    assert_eq!(
        holds(json!({"count": {"field": "x[*]"}, "equals": 0}), json!({})),
        None
    );
    assert_eq!(
        holds(
            json!({"field": "location", "equals": "[resourceGroup().location]"}),
            json!({})
        ),
        None
    );
}

#[test]
fn parameters_are_the_assignment_s_else_the_definition_s() {
    let definition = json!({"effect": {"defaultValue": "Deny"}, "prefix": {"defaultValue": "a"}});
    let parameters = super::parameters(&definition, &json!({"Prefix": {"value": "web"}}));
    let condition = json!({"field": "name", "like": "[concat(parameters('prefix'), '*')]"});
    let policy = Policy {
        condition: &condition,
        parameters: &parameters,
    };
    assert_eq!(policy.holds(&extension()), Some(true));
    assert_eq!(
        policy.effect(&json!("[parameters('effect')]")),
        Some("deny".to_owned())
    );
}

#[test]
fn a_condition_without_end_is_not_judged() {
    let mut condition = json!({"field": "location", "equals": "westeurope"});
    for _ in 0..100 {
        condition = json!({ "not": condition });
    }
    let parameters = BTreeMap::new();
    let policy = Policy {
        condition: &condition,
        parameters: &parameters,
    };
    assert_eq!(policy.holds(&extension()), None);
}
