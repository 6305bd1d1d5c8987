//! Management locks.

use serde_json::json;
use vmlogin_sandbox::seed::{Lock, OtherResource};

use crate::stage::{SUB, Stage, group_id, login, login_id, machine_id, seed};

fn lock(scope: &str, name: &str) -> String {
    format!("{scope}/providers/Microsoft.Authorization/locks/{name}")
}

#[tokio::test]
async fn a_lock_is_made_listed_and_taken_away() {
    let stage = Stage::new(seed()).await;
    let id = lock(&machine_id(), "keep");
    let body = json!({"properties": {"level": "canNotDelete", "notes": "hands off"}});
    let made = stage.put(&id, body.clone()).await;
    assert_eq!(made.status, 201);
    assert_eq!(
        made.body,
        json!({"properties": {"level": "CanNotDelete", "notes": "hands off"}, "id": id,
            "type": "Microsoft.Authorization/locks", "name": "keep"})
    );
    assert_eq!(stage.put(&id, body).await.status, 200);
    for (scope, found) in [
        (format!("/subscriptions/{SUB}"), 1),
        (group_id(), 1),
        (machine_id(), 1),
        (login_id(), 1),
    ] {
        if scope == login_id() {
            stage.identify().await;
            stage.install().await;
        }
        let list = format!("{scope}/providers/Microsoft.Authorization/locks");
        assert_eq!(stage.get(&list).await.rows().len(), found, "{scope}");
    }
    let at = format!(
        "{}/providers/Microsoft.Authorization/locks?$filter=atScope()",
        group_id()
    );
    assert_eq!(stage.get(&at).await.rows().len(), 0);
    assert_eq!(stage.delete(&id).await.status, 200);
    assert_eq!(stage.delete(&id).await.status, 204);
    assert_eq!(stage.get(&id).await.status, 404);
}

#[tokio::test]
async fn what_is_locked_against_deletion_can_be_written() {
    let stage = Stage::new(seed()).await;
    stage
        .put(
            &lock(&group_id(), "keep"),
            json!({"properties": {"level": "CanNotDelete"}}),
        )
        .await;
    let patched = stage
        .patch(&machine_id(), json!({"tags": {"a": "b"}}))
        .await;
    assert_eq!(patched.status, 200);
    for path in [machine_id(), group_id()] {
        let got = stage.delete(&path).await;
        assert_eq!((got.status, got.code()), (409, "ScopeLocked"));
        assert_eq!(
            got.message(),
            format!(
                "The scope '{path}' cannot perform delete operation because following scope(s) are locked: '{}'. Please \
                 remove the lock and try again.",
                group_id()
            )
        );
    }
    stage.delete(&lock(&group_id(), "keep")).await;
    assert_eq!(stage.delete(&machine_id()).await.status, 202);
}

#[tokio::test]
async fn a_group_with_a_locked_machine_stays() {
    let stage = Stage::new(seed()).await;
    stage
        .put(
            &lock(&machine_id(), "keep"),
            json!({"properties": {"level": "CanNotDelete"}}),
        )
        .await;
    assert_eq!(stage.delete(&group_id()).await.code(), "ScopeLocked");
}

#[tokio::test]
async fn what_is_read_only_is_not_written_either() {
    let mut seed = seed();
    let group = &mut seed.tenants[0].subscriptions[0].resource_groups[0];
    group.locks.push(Lock {
        name: "frozen".to_owned(),
        level: "ReadOnly".to_owned(),
        scope: Some(machine_id()),
        notes: None,
    });
    group.resources.push(OtherResource {
        kind: "Microsoft.KeyVault/vaults".to_owned(),
        name: "kv".to_owned(),
        ..OtherResource::default()
    });
    let stage = Stage::new(seed).await;
    let got = stage.put(&login_id(), login()).await;
    assert_eq!((got.status, got.code()), (409, "ScopeLocked"));
    assert!(got.message().contains("cannot perform write operation"));
    assert_eq!(stage.get(&machine_id()).await.status, 200);
    let vault = format!("{}/providers/Microsoft.KeyVault/vaults/kv", group_id());
    assert_eq!(stage.patch(&vault, json!({"tags": {}})).await.status, 200);
}
