//! What can be wrong with a manifest that is valid KDL: unknown words, values that do not fit, things that clash.
//!
//! The variants hold facts and places; the words for labels and helps are in the files beside this one.

mod help;
mod label;

use thiserror::Error;

use super::check::Misfit;
use crate::problem::{Code, Problem};
use crate::schema::NameRule;
use crate::source::Span;
use crate::syntax::print;
use crate::value::Principal;

/// A mistake in what the nodes of a manifest say.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(super) enum ManifestProblem {
    /// A word that names no node anywhere.
    #[error("unknown node `{}` {}", shown(.word), place(.within))]
    UnknownNode {
        word: String,
        within: &'static str,
        hint: Hint,
        span: Span,
    },
    /// A node that stands elsewhere.
    #[error("`{word}` cannot stand {}", place(.within))]
    Misplaced {
        word: &'static str,
        within: &'static str,
        places: Vec<&'static str>,
        span: Span,
    },
    /// Documented, but not built. `word` is how a person would find it in the documentation.
    #[error("`{word}` belongs to the language, but this version of vmlogin does not build it yet")]
    NotBuilt {
        word: String,
        instead: Option<String>,
        span: Span,
    },
    /// A name of the language with `_`.
    #[error("`{}` is written with `-`", shown(.word))]
    Underscore {
        word: String,
        kebab: &'static str,
        span: Span,
    },
    /// More arguments than the node takes.
    #[error("`{word}` takes {takes}")]
    SurplusArgument {
        word: &'static str,
        takes: &'static str,
        instead: Option<String>,
        span: Span,
    },
    /// Fewer arguments than the node needs.
    #[error("`{word}` lacks {lacks}")]
    MissingArgument {
        word: &'static str,
        lacks: &'static str,
        example: String,
        span: Span,
    },
    /// A type where none belongs.
    #[error("the type `({})` does not belong here", shown(.annotation))]
    SurplusType { annotation: String, span: Span },
    /// An attribute in the braces.
    #[error("`{}` is an attribute of `{of}`, not a node in it", shown(.word))]
    AttributeAsNode {
        word: String,
        of: &'static str,
        line: String,
        span: Span,
    },
    /// A node as an attribute.
    #[error("`{word}` is a node in `{of}`, not an attribute of it")]
    NodeAsAttribute {
        word: &'static str,
        of: &'static str,
        line: String,
        span: Span,
    },
    /// A number for text, text for a switch.
    #[error("{what} is {wanted}, not {found}")]
    WrongType {
        what: String,
        wanted: &'static str,
        found: &'static str,
        instead: Option<String>,
        span: Span,
    },
    /// A word that is none of the few.
    #[error("`{}` is no value of `{word}`", shown(.written))]
    NotAChoice {
        word: &'static str,
        written: String,
        hint: Hint,
        span: Span,
    },
    /// An id that is no GUID.
    #[error("the id of a {title} is a GUID")]
    NoGuid { title: &'static str, span: Span },
    /// A number outside its range.
    #[error("`{word}` lies between {least} and {most}")]
    OutOfRange {
        word: &'static str,
        least: i64,
        most: i64,
        span: Span,
    },
    /// A property that the node does not have.
    #[error("unknown attribute `{}` on `{of}`", shown(.word))]
    UnknownAttribute {
        word: String,
        of: &'static str,
        hint: Hint,
        span: Span,
    },
    /// A text that cannot be the name, or the value, that it is meant to be.
    #[error("{}", unfit(.what, .written, *.misfit))]
    BadText {
        what: String,
        written: String,
        misfit: Misfit,
        rule: Rule,
        span: Span,
    },
    /// A text that its kind does not understand.
    #[error("`{}` cannot be the value of `{word}`", shown(.written))]
    Unfit {
        word: &'static str,
        written: String,
        unfit: crate::schema::Unfit,
        span: Span,
    },
    /// The same of a text that may be a secret by mistake.
    #[error("what `{word}` says is no {title}")]
    UnfitUnseen {
        word: &'static str,
        title: &'static str,
        unfit: crate::schema::Unfit,
        span: Span,
    },
    /// A version of the language that is not 1.
    #[error("this version of vmlogin reads version 1 of the language")]
    OtherLanguage { span: Span },

    /// A secret, or what may be one, in the text.
    #[error("`{word}` is a secret, which never stands in a manifest")]
    LiteralSecret { word: &'static str, span: Span },
    /// An environment variable that has no such name. It is not repeated: somebody may have put the secret there.
    #[error("the `(env)` of `{word}` names no environment variable")]
    NoVariable { word: &'static str, span: Span },
    /// A type that names no source.
    #[error("`{word}` cannot come from `({})`", shown(.source_word))]
    UnknownSource {
        word: &'static str,
        source_word: String,
        hint: Hint,
        annotation: Span,
        span: Span,
    },

    /// A node that has to be there.
    #[error("{} has no `{word}`", whole(.within))]
    MissingNode {
        word: &'static str,
        within: &'static str,
        line: &'static str,
        span: Option<Span>,
    },
    /// A property that has to be there.
    #[error("`{of}` has no `{word}`")]
    MissingAttribute {
        word: &'static str,
        of: &'static str,
        line: String,
        span: Span,
    },
    /// A second node where one says it all.
    #[error("{} has `{word}` twice", whole(.within))]
    OnlyOne {
        word: &'static str,
        within: &'static str,
        first: Span,
        second: Span,
    },

    /// A name that no subscription has.
    #[error("there is no subscription `{}`", shown(.name))]
    UnknownSubscription {
        name: String,
        known: Vec<String>,
        span: Span,
    },
    /// A choice that is not made.
    #[error("`{of}` does not say in which subscription it is")]
    WhichSubscription {
        of: &'static str,
        line: String,
        known: Vec<String>,
        span: Span,
    },
    /// Nothing to stand in.
    #[error("the manifest has no subscription for `{of}`")]
    NoSubscription { of: &'static str, span: Span },

    /// One kind, one name, one place.
    #[error("{title} `{}` is declared twice", shown(.name))]
    Twice {
        title: &'static str,
        name: String,
        first: Span,
        second: Span,
    },
    /// One role, one principal, one place.
    #[error("`{role}` is granted to {} `{}` twice", .principal.kind.word(), shown(&.principal.name))]
    GrantTwice {
        role: String,
        principal: Principal,
        first: Span,
        second: Span,
    },
    /// One principal, named twice by one node.
    #[error("`{word}` names {} `{}` twice", .principal.kind.word(), shown(&.principal.name))]
    PrincipalTwice {
        word: &'static str,
        principal: Principal,
        first: Span,
        second: Span,
    },
    /// Two things that must differ in what these say together.
    #[error("{title}s `{}` and `{}` share {says}", shown(.one), shown(.other))]
    Shared {
        title: &'static str,
        one: String,
        other: String,
        says: String,
        first: Span,
        second: Span,
    },
    /// One address that should be and should not be.
    #[error("`{}` is declared, and named in `absent` too", shown(.address))]
    DeclaredAndAbsent {
        address: String,
        declared: Span,
        absent: Span,
    },
    /// Something that `absent` takes away is pointed at by something that stays.
    #[error("`{address}` is to be absent, and `{from}` refers to it")]
    AbsentReferred {
        address: String,
        from: String,
        referring: Span,
        absent: Span,
    },
    /// Two names for one thing in Azure.
    #[error("two {title}s have the same id")]
    SameId {
        title: &'static str,
        first: Span,
        second: Span,
    },
    /// More than a process can hold.
    #[error("the manifest declares more than {most} things")]
    TooMany { most: u64, span: Span },

    /// A name without a type.
    #[error("`{}` does not say what it is", shown(.written))]
    UntypedPrincipal { written: String, span: Span },
    /// A text with blanks in it, without quotes.
    #[error("{what} needs quotes when it has blanks in it")]
    Unquoted {
        what: String,
        before: String,
        text: String,
        span: Span,
    },
    /// A type that no principal has.
    #[error("`({})` is no type of principal", shown(.word))]
    UnknownType {
        word: String,
        hint: Hint,
        span: Span,
    },
    /// An identity where nothing says which thing's it is.
    #[error("`{word}` takes no `(identity)`: nothing here says where it lies")]
    NoIdentityHere { word: &'static str, span: Span },
    /// A word that is no role.
    #[error("there is no role `{}`", shown(.written))]
    UnknownRole {
        written: String,
        hint: Hint,
        span: Span,
    },
    /// A scope in a subscription that is not the manifest's.
    #[error("`scope` lies in the subscription `{}`, which tenant `{}` of the manifest does not have", shown(.subscription), shown(.tenant))]
    ForeignScope {
        subscription: String,
        tenant: String,
        span: Span,
    },

    /// A name that no thing has which could be meant.
    #[error("`{}` names no {title} of this manifest", shown(.written))]
    UnknownReference {
        title: &'static str,
        written: String,
        known: Vec<String>,
        form: String,
        span: Span,
    },
    /// A name that several things have.
    #[error("`{}` may mean more than one {title}", shown(.written))]
    AmbiguousReference {
        title: &'static str,
        written: String,
        paths: Vec<String>,
        span: Span,
        first: Span,
        second: Span,
    },
    /// A text that can name no such thing.
    #[error("`{}` cannot name a {title}", shown(.written))]
    NoReference {
        title: &'static str,
        written: String,
        form: String,
        span: Span,
    },

    /// A tag that Azure would refuse.
    #[error("{}", unfit(.what, .written, *.misfit))]
    BadTag {
        what: &'static str,
        written: String,
        misfit: Misfit,
        span: Span,
    },
    /// A tag that vmlogin sets.
    #[error("tags that begin with `vmlogin-` belong to vmlogin")]
    ReservedTag { name: String, span: Span },
    /// Two spellings of one tag.
    #[error("tag `{}` is given twice", shown(.name))]
    TagTwice {
        name: String,
        first: Span,
        second: Span,
    },
    /// More tags than fit.
    #[error("a resource carries at most {most} tags")]
    TooManyTags { most: usize, has: usize, span: Span },
    /// A note that does not fit behind the stamp.
    #[error("`{word}` is too long")]
    TooLongForStamp {
        word: &'static str,
        most: usize,
        has: usize,
        span: Span,
    },
}

/// What a text should have been.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// A name by this rule.
    Name(NameRule),
    /// A region.
    Region,
    /// The name of somebody in the directory.
    Principal,
    /// A role.
    Role,
    /// The id of a thing that no node describes.
    Elsewhere,
    /// Something that is said, or left out.
    Note,
    /// An address.
    Address,
    /// A range of addresses.
    Network,
    /// An end of traffic.
    Peers,
    /// Ports.
    Ports,
    /// The path of a file.
    Path,
}

/// What a wrong word might have been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hint {
    /// This.
    Nearest(&'static str),
    /// This, which is not built.
    NearestLater(&'static str),
    /// It belongs to these nodes.
    Owners(Vec<&'static str>),
    /// One of these; there may be none.
    Choices(Vec<&'static str>),
}

impl ManifestProblem {
    /// The stable number.
    pub(super) fn code(&self) -> Code {
        Code(match self {
            Self::UnknownNode { .. } => "VML100",
            Self::Misplaced { .. } => "VML101",
            Self::NotBuilt { .. } => "VML102",
            Self::Underscore { .. } => "VML103",
            Self::SurplusArgument { .. } => "VML104",
            Self::MissingArgument { .. } => "VML105",
            Self::SurplusType { .. } => "VML106",
            Self::AttributeAsNode { .. } | Self::NodeAsAttribute { .. } => "VML107",
            Self::WrongType { .. } => "VML108",
            Self::NotAChoice { .. } => "VML109",
            Self::NoGuid { .. } => "VML110",
            Self::OutOfRange { .. } => "VML111",
            Self::UnknownAttribute { .. } => "VML112",
            Self::BadText { .. } => "VML113",
            Self::OtherLanguage { .. } => "VML114",
            Self::LiteralSecret { .. } => "VML115",
            Self::NoVariable { .. } => "VML116",
            Self::UnknownSource { .. } => "VML117",
            Self::Unfit { .. } | Self::UnfitUnseen { .. } => "VML118",
            Self::MissingNode { .. } => MISSING_NODE,
            Self::MissingAttribute { .. } => "VML121",
            Self::OnlyOne { .. } => "VML122",
            Self::UnknownSubscription { .. } => UNKNOWN_SUBSCRIPTION,
            Self::WhichSubscription { .. } => "VML131",
            Self::NoSubscription { .. } => NO_SUBSCRIPTION,
            Self::Twice { .. } => "VML140",
            Self::GrantTwice { .. } => "VML141",
            Self::SameId { .. } => "VML142",
            Self::TooMany { .. } => "VML143",
            Self::Shared { .. } => "VML144",
            Self::DeclaredAndAbsent { .. } => "VML145",
            Self::AbsentReferred { .. } => "VML146",
            Self::PrincipalTwice { .. } => "VML147",
            Self::UntypedPrincipal { .. } => "VML150",
            Self::UnknownType { .. } => "VML151",
            Self::UnknownRole { .. } => "VML152",
            Self::ForeignScope { .. } => "VML153",
            Self::UnknownReference { .. } => UNKNOWN_REFERENCE,
            Self::AmbiguousReference { .. } => "VML155",
            Self::NoReference { .. } => "VML156",
            Self::NoIdentityHere { .. } => "VML157",
            Self::Unquoted { .. } => "VML158",
            Self::BadTag { .. } => "VML160",
            Self::ReservedTag { .. } => "VML161",
            Self::TagTwice { .. } => "VML162",
            Self::TooManyTags { .. } => "VML163",
            Self::TooLongForStamp { .. } => "VML164",
        })
    }
}

/// A node is missing.
pub(super) const MISSING_NODE: &str = "VML120";
/// A subscription is not declared.
pub(super) const UNKNOWN_SUBSCRIPTION: &str = "VML130";
/// A referred thing is not declared.
pub(super) const UNKNOWN_REFERENCE: &str = "VML154";
/// No subscription is declared.
pub(super) const NO_SUBSCRIPTION: &str = "VML132";

impl From<ManifestProblem> for Problem {
    fn from(problem: ManifestProblem) -> Problem {
        Problem {
            code: problem.code(),
            message: problem.to_string(),
            labels: problem.labels(),
            help: Some(problem.help()),
        }
    }
}

/// How many characters of what somebody wrote a message repeats.
const MOST_SHOWN: usize = 60;

/// What somebody wrote, cut where it is long, with what is not shown escaped.
pub(super) fn shown(written: &str) -> String {
    match written.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", print::escaped(&written[..end])),
        None => print::escaped(written),
    }
}

fn unfit(what: &str, written: &str, misfit: Misfit) -> String {
    match misfit {
        Misfit::Empty => format!("{what} is empty"),
        _ => format!("`{}` cannot be {what}", shown(written)),
    }
}

/// "in `vm`", or the top level.
fn place(within: &str) -> String {
    match within {
        "" => "at the top level".to_owned(),
        node => format!("in `{node}`"),
    }
}

/// "`vm`", or the manifest.
fn whole(within: &str) -> String {
    match within {
        "" => "the manifest".to_owned(),
        node => format!("`{node}`"),
    }
}

/// How many words a list shows.
const MOST_LISTED: usize = 12;

/// Words as a sentence lists them: "`a`, `b` and `c`".
fn listed<Word: AsRef<str>>(words: &[Word], joined: &str) -> String {
    let mut quoted: Vec<String> = words
        .iter()
        .take(MOST_LISTED)
        .map(|word| format!("`{}`", shown(word.as_ref())))
        .collect();
    if words.len() > MOST_LISTED {
        quoted.push(format!("{} more", words.len() - MOST_LISTED));
    }
    match quoted.split_last() {
        Some((last, before)) if !before.is_empty() => {
            format!("{} {joined} {last}", before.join(", "))
        }
        _ => quoted.concat(),
    }
}
