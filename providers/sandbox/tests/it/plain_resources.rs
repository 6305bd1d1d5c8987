//! Resources of types that nothing else answers for.

use serde_json::json;

use crate::stage::{ADMINS, Stage, USER_LOGIN, group_id, guid, seed};

fn vault() -> String {
    format!("{}/providers/Microsoft.KeyVault/vaults/kv", group_id())
}

#[tokio::test]
async fn any_resource_is_kept_as_it_is_sent() {
    let stage = Stage::new(seed()).await;
    let body = json!({"location": "West Europe", "sku": {"name": "x"}, "tags": {"a": "b"},
        "properties": {"tenantId": "t", "deep": {"a": 1}}});
    let made = stage.put(&vault(), body.clone()).await;
    assert_eq!(
        (made.status, &made.body["type"]),
        (201, &json!("Microsoft.KeyVault/vaults"))
    );
    assert_eq!(made.body["location"], "westeurope");
    assert_eq!(stage.put(&vault(), body).await.status, 200);
    let patched = stage
        .patch(
            &vault(),
            json!({"tags": {"c": "d"}, "properties": {"deep": {"b": 2}}}),
        )
        .await;
    assert_eq!(patched.body["tags"], json!({"c": "d"}));
    assert_eq!(patched.body["properties"]["deep"], json!({"a": 1, "b": 2}));
    assert_eq!(
        stage
            .get(&vault().to_uppercase().replace("/PROVIDERS/", "/providers/"))
            .await
            .body,
        patched.body
    );
    assert_eq!(stage.delete(&vault()).await.status, 200);
    assert_eq!(stage.delete(&vault()).await.status, 204);
    assert_eq!(stage.get(&vault()).await.code(), "ResourceNotFound");
}

#[tokio::test]
async fn parts_need_what_they_belong_to_and_go_with_it() {
    let stage = Stage::new(seed()).await;
    let secret = format!("{}/secrets/s", vault());
    let early = stage.put(&secret, json!({"properties": {}})).await;
    assert_eq!(
        (early.status, early.code()),
        (404, "ParentResourceNotFound")
    );
    stage.put(&vault(), json!({"location": "westeurope"})).await;
    let made = stage
        .put(&secret, json!({"properties": {"value": "x"}}))
        .await;
    assert_eq!(
        (made.status, &made.body["type"]),
        (201, &json!("Microsoft.KeyVault/vaults/secrets"))
    );
    assert_eq!(
        stage
            .get(&format!("{}/secrets", vault()))
            .await
            .rows()
            .len(),
        1
    );
    stage.delete(&vault()).await;
    assert_eq!(stage.get(&secret).await.status, 404);
}

#[tokio::test]
async fn they_are_listed_and_carry_role_assignments() {
    let stage = Stage::new(seed()).await;
    let grant = format!(
        "{}/providers/Microsoft.Authorization/roleAssignments/{}",
        vault(),
        guid(1)
    );
    let role = format!("/providers/Microsoft.Authorization/roleDefinitions/{USER_LOGIN}");
    let body = json!({"properties": {"roleDefinitionId": role, "principalId": ADMINS}});
    assert_eq!(
        stage.put(&grant, body.clone()).await.code(),
        "ResourceNotFound"
    );
    stage.put(&vault(), json!({"location": "westeurope"})).await;
    assert_eq!(stage.put(&grant, body).await.status, 201);
    let all = stage.get(&format!("{}/resources", group_id())).await;
    assert!(all.rows().iter().any(|it| it["name"] == "kv"));
    let list = format!("{}/providers/Microsoft.KeyVault/vaults", group_id());
    assert_eq!(stage.get(&list).await.rows().len(), 1);
    stage.delete(&vault()).await;
    stage.put(&vault(), json!({"location": "westeurope"})).await;
    assert_eq!(stage.get(&grant).await.code(), "RoleAssignmentNotFound");
}

#[tokio::test]
async fn what_cannot_be_kept_truly_is_refused_by_name() {
    let stage = Stage::new(seed()).await;
    let body = json!({"location": "westeurope", "identity": {"type": "SystemAssigned"}});
    assert_eq!(stage.put(&vault(), body).await.code(), "NotEmulated");
    assert_eq!(
        stage.put(&vault(), json!({})).await.code(),
        "LocationRequired"
    );
}
