use std::ffi::OsStr;
use std::process::Output;
use std::sync::Mutex;

use async_trait::async_trait;
use serde_json::json;
use url::Url;

use super::*;
use crate::cloud::CloudName;
use crate::testing::{Answer, Server};

const TENANT: &str = "11111111-2222-3333-4444-555555555555";

fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .no_proxy()
        .tls_certs_only([])
        .build()
        .unwrap()
}

fn environment(pairs: &'static [(&str, &str)]) -> Environment {
    Environment::read(|name| {
        pairs
            .iter()
            .find(|(own, _)| *own == name)
            .map(|(_, value)| (*value).to_owned())
    })
}

/// The public cloud, with its metadata service elsewhere.
fn cloud_with_metadata(url: &Url) -> Cloud {
    let mut cloud = Cloud::named(CloudName::Public);
    cloud.metadata = url.clone();
    cloud
}

async fn chosen(cloud: &Cloud, env: &Environment) -> &'static str {
    credential(Auth::Auto, cloud, TENANT, http(), env)
        .await
        .unwrap()
        .1
}

/// Stands in for `az`: notes its command lines and prints this.
#[derive(Debug)]
struct Az {
    prints: Result<&'static str, &'static str>,
    ran: Mutex<Vec<String>>,
}

#[async_trait]
impl Executor for Az {
    async fn run(&self, _program: &OsStr, args: &[&OsStr]) -> std::io::Result<Output> {
        self.ran
            .lock()
            .unwrap()
            .push(args.last().unwrap().to_string_lossy().into_owned());
        // `true` and `false` lend their exit status, which cannot be made by hand everywhere.
        let (program, stdout, stderr) = match self.prints {
            Ok(stdout) => ("true", stdout, ""),
            Err(stderr) => ("false", "", stderr),
        };
        let status = std::process::Command::new(program).status()?;
        Ok(Output {
            status,
            stdout: stdout.into(),
            stderr: stderr.into(),
        })
    }
}

fn az(prints: Result<&'static str, &'static str>) -> Arc<Az> {
    Arc::new(Az {
        prints,
        ran: Mutex::default(),
    })
}

#[test]
fn every_way_round_trips_its_spelling() {
    for auth in Auth::ALL {
        assert_eq!(auth.to_string().parse(), Ok(auth));
    }
    let unknown = "oidc".parse::<Auth>().unwrap_err().to_string();
    assert_eq!(
        unknown,
        "unknown way to sign in `oidc`: one of `auto`, `cli`, `client-secret`, `managed`"
    );
}

#[test]
fn the_secret_cannot_be_printed() {
    let env = environment(&[
        ("AZURE_CLIENT_ID", "app"),
        ("AZURE_CLIENT_SECRET", "hunter2"),
    ]);
    let printed = format!("{env:?} {:?}", env.client_secret());
    assert!(!printed.contains("hunter2"), "{printed}");
    assert!(env.has_client_secret());
}

#[test]
fn an_empty_variable_is_none() {
    let env = environment(&[
        ("AZURE_CLIENT_ID", "app"),
        ("AZURE_CLIENT_SECRET", ""),
        ("IDENTITY_ENDPOINT", ""),
    ]);
    assert!(!env.has_client_secret());
    assert!(!env.has_identity_endpoint());
}

#[tokio::test]
async fn auto_takes_the_first_that_is_offered() {
    let nobody = Server::start(|_| Answer::HangUp).await;
    let cloud = cloud_with_metadata(&nobody.url);
    let secret = environment(&[
        ("AZURE_CLIENT_ID", "app"),
        ("AZURE_CLIENT_SECRET", "s"),
        ("IDENTITY_ENDPOINT", "e"),
    ]);
    assert_eq!(chosen(&cloud, &secret).await, "client-secret");
    assert_eq!(
        chosen(
            &cloud,
            &environment(&[("IDENTITY_ENDPOINT", "http://localhost:1")])
        )
        .await,
        "managed"
    );
    assert_eq!(nobody.lines(), [""; 0]);
    assert_eq!(chosen(&cloud, &Environment::default()).await, "cli");
    assert_eq!(
        nobody.lines(),
        ["GET /metadata/identity/info?api-version=2018-02-01"]
    );
    assert_eq!(nobody.seen()[0].headers["metadata"], "true");
}

#[tokio::test]
async fn a_machine_of_this_tenant_offers_its_identity() {
    for (answer, expected) in [
        (
            Answer::json(200, json!({"tenantId": TENANT.to_uppercase()})),
            "managed",
        ),
        (Answer::json(200, json!({"tenantId": "another"})), "cli"),
        (
            Answer::json(400, json!({"error": "invalid_request"})),
            "cli",
        ),
        (Answer::json(200, json!(["not this service"])), "cli"),
        (Answer::Reply(200, Vec::new(), "<html>".to_owned()), "cli"),
    ] {
        let metadata = Server::start(move |_| answer.clone()).await;
        assert_eq!(
            chosen(&cloud_with_metadata(&metadata.url), &Environment::default()).await,
            expected
        );
    }
}

#[tokio::test]
async fn a_way_that_was_asked_for_by_name_is_taken() {
    let cloud = Cloud::named(CloudName::Public);
    let env = Environment::default();
    for auth in [Auth::Cli, Auth::Managed] {
        let (_, won) = credential(auth, &cloud, TENANT, http(), &env)
            .await
            .unwrap();
        assert_eq!(won, auth.as_str());
    }
    let missing = credential(Auth::ClientSecret, &cloud, TENANT, http(), &env)
        .await
        .unwrap_err();
    assert_eq!(missing.kind, FaultKind::SignIn);
    assert_eq!(
        missing.message,
        "`AZURE_CLIENT_ID` and `AZURE_CLIENT_SECRET` are not both set"
    );
}

#[tokio::test]
async fn no_user_signs_in_to_a_sandbox() {
    let cloud = Cloud::sandbox(&Url::parse("http://127.0.0.1:1").unwrap()).unwrap();
    for auth in Auth::ALL {
        let env = environment(&[("AZURE_CLIENT_ID", "app"), ("AZURE_CLIENT_SECRET", "s")]);
        assert_eq!(
            credential(auth, &cloud, TENANT, http(), &env)
                .await
                .unwrap_err()
                .kind,
            FaultKind::SignIn
        );
    }
}

#[tokio::test]
async fn the_cli_is_run_once_for_each_audience() {
    let az = az(Ok(
        r#"{"accessToken":"t","expires_on":4102444800,"tokenType":"Bearer"}"#,
    ));
    let cli = cli(&Cloud::named(CloudName::Public), TENANT, Some(az.clone())).unwrap();
    for scope in [
        "https://a/.default",
        "https://a/.default",
        "https://b/.default",
    ] {
        assert_eq!(
            cli.get_token(&[scope], None).await.unwrap().token.secret(),
            "t"
        );
    }
    let ran = az.ran.lock().unwrap().clone();
    assert_eq!(ran.len(), 2);
    assert!(
        ran[0].ends_with(&format!(
            "az account get-access-token -o json --scope https://a/.default --tenant {TENANT}"
        )),
        "{}",
        ran[0]
    );
}

#[tokio::test]
async fn a_cli_that_is_not_signed_in_says_how_to() {
    for (cloud, expected) in [
        (
            CloudName::Public,
            format!("run `az login --tenant {TENANT}`"),
        ),
        (
            CloudName::China,
            format!("run `az cloud set --name AzureChinaCloud`, then `az login --tenant {TENANT}`"),
        ),
    ] {
        let az = az(Err("ERROR: AADSTS700082: The refresh token has expired.\n"));
        let cli = cli(&Cloud::named(cloud), TENANT, Some(az)).unwrap();
        let error = cli
            .get_token(&["https://a/.default"], None)
            .await
            .unwrap_err();
        let fault = sign_in_fault("read VM `v`", &error);
        assert_eq!(
            (fault.kind, fault.attempted.as_str()),
            (FaultKind::SignIn, "read VM `v`")
        );
        assert_eq!(fault.help, Some(expected));
        assert_eq!(fault.code.as_deref(), Some("AADSTS700082"));
        assert_eq!(
            fault.message,
            "AzureCliCredential authentication failed. ERROR: AADSTS700082: The refresh token has expired."
        );
    }
}

#[tokio::test]
async fn a_tenant_that_is_no_tenant_is_refused_before_az_sees_it() {
    let fault = cli(&Cloud::named(CloudName::Public), "x; rm -rf /", None).unwrap_err();
    assert_eq!(fault.kind, FaultKind::SignIn);
    assert!(
        fault.message.contains("invalid tenant ID"),
        "{}",
        fault.message
    );
}

#[tokio::test]
async fn a_sandbox_hands_out_tokens_by_its_own_service() {
    let token = json!({"token_type": "Bearer", "expires_in": 86399, "ext_expires_in": 86399, "access_token": "made-up"});
    let server = Server::start(move |_| Answer::json(200, token.clone())).await;
    let credential = sandbox_credential(&server.url, TENANT, http()).unwrap();
    let scope = Cloud::named(CloudName::Public).arm_scope;
    for _ in 0..2 {
        assert_eq!(
            credential
                .get_token(&[&scope], None)
                .await
                .unwrap()
                .token
                .secret(),
            "made-up"
        );
    }
    assert_eq!(
        server.lines(),
        [format!("POST /{TENANT}/oauth2/v2.0/token")]
    );
    let body = &server.seen()[0].body;
    assert!(
        body.contains(
            "grant_type=client_credentials&scope=https%3A%2F%2Fmanagement.azure.com%2F.default"
        ),
        "{body}"
    );
}

#[tokio::test]
async fn a_sandbox_that_refuses_says_why() {
    let refusal = json!({"error": "invalid_request", "error_codes": [90002], "error_description": "AADSTS90002: Tenant 'x' not found."});
    let server = Server::start(move |_| Answer::json(400, refusal.clone())).await;
    let credential = sandbox_credential(&server.url, TENANT, http()).unwrap();
    let fault = sign_in_fault(
        "sign in",
        &credential
            .get_token(&["https://a/.default"], None)
            .await
            .unwrap_err(),
    );
    assert_eq!(fault.code.as_deref(), Some("AADSTS90002"));
    assert!(
        fault
            .message
            .ends_with("AADSTS90002: Tenant 'x' not found."),
        "{}",
        fault.message
    );
    assert_eq!(
        fault.help,
        Some(format!(
            "the sandbox does not know tenant `{TENANT}`, or knows it otherwise: what it knows comes from `sandbox.kdl` beside the manifest when its state file is new"
        ))
    );
}

#[test]
fn a_sandbox_is_this_machine() {
    let url = Url::parse("https://management.azure.com").unwrap();
    assert_eq!(
        sandbox_credential(&url, TENANT, http()).unwrap_err().kind,
        FaultKind::Untrusted
    );
}

#[tokio::test]
async fn an_application_of_another_tenant_is_pointed_out() {
    let env = environment(&[
        ("AZURE_CLIENT_ID", "app"),
        ("AZURE_CLIENT_SECRET", "s"),
        ("AZURE_TENANT_ID", "other"),
    ]);
    let refusal = json!({"error": "unauthorized_client", "error_codes": [700016], "error_description": "AADSTS700016: no such application"});
    let server = Server::start(move |_| Answer::json(400, refusal.clone())).await;
    let moving = sandbox::Moving {
        base: server.url.clone(),
        http: http(),
    };
    let transport = Transport::new(Arc::new(moving));
    let credential =
        client_secret(&Cloud::named(CloudName::Public), TENANT, transport, &env).unwrap();
    let fault = sign_in_fault(
        "sign in",
        &credential
            .get_token(&["https://a/.default"], None)
            .await
            .unwrap_err(),
    );
    assert_eq!(
        fault.help,
        Some(format!(
            "`AZURE_TENANT_ID` is `other`, but the manifest says `{TENANT}`: the application must exist there"
        ))
    );
    assert_eq!(
        server.lines(),
        [format!("POST /{TENANT}/oauth2/v2.0/token")]
    );
    assert!(
        server.seen()[0]
            .body
            .starts_with("client_id=app&client_secret=s&")
    );
}
