use serde_json::json;

use crate::stage::{
    ADMIN_LOGIN, ADMINS, CALLER, CALLER_APP, SUB, Stage, group_id, guid, login, login_id,
    machine_id, seed,
};

async fn denied(action: &str) -> Stage {
    let mut seed = seed();
    seed.tenants[0].callers[0].deny.push(action.to_owned());
    Stage::new(seed).await
}

#[tokio::test]
async fn a_denied_action_is_named_with_client_object_and_scope() {
    let stage = denied("Microsoft.Authorization/roleAssignments/write").await;
    let path = format!(
        "{}/providers/Microsoft.Authorization/roleAssignments/{}",
        group_id(),
        guid(1)
    );
    let role = format!(
        "/subscriptions/{SUB}/providers/Microsoft.Authorization/roleDefinitions/{ADMIN_LOGIN}"
    );
    let body = json!({"properties": {"roleDefinitionId": role, "principalId": ADMINS, "principalType": "Group"}});
    let got = stage.put(&path, body).await;
    assert_eq!((got.status, got.code()), (403, "AuthorizationFailed"));
    let expected = format!(
        "The client '{CALLER_APP}' with object id '{CALLER}' does not have authorization to perform action \
         'Microsoft.Authorization/roleAssignments/write' over scope '{path}' or the scope is invalid. If access was \
         recently granted, please refresh your credentials."
    );
    assert_eq!(got.message(), expected);
    let list = format!(
        "{}/providers/Microsoft.Authorization/roleAssignments",
        group_id()
    );
    assert_eq!(stage.get(&list).await.status, 200);
}

#[tokio::test]
async fn a_star_denies_a_whole_family() {
    let stage = denied("Microsoft.Compute/virtualMachines/extensions/*").await;
    assert_eq!(stage.put(&login_id(), login()).await.status, 403);
    assert_eq!(
        stage
            .get(&format!("{}/extensions", machine_id()))
            .await
            .status,
        403
    );
    assert_eq!(stage.get(&machine_id()).await.status, 200);
}

#[tokio::test]
async fn who_may_not_read_is_not_told_that_nothing_is_there() {
    let stage = denied("Microsoft.Resources/subscriptions/resourceGroups/read").await;
    let got = stage
        .get(&format!("/subscriptions/{SUB}/resourceGroups/gone"))
        .await;
    assert_eq!((got.status, got.code()), (403, "AuthorizationFailed"));
}

#[tokio::test]
async fn permissions_tell_what_is_denied() {
    let stage = denied("*/delete").await;
    let got = stage
        .get(&format!(
            "{}/providers/Microsoft.Authorization/permissions",
            group_id()
        ))
        .await;
    assert_eq!(got.rows()[0]["actions"], json!(["*"]));
    assert_eq!(got.rows()[0]["notActions"], json!(["*/delete"]));
}

#[tokio::test]
async fn the_way_of_ones_own_work_is_not_denied() {
    let stage = denied("Microsoft.Compute/locations/*").await;
    stage.identify().await;
}
