//! The machine that a declared login stands in, as rules look at it.

use vmlogin_engine::inventory::{Health, Live};
use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{Card, Finding};
use vmlogin_engine::value::Value;

use crate::kinds::catalogue;

/// A declared login and its machine, declared and live.
pub(super) struct Subject<'a> {
    /// The login.
    pub(super) login: &'a Resource,
    /// The machine as declared.
    pub(super) machine: &'a Resource,
    /// The machine as read.
    pub(super) live: &'a Live,
    /// The login as read, where there is one.
    installed: Option<&'a Live>,
}

/// Every declared login whose machine was read. What was not read is told by VML200, once.
pub(super) fn logins<'a>(scene: &Scene<'a>) -> Vec<Subject<'a>> {
    let scene = *scene;
    let logins = scene.manifest.of_kind("login");
    logins.filter_map(|login| subject(scene, login)).collect()
}

fn subject<'a>(scene: Scene<'a>, login: &'a Resource) -> Option<Subject<'a>> {
    let machine = scene.manifest.parent_of(login)?;
    Some(Subject {
        login,
        machine,
        live: live(scene, machine)?,
        installed: live(scene, login),
    })
}

fn live<'a>(scene: Scene<'a>, resource: &Resource) -> Option<&'a Live> {
    let kind = catalogue().kind(resource.kind)?;
    let key = kind.key(resource, &scene)?;
    scene.inventory.get(kind.schema().kind, &key)
}

impl<'a> Subject<'a> {
    /// What the machine is called.
    pub(super) fn name(&self) -> &'a str {
        &self.machine.name
    }

    /// The machine's node, as a help tells where to write: `vm web01`.
    pub(super) fn node(&self) -> String {
        format!("{} {}", self.machine.kind, self.machine.name)
    }

    /// Whether it is an Arc-enabled machine, of which Microsoft's pages say other things.
    pub(super) fn is_arc(&self) -> bool {
        self.machine.kind == "arc-machine"
    }

    /// What was read of the machine besides.
    pub(super) fn fact(&self, name: &str) -> Option<&'a str> {
        self.live.facts.get(name).and_then(Value::as_text)
    }

    /// What was read of each of the machine's extensions, by the names of their resources.
    pub(super) fn extensions(&self, fact: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let map = self.live.facts.get(fact).and_then(Value::as_map);
        map.into_iter()
            .flatten()
            .filter_map(|(name, value)| Some((name.as_str(), value.as_text()?)))
    }

    /// Whether the login works already: then nothing is installed, and nothing can fail to be.
    pub(super) fn is_installed(&self) -> bool {
        self.installed
            .is_some_and(|login| login.health == Health::Good)
    }

    /// Whether the machine has the extension, however it is.
    pub(super) fn has_login(&self) -> bool {
        self.installed.is_some()
    }

    /// What was read of the login besides.
    pub(super) fn login_fact(&self, name: &str) -> Option<&'a str> {
        self.installed?.facts.get(name).and_then(Value::as_text)
    }

    /// A list that was read of the machine besides.
    pub(super) fn list(&self, name: &str) -> Option<Vec<&'a str>> {
        match self.live.facts.get(name)? {
            Value::List(values) => Some(values.iter().filter_map(Value::as_text).collect()),
            _ => None,
        }
    }

    /// A hit about the login.
    pub(super) fn hit(&self, card: &Card, message: String, help: String) -> Finding {
        Finding::hit(
            card,
            self.login.address.clone(),
            self.login.span,
            message,
            help,
        )
    }

    /// That the rule could not look.
    pub(super) fn not_checked(&self, card: &Card, message: String) -> Finding {
        Finding::not_checked(card, self.login.address.clone(), self.login.span, message)
    }
}
