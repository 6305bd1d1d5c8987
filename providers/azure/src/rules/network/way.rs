//! The way that the traffic of a machine takes, as far as it was read: its interface, the subnet of that, filters and routes.

use vmlogin_engine::inventory::{Live, Sight};
use vmlogin_engine::kind::{Key, Scene};
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{Card, Finding};
use vmlogin_engine::value::{Attributes, Value};

use crate::arm::ArmId;
use crate::kinds::{arm_id, vm};
use crate::network::filter::Rule;
use crate::network::route::Route;

/// A declared login and its live machine.
pub(super) struct Subject<'a> {
    /// The login.
    pub(super) login: &'a Resource,
    /// The machine as declared.
    pub(super) machine: &'a Resource,
    /// The machine as read.
    pub(super) live: &'a Live,
}

/// Every declared login of a virtual machine that was read. What was not read is told by VML200, once.
pub(super) fn logins<'a>(scene: &Scene<'a>) -> Vec<Subject<'a>> {
    let scene = *scene;
    let logins = scene.manifest.of_kind("login");
    logins
        .filter_map(|login| {
            let machine = scene.manifest.parent_of(login)?;
            let live = vm::live_of(machine, scene.manifest, scene.inventory)?;
            Some(Subject {
                login,
                machine,
                live,
            })
        })
        .collect()
}

impl<'a> Subject<'a> {
    /// What the machine is called.
    pub(super) fn name(&self) -> &'a str {
        &self.machine.name
    }

    /// The network interface that its traffic goes through, or why that is not known.
    pub(super) fn interface(&self, scene: &Scene<'a>) -> Result<&'a Attributes, String> {
        let id = self.live.facts.get("interface").and_then(Value::as_text);
        let id = id.ok_or("the machine tells no network interface")?;
        seen(scene, "network interface", id)
    }

    /// A hit about the login.
    pub(super) fn hit(&self, card: &Card, message: String, help: String) -> Finding {
        let address = self.login.address.clone();
        Finding::hit(card, address, self.login.span, message, help)
    }

    /// That the rule could not look.
    pub(super) fn not_checked(&self, card: &Card, message: String) -> Finding {
        Finding::not_checked(card, self.login.address.clone(), self.login.span, message)
    }
}

/// What another thing names, where it names one.
pub(super) fn named<'a>(
    scene: &Scene<'a>,
    by: &'a Attributes,
    attribute: &str,
    what: &str,
) -> Option<(&'a str, Result<&'a Attributes, String>)> {
    let id = by.get(attribute).and_then(Value::as_text)?;
    let name = id.rsplit('/').next().unwrap_or(id);
    Some((name, seen(scene, what, id)))
}

/// What was seen of a thing, or why nothing was.
fn seen<'a>(scene: &Scene<'a>, what: &str, id: &str) -> Result<&'a Attributes, String> {
    let name = id.rsplit('/').next().unwrap_or(id);
    match scene.inventory.surroundings.get(&Key(id.to_lowercase())) {
        Some(Sight::Seen(says)) => Ok(says),
        Some(Sight::Absent) => Err(format!("its {what} `{name}` is not there")),
        Some(Sight::Unread(fault)) => Err(fault.to_string()),
        None => Err(format!("its {what} `{name}` was not read")),
    }
}

/// The routes of a route table.
pub(super) fn routes(table: &Attributes) -> Result<Vec<Route>, String> {
    let routes = maps(table.get("routes")).map(Route::read);
    let all: Option<Vec<Route>> = routes.collect();
    all.ok_or_else(|| "one of its routes cannot be read".to_owned())
}

/// The rules of the security group at an id, as they will be once the manifest's own are written.
pub(super) fn rules(scene: &Scene<'_>, id: &str, group: &Attributes) -> Result<Vec<Rule>, String> {
    let declared = declared(scene, id);
    let is_declared = |says: &Attributes| {
        let name = says
            .get("name")
            .and_then(Value::as_text)
            .unwrap_or_default();
        declared
            .iter()
            .any(|own| own.name.eq_ignore_ascii_case(name))
    };
    let read = maps(group.get("rules"));
    let others = read.filter(|says| !is_declared(says)).map(Rule::read);
    let own = declared.iter().map(|own| Rule::read(&says(own, group)));
    let all: Option<Vec<Rule>> = others.chain(own).collect();
    all.ok_or_else(|| "one of its rules cannot be read".to_owned())
}

/// The rules that the manifest declares in the group.
fn declared<'a>(scene: &Scene<'a>, id: &str) -> Vec<&'a Resource> {
    let Ok(id) = ArmId::parse(id) else {
        return Vec::new();
    };
    let scene = *scene;
    let rules = scene.manifest.of_kind("rule");
    rules
        .filter(|rule| arm_id(rule, scene.manifest).is_some_and(|own| own.parent() == id))
        .collect()
}

/// What a declared rule will say; the ports that traffic comes from stay as they are.
fn says(rule: &Resource, group: &Attributes) -> Attributes {
    let live = maps(group.get("rules")).find(|says| {
        let name = says.get("name").and_then(Value::as_text);
        name.is_some_and(|name| name.eq_ignore_ascii_case(&rule.name))
    });
    let ports = live.and_then(|live| live.get("source-ports")).cloned();
    let mut says = rule.values();
    says.insert("name".to_owned(), rule.name.as_str().into());
    says.insert(
        "source-ports".to_owned(),
        ports.unwrap_or_else(|| Value::List(vec!["any".into()])),
    );
    says
}

fn maps(list: Option<&Value>) -> impl Iterator<Item = &Attributes> {
    let values = match list {
        Some(Value::List(values)) => values.as_slice(),
        _ => &[],
    };
    values.iter().filter_map(Value::as_map)
}
