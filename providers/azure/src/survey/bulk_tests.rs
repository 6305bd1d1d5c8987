use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::Inventory;
use vmlogin_engine::kind::Key;
use vmlogin_engine::plan::Mode;
use vmlogin_engine::provider::{Fault, FaultKind, Provider};
use vmlogin_engine::value::Value;

use super::manner::Reads;
use crate::kinds::scenes;
use crate::provider::rehearsal::{self, Part};
use crate::testing::{Answer, Server};

const ALL: &str = "GET /subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.Compute/virtualMachines?api-version=2024-07-01";
const MORE: &str = "GET /subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.Compute/virtualMachines?page=2";
const STATES: &str = "GET /subscriptions/22222222-2222-4222-8222-222222222222/providers/Microsoft.Compute/virtualMachines?api-version=2024-07-01&statusOnly=true";
const SWEEP: &str = "POST /providers/Microsoft.ResourceGraph/resources?";
const MACHINE: &str = "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/web01?";

/// The machine as the list shows it: its group in capitals, its extensions as ids, nothing of how it runs.
fn row() -> Json {
    let mut body = scenes::machine_body(&scenes::machine_id());
    let upper = |id: &Json| json!(id.as_str().unwrap().replace("rg-web", "RG-WEB"));
    body["id"] = upper(&body["id"]);
    body["resources"][0] = json!({"id": upper(&body["resources"][0]["id"])});
    body["properties"]
        .as_object_mut()
        .unwrap()
        .remove("instanceView");
    body
}

/// The same as `statusOnly` shows it.
fn state() -> Json {
    let body = scenes::machine_body(&scenes::machine_id());
    let view = &body["properties"]["instanceView"];
    json!({"id": row()["id"], "location": "westeurope", "properties": {"instanceView": {
        "statuses": view["statuses"], "vmAgent": view["vmAgent"],
        // Never to be taken for how the extension fares.
        "extensions": [{"name": "AADLoginForWindows", "statuses": [{"code": "ProvisioningState/failed/1", "level": "Error"}]}],
    }}})
}

/// Its extension as Resource Graph shows it: all of its id in lower case.
fn swept() -> Json {
    let body = scenes::machine_body(&scenes::machine_id());
    let extension = &body["resources"][0];
    let id = extension["id"].as_str().unwrap().to_lowercase();
    json!({"id": id, "tags": null, "properties": extension["properties"]})
}

fn rows(rows: &[Json]) -> Json {
    json!({"value": rows})
}

fn data(rows: &[Json]) -> Json {
    json!({"totalRecords": rows.len(), "count": rows.len(), "resultTruncated": "false", "data": rows, "facets": []})
}

fn parts(list: Json, states: Json, sweep: (u16, Json)) -> Vec<Part> {
    vec![
        (STATES, 200, states),
        (ALL, 200, list),
        (SWEEP, sweep.0, sweep.1),
    ]
}

/// Surveys the estate of the scenes by lists; with the requests in alphabetical order.
async fn survey(parts: Vec<Part>) -> (Inventory, Vec<String>, Vec<String>) {
    let server = rehearsal::server(parts).await;
    let azure = rehearsal::azure(&server).with_reads(Reads::Bulk, false);
    let inventory = azure.survey(&scenes::manifest(), Mode::Apply).await;
    let mut lines = server.lines();
    lines.sort();
    let refusals = azure.reading().refusals().into_iter().collect();
    (inventory.unwrap(), lines, refusals)
}

fn asks(lines: &[String], begin: &str) -> bool {
    lines.iter().any(|line| line.starts_with(begin))
}

fn machine(inventory: &Inventory) -> &vmlogin_engine::inventory::Live {
    let key = Key(scenes::machine_id().key().to_owned());
    inventory.get("vm", &key).expect("the machine")
}

#[tokio::test]
async fn lists_and_the_sweep_tell_of_a_machine_what_its_own_reading_tells_but_for_its_agents_words()
{
    let lists = parts(rows(&[row()]), rows(&[state()]), (200, data(&[swept()])));
    let (bulk, lines, _) = survey(lists).await;
    assert!(!asks(&lines, MACHINE), "{lines:#?}");
    assert!(bulk.secondhand.contains(&machine(&bulk).address));
    let server = rehearsal::server(Vec::new()).await;
    let direct = rehearsal::azure(&server);
    let direct = direct.survey(&scenes::manifest(), Mode::Apply).await;
    let mut direct = direct.unwrap();
    assert!(direct.secondhand.is_empty());
    for live in direct.live.values_mut() {
        // What only the agent tells: see `leaves_nothing_open`.
        for fact in ["os-name", "running-version"] {
            live.facts.remove(fact);
        }
        if live.kind == "login" {
            live.attributes
                .insert("version".to_owned(), Value::Text("1.0".to_owned()));
        }
    }
    assert_eq!(bulk.live, direct.live);
}

#[tokio::test]
async fn pages_may_be_empty_and_links_are_followed() {
    let next = format!("/{}", MORE.trim_start_matches("GET /"));
    // A relative link is one to the same host.
    let first = json!({"value": [], "nextLink": next});
    let mut lists = parts(first, rows(&[state()]), (200, data(&[swept()])));
    lists.push((MORE, 200, rows(&[row()])));
    let (inventory, lines, _) = survey(lists).await;
    assert!(asks(&lines, MORE) && !asks(&lines, MACHINE), "{lines:#?}");
    machine(&inventory);
}

#[tokio::test]
async fn a_sweep_that_lacks_an_extension_or_has_one_too_many_is_not_believed() {
    let mut other = swept();
    other["id"] = json!(
        other["id"]
            .as_str()
            .unwrap()
            .replace("aadloginforwindows", "another")
    );
    for late in [data(&[]), data(&[other.clone()]), data(&[swept(), other])] {
        let lists = parts(rows(&[row()]), rows(&[state()]), (200, late));
        let (inventory, lines, _) = survey(lists).await;
        assert!(asks(&lines, MACHINE), "{lines:#?}");
        assert!(!inventory.secondhand.contains(&machine(&inventory).address));
        assert_eq!(inventory.of_kind("login").count(), 1);
    }
}

#[tokio::test]
async fn what_is_not_as_declared_is_looked_at_itself() {
    let mut failed = swept();
    failed["properties"]["provisioningState"] = json!("Failed");
    let mut bare = row();
    bare.as_object_mut().unwrap().remove("identity");
    let mut busy = row();
    busy["properties"]["provisioningState"] = json!("Updating");
    for (row, extension) in [(row(), failed), (bare, swept()), (busy, swept())] {
        let lists = parts(rows(&[row]), rows(&[state()]), (200, data(&[extension])));
        let (_, lines, _) = survey(lists).await;
        assert!(asks(&lines, MACHINE), "{lines:#?}");
    }
}

#[tokio::test]
async fn a_machine_that_a_list_misses_is_looked_for() {
    let lists = parts(rows(&[]), rows(&[]), (200, data(&[])));
    let (inventory, lines, _) = survey(lists).await;
    assert!(asks(&lines, MACHINE), "{lines:#?}");
    machine(&inventory);
    // One whose state is missing too: what runs is not known.
    let lists = parts(rows(&[row()]), rows(&[]), (200, data(&[swept()])));
    let (_, lines, _) = survey(lists).await;
    assert!(asks(&lines, MACHINE), "{lines:#?}");
}

/// The scenes' estate with so many more groups, of which the list of groups tells nothing, surveyed by lists; with how many of them
/// were looked for one by one.
async fn with_groups(many: usize, answers: Vec<Part>) -> (Result<Inventory, Fault>, usize) {
    const GROUPS: &str = "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourcegroups?";
    const GROUP: &str =
        "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-new";
    let mut manifest = scenes::manifest();
    let group = manifest.of_kind("resource-group").next().cloned();
    for at in 0..many {
        let mut group = group.clone().expect("a group");
        group.name = format!("rg-new{at:03}");
        group.address = Address::new("resource-group", ["core", &group.name]);
        manifest.resources.insert(group);
    }
    let list =
        rows(&[json!({"id": scenes::machine_id().scope().to_string(), "location": "westeurope"})]);
    let lists = parts(rows(&[row()]), rows(&[state()]), (200, data(&[swept()])));
    let parts = answers
        .into_iter()
        .chain(lists)
        .chain([(GROUPS, 200, list)]);
    let server = rehearsal::server(parts.collect()).await;
    let azure = rehearsal::azure(&server).with_reads(Reads::Bulk, false);
    let surveyed = azure.survey(&manifest, Mode::Apply).await;
    let lines = server.lines();
    let looks: BTreeSet<&String> = lines.iter().filter(|it| it.starts_with(GROUP)).collect();
    (surveyed, looks.len())
}

#[tokio::test]
async fn of_many_that_it_misses_a_list_is_believed_where_some_looks_agree() {
    assert_eq!(with_groups(100, Vec::new()).await.1, 100);
    let (surveyed, looks) = with_groups(101, Vec::new()).await;
    assert_eq!(surveyed.unwrap().of_kind("resource-group").count(), 1);
    assert!((10..20).contains(&looks), "{looks}");
}

#[tokio::test]
async fn a_list_that_leaves_out_what_may_not_be_read_is_not_believed() {
    let denied = json!({"error": {"code": "AuthorizationFailed", "message": "no"}});
    let hidden = "GET /subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-new";
    let (surveyed, _) = with_groups(101, vec![(hidden, 403, denied)]).await;
    assert_eq!(surveyed.unwrap_err().kind, FaultKind::Permission);
}

#[tokio::test]
async fn a_sweep_that_is_refused_or_cut_short_leaves_each_machine_to_itself_and_says_so() {
    let refused = json!({"error": {"code": "AuthorizationFailed", "message": "no"}});
    let mut cut = data(&[]);
    cut["resultTruncated"] = json!("true");
    let mut circle = data(&[swept()]);
    circle["$skipToken"] = json!("again");
    for (sweep, why) in [
        ((403, refused), "AuthorizationFailed: no"),
        (
            (200, cut),
            "it cut its answer short and does not tell how to go on",
        ),
        ((200, circle), "its pages go in a circle"),
    ] {
        let (inventory, lines, refusals) =
            survey(parts(rows(&[row()]), rows(&[state()]), sweep)).await;
        assert!(asks(&lines, MACHINE), "{lines:#?}");
        machine(&inventory);
        let said = format!("could not read extensions from Resource Graph: {why}");
        assert!(refusals.contains(&said), "{refusals:#?}");
    }
}

/// The sweep of one extension, whose page goes on with this token.
fn going_on(token: &str) -> Answer {
    let mut page = data(&[swept()]);
    page["$skipToken"] = json!(token);
    Answer::json(200, page)
}

#[tokio::test]
async fn a_sweep_that_comes_back_to_an_earlier_page_ends() {
    let server = Server::start(|seen| match seen.body.contains("one") {
        true => going_on("two"),
        false => going_on("one"),
    })
    .await;
    let client = rehearsal::client(&server);
    let nothing = BTreeSet::new();
    let swept = super::sweep::all(&client, &nothing, super::sweep::OF_VMS, &nothing).await;
    let why = swept.unwrap_err().message;
    assert_eq!(why, "its pages go in a circle");
    assert_eq!(server.lines().len(), 3);
}

#[tokio::test]
async fn an_extension_on_two_pages_is_one() {
    let server = Server::start(|seen| match seen.before {
        0 => going_on("one"),
        _ => Answer::json(200, data(&[swept()])),
    })
    .await;
    let client = rehearsal::client(&server);
    let machine = scenes::machine_id().key().to_owned();
    let (nothing, machines) = (BTreeSet::new(), BTreeSet::from([machine]));
    let swept = super::sweep::all(&client, &nothing, super::sweep::OF_VMS, &machines).await;
    let extensions: usize = swept.unwrap().values().map(Vec::len).sum();
    assert_eq!(extensions, 1);
}

#[tokio::test]
async fn what_was_asked_to_be_read_by_itself_is() {
    let lists = parts(rows(&[row()]), rows(&[state()]), (200, data(&[swept()])));
    let server = rehearsal::server(lists).await;
    let azure = rehearsal::azure(&server).with_reads(Reads::Bulk, false);
    let (manifest, _) = scenes::estate();
    let machine = manifest.of_kind("vm").next().expect("a machine");
    let azure = azure.reading_firsthand([machine.address.clone()].into());
    let inventory = azure.survey(&manifest, Mode::Apply).await.unwrap();
    assert!(!inventory.secondhand.contains(&machine.address));
    assert!(asks(&server.lines(), MACHINE));
}

#[tokio::test]
async fn without_the_sweep_machines_are_read_one_by_one() {
    let server = rehearsal::server(Vec::new()).await;
    let azure = rehearsal::azure(&server).with_reads(Reads::Bulk, true);
    azure
        .survey(&scenes::manifest(), Mode::Apply)
        .await
        .unwrap();
    let lines = server.lines();
    assert!(
        asks(&lines, MACHINE) && !asks(&lines, SWEEP) && !asks(&lines, ALL),
        "{lines:#?}"
    );
}

#[tokio::test]
async fn one_list_of_a_subscription_names_the_neighbours_in_all_its_groups() {
    let other = |group: &str, name: &str| {
        let id = scenes::machine_id().to_string();
        let id = id.replace("rg-web", group).replace("web01", name);
        json!({"id": id, "name": name})
    };
    let names = rows(&[other("RG-WEB", "web1"), other("rg-db", "db1")]);
    let gone = json!({"error": {"code": "ResourceNotFound", "message": "gone"}});
    let mut lists = parts(names, rows(&[]), (200, data(&[])));
    lists.push((MACHINE, 404, gone));
    let (inventory, lines, _) = survey(lists).await;
    let group = inventory.of_kind("resource-group").next().unwrap();
    let web1 = Value::List(vec!["web1".into()]);
    assert_eq!(group.facts["machines"], web1, "{lines:#?}");
}
