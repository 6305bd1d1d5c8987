//! The nodes that are no kinds: the head of the manifest, and what resources stand in.

use super::{Arguments, Field, Form, Number, Properties, Want, blank};
use crate::kind::Catalogue;
use crate::schema::{Characters, NameRule, Shape, TOP};

/// Names that the manifest gives to tenants, subscriptions and management groups. They are part of addresses.
const OWN_NAME: NameRule = NameRule {
    most: 90,
    characters: Characters::LettersDigitsAnd("-_.()"),
    not_first: "",
    not_last: "",
};

/// The stamp becomes a tag's value and the beginning of a description that ends at a blank.
const ESTATE: NameRule = NameRule {
    most: 64,
    characters: Characters::AsciiAnd("-_."),
    not_first: "",
    not_last: "",
};

/// The largest `max-delete`: more than one estate can hold.
const MOST_DELETIONS: u32 = 1_000_000;

/// The file itself, as if it were a node.
pub(super) fn root() -> Form {
    Form {
        later: &["template", "use", "set", "edit", "remove", "assert"],
        ..blank(TOP, "manifest")
    }
}

/// The nodes that are no kinds, each with the node that it stands in.
pub(super) fn own(catalogue: &Catalogue) -> Vec<(&'static str, Form)> {
    let id = |want, required| Field {
        name: "id",
        gives: "id",
        want,
        required,
    };
    let cloud = Field {
        name: "cloud",
        gives: "cloud",
        want: Want::Shape(Shape::Choice {
            words: catalogue.clouds,
            later: &[],
        }),
        required: false,
    };
    let up_to = |name, most| Field {
        name,
        gives: name,
        want: Want::UpTo(most),
        required: false,
    };
    vec![
        (
            TOP,
            Form {
                arguments: Arguments::Version,
                number: Number::One("vmlogin 1 { estate \"contoso-prod\" }"),
                ..blank("vmlogin", "head of the manifest")
            },
        ),
        (
            "vmlogin",
            Form {
                arguments: Arguments::Value(Want::Name(&ESTATE)),
                number: Number::One("estate \"contoso-prod\""),
                setting: true,
                ..blank("estate", "estate")
            },
        ),
        (
            "vmlogin",
            Form {
                properties: Properties::Listed(vec![
                    up_to("max-delete", MOST_DELETIONS),
                    up_to("max-change-percent", 100),
                ]),
                number: Number::AtMostOne,
                ..blank("safety", "limits")
            },
        ),
        (
            TOP,
            Form {
                arguments: Arguments::Name(&OWN_NAME),
                properties: Properties::Listed(vec![id(Want::Guid, true), cloud]),
                later: &["sign-in-app", "conditional-access"],
                ..blank("tenant", "tenant")
            },
        ),
        (
            "tenant",
            Form {
                arguments: Arguments::Principals,
                number: Number::AtMostOne,
                ..blank("break-glass", "list of break-glass principals")
            },
        ),
        (
            "tenant",
            Form {
                arguments: Arguments::Name(&OWN_NAME),
                properties: Properties::Listed(vec![id(Want::Guid, true)]),
                later: &["own", "policy"],
                ..blank("subscription", "subscription")
            },
        ),
        (
            "tenant",
            Form {
                arguments: Arguments::Name(&OWN_NAME),
                // Azure's own id of a management group is a name too; the node's name is it where none is given.
                properties: Properties::Listed(vec![id(Want::Name(&OWN_NAME), false)]),
                later: &["policy"],
                ..blank("management-group", "management group")
            },
        ),
    ]
}
