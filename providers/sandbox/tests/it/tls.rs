use vmlogin_sandbox::{Options, Sandbox, SandboxError};

use crate::stage::{TENANT, noon, seed};

#[tokio::test]
async fn https_is_trusted_by_its_authority_alone() {
    // Fails where another test was first, which is as good.
    let _installed = rustls::crypto::ring::default_provider().install_default();
    let options = Options {
        tls: true,
        seed: seed(),
        ..Options::default()
    };
    let sandbox = Sandbox::start_at(options, noon()).await.unwrap();
    let ca = sandbox.ca().unwrap().to_owned();
    let port = sandbox.url().rsplit(':').next().unwrap().to_owned();
    assert!(sandbox.url().starts_with("https://127.0.0.1:"));
    let pem = std::fs::read(&ca).unwrap();
    assert!(!String::from_utf8_lossy(&pem).contains("PRIVATE KEY"));
    let authority = reqwest::Certificate::from_pem(&pem).unwrap();
    let client = reqwest::Client::builder()
        .tls_certs_only([authority])
        .build()
        .unwrap();
    for host in ["localhost", "127.0.0.1"] {
        let origin = format!("https://{host}:{port}");
        let url = format!("{origin}/{TENANT}/v2.0/.well-known/openid-configuration");
        let body: serde_json::Value = client.get(url).send().await.unwrap().json().await.unwrap();
        assert_eq!(body["issuer"], origin);
    }
    let stranger = reqwest::Client::builder()
        .tls_certs_only([])
        .build()
        .unwrap();
    assert!(stranger.get(sandbox.url()).send().await.is_err());
    sandbox.stop().await.unwrap();
    assert!(!ca.exists());
}

#[tokio::test]
async fn only_this_machine_is_listened_to() {
    let options = Options {
        listen: "0.0.0.0:0".parse().unwrap(),
        ..Options::default()
    };
    let refused = Sandbox::start(options).await.unwrap_err();
    assert!(matches!(refused, SandboxError::NotLoopback { .. }));
    assert_eq!(
        refused.to_string(),
        "`0.0.0.0:0` is not a loopback address; the sandbox takes connections from this machine only"
    );
}

#[tokio::test]
async fn a_port_that_is_taken_is_said() {
    let first = Sandbox::start(Options::default()).await.unwrap();
    let listen = first.url().trim_start_matches("http://").parse().unwrap();
    let refused = Sandbox::start(Options {
        listen,
        ..Options::default()
    })
    .await
    .unwrap_err();
    assert!(matches!(refused, SandboxError::NotListening { .. }));
}
