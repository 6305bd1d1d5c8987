use proptest::prelude::*;
use serde_json::{Value as Json, json};
use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::{Health, Inventory, Live};
use vmlogin_engine::kind::{Kind, Scene};
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::plan::{Mode, replace};
use vmlogin_engine::value::{Attributes, SecretSource, Value};

use super::wire::Machine;
use super::{Vm, account};
use crate::arm::ArmId;
use crate::kinds::exchanges::{play, step};
use crate::kinds::login::Host;
use crate::kinds::scenes::{SUBSCRIPTION, declare, estate, machine_body};
use crate::kinds::{AzureKind, Place, Seen, Write, catalogue, vm};
use crate::secrets::{CHANCE, NoChance, Secrets, Wanted};

const VM: &str = "vm:core/rg-web/web01";

fn id() -> ArmId {
    ArmId::of_subscription(SUBSCRIPTION)
        .group("rg-web")
        .resource("Microsoft.Compute/virtualMachines", "web01")
}

fn read(answer: Json) -> Live {
    let place = Place {
        subscription: "core".to_owned(),
        address: Address::new("vm", ["core", "rg-web", "web01"]),
        name: "web01".to_owned(),
        id: id(),
    };
    vm::live(&serde_json::from_value(answer).unwrap(), &place)
}

fn machine(answer: Json) -> Machine {
    serde_json::from_value(answer).unwrap()
}

#[test]
fn tags_and_protection_are_merged() {
    let (mut manifest, inventory) = estate();
    declare(
        &mut manifest,
        VM,
        "tags",
        Value::Map(Attributes::from([("owner".to_owned(), "team web".into())])),
    );
    declare(&mut manifest, VM, "protect", true.into());
    let step = step(&manifest, &inventory, Mode::Apply, VM);
    play(&step, include_str!("testdata/tags.json"));
    play(&step, include_str!("testdata/tags-meanwhile.json"));
    play(&step, include_str!("testdata/tags-claimed.json"));
}

#[test]
fn an_adopted_machine_that_is_as_declared_is_left_alone() {
    let (manifest, inventory) = estate();
    assert!(!step(&manifest, &inventory, Mode::Apply, VM).action.writes());
    assert!(
        !step(&manifest, &inventory, Mode::Destroy, VM)
            .action
            .writes()
    );
}

#[test]
fn a_reading_tells_how_the_machine_is() {
    let live = read(machine_body(&id()));
    let facts: Vec<(&str, String)> = live
        .facts
        .iter()
        .map(|(name, value)| (name.as_ref(), value.to_string()))
        .collect();
    assert_eq!(
        facts,
        [
            ("agent", "\"ready\"".to_owned()),
            ("computer-name", "\"WEB01\"".to_owned()),
            (
                "extensions",
                "{AADLoginForWindows=\"Microsoft.Azure.ActiveDirectory.AADLoginForWindows\"}"
                    .to_owned()
            ),
            ("location", "\"westeurope\"".to_owned()),
            ("os", "\"windows\"".to_owned()),
            ("os-name", "\"Windows Server 2022 Datacenter\"".to_owned()),
            ("other-extensions", "{}".to_owned()),
            ("power", "\"running\"".to_owned()),
            (
                "principal-id",
                "\"66666666-6666-4666-8666-666666666666\"".to_owned()
            ),
            (
                "tenant-id",
                "\"11111111-1111-4111-8111-111111111111\"".to_owned()
            ),
        ]
    );
    assert_eq!(live.health, Health::Good);
    assert_eq!(live.within.len(), 2);
}

#[test]
fn the_key_is_the_same_from_both_sides_whatever_the_spelling() {
    let (manifest, inventory) = estate();
    let live = inventory.of_kind("vm").next().unwrap();
    let upper = ArmId::parse(
        &live
            .id
            .to_uppercase()
            .replace("SUBSCRIPTIONS", "subscriptions"),
    )
    .unwrap();
    assert_eq!(live.key.0, upper.key());
    assert_eq!(
        step(&manifest, &inventory, Mode::Apply, VM).id.as_deref(),
        Some(live.id.as_str())
    );
}

#[test]
fn a_machine_that_says_nothing_of_itself_is_not_called_stopped() {
    let bare = machine(json!({"location": "westeurope"}));
    assert_eq!(
        (bare.power(), bare.agent(), bare.os(), bare.computer_name()),
        (None, "unknown", None, None)
    );
}

#[test]
fn an_agent_is_ready_only_when_it_says_so() {
    let agent = |code: &str| {
        machine(json!({"location": "w", "properties": {"instanceView": {"vmAgent": {"statuses": [{"code": code}]}}}})).agent()
    };
    assert_eq!(agent("ProvisioningState/succeeded"), "ready");
    assert_eq!(agent("ProvisioningState/Unavailable"), "not-ready");
    assert_eq!(agent("provisioningstate/NotReady/21"), "not-ready");
    assert_eq!(agent("ProvisioningState/"), "unknown");
}

#[test]
fn power_is_told_by_its_own_status() {
    let statuses =
        json!([{"code": "ProvisioningState/succeeded"}, {"code": "PowerState/Deallocated"}]);
    let stopped =
        machine(json!({"location": "w", "properties": {"instanceView": {"statuses": statuses}}}));
    assert_eq!(stopped.power().as_deref(), Some("deallocated"));
}

#[test]
fn a_status_message_of_a_hundred_kilobytes_is_cut() {
    let statuses = json!([{"code": "ProvisioningState/failed/1", "level": "Error", "message": "ü".repeat(100_000)}]);
    let failed =
        machine(json!({"location": "w", "properties": {"instanceView": {"statuses": statuses}}}));
    assert_eq!(failed.failure().unwrap().chars().count(), 2_001);
}

/// The estate whose machine is missing and to be made, by these settings.
fn made(settings: &[(&'static str, Value)]) -> (Manifest, Inventory) {
    let (mut manifest, mut inventory) = estate();
    let on_machine = ["vm", "identity", "login"];
    inventory
        .live
        .retain(|(kind, _), _| !on_machine.contains(kind));
    for (name, value) in settings {
        declare(&mut manifest, VM, name, value.clone());
    }
    let nic = id()
        .scope()
        .resource("Microsoft.Network/networkInterfaces", "web01-nic");
    declare(&mut manifest, VM, "nic", nic.to_string().into());
    (manifest, inventory)
}

fn windows() -> Vec<(&'static str, Value)> {
    let owner = Attributes::from([("owner".to_owned(), "web".into())]);
    vec![
        ("image", "Win2022Datacenter".into()),
        ("size", "Standard_D2s_v5".into()),
        ("zone", "2".into()),
        ("admin", "azureuser".into()),
        ("admin.password", Value::Secret(SecretSource::Random)),
        ("os-disk.size-gb", Value::Integer(128)),
        ("os-disk.type", "Premium_LRS".into()),
        ("tags", Value::Map(owner)),
    ]
}

#[test]
fn a_machine_with_windows_is_made_whole_with_its_identity() {
    let (manifest, inventory) = made(&windows());
    let step = step(&manifest, &inventory, Mode::Apply, VM);
    play(&step, include_str!("testdata/create-windows.json"));
    play(&step, include_str!("testdata/create-exists.json"));
}

#[test]
fn a_machine_with_linux_takes_a_key_and_a_refusal_gets_a_help() {
    let (manifest, inventory) = made(&[
        ("image", "Ubuntu2204".into()),
        ("size", "Standard_B2s".into()),
        ("admin", "kim".into()),
        ("admin.ssh-key", "ssh-ed25519 AAAAC3 kim".into()),
    ]);
    let step = step(&manifest, &inventory, Mode::Apply, VM);
    play(&step, include_str!("testdata/create-linux.json"));
}

#[test]
fn secrets_are_filled_in_only_when_a_request_is_sent_and_no_two_machines_share_one() {
    let (manifest, inventory) = made(&windows());
    let step = step(&manifest, &inventory, Mode::Apply, VM);
    let Write::Send(requests) = Vm.write(&step, &Seen::Missing).unwrap() else {
        panic!("nothing is sent");
    };
    let [put] = requests.as_slice() else {
        panic!("{requests:?}");
    };
    let wanted = Wanted {
        step: &step,
        attribute: "admin.password",
        source: &SecretSource::Random,
    };
    let mut secrets = Secrets::default();
    assert!(
        secrets.fill(&step, put.clone()).is_err(),
        "nothing was read"
    );
    // Letters of one class alone are thrown away.
    let alike = secrets.make(wanted, || Ok::<_, ()>([7; CHANCE]));
    assert_eq!(alike, Err(NoChance::AlwaysTheSame));
    assert_eq!(
        secrets.make(wanted, || Err("none")),
        Err(NoChance::Refused("none"))
    );
    let chances = std::cell::Cell::new(0);
    let made = secrets.make(wanted, || {
        chances.set(chances.get() + 1);
        Ok::<_, ()>(match chances.get() {
            1 => [7; CHANCE],
            _ => std::array::from_fn(|at| at as u8 * 2),
        })
    });
    assert_eq!((made, chances.get()), (Ok(()), 2));
    assert_eq!(format!("{secrets:?}"), "Secrets(1)");
    let filled = secrets.fill(&step, put.clone()).unwrap().body.unwrap();
    let password = filled["properties"]["osProfile"]["adminPassword"]
        .as_str()
        .unwrap();
    assert_eq!(password.len(), CHANCE);
    let mut other = step.clone();
    other.address = Address::new("vm", ["core", "rg-web", "web02"]);
    assert!(secrets.fill(&other, put.clone()).is_err());
}

proptest! {
    #[test]
    fn a_made_password_satisfies_every_system_and_holds_no_name(
        chances in proptest::collection::vec(any::<[u8; CHANCE]>(), 8),
        name in "[a-z]{3}",
        windows_or_linux in any::<bool>(),
    ) {
        let (manifest, inventory) = made(&windows());
        let mut step = step(&manifest, &inventory, Mode::Apply, VM);
        let system = if windows_or_linux { "windows" } else { "linux" };
        step.write.insert("system".to_owned(), system.into());
        step.write.insert("admin".to_owned(), name.as_str().into());
        let Write::Send(requests) = Vm.write(&step, &Seen::Missing).unwrap() else {
            panic!("nothing is sent");
        };
        let wanted = Wanted { step: &step, attribute: "admin.password", source: &SecretSource::Random };
        let mut secrets = Secrets::default();
        let mut left = chances.into_iter();
        // Eight misses in a row come about once in a hundred thousand million times.
        if secrets.make(wanted, || left.next().ok_or(())).is_ok() {
            let filled = secrets.fill(&step, requests[0].clone()).unwrap().body.unwrap();
            let password = filled["properties"]["osProfile"]["adminPassword"].as_str().unwrap();
            for system in ["windows", "linux"] {
                prop_assert_eq!(account::password_misfit(system, password), None);
            }
            prop_assert!(!password.to_lowercase().contains(&name));
        }
    }
}

#[test]
fn a_secret_that_azure_would_refuse_is_refused_before_anything_is_written() {
    let (manifest, inventory) = made(&windows());
    let step = step(&manifest, &inventory, Mode::Apply, VM);
    let source = SecretSource::Environment("VM_PASSWORD".to_owned());
    let read = |attribute: &str, text: &str| {
        Secrets::default().read(
            Wanted {
                step: &step,
                attribute,
                source: &source,
            },
            text,
        )
    };
    assert!(
        read("admin.password", "short")
            .unwrap_err()
            .contains("8 to 123")
    );
    assert_eq!(read("admin.password", "\n").unwrap_err(), "it is empty");
    assert_eq!(read("admin.password", "Long-enough-1\n"), Ok(()));
    assert!(read("admin.ssh-key", "BEGIN PRIVATE KEY").is_err());
}

/// The machine as it is live, made by this estate, with another size than a manifest says.
fn running(size: &str) -> (Manifest, Inventory) {
    let (mut manifest, mut inventory) = estate();
    let mut body = machine_body(&id());
    body["tags"] = json!({"vmlogin-estate": "contoso"});
    body["properties"]["hardwareProfile"] = json!({"vmSize": "standard_d2s_v5"});
    inventory.insert(read(body));
    declare(&mut manifest, VM, "size", size.into());
    (manifest, inventory)
}

#[test]
fn another_size_is_patched_alone_with_a_word_of_warning() {
    let (mut manifest, mut inventory) = running("Standard_D4s_v5");
    let same = running("Standard_D2S_v5");
    let kept = step(&same.0, &same.1, Mode::Apply, VM);
    assert!(!kept.action.writes(), "{kept:?}");
    let owner = Attributes::from([("owner".to_owned(), "web".into())]);
    declare(&mut manifest, VM, "tags", Value::Map(owner));
    for live in inventory.live.values_mut().filter(|live| live.kind == "vm") {
        let size = "Standard_D2s_v5".into();
        live.attributes.insert("size".to_owned(), size);
    }
    let step = step(&manifest, &inventory, Mode::Apply, VM);
    assert!(
        step.notes[0].starts_with("Azure restarts"),
        "{:?}",
        step.notes
    );
    play(&step, include_str!("testdata/resize.json"));
    play(&step, include_str!("testdata/resize-meanwhile.json"));
}

#[test]
fn a_machine_that_this_estate_made_is_deleted() {
    let (manifest, inventory) = running("Standard_D2s_v5");
    let step = step(&manifest, &inventory, Mode::Destroy, VM);
    play(&step, include_str!("testdata/delete.json"));
}

#[test]
fn a_data_disk_goes_only_with_a_machine_whose_plan_said_so() {
    let disk = format!("{}/disks/Sales", id().scope());
    let mut with_disk = machine_body(&id());
    with_disk["tags"] = json!({"vmlogin-estate": "contoso"});
    with_disk["properties"]["storageProfile"]["dataDisks"] =
        json!([{"lun": 0, "deleteOption": "delete", "managedDisk": {"id": disk}}]);
    let (manifest, mut inventory) = running("Standard_D2s_v5");
    let unseen = step(&manifest, &inventory, Mode::Destroy, VM);
    let refused = Vm.write(&unseen, &Seen::One(with_disk.clone()));
    assert_eq!(
        refused.unwrap_err().message,
        "the data disk `Sales` was attached meanwhile and would be deleted with it"
    );
    let live = read(with_disk.clone());
    assert_eq!(Vm.loses(&live), ["sales"]);
    inventory.insert(live);
    let seen = step(&manifest, &inventory, Mode::Destroy, VM);
    assert!(
        seen.notes.iter().any(|note| note
            .starts_with("the data disks `sales` are DELETED with it, as they are marked")),
        "{:?}",
        seen.notes
    );
    let written = Vm.write(&seen, &Seen::One(with_disk));
    assert!(
        matches!(&written, Ok(Write::Send(all)) if all.len() == 1),
        "{written:?}"
    );
}

#[test]
fn a_machine_with_a_data_disk_that_would_go_is_not_made_anew() {
    let (mut manifest, mut inventory) = estate();
    for (name, value) in windows() {
        declare(&mut manifest, VM, name, value);
    }
    declare(&mut manifest, VM, "zone", "2".into());
    let mut body = machine_body(&id());
    body["tags"] = json!({"vmlogin-estate": "contoso"});
    body["properties"]["storageProfile"]["dataDisks"] =
        json!([{"deleteOption": "Delete", "managedDisk": {"id": "/x/disks/sales"}}]);
    inventory.insert(read(body));
    let scene = Scene::of(&manifest, &inventory);
    let asked = [Address::new("vm", ["core", "rg-web", "web01"])];
    let refusals = replace::refusals(catalogue(), &scene, &asked);
    assert_eq!(refusals.len(), 1);
    assert!(
        refusals[0].message.contains("it holds `sales`"),
        "{}",
        refusals[0].message
    );
}

#[test]
fn what_is_settled_for_good_is_a_note_and_what_azure_leaves_out_is_not_said_to_differ() {
    let (mut manifest, mut inventory) = estate();
    for (name, value) in windows() {
        declare(&mut manifest, VM, name, value);
    }
    let mut body = machine_body(&id());
    body["properties"]["hardwareProfile"] = json!({"vmSize": "Standard_D2s_v5"});
    body["tags"] = json!({"owner": "web"});
    inventory.insert(read(body));
    let silent = step(&manifest, &inventory, Mode::Apply, VM);
    assert_eq!(
        silent.notes,
        ["`zone` is (none) and stays so: only making it anew would set \"2\""]
    );
    let mut body = machine_body(&id());
    body["zones"] = json!(["2"]);
    body["properties"]["hardwareProfile"] = json!({"vmSize": "Standard_D2s_v5"});
    body["properties"]["storageProfile"]["imageReference"] = json!({
        "publisher": "microsoftwindowsserver", "offer": "windowsserver", "sku": "2019-datacenter-gensecond",
        "version": "latest", "exactVersion": "17763.1",
    });
    body["properties"]["osProfile"]["adminUsername"] = json!("azureuser");
    body["tags"] = json!({"owner": "web"});
    inventory.insert(read(body));
    let step = step(&manifest, &inventory, Mode::Apply, VM);
    assert_eq!(
        step.notes,
        [
            "`image` is \"microsoftwindowsserver:windowsserver:2019-datacenter-gensecond:17763.1\" and stays so: only making it anew would set \"Win2022Datacenter\""
        ]
    );
    assert!(!step.action.writes(), "{step:?}");
}

proptest! {
    #[test]
    fn a_resize_names_nothing_but_the_size(members in prop::collection::btree_map("x[a-z]{1,8}", any::<u32>(), 0..6)) {
        let (manifest, inventory) = running("Standard_D4s_v5");
        let step = step(&manifest, &inventory, Mode::Apply, VM);
        let mut body = machine_body(&id());
        body["properties"]["hardwareProfile"] = json!({"vmSize": "standard_d2s_v5"});
        for (name, value) in &members {
            body[name] = json!(value);
            body["properties"][name] = json!({"of": value});
            body["properties"]["osProfile"][name] = json!(value);
        }
        let Write::Send(requests) = Vm.write(&step, &Seen::One(body)).unwrap() else {
            panic!("nothing is sent");
        };
        let sent = json!({"properties": {"hardwareProfile": {"vmSize": "Standard_D4s_v5"}}});
        prop_assert_eq!(requests[0].body.as_ref(), Some(&sent));
        prop_assert_eq!(requests.len(), 1);
    }
}
