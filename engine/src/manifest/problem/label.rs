//! Why a problem points where it points.

use super::super::check::Misfit;
use super::ManifestProblem;
use crate::problem::Label;
use crate::source::Span;

impl ManifestProblem {
    /// The places, the primary one first.
    pub(in crate::manifest) fn labels(&self) -> Vec<Label> {
        match self {
            Self::UnknownNode { span, .. } => vec![Label::new(*span, "no such node here")],
            Self::Misplaced { span, .. } => vec![Label::new(*span, "not here")],
            Self::NotBuilt { span, .. } => vec![Label::new(*span, "not built yet")],
            Self::Underscore { span, .. } => vec![Label::new(*span, "holds `_`")],
            Self::SurplusArgument { span, .. } => vec![Label::new(*span, "one too many")],
            Self::MissingArgument { lacks, span, .. } => {
                vec![Label::new(*span, format!("{lacks} belongs behind it"))]
            }
            Self::SurplusType { span, .. } => {
                vec![Label::new(*span, "only principals and secrets have a type")]
            }
            Self::AttributeAsNode { span, .. } => vec![Label::new(*span, "not a node")],
            Self::NodeAsAttribute { span, .. } => vec![Label::new(*span, "not an attribute")],
            Self::WrongType { found, span, .. } => vec![Label::new(*span, *found)],
            Self::NotAChoice { span, .. } => vec![Label::new(*span, "not one of its values")],
            Self::NoGuid { span, .. } => vec![Label::new(*span, "not a GUID")],
            Self::OutOfRange { span, .. } => vec![Label::new(*span, "out of range")],
            Self::UnknownAttribute { of, span, .. } => {
                vec![Label::new(*span, format!("not an attribute of `{of}`"))]
            }
            Self::BadText { misfit, span, .. } | Self::BadTag { misfit, span, .. } => {
                vec![Label::new(*span, why(*misfit))]
            }
            Self::OtherLanguage { span } => vec![Label::new(*span, "not the number 1")],
            Self::Unfit { unfit, span, .. } => vec![Label::new(*span, unfit.why.as_str())],
            Self::UnfitUnseen { unfit, span, .. } => {
                vec![Label::secret(*span, unfit.why.as_str())]
            }
            Self::LiteralSecret { span, .. } => {
                vec![Label::secret(
                    *span,
                    "only where it comes from belongs here",
                )]
            }
            Self::NoVariable { span, .. } => {
                vec![Label::secret(*span, "not the name of a variable")]
            }
            Self::UnknownSource {
                annotation, span, ..
            } => vec![
                Label::new(*annotation, "unknown source"),
                Label::secret(*span, ""),
            ],
            Self::MissingNode { word, span, .. } => span
                .iter()
                .map(|span| Label::new(*span, format!("holds no `{word}`")))
                .collect(),
            Self::MissingAttribute { word, span, .. } => {
                vec![Label::new(*span, format!("`{word}=` is missing"))]
            }
            Self::OnlyOne { first, second, .. } => both(*second, *first, "given"),
            Self::UnknownSubscription { span, .. } => vec![Label::new(*span, "not declared")],
            Self::WhichSubscription { span, .. } => {
                vec![Label::new(*span, "`subscription=` is missing")]
            }
            Self::NoSubscription { span, .. } => {
                vec![Label::new(*span, "stands in a subscription")]
            }
            Self::Twice { first, second, .. } => both(*second, *first, "declared"),
            Self::GrantTwice { first, second, .. } => both(*second, *first, "granted"),
            Self::PrincipalTwice { first, second, .. } => both(*second, *first, "named"),
            Self::Shared { first, second, .. } => both(*second, *first, "given"),
            Self::DeclaredAndAbsent {
                declared, absent, ..
            } => vec![
                Label::new(*absent, "absent here"),
                Label::new(*declared, "declared here"),
            ],
            Self::AbsentReferred {
                referring, absent, ..
            } => vec![
                Label::new(*absent, "absent here"),
                Label::new(*referring, "referred to here"),
            ],
            Self::SameId { first, second, .. } => both(*second, *first, "given"),
            Self::TooMany { span, .. } => vec![Label::new(*span, "most of them are here")],
            Self::UntypedPrincipal { span, .. } => vec![Label::new(*span, "without a type")],
            Self::Unquoted { span, .. } => vec![Label::new(*span, "one text without quotes")],
            Self::UnknownType { span, .. } => vec![Label::new(*span, "unknown type")],
            Self::NoIdentityHere { span, .. } => vec![Label::new(*span, "an identity")],
            Self::UnknownRole { span, .. } => vec![Label::new(*span, "unknown role")],
            Self::ForeignScope { span, .. } => vec![Label::new(*span, "outside the manifest")],
            Self::UnknownReference { title, span, .. } => {
                vec![Label::new(*span, format!("no such {title} here"))]
            }
            Self::AmbiguousReference {
                span,
                first,
                second,
                ..
            } => vec![
                Label::new(*span, "which one?"),
                Label::new(*first, "this one"),
                Label::new(*second, "or this one"),
            ],
            Self::NoReference { span, .. } => vec![Label::new(*span, "neither a name nor an id")],
            Self::ReservedTag { span, .. } => vec![Label::new(*span, "reserved")],
            Self::TagTwice { first, second, .. } => both(*second, *first, "given"),
            Self::TooManyTags { has, span, .. } => vec![Label::new(*span, format!("has {has}"))],
            Self::TooLongForStamp { has, span, .. } => {
                vec![Label::new(*span, format!("{has} characters"))]
            }
        }
    }
}

fn both(second: Span, first: Span, what: &str) -> Vec<Label> {
    vec![
        Label::new(second, format!("{what} again here")),
        Label::new(first, format!("first {what} here")),
    ]
}

fn why(misfit: Misfit) -> String {
    match misfit {
        Misfit::Empty => "empty".to_owned(),
        Misfit::TooLong { has, .. } => format!("{has} characters"),
        Misfit::Hidden(letter) => format!("holds U+{:04X}, which is not shown", u32::from(letter)),
        Misfit::Blank => "holds a blank".to_owned(),
        Misfit::BlankAtEnd => "begins or ends with a blank".to_owned(),
        Misfit::Holds(letter) => format!("holds `{letter}`"),
        Misfit::Begins(letter) => format!("begins with `{letter}`"),
        Misfit::Ends(letter) => format!("ends with `{letter}`"),
        Misfit::NoUserName => "not of the form `name@domain`".to_owned(),
        Misfit::NoId => "not the id of a thing in a subscription".to_owned(),
        Misfit::NoGuid => "not a GUID".to_owned(),
        Misfit::NoAddress => "not an address".to_owned(),
        Misfit::NoNetwork => "not a range of addresses".to_owned(),
        Misfit::NoPeer => "no address, range or name of addresses".to_owned(),
        Misfit::NoPorts => "no port and no range of ports".to_owned(),
        Misfit::AllAndMore => "stands for all, so the others say nothing".to_owned(),
        Misfit::BitsBehind => "has bits set behind its prefix".to_owned(),
        Misfit::NoVersion => "not of the form `1.0`".to_owned(),
    }
}
