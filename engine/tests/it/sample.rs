//! A small set of kinds, shaped like the real ones, for tests of what the engine makes of kinds.
//!
//! Keys and ids are spelt the same way here, in lower case: `core/rg`, `core/rg/web01`, `core/rg/web01/login`, and for a
//! grant `core/rg|OBJECT-ID|role`. The real spellings are the provider's business.

use vmlogin_engine::access::Holding;
use vmlogin_engine::inventory::{Health, Live, Resolution};
use vmlogin_engine::kind::{Catalogue, Hindrance, Key, Kind, Reinstall, Scene};
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::schema::{
    Adoption, Attribute, Characters, Class, Existence, Lifetime, Literal, NameRule, Naming, Need,
    Order, Place, Schema, Shape, Sort, TOP, Written,
};
use vmlogin_engine::value::{Attributes, Value};

/// What the tests lower, compare and plan with.
pub(crate) static CATALOGUE: Catalogue = Catalogue {
    kinds: &[&Group, &Machine, &Identity, &Login, &Grant],
    clouds: &["public", "usgov", "china"],
};

struct Group;
struct Machine;
struct Identity;
struct Login;
struct Grant;

static GROUP: Schema = Schema {
    kind: "resource-group",
    title: "resource group",
    stands_in: &[TOP],
    naming: Naming::Names,
    attributes: &[
        Attribute {
            name: "location",
            class: Class::Fixed,
            shape: Shape::Region,
            written: Written::Property,
            default: None,
        },
        TAGS,
        PROTECT,
    ],
    later: &[
        "own",
        "virtual-network",
        "network-security-group",
        "managed-identity",
        "arc-machine",
        "policy",
        "wave",
    ],
    existence: Existence::MadeBy("location"),
    lifetime: Lifetime::Stays,
    adoption: Adoption::Managed,
    stamped: true,
    container: true,
    repaired: false,
    order: &[],
};

static MACHINE: Schema = Schema {
    kind: "vm",
    title: "VM",
    stands_in: &["resource-group"],
    naming: Naming::Names,
    attributes: &[
        Attribute {
            name: "os",
            class: Class::Fixed,
            shape: Shape::Choice {
                words: &["windows"],
                later: &["linux"],
            },
            written: Written::Property,
            default: None,
        },
        SIZE,
        ADMIN,
        PASSWORD,
        SSH_KEY,
        DISK_SIZE,
        DISK_TYPE,
        PREFIX,
        OUTBOUND,
        TAGS,
        PROTECT,
    ],
    later: &["location", "image", "zone", "nic"],
    existence: Existence::Expected,
    lifetime: Lifetime::Stays,
    adoption: Adoption::Managed,
    stamped: true,
    container: false,
    repaired: false,
    order: &[],
};

static IDENTITY: Schema = Schema {
    kind: "identity",
    title: "system-assigned identity",
    stands_in: &["vm"],
    naming: Naming::Word("system-assigned"),
    attributes: &[],
    later: &["user-assigned"],
    existence: Existence::Made,
    lifetime: Lifetime::Stays,
    adoption: Adoption::Managed,
    stamped: false,
    container: false,
    repaired: false,
    order: &[],
};

static LOGIN: Schema = Schema {
    kind: "login",
    title: "login extension",
    stands_in: &["vm"],
    naming: Naming::Unnamed,
    attributes: &[
        Attribute {
            name: "version",
            class: Class::Changeable,
            shape: Shape::Floor,
            written: Written::Nowhere,
            default: Some(Literal::Text("1.0")),
        },
        Attribute {
            name: "auto-upgrade-minor-version",
            class: Class::Changeable,
            shape: Shape::Bool,
            written: Written::Nowhere,
            default: Some(Literal::Bool(true)),
        },
    ],
    later: &[
        "version",
        "auto-upgrade-minor-version",
        "enable-automatic-upgrade",
        "mdm-id",
    ],
    existence: Existence::Made,
    lifetime: Lifetime::Stays,
    adoption: Adoption::Managed,
    stamped: true,
    container: false,
    repaired: true,
    order: &[Order {
        after: "identity",
        place: Place::Sibling,
        need: Need::Success,
        reason: "the extension joins with the machine's identity",
    }],
};

static GRANT: Schema = Schema {
    kind: "grant",
    title: "grant",
    stands_in: &["subscription", "management-group", "resource-group", "vm"],
    naming: Naming::Grant {
        roles: &["admin", "user"],
    },
    attributes: &[
        Attribute {
            name: "role",
            class: Class::Fixed,
            shape: Shape::Name,
            written: Written::Argument,
            default: None,
        },
        Attribute {
            name: "principal",
            class: Class::Fixed,
            shape: Shape::Principal,
            written: Written::Argument,
            default: None,
        },
        Attribute {
            name: "reason",
            class: Class::Changeable,
            shape: Shape::Text,
            written: Written::Property,
            default: None,
        },
    ],
    later: &["until", "eligible", "max", "owner", "review-by"],
    existence: Existence::Made,
    lifetime: Lifetime::Vanishes,
    adoption: Adoption::AsIs,
    stamped: true,
    container: false,
    repaired: false,
    order: &[
        Order {
            after: "login",
            place: Place::Sibling,
            need: Need::Success,
            reason: "the role is of use once the login is there",
        },
        Order {
            after: "login",
            place: Place::Beneath,
            need: Need::End,
            reason: "wider grants come after the logins beneath them",
        },
    ],
};

const SIZE: Attribute = Attribute {
    name: "size",
    class: Class::Changeable,
    shape: Shape::Name,
    written: Written::Value,
    default: None,
};

const ADMIN: Attribute = Attribute {
    name: "admin",
    class: Class::CreateOnly,
    shape: Shape::Text,
    written: Written::Value,
    default: None,
};

const PASSWORD: Attribute = Attribute {
    name: "admin.password",
    class: Class::WriteOnly,
    shape: Shape::Secret,
    written: Written::Detail,
    default: None,
};

/// Any text may be a key of this sample.
static KEY: Sort = Sort {
    title: "public key",
    misfit: |_| None,
    same: |wanted, found| wanted == found,
};

const SSH_KEY: Attribute = Attribute {
    name: "admin.ssh-key",
    class: Class::WriteOnly,
    shape: Shape::TextOrFile(&KEY),
    written: Written::Detail,
    default: None,
};

const DISK_SIZE: Attribute = Attribute {
    name: "os-disk.size-gb",
    class: Class::CreateOnly,
    shape: Shape::Integer {
        least: 1,
        most: 4095,
    },
    written: Written::Detail,
    default: None,
};

const DISK_TYPE: Attribute = Attribute {
    name: "os-disk.type",
    class: Class::CreateOnly,
    shape: Shape::Choice {
        words: &["Standard_LRS", "Premium_LRS"],
        later: &[],
    },
    written: Written::Detail,
    default: None,
};

/// No machine has one; the kinds here are few.
const PREFIX: Attribute = Attribute {
    name: "prefix",
    class: Class::Fixed,
    shape: Shape::Network,
    written: Written::Value,
    default: None,
};

const OUTBOUND: Attribute = Attribute {
    name: "default-outbound-access",
    class: Class::Changeable,
    shape: Shape::Bool,
    written: Written::Value,
    default: None,
};

const TAGS: Attribute = Attribute {
    name: "tags",
    class: Class::Changeable,
    shape: Shape::Pairs,
    written: Written::Pairs,
    default: None,
};

const PROTECT: Attribute = Attribute {
    name: "protect",
    class: Class::Changeable,
    shape: Shape::Bool,
    written: Written::Flag,
    default: None,
};

impl Kind for Group {
    fn schema(&self) -> &'static Schema {
        &GROUP
    }

    fn names(&self) -> &'static NameRule {
        &NameRule {
            most: 90,
            characters: Characters::LettersDigitsAnd("-_.()"),
            not_first: "",
            not_last: ".",
        }
    }

    fn key(&self, resource: &Resource, _: &Scene<'_>) -> Option<Key> {
        Some(place(resource))
    }

    fn id(&self, resource: &Resource, _: &Scene<'_>) -> Option<String> {
        Some(place(resource).0)
    }

    fn complete(&self, _: &Resource, scene: &Scene<'_>) -> Attributes {
        estate(scene)
    }
}

impl Kind for Machine {
    fn schema(&self) -> &'static Schema {
        &MACHINE
    }

    fn names(&self) -> &'static NameRule {
        &NameRule {
            most: 64,
            characters: Characters::AllBut(r#"\/"[]:|<>+=;,?*@&"#),
            not_first: "_",
            not_last: ".-",
        }
    }

    fn key(&self, resource: &Resource, _: &Scene<'_>) -> Option<Key> {
        Some(place(resource))
    }

    fn id(&self, resource: &Resource, _: &Scene<'_>) -> Option<String> {
        Some(place(resource).0)
    }
}

impl Kind for Identity {
    fn schema(&self) -> &'static Schema {
        &IDENTITY
    }

    fn key(&self, resource: &Resource, _: &Scene<'_>) -> Option<Key> {
        Some(place(resource))
    }

    fn id(&self, resource: &Resource, _: &Scene<'_>) -> Option<String> {
        Some(place(resource).0)
    }
}

impl Kind for Login {
    fn schema(&self) -> &'static Schema {
        &LOGIN
    }

    fn key(&self, resource: &Resource, _: &Scene<'_>) -> Option<Key> {
        Some(place(resource))
    }

    fn id(&self, resource: &Resource, _: &Scene<'_>) -> Option<String> {
        Some(place(resource).0)
    }

    fn complete(&self, _: &Resource, scene: &Scene<'_>) -> Attributes {
        estate(scene)
    }

    /// One whose failure says `install anew` asks for that, unless the machine's fact `joined` is set.
    fn reinstall(&self, resource: &Resource, live: &Live, scene: &Scene<'_>) -> Option<Reinstall> {
        let Health::Failed { message } = &live.health else {
            return None;
        };
        let machine = scene.manifest.parent_of(resource)?;
        let machine = scene.inventory.get("vm", &place(machine))?;
        message.contains("install anew").then(|| Reinstall {
            reason: "its failure asks for it".to_owned(),
            against: (machine.facts.contains_key("joined"))
                .then(|| "the machine has joined".to_owned()),
        })
    }

    /// A machine whose fact `power` is `stopped` takes no extension.
    fn hindrance(
        &self,
        resource: &Resource,
        _: Option<&Live>,
        scene: &Scene<'_>,
    ) -> Option<Hindrance> {
        let machine = scene.manifest.parent_of(resource)?;
        let live = scene.inventory.get("vm", &place(machine))?;
        (live.facts.get("power") == Some(&Value::from("stopped"))).then(|| Hindrance {
            reason: "the machine is stopped".to_owned(),
            help: "start it and run again".to_owned(),
        })
    }
}

impl Kind for Grant {
    fn schema(&self) -> &'static Schema {
        &GRANT
    }

    fn key(&self, resource: &Resource, scene: &Scene<'_>) -> Option<Key> {
        let object = object_id(resource, scene)?;
        let role = resource.get("role")?.as_text()?;
        Some(Key(format!("{}|{object}|{role}", scope(resource))))
    }

    fn id(&self, resource: &Resource, scene: &Scene<'_>) -> Option<String> {
        self.key(resource, scene)
            .map(|key| format!("{}/grants/{key}", scope(resource)))
    }

    fn complete(&self, resource: &Resource, scene: &Scene<'_>) -> Attributes {
        let mut attributes = estate(scene);
        attributes.extend(
            object_id(resource, scene).map(|object| ("principal-id".to_owned(), object.into())),
        );
        attributes
    }

    fn holding(&self, resource: &Resource, scene: &Scene<'_>) -> Option<Holding> {
        let role = resource.get("role")?.as_text()?;
        let object = object_id(resource, scene)?;
        Some(crate::world::holding(&scope(resource), role, &object))
    }
}

/// Where a resource lies: the names around it, outermost first, then its own or its kind.
pub(crate) fn place(resource: &Resource) -> Key {
    let path: Vec<&str> = resource.address.segments().collect();
    Key(path.join("/").to_lowercase())
}

/// The object that a grant is to, once the directory has told it.
fn object_id(resource: &Resource, scene: &Scene<'_>) -> Option<String> {
    let principal = resource.get("principal")?.as_principal()?;
    match scene.inventory.principal(&resource.tenant, principal)? {
        Resolution::Found(found) => Some(found.object_id.clone()),
        _ => None,
    }
}

/// The key of what a grant stands in.
fn scope(resource: &Resource) -> String {
    let path: Vec<&str> = resource.parent.segments().collect();
    path.join("/").to_lowercase()
}

fn estate(scene: &Scene<'_>) -> Attributes {
    Attributes::from([(
        "estate".to_owned(),
        Value::from(scene.manifest.estate.as_str()),
    )])
}
