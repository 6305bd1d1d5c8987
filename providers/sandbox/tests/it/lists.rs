//! Lists of subscriptions and groups: their pages, and what their rows leave out.

use serde_json::{Value, json};
use vmlogin_sandbox::seed::{ArcMachine, Extension, Machine, ManagedIdentity, Seed};

use crate::stage::{SUB, Stage, group_id, seed};

fn machine(n: usize) -> Machine {
    Machine {
        name: format!("web{n:03}"),
        extensions: vec![Extension {
            name: "AADLogin".to_owned(),
            publisher: "Microsoft.Azure.ActiveDirectory".to_owned(),
            kind: "AADLoginForWindows".to_owned(),
            ..Extension::default()
        }],
        ..Machine::default()
    }
}

/// Five of each.
fn five() -> Seed {
    let mut seed = seed();
    let group = &mut seed.tenants[0].subscriptions[0].resource_groups[0];
    group.machines = (1..=5).map(machine).collect();
    group.arc_machines = (1..=5)
        .map(|n| ArcMachine {
            machine: machine(n),
            ..ArcMachine::default()
        })
        .collect();
    group.managed_identities = (1..=5)
        .map(|n| ManagedIdentity {
            name: format!("id{n}"),
            ..ManagedIdentity::default()
        })
        .collect();
    seed
}

/// All rows of a list, by its links, and how many each page had.
async fn pages(stage: &Stage, path: &str) -> (Vec<Value>, Vec<usize>) {
    let (mut rows, mut sizes) = (Vec::new(), Vec::new());
    let mut next = path.to_owned();
    loop {
        let got = stage.get(&next).await;
        assert_eq!(got.status, 200, "{}", got.body);
        sizes.push(got.rows().len());
        rows.extend_from_slice(got.rows());
        match got.body["nextLink"].as_str() {
            None => return (rows, sizes),
            Some(link) => {
                assert!(link.starts_with(stage.sandbox.url()), "{link}");
                next = link.to_owned();
            }
        }
    }
}

fn of_subscription(what: &str) -> String {
    format!("/subscriptions/{SUB}/providers/{what}")
}

#[tokio::test]
async fn every_list_comes_in_pages_and_may_have_an_empty_one() {
    let mut seed = five();
    seed.behaviour.page_rows = Some(2);
    seed.behaviour.empty_pages = true;
    let stage = Stage::new(seed).await;
    for (what, in_group) in [
        ("Microsoft.Compute/virtualMachines", true),
        ("Microsoft.HybridCompute/machines", true),
        ("Microsoft.Network/networkInterfaces", true),
        ("Microsoft.ManagedIdentity/userAssignedIdentities", true),
    ] {
        let (rows, sizes) = pages(&stage, &of_subscription(what)).await;
        assert_eq!(
            (rows.len(), sizes.as_slice()),
            (5, [2, 2, 0, 1].as_slice()),
            "{what}"
        );
        if in_group {
            let (rows, _) = pages(&stage, &format!("{}/providers/{what}", group_id())).await;
            assert_eq!(rows.len(), 5, "{what}");
        }
    }
    let (networks, _) = pages(
        &stage,
        &of_subscription("Microsoft.Network/virtualNetworks"),
    )
    .await;
    assert_eq!(networks.len(), 1);
    let groups = format!("/subscriptions/{SUB}/resourcegroups");
    assert_eq!(pages(&stage, &groups).await.1, [1]);
}

#[tokio::test]
async fn a_row_of_machines_has_the_ids_of_extensions_and_the_group_in_capitals() {
    let stage = Stage::new(five()).await;
    let (rows, _) = pages(
        &stage,
        &of_subscription("Microsoft.Compute/virtualMachines"),
    )
    .await;
    let id = format!(
        "/subscriptions/{SUB}/resourceGroups/RG-WEB/providers/Microsoft.Compute/virtualMachines/web001"
    );
    assert_eq!(rows[0]["id"], json!(id));
    assert_eq!(
        rows[0]["resources"],
        json!([{"id": format!("{id}/extensions/AADLogin")}])
    );
    assert_eq!(rows[0]["properties"].get("instanceView"), None);
}

#[tokio::test]
async fn a_row_of_arc_machines_has_no_extensions() {
    let stage = Stage::new(five()).await;
    let (rows, _) = pages(&stage, &of_subscription("Microsoft.HybridCompute/machines")).await;
    assert!(rows.iter().all(|row| row.get("resources").is_none()));
    assert_eq!(rows[0]["properties"]["status"], "Connected");
}

#[tokio::test]
async fn a_list_of_status_tells_power_and_agent_but_no_extension() {
    let stage = Stage::new(five()).await;
    let path = of_subscription("Microsoft.Compute/virtualMachines?statusOnly=true");
    let (rows, _) = pages(&stage, &path).await;
    let view = &rows[0]["properties"]["instanceView"];
    assert_eq!(view["statuses"][1]["code"], "PowerState/running");
    assert_eq!(view["vmAgent"]["statuses"][0]["displayStatus"], "Ready");
    assert_eq!(
        (
            view.get("extensions"),
            view["vmAgent"].get("extensionHandlers")
        ),
        (None, None)
    );
}

#[tokio::test]
async fn instance_views_are_not_listed() {
    let stage = Stage::new(five()).await;
    for scope in [format!("/subscriptions/{SUB}"), group_id()] {
        let path =
            format!("{scope}/providers/Microsoft.Compute/virtualMachines?$expand=instanceView");
        let got = stage.get(&path).await;
        assert_eq!((got.status, got.code()), (400, "InvalidParameter"));
    }
}
