//! Azure, played by a few answers on loopback.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use azure_core::time::OffsetDateTime;
use serde_json::{Value as Json, json};

use super::{Azure, Patience, TenantAccess};
use crate::cloud::Cloud;
use crate::http::{Client, ClientOptions};
use crate::kinds::scenes;
use crate::testing::{Answer, Seen, Server};

/// The tenant of [`scenes`].
pub(crate) const TENANT: &str = "11111111-1111-4111-8111-111111111111";

#[derive(Debug)]
struct Token;

#[async_trait]
impl TokenCredential for Token {
    async fn get_token(
        &self,
        _: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        Ok(AccessToken::new(
            "token",
            OffsetDateTime::from_unix_timestamp(4_102_444_800).unwrap(),
        ))
    }
}

/// What is answered to requests that begin so: the first that fits.
pub(crate) type Part = (&'static str, u16, Json);

/// A server that plays these parts, the ones of a whole estate behind them; anything else does not exist.
pub(crate) async fn server(parts: Vec<Part>) -> Server {
    let parts: Vec<Part> = parts.into_iter().chain(estate()).collect();
    Server::start(move |seen| answer(&parts, seen)).await
}

fn answer(parts: &[Part], seen: &Seen) -> Answer {
    if seen.line == "POST /v1.0/$batch" && !parts.iter().any(|(line, _, _)| *line == seen.line) {
        return batch(parts, seen);
    }
    let fits = parts
        .iter()
        .find(|(line, _, _)| seen.line.starts_with(line));
    match fits {
        Some((_, status, body)) => Answer::json(*status, body.clone()),
        None => Answer::json(
            404,
            json!({"error": {"code": "ResourceNotFound", "message": seen.line}}),
        ),
    }
}

/// Answers every part of a batch for itself, the last one first.
fn batch(parts: &[Part], seen: &Seen) -> Answer {
    let asked: Json = serde_json::from_str(&seen.body).unwrap();
    let mut answers: Vec<Json> = asked["requests"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| {
            let line = format!("GET /v1.0{}", part["url"].as_str().unwrap());
            let fits = parts
                .iter()
                .find(|(begin, _, _)| line.starts_with(begin))
                .unwrap_or_else(|| panic!("{line}"));
            json!({"id": part["id"], "status": fits.1, "body": fits.2})
        })
        .collect();
    answers.reverse();
    Answer::json(200, json!({"responses": answers}))
}

/// Everything that [`scenes::estate`] needs in order to be as declared.
fn estate() -> Vec<Part> {
    let machine = scenes::machine_id();
    vec![
        (
            "GET /subscriptions/22222222-2222-4222-8222-222222222222?",
            200,
            json!({"tenantId": TENANT, "state": "Enabled"}),
        ),
        (
            "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web?",
            200,
            json!({"location": "westeurope"}),
        ),
        (
            "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/web01?",
            200,
            scenes::machine_body(&machine),
        ),
        (
            "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-web?",
            200,
            scenes::managed_identity_body(
                &machine
                    .scope()
                    .resource("Microsoft.ManagedIdentity/userAssignedIdentities", "id-web"),
            ),
        ),
        (
            "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Network/virtualNetworks/vnet-web?",
            200,
            scenes::network_body(
                &machine
                    .scope()
                    .resource("Microsoft.Network/virtualNetworks", "vnet-web"),
            ),
        ),
        (
            "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Network/publicIPAddresses/web01-pip?",
            200,
            scenes::address_body(&scenes::address_id()),
        ),
        (
            "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Network/networkInterfaces/web01-nic?",
            200,
            scenes::interface_body(&scenes::interface_id()),
        ),
        (
            "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Network/networkSecurityGroups/nsg-web?",
            200,
            scenes::filter_body(
                &machine
                    .scope()
                    .resource("Microsoft.Network/networkSecurityGroups", "nsg-web"),
            ),
        ),
        (
            "GET /subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.Authorization/roleAssignments?",
            200,
            json!({"value": [scenes::assignment_body()]}),
        ),
        (
            "GET /v1.0/servicePrincipals?$filter=appId%20eq%20%27372140e0-b3b7-4226-8ef9-d57986796201%27&",
            200,
            json!({"value": [{"id": "99999999-0000-4000-8000-000000000001", "displayName": "Azure Windows VM Sign-In"}]}),
        ),
        (
            "GET /subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.Authorization/locks?",
            200,
            json!({"value": []}),
        ),
        (
            "GET /subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.Authorization/policyAssignments?",
            200,
            json!({"value": []}),
        ),
        (
            "GET /v1.0/groups?$filter=displayName%20eq%20%27sg-web%27&",
            200,
            json!({"value": [{"id": scenes::GROUP_ID, "displayName": "sg-web"}]}),
        ),
        (
            "POST /v1.0/directoryObjects/getByIds",
            200,
            json!({"value": []}),
        ),
    ]
}

/// Azure at a server, with a verification that looks three times.
pub(crate) fn azure(server: &Server) -> Azure {
    let access = TenantAccess {
        id: TENANT.to_owned(),
        client: client(server),
    };
    let patience = Patience {
        since: "2026-11-21T10:00:00Z".parse().unwrap(),
        at_most: Duration::from_secs(20),
        between: Duration::from_secs(10),
    };
    Azure::new(BTreeMap::from([("contoso".to_owned(), access)]), 4).with_patience(patience)
}

/// A client of a server that does without the time-outs of the real one: under paused time they would all pass at once.
pub(crate) fn client(server: &Server) -> Client {
    // Another test may have installed it; that is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([])
        .build()
        .unwrap();
    Client::new(ClientOptions::new(
        Cloud::sandbox(&server.url).unwrap(),
        Arc::new(Token),
        http,
        1,
    ))
}
