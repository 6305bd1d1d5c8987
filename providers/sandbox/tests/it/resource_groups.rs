use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{ADMINS, SUB, Stage, assignment, group_id, machine_id, seed};

fn id(name: &str) -> String {
    format!("/subscriptions/{SUB}/resourcegroups/{name}")
}

#[tokio::test]
async fn a_group_is_made_with_201_and_made_again_with_200() {
    let stage = Stage::new(seed()).await;
    let made = stage
        .put(
            &id("rg-new"),
            json!({"location": "West US", "tags": {"a": "b"}}),
        )
        .await;
    assert_eq!(made.status, 201);
    assert_eq!(
        made.body["id"],
        format!("/subscriptions/{SUB}/resourceGroups/rg-new")
    );
    assert_eq!(made.body["location"], "westus");
    assert_eq!(made.body["properties"]["provisioningState"], "Succeeded");
    let again = stage
        .put(&id("RG-NEW"), json!({"location": "westus"}))
        .await;
    assert_eq!((again.status, again.body.get("tags")), (200, None));
    assert_eq!(again.body["name"], "rg-new");
}

#[tokio::test]
async fn tags_of_a_patch_replace_all() {
    let stage = Stage::new(seed()).await;
    let patched = stage.patch(&group_id(), json!({"tags": {"a": "b"}})).await;
    assert_eq!(
        (patched.status, &patched.body["tags"]),
        (200, &json!({"a": "b"}))
    );
    assert_eq!(
        stage.patch(&group_id(), json!({})).await.body["tags"],
        json!({"a": "b"})
    );
}

#[tokio::test]
async fn a_head_says_whether_it_is_there() {
    let stage = Stage::new(seed()).await;
    assert_eq!(
        stage.send(Method::HEAD, &group_id(), None).await.status,
        204
    );
    let gone = stage.send(Method::HEAD, &id("gone"), None).await;
    assert_eq!((gone.status, gone.body), (404, Value::Null));
}

#[tokio::test]
async fn a_place_is_needed_must_exist_and_stays() {
    let stage = Stage::new(seed()).await;
    assert_eq!(
        stage.put(&id("new"), json!({})).await.code(),
        "LocationRequired"
    );
    let got = stage.put(&id("new"), json!({"location": "atlantis"})).await;
    assert_eq!(
        (got.status, got.code()),
        (400, "LocationNotAvailableForResourceGroup")
    );
    let got = stage
        .put(&group_id(), json!({"location": "northeurope"}))
        .await;
    assert_eq!(
        (got.status, got.code()),
        (409, "InvalidResourceGroupLocation")
    );
}

#[tokio::test]
async fn a_deletion_is_followed_by_its_location_alone() {
    let mut seed = seed();
    let assignments = &mut seed.tenants[0].subscriptions[0].role_assignments;
    assignments.push(assignment(1, &group_id(), ADMINS));
    assignments.push(assignment(2, &format!("/subscriptions/{SUB}"), ADMINS));
    let stage = Stage::new(seed).await;
    let deleted = stage.delete(&group_id()).await;
    assert_eq!((deleted.status, &deleted.body), (202, &Value::Null));
    assert!(!deleted.headers.contains_key("azure-asyncoperation"));
    let got = stage
        .put(&format!("{}/tags/x", machine_id()), json!({}))
        .await;
    assert_eq!(got.status, 404);
    let got = stage
        .put(&group_id(), json!({"location": "westeurope"}))
        .await;
    let busy = got.code().to_owned();
    let location = &deleted.headers["location"];
    assert!(location.contains("/operationresults/"), "{location}");
    let mut polls = 0;
    let ended = loop {
        let polled = stage.raw(Method::GET, location, &stage.arm, None).await;
        polls += 1;
        if polled.status != 202 {
            break polled;
        }
        assert!(polled.headers.contains_key("location"));
        assert!(polls < 5);
    };
    assert_eq!((ended.status, &ended.body), (200, &Value::Null));
    assert_eq!(busy, "ResourceGroupBeingDeleted");
    assert_eq!(stage.get(&group_id()).await.code(), "ResourceGroupNotFound");
    let list = format!("/subscriptions/{SUB}/providers/Microsoft.Authorization/roleAssignments");
    assert_eq!(stage.get(&list).await.rows().len(), 1);
}

#[tokio::test]
async fn writes_into_a_group_that_goes_are_refused() {
    let stage = Stage::new(seed()).await;
    stage.delete(&group_id()).await;
    let got = stage
        .patch(
            &machine_id(),
            json!({"identity": {"type": "SystemAssigned"}}),
        )
        .await;
    assert_eq!((got.status, got.code()), (409, "ResourceGroupBeingDeleted"));
}

#[tokio::test]
async fn groups_are_listed_and_found_by_tag() {
    let stage = Stage::new(seed()).await;
    stage
        .put(&id("rg-new"), json!({"location": "westus"}))
        .await;
    let all = stage
        .get(&format!("/subscriptions/{SUB}/resourcegroups"))
        .await;
    assert_eq!(all.rows().len(), 2);
    let filter = "$filter=tagName eq 'Owner' and tagValue eq 'team web'";
    let some = stage
        .get(&format!("/subscriptions/{SUB}/resourcegroups?{filter}"))
        .await;
    assert_eq!(some.rows().len(), 1);
}

#[tokio::test]
async fn what_a_group_holds_is_listed_in_short() {
    let stage = Stage::new(seed()).await;
    stage.identify().await;
    stage.install().await;
    let got = stage.get(&format!("{}/resources", group_id())).await;
    let names: Vec<&Value> = got.rows().iter().map(|it| &it["name"]).collect();
    assert_eq!(
        names,
        [
            "web01",
            "web01/AADLoginForWindows",
            "web01-nic",
            "rg-web-westeurope-vnet"
        ]
    );
    assert_eq!(got.rows()[0].get("provisioningState"), None);
    assert_eq!(got.rows()[0]["identity"]["type"], "SystemAssigned");
    let filter = "$filter=resourceType eq 'Microsoft.Compute/virtualMachines'&$expand=provisioningState&$top=10";
    let got = stage
        .get(&format!("{}/resources?{filter}", group_id()))
        .await;
    assert_eq!(got.rows().len(), 1);
    assert_eq!(got.rows()[0]["provisioningState"], "Succeeded");
    let filter = "$filter=resourceGroup eq 'RG-WEB' and resourceType eq 'Microsoft.Compute/virtualMachines/extensions'";
    let got = stage
        .get(&format!("/subscriptions/{SUB}/resources?{filter}"))
        .await;
    assert_eq!(got.rows().len(), 1);
}

#[tokio::test]
async fn an_unknown_type_is_told_from_an_unknown_path() {
    let stage = Stage::new(seed()).await;
    let got = stage
        .get(&format!(
            "{}/providers/Microsoft.HybridCompute/licenses/x",
            group_id()
        ))
        .await;
    assert_eq!((got.status, got.code()), (404, "InvalidResourceType"));
    assert_eq!(stage.get("/nowhere").await.status, 404);
}
