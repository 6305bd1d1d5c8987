//! Reading in bulk: how many requests a plan takes, that it is the same plan, and that nothing is written on a list's word alone.

use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::conformance::{Specs, operations_used, wrong_but_for_last_pages};
use crate::estate::HEAD;
use crate::stage::{Screen, Server, Stage};

/// Sixty machines with a login in three groups, before anything is granted. `behaviour` stands at the top.
fn seed(behaviour: &str) -> String {
    let login = "extension AADLoginForWindows publisher=Microsoft.Azure.ActiveDirectory type=AADLoginForWindows version=\"1.0\"";
    let mut groups = String::new();
    for group in 1..=3 {
        let (first, last) = (group * 20 - 19, group * 20);
        let _ = writeln!(
            groups,
            "        resource-group rg-{group} location=westeurope {{
            virtual-network vnet-{group} {{ address-space \"10.{group}.0.0/16\"; subnet servers prefix=\"10.{group}.1.0/24\" }}
            vm \"web##\" os=windows numbers=\"{first}-{last}\" {{
                os-name \"Windows Server 2025 Datacenter\"
                os-version \"10.0.26100.1742\"
                identity system-assigned
                {login}
                nic \"web##-nic\" subnet=\"vnet-{group}/servers\"
            }}
        }}"
        );
    }
    format!(
        "/- kdl-version 2
{behaviour}
tenant \"11111111-1111-4111-8111-111111111111\" name=contoso domain=\"contoso.com\" {{
    user \"kim@contoso.com\" id=\"aaaaaaaa-0000-4000-8000-000000000001\" name=\"Kim Rossi\"
    subscription \"22222222-2222-4222-8222-222222222222\" name=core {{
{groups}    }}
}}
"
    )
}

/// The same machines as a manifest: `of` says what is written in the node of each.
fn manifest(of: impl Fn(usize) -> String) -> String {
    let mut text = HEAD.to_owned();
    for group in 1..=3 {
        let _ = writeln!(text, "resource-group rg-{group} {{");
        let _ = writeln!(text, "    grant user (user)\"kim@contoso.com\"");
        for machine in group * 20 - 19..=group * 20 {
            let _ = writeln!(text, "    vm web{machine:02} {{ {} }}", of(machine));
        }
        text.push_str("}\n");
    }
    text
}

fn converged(_: usize) -> String {
    "identity system-assigned; login".to_owned()
}

/// A world with a manifest, and a server that logs what it is asked.
struct World {
    stage: Stage,
    server: Server,
}

impl World {
    fn new(behaviour: &str, manifest: &str) -> World {
        let stage = Stage::new(manifest, &seed(behaviour));
        let server = Server::start(&stage, &["--seed", "sandbox.kdl", "--log", "log.ndjson"]);
        World { stage, server }
    }

    fn run(&self, arguments: &[&str]) -> Screen {
        let sandbox = format!("--sandbox={}", self.server.url);
        let mut all = arguments.to_vec();
        all.push(&sandbox);
        self.stage.run(&all)
    }

    /// A plan as JSON, and the requests that it took.
    fn plan(&self, flags: &[&str]) -> (Json, Vec<String>) {
        let before = self.log().len();
        let mut all = vec!["plan", "--format", "json"];
        all.extend(flags);
        let screen = self.run(&all).expect(0);
        let plan = serde_json::from_str(&screen.stdout).expect("a plan");
        (plan, self.log().split_off(before))
    }

    /// The requests so far, `GET /path`, without those for tokens.
    fn log(&self) -> Vec<String> {
        let log = std::fs::read_to_string(self.stage.path("log.ndjson")).expect("a log");
        let rows = log
            .lines()
            .map(|line| serde_json::from_str(line).expect("a row"));
        let lines = rows.map(|row: Json| {
            let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
            format!("{} {}", text("method"), text("url"))
        });
        lines
            .filter(|line| !line.contains("/oauth2/") && !line.contains("/discovery/"))
            .collect()
    }
}

fn of_machines(requests: &[String]) -> usize {
    let direct = requests.iter().filter(|line| {
        line.split_once("/virtualMachines/")
            .is_some_and(|(_, rest)| !rest.contains("/extensions"))
    });
    direct.count()
}

#[test]
fn the_requests_of_a_plan_do_not_grow_with_its_machines() {
    let world = World::new("", &manifest(converged));
    world.run(&["apply", "--yes"]).expect(0);
    let (bulk, requests) = world.plan(&[]);
    assert!(requests.len() <= 20, "{}: {requests:#?}", requests.len());
    assert_eq!(of_machines(&requests), 0, "{requests:#?}");
    let (direct, requests) = world.plan(&["--reads", "direct"]);
    assert!(requests.len() > 120, "{}", requests.len());
    assert_eq!(of_machines(&requests), 60);
    assert_eq!(bulk, direct);
}

#[test]
fn a_plan_with_changes_is_the_same_however_it_was_read() {
    let manifest = manifest(|machine| match machine % 6 {
        // A version that only the agent can tell whether it runs, a tag, a setting, nothing at all.
        0 => "identity system-assigned; login version=\"1.5\"".to_owned(),
        1 => "identity system-assigned; login; tags tier=web".to_owned(),
        2 => "identity system-assigned; login mdm-id=intune".to_owned(),
        3 => "grant admin (user)\"kim@contoso.com\"".to_owned(),
        _ => converged(machine),
    });
    let world = World::new("lists rows=7 empty-pages=#true", &manifest);
    let (direct, _) = world.plan(&["--reads", "direct"]);
    for flags in [&["--reads", "bulk"][..], &[], &["--fresh"]] {
        let (plan, _) = world.plan(flags);
        assert_eq!(plan, direct, "{flags:?}");
    }
}

#[test]
fn what_is_to_be_written_is_read_by_itself_first() {
    let manifest = manifest(|machine| match machine {
        7 => "identity system-assigned; login; tags tier=web".to_owned(),
        _ => converged(machine),
    });
    let world = World::new("", &manifest);
    let (_, requests) = world.plan(&[]);
    assert_eq!(of_machines(&requests), 1, "{requests:#?}");
    assert!(
        requests
            .iter()
            .any(|line| line.contains("/virtualMachines/web07?")),
        "{requests:#?}"
    );
}

#[test]
fn a_sweep_that_lags_behind_is_not_believed_of_what_it_lacks() {
    let bare = seed("resource-graph lag=100000").replace(
        "extension AADLoginForWindows",
        "/- extension AADLoginForWindows",
    );
    let stage = Stage::new(&manifest(converged), &bare);
    let server = Server::start(&stage, &["--seed", "sandbox.kdl", "--log", "log.ndjson"]);
    let world = World { stage, server };
    world.run(&["apply", "--yes"]).expect(0);
    // Resource Graph knows of none of the extensions yet; the machines themselves do.
    world.run(&["plan", "--detailed-exitcode"]).expect(0);
}

#[test]
fn without_resource_graph_each_machine_is_read_by_itself_and_that_is_said() {
    let world = World::new("", &manifest(converged));
    world.run(&["apply", "--yes"]).expect(0);
    let (fresh, requests) = world.plan(&["--fresh"]);
    assert!(
        !requests.iter().any(|line| line.contains("ResourceGraph")),
        "{requests:#?}"
    );
    assert_eq!(of_machines(&requests), 60);

    let denied = "fault method=POST path=\"*Microsoft.ResourceGraph*\" status=403 code=AuthorizationFailed times=99";
    let world = World::new(denied, &manifest(converged));
    world.run(&["apply", "--yes"]).expect(0);
    let screen = world.run(&["plan", "--format", "json"]).expect(0);
    assert!(
        screen
            .stderr
            .contains("could not read extensions from Resource Graph"),
        "{screen}"
    );
    assert!(
        screen
            .stderr
            .contains("each thing is read by itself instead"),
        "{screen}"
    );
    let refused: Json = serde_json::from_str(&screen.stdout).expect("a plan");
    assert_eq!(refused["steps"], fresh["steps"]);
}

#[test]
fn requests_can_be_slowed_down_and_words_are_checked() {
    let world = World::new("", &manifest(converged));
    world.run(&["plan", "--max-rps", "1000"]).expect(0);
    let screen = world.run(&["plan", "--max-rps", "0"]).expect(64);
    assert!(
        screen.says("a whole number of requests a second"),
        "{screen}"
    );
    let screen = world.run(&["plan", "--reads", "some"]).expect(64);
    assert!(screen.says("bulk"), "{screen}");
}

#[test]
fn every_request_of_bulk_reads_fits_microsofts_openapi_files() {
    let Some(folder) = Specs::find() else { return };
    let specs = Specs::load(&folder);
    let world = World::new("lists rows=25", &manifest(converged));
    world.run(&["plan", "--reads", "bulk"]).expect(0);
    let log = std::fs::read_to_string(world.stage.path("log.ndjson")).expect("a log");
    let wrong = wrong_but_for_last_pages(&log, &specs);
    assert_eq!(wrong, Vec::<String>::new());
    let used = operations_used(&log, &specs);
    for operation in [
        "NetworkInterfaces_ListAll",
        "ResourceGroups_List",
        "Resources",
        "VirtualMachines_ListAll",
        "VirtualNetworks_ListAll",
    ] {
        assert!(used.contains_key(operation), "{operation}: {used:#?}");
    }
}
