//! What a kind looks like in a manifest and how its attributes are compared: the table that lowering, diff and graph work from.

use std::fmt;

use crate::manifest::Resource;

/// One kind of resource, as data.
#[derive(Debug)]
pub struct Schema {
    /// The node's name in a manifest, and the kind in addresses.
    pub kind: &'static str,
    /// What a sentence calls it: "resource group".
    pub title: &'static str,
    /// The nodes that it may stand in; [`TOP`] for the top level.
    pub stands_in: &'static [&'static str],
    /// What its arguments are.
    pub naming: Naming,
    /// Its attributes, in the order in which screens show them.
    pub attributes: &'static [Attribute],
    /// Properties and children that the language knows and this version does not build: refused by name.
    pub later: &'static [&'static str],
    /// Whether a missing one is made.
    pub existence: Existence,
    /// What happens to a live one whose node is gone.
    pub lifetime: Lifetime,
    /// What happens to a live one that vmlogin did not make.
    pub adoption: Adoption,
    /// Whether what vmlogin makes of this kind carries a stamp. Of a kind without one nothing tells who made it, so none is deleted.
    pub stamped: bool,
    /// Whether other things lie in it, so that it is deleted only when it is known to hold nothing else.
    pub container: bool,
    /// Whether a live one whose last operation failed is written again, instead of being reported.
    pub repaired: bool,
    /// What it waits for, besides the thing that it stands in.
    pub order: &'static [Order],
}

/// The place of nodes that stand in no other node.
pub const TOP: &str = "";

/// What the arguments of a node are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// One or more names, each a thing of its own: `vm web01 web02`.
    Names,
    /// None; at most one stands in a parent: `login`.
    Unnamed,
    /// One fixed word, or none: `identity system-assigned`, `identity { … }`. The word turns on the attribute of its name.
    Word(&'static str),
    /// No node of its own: it comes with another thing and is named after that, as [`Shape::Reference`] says.
    Along,
    /// No node of its own either: `absent` alone names it, by what its first attribute refers to: `absent user-assigned id-web`.
    Detached,
    /// A role, then one or more principals, each a thing of its own: `grant admin (group)"sg-admins"`.
    Grant {
        /// The words for roles that this version builds.
        roles: &'static [&'static str],
    },
}

/// What the names of a kind may look like. Names are compared without case, whatever the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameRule {
    /// The greatest length, in characters.
    pub most: usize,
    /// Which characters may stand in it.
    pub characters: Characters,
    /// Those that may not be the first.
    pub not_first: &'static str,
    /// Those that may not be the last.
    pub not_last: &'static str,
}

/// Which characters may stand in a name. Blanks, control and bidirectional characters never may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Characters {
    /// Letters and digits of any script, and these.
    LettersDigitsAnd(&'static str),
    /// Letters and digits of ASCII, and these.
    AsciiAnd(&'static str),
    /// All but these.
    AllBut(&'static str),
}

impl NameRule {
    /// What holds for a kind that says nothing of its own.
    pub const ANY: NameRule = NameRule {
        most: 260,
        characters: Characters::AllBut(""),
        not_first: "",
        not_last: "",
    };
}

/// Whether a missing resource is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existence {
    /// Always made when missing.
    Made,
    /// Made when missing where this attribute says how; expected to exist otherwise.
    MadeBy(&'static str),
    /// Never made: a missing one is an error.
    Expected,
}

impl Existence {
    /// Whether this one is made where it is missing.
    pub fn makes(self, resource: &Resource) -> bool {
        match self {
            Existence::Made => true,
            Existence::MadeBy(attribute) => resource.get(attribute).is_some(),
            Existence::Expected => false,
        }
    }
}

/// What happens to a live resource of this estate whose node is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// It stays until `destroy` or `absent` removes it.
    Stays,
    /// It is revoked, where this estate's stamp is on it.
    Vanishes,
}

/// What happens to a declared resource that exists and does not carry this estate's stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adoption {
    /// Declared attributes are brought into line.
    Managed,
    /// It is kept as it is, whatever its attributes say.
    AsIs,
}

/// One edge that a kind asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// The kind that goes first.
    pub after: &'static str,
    /// Which of that kind.
    pub place: Place,
    /// What is waited for.
    pub need: Need,
    /// Why, as a screen says it: "the extension joins with the machine's identity".
    pub reason: &'static str,
}

/// Which resources of a kind an [`Order`] means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Those in the same parent.
    Sibling,
    /// Those further down in what the parent contains.
    Beneath,
    /// Those that stand in what an attribute refers to.
    Referred,
}

/// What a step waits for in another.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// That it succeeded: a failure blocks, a deferral defers.
    Success,
    /// That it ended, however.
    End,
}

/// One attribute of a kind.
#[derive(Debug)]
pub struct Attribute {
    /// Its name in manifests, plans and messages, kebab-case.
    pub name: &'static str,
    /// What a difference means.
    pub class: Class,
    /// What its values look like and when two are the same.
    pub shape: Shape,
    /// Where a manifest says it.
    pub written: Written,
    /// What is sent at creation where the manifest is silent. It is never compared afterwards.
    pub default: Option<Literal>,
}

/// What a difference between declared and live means.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// It is changed.
    Changeable,
    /// It is a note: only making the thing anew would change it, and that is never done unasked.
    CreateOnly,
    /// It is a problem: the declared and the live thing are not the same thing.
    Fixed,
    /// It is never read back, so it is never compared.
    WriteOnly,
}

/// What the values of an attribute look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Text, compared letter by letter.
    Text,
    /// Text, compared without case.
    Name,
    /// A region's name, compared without case and blanks: `West Europe` is `westeurope`.
    Region,
    /// One of some words, compared without case.
    Choice {
        /// The words that this version builds.
        words: &'static [&'static str],
        /// Words that the language knows and this version refuses by name.
        later: &'static [&'static str],
    },
    /// `#true` or `#false`.
    Bool,
    /// Named texts; only the declared names are compared, and names have no case.
    Pairs,
    /// Text compared without case, in which one word stands for a longer text: `intune` for the id of an app.
    Alias {
        /// The word.
        word: &'static str,
        /// What it stands for.
        means: &'static str,
    },
    /// A dotted version that a newer live one satisfies.
    Floor,
    /// Somebody who can be granted a role.
    Principal,
    /// The id of what a thing is for, where that is not what it stands in: part of what it is, and of its address.
    Elsewhere,
    /// Address ranges, `10.20.0.0/16`; neither their order nor their spelling counts.
    Networks,
    /// One address range, `10.20.1.0/24`, whatever its spelling.
    Network,
    /// Addresses, `10.20.0.4`, in an order that counts.
    Addresses,
    /// The ends of traffic: addresses, ranges of them, names that the cloud has for some, or `any`. Neither order, case nor
    /// spelling counts.
    Peers,
    /// Ports, ranges of them (`8000-8100`), or `any`. Neither order nor spelling counts.
    Ports,
    /// The id of another resource, compared without case. Manifests write a name (`servers`), a path (`rg-hub/vnet-hub/servers`)
    /// or the id itself; lowering makes an id of each, as the kind that is named says ([`crate::kind::Kind::located`]).
    Reference {
        /// What may be named. What no node declares is taken for the first.
        kinds: &'static [&'static str],
        /// Where the thing can come along with the node that refers to it: what stands behind that node's name in its own. A
        /// property that says `#true` asks for it (`public-ip=#true` of `web01` is `web01-pip`), [`Written::Node`] describes it.
        along: Option<&'static str>,
    },
    /// A whole number between these two.
    Integer {
        /// The smallest.
        least: i64,
        /// The largest.
        most: i64,
    },
    /// A secret, said by where it comes from: `random`, `(env)NAME`, `(file)"path"`. Never a literal.
    Secret,
    /// Text of a sort, or the file that it stands in: `(file)"path"`. What is not of the sort is never repeated: people mistake a
    /// private key for the public one.
    TextOrFile(&'static Sort),
    /// A text that only its kind understands.
    Own(&'static Sort),
}

/// A sort of text that a kind brings with it: an image, the name of an administrator.
pub struct Sort {
    /// What a sentence calls it: "image".
    pub title: &'static str,
    /// Why a text cannot be one.
    pub misfit: fn(&str) -> Option<Unfit>,
    /// Whether a live text, the second one, is what was declared.
    pub same: fn(&str, &str) -> bool,
}

/// Why a text is not of a [`Sort`], and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// A few words, to stand at the text.
    pub why: String,
    /// An action.
    pub help: String,
}

/// There is one of each.
impl PartialEq for Sort {
    fn eq(&self, other: &Sort) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Sort {}

impl fmt::Debug for Sort {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Sort({})", self.title)
    }
}

/// Where a manifest says an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// As a property of the node: `location=westeurope`.
    Property,
    /// As a child that is on by being there: `protect`, `protect #false`.
    Flag,
    /// As the argument of a child: `size Standard_D2s_v5`.
    Value,
    /// As a property of a child. The attribute's name holds both, the child before the dot: `admin.password` for
    /// `admin NAME password=…`. The child may have an argument of its own ([`Written::Value`]), or none: `os-disk size-gb=128`.
    Detail,
    /// As the arguments of a child, one or more: `address-space "10.20.0.0/16" "10.30.0.0/16"`.
    Values,
    /// As the properties of a child: `tags owner="team web"`.
    Pairs,
    /// As a child that describes the thing which is referred to, a [`Naming::Along`] kind: `nic subnet=servers`.
    Node,
    /// By the node's own arguments.
    Argument,
    /// Nowhere: it has its default.
    Nowhere,
}

/// A value that can stand in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Literal {
    /// Text.
    Text(&'static str),
    /// A switch.
    Bool(bool),
}

impl Schema {
    /// The attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name == name)
    }
}

impl Literal {
    /// The literal as a value.
    pub fn value(self) -> crate::value::Value {
        match self {
            Literal::Text(text) => text.into(),
            Literal::Bool(on) => on.into(),
        }
    }
}
