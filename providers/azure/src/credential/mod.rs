//! Who asks: the ways to sign in, the order in which they are tried, and tokens that are asked for once.

mod beside;
mod cache;
mod caller;
mod environment;
mod managed;
mod sandbox;

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::credentials::Secret;
pub use azure_core::credentials::TokenCredential;
use azure_core::http::{ClientOptions, ExponentialRetryOptions, RetryOptions, Transport};
use azure_identity::{
    AzureCliCredential, AzureCliCredentialOptions, ClientSecretCredential,
    ClientSecretCredentialOptions, Executor,
};
use jiff::Timestamp;
use secrecy::ExposeSecret;

pub(crate) use cache::refused;
pub(crate) use caller::caller;
pub use environment::Environment;
pub use sandbox::sandbox_credential;

use crate::arm::fault::{Fault, FaultKind, bounded, fault};
use crate::cloud::Cloud;
use crate::http::transport::{distrust, innermost, is_unreachable};
use cache::Cached;

/// The ways to sign in, as `--auth` spells them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Auth {
    /// The first of the others that this machine offers: client secret, managed identity, CLI.
    #[default]
    Auto,
    /// Whoever is signed in with `az login`.
    Cli,
    /// An application and its secret, from the environment.
    ClientSecret,
    /// The managed identity of the machine that this runs on.
    Managed,
}

impl Auth {
    /// All of them, in the order of the help.
    pub const ALL: [Auth; 4] = [Auth::Auto, Auth::Cli, Auth::ClientSecret, Auth::Managed];

    /// The spelling of `--auth`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Auth::Auto => "auto",
            Auth::Cli => "cli",
            Auth::ClientSecret => "client-secret",
            Auth::Managed => "managed",
        }
    }
}

impl fmt::Display for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Auth {
    type Err = UnknownAuth;

    fn from_str(text: &str) -> Result<Auth, UnknownAuth> {
        Auth::ALL
            .into_iter()
            .find(|auth| auth.as_str() == text)
            .ok_or_else(|| UnknownAuth {
                name: text.to_owned(),
            })
    }
}

/// A way to sign in that does not exist.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown way to sign in `{name}`: one of `auto`, `cli`, `client-secret`, `managed`")]
pub struct UnknownAuth {
    /// What was written.
    pub name: String,
}

/// Makes the credential for one tenant, and says which way won. Nothing is asked for yet, but for the probe of `auto`.
///
/// # Errors
/// [`FaultKind::SignIn`] when the way needs what is not there, or when the cloud is a sandbox: no user's credential goes there.
pub async fn credential(
    auth: Auth,
    cloud: &Cloud,
    tenant_id: &str,
    http: reqwest::Client,
    env: &Environment,
) -> Result<(Arc<dyn TokenCredential>, &'static str), Fault> {
    if cloud.is_sandbox() {
        return Err(fault(
            FaultKind::SignIn,
            SIGN_IN,
            "a sandbox is never given the credential of a user",
        ));
    }
    let way = match auth {
        Auth::Auto => choose(cloud, tenant_id, env).await?,
        named => named,
    };
    let credential = match way {
        Auth::ClientSecret => client_secret(cloud, tenant_id, Transport::new(Arc::new(http)), env),
        Auth::Managed => managed::credential(env),
        Auth::Cli | Auth::Auto => cli(cloud, tenant_id, None),
    }?;
    Ok((credential, way.as_str()))
}

/// Makes the credential for the tenant that whoever asks belongs to, where no manifest names one yet: `AZURE_TENANT_ID`, else the
/// tenant of the managed identity, or the one that the CLI is signed in to.
///
/// # Errors
/// As [`credential`]; an application must say its tenant.
pub async fn home_credential(
    auth: Auth,
    cloud: &Cloud,
    http: reqwest::Client,
    env: &Environment,
) -> Result<(Arc<dyn TokenCredential>, &'static str), Fault> {
    if let Some(tenant_id) = env.tenant_id() {
        return credential(auth, cloud, tenant_id, http, env).await;
    }
    let way = match auth {
        Auth::Auto if env.has_client_secret() => Auth::ClientSecret,
        Auth::Auto if env.has_identity_endpoint() || managed::is_there(cloud).await? => {
            Auth::Managed
        }
        Auth::Auto => Auth::Cli,
        named => named,
    };
    let credential = match way {
        Auth::ClientSecret => {
            let mut missing = fault(FaultKind::SignIn, SIGN_IN, "`AZURE_TENANT_ID` is not set");
            missing.help = Some("set it to the tenant of the application".to_owned());
            return Err(missing);
        }
        Auth::Managed => managed::credential(env),
        Auth::Cli | Auth::Auto => cli_of(cloud, None, None),
    }?;
    Ok((credential, way.as_str()))
}

/// Turns the failure to get a token into a fault that says what to do.
pub(crate) fn sign_in_fault(attempted: &str, error: &azure_core::Error) -> Fault {
    let text = error.to_string();
    // The library adds a link to its own troubleshooting page, and the service a trace that the message names already.
    let message = text
        .split("\nTo troubleshoot")
        .next()
        .unwrap_or(&text)
        .trim();
    let distrust = distrust(error);
    // A token service that could not be spoken to has not refused anybody.
    let unreachable = is_unreachable(error);
    let (kind, message) = if distrust.is_some() || unreachable {
        (
            FaultKind::Network,
            format!("no connection to the token service: {}", innermost(error)),
        )
    } else {
        (FaultKind::SignIn, message.to_owned())
    };
    let mut refused = fault(kind, attempted, bounded(message.clone(), 4096));
    refused.help = match distrust {
        Some(help) => Some(help.to_owned()),
        None if message.contains(NO_CLI) => {
            Some("install the Azure CLI, or choose another way with `--auth`".to_owned())
        }
        None if unreachable => {
            Some("see that something answers there: the address, the network, its proxy".to_owned())
        }
        None => cache::help(error),
    };
    refused.code = entra_code(&message);
    refused
}

/// What the library says where there is no `az` to run.
const NO_CLI: &str = "not found on PATH";

const SIGN_IN: &str = "sign in";

async fn choose(cloud: &Cloud, tenant_id: &str, env: &Environment) -> Result<Auth, Fault> {
    Ok(if env.has_client_secret() {
        Auth::ClientSecret
    } else if env.has_identity_endpoint() || managed::is_offered(cloud, tenant_id).await? {
        Auth::Managed
    } else {
        Auth::Cli
    })
}

fn client_secret(
    cloud: &Cloud,
    tenant_id: &str,
    transport: Transport,
    env: &Environment,
) -> Result<Arc<dyn TokenCredential>, Fault> {
    let (Some(client_id), Some(secret)) = (env.client_id(), env.client_secret()) else {
        let mut missing = fault(
            FaultKind::SignIn,
            SIGN_IN,
            "`AZURE_CLIENT_ID` and `AZURE_CLIENT_SECRET` are not both set",
        );
        missing.help = Some("set both, or choose another way with `--auth`".to_owned());
        return Err(missing);
    };
    let (tenant_id, client_id) = (tenant_id.to_owned(), client_id.to_owned());
    let secret = Secret::new(secret.expose_secret().to_owned());
    let options = token_service(cloud, transport);
    let help = match env.tenant_id() {
        Some(other) if !other.eq_ignore_ascii_case(&tenant_id) => {
            format!(
                "`AZURE_TENANT_ID` is `{other}`, but the manifest says `{tenant_id}`: the application must exist there"
            )
        }
        _ => format!(
            "check that application `{client_id}` exists in tenant `{tenant_id}` and that `AZURE_CLIENT_SECRET` has not expired"
        ),
    };
    Cached::create(help, Arc::new(Timestamp::now), move || {
        let options = ClientSecretCredentialOptions {
            client_options: options.clone(),
        };
        let made = ClientSecretCredential::new(
            &tenant_id,
            client_id.clone(),
            secret.clone(),
            Some(options),
        )?;
        Ok(made as Arc<dyn TokenCredential>)
    })
}

fn cli(
    cloud: &Cloud,
    tenant_id: &str,
    executor: Option<Arc<dyn Executor>>,
) -> Result<Arc<dyn TokenCredential>, Fault> {
    cli_of(cloud, Some(tenant_id), executor)
}

/// The session of the CLI in one tenant, or in the one that it is signed in to.
fn cli_of(
    cloud: &Cloud,
    tenant_id: Option<&str>,
    executor: Option<Arc<dyn Executor>>,
) -> Result<Arc<dyn TokenCredential>, Fault> {
    let options = AzureCliCredentialOptions {
        tenant_id: tenant_id.map(str::to_owned),
        executor: Some(executor.unwrap_or_else(|| Arc::new(beside::Beside))),
        ..Default::default()
    };
    let cloud_name = cloud.name.cli_name();
    let login = match tenant_id {
        Some(tenant_id) => format!("az login --tenant {tenant_id}"),
        None => "az login".to_owned(),
    };
    let help = match cloud.name {
        crate::cloud::CloudName::Public => format!("run `{login}`"),
        _ => format!("run `az cloud set --name {cloud_name}`, then `{login}`"),
    };
    Cached::create(help, Arc::new(Timestamp::now), move || {
        Ok(AzureCliCredential::new(Some(options.clone()))? as Arc<dyn TokenCredential>)
    })
}

/// Options for asking the cloud's token service. The authority is always given: without it the library reads an environment
/// variable of its own.
fn token_service(cloud: &Cloud, transport: Transport) -> ClientOptions {
    let mut custom = CustomConfiguration::default();
    custom.authority_host = cloud.authority.as_str().trim_end_matches('/').to_owned();
    ClientOptions {
        cloud: Some(Arc::new(CloudConfiguration::from(custom))),
        transport: Some(transport),
        // A run that cannot sign in should say so soon; eight repeats, the default, take most of a minute.
        retry: RetryOptions::exponential(ExponentialRetryOptions {
            max_retries: 3,
            ..ExponentialRetryOptions::default()
        }),
        ..ClientOptions::default()
    }
}

/// `AADSTS700016` and the like, where the message begins with or holds one.
fn entra_code(message: &str) -> Option<String> {
    let start = message.find("AADSTS")?;
    let code: String = message[start..]
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    (code.len() > "AADSTS".len()).then_some(code)
}

#[cfg(test)]
mod tests;
