//! What waits before it is sent, and why.

use super::*;

#[tokio::test(start_paused = true)]
async fn what_is_left_of_the_quota_sets_the_pace() {
    let server = Server::start(|_| {
        Answer::json(200, json!({})).with("x-ms-ratelimit-remaining-subscription-writes", "0")
    })
    .await;
    let client = client(&server);
    let started = Instant::now();
    for _ in 0..11 {
        client.send(put()).await.unwrap();
    }
    assert_eq!(started.elapsed().as_millis(), 1000);
    client.send(get()).await.unwrap();
    assert_eq!(started.elapsed().as_millis(), 1000);
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_the_pace_is_told_while_it_waits() {
    let server = Server::start(|_| {
        Answer::json(200, json!({})).with("x-ms-ratelimit-remaining-subscription-writes", "0")
    })
    .await;
    let client = client(&server);
    client.send(put()).await.unwrap();
    assert_eq!(client.held(), []);
    let sending = futures_util::future::join_all((0..30).map(|_| client.send(put())));
    let (sent, held) = tokio::join!(sending, async {
        sleep(Duration::from_millis(1450)).await;
        client.held()
    });
    assert!(sent.iter().all(Result::is_ok));
    let [held] = held[..] else {
        panic!("{held:?}");
    };
    // The last leaves after 3 s; who waits less than a second is not worth telling, and some have left.
    assert_eq!(held.why.to_string(), "Azure's limit of writes");
    assert_eq!((held.requests, held.longest.as_millis()), (16, 1550));
    assert_eq!(client.held(), []);
}

/// When a second request was answered that was begun after the first one had been refused for 9 s.
async fn second_after_a_refusal(refusal: Answer) -> Duration {
    let server = scripted([
        refusal.with("retry-after", "9"),
        Answer::json(200, json!({})),
    ])
    .await;
    let refused = Arc::new(tokio::sync::Notify::new());
    let mut options = options(&server);
    options.trace = {
        let refused = refused.clone();
        Some(Arc::new(move |trace: &Trace| {
            if trace.status == Some(429) {
                refused.notify_one()
            }
        }))
    };
    let client = Client::new(options);
    let started = Instant::now();
    let (first, second) = tokio::join!(client.send(put()), async {
        refused.notified().await;
        client.send(put()).await.map(|_| started.elapsed())
    });
    first.unwrap();
    assert_eq!(server.seen().len(), 3);
    second.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_refusal_by_arm_itself_holds_back_the_whole_lane() {
    let gateway = error(429, "Whatever").with("x-ms-failure-cause", "gateway");
    assert!(second_after_a_refusal(gateway).await >= Duration::from_secs(9));
    assert!(
        second_after_a_refusal(error(429, "SubscriptionRequestsThrottled")).await
            >= Duration::from_secs(9)
    );
}

#[tokio::test(start_paused = true)]
async fn a_refusal_for_longer_than_anybody_waits_ends_every_request_at_once() {
    let server =
        Server::start(|_| error(429, "SubscriptionRequestsThrottled").with("retry-after", "3600"))
            .await;
    let client = client(&server);
    let started = Instant::now();
    for _ in 0..2 {
        let fault = client.send(put()).await.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Throttled);
    }
    assert!(started.elapsed() < Duration::from_secs(9));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_about_one_machine_holds_back_nobody_else() {
    assert!(
        second_after_a_refusal(error(429, "OperationNotAllowed")).await < Duration::from_secs(9)
    );
}

#[tokio::test(start_paused = true)]
async fn no_more_requests_are_in_flight_than_allowed() {
    let server = Server::start(|_| Answer::Silence).await;
    let mut options = options(&server);
    options.max_requests_at_once = 2;
    let stop = options.stop.clone();
    let client = Client::new(options);
    let sending = futures_util::future::join_all((0..5).map(|_| client.send(get())));
    let (sent, ()) = tokio::join!(sending, async {
        server.asked(2).await;
        stop.raise_at_once();
    });
    assert!(sent.iter().all(|sent| {
        sent.as_ref()
            .is_err_and(|fault| fault.kind == FaultKind::Interrupted)
    }));
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_budget_stops_a_run_that_only_repeats() {
    let server = Server::start(|_| Answer::empty(503).with("retry-after", "0")).await;
    let client = client(&server);
    let mut exhausted = None;
    for _ in 0..60 {
        let fault = client.send(get()).await.unwrap_err();
        if fault.help.as_deref()
            == Some("this run has repeated too many requests already: run again later")
        {
            exhausted = Some(client.counts().retries);
            break;
        }
    }
    assert_eq!(exhausted, Some(200));
}
