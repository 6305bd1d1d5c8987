//! Kinds that refer to each other and bring each other along, shaped like those of networks. An id is `/KIND/SUBSCRIPTION/NAME…`.

use vmlogin_engine::graph::Graph;
use vmlogin_engine::inventory::{Inventory, Live};
use vmlogin_engine::kind::{Catalogue, Key, Kind, Scene};
use vmlogin_engine::manifest::{Manifest, Resource};
use vmlogin_engine::plan::selection::Selected;
use vmlogin_engine::plan::{self, Mode, Plan, Wish};
use vmlogin_engine::schema::{
    Adoption, Attribute, Characters, Class, Existence, Lifetime, NameRule, Naming, Schema, Shape,
    TOP, Written,
};

use crate::graph::check_edges;

/// What the tests of references work with.
pub(crate) static NETWORKED: Catalogue = Catalogue {
    kinds: &[&GROUP, &NETWORK, &SUBNET, &PUBLIC_IP, &INTERFACE, &BOX],
    clouds: &["public"],
};

struct Plain(&'static Schema);

static GROUP: Plain = Plain(&Schema {
    kind: "resource-group",
    title: "resource group",
    stands_in: &[TOP],
    attributes: &[attribute("location", Shape::Region, Written::Property)],
    existence: Existence::MadeBy("location"),
    ..BLANK
});

static NETWORK: Plain = Plain(&Schema {
    kind: "virtual-network",
    title: "virtual network",
    existence: Existence::MadeBy("range"),
    attributes: &[attribute("range", Shape::Network, Written::Value)],
    ..BLANK
});

static SUBNET: Plain = Plain(&Schema {
    kind: "subnet",
    title: "subnet",
    stands_in: &["virtual-network"],
    attributes: &[attribute("prefix", Shape::Network, Written::Value)],
    existence: Existence::MadeBy("prefix"),
    ..BLANK
});

static PUBLIC_IP: Plain = Plain(&Schema {
    kind: "public-ip",
    title: "public address",
    naming: Naming::Along,
    ..BLANK
});

static INTERFACE: Plain = Plain(&Schema {
    kind: "network-interface",
    title: "network interface",
    naming: Naming::Along,
    attributes: &[
        attribute("subnet", reference(&["subnet"], None), Written::Property),
        attribute(
            "public-ip",
            reference(&["public-ip"], Some("-pip")),
            Written::Property,
        ),
        attribute("note", Shape::Text, Written::Value),
    ],
    later: &["name"],
    ..BLANK
});

static BOX: Plain = Plain(&Schema {
    kind: "box",
    title: "box",
    attributes: &[
        attribute("image", Shape::Text, Written::Value),
        Attribute {
            class: Class::CreateOnly,
            ..attribute(
                "nic",
                reference(&["network-interface"], Some("-nic")),
                Written::Node,
            )
        },
        attribute("beside", reference(&["box"], None), Written::Values),
    ],
    existence: Existence::MadeBy("image"),
    ..BLANK
});

const BLANK: Schema = Schema {
    kind: "",
    title: "",
    stands_in: &["resource-group"],
    naming: Naming::Names,
    attributes: &[],
    later: &[],
    existence: Existence::Made,
    lifetime: Lifetime::Stays,
    adoption: Adoption::Managed,
    stamped: true,
    container: false,
    repaired: false,
    order: &[],
};

const fn attribute(name: &'static str, shape: Shape, written: Written) -> Attribute {
    Attribute {
        name,
        class: Class::Changeable,
        shape,
        written,
        default: None,
    }
}

const fn reference(kinds: &'static [&'static str], along: Option<&'static str>) -> Shape {
    Shape::Reference { kinds, along }
}

impl Kind for Plain {
    fn schema(&self) -> &'static Schema {
        self.0
    }

    fn names(&self) -> &'static NameRule {
        &NameRule {
            most: 20,
            characters: Characters::AsciiAnd("-_."),
            not_first: "-",
            not_last: "-",
        }
    }

    fn key(&self, resource: &Resource, scene: &Scene<'_>) -> Option<Key> {
        self.id(resource, scene).map(|id| Key(id.to_lowercase()))
    }

    fn id(&self, resource: &Resource, scene: &Scene<'_>) -> Option<String> {
        let around = scene.manifest.around(resource);
        let mut names: Vec<&str> = around.map(|around| around.name.as_str()).collect();
        names.reverse();
        self.located(scene.manifest, &resource.subscription, &names)
    }

    fn located(&self, _: &Manifest, subscription: &str, names: &[&str]) -> Option<String> {
        Some(format!(
            "/{}/{subscription}/{}",
            self.0.kind,
            names.join("/")
        ))
    }

    fn is_id(&self, text: &str) -> bool {
        text.starts_with(&format!("/{}/", self.0.kind))
    }
}

/// A plan of one of these manifests against these live things.
pub(crate) fn plan_of(manifest: &Manifest, inventory: &Inventory, mode: Mode) -> Plan {
    let scene = Scene::of(manifest, inventory);
    let wish = Wish {
        replaced: Vec::new(),
        mode,
        selected: Selected::read(&[], &[]).expect("no patterns"),
        reinstall: false,
        tool: "test".to_owned(),
    };
    let graph = Graph::of(manifest, &NETWORKED).expect("no cycle");
    check_edges(manifest, &graph, &NETWORKED);
    let plan = plan::plan(&NETWORKED, &scene, &graph, Vec::new(), &wish).expect("no cycle");
    let wrong = plan::audit::audit(&plan);
    assert_eq!(wrong, Vec::<String>::new());
    plan
}

/// A live thing of this estate, by its id: `/box/core/rg-web/web01`.
pub(crate) fn live_at(id: &str) -> Live {
    let (kind, place) = id
        .trim_start_matches('/')
        .split_once('/')
        .expect("/KIND/PLACE");
    let kind = NETWORKED.kind(kind).expect("a kind").schema().kind;
    let mut live = crate::world::live(kind, place);
    live.id = id.to_owned();
    live.key = Key(id.to_lowercase());
    live.stamp = Some("contoso-prod".to_owned());
    live
}
