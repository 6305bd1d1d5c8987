mod operations;
mod pace;

use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use azure_core::credentials::{TokenCredential, TokenRequestOptions};
use azure_core::time::OffsetDateTime;
use serde_json::{Value, json};

use super::*;
use crate::testing::{Answer, Seen, Server};

/// Hands out `token-1` until a token is refused, then `token-2`, and so on.
#[derive(Debug, Default)]
struct Tokens(AtomicU32);

#[async_trait]
impl TokenCredential for Tokens {
    async fn get_token(
        &self,
        scopes: &[&str],
        options: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let refusals = self
            .0
            .fetch_add(u32::from(options.is_some()), Ordering::SeqCst)
            + u32::from(options.is_some());
        let audience = if scopes[0].contains("graph") {
            "directory"
        } else {
            "arm"
        };
        Ok(AccessToken::new(
            format!("{audience}-token-{}", refusals + 1),
            OffsetDateTime::from_unix_timestamp(4_102_444_800).unwrap(),
        ))
    }
}

fn options(server: &Server) -> ClientOptions {
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Without the time-outs of the real one: under paused time they would all pass at once.
    let http = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .tls_certs_only([])
        .build()
        .unwrap();
    let mut options = ClientOptions::new(
        Cloud::sandbox(&server.url).unwrap(),
        Arc::new(Tokens::default()),
        http,
        1,
    );
    options.clock = Arc::new(|| "2026-11-21T10:00:00Z".parse().unwrap());
    options
}

fn client(server: &Server) -> Client {
    Client::new(options(server))
}

fn get() -> Request {
    Request::get("/subscriptions/s/x", "1", "read it")
}

fn put() -> Request {
    Request::put("/subscriptions/s/x", "1", json!({"a": 1}), "create it")
}

fn delete() -> Request {
    Request::delete("/subscriptions/s/x", "1", "delete it")
}

fn error(status: u16, code: &str) -> Answer {
    Answer::json(
        status,
        json!({"error": {"code": code, "message": format!("it is {code}")}}),
    )
}

/// Answers with each of these in turn, and with the last one from then on.
async fn scripted<const N: usize>(script: [Answer; N]) -> Server {
    Server::start(move |seen| script[seen.before.min(N - 1)].clone()).await
}

#[tokio::test(start_paused = true)]
async fn a_request_arrives_as_it_was_made() {
    let server = Server::start(|_| Answer::json(200, json!({"a": 2}))).await;
    let client = client(&server);
    let reply = client
        .send(put().if_match("\"4\"").with_query("$expand", "a b"))
        .await
        .unwrap();
    assert_eq!(reply.json::<Value>().unwrap(), json!({"a": 2}));
    let [seen] = &server.seen()[..] else {
        panic!("one request")
    };
    assert_eq!(
        seen.line,
        "PUT /subscriptions/s/x?api-version=1&$expand=a%20b"
    );
    assert_eq!(seen.body, r#"{"a":1}"#);
    let header = |name: &str| seen.headers.get(name).map(String::as_str);
    assert_eq!(header("authorization"), Some("Bearer arm-token-1"));
    assert_eq!(header("content-type"), Some("application/json"));
    assert_eq!(header("accept"), Some("application/json"));
    assert_eq!(header("if-match"), Some("\"4\""));
    assert!(header("x-ms-client-request-id").is_some());
    assert_eq!(
        client.counts(),
        Counts {
            writes: 1,
            ..Counts::default()
        }
    );
}

#[tokio::test(start_paused = true)]
async fn each_service_gets_its_own_token() {
    let server = Server::start(|_| Answer::json(200, json!({"value": []}))).await;
    let client = client(&server);
    client
        .send(Request::directory("/v1.0/users", "list people"))
        .await
        .unwrap();
    client.send(get()).await.unwrap();
    let tokens: Vec<_> = server
        .seen()
        .iter()
        .map(|seen| seen.headers["authorization"].clone())
        .collect();
    assert_eq!(tokens, ["Bearer directory-token-1", "Bearer arm-token-1"]);
}

/// Every way in which an answer can name another place, and what is told to a server there: nothing.
#[tokio::test(start_paused = true)]
async fn no_link_leads_a_token_to_a_stranger() {
    let stranger =
        Server::start(|_| Answer::json(200, json!({"status": "Succeeded", "value": []}))).await;
    let link = stranger.at("/subscriptions/s/x?api-version=1");
    type Way = Box<dyn Fn(&str) -> Answer + Send + Sync>;
    let ways: [(&str, Way); 6] = [
        (
            "nextLink",
            Box::new(|link| Answer::json(200, json!({"value": [], "nextLink": link}))),
        ),
        (
            "odata",
            Box::new(|link| Answer::json(200, json!({"value": [], "@odata.nextLink": link}))),
        ),
        (
            "location",
            Box::new(|link| Answer::empty(202).with("location", link)),
        ),
        (
            "status",
            Box::new(|link| Answer::json(200, json!({})).with("azure-asyncoperation", link)),
        ),
        (
            "redirect",
            Box::new(|link| Answer::empty(307).with("location", link)),
        ),
        (
            "moved",
            Box::new(|link| Answer::empty(302).with("location", link)),
        ),
    ];
    for (way, answer) in ways {
        let link = link.clone();
        let server = Server::start(move |_| answer(&link)).await;
        let client = client(&server);
        let fault = match way {
            "location" | "status" => client.carry_out(put(), |_| ()).await.unwrap_err(),
            _ => client.list::<Value>(get()).await.unwrap_err(),
        };
        assert_eq!(fault.kind, FaultKind::Untrusted, "{way}: {fault}");
        assert_eq!(server.seen().len(), 1, "{way}");
    }
    assert_eq!(stranger.lines(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_stranger_named_while_polling_is_not_asked() {
    let stranger = Server::start(|_| Answer::json(200, json!({"status": "Succeeded"}))).await;
    let link = stranger.at("/o");
    let server = Server::start(move |seen| match seen.before {
        0 => Answer::json(201, json!({}))
            .with("azure-asyncoperation", "/o")
            .with("retry-after", "0"),
        _ => Answer::json(200, json!({"status": "InProgress"})).with("azure-asyncoperation", &link),
    })
    .await;
    let fault = client(&server).carry_out(put(), |_| ()).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Untrusted);
    assert_eq!(stranger.lines(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_request_of_a_strange_url_is_never_sent() {
    let stranger = Server::start(|_| Answer::json(200, json!({}))).await;
    let server = Server::start(|_| Answer::json(200, json!({}))).await;
    let request = get().at(Url::parse(&stranger.at("/x")).unwrap());
    assert_eq!(
        client(&server).send(request).await.unwrap_err().kind,
        FaultKind::Untrusted
    );
    assert_eq!(stranger.lines(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_redirect_at_home_is_followed_with_the_token() {
    let server = scripted([
        Answer::empty(307).with("location", "/moved?api-version=1"),
        Answer::json(200, json!({})),
    ])
    .await;
    client(&server).send(put()).await.unwrap();
    assert_eq!(
        server.lines(),
        [
            "PUT /subscriptions/s/x?api-version=1",
            "PUT /moved?api-version=1"
        ]
    );
    assert_eq!(
        server.seen()[1].headers["authorization"],
        "Bearer arm-token-1"
    );
    assert_eq!(server.seen()[1].body, r#"{"a":1}"#);
}

#[tokio::test(start_paused = true)]
async fn a_circle_of_redirects_ends() {
    let server = scripted([Answer::empty(307).with("location", "/x")]).await;
    let fault = client(&server).send(get()).await.unwrap_err();
    assert_eq!((fault.kind, fault.status), (FaultKind::Rejected, Some(307)));
    assert_eq!(server.seen().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_service_in_trouble_is_asked_again() {
    let server = scripted([
        Answer::empty(503),
        error(500, "InternalServerError"),
        Answer::HangUp,
        Answer::json(200, json!({})),
    ])
    .await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let mut options = options(&server);
    options.trace = {
        let told = told.clone();
        Some(Arc::new(move |trace: &Trace| {
            told.lock().unwrap().push((
                trace.attempt,
                trace.status,
                trace.reason.clone(),
                trace.wait,
            ))
        }))
    };
    let client = Client::new(options);
    client.send(put()).await.unwrap();
    assert_eq!(
        client.counts(),
        Counts {
            writes: 4,
            retries: 3,
            ..Counts::default()
        }
    );
    let told: Vec<_> = told
        .lock()
        .unwrap()
        .iter()
        .map(|(n, s, r, w)| (*n, *s, r.clone(), w.is_some()))
        .collect();
    let failed = Some("the service failed".to_owned());
    assert_eq!(
        told,
        [
            (1, Some(503), failed.clone(), true),
            (2, Some(500), failed, true),
            (3, None, Some("the connection broke".to_owned()), true),
            (4, Some(200), None, false),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_cannot_succeed_is_asked_once() {
    for (status, code, kind) in [
        (400, "InvalidParameter", FaultKind::Rejected),
        (403, "AuthorizationFailed", FaultKind::Permission),
        (404, "ResourceNotFound", FaultKind::NotFound),
        (409, "RoleAssignmentExists", FaultKind::Conflict),
    ] {
        let server = Server::start(move |_| error(status, code)).await;
        let fault = client(&server).send(get()).await.unwrap_err();
        assert_eq!((fault.kind, fault.code.as_deref()), (kind, Some(code)));
        assert_eq!(server.seen().len(), 1, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn giving_up_keeps_the_last_answer_and_says_how_often() {
    let server = Server::start(|_| {
        error(503, "ServerTimeout")
            .with("retry-after", "0")
            .with("x-ms-request-id", "r-9")
    })
    .await;
    let fault = client(&server).send(get()).await.unwrap_err();
    assert_eq!(fault.code.as_deref(), Some("ServerTimeout"));
    assert_eq!(fault.request_id.as_deref(), Some("r-9"));
    assert_eq!(
        fault.help.as_deref(),
        Some("6 attempts were made: run again later")
    );
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_waited_for() {
    let server = scripted([
        error(429, "OperationNotAllowed").with("retry-after", "17"),
        Answer::json(200, json!({})),
    ])
    .await;
    let client = client(&server);
    let started = Instant::now();
    client.send(get()).await.unwrap();
    assert_eq!(started.elapsed().as_secs(), 17);
}

#[tokio::test(start_paused = true)]
async fn a_stale_token_is_replaced_once() {
    let server = Server::start(|seen| match seen.headers["authorization"].as_str() {
        "Bearer arm-token-1" => error(401, "ExpiredAuthenticationToken"),
        _ => Answer::json(200, json!({})),
    })
    .await;
    client(&server).send(put()).await.unwrap();
    assert_eq!(server.seen().len(), 2);

    let server = Server::start(|_| error(401, "InvalidAuthenticationToken")).await;
    let fault = client(&server).send(put()).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::SignIn);
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_action_whose_connection_broke_is_not_repeated() {
    let server = Server::start(|_| Answer::HangUp).await;
    let action = Request::post("/subscriptions/s/x/start", "1", "start it");
    let fault = client(&server).send(action).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Network);
    assert!(
        fault.message.starts_with("no answer from `127.0.0.1`: "),
        "{}",
        fault.message
    );
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn nobody_there_is_told_with_the_host() {
    let server = Server::start(|_| Answer::HangUp).await;
    let mut options = options(&server);
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    options.cloud =
        Cloud::sandbox(&Url::parse(&format!("http://127.0.0.1:{port}")).unwrap()).unwrap();
    let client = Client::new(options);
    let fault = client.send(get()).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Network);
    assert!(
        fault.message.starts_with("no connection to `127.0.0.1`: "),
        "{}",
        fault.message
    );
    assert_eq!(client.counts().reads, 4);
}

#[tokio::test]
async fn who_is_not_trusted_is_asked_once_and_told_apart() {
    let (server, _) = Server::start_tls(|_| Answer::json(200, json!({}))).await;
    let client = client(&server);
    let fault = client.send(get()).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Network);
    assert!(
        fault
            .help
            .as_deref()
            .is_some_and(|help| help.contains("--ca FILE")),
        "{fault:?}"
    );
    assert_eq!(client.counts().reads, 1);
    assert_eq!(server.lines(), [""; 0]);
}

#[tokio::test]
async fn who_is_named_by_ca_is_trusted() {
    let (server, pem) = Server::start_tls(|_| Answer::json(200, json!({}))).await;
    let mut options = options(&server);
    options.http = crate::http::transport::connect(&options.cloud, Some(pem.as_bytes())).unwrap();
    Client::new(options).send(get()).await.unwrap();
    assert_eq!(
        server.seen()[0].headers["user-agent"],
        concat!("vmlogin/", env!("CARGO_PKG_VERSION"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_list_is_read_to_its_last_page() {
    let server = Server::start(|seen| {
        let value = |n: usize| json!(vec![json!({"n": n}); n]);
        match seen.before {
            0 => Answer::json(
                200,
                json!({"value": value(2), "nextLink": "/subscriptions/s/x?$skiptoken=a%2Bb"}),
            ),
            1 => Answer::json(
                200,
                json!({"value": [], "nextLink": "/subscriptions/s/x?page=3"}),
            ),
            2 => Answer::json(
                200,
                json!({"value": value(1), "@odata.nextLink": "/subscriptions/s/x?page=4"}),
            ),
            _ => Answer::json(200, json!({"value": value(1), "nextLink": null})),
        }
    })
    .await;
    let read = client(&server)
        .list::<Value>(get().with_header("consistencylevel", "eventual"))
        .await
        .unwrap();
    assert_eq!(
        read,
        [
            json!({"n": 2}),
            json!({"n": 2}),
            json!({"n": 1}),
            json!({"n": 1})
        ]
    );
    assert_eq!(
        server.lines(),
        [
            "GET /subscriptions/s/x?api-version=1",
            "GET /subscriptions/s/x?$skiptoken=a%2Bb",
            "GET /subscriptions/s/x?page=3",
            "GET /subscriptions/s/x?page=4"
        ]
    );
    assert!(
        server
            .seen()
            .iter()
            .all(|seen| seen.headers["consistencylevel"] == "eventual")
    );
}

#[tokio::test(start_paused = true)]
async fn a_bare_list_is_a_list() {
    let server = Server::start(|_| Answer::json(200, json!([1, 2]))).await;
    assert_eq!(client(&server).list::<u32>(get()).await.unwrap(), [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn pages_in_a_circle_are_refused() {
    let server = Server::start(|seen| {
        let link = ["/a", "/b", "/a"][seen.before];
        Answer::json(200, json!({"value": [], "nextLink": link}))
    })
    .await;
    let fault = client(&server).list::<Value>(get()).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::Malformed);
    assert_eq!(
        fault.message,
        "the pages of the list go in a circle after 3"
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_no_list_is_malformed() {
    for body in ["", "{}", "{\"value\": 1}", "<html>"] {
        let server = Server::start(move |_| Answer::Reply(200, Vec::new(), body.to_owned())).await;
        let fault = client(&server).list::<Value>(get()).await.unwrap_err();
        assert_eq!(
            (fault.kind, fault.attempted.as_str()),
            (FaultKind::Malformed, "read it"),
            "{body}"
        );
    }
}
