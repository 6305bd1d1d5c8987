//! Operations that go on in Azure, and how runs end while they do.

use super::*;

fn operation(seen: &Seen) -> Answer {
    match seen.before {
        0 => Answer::json(
            200,
            json!({"properties": {"provisioningState": "Updating"}}),
        )
        .with("azure-asyncoperation", "/o?t=1")
        .with("retry-after", "0"),
        1 => Answer::json(
            200,
            json!({"status": "InProgress", "percentComplete": 40.0}),
        ),
        2 => Answer::empty(503),
        3 => Answer::json(200, json!({"status": "InProgress"})).with("retry-after", "30"),
        _ => Answer::json(
            200,
            json!({"status": "Succeeded", "properties": {"name": "x"}}),
        ),
    }
}

#[tokio::test(start_paused = true)]
async fn an_operation_is_followed_to_its_end() {
    let server = Server::start(operation).await;
    let client = client(&server);
    let started = Instant::now();
    let mut told = Vec::new();
    let finished = client
        .carry_out(put(), |progress| {
            told.push((progress.status.clone(), progress.wait.as_secs()))
        })
        .await
        .unwrap();
    assert_eq!(finished.reply.status, 200);
    assert_eq!(finished.resource, Some(json!({"name": "x"})));
    let told: Vec<_> = told
        .iter()
        .map(|(status, wait)| (status.as_str(), *wait))
        .collect();
    assert_eq!(
        told,
        [
            ("Updating", 0),
            ("InProgress", 4),
            ("InProgress", 4),
            ("InProgress", 30)
        ]
    );
    assert_eq!(started.elapsed().as_secs(), 38);
    assert_eq!(server.lines()[1..], ["GET /o?t=1"; 4]);
    assert!(server.seen()[1..].iter().all(|seen| seen.body.is_empty()));
    assert_eq!(
        client.counts(),
        Counts {
            writes: 1,
            polls: 4,
            ..Counts::default()
        }
    );
}

#[tokio::test(start_paused = true)]
async fn a_lost_connection_while_polling_is_no_failure() {
    let server = scripted([
        Answer::empty(202)
            .with("azure-asyncoperation", "/o")
            .with("retry-after", "0"),
        Answer::HangUp,
        Answer::json(200, json!({"status": "Succeeded"})),
    ])
    .await;
    client(&server).carry_out(put(), |_| ()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_token_that_expires_while_polling_is_replaced() {
    let server =
        Server::start(
            |seen| match (seen.before, seen.headers["authorization"].as_str()) {
                (0, _) => Answer::empty(202)
                    .with("azure-asyncoperation", "/o")
                    .with("retry-after", "0"),
                (_, "Bearer arm-token-1") => error(401, "ExpiredAuthenticationToken"),
                _ => Answer::json(200, json!({"status": "Succeeded"})),
            },
        )
        .await;
    client(&server).carry_out(put(), |_| ()).await.unwrap();
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn deleting_what_is_gone_ends_well() {
    let server = Server::start(|_| error(404, "ParentResourceNotFound")).await;
    let finished = client(&server).carry_out(delete(), |_| ()).await.unwrap();
    assert_eq!((finished.reply.status, finished.resource), (404, None));
    assert_eq!(
        client(&server)
            .carry_out(put(), |_| ())
            .await
            .unwrap_err()
            .kind,
        FaultKind::NotFound
    );
}

#[tokio::test(start_paused = true)]
async fn a_404_that_does_not_say_that_the_thing_is_gone_is_no_deletion() {
    for code in [
        "SubscriptionNotFound",
        "InvalidResourceType",
        "NoRegisteredProviderFound",
    ] {
        let server = Server::start(move |_| error(404, code)).await;
        let fault = client(&server)
            .carry_out(delete(), |_| ())
            .await
            .unwrap_err();
        assert_eq!(
            (fault.kind, fault.code.as_deref()),
            (FaultKind::NotFound, Some(code))
        );
    }
    let page = |_: &_| Answer::Reply(404, Vec::new(), "<!DOCTYPE html>".to_owned());
    let server = Server::start(page).await;
    let fault = client(&server)
        .carry_out(delete(), |_| ())
        .await
        .unwrap_err();
    assert_eq!(
        fault.message,
        "status 404 with a web page where JSON was expected"
    );
}

#[tokio::test(start_paused = true)]
async fn an_orderly_stop_ends_retries_but_awaits_operations() {
    let server = Server::start(|_| Answer::empty(503).with("retry-after", "60")).await;
    let client = client(&server);
    let stop = client.0.options.stop.clone();
    let started = Instant::now();
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { client.send(get()).await }
    });
    server.asked(1).await;
    stop.raise();
    let fault = waiting.await.unwrap().unwrap_err();
    assert_eq!(fault.kind, FaultKind::Interrupted);
    assert!(started.elapsed().as_secs() < 60);
    assert_eq!(
        client.send(get()).await.unwrap_err().kind,
        FaultKind::Interrupted
    );
    assert_eq!(server.seen().len(), 1);

    let server = Server::start(operation).await;
    let client = self::client(&server);
    let stop = client.0.options.stop.clone();
    client.carry_out(put(), |_| stop.raise()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn leaving_at_once_names_what_still_runs() {
    let server = Server::start(operation).await;
    let client = client(&server);
    let stop = client.0.options.stop.clone();
    let fault = client
        .carry_out(put(), |_| stop.raise_at_once())
        .await
        .unwrap_err();
    assert_eq!(fault.kind, FaultKind::Interrupted);
    assert_eq!(
        fault.operation_url,
        Some(format!("{}…", server.at("/o?t=")))
    );

    let server = Server::start(|_| Answer::Silence).await;
    let client = self::client(&server);
    let stop = client.0.options.stop.clone();
    let waiting = tokio::spawn(async move { client.send(put()).await });
    server.asked(1).await;
    stop.raise_at_once();
    let fault = waiting.await.unwrap().unwrap_err();
    assert_eq!(
        fault.message,
        "the run was stopped while it was on its way: whether it took effect is not known"
    );
}

#[tokio::test(start_paused = true)]
async fn the_deadline_ends_everything() {
    let with_deadline = |server: &Server| {
        let mut options = options(server);
        options.deadline = Some(Duration::from_secs(20));
        Client::new(options)
    };
    let silent = Server::start(|_| Answer::Silence).await;
    let fault = with_deadline(&silent).send(get()).await.unwrap_err();
    assert_eq!(fault.kind, FaultKind::TimedOut);
    assert!(fault.help.unwrap().contains("--timeout"));

    let busy = Server::start(|_| error(429, "OperationNotAllowed").with("retry-after", "21")).await;
    let fault = with_deadline(&busy).send(get()).await.unwrap_err();
    assert!(
        matches!(fault.kind, FaultKind::Throttled | FaultKind::TimedOut),
        "{fault:?}"
    );
    assert!(fault.help.unwrap().contains("--timeout"));
}
