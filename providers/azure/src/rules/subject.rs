//! The machine that a declared login stands in, as rules look at it: as it was read, or as it will be once the plan has made it.

use vmlogin_engine::inventory::{Health, Live, Sight};
use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::rule::{Card, Finding};
use vmlogin_engine::value::{Attributes, Value};

use crate::kinds::live_of;
use crate::kinds::vm::{self, image};

/// A declared login and its machine.
pub(super) struct Subject<'a> {
    /// The login.
    pub(super) login: &'a Resource,
    /// The machine as declared.
    pub(super) machine: &'a Resource,
    /// The machine as read; `None` where the plan makes it.
    live: Option<&'a Live>,
    /// What was read of it besides, or for it before it is there.
    facts: Option<&'a Attributes>,
    /// The login as read, where there is one.
    installed: Option<&'a Live>,
}

/// Every declared login whose machine was read, or is to be made. What was not read is told by VML200, once.
pub(super) fn logins<'a>(scene: &Scene<'a>) -> Vec<Subject<'a>> {
    let subjects = on(scene, |_| true);
    subjects
        .filter(|subject| subject.live.is_some() || is_made(scene, subject.machine))
        .collect()
}

/// Every declared login on a machine that is wanted, for rules to which the manifest alone says something.
pub(super) fn on<'a>(
    scene: &Scene<'a>,
    wanted: impl Fn(&Resource) -> bool,
) -> impl Iterator<Item = Subject<'a>> {
    let each = scene.manifest.with_parents();
    let logins = each.filter(|(login, _)| login.kind == "login");
    logins.filter_map(move |(login, machine)| {
        let machine = machine.filter(|machine| wanted(machine))?;
        Some(subject(scene, login, machine))
    })
}

fn subject<'a>(scene: &Scene<'a>, login: &'a Resource, machine: &'a Resource) -> Subject<'a> {
    let live = live_of(machine, scene);
    Subject {
        login,
        machine,
        live,
        facts: match live {
            Some(live) => Some(&live.facts),
            None => ahead(scene, machine),
        },
        installed: live_of(login, scene),
    }
}

/// Whether the manifest says how the machine is made. One that might be there and could not be read is left to VML200.
fn is_made(scene: &Scene<'_>, machine: &Resource) -> bool {
    let place = format!("`{}`", machine.address);
    let mut gaps = scene.inventory.gaps.iter();
    machine.get("image").is_some() && !gaps.any(|gap| gap.what.contains(&place))
}

fn ahead<'a>(scene: &Scene<'a>, machine: &Resource) -> Option<&'a Attributes> {
    if scene.inventory.surroundings.is_empty() {
        return None;
    }
    let key = vm::ahead(machine, scene.manifest)?;
    match scene.inventory.surroundings.get(&key)? {
        Sight::Seen(facts) => Some(facts),
        Sight::Absent | Sight::Unread(_) => None,
    }
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

    /// Whether the plan makes it: then it has no extensions and no agent yet, and is what its node says.
    pub(super) fn is_new(&self) -> bool {
        self.live.is_none()
    }

    /// "runs", or "will run" of one that is to be made.
    pub(super) fn runs(&self) -> &'static str {
        if self.is_new() { "will run" } else { "runs" }
    }

    /// How a sentence ends that says what nobody tells of the machine.
    pub(super) fn untold(&self) -> &'static str {
        if self.is_new() {
            "is not told by its image"
        } else {
            "is told neither by its agent nor by its image"
        }
    }

    /// What can be done about a machine with the wrong system: `else_way` is for one that is there.
    pub(super) fn without_login(&self, else_way: &str, new_way: &str) -> String {
        let way = if self.is_new() { new_way } else { else_way };
        format!("take `login` out of `{}`, or {way}", self.node())
    }

    /// The machine's id as the directory and its extensions name it, lower-case; `None` where it is to be made.
    pub(super) fn key(&self) -> Option<&'a str> {
        Some(self.live?.key.0.as_str())
    }

    /// What was read of the machine besides.
    pub(super) fn fact(&self, name: &str) -> Option<&'a str> {
        self.facts?.get(name).and_then(Value::as_text)
    }

    /// `windows` or `linux`: by Azure's word, else by the manifest's.
    pub(super) fn os(&self) -> Option<&'a str> {
        self.fact("os").or_else(|| image::declared_os(self.machine))
    }

    /// The marketplace image, `publisher:offer:sku`: the one that it was made from, else the one that it is to be made from.
    pub(super) fn image(&self) -> Option<&'a str> {
        match self.live {
            Some(_) => self.fact("image"),
            None => image::source(self.declared("image")?),
        }
    }

    /// The size: the declared one is what it gets.
    pub(super) fn size(&self) -> Option<&'a str> {
        let live = || self.live?.attributes.get("size")?.as_text();
        self.declared("size").or_else(live)
    }

    /// What it calls itself, where that was read or is declared.
    pub(super) fn computer_name(&self) -> Option<&'a str> {
        let declared = || self.declared("computer-name");
        self.fact("computer-name").or_else(declared)
    }

    fn declared(&self, attribute: &str) -> Option<&'a str> {
        self.machine.get(attribute)?.as_text()
    }

    /// What was read of each of the machine's extensions, by the names of their resources.
    pub(super) fn extensions(&self, fact: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let map = self.map(fact);
        map.into_iter()
            .flatten()
            .filter_map(|(name, value)| Some((name.as_ref(), value.as_text()?)))
    }

    /// A map that was read of the machine besides.
    pub(super) fn map(&self, fact: &str) -> Option<&'a Attributes> {
        self.facts?.get(fact)?.as_map()
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
        match self.facts?.get(name)? {
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
