//! Both sides of a plan in a few lines: a manifest as text, and live things by short names.

use vmlogin_engine::access::{Door, Holding};
use vmlogin_engine::address::Address;
use vmlogin_engine::graph::{Cycle, Graph};
use vmlogin_engine::inventory::{
    Content, Found, Health, Inventory, Live, Resolution, Role, RoleResolution,
};
use vmlogin_engine::kind::{Key, Scene};
use vmlogin_engine::language::{self, File, Inputs};
use vmlogin_engine::manifest::{Manifest, lower};
use vmlogin_engine::plan::audit::audit;
use vmlogin_engine::plan::guard::Refusal;
use vmlogin_engine::plan::selection::Selected;
use vmlogin_engine::plan::{self, Action, Mode, Plan, Wish};
use vmlogin_engine::rule::Finding;
use vmlogin_engine::source::SourceId;
use vmlogin_engine::syntax;
use vmlogin_engine::value::{Attributes, Principal, PrincipalKind, Value};

use crate::graph::check_edges;
use crate::sample::CATALOGUE;

/// What some patterns target and others exclude.
fn selected(targets: &[&str], excludes: &[&str]) -> Selected {
    let owned =
        |texts: &[&str]| -> Vec<String> { texts.iter().map(|text| (*text).to_owned()).collect() };
    Selected::read(&owned(targets), &owned(excludes)).expect("patterns")
}

/// The estate, tenant and subscription that stand before every manifest of these tests.
const HEAD: &str = r#"
vmlogin 1 { estate "web-prod" }
tenant contoso id="11111111-1111-4111-8111-111111111111" {
    subscription core id="22222222-2222-4222-8222-222222222222"
}
"#;

/// A checked manifest of text that has no problems; [`HEAD`] is added.
pub(crate) fn manifest(text: &str) -> Manifest {
    whole_manifest(&format!("{HEAD}{text}"))
}

/// A checked manifest of a whole text that has no problems.
pub(crate) fn whole_manifest(text: &str) -> Manifest {
    let parsed = syntax::parse(SourceId(0), text);
    assert_eq!(parsed.problems, [], "{text}");
    let file = File {
        source: SourceId(0),
        path: "estate.kdl".to_owned(),
        tree: parsed.tree,
        root: true,
    };
    let expanded = language::expand(vec![file], &Inputs::default());
    assert_eq!(expanded.problems, [], "{text}");
    let lowered = lower::lower(expanded.tree, &CATALOGUE);
    assert_eq!(lowered.problems, [], "{text}");
    lowered.manifest.expect("a manifest without problems")
}

/// What is live, built up by short names. Places are `core/rg/web01`, as in addresses.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    inventory: Inventory,
}

impl World {
    /// A subscription that was read to the last page.
    pub(crate) fn new() -> World {
        let mut world = World::default();
        world.inventory.grants_complete.insert("core".to_owned());
        world
    }

    pub(crate) fn group(self, place: &str) -> World {
        self.with(live("resource-group", place))
    }

    pub(crate) fn machine(self, place: &str) -> World {
        self.with(live("vm", place))
    }

    pub(crate) fn identity(self, machine: &str) -> World {
        self.with(live("identity", &format!("{machine}/identity")))
    }

    pub(crate) fn login(self, machine: &str) -> World {
        self.with(live("login", &format!("{machine}/login")))
    }

    /// A live grant at a place to an object, with the estate that made it.
    pub(crate) fn grant(self, place: &str, role: &str, object: &str, stamp: Option<&str>) -> World {
        let key = format!("{place}|{object}|{role}");
        let address = match place.split('/').count() {
            3 => format!("vm:{place}/grant/{role}/object-id:{object}"),
            _ => format!("grant:{place}/{role}/object-id:{object}"),
        };
        let mut live = live("grant", &key);
        live.address = serde_json::from_value(address.into()).expect("an address");
        live.title = format!("grant `{role}` to {object} at `{place}`");
        live.within = around(place);
        live.stamp = stamp.map(str::to_owned);
        live.attributes = Attributes::from([("role".to_owned(), role.into())]);
        let holding = Holding {
            id: live.id.to_lowercase(),
            ..holding(place, role, object)
        };
        self.with(live).held(holding)
    }

    /// A role that somebody has, whether or not it is a grant of concern.
    pub(crate) fn held(mut self, holding: Holding) -> World {
        self.inventory.access.holdings.push(holding);
        self
    }

    /// Changes the roles of one object.
    pub(crate) fn holder(mut self, object: &str, change: impl Fn(&mut Holding)) -> World {
        let holdings = self.inventory.access.holdings.iter_mut();
        holdings
            .filter(|one| one.principal == object)
            .for_each(change);
        self
    }

    /// A role of the manifest's in the subscription, with which people may hand out roles.
    pub(crate) fn privileged(mut self, role: &str) -> World {
        let key = ("core".to_owned(), role.to_lowercase());
        let found = RoleResolution::Found(Role {
            id: role.to_lowercase(),
            name: role.to_owned(),
            signs_in: false,
            privileged: true,
            admin: false,
            rights: Default::default(),
        });
        self.inventory.roles.insert(key, found);
        self
    }

    /// People can sign in to a machine.
    pub(crate) fn door(mut self, machine: &str) -> World {
        self.inventory.access.doors.push(Door {
            address: Address::new("vm", machine.split('/')),
            subscription: "core".to_owned(),
            within: around(machine),
        });
        self
    }

    /// A live grant at a management group.
    pub(crate) fn grant_beyond(
        self,
        group: &str,
        role: &str,
        object: &str,
        stamp: Option<&str>,
    ) -> World {
        let mut live = live("grant", &format!("{group}|{object}|{role}"));
        let address = format!("management-group:{group}/grant/{role}/object-id:{object}");
        live.address = serde_json::from_value(address.into()).expect("an address");
        live.title = format!("grant `{role}` to {object} at `{group}`");
        live.subscription = String::new();
        live.within = vec![group.to_owned()];
        live.stamp = stamp.map(str::to_owned);
        live.attributes = Attributes::from([("role".to_owned(), role.into())]);
        self.with(live)
    }

    /// Somebody whom the directory knows: `user:kim@contoso.com` or `group:sg-web`.
    pub(crate) fn knows(self, principal: &str, object: &str) -> World {
        let found = Resolution::Found(Found {
            object_id: object.to_owned(),
            principal_type: "User".to_owned(),
            display_name: principal.to_owned(),
            enabled: Some(true),
            guest: None,
        });
        self.resolves(principal, found)
    }

    pub(crate) fn resolves(mut self, principal: &str, resolution: Resolution) -> World {
        let (kind, name) = principal.split_once(':').expect("KIND:NAME");
        let principal = Principal {
            kind: PrincipalKind::read(kind).expect("a kind of principal"),
            name: name.to_owned(),
        };
        self.inventory
            .principals
            .insert(("contoso".to_owned(), principal), resolution);
        self
    }

    /// What became of the identity that a grant names.
    pub(crate) fn identity_of(mut self, grant: &Address, resolution: Resolution) -> World {
        self.inventory.identities.insert(grant.clone(), resolution);
        self
    }

    /// Of these addresses only lists told.
    pub(crate) fn secondhand(mut self, addresses: &[&str]) -> World {
        let addresses = addresses.iter().map(|address| Address::read(address));
        self.inventory.secondhand.extend(addresses);
        self
    }

    /// What was read.
    pub(crate) fn inventory(&self) -> &Inventory {
        &self.inventory
    }

    /// Changes the live thing of a kind at a place.
    pub(crate) fn but(
        mut self,
        kind: &'static str,
        key: &str,
        change: impl Fn(&mut Live),
    ) -> World {
        let live = self
            .inventory
            .live
            .get_mut(kind, &Key(key.to_owned()))
            .expect("a live thing of that key");
        change(live);
        self
    }

    /// What lies in a group.
    pub(crate) fn holds(mut self, group: &str, contents: &[&str]) -> World {
        let contents = contents
            .iter()
            .map(|id| Content {
                id: (*id).to_owned(),
                name: (*id).to_owned(),
            })
            .collect();
        self.inventory
            .contents
            .insert(Key(group.to_owned()), contents);
        self
    }

    /// The grants of the subscription were not read to the end.
    pub(crate) fn incomplete(mut self) -> World {
        self.inventory.grants_complete.clear();
        self
    }

    /// The estate whose stamp is on the live thing with this id.
    pub(crate) fn stamp_of(&self, id: &str) -> Option<&str> {
        self.inventory
            .live
            .values()
            .find(|live| live.id == id)
            .and_then(|live| live.stamp.as_deref())
    }

    pub(crate) fn with(mut self, live: Live) -> World {
        self.inventory.insert(live);
        self
    }

    /// The plan for a manifest, audited.
    pub(crate) fn plan(&self, manifest: &Manifest) -> Plan {
        self.plan_as(manifest, Mode::Apply, &[], &[], Vec::new())
    }

    pub(crate) fn destroy(&self, manifest: &Manifest) -> Plan {
        self.plan_as(manifest, Mode::Destroy, &[], &[], Vec::new())
    }

    pub(crate) fn plan_as(
        &self,
        manifest: &Manifest,
        mode: Mode,
        targets: &[&str],
        excludes: &[&str],
        findings: Vec<Finding>,
    ) -> Plan {
        let plan = self
            .try_plan(manifest, mode, targets, excludes, findings)
            .expect("no cycle");
        assert_eq!(audit(&plan), Vec::<String>::new());
        plan
    }

    /// The plan in which these are made anew, audited, and the refusals of those that cannot be.
    pub(crate) fn plan_anew(
        &self,
        manifest: &Manifest,
        addresses: &[&str],
    ) -> (Plan, Vec<Refusal>) {
        self.plan_anew_of(manifest, addresses, (&[], &[]))
    }

    /// The same of what some patterns target and others exclude.
    pub(crate) fn plan_anew_of(
        &self,
        manifest: &Manifest,
        addresses: &[&str],
        (targets, excludes): (&[&str], &[&str]),
    ) -> (Plan, Vec<Refusal>) {
        let replaced: Vec<Address> = addresses.iter().map(|text| Address::read(text)).collect();
        let scene = Scene::of(manifest, &self.inventory);
        let refusals = plan::replace::refusals(&CATALOGUE, &scene, &replaced);
        let wish = Wish {
            mode: Mode::Apply,
            selected: selected(targets, excludes),
            replaced,
            reinstall: false,
            tool: "test".to_owned(),
        };
        let plan = decided(&scene, Vec::new(), &wish).expect("no cycle");
        if refusals.is_empty() {
            assert_eq!(audit(&plan), Vec::<String>::new());
        }
        (plan, refusals)
    }

    /// The plan in which what failed may be installed anew, audited.
    pub(crate) fn plan_reinstalled(&self, manifest: &Manifest) -> Plan {
        let scene = Scene::of(manifest, &self.inventory);
        let wish = Wish {
            mode: Mode::Apply,
            selected: Selected::default(),
            replaced: Vec::new(),
            reinstall: true,
            tool: "test".to_owned(),
        };
        let plan = decided(&scene, Vec::new(), &wish).expect("no cycle");
        assert_eq!(audit(&plan), Vec::<String>::new());
        plan
    }

    fn try_plan(
        &self,
        manifest: &Manifest,
        mode: Mode,
        targets: &[&str],
        excludes: &[&str],
        findings: Vec<Finding>,
    ) -> Result<Plan, Cycle> {
        let scene = Scene::of(manifest, &self.inventory);
        let wish = Wish {
            mode,
            selected: selected(targets, excludes),
            replaced: Vec::new(),
            reinstall: false,
            tool: "test".to_owned(),
        };
        decided(&scene, findings, &wish)
    }

    /// What the world looks like once a plan was carried out to the letter.
    pub(crate) fn after(&self, plan: &Plan) -> World {
        let mut after = self.clone();
        for step in plan.writes() {
            match step.action {
                Action::Create | Action::Update | Action::Replace => after.write(plan, step),
                Action::Revoke | Action::Delete => {
                    let id = step.id.clone().expect("an id");
                    after.inventory.live.retain(|_, live| live.id != id);
                }
                Action::Keep | Action::Defer => {}
            }
        }
        after
    }

    fn write(&mut self, plan: &Plan, step: &plan::Step) {
        let kind = CATALOGUE.kind(&step.kind).expect("a kind").schema().kind;
        let id = step.id.clone().expect("an id");
        let key = id.strip_prefix("grants/").unwrap_or(&id);
        let key = key.split_once("/grants/").map_or(key, |(_, key)| key);
        let made = live(kind, key);
        let lives = &mut self.inventory.live;
        if lives.get(kind, &made.key).is_none() {
            lives.insert(made.clone());
        }
        let live = lives.get_mut(kind, &made.key).expect("it is there");
        live.id = id.clone();
        live.health = Health::Good;
        if step.action == Action::Create {
            live.stamp = Some(plan.estate.clone());
        }
        for (name, value) in &step.write {
            match (live.attributes.get_mut(name), value) {
                (Some(Value::Map(old)), Value::Map(new)) => old.extend(new.clone()),
                _ => {
                    live.attributes.insert(name.clone(), value.clone());
                }
            }
        }
    }
}

fn decided(scene: &Scene<'_>, findings: Vec<Finding>, wish: &Wish) -> Result<Plan, Cycle> {
    let graph = Graph::of(scene.manifest, &CATALOGUE)?;
    check_edges(scene.manifest, &graph, &CATALOGUE);
    plan::plan(&CATALOGUE, scene, &graph, findings, wish)
}

/// A healthy live thing that nobody stamped.
pub(crate) fn live(kind: &'static str, key: &str) -> Live {
    let address = Address::new(kind, key.split('/'));
    Live {
        kind,
        key: Key(key.to_owned()),
        id: key.to_owned(),
        title: format!("{kind} `{key}`"),
        address,
        subscription: "core".to_owned(),
        within: around(key),
        attributes: Attributes::new(),
        stamp: None,
        protected: false,
        health: Health::Good,
        facts: Attributes::new(),
    }
}

/// What somebody has by a role at a place: `admin` signs in as administrator, `Owner` hands out roles and writes machines.
pub(crate) fn holding(place: &str, role: &str, object: &str) -> Holding {
    let who = format!("user `{object}`");
    let rights: &[&str] = match role {
        "Owner" => &["hand out roles", "write machines"],
        "Contributor" => &["write machines"],
        _ => &[],
    };
    Holding {
        title: format!("`{role}` of {who} at `{place}`"),
        who,
        tenant: "contoso".to_owned(),
        subscription: "core".to_owned(),
        within: around(place),
        principal: object.to_owned(),
        principal_type: "User".to_owned(),
        admin: Some(role == "admin"),
        rights: rights.iter().copied().collect(),
        of_caller: object == "me",
        ..Holding::default()
    }
}

/// `core/rg/web01` lies in the subscription, the group and itself.
fn around(place: &str) -> Vec<String> {
    let mut around = vec!["/subscriptions/22222222-2222-4222-8222-222222222222".to_owned()];
    let parts: Vec<&str> = place.split('/').collect();
    around.extend((2..=parts.len()).map(|count| parts[..count].join("/")));
    around
}

/// A plan as a few lines that can be checked by eye.
pub(crate) fn shown(plan: &Plan) -> String {
    let mut lines = Vec::new();
    for step in &plan.steps {
        lines.push(format!("{:<6} {}", step.action.word(), step.address));
        for change in &step.changes {
            lines.push(format!(
                "    {}: {} -> {}",
                change.attribute, change.before, change.after
            ));
        }
        for wait in &step.waits {
            lines.push(format!(
                "    after {} ({:?}): {}",
                wait.on, wait.need, wait.reason
            ));
        }
        lines.extend(step.notes.iter().map(|note| format!("    note: {note}")));
        lines.extend(
            step.hindrance
                .iter()
                .map(|hindrance| format!("    because {}; {}", hindrance.reason, hindrance.help)),
        );
        lines.extend(
            step.blocked
                .iter()
                .map(|blocked| format!("    blocked by {} on {}", blocked.rule, blocked.subject)),
        );
    }
    lines.extend(
        plan.unmanaged
            .iter()
            .map(|stays| format!("stays  {}: {}", stays.name, stays.why)),
    );
    lines.join("\n")
}
