//! Resource Graph: what a query answers, how it comes in pages, and what is refused.

use reqwest::Method;
use serde_json::{Value, json};
use vmlogin_sandbox::seed::{ArcMachine, Extension, Machine, Seed};

use crate::stage::{
    ADMINS, Got, OTHER_SUB, SUB, Stage, assignment, group_id, machine_id, other_tenant, seed,
};

const URL: &str = "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01";

/// The queries of a client that reads in bulk, word for word.
const VM_EXTENSIONS: &str = "resources | where type =~ 'microsoft.compute/virtualmachines/extensions' | project id, tags, properties | order by id asc";

async fn ask(stage: &Stage, body: Value) -> Got {
    stage.send(Method::POST, URL, Some(body)).await
}

async fn rows(stage: &Stage, query: &str) -> Value {
    let got = ask(stage, json!({"subscriptions": [SUB], "query": query})).await;
    assert_eq!(got.status, 200, "{}", got.body);
    got.body["data"].clone()
}

fn login() -> Extension {
    Extension {
        name: "AADLogin".to_owned(),
        publisher: "Microsoft.Azure.ActiveDirectory".to_owned(),
        kind: "AADLoginForWindows".to_owned(),
        ..Extension::default()
    }
}

fn named(name: String) -> Machine {
    Machine {
        name,
        extensions: vec![login()],
        ..Machine::default()
    }
}

/// So many machines with a login, and one outside Azure.
fn many(count: usize) -> Seed {
    let mut seed = seed();
    let group = &mut seed.tenants[0].subscriptions[0].resource_groups[0];
    group.machines = (1..=count).map(|n| named(format!("web{n:03}"))).collect();
    group.arc_machines.push(ArcMachine {
        machine: named("line1".to_owned()),
        ..ArcMachine::default()
    });
    seed
}

#[tokio::test]
async fn extensions_are_rows_of_their_own_with_types_in_lower_case() {
    let stage = Stage::new(many(2)).await;
    let data = rows(&stage, VM_EXTENSIONS).await;
    assert_eq!(data.as_array().map(Vec::len), Some(2));
    let id = format!(
        "{}/providers/Microsoft.Compute/virtualMachines/web001/extensions/AADLogin",
        group_id()
    );
    assert_eq!(data[0]["id"], json!(id));
    assert_eq!(data[0]["tags"], Value::Null);
    assert_eq!(data[0]["properties"]["type"], "AADLoginForWindows");
    assert_eq!(data[0]["properties"]["provisioningState"], "Succeeded");
    assert_eq!(data[0]["properties"]["instanceView"], Value::Null);
    let query = "Resources | where type == 'microsoft.hybridcompute/machines/extensions' | project name, type";
    assert_eq!(
        rows(&stage, query).await,
        json!([{"name": "AADLogin", "type": "microsoft.hybridcompute/machines/extensions"}])
    );
}

#[tokio::test]
async fn machines_tell_identity_power_and_place() {
    let mut seed = many(1);
    crate::stage::machine(&mut seed).system_assigned = true;
    let stage = Stage::new(seed).await;
    let query = "resources | where type =~ 'Microsoft.Compute/virtualMachines' and isnotempty(identity.principalId) \
        | extend power = tostring(properties.extended.instanceView.powerState.code) \
        | project name, power, resourceGroup, subscriptionId, kind = tostring(identity.type)";
    assert_eq!(
        rows(&stage, query).await,
        json!([{"name": "web001", "power": "PowerState/running", "resourceGroup": "rg-web", "subscriptionId": SUB,
            "kind": "SystemAssigned"}])
    );
    let query = "ResourceContainers | where type has 'resourcegroups' | project name, tags";
    assert_eq!(
        rows(&stage, query).await,
        json!([{"name": "rg-web", "tags": {"owner": "team web"}}])
    );
}

#[tokio::test]
async fn assignments_are_a_table_of_their_own() {
    let mut seed = many(1);
    seed.tenants[0].subscriptions[0].role_assignments = vec![assignment(1, &group_id(), ADMINS)];
    let stage = Stage::new(seed).await;
    let query = "authorizationresources | where type =~ 'microsoft.authorization/roleassignments' \
        | project principal = tostring(properties.principalId), scope = tostring(properties.scope)";
    assert_eq!(
        rows(&stage, query).await,
        json!([{"principal": ADMINS, "scope": group_id()}])
    );
    let body = json!({"subscriptions": [SUB], "query": "AuthorizationResources | count",
        "options": {"authorizationScopeFilter": "AtScopeExact"}});
    assert_eq!(ask(&stage, body).await.body["data"], json!([{"Count": 0}]));
}

#[tokio::test]
async fn a_hundred_rows_come_without_top_and_the_rest_by_token() {
    let stage = Stage::new(many(230)).await;
    let mut body = json!({"subscriptions": [SUB], "query": VM_EXTENSIONS});
    let mut seen = Vec::new();
    for expected in [100, 100, 30] {
        let got = ask(&stage, body.clone()).await;
        assert_eq!(got.status, 200, "{}", got.body);
        assert_eq!(
            (&got.body["totalRecords"], &got.body["count"]),
            (&json!(230), &json!(expected))
        );
        assert_eq!(got.body["resultTruncated"], "false");
        seen.extend(got.body["data"].as_array().expect("rows").clone());
        match &got.body["$skipToken"] {
            Value::Null => break,
            token => body["options"] = json!({"$skipToken": token}),
        }
    }
    seen.sort_by_key(|row| row["id"].to_string());
    seen.dedup();
    assert_eq!(seen.len(), 230);
}

#[tokio::test]
async fn without_an_id_nothing_comes_after_the_first_page() {
    let stage = Stage::new(many(120)).await;
    let query = "Resources | where type endswith '/virtualmachines' | project name";
    let got = ask(&stage, json!({"subscriptions": [SUB], "query": query})).await;
    assert_eq!(
        (&got.body["count"], &got.body["resultTruncated"]),
        (&json!(100), &json!("true"))
    );
    assert_eq!(got.body.get("$skipToken"), None);
    for top in [0, 1001] {
        let body = json!({"subscriptions": [SUB], "query": query, "options": {"$top": top}});
        assert_eq!(ask(&stage, body).await.status, 400);
    }
}

#[tokio::test]
async fn a_table_has_columns_in_order() {
    let stage = Stage::new(many(1)).await;
    let body = json!({"query": "Resources | where type =~ 'microsoft.compute/virtualmachines' | project name, tags, n = 1",
        "options": {"resultFormat": "table"}});
    assert_eq!(
        ask(&stage, body).await.body["data"],
        json!({"columns": [{"name": "name", "type": "string"}, {"name": "tags", "type": "string"},
            {"name": "n", "type": "integer"}], "rows": [["web001", null, 1]]})
    );
}

#[tokio::test]
async fn what_is_not_evaluated_is_refused_by_name() {
    let stage = Stage::new(many(1)).await;
    for (query, named) in [
        ("Resources | mv-expand tags", "`mv`"),
        ("Resources | join (ResourceContainers) on id", "`join`"),
        ("HealthResources | count", "`HealthResources`"),
        ("Resources | project colour", "'colour'"),
        ("", "required"),
    ] {
        let got = ask(&stage, json!({"subscriptions": [SUB], "query": query})).await;
        assert_eq!((got.status, got.code()), (400, "BadRequest"), "{query}");
        assert_eq!(got.body["error"]["details"][0]["code"], "InvalidQuery");
        assert!(got.message().contains(named), "{query}: {}", got.message());
    }
    let facets = json!({"query": "Resources", "facets": [{"expression": "location"}]});
    assert_eq!(ask(&stage, facets).await.status, 400);
}

#[tokio::test]
async fn only_what_may_be_read_is_told() {
    let mut seed = many(2);
    seed.tenants.push(other_tenant());
    seed.tenants[0].callers[0].deny =
        vec!["Microsoft.Compute/virtualMachines/extensions/read".to_owned()];
    let stage = Stage::new(seed).await;
    assert_eq!(rows(&stage, VM_EXTENSIONS).await, json!([]));
    let count = "Resources | where type contains 'machines' | summarize n = count() by type | order by n asc, type asc";
    assert_eq!(
        rows(&stage, count).await,
        json!([{"type": "microsoft.hybridcompute/machines", "n": 1},
            {"type": "microsoft.hybridcompute/machines/extensions", "n": 1},
            {"type": "microsoft.compute/virtualmachines", "n": 2}])
    );
    let theirs = json!({"subscriptions": [OTHER_SUB], "query": "Resources"});
    let got = ask(&stage, theirs).await;
    assert_eq!((got.status, got.code()), (403, "AccessDenied"));
    let both = json!({"subscriptions": [OTHER_SUB, SUB], "query": "Resources | where type =~ 'microsoft.compute/virtualmachines' | count"});
    assert_eq!(ask(&stage, both).await.body["data"], json!([{"Count": 2}]));
}

#[tokio::test]
async fn every_answer_tells_the_quota() {
    let stage = Stage::new(many(1)).await;
    let got = ask(&stage, json!({"query": "Resources | count"})).await;
    assert_eq!(got.headers["x-ms-user-quota-resets-after"], "00:00:05");
    assert!(got.headers.contains_key("x-ms-user-quota-remaining"));
}

#[tokio::test]
async fn rows_are_late_by_as_many_requests_as_the_seed_says() {
    let mut seed = many(1);
    seed.behaviour.sweep_lag = 4;
    let stage = Stage::new(seed).await;
    let tagged = "resources | where type =~ 'microsoft.compute/virtualmachines' | project tags";
    let put = stage
        .patch(
            &format!(
                "{}/providers/Microsoft.Compute/virtualMachines/web001",
                group_id()
            ),
            json!({"tags": {"a": "b"}}),
        )
        .await;
    assert_eq!(put.status, 200);
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(rows(&stage, tagged).await[0]["tags"].clone());
    }
    assert_eq!(seen[0], Value::Null);
    assert_eq!(seen[4], json!({"a": "b"}));
}

#[tokio::test]
async fn a_change_shows_at_once_without_lag() {
    let stage = Stage::new(seed()).await;
    let tagged = "resources | where type =~ 'microsoft.compute/virtualmachines' | project tags";
    assert_eq!(rows(&stage, tagged).await, json!([{"tags": null}]));
    stage
        .patch(&machine_id(), json!({"tags": {"a": "b"}}))
        .await;
    assert_eq!(rows(&stage, tagged).await, json!([{"tags": {"a": "b"}}]));
}
