//! VML210: the directory has a device of the machine's name already, and it is another machine's or nobody's.

use std::borrow::Cow;

use vmlogin_engine::kind::Scene;
use vmlogin_engine::rule::{Card, Finding, Needs, Rule, Severity};
use vmlogin_engine::value::{Attributes, Value};

use crate::rules::subject::{Subject, logins};

pub(in crate::rules) struct SameDevice;

static CARD: Card = Card {
    id: "VML210",
    title: "the directory has another device of the machine's name",
    severity: Severity::Error,
    needs: Needs::Directory,
    explanation: "A machine that gets the login becomes a device of the directory, called like the computer. Where a device of that name \
        is there already the join is refused as a duplicate. Mostly it is left over from a machine that was deleted, sometimes it \
        belongs to a machine that lives.\n\n\
        A device that tells which resource it is, and it is another one, is an error; one that does not tell is a warning, since it \
        may be this machine's own from before. A device that points at this machine is fine. Machines whose login works are not \
        asked about; those that the plan makes are, by the name that is declared for them.\n\n\
        Delete the device if no machine uses it, or give the machine another computer name.",
    source: "Microsoft Entra documentation, howto-vm-sign-in-azure-ad-windows (2023), troubleshooting of duplicate host names",
    checked: "2026-11-21",
};

impl Rule for SameDevice {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn check(&self, scene: &Scene<'_>) -> Vec<Finding> {
        let subjects = logins(scene).into_iter();
        subjects
            .filter(|subject| !subject.is_installed())
            .flat_map(|subject| opinions(&subject))
            .collect()
    }
}

fn opinions(subject: &Subject<'_>) -> Vec<Finding> {
    let name = subject.name();
    if let Some(why) = subject.fact("devices-unread") {
        let message = format!(
            "whether the directory has another device of the name of `{name}` could not be read: {why}"
        );
        return vec![subject.not_checked(&CARD, message)];
    }
    match subject.map("devices") {
        Some(devices) => others(subject, devices),
        None => Vec::new(),
    }
}

fn others(subject: &Subject<'_>, devices: &Attributes) -> Vec<Finding> {
    let name = subject.name();
    let computer = subject.computer_name().unwrap_or(name);
    let opinion = |(id, resource): (&Cow<'static, str>, &Value)| {
        let resource = resource.as_text();
        if resource.is_some() && resource == subject.key() {
            return None;
        }
        let help = format!(
            "delete device {id} if no machine uses it, or give `{name}` another computer name"
        );
        Some(match resource {
            Some(other) => {
                let message = format!(
                    "`{name}` is called `{computer}`, and so is device {id}, which is of `{other}`: the directory takes one device of a name"
                );
                subject.hit(&CARD, message, help)
            }
            None => {
                let message = format!(
                    "`{name}` is called `{computer}`, and so is device {id}, which does not tell what machine it is: the directory takes one device of a name"
                );
                Finding {
                    severity: Severity::Warning,
                    ..subject.hit(&CARD, message, help)
                }
            }
        })
    };
    devices.iter().filter_map(opinion).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::scenes::{self, shown};

    fn check(fact: &str, value: Value, installed: bool) -> String {
        let (manifest, mut inventory) = if installed {
            scenes::arc::estate()
        } else {
            scenes::arc::without_login()
        };
        let machines = inventory.live.values_mut();
        for live in machines.filter(|live| live.kind == "arc-machine") {
            live.facts.insert(fact.to_owned(), value.clone());
        }
        shown(&SameDevice.check(&Scene::of(&manifest, &inventory)))
    }

    fn device(resource: Value) -> Value {
        Value::Map(Attributes::from([("d1".to_owned(), resource)]))
    }

    #[test]
    fn a_device_of_another_machine_is_refused() {
        assert_eq!(
            check("devices", device("/subscriptions/old".into()), false),
            "VML210 arc-machine:core/rg-web/line1/login error: `line1` is called `LINE1`, and so is device d1, which is of `/subscriptions/old`: the directory takes one device of a name\n  help: delete device d1 if no machine uses it, or give `line1` another computer name\n"
        );
    }

    #[test]
    fn a_device_that_does_not_tell_whose_it_is_is_a_warning() {
        let shown = check("devices", device(Value::Null), false);
        assert!(
            shown.contains(
                " warning: `line1` is called `LINE1`, and so is device d1, which does not tell"
            ),
            "{shown}"
        );
    }

    #[test]
    fn its_own_device_no_device_and_a_login_that_works_are_fine() {
        let own = device(scenes::arc::id().key().into());
        assert_eq!(check("devices", own, false), "");
        assert_eq!(check("devices", Value::Map(Attributes::new()), false), "");
        assert_eq!(check("devices", device("/x".into()), true), "");
    }

    #[test]
    fn what_may_not_be_read_is_not_checked() {
        assert_eq!(
            check("devices-unread", "no right".into(), false),
            "VML210 arc-machine:core/rg-web/line1/login not checked: whether the directory has another device of the name of `line1` could not be read: no right\n"
        );
    }

    #[test]
    fn a_machine_that_is_to_be_made_meets_the_device_that_its_forerunner_left() {
        let (manifest, mut inventory) = scenes::to_be_made("Win2022Datacenter");
        let machine = manifest.of_kind("vm").next().unwrap();
        let key = crate::kinds::vm::ahead(machine, &manifest).unwrap();
        let look = |inventory: &vmlogin_engine::inventory::Inventory| {
            shown(&SameDevice.check(&Scene::of(&manifest, inventory)))
        };
        assert_eq!(look(&inventory), "");
        let stale = Attributes::from([("d-1".to_owned(), "/subscriptions/s/gone".into())]);
        let facts = [("devices".to_owned(), Value::Map(stale))];
        let sight = vmlogin_engine::inventory::Sight::Seen(facts.into());
        inventory.surroundings.insert(key.clone(), sight);
        assert!(
            look(&inventory).contains("error: `web01` is called `web01`, and so is device d-1")
        );
        let facts = [("devices-unread".to_owned(), "no right".into())];
        let sight = vmlogin_engine::inventory::Sight::Seen(facts.into());
        inventory.surroundings.insert(key, sight);
        assert!(look(&inventory).contains("not checked: whether the directory has another device"));
    }
}
