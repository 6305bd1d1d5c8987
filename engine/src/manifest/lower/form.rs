//! What each node may look like: the manifest's own nodes from the table here, all others from the schemas of kinds.
//! One walker serves both.

mod table;

use std::collections::{BTreeMap, BTreeSet};

use crate::kind::Catalogue;
use crate::schema::{Attribute, NameRule, Naming, Schema, Shape, TOP, Written};
use table::{own, root};

/// How one node is written where it stands.
#[derive(Debug)]
pub(super) struct Form {
    /// The node's name.
    pub(super) word: &'static str,
    /// What a sentence calls it: "resource group".
    pub(super) title: &'static str,
    /// What its arguments are.
    pub(super) arguments: Arguments,
    /// What its properties are.
    pub(super) properties: Properties,
    /// Children and properties that are refused by name.
    pub(super) later: &'static [&'static str],
    /// How many stand side by side.
    pub(super) number: Number,
    /// Whether it says something of its parent, instead of being a thing in it.
    pub(super) setting: bool,
    /// The schema of the kind, where it is one.
    pub(super) schema: Option<&'static Schema>,
    /// The attribute of what it stands in that refers to it, where it comes along with that.
    pub(super) along: Option<&'static Attribute>,
}

/// What the arguments of a node are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Arguments {
    /// There are none.
    Nothing,
    /// The version of the language.
    Version,
    /// `#true`, `#false`, or nothing for `#true`.
    Switch,
    /// One value.
    Value(Want),
    /// One or more values.
    Values(Want),
    /// One name.
    Name(&'static NameRule),
    /// One or more names, each a thing of its own.
    Names(&'static NameRule),
    /// One fixed word.
    Word(&'static str),
    /// One of these roles, then principals.
    Grant(&'static [&'static str]),
    /// Principals, by names that the directory knows.
    Principals,
    /// The kind of something in the same parent, then what would stand behind its own name.
    Absent,
}

/// What the properties of a node are.
#[derive(Debug)]
pub(super) enum Properties {
    /// These.
    Listed(Vec<Field>),
    /// Any name with a text.
    Pairs,
}

/// One property.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    /// The attribute that it gives: its own name, or that behind a setting's (`admin.password`).
    pub(super) gives: &'static str,
    pub(super) want: Want,
    /// Whether the node is wrong without it.
    pub(super) required: bool,
}

/// What a value has to be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Want {
    /// What the shape of an attribute says.
    Shape(Shape),
    /// A GUID.
    Guid,
    /// A whole number from 0 to this.
    UpTo(u32),
    /// Text by a rule.
    Name(&'static NameRule),
}

/// How many nodes of one name stand in one parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    /// As many as there are things.
    Any,
    /// At most one.
    AtMostOne,
    /// Exactly one; without it, this is the line to write.
    One(&'static str),
}

/// Every form, by the node that it stands in and its name there.
#[derive(Debug)]
pub(super) struct Forms {
    forms: BTreeMap<&'static str, BTreeMap<&'static str, Form>>,
    /// What has to stand in a node, by its word, where something has to: words, each with the line to write.
    needed: BTreeMap<&'static str, Vec<(&'static str, &'static str)>>,
    /// What only `absent` names.
    detached: Vec<Form>,
    /// The file itself, as if it were a node.
    pub(super) root: Form,
}

impl Forms {
    /// All forms of a catalogue.
    pub(super) fn of(catalogue: &Catalogue) -> Forms {
        let mut forms = Forms {
            forms: BTreeMap::new(),
            needed: BTreeMap::new(),
            detached: Vec::new(),
            root: root(),
        };
        for (within, form) in own(catalogue) {
            forms.insert(within, form);
        }
        for parent in parents(catalogue) {
            forms.insert(parent, absent(parent));
        }
        for kind in catalogue.kinds {
            let schema = kind.schema();
            if schema.naming == Naming::Detached {
                let form = of_kind(schema, &NameRule::ANY, false);
                forms.detached.push(form);
            }
            if matches!(schema.naming, Naming::Along | Naming::Detached) {
                continue;
            }
            for within in schema.stands_in {
                forms.insert(within, of_kind(schema, kind.names(), *within == TOP));
            }
            for mut form in settings(schema) {
                let required = kind.required().iter().find(|(word, _)| *word == form.word);
                if let Some((_, line)) = required {
                    form.number = Number::One(line);
                }
                forms.insert(schema.kind, form);
            }
            for attribute in schema.attributes {
                if let Some(kind) = described(catalogue, attribute) {
                    let form = of_kind(kind.schema(), kind.names(), false);
                    let form = Form {
                        word: attribute.name,
                        along: Some(attribute),
                        ..form
                    };
                    forms.insert(schema.kind, form);
                    for form in settings(kind.schema()) {
                        forms.insert(attribute.name, form);
                    }
                }
            }
        }
        forms.needed = needed(&forms.forms);
        forms
    }

    fn insert(&mut self, within: &'static str, form: Form) {
        let children = self.forms.entry(within).or_default();
        children.insert(form.word, form);
    }

    /// The words of what has to stand in a node, each with the line to write.
    pub(super) fn needed(
        &self,
        within: &Form,
    ) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.needed.get(within.word).into_iter().flatten().copied()
    }

    /// The form of a child by its name.
    pub(super) fn child(&self, within: &Form, word: &str) -> Option<&Form> {
        self.forms.get(within.word)?.get(word)
    }

    /// The forms of all children.
    pub(super) fn children(&self, within: &Form) -> impl Iterator<Item = &Form> {
        let children = self.forms.get(within.word);
        children.into_iter().flat_map(BTreeMap::values)
    }

    /// The forms of what `absent` can name in a node.
    pub(super) fn absent_in(&self, within: &Form) -> impl Iterator<Item = &Form> {
        let named = self.children(within);
        let named = named.filter(|form| form.schema.is_some_and(goes_by_name));
        let word = within.word;
        named.chain(self.detached.iter().filter(move |form| {
            let schema = form.schema;
            schema.is_some_and(|schema| schema.stands_in.contains(&word))
        }))
    }

    /// Some form of this name, wherever it stands.
    pub(super) fn word(&self, word: &str) -> Option<&Form> {
        self.forms.values().find_map(|children| children.get(word))
    }

    /// The nodes in which a node of this name may stand.
    pub(super) fn parents(&self, word: &str) -> Vec<&'static str> {
        let holding = self.forms.iter();
        holding
            .filter(|(_, children)| children.contains_key(word))
            .map(|(parent, _)| *parent)
            .collect()
    }

    /// The nodes that have a property of this name.
    pub(super) fn owners(&self, property: &str) -> Vec<&'static str> {
        let mut owners: Vec<_> = self
            .all()
            .filter(|form| form.field(property).is_some())
            .map(|form| form.word)
            .collect();
        owners.sort_unstable();
        owners.dedup();
        owners
    }

    /// Whether some node will have this as a child or property in a later version.
    pub(super) fn is_later(&self, word: &str) -> bool {
        self.root.later.contains(&word) || self.all().any(|form| form.later.contains(&word))
    }

    fn all(&self) -> impl Iterator<Item = &Form> {
        self.forms.values().flat_map(BTreeMap::values)
    }
}

/// What has to stand in each node in which something has to.
fn needed(
    forms: &BTreeMap<&'static str, BTreeMap<&'static str, Form>>,
) -> BTreeMap<&'static str, Vec<(&'static str, &'static str)>> {
    let line = |form: &Form| match form.number {
        Number::One(line) => Some((form.word, line)),
        Number::Any | Number::AtMostOne => None,
    };
    let within = forms.iter().map(|(within, children)| {
        let needed: Vec<_> = children.values().filter_map(line).collect();
        (*within, needed)
    });
    within.filter(|(_, needed)| !needed.is_empty()).collect()
}

/// The kind of what a child describes that comes along with the node around it.
fn described(
    catalogue: &Catalogue,
    attribute: &Attribute,
) -> Option<&'static dyn crate::kind::Kind> {
    match attribute.shape {
        Shape::Reference { kinds, .. } if attribute.written == Written::Node => {
            catalogue.kind(kinds.first()?)
        }
        _ => None,
    }
}

impl Form {
    /// The property of this name.
    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields().iter().find(|field| field.name == name)
    }

    /// All properties that have a name of their own.
    pub(super) fn fields(&self) -> &[Field] {
        match &self.properties {
            Properties::Listed(fields) => fields,
            Properties::Pairs => &[],
        }
    }
}

/// The node that names what should not be.
pub(super) const ABSENT: &str = "absent";

/// The nodes in which something stands that can be named in `absent`. In management groups nothing is taken away: their grants
/// are not read.
fn parents(catalogue: &Catalogue) -> BTreeSet<&'static str> {
    let schemas = catalogue.kinds.iter().map(|kind| kind.schema());
    schemas
        .filter(|schema| goes_by_name(schema))
        .flat_map(|schema| schema.stands_in)
        .copied()
        .filter(|parent| *parent != "management-group")
        .collect()
}

/// Whether `absent` can name things of this kind: not what is a setting of what it stands in, an identity, nor what has no node of
/// its own.
fn goes_by_name(schema: &Schema) -> bool {
    !matches!(schema.naming, Naming::Word(_) | Naming::Along)
}

fn absent(parent: &'static str) -> Form {
    Form {
        arguments: Arguments::Absent,
        properties: Properties::Listed((parent == TOP).then(subscription).into_iter().collect()),
        ..blank(ABSENT, "absence")
    }
}

/// What a reference may say; whether it names something is asked later.
const REFERENCE: NameRule = NameRule::ANY;

fn subscription() -> Field {
    Field {
        name: "subscription",
        gives: "subscription",
        want: Want::Name(&REFERENCE),
        required: false,
    }
}

fn of_kind(schema: &'static Schema, names: &'static NameRule, top: bool) -> Form {
    let written = schema
        .attributes
        .iter()
        .filter(|attribute| attribute.written == Written::Property)
        .map(|attribute| field(attribute.name, attribute));
    Form {
        arguments: match schema.naming {
            Naming::Names | Naming::Detached => Arguments::Names(names),
            Naming::Unnamed | Naming::Along => Arguments::Nothing,
            Naming::Word(word) => Arguments::Word(word),
            Naming::Grant { roles } => Arguments::Grant(roles),
        },
        properties: Properties::Listed(top.then(subscription).into_iter().chain(written).collect()),
        later: schema.later,
        number: match schema.naming {
            Naming::Names | Naming::Detached | Naming::Grant { .. } => Number::Any,
            Naming::Unnamed | Naming::Along | Naming::Word(_) => Number::AtMostOne,
        },
        schema: Some(schema),
        ..blank(schema.kind, schema.title)
    }
}

/// The forms of everything that is written as a child.
fn settings(schema: &'static Schema) -> Vec<Form> {
    let mut forms: Vec<Form> = schema.attributes.iter().filter_map(of_setting).collect();
    for detail in schema.attributes {
        let Some((word, name)) = detail.name.split_once('.') else {
            continue;
        };
        if detail.written != Written::Detail {
            continue;
        }
        if forms.iter().all(|form| form.word != word) {
            forms.push(Form {
                number: Number::AtMostOne,
                setting: true,
                ..blank(word, word)
            });
        }
        let setting = forms.iter_mut().find(|form| form.word == word);
        if let Some(Properties::Listed(fields)) = setting.map(|form| &mut form.properties) {
            fields.push(field(name, detail));
        }
    }
    forms
}

fn field(name: &'static str, attribute: &Attribute) -> Field {
    Field {
        name,
        gives: attribute.name,
        want: Want::Shape(attribute.shape),
        required: false,
    }
}

/// The form of an attribute that is written as a child.
fn of_setting(attribute: &Attribute) -> Option<Form> {
    let name = attribute.name;
    let form = Form {
        number: Number::AtMostOne,
        setting: true,
        ..blank(name, name)
    };
    match attribute.written {
        Written::Flag => Some(Form {
            arguments: Arguments::Switch,
            ..form
        }),
        Written::Value => Some(Form {
            arguments: Arguments::Value(Want::Shape(attribute.shape)),
            ..form
        }),
        Written::Values => Some(Form {
            arguments: Arguments::Values(Want::Shape(attribute.shape)),
            ..form
        }),
        Written::Pairs => Some(Form {
            properties: Properties::Pairs,
            ..form
        }),
        Written::Property
        | Written::Detail
        | Written::Node
        | Written::Argument
        | Written::Nowhere => None,
    }
}

fn blank(word: &'static str, title: &'static str) -> Form {
    Form {
        word,
        title,
        arguments: Arguments::Nothing,
        properties: Properties::Listed(Vec::new()),
        later: &[],
        number: Number::Any,
        setting: false,
        schema: None,
        along: None,
    }
}
