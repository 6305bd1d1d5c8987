use serde_json::json;
use vmlogin_engine::inventory::{Health, Inventory};
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::plan::{Action, Mode, Step};
use vmlogin_engine::value::Value;

use super::{joining, live};
use crate::kinds::Seen;
use crate::kinds::arc_machine::wire::Machine;
use crate::kinds::exchanges::{play, step};
use crate::kinds::scenes::{arc, declare, fact};

const LOGIN: &str = "arc-machine:core/rg-web/line1/login";

fn planned((manifest, inventory): &(Manifest, Inventory)) -> Step {
    step(manifest, inventory, Mode::Apply, LOGIN)
}

#[test]
fn a_login_is_put_with_the_template_s_version_and_the_setting_that_arc_asks_for() {
    play(
        &planned(&arc::without_login()),
        include_str!("testdata/arc-create.json"),
    );
}

#[test]
fn a_linux_machine_leaves_the_version_to_the_service() {
    let mut estate = arc::without_login();
    fact(&mut estate.1, "arc-machine", "os", Some("linux"));
    let step = planned(&estate);
    assert_eq!(step.write.get("version"), None);
    assert_eq!(step.write.get("mdm-id"), None);
    play(&step, include_str!("testdata/arc-create-linux.json"));
}

#[test]
fn only_changed_members_are_sent_and_a_version_in_four_parts() {
    let mut estate = arc::estate();
    let said = [
        ("version", Value::from("2.3")),
        ("enable-automatic-upgrade", false.into()),
        ("auto-upgrade-minor-version", true.into()),
        ("mdm-id", "intune".into()),
    ];
    for (attribute, value) in said {
        declare(&mut estate.0, LOGIN, attribute, value);
    }
    play(&planned(&estate), include_str!("testdata/arc-change.json"));
}

#[test]
fn the_version_that_runs_satisfies_a_floor_below_it() {
    let mut estate = arc::estate();
    declare(&mut estate.0, LOGIN, "version", "2.1.0.0".into());
    assert_eq!(planned(&estate).action, Action::Keep);
}

#[test]
fn a_failed_login_is_written_again_as_it_is() {
    let mut estate = arc::estate();
    for live in estate.1.live.values_mut().filter(|it| it.kind == "login") {
        live.health = Health::Failed {
            message: "why".to_owned(),
        };
    }
    play(&planned(&estate), include_str!("testdata/arc-repair.json"));
}

#[test]
fn whatever_is_changed_brings_the_setting_that_arc_asks_for() {
    let mut estate = arc::estate();
    declare(
        &mut estate.0,
        LOGIN,
        "enable-automatic-upgrade",
        false.into(),
    );
    play(&planned(&estate), include_str!("testdata/arc-setting.json"));
}

#[test]
fn destroy_deletes_the_stamped_login_only() {
    let (manifest, mut inventory) = arc::estate();
    let kept = step(&manifest, &inventory, Mode::Destroy, LOGIN);
    assert!(!kept.action.writes());
    for live in inventory.live.values_mut().filter(|it| it.kind == "login") {
        live.stamp = Some("contoso".to_owned());
    }
    play(
        &step(&manifest, &inventory, Mode::Destroy, LOGIN),
        include_str!("testdata/arc-delete.json"),
    );
}

#[test]
fn an_agent_that_is_not_connected_puts_off_the_login() {
    let put_off = |agent: Option<&str>, service: Option<&str>| {
        let mut estate = arc::without_login();
        fact(&mut estate.1, "arc-machine", "agent", agent);
        fact(&mut estate.1, "arc-machine", "extension-service", service);
        let hindrance = planned(&estate).hindrance;
        hindrance.map_or_else(String::new, |it| format!("{}; {}", it.reason, it.help))
    };
    let all = [
        put_off(Some("connected"), Some("running")),
        put_off(Some("connected"), None),
        put_off(Some("connected"), Some("stopped")),
        put_off(Some("disconnected"), Some("running")),
        put_off(Some("expired"), None),
        put_off(Some("never-seen"), None),
        put_off(Some("awaitingconnection"), None),
    ];
    assert_eq!(
        all.as_slice(),
        [
            "",
            "",
            "the extension service of the agent on `line1` is stopped (VML206); start the agent's extension service on `line1` and run again",
            "the agent of `line1` is disconnected: it has not reported for a while (VML206); see that `line1` runs and reaches Azure (`azcmagent check` on the machine), then run again",
            "the agent of `line1` has expired, being silent for so long that its certificate ran out (VML206); connect `line1` again (`azcmagent reconnect` on the machine, from agent 1.70 on), then run again",
            "no agent has ever reported for `line1`: it is a record only (VML206); connect the machine to it with `azcmagent connect`, then run again",
            "the agent of `line1` says `awaitingconnection` of itself instead of being connected (VML206); see what ails it (`azcmagent show` on the machine), then run again",
        ]
        .as_slice()
    );
}

#[test]
fn a_login_that_works_is_kept_though_its_agent_is_away() {
    let mut estate = arc::estate();
    fact(&mut estate.1, "arc-machine", "agent", Some("disconnected"));
    assert_eq!(planned(&estate).action, Action::Keep);
}

#[test]
fn a_joined_machine_is_looked_for_among_the_devices_by_its_own_id() {
    let body = arc::body(&arc::id());
    let found = joining(&planned(&arc::estate()), &Seen::One(body)).unwrap();
    assert_eq!(found.machine, arc::id());
    assert_eq!(found.computer_name.as_deref(), Some("LINE1"));
}

#[test]
fn a_failure_is_told_by_its_level_or_by_its_code() {
    let told = |status: serde_json::Value, state: &str| {
        let mut body = arc::body(&arc::id());
        let properties = &mut body["resources"][0]["properties"];
        properties["instanceView"]["status"] = status;
        properties["provisioningState"] = state.into();
        let machine: Machine = serde_json::from_value(body).unwrap();
        live(&machine, &arc::place()).unwrap().health
    };
    let failed = |message: &str| Health::Failed {
        message: message.to_owned(),
    };
    let by_level = json!({"code": "51", "level": "Error", "message": "Extension returned 51"});
    assert_eq!(told(by_level, "Failed"), failed("Extension returned 51"));
    let by_code = json!({"code": "-2145648607", "level": "Information", "message": "no way"});
    assert_eq!(told(by_code, "Failed"), failed("no way"));
    let fine = json!({"code": "success", "level": "Information", "message": "fine"});
    assert_eq!(told(fine, "Succeeded"), Health::Good);
}
