//! Every scripted fault at every request of the quickstart: running again finishes, with nothing doubled and nothing lost.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::stage::{Server, Stage, repository};

/// A look that is refused: nothing is known of what it asked.
const REFUSED: &str = "status=403 code=AuthorizationFailed message=\"not you\"";

/// What can go wrong with a write: it is refused, comes too soon or too late, its answer is lost, what was accepted fails later.
const AT_WRITES: [&str; 8] = [
    REFUSED,
    "status=400 code=BadRequest message=\"no\"",
    "status=409 code=Conflict message=\"not now\"",
    "status=412 code=PreconditionFailed message=\"it changed\"",
    "status=429 code=TooManyRequests message=\"slow down\" retry-after=0",
    "status=503 code=ServerTimeout message=\"later\" retry-after=0",
    "status=500 code=InternalServerError message=\"it happened all the same\" effect=#true retry-after=0",
    "status=409 code=OperationFailed message=\"no room\" async=#true",
];

/// How often one is run before it counts as stuck: with the fault, for what it left behind, and for what had to wait until the
/// machine's agent reports.
const RUNS: usize = 4;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Look,
    /// A look at an operation.
    Poll,
    Write,
}

impl Sort {
    /// What a row of the log asked.
    fn of(row: &Json) -> Sort {
        let url = row["url"].as_str().expect("a URL");
        match row["method"].as_str() {
            Some("PUT") => Sort::Write,
            _ if url.contains("/operations/") => Sort::Poll,
            _ => Sort::Look,
        }
    }
}

struct Quickstart {
    manifest: String,
    seed: String,
}

impl Quickstart {
    fn read() -> Quickstart {
        let read = |name: &str| {
            let path = repository().join("examples/01-quickstart").join(name);
            std::fs::read_to_string(path).expect("the example")
        };
        Quickstart {
            manifest: read("estate.kdl"),
            seed: read("sandbox.kdl"),
        }
    }

    /// The requests of a run in which nothing goes wrong, in order, and what it leaves.
    fn clean(&self) -> (Vec<Sort>, BTreeSet<String>) {
        let stage = Stage::new(&self.manifest, &self.seed);
        let server = Server::start(&stage, &["--seed", "sandbox.kdl", "--log", "log.ndjson"]);
        let sandbox = format!("--sandbox={}", server.url);
        stage
            .run(&["apply", "--yes", "--verify", "none", &sandbox])
            .expect(0);
        drop(server);
        let log = std::fs::read_to_string(stage.path("log.ndjson")).expect("a log");
        let rows = log
            .lines()
            .map(|row| serde_json::from_str::<Json>(row).expect("a row"));
        (
            rows.map(|row| Sort::of(&row)).collect(),
            things(&stage.state()),
        )
    }

    /// Runs with a fault at the request behind so many others, until nothing fails; what is left then.
    fn with_fault(&self, after: usize, fault: &str) -> BTreeSet<String> {
        let seed = format!("{}\nfault {fault} after={after} times=1\n", self.seed);
        let stage = Stage::new(&self.manifest, &seed);
        let mut told = Vec::new();
        for _ in 0..RUNS {
            let run = stage.sandbox(&["apply", "--yes", "--verify", "none"]);
            let done = run.code == Some(0) && !run.says("defer");
            told.push(run.to_string());
            if done {
                break;
            }
        }
        let story = || format!("`{fault}` after {after}:\n{}", told.join("\n"));
        let plan = stage.sandbox(&["plan", "--detailed-exitcode"]);
        assert_eq!(plan.code, Some(0), "{}\n{plan}", story());
        let met = stage.state()["faults"][0]["met"].as_u64();
        assert!(met > Some(after as u64), "never met: {}", story());
        things(&stage.state())
    }
}

/// The keys of all that exists, devices included; disks have names that nobody chooses.
fn things(state: &Json) -> BTreeSet<String> {
    let kinds = [
        "groups",
        "machines",
        "extensions",
        "resources",
        "assignments",
    ];
    let keys = kinds.iter().flat_map(|kind| {
        let all = state[kind].as_object().expect("things");
        all.keys().map(move |key| match key.split_once("_osdisk_") {
            Some((disk, _)) => format!("{kind} {disk}"),
            None => format!("{kind} {key}"),
        })
    });
    let tenants = state["tenants"].as_object().expect("tenants");
    let devices = tenants.values().flat_map(|tenant| {
        let devices = tenant["devices"].as_object().expect("devices");
        devices
            .values()
            .map(|device| format!("device {}", device["name"]))
    });
    keys.chain(devices).collect()
}

#[test]
fn every_fault_at_every_write_of_the_quickstart_is_mended_by_running_again() {
    let quickstart = Quickstart::read();
    let (requests, whole) = quickstart.clean();
    let writes = places(&requests, Sort::Write);
    for after in &writes {
        for fault in AT_WRITES {
            let left = quickstart.with_fault(*after, fault);
            assert_eq!(left, whole, "`{fault}` after {after}");
        }
    }
    // Network, subnet, interface, machine with its identity, login, two grants.
    assert_eq!(writes.len() * AT_WRITES.len(), 56);
}

#[test]
fn every_look_of_the_quickstart_that_is_refused_is_mended_by_running_again() {
    let quickstart = Quickstart::read();
    let (requests, whole) = quickstart.clean();
    let looks = places(&requests, Sort::Look);
    // A poll is asked again after seconds: one of them is enough here.
    let polls = places(&requests, Sort::Poll);
    for after in looks.iter().chain(&polls[..1]) {
        let left = quickstart.with_fault(*after, REFUSED);
        assert_eq!(left, whole, "`{REFUSED}` after {after}");
    }
    assert_eq!((looks.len(), polls.len()), (22, 10));
}

/// Where the requests of a sort stand in a run.
fn places(requests: &[Sort], wanted: Sort) -> Vec<usize> {
    let all = requests.iter().enumerate();
    all.filter(|(_, sort)| **sort == wanted)
        .map(|(at, _)| at)
        .collect()
}
