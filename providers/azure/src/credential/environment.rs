//! The variables that say who asks, read once by whoever starts the run.

use std::fmt;

use secrecy::SecretString;

/// The variables of Azure's libraries that vmlogin heeds. The secret has no printable form.
#[derive(Clone, Default)]
pub struct Environment {
    client_id: Option<String>,
    client_secret: Option<SecretString>,
    tenant_id: Option<String>,
    identity_endpoint: Option<String>,
}

impl Environment {
    /// Reads what `look_up` knows; an empty variable counts as not set.
    pub fn read(look_up: impl Fn(&str) -> Option<String>) -> Environment {
        let set = |name: &str| look_up(name).filter(|value| !value.is_empty());
        Environment {
            client_id: set("AZURE_CLIENT_ID"),
            client_secret: set("AZURE_CLIENT_SECRET").map(SecretString::from),
            tenant_id: set("AZURE_TENANT_ID"),
            identity_endpoint: set("IDENTITY_ENDPOINT").or_else(|| set("MSI_ENDPOINT")),
        }
    }

    /// `AZURE_CLIENT_ID`: the application, or the user-assigned identity.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// `AZURE_CLIENT_SECRET`.
    #[must_use]
    pub fn client_secret(&self) -> Option<&SecretString> {
        self.client_secret.as_ref()
    }

    /// `AZURE_TENANT_ID`; the tenant of the manifest rules, this is for a hint where they differ.
    #[must_use]
    pub fn tenant_id(&self) -> Option<&str> {
        self.tenant_id.as_deref()
    }

    /// Whether an application and its secret are both named.
    #[must_use]
    pub fn has_client_secret(&self) -> bool {
        self.client_id.is_some() && self.client_secret.is_some()
    }

    /// Whether the host offers an identity by itself (App Service, Arc, Cloud Shell).
    #[must_use]
    pub fn has_identity_endpoint(&self) -> bool {
        self.identity_endpoint.is_some()
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("client_id", &self.client_id)
            .field("has_client_secret", &self.client_secret.is_some())
            .field("tenant_id", &self.tenant_id)
            .field("identity_endpoint", &self.identity_endpoint)
            .finish()
    }
}
