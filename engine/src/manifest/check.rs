//! What single texts of a manifest have to look like, whatever node they stand in.

use crate::schema::{Characters, NameRule};
use crate::syntax::print::is_hidden;
use crate::value::PrincipalKind;

/// Why a text cannot be what it is meant to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// It is empty.
    Empty,
    /// It is longer than `most`, in characters.
    TooLong {
        /// The greatest length.
        most: usize,
        /// Its length.
        has: usize,
    },
    /// It holds a character that is not shown, or that moves others about.
    Hidden(char),
    /// It holds a blank.
    Blank,
    /// It begins or ends with a blank, which nobody sees.
    BlankAtEnd,
    /// It holds a character that may not stand in it.
    Holds(char),
    /// It begins with a character that may not be the first.
    Begins(char),
    /// It ends with a character that may not be the last.
    Ends(char),
    /// It is no user principal name.
    NoUserName,
    /// It is no GUID.
    NoGuid,
    /// It is no dotted version.
    NoVersion,
}

/// The longest name of a tag, in characters (FACTS.md 15).
const MOST_TAG_NAME: usize = 512;

/// The longest value of a tag, in characters (FACTS.md 15).
const MOST_TAG_VALUE: usize = 256;

/// How many tags a resource may carry (FACTS.md 15).
pub(super) const MOST_TAGS: usize = 50;

/// What begins the names of the tags that vmlogin sets itself.
pub(super) const RESERVED: &str = "vmlogin-";

/// The longest description of a role assignment, in characters. Unverified against Azure, 2026-11-21.
pub(super) const MOST_DESCRIPTION: usize = 1024;

/// Longer than any name in the directory.
const MOST_PRINCIPAL: usize = 256;

/// Longer than any name of a region.
const MOST_REGION: usize = 90;

/// Whether a text is a name by a rule.
pub(super) fn name(rule: &NameRule, text: &str) -> Result<(), Misfit> {
    some_text(text, rule.most)?;
    if let Some(bad) = text.chars().find(|letter| !fits(rule.characters, *letter)) {
        return Err(if bad.is_whitespace() {
            Misfit::Blank
        } else {
            Misfit::Holds(bad)
        });
    }
    if let Some(first) = text
        .chars()
        .next()
        .filter(|first| rule.not_first.contains(*first))
    {
        return Err(Misfit::Begins(first));
    }
    match text
        .chars()
        .last()
        .filter(|last| rule.not_last.contains(*last))
    {
        Some(last) => Err(Misfit::Ends(last)),
        None => Ok(()),
    }
}

/// Whether a text is fit to be shown and short enough.
pub(super) fn text(text: &str, most: usize) -> Result<(), Misfit> {
    if let Some(hidden) = text.chars().find(|letter| is_hidden(*letter)) {
        return Err(Misfit::Hidden(hidden));
    }
    match text.chars().count() {
        has if has > most => Err(Misfit::TooLong { most, has }),
        _ => Ok(()),
    }
}

/// Whether a text can be the name of a principal.
pub(super) fn principal(kind: PrincipalKind, name: &str) -> Result<(), Misfit> {
    some_text(name, MOST_PRINCIPAL)?;
    if name.trim() != name {
        return Err(Misfit::BlankAtEnd);
    }
    match kind {
        PrincipalKind::Group => Ok(()),
        PrincipalKind::ObjectId if is_guid(name) => Ok(()),
        PrincipalKind::ObjectId => Err(Misfit::NoGuid),
        PrincipalKind::User if name.contains(char::is_whitespace) => Err(Misfit::Blank),
        PrincipalKind::User => match name.split_once('@') {
            Some((person, domain)) if !person.is_empty() && !domain.is_empty() => Ok(()),
            _ => Err(Misfit::NoUserName),
        },
    }
}

/// Whether a text can be the name of a region, as people or as Azure write it: `West Europe`, `westeurope`.
pub(super) fn region(name: &str) -> Result<(), Misfit> {
    some_text(name, MOST_REGION)?;
    if name.trim() != name {
        return Err(Misfit::BlankAtEnd);
    }
    let bad = |letter: &char| !letter.is_ascii_alphanumeric() && *letter != ' ';
    name.chars()
        .find(bad)
        .map_or(Ok(()), |bad| Err(Misfit::Holds(bad)))
}

/// Whether a text is a dotted version: `1.0`.
pub(super) fn version(text: &str) -> Result<(), Misfit> {
    let number = |part: &str| {
        !part.is_empty() && part.len() <= 9 && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    match text.split('.').all(number) {
        true => Ok(()),
        false => Err(Misfit::NoVersion),
    }
}

/// Whether a tag may be named so (FACTS.md 15).
pub(super) fn tag_name(name: &str) -> Result<(), Misfit> {
    some_text(name, MOST_TAG_NAME)?;
    if name.trim() != name {
        return Err(Misfit::BlankAtEnd);
    }
    let bad = |letter: &char| r"<>%&\?/".contains(*letter);
    name.chars()
        .find(bad)
        .map_or(Ok(()), |bad| Err(Misfit::Holds(bad)))
}

/// Whether a tag may say so (FACTS.md 15).
pub(super) fn tag_value(value: &str) -> Result<(), Misfit> {
    text(value, MOST_TAG_VALUE)
}

/// Whether a text says something, and keeps its ends when somebody trims it.
pub(super) fn note(text: &str) -> Result<(), Misfit> {
    match text.trim() {
        "" => Err(Misfit::Empty),
        trimmed if trimmed != text => Err(Misfit::BlankAtEnd),
        _ => Ok(()),
    }
}

/// Whether a text is a GUID in its usual spelling: `8-4-4-4-12` hexadecimal digits.
pub(super) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn some_text(words: &str, most: usize) -> Result<(), Misfit> {
    match words.trim().is_empty() {
        true => Err(Misfit::Empty),
        false => text(words, most),
    }
}

fn fits(characters: Characters, letter: char) -> bool {
    match characters {
        _ if letter.is_whitespace() => false,
        Characters::LettersDigitsAnd(more) => letter.is_alphanumeric() || more.contains(letter),
        Characters::AsciiAnd(more) => letter.is_ascii_alphanumeric() || more.contains(letter),
        Characters::AllBut(these) => !these.contains(letter),
    }
}
