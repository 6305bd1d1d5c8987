//! Azure's limits, as `sandbox serve --limits arm` has them: what is refused for now is asked again when the answer says so, and
//! done once.

use std::collections::BTreeMap;
use std::process::Stdio;

use serde_json::Value as Json;

use crate::estate::{HEAD, SEED};
use crate::neighbour::Neighbour;
use crate::stage::{Server, Stage};

/// Groups to be made, all at once.
const GROUPS: usize = 30;

/// What the neighbour writes: it counts, and is refused for what it says.
const NOTHING: &str = "PUT /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/other?api-version=2024-03-01";

fn groups() -> String {
    let group = |n| format!("resource-group rg-{n:02} location=westeurope\n");
    format!("{HEAD}{}", (0..GROUPS).map(group).collect::<String>())
}

/// What was written of the estate, in order: the URL and the row.
fn writes(stage: &Stage) -> Vec<(String, Json)> {
    let text = std::fs::read_to_string(stage.path("log.ndjson")).expect("a log");
    // The last line may be only begun.
    let rows = text
        .lines()
        .filter_map(|line| serde_json::from_str::<Json>(line).ok());
    rows.filter(|row| row["method"] == "PUT")
        .map(|row| (row["url"].as_str().expect("a URL").to_owned(), row))
        .filter(|(url, _)| url.contains("/rg-"))
        .collect()
}

fn is_refused(row: &Json) -> bool {
    row["status"] == 429
}

#[test]
fn what_azure_refuses_for_now_is_written_later_and_once() {
    let stage = Stage::new(&groups(), SEED);
    let serve = "--seed sandbox.kdl --limits arm --log log.ndjson";
    let server = Server::start(&stage, &serve.split(' ').collect::<Vec<_>>());
    let sandbox = format!("--sandbox={}", server.url);
    let neighbour = Neighbour::of(&server);
    while neighbour.ask(NOTHING, "{}").0 != 429 {}

    // From here on the neighbour takes whatever comes back, until a write of the run has been refused.
    let apply = ["apply", "--yes", "--json", "--parallelism", "64", &sandbox];
    let mut child = stage
        .command(&apply)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    while !writes(&stage).iter().any(|(_, row)| is_refused(row)) {
        assert!(child.try_wait().expect("a child").is_none(), "it ended");
        neighbour.ask(NOTHING, "{}");
    }
    let output = child.wait_with_output().expect("it ends");
    let events = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(output.status.code(), Some(0), "{events}");

    let writes = writes(&stage);
    let mut made: BTreeMap<&str, usize> = BTreeMap::new();
    for (url, row) in &writes {
        let waits = &row["response_headers"]["retry-after"];
        assert!(!is_refused(row) || waits.is_string(), "{row}");
        *made.entry(url).or_default() += usize::from(!is_refused(row));
    }
    assert_eq!(made.len(), GROUPS);
    assert!(made.values().all(|times| *times == 1), "{made:?}");
    let plan = ["plan", "--detailed-exitcode", &sandbox];
    stage.run(&plan).expect(0);

    let held: Vec<Json> = events
        .lines()
        .map(|line| serde_json::from_str(line).expect("an event"))
        .filter(|event: &Json| event["event"] == "held")
        .collect();
    assert!(
        held.iter().any(|event| event["requests"] != 0),
        "it never said that it waits: {events}"
    );
    assert!(
        held.iter()
            .all(|event| event["why"].is_string() && event["seconds"].is_number()),
        "{held:?}"
    );
}
