//! What to do about a problem: always an action, computed from what is there.

use super::super::check;
use super::super::check::{Misfit, is_guid};
use super::{Hint, ManifestProblem, Rule, listed, shown};
use crate::problem::nearest;
use crate::schema::{Characters, NameRule, TOP};

impl ManifestProblem {
    /// The action.
    pub(super) fn help(&self) -> String {
        match self {
            Self::UnknownNode { within, hint, .. } => hint.help(&held(within)),
            Self::Misplaced { places, .. } if places.contains(&TOP) => {
                "move it out of the braces, to the top level".to_owned()
            }
            Self::Misplaced { places, .. } => {
                format!("move it into the braces of {}", listed(places, "or"))
            }
            Self::NotBuilt {
                instead: Some(instead),
                ..
            } => instead.clone(),
            Self::NotBuilt { instead: None, .. } => {
                "remove it, or put `/-` before it until a version builds it".to_owned()
            }
            Self::Underscore { kebab, .. } => format!("write `{kebab}`"),
            Self::SurplusArgument {
                instead: Some(instead),
                ..
            } => instead.clone(),
            Self::SurplusArgument { instead: None, .. } => "remove it".to_owned(),
            Self::MissingArgument { example, .. } => format!("write `{example}`"),
            Self::SurplusType { annotation, .. } => format!("remove `({})`", shown(annotation)),
            Self::AttributeAsNode { of, line, .. } => {
                format!("write `{line}` before the braces of `{of}`")
            }
            Self::NodeAsAttribute { of, line, .. } => {
                format!("write `{line}` in the braces of `{of}`")
            }
            Self::WrongType {
                instead: Some(instead),
                ..
            } => format!("write `{instead}`"),
            Self::WrongType { wanted, .. } => format!("give it {wanted}"),
            Self::NotAChoice { word, hint, .. } => hint.help(&format!("`{word}` is")),
            Self::NoGuid { .. } => {
                "write it as Azure shows it: `00000000-0000-0000-0000-000000000000`".to_owned()
            }
            Self::OutOfRange { least, most, .. } => {
                format!("write a whole number from {least} to {most}")
            }
            Self::Unfit { unfit, .. } | Self::UnfitUnseen { unfit, .. } => unfit.help.clone(),
            Self::LiteralSecret { .. } => {
                "write `random` to have one made, `(env)NAME` for an environment variable, or \
                 `(file)\"PATH\"` for a file beside the manifest"
                    .to_owned()
            }
            Self::NoVariable { .. } => {
                "write its name in letters, digits and `_`: `(env)VM_PASSWORD`".to_owned()
            }
            Self::UnknownSource { hint, .. } => hint.help("its types are"),
            Self::UnknownAttribute { of, hint, .. } => hint.help(&format!("`{of}` has")),
            Self::BadText {
                misfit: Misfit::BitsBehind,
                written,
                rule,
                ..
            } => check::range_around(written)
                .map_or_else(|| rule.help(), |range| format!("write `{range}`")),
            Self::BadText { written, .. } if written.starts_with('\'') => {
                format!(
                    "quotes are double: `\"{}\"`",
                    shown(written.trim_matches('\''))
                )
            }
            Self::BadText { misfit, rule, .. } => {
                misfit_help(*misfit).unwrap_or_else(|| rule.help())
            }
            Self::BadTag {
                misfit: Misfit::Empty,
                ..
            } => "give the tag a name".to_owned(),
            Self::BadTag { misfit, .. } => misfit_help(*misfit)
                .unwrap_or_else(|| r"tags hold none of `<>%&\?/` in their names".to_owned()),
            Self::OtherLanguage { .. } => "write `vmlogin 1`".to_owned(),
            Self::MissingNode { within, line, .. } if *within == TOP => {
                format!("write `{line}` at the top level of one file")
            }
            Self::MissingNode { within, line, .. } => {
                format!("write `{line}` in the braces of `{within}`")
            }
            Self::MissingAttribute { line, .. } => format!("write `{line}`"),
            Self::OnlyOne { .. } | Self::TagTwice { .. } => "remove one of them".to_owned(),
            Self::UnknownSubscription { name, known, .. } => {
                match nearest(name, known.iter().map(String::as_str)) {
                    Some(nearest) => format!("did you mean `{}`?", shown(nearest)),
                    None => format!("the manifest has {}", listed(known, "and")),
                }
            }
            Self::WhichSubscription { line, known, .. } => {
                format!("write `{line}`; the manifest has {}", listed(known, "and"))
            }
            Self::NoSubscription { .. } => {
                "declare it: `tenant NAME id=\"…\" { subscription NAME id=\"…\" }`".to_owned()
            }
            Self::Twice { .. } => {
                "rename one of them, or put what both say into one; names have no case".to_owned()
            }
            Self::GrantTwice { .. } | Self::PrincipalTwice { .. } => {
                "remove one of them; names have no case".to_owned()
            }
            Self::Shared { .. } => "change one of them".to_owned(),
            Self::DeclaredAndAbsent { .. } => {
                "remove one of the two: a thing is either there or not".to_owned()
            }
            Self::AbsentReferred { .. } => {
                "remove the reference too, or take the thing out of `absent`".to_owned()
            }
            Self::SameId { .. } => {
                "correct one of the ids, or put what both say into one".to_owned()
            }
            Self::TooMany { .. } => {
                "split the estate into several manifests, each with an estate of its own".to_owned()
            }
            Self::UntypedPrincipal { written, .. } => {
                let name = shown(written);
                match written.as_str() {
                    guid if is_guid(guid) => format!("write `(object-id)\"{name}\"`"),
                    user if user.contains('@') => format!("write `(user)\"{name}\"`"),
                    _ => format!("write `(group)\"{name}\"`, or what else it is"),
                }
            }
            Self::Unquoted { before, text, .. } => {
                format!("write `{}\"{}\"`", shown(before), shown(text))
            }
            Self::UnknownType { hint, .. } => hint.help("principals are"),
            Self::NoIdentityHere { .. } => {
                "write the identity's `(service-principal)\"NAME\"`, or its `(object-id)`"
                    .to_owned()
            }
            Self::UnknownRole { hint, .. } => {
                hint.help("write a role by its name as Azure shows it, by its id, or as one of")
            }
            Self::ForeignScope {
                subscription,
                tenant,
                ..
            } => format!(
                "declare `subscription NAME id=\"{}\"` in `tenant {}`, or correct the scope",
                shown(subscription),
                shown(tenant)
            ),
            Self::UnknownReference {
                title,
                written,
                known,
                form,
                ..
            } => meant(title, written, known, form),
            Self::AmbiguousReference { title, paths, .. } if *title == "resource group" => {
                format!("there are {}: write the full id", listed(paths, "and"))
            }
            Self::AmbiguousReference { paths, .. } => format!("write {}", listed(paths, "or")),
            Self::NoReference { form, .. } => {
                format!("write its name, `{form}`, or its full id")
            }
            Self::ReservedTag { .. } => "choose another name".to_owned(),
            Self::TooManyTags { most, has, .. } => {
                format!("remove {} of them", has.saturating_sub(*most))
            }
            Self::TooLongForStamp { most, .. } => {
                format!("at most {most} characters fit behind the stamp of the estate: shorten it")
            }
        }
    }
}

impl Hint {
    /// The hint as a sentence; `holds` leads in a list of choices.
    fn help(&self, holds: &str) -> String {
        match self {
            Hint::Nearest(word) => format!("did you mean `{word}`?"),
            Hint::NearestLater(word) => {
                format!("did you mean `{word}`? This version does not build it yet")
            }
            Hint::Owners(owners) => format!("it is an attribute of {}", listed(owners, "and")),
            Hint::Choices(choices) if choices.is_empty() => "remove it".to_owned(),
            Hint::Choices(choices) => format!("{holds} {}", listed(choices, "and")),
        }
    }
}

/// What a reference may have meant: a name that is nearly the same, or the same name in another group.
fn meant(title: &str, written: &str, known: &[String], form: &str) -> String {
    let own = |path: &&String| path.rsplit('/').next() == Some(written);
    if let Some(path) = known.iter().find(own) {
        return format!("write `{}`", shown(path));
    }
    match nearest(written, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{}`?", shown(near)),
        None => format!("declare the {title}, or say where it lies: `{form}`"),
    }
}

fn held(within: &str) -> String {
    match within {
        TOP => "at the top level stand".to_owned(),
        node => format!("`{node}` holds"),
    }
}

/// An action for a misfit that is the same whatever the text is for.
fn misfit_help(misfit: Misfit) -> Option<String> {
    match misfit {
        Misfit::Hidden(_) => Some("write it without that character".to_owned()),
        Misfit::BlankAtEnd => Some("remove the blank".to_owned()),
        Misfit::TooLong { most, .. } => Some(format!("at most {most} characters fit: shorten it")),
        Misfit::NoUserName => {
            Some("write the user principal name: `(user)\"kim@contoso.com\"`".to_owned())
        }
        Misfit::NoGuid => {
            Some("write the object id: `00000000-0000-0000-0000-000000000000`".to_owned())
        }
        Misfit::NoVersion => Some("write numbers and dots: `1.0`".to_owned()),
        Misfit::AllAndMore => Some("remove it, or the others".to_owned()),
        Misfit::NoId
        | Misfit::NoAddress
        | Misfit::NoNetwork
        | Misfit::NoPeer
        | Misfit::NoPorts
        | Misfit::BitsBehind => None,
        Misfit::Empty | Misfit::Blank | Misfit::Holds(_) | Misfit::Begins(_) | Misfit::Ends(_) => {
            None
        }
    }
}

impl Rule {
    fn help(&self) -> String {
        match self {
            Rule::Name(rule) => described(rule),
            Rule::Region => "write the name of a region, as in `westeurope`".to_owned(),
            Rule::Elsewhere => {
                "write the full id: `/subscriptions/…/resourceGroups/NAME/providers/TYPE/NAME`"
                    .to_owned()
            }
            Rule::Role => "write the role's name as Azure shows it, or its id".to_owned(),
            Rule::Principal => "write the name that the directory knows".to_owned(),
            Rule::Address => "write one address, as in `10.20.0.4`".to_owned(),
            Rule::Network => {
                "write an address and the length of its prefix, as in `10.20.0.0/16`".to_owned()
            }
            Rule::Peers => "write an address, a range as in `10.20.0.0/16`, a name of the cloud's as in `Internet`, or `any`"
                .to_owned(),
            Rule::Ports => "write a port from 0 to 65535, a range as in `\"8000-8100\"`, or `any`".to_owned(),
            Rule::Path => {
                "write the path of a file, from the folder of this one: `(file)\"keys/admin.pub\"`"
                    .to_owned()
            }
            Rule::Note => "say something, or leave it out".to_owned(),
        }
    }
}

/// A rule for names, in words.
fn described(rule: &NameRule) -> String {
    let characters = match rule.characters {
        Characters::LettersDigitsAnd(more) => {
            format!("is made of letters, digits and `{more}`")
        }
        Characters::AsciiAnd(more) => {
            format!("is made of the letters a to z, digits and `{more}`")
        }
        Characters::AllBut("") => "holds no blanks".to_owned(),
        Characters::AllBut(these) => format!("holds no blanks and none of `{these}`"),
    };
    let begins = not_at("begin", rule.not_first);
    let ends = not_at("end", rule.not_last);
    let most = rule.most;
    format!("a name {characters}{begins}{ends}, and has 1 to {most} characters")
}

fn not_at(place: &str, these: &str) -> String {
    match these.chars().count() {
        0 => String::new(),
        1 => format!(", does not {place} with `{these}`"),
        _ => format!(", does not {place} with one of `{these}`"),
    }
}
