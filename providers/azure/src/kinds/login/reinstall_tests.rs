use vmlogin_engine::inventory::{Health, Inventory};
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::plan::{Action, Mode, Step};
use vmlogin_engine::value::Value;

use crate::kinds::exchanges::{play, reinstalled, step};
use crate::kinds::scenes::{arc, estate, fact, machine_id};

const WEB: &str = "vm:core/rg-web/web01/login";
const LINE: &str = "arc-machine:core/rg-web/line1/login";
const NO_IDENTITY: &str = "has exited with Exit code: -2145648574";

/// An estate whose login is ours and failed with these words, and what the directory says of its machine's name.
fn failed(
    (manifest, mut inventory): (Manifest, Inventory),
    message: &str,
    devices: Option<&[(&str, Option<&str>)]>,
) -> (Manifest, Inventory) {
    for live in inventory.live.values_mut() {
        if live.kind == "login" {
            live.stamp = Some("contoso".to_owned());
            live.health = Health::Failed {
                message: message.to_owned(),
            };
        } else if let Some(devices) = devices {
            let rows = devices.iter().map(|(id, resource)| {
                let resource = resource.map_or(Value::Null, Value::from);
                ((*id).to_owned(), resource)
            });
            live.facts
                .insert("devices".to_owned(), Value::Map(rows.collect()));
        }
    }
    (manifest, inventory)
}

fn planned(estate: (Manifest, Inventory), address: &str) -> Step {
    reinstalled(&estate.0, &estate.1, address)
}

/// What is done where it is accepted, and what is said of it.
fn told(step: &Step) -> String {
    format!("{}: {}", step.action, step.notes.join("; "))
}

#[test]
fn a_machine_without_a_device_never_joined() {
    let none = planned(failed(estate(), NO_IDENTITY, Some(&[])), WEB);
    assert_eq!(
        told(&none),
        "replace: it is DELETED and made anew, with nothing but what the manifest says of it: its failure says that the machine had no identity when it was installed"
    );
    let of_another = [("d1", Some("/subscriptions/old"))];
    let of_another = planned(failed(estate(), NO_IDENTITY, Some(&of_another)), WEB);
    assert_eq!(of_another.action, Action::Replace);
}

#[test]
fn a_machine_that_may_have_joined_keeps_its_login() {
    let said = "update: its failure says that the machine had no identity when it was installed; it is written again, not deleted and made anew: ";
    let own = machine_id().key().to_owned();
    for resource in [None, Some(own.as_str())] {
        let devices = [("d0", Some("/subscriptions/old")), ("d1", resource)];
        let step = planned(failed(estate(), NO_IDENTITY, Some(&devices)), WEB);
        assert_eq!(
            told(&step),
            format!(
                "{said}device d1 in the directory is the machine's or may be, so it may have joined"
            )
        );
    }
    let mut unread = failed(estate(), NO_IDENTITY, None);
    fact(&mut unread.1, "vm", "devices-unread", Some("no right"));
    assert_eq!(
        told(&planned(unread, WEB)),
        format!(
            "{said}whether the directory has a device of the machine could not be read (no right)"
        )
    );
}

#[test]
fn other_failures_are_mended_by_writing_again() {
    let step = planned(failed(estate(), "Exit code: -2145648607", Some(&[])), WEB);
    assert_eq!(told(&step), "update: ");
}

#[test]
fn a_login_for_linux_has_no_device_that_could_be_read() {
    let mut linux = failed(estate(), "Non-zero exit code: 22, installer.sh", None);
    fact(&mut linux.1, "vm", "os", Some("linux"));
    assert_eq!(planned(linux, WEB).action, Action::Replace);
}

#[test]
fn an_arc_machine_is_no_exception() {
    let line = failed(arc::estate(), NO_IDENTITY, Some(&[]));
    assert_eq!(
        step(&line.0, &line.1, Mode::Apply, LINE).action,
        Action::Update
    );
    assert_eq!(planned(line, LINE).action, Action::Replace);
}

#[test]
fn it_is_uninstalled_then_installed_as_a_new_one() {
    let replace = planned(failed(estate(), NO_IDENTITY, Some(&[])), WEB);
    let half = |action| Step {
        action,
        ..replace.clone()
    };
    play(
        &half(Action::Delete),
        include_str!("testdata/reinstall-delete.json"),
    );
    play(&half(Action::Create), include_str!("testdata/create.json"));
    play(
        &half(Action::Delete),
        include_str!("testdata/reinstall-well-meanwhile.json"),
    );
}
