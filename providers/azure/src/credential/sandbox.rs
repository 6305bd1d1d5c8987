//! A made-up application that signs in to a sandbox through the same library as everybody.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::credentials::{Secret, TokenCredential};
use azure_core::http::{AsyncRawResponse, HttpClient, Request, Transport};
use azure_identity::{ClientSecretCredential, ClientSecretCredentialOptions};
use jiff::Timestamp;
use url::Url;

use super::cache::Cached;
use super::token_service;
use crate::arm::fault::Fault;
use crate::cloud::{Cloud, CloudName};

/// The credential for a sandbox. No user's credential is read; the library insists on an https authority, so the transport
/// moves its requests to the sandbox.
///
/// # Errors
/// [`crate::arm::FaultKind::Untrusted`] when the URL is not this machine's.
pub fn sandbox_credential(
    url: &Url,
    tenant_id: &str,
    http: reqwest::Client,
) -> Result<Arc<dyn TokenCredential>, Fault> {
    let base = Cloud::sandbox(url)?.authority;
    let transport = Transport::new(Arc::new(Moving { base, http }));
    let options = token_service(&Cloud::named(CloudName::Public), transport);
    let tenant_id = tenant_id.to_owned();
    let help = format!(
        "the sandbox does not know tenant `{tenant_id}`, or knows it otherwise: what it knows comes from `sandbox.kdl` beside the manifest when its state file is new"
    );
    Cached::create(help, Arc::new(Timestamp::now), move || {
        let options = ClientSecretCredentialOptions {
            client_options: options.clone(),
        };
        let secret = Secret::new("sandbox");
        let made =
            ClientSecretCredential::new(&tenant_id, APPLICATION.to_owned(), secret, Some(options))?;
        Ok(made as Arc<dyn TokenCredential>)
    })
}

/// Belongs to nobody.
const APPLICATION: &str = "00000000-0000-4000-8000-000000000000";

/// Sends what is meant for an authority to another place.
#[derive(Debug)]
pub(super) struct Moving {
    pub(super) base: Url,
    pub(super) http: reqwest::Client,
}

#[async_trait]
impl HttpClient for Moving {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let mut moved = request.clone();
        *moved.url_mut() = Cloud::moved(request.url(), &self.base);
        self.http.execute_request(&moved).await
    }
}
