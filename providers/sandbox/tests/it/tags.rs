use serde_json::json;

use crate::stage::{SUB, Stage, group_id, machine_id, seed};

fn tags(scope: &str) -> String {
    format!("{scope}/providers/Microsoft.Resources/tags/default")
}

#[tokio::test]
async fn a_merge_adds_and_leaves_the_rest() {
    let stage = Stage::new(seed()).await;
    let at = tags(&group_id());
    assert_eq!(
        stage.get(&at).await.body["properties"]["tags"],
        json!({"owner": "team web"})
    );
    let body = json!({"operation": "Merge", "properties": {"tags": {"vmlogin-estate": "dev", "OWNER": "someone"}}});
    let merged = stage.patch(&at, body).await;
    assert_eq!(merged.status, 200);
    assert_eq!(
        merged.body["properties"]["tags"],
        json!({"owner": "someone", "vmlogin-estate": "dev"})
    );
    assert_eq!(
        stage.get(&group_id()).await.body["tags"],
        merged.body["properties"]["tags"]
    );
}

#[tokio::test]
async fn a_delete_takes_away_what_matches_name_and_value() {
    let stage = Stage::new(seed()).await;
    let at = tags(&group_id());
    let delete =
        |value: &str| json!({"operation": "Delete", "properties": {"tags": {"owner": value}}});
    let kept = stage.patch(&at, delete("another")).await;
    assert_eq!(
        kept.body["properties"]["tags"],
        json!({"owner": "team web"})
    );
    let gone = stage.patch(&at, delete("team web")).await;
    assert_eq!(gone.body["properties"]["tags"], json!({}));
}

#[tokio::test]
async fn a_replace_and_a_put_leave_nothing_else() {
    let stage = Stage::new(seed()).await;
    let at = tags(&group_id());
    let replaced = stage
        .patch(
            &at,
            json!({"operation": "Replace", "properties": {"tags": {"a": "b"}}}),
        )
        .await;
    assert_eq!(replaced.body["properties"]["tags"], json!({"a": "b"}));
    let put = stage
        .put(&at, json!({"properties": {"tags": {"c": "d"}}}))
        .await;
    assert_eq!(put.body["properties"]["tags"], json!({"c": "d"}));
    assert_eq!(stage.delete(&at).await.status, 200);
    assert_eq!(stage.get(&at).await.body["properties"]["tags"], json!({}));
}

#[tokio::test]
async fn machines_extensions_and_subscriptions_have_tags_too() {
    let stage = Stage::new(seed()).await;
    stage.identify().await;
    stage.install().await;
    for scope in [
        machine_id(),
        crate::stage::login_id(),
        format!("/subscriptions/{SUB}"),
    ] {
        let body = json!({"operation": "Merge", "properties": {"tags": {"a": "b"}}});
        assert_eq!(
            stage.patch(&tags(&scope), body).await.status,
            200,
            "{scope}"
        );
        assert_eq!(
            stage.get(&scope).await.body["tags"],
            json!({"a": "b"}),
            "{scope}"
        );
    }
}

#[tokio::test]
async fn tags_of_nothing_are_not_found() {
    let stage = Stage::new(seed()).await;
    let got = stage
        .get(&tags(&machine_id().replace("web01", "gone")))
        .await;
    assert_eq!((got.status, got.code()), (404, "ResourceNotFound"));
}

#[tokio::test]
async fn a_thing_carries_fifty_tags_and_no_more() {
    let stage = Stage::new(seed()).await;
    let many: serde_json::Map<_, _> = (0..51).map(|n| (format!("t{n}"), json!("x"))).collect();
    let body = json!({"operation": "Merge", "properties": {"tags": many}});
    assert_eq!(stage.patch(&tags(&machine_id()), body).await.status, 400);
}
