use serde_json::json;
use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::{Health, Inventory, Live};
use vmlogin_engine::kind::Scene;
use vmlogin_engine::plan::{Action, Mode, Step};
use vmlogin_engine::value::Value;

use super::write::next_tag;
use super::{handler_for, joining, live};
use crate::kinds::exchanges::{play, step};
use crate::kinds::scenes::{declare, estate, fact, machine_body, machine_id};
use crate::kinds::{Place, Seen};

const LOGIN: &str = "vm:core/rg-web/web01/login";

fn without_login() -> Inventory {
    let (_, mut inventory) = estate();
    inventory.live.retain(|(kind, _), _| *kind != "login");
    for live in inventory.live.values_mut() {
        live.facts.remove("extensions");
    }
    inventory
}

fn planned(inventory: &Inventory) -> Step {
    step(&estate().0, inventory, Mode::Apply, LOGIN)
}

/// The login as it is live, changed.
fn with_login(change: impl Fn(&mut Live)) -> Inventory {
    let (_, mut inventory) = estate();
    inventory
        .live
        .values_mut()
        .filter(|live| live.kind == "login")
        .for_each(change);
    inventory
}

fn failed() -> Step {
    planned(&with_login(|login| {
        login.id = login.id.replace("AADLoginForWindows", "AADLogin");
        login.health = Health::Failed {
            message: "why".to_owned(),
        };
    }))
}

#[test]
fn a_login_is_put_beside_other_extensions() {
    play(
        &planned(&without_login()),
        include_str!("testdata/create.json"),
    );
}

#[test]
fn a_linux_machine_gets_the_handler_for_linux() {
    let mut inventory = without_login();
    fact(&mut inventory, "vm", "os", Some("linux"));
    let step = planned(&inventory);
    assert_eq!(step.write.get("mdm-id"), None);
    play(&step, include_str!("testdata/create-linux.json"));
}

#[test]
fn a_machine_of_which_azure_tells_no_system_is_what_the_manifest_says() {
    let (mut manifest, mut inventory) = (estate().0, without_login());
    fact(&mut inventory, "vm", "os", None);
    assert_eq!(planned(&inventory).id, None);
    declare(&mut manifest, "vm:core/rg-web/web01", "os", "linux".into());
    let login = manifest.of_kind("login").next().unwrap();
    let scene = Scene::of(&manifest, &inventory);
    assert_eq!(
        handler_for(login, &scene).unwrap().kind,
        "AADSSHLoginForLinux"
    );
}

#[test]
fn a_linux_machine_is_not_looked_for_among_the_devices() {
    let mut body = machine_body(&machine_id());
    let shown =
        |body: serde_json::Value| joining(&planned(&estate().1), &Seen::One(body)).is_some();
    assert!(shown(body.clone()));
    body["properties"]["storageProfile"]["osDisk"]["osType"] = "Linux".into();
    body["resources"][0]["properties"]["type"] = "AADSSHLoginForLinux".into();
    assert!(!shown(body));
}

#[test]
fn a_login_for_another_system_is_no_login() {
    let mut body = machine_body(&machine_id());
    body["properties"]["storageProfile"]["osDisk"]["osType"] = "Linux".into();
    let machine: crate::kinds::vm::wire::Machine = serde_json::from_value(body).unwrap();
    let place = Place {
        subscription: "core".to_owned(),
        address: Address::new("vm", ["core", "rg-web", "web01"]),
        name: "web01".to_owned(),
        id: machine_id(),
    };
    assert_eq!(live(&machine, &place), None);
}

#[test]
fn a_login_that_is_there_meanwhile_is_left_alone() {
    play(
        &planned(&without_login()),
        include_str!("testdata/there-meanwhile.json"),
    );
}

#[test]
fn a_name_that_is_taken_meanwhile_is_a_conflict() {
    play(
        &planned(&without_login()),
        include_str!("testdata/name-taken.json"),
    );
}

#[test]
fn a_machine_that_was_stopped_meanwhile_is_to_be_started() {
    play(
        &planned(&without_login()),
        include_str!("testdata/stopped.json"),
    );
}

#[test]
fn a_name_that_another_handler_has_is_avoided_by_the_plan() {
    let mut inventory = without_login();
    for live in inventory.live.values_mut().filter(|live| live.kind == "vm") {
        let taken = [(
            "aadloginforwindows".to_owned(),
            Value::from("Contoso.Script"),
        )];
        live.facts
            .insert("extensions".to_owned(), Value::Map(taken.into()));
    }
    assert!(
        planned(&inventory)
            .id
            .unwrap()
            .ends_with("/extensions/AADLogin")
    );
}

#[test]
fn a_failed_login_is_written_again_as_it_is() {
    play(&failed(), include_str!("testdata/repair.json"));
}

/// The step of a login that declares these attributes.
fn declared(attributes: &[(&'static str, Value)], inventory: &Inventory) -> Step {
    let mut manifest = estate().0;
    for (name, value) in attributes {
        declare(&mut manifest, LOGIN, name, value.clone());
    }
    step(&manifest, inventory, Mode::Apply, LOGIN)
}

#[test]
fn a_failed_login_is_written_again_with_the_declared_members_changed() {
    let inventory = with_login(|login| {
        login.id = login.id.replace("AADLoginForWindows", "AADLogin");
        login
            .attributes
            .insert("auto-upgrade-minor-version".to_owned(), false.into());
        login.health = Health::Failed {
            message: "why".to_owned(),
        };
    });
    let attributes = [
        ("version", "2.3.1.0".into()),
        ("auto-upgrade-minor-version", true.into()),
        ("mdm-id", "intune".into()),
    ];
    let step = declared(&attributes, &inventory);
    play(&step, include_str!("testdata/repair-changed.json"));
}

#[test]
fn only_changed_members_are_sent() {
    let inventory = with_login(|login| {
        login.attributes.extend([
            ("auto-upgrade-minor-version".to_owned(), false.into()),
            ("enable-automatic-upgrade".to_owned(), true.into()),
        ]);
    });
    let attributes = [
        ("version", "2.2".into()),
        ("auto-upgrade-minor-version", true.into()),
        ("enable-automatic-upgrade", false.into()),
        ("mdm-id", "Intune".into()),
    ];
    let step = declared(&attributes, &inventory);
    play(&step, include_str!("testdata/change.json"));
    play(&step, include_str!("testdata/changed-meanwhile.json"));
}

#[test]
fn a_newer_version_comes_with_the_setting_that_it_needs() {
    let step = declared(&[("version", "2.3".into())], &estate().1);
    play(&step, include_str!("testdata/version.json"));
}

#[test]
fn a_version_is_a_floor_that_a_newer_running_one_satisfies() {
    for floor in ["1.0", "2.2", "2.2.0.0"] {
        let step = declared(&[("version", floor.into())], &estate().1);
        assert_eq!(step.action, Action::Keep, "{floor}");
    }
    let step = declared(&[("version", "2.2.0.1".into())], &estate().1);
    assert_eq!(step.action, Action::Update);
}

#[test]
fn what_is_said_as_it_is_is_kept() {
    let attributes = [
        ("auto-upgrade-minor-version", true.into()),
        ("enable-automatic-upgrade", false.into()),
        ("mdm-id", "".into()),
    ];
    let step = declared(&attributes, &estate().1);
    assert_eq!((step.action, step.changes), (Action::Keep, Vec::new()));
}

#[test]
fn a_login_that_works_meanwhile_is_left_alone() {
    play(&failed(), include_str!("testdata/well-meanwhile.json"));
}

#[test]
fn the_tag_that_makes_a_handler_run_again_is_always_another_one() {
    assert_eq!(next_tag(None), "vmlogin-1");
    assert_eq!(next_tag(Some("vmlogin-41")), "vmlogin-42");
    assert_eq!(
        next_tag(Some("c11a5d3a-1e08-4ea0-831c-5032af7f1b74")),
        "vmlogin-1"
    );
    assert_ne!(
        next_tag(Some("vmlogin-18446744073709551615")),
        "vmlogin-18446744073709551615"
    );
}

#[test]
fn a_stopped_machine_puts_off_its_login_but_not_its_identity() {
    let (manifest, mut inventory) = (estate().0, without_login());
    inventory.live.retain(|(kind, _), _| *kind != "identity");
    fact(&mut inventory, "vm", "power", Some("deallocated"));
    let login = step(&manifest, &inventory, Mode::Apply, LOGIN);
    assert_eq!(login.action, Action::Defer);
    let hindrance = login.hindrance.unwrap();
    assert_eq!(
        hindrance.reason,
        "`web01` is deallocated, and extensions change only while a machine runs (VML205)"
    );
    assert_eq!(hindrance.help, "start `web01` and run again");
    let identity = step(
        &manifest,
        &inventory,
        Mode::Apply,
        "vm:core/rg-web/web01/identity",
    );
    assert_eq!(identity.action, Action::Create);
}

#[test]
fn an_agent_that_is_not_ready_puts_off_the_login_and_an_unknown_one_does_not() {
    let mut inventory = without_login();
    fact(&mut inventory, "vm", "agent", Some("not-ready"));
    assert_eq!(planned(&inventory).action, Action::Defer);
    fact(&mut inventory, "vm", "agent", Some("unknown"));
    fact(&mut inventory, "vm", "power", None);
    assert_eq!(planned(&inventory).action, Action::Create);
}

#[test]
fn a_login_that_works_is_kept_whatever_its_version_and_settings() {
    let step = planned(&with_login(|login| {
        login.attributes.insert("version".to_owned(), "0.4".into());
        login.attributes.insert("mdm-id".to_owned(), Value::Null);
    }));
    assert_eq!((step.action, step.changes), (Action::Keep, Vec::new()));
}

#[test]
fn destroy_deletes_the_stamped_login_only() {
    let manifest = estate().0;
    let adopted = step(&manifest, &estate().1, Mode::Destroy, LOGIN);
    assert_eq!(adopted.action, Action::Keep);
    let stamped = with_login(|login| login.stamp = Some("contoso".to_owned()));
    play(
        &step(&manifest, &stamped, Mode::Destroy, LOGIN),
        include_str!("testdata/delete.json"),
    );
    play(
        &step(&manifest, &stamped, Mode::Destroy, LOGIN),
        include_str!("testdata/delete-taken-over.json"),
    );
}

#[test]
fn a_reading_tells_the_running_version_and_why_it_failed() {
    let (_, inventory) = estate();
    let live = inventory.of_kind("login").next().unwrap();
    assert_eq!(live.facts["running-version"], "2.2.0.0".into());
    assert_eq!(live.attributes["version"], "2.2.0.0".into());
    let view = json!({"statuses": [
        {"code": "ProvisioningState/failed/1", "level": "Error", "message": "Install failed"},
        {"code": "ComponentStatus/StdOut/succeeded", "level": "Info", "message": "noise"},
    ], "substatuses": [{"code": "x", "level": "Error", "message": "-2145648607"}]});
    let view: crate::kinds::vm::wire::ExtensionView = serde_json::from_value(view).unwrap();
    assert_eq!(
        view.failure().as_deref(),
        Some("Install failed; -2145648607")
    );
}
