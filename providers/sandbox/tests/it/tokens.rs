use reqwest::Method;

use crate::stage::{OTHER_SUB, OTHER_TENANT, SUB, Stage, TENANT, other_tenant, seed};

#[tokio::test]
async fn without_a_token_there_is_a_challenge() {
    let stage = Stage::new(seed()).await;
    let url = format!(
        "{}/subscriptions?api-version=2022-12-01",
        stage.sandbox.url()
    );
    let answer = stage.client.get(url).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    let challenge = answer.headers()["www-authenticate"].to_str().unwrap();
    assert!(
        challenge.starts_with("Bearer authorization_uri="),
        "{challenge}"
    );
}

#[tokio::test]
async fn a_token_for_the_directory_is_none_for_arm() {
    let stage = Stage::new(seed()).await;
    let path = format!("/subscriptions/{SUB}?api-version=2022-12-01");
    let got = stage.raw(Method::GET, &path, &stage.directory, None).await;
    assert_eq!(
        (got.status, got.code()),
        (401, "InvalidAuthenticationToken")
    );
    let got = stage
        .raw(Method::GET, "/v1.0/users", &stage.arm, None)
        .await;
    assert_eq!(
        (got.status, got.code()),
        (401, "InvalidAuthenticationToken")
    );
}

#[tokio::test]
async fn a_forged_token_is_refused() {
    let stage = Stage::new(seed()).await;
    let forged = stage.arm.replacen('.', ".e30", 1);
    let got = stage
        .raw(
            Method::GET,
            "/subscriptions?api-version=2022-12-01",
            &forged,
            None,
        )
        .await;
    assert_eq!(
        (got.status, got.code()),
        (401, "InvalidAuthenticationToken")
    );
}

#[tokio::test]
async fn a_token_of_another_tenant_names_both_tenants() {
    let mut seed = seed();
    seed.tenants.push(other_tenant());
    let stage = Stage::new(seed).await;
    let got = stage.get(&format!("/subscriptions/{OTHER_SUB}")).await;
    assert_eq!(
        (got.status, got.code()),
        (401, "InvalidAuthenticationTokenTenant")
    );
    assert!(got.message().contains(OTHER_TENANT) && got.message().contains(TENANT));
    assert!(got.headers.contains_key("www-authenticate"));
}

#[tokio::test]
async fn a_list_of_subscriptions_has_those_of_the_tenant() {
    let mut seed = seed();
    seed.tenants.push(other_tenant());
    let stage = Stage::new(seed).await;
    let got = stage.get("/subscriptions").await;
    assert_eq!(got.rows().len(), 1);
    assert_eq!(got.rows()[0]["subscriptionId"], SUB);
    assert_eq!(got.rows()[0]["tenantId"], TENANT);
}

#[tokio::test]
async fn a_token_is_asked_for_by_domain_as_well() {
    let stage = Stage::new(seed()).await;
    let got = stage
        .ask_token("Contoso.com", "https://management.azure.com/.default")
        .await;
    assert_eq!(got.status, 200);
    // The audience of some clients ends in a slash of its own.
    let scope = format!("{}//.default", stage.sandbox.url());
    assert_eq!(stage.ask_token(TENANT, &scope).await.status, 200);
}

#[tokio::test]
async fn an_unknown_tenant_or_resource_is_said() {
    let stage = Stage::new(seed()).await;
    let got = stage
        .ask_token("nowhere.com", "https://management.azure.com/.default")
        .await;
    assert_eq!(
        (got.status, &got.body["error"]),
        (400, &"invalid_request".into())
    );
    let got = stage
        .ask_token(TENANT, "https://vault.azure.net/.default")
        .await;
    assert_eq!(
        (got.status, &got.body["error"]),
        (400, &"invalid_resource".into())
    );
}

#[tokio::test]
async fn metadata_is_one_object_or_for_older_versions_a_list() {
    let stage = Stage::new(seed()).await;
    let url = stage.sandbox.url();
    let got = stage
        .raw(
            Method::GET,
            "/metadata/endpoints?api-version=2022-09-01",
            "",
            None,
        )
        .await;
    assert_eq!(got.body["resourceManager"], url);
    assert_eq!(got.body["authentication"]["loginEndpoint"], url);
    assert!(got.body["suffixes"].is_object() && got.body["name"].is_string());
    let got = stage
        .raw(
            Method::GET,
            "/metadata/endpoints?api-version=2019-05-01",
            "",
            None,
        )
        .await;
    assert_eq!(got.body[0]["authentication"]["audiences"][0], url);
}

#[tokio::test]
async fn the_openid_configuration_leads_to_the_token() {
    let stage = Stage::new(seed()).await;
    let path = format!("/{TENANT}/v2.0/.well-known/openid-configuration");
    let got = stage.raw(Method::GET, &path, "", None).await;
    let expected = format!("{}/{TENANT}/oauth2/v2.0/token", stage.sandbox.url());
    assert_eq!(got.body["token_endpoint"], expected);
    assert_eq!(got.body["issuer"], stage.sandbox.url());
}

#[tokio::test]
async fn a_version_is_needed_and_any_date_will_do() {
    let stage = Stage::new(seed()).await;
    let got = stage
        .raw(Method::GET, "/subscriptions", &stage.arm, None)
        .await;
    assert_eq!(
        (got.status, got.code()),
        (400, "MissingApiVersionParameter")
    );
    for version in ["2031-01-31", "2031-01-31-preview"] {
        assert_eq!(
            stage
                .get(&format!("/subscriptions?api-version={version}"))
                .await
                .status,
            200
        );
    }
    let got = stage.get("/subscriptions?api-version=latest").await;
    assert_eq!(
        (got.status, got.code()),
        (400, "InvalidApiVersionParameter")
    );
}

#[tokio::test]
async fn an_unknown_subscription_is_told_from_a_malformed_one() {
    let stage = Stage::new(seed()).await;
    let got = stage.get(&format!("/subscriptions/{OTHER_SUB}")).await;
    assert_eq!((got.status, got.code()), (404, "SubscriptionNotFound"));
    let got = stage.get("/subscriptions/core/resourcegroups").await;
    assert_eq!((got.status, got.code()), (400, "InvalidSubscriptionId"));
}

#[tokio::test]
async fn a_provider_is_registering_before_it_is_registered() {
    let stage = Stage::new(seed()).await;
    let path = format!("/subscriptions/{SUB}/providers/Microsoft.HybridConnectivity");
    let state = |got: crate::stage::Got| got.body["registrationState"].as_str().unwrap().to_owned();
    assert_eq!(state(stage.get(&path).await), "NotRegistered");
    let asked = stage
        .send(Method::POST, &format!("{path}/register"), None)
        .await;
    assert_eq!(state(asked), "Registering");
    assert_eq!(state(stage.get(&path).await), "Registering");
    assert_eq!(state(stage.get(&path).await), "Registered");
}

#[tokio::test]
async fn locations_have_name_and_display_name() {
    let stage = Stage::new(seed()).await;
    let got = stage.get(&format!("/subscriptions/{SUB}/locations")).await;
    let west = got
        .rows()
        .iter()
        .find(|it| it["name"] == "westeurope")
        .unwrap();
    assert_eq!(west["displayName"], "West Europe");
}
