//! The nodes of a seed, as a table: what each takes.

/// How a node is written.
pub(super) struct Shape {
    pub(super) name: &'static str,
    /// The least and the most arguments.
    pub(super) arguments: (usize, usize),
    pub(super) properties: &'static [&'static str],
    pub(super) children: &'static [&'static str],
}

const MANY: usize = usize::MAX;

/// The nodes at the top.
pub(super) const TOP: &[&str] = &["tenant", "fault", "lists", "resource-graph"];

const fn leaf(
    name: &'static str,
    arguments: (usize, usize),
    properties: &'static [&'static str],
) -> Shape {
    Shape {
        name,
        arguments,
        properties,
        children: &[],
    }
}

static SHAPES: &[Shape] = &[
    Shape {
        name: "tenant",
        arguments: (1, 1),
        properties: &["name", "domain"],
        children: &[
            "caller",
            "user",
            "group",
            "service-principal",
            "custom-role",
            "management-group",
            "device",
            "no-sign-in-app",
            "subscription",
        ],
    },
    Shape {
        name: "custom-role",
        arguments: (1, 1),
        properties: &["id"],
        children: &[
            "scope",
            "action",
            "not-action",
            "data-action",
            "not-data-action",
        ],
    },
    leaf("scope", (1, MANY), &[]),
    leaf("action", (1, MANY), &[]),
    leaf("not-action", (1, MANY), &[]),
    leaf("data-action", (1, MANY), &[]),
    leaf("not-data-action", (1, MANY), &[]),
    Shape {
        name: "caller",
        arguments: (1, 1),
        properties: &["app-id", "name"],
        children: &["deny", "no-directory-rights"],
    },
    leaf("deny", (1, MANY), &[]),
    leaf("no-directory-rights", (0, 1), &[]),
    leaf(
        "user",
        (1, 1),
        &["id", "name", "guest", "enabled", "deleted"],
    ),
    Shape {
        name: "group",
        arguments: (1, 1),
        properties: &["id"],
        children: &["member"],
    },
    leaf("member", (1, MANY), &[]),
    leaf("service-principal", (1, 1), &["id", "app-id"]),
    leaf("device", (1, 1), &["id", "machine", "registered"]),
    Shape {
        name: "subscription",
        arguments: (1, 1),
        properties: &["name"],
        children: &["resource-group", "role-assignment", "lock", "policy"],
    },
    leaf(
        "role-assignment",
        (1, 1),
        &[
            "role",
            "principal",
            "principal-type",
            "scope",
            "description",
            "condition",
        ],
    ),
    Shape {
        name: "resource-group",
        arguments: (1, 1),
        properties: &["location"],
        children: &[
            "tag",
            "vm",
            "arc-machine",
            "managed-identity",
            "virtual-network",
            "network-security-group",
            "route-table",
            "resource",
            "lock",
            "policy",
        ],
    },
    Shape {
        name: "virtual-network",
        arguments: (1, 1),
        properties: &[],
        children: &["location", "address-space", "subnet", "tag"],
    },
    leaf("address-space", (1, MANY), &[]),
    leaf(
        "subnet",
        (1, 1),
        &[
            "prefix",
            "network-security-group",
            "route-table",
            "default-outbound",
        ],
    ),
    Shape {
        name: "network-security-group",
        arguments: (1, 1),
        properties: &[],
        children: &["location", "rule", "tag"],
    },
    leaf(
        "rule",
        (1, 1),
        &[
            "priority",
            "direction",
            "access",
            "protocol",
            "source",
            "destination",
            "ports",
        ],
    ),
    Shape {
        name: "route-table",
        arguments: (1, 1),
        properties: &[],
        children: &["location", "route"],
    },
    leaf("route", (1, 1), &["prefix", "next-hop", "address"]),
    Shape {
        name: "resource",
        arguments: (2, 2),
        properties: &[],
        children: &["location", "tag"],
    },
    leaf("lock", (1, 1), &["level", "scope", "notes"]),
    leaf(
        "policy",
        (1, 1),
        &[
            "title",
            "effect",
            "types",
            "approved-extensions",
            "allowed-locations",
            "initiative",
            "enforced",
            "scope",
        ],
    ),
    leaf("nic", (1, 1), &["subnet", "network-security-group"]),
    leaf("domain", (1, 1), &[]),
    Shape {
        name: "managed-identity",
        arguments: (1, 1),
        properties: &[],
        children: &["location", "tag"],
    },
    Shape {
        name: "vm",
        arguments: (1, 1),
        properties: &["os"],
        children: &[
            "location",
            "os-name",
            "os-version",
            "computer-name",
            "power",
            "agent",
            "identity",
            "extension",
            "tag",
            "no-registration",
            "keeps-failed-login",
            "nic",
            "domain",
        ],
    },
    Shape {
        name: "arc-machine",
        arguments: (1, 1),
        properties: &["os"],
        children: &[
            "location",
            "os-name",
            "os-version",
            "computer-name",
            "status",
            "extension",
            "tag",
            "no-registration",
            "keeps-failed-login",
            "domain",
        ],
    },
    leaf("status", (1, 1), &[]),
    leaf("location", (1, 1), &[]),
    leaf("os-name", (1, 1), &[]),
    leaf("os-version", (1, 1), &[]),
    leaf("computer-name", (1, 1), &[]),
    leaf("power", (1, 1), &[]),
    leaf("agent", (1, 1), &[]),
    Shape {
        name: "identity",
        arguments: (0, MANY),
        properties: &[],
        children: &["user-assigned"],
    },
    leaf("user-assigned", (1, MANY), &[]),
    leaf(
        "extension",
        (1, 1),
        &[
            "publisher",
            "type",
            "version",
            "state",
            "exit-code",
            "message",
        ],
    ),
    leaf("tag", (2, 2), &[]),
    leaf("no-registration", (0, 1), &[]),
    leaf("keeps-failed-login", (0, 1), &[]),
    leaf("no-sign-in-app", (0, 1), &[]),
    leaf("management-group", (1, 1), &[]),
    leaf("lists", (0, 0), &["rows", "empty-pages"]),
    leaf("resource-graph", (0, 0), &["lag"]),
    leaf(
        "fault",
        (0, 0),
        &[
            "method",
            "path",
            "status",
            "times",
            "after",
            "code",
            "message",
            "retry-after",
            "async",
            "effect",
        ],
    ),
];

/// The shape of a node's name.
pub(super) fn shape(name: &str) -> Option<&'static Shape> {
    SHAPES.iter().find(|shape| shape.name == name)
}
