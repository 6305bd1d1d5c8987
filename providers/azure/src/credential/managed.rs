//! The managed identity of the machine that this runs on.

use std::sync::Arc;
use std::time::Duration;

use azure_core::credentials::TokenCredential;
use azure_core::http::{ClientOptions, Transport};
use azure_identity::{ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId};
use jiff::Timestamp;

use super::cache::Cached;
use super::environment::Environment;
use crate::arm::fault::Fault;
use crate::cloud::Cloud;
use crate::http::Reply;
use crate::http::client::probe;
use crate::http::transport::connect_directly;

/// Whether this machine's metadata service answers, and for this tenant. A machine without an identity is expected to answer
/// with an error (unverified against Azure, 2026-11-21); then somebody signed in with the CLI is the better choice.
///
/// # Errors
/// When no HTTP client can be made at all.
pub(super) async fn is_offered(cloud: &Cloud, tenant_id: &str) -> Result<bool, Fault> {
    let tenant = tenant(cloud).await?;
    Ok(tenant.is_some_and(|own| own.eq_ignore_ascii_case(tenant_id)))
}

/// Whether this machine's metadata service answers, for whatever tenant.
pub(super) async fn is_there(cloud: &Cloud) -> Result<bool, Fault> {
    Ok(tenant(cloud).await?.is_some())
}

async fn tenant(cloud: &Cloud) -> Result<Option<String>, Fault> {
    let http = connect_directly()?;
    let mut url = cloud.metadata.clone();
    url.set_path("/metadata/identity/info");
    url.set_query(Some("api-version=2018-02-01"));
    // No answer is an answer: this is no machine of Azure's, and neither is one whose address is somebody else's service.
    let answer = probe(&http, url, ("metadata", "true"), PATIENCE).await;
    let body = answer
        .filter(Reply::is_success)
        .and_then(|reply| reply.value());
    Ok(body
        .as_ref()
        .and_then(|body| body["tenantId"].as_str())
        .map(str::to_owned))
}

/// The credential itself: the identity that `AZURE_CLIENT_ID` names, else the system-assigned one.
pub(super) fn credential(env: &Environment) -> Result<Arc<dyn TokenCredential>, Fault> {
    let http = connect_directly()?;
    let client_id = env.client_id().map(str::to_owned);
    let help = match &client_id {
        Some(client_id) => format!("check that identity `{client_id}` (`AZURE_CLIENT_ID`) is attached to this machine"),
        None => "check that this machine has a system-assigned identity, or name a user-assigned one by `AZURE_CLIENT_ID`".to_owned(),
    };
    Cached::create(help, Arc::new(Timestamp::now), move || {
        let options = ManagedIdentityCredentialOptions {
            user_assigned_id: client_id.clone().map(UserAssignedId::ClientId),
            client_options: ClientOptions {
                transport: Some(Transport::new(Arc::new(http.clone()))),
                ..ClientOptions::default()
            },
        };
        Ok(ManagedIdentityCredential::new(Some(options))? as Arc<dyn TokenCredential>)
    })
}

/// The service answers in milliseconds where there is one; elsewhere everybody waits for this.
const PATIENCE: Duration = Duration::from_millis(500);
