//! Endpoints that a client asks before it may ask anything: cloud metadata, OpenID configuration, tokens; and the
//! check of what they handed out.
//!
//! A token has the three parts of a JWT, since some clients read the middle one. Its signature is a name-based UUID,
//! which tells our tokens from others and protects nothing: the sandbox guards no secrets.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::base64;
use super::error;
use super::reply::{Answer, Reply};
use super::request::{Body, Request};
use crate::state::{Tenant, World};

const LIFETIME: i64 = 86_399;

/// Audiences under which clients know ARM. Its three clouds, as tokens are asked for by their own names.
const ARM: [&str; 6] = [
    "https://management.azure.com",
    "https://management.core.windows.net",
    "https://management.usgovcloudapi.net",
    "https://management.core.usgovcloudapi.net",
    "https://management.chinacloudapi.cn",
    "https://management.core.chinacloudapi.cn",
];

/// Audiences under which clients know the directory; the last one is its application id.
const DIRECTORY: [&str; 5] = [
    "https://graph.microsoft.com",
    "https://graph.microsoft.us",
    "https://dod-graph.microsoft.us",
    "https://microsoftgraph.chinacloudapi.cn",
    "00000003-0000-0000-c000-000000000000",
];

/// The service that a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    Arm,
    Directory,
}

/// Who asks, as the token says.
#[derive(Debug, Clone)]
pub(crate) struct Bearer {
    /// Key of the tenant.
    pub tenant: String,
    pub object_id: String,
}

/// `GET /metadata/endpoints`: one object, or a list of one for the older versions.
pub(crate) fn metadata(request: &Request) -> Answer {
    let base = &request.base;
    let endpoints = json!({
        "name": "VmloginSandbox",
        "portal": base,
        "resourceManager": base,
        "authentication": {"loginEndpoint": base, "audiences": [base], "tenant": "common", "identityProvider": "AAD"},
        "graphAudience": format!("{base}/graph"),
        "graph": format!("{base}/graph"),
        "microsoftGraphResourceId": format!("{base}/graph"),
        "gallery": base,
        "batch": base,
        "media": base,
        "sqlManagement": base,
        "activeDirectoryDataLake": base,
        "vmImageAliasDoc": base,
        "suffixes": {"storage": "storage.invalid", "keyVaultDns": "vault.invalid",
            "acrLoginServer": "registry.invalid", "sqlServerHostname": "database.invalid"},
    });
    // Older versions are believed to get a list (arm/CLIENTS.md 1): unverified against Azure, 2026-11-21.
    let older = request
        .query("api-version")
        .is_some_and(|it| it < "2022-09-01");
    Ok(Reply::json(
        200,
        if older { json!([endpoints]) } else { endpoints },
    ))
}

/// `GET /{tenant}/v2.0/.well-known/openid-configuration`.
pub(crate) fn openid(world: &World, request: &Request) -> Answer {
    let base = &request.base;
    let tenant = &tenant_named(world, &request.segments[0])?.id;
    Ok(Reply::json(
        200,
        json!({
            "token_endpoint": format!("{base}/{tenant}/oauth2/v2.0/token"),
            "authorization_endpoint": format!("{base}/{tenant}/oauth2/v2.0/authorize"),
            "device_authorization_endpoint": format!("{base}/{tenant}/oauth2/v2.0/devicecode"),
            "jwks_uri": format!("{base}/{tenant}/discovery/v2.0/keys"),
            // Some clients want the authority's own origin here (arm/CLIENTS.md 4).
            "issuer": base,
            "response_types_supported": ["code", "id_token"],
            "scopes_supported": ["openid"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }),
    ))
}

/// `POST /{tenant}/oauth2/v2.0/token` for an application with a secret or an assertion, which is not looked at.
pub(crate) fn token(world: &World, request: &Request, now: Timestamp) -> Answer {
    let tenant = tenant_named(world, &request.segments[0])?;
    let form = match &request.body {
        Body::Form(form) => form,
        _ => {
            return Err(refused(
                "invalid_request",
                "AADSTS900144: The request body must be form-encoded.",
            ));
        }
    };
    let field = |name: &str| {
        form.iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    if field("grant_type") != Some("client_credentials") {
        return Err(refused(
            "unsupported_grant_type",
            "AADSTS70003: The sandbox issues tokens for `client_credentials` only.",
        ));
    }
    if field("client_secret")
        .or(field("client_assertion"))
        .is_none()
    {
        return Err(refused(
            "invalid_client",
            "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or \
             'client_secret'.",
        ));
    }
    let scope = field("scope").unwrap_or("");
    let Some(audience) = scope.strip_suffix("/.default") else {
        return Err(refused(
            "invalid_scope",
            format!(
                "AADSTS1002012: The provided value for scope {scope} is not valid. Client credential flows must \
                     have a scope value with /.default suffixed to the resource identifier."
            ),
        ));
    };
    if audience_of(audience, &request.base).is_none() {
        return Err(refused(
            "invalid_resource",
            format!(
                "AADSTS500011: The resource principal named {audience} was not found in the tenant."
            ),
        ));
    }
    Ok(Reply::json(
        200,
        json!({
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "ext_expires_in": LIFETIME,
            "access_token": mint(tenant, field("client_id"), audience, &request.base, now),
        }),
    )
    .header("cache-control", "no-store, no-cache"))
}

/// Who asks, or the 401 that says why not.
pub(crate) fn check(
    world: &World,
    request: &Request,
    wanted: Audience,
    now: Timestamp,
) -> Result<Bearer, Reply> {
    let Some(token) = request
        .header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "))
    else {
        return Err(unauthorized(
            request,
            wanted,
            "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header is missing.",
        ));
    };
    let invalid =
        |message: &str| unauthorized(request, wanted, "InvalidAuthenticationToken", message);
    let claims = claims(token).ok_or_else(|| invalid("The access token is invalid."))?;
    let text = |name: &str| claims[name].as_str().unwrap_or_default().to_owned();
    let tenant = text("tid").to_lowercase();
    if !world.tenants.contains_key(&tenant) {
        return Err(invalid(
            "The access token has been obtained from a wrong tenant.",
        ));
    }
    if claims["exp"].as_i64().unwrap_or(0) <= now.as_second() {
        return Err(unauthorized(
            request,
            wanted,
            "ExpiredAuthenticationToken",
            "The access token expiry UTC time is earlier than current UTC time.",
        ));
    }
    let audience = text("aud");
    if audience_of(&audience, &request.base) != Some(wanted) {
        return Err(invalid(&format!(
            "The access token has been obtained for wrong audience or resource '{audience}'."
        )));
    }
    Ok(Bearer {
        tenant,
        object_id: text("oid"),
    })
}

fn mint(
    tenant: &Tenant,
    client: Option<&str>,
    audience: &str,
    base: &str,
    now: Timestamp,
) -> String {
    let caller = tenant
        .callers
        .iter()
        .find(|it| client.is_some_and(|client| client.eq_ignore_ascii_case(&it.app_id)))
        .or(tenant.callers.first());
    let (object_id, app_id) = caller.map_or(("", ""), |it| (it.id.as_str(), it.app_id.as_str()));
    let head = base64::encode(br#"{"typ":"JWT","alg":"none"}"#);
    let claims = json!({
        "aud": audience, "iss": format!("{base}/{}/", tenant.id), "iat": now.as_second(), "nbf": now.as_second(),
        "exp": now.as_second() + LIFETIME, "appid": app_id, "oid": object_id, "sub": object_id, "tid": tenant.id,
        "idtyp": "app", "ver": "1.0",
    });
    let body = base64::encode(claims.to_string().as_bytes());
    let seal = seal(&body);
    format!("{head}.{body}.{seal}")
}

fn claims(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (_, body, sealed) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || sealed != seal(body) {
        return None;
    }
    serde_json::from_slice(&base64::decode(body)?).ok()
}

fn seal(body: &str) -> String {
    let name = format!("vmlogin-sandbox token {body}");
    base64::encode(Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).as_bytes())
}

fn audience_of(audience: &str, base: &str) -> Option<Audience> {
    let audience = audience.trim_end_matches('/').to_lowercase();
    if ARM.contains(&audience.as_str()) || audience == base {
        return Some(Audience::Arm);
    }
    let graph = format!("{base}/graph");
    (DIRECTORY.contains(&audience.as_str()) || audience == graph).then_some(Audience::Directory)
}

fn tenant_named<'a>(world: &'a World, name: &str) -> Result<&'a Tenant, Reply> {
    let any = ["common", "organizations"].contains(&name.to_lowercase().as_str());
    let found = match any {
        true => world.tenants.values().next(),
        false => world.tenants.get(&name.to_lowercase()).or_else(|| {
            world
                .tenants
                .values()
                .find(|it| it.domain.eq_ignore_ascii_case(name))
        }),
    };
    found.ok_or_else(|| {
        refused(
            "invalid_request",
            format!("AADSTS90002: Tenant '{name}' not found. Check to make sure you have the correct tenant ID."),
        )
    })
}

fn refused(error: &str, description: impl AsRef<str>) -> Reply {
    let status = if error == "invalid_client" { 401 } else { 400 };
    Reply::json(
        status,
        json!({"error": error, "error_description": description.as_ref()}),
    )
}

fn unauthorized(request: &Request, audience: Audience, code: &str, message: &str) -> Reply {
    let challenge = format!(
        "Bearer authorization_uri=\"{}/common\", error=\"invalid_token\", error_description=\"{message}\"",
        request.base
    );
    match audience {
        Audience::Arm => error::gateway(401, code, message),
        Audience::Directory => error::directory(401, "InvalidAuthenticationToken", message),
    }
    .header("www-authenticate", challenge)
}
