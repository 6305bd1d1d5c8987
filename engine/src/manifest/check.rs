//! What single texts of a manifest have to look like, whatever node they stand in.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::diff::same;
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
    /// It is no id of a thing in the cloud.
    NoId,
    /// It is no GUID.
    NoGuid,
    /// It is no dotted version.
    NoVersion,
    /// It is no address.
    NoAddress,
    /// It is no address with the length of its prefix behind a slash.
    NoNetwork,
    /// Bits are set behind its prefix.
    BitsBehind,
    /// It is no end of traffic.
    NoPeer,
    /// It is neither a port nor a range of ports.
    NoPorts,
    /// It stands for all, and others stand beside it.
    AllAndMore,
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
    // Most texts are of plain letters, which need not be read one by one.
    if text.len() <= most && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Ok(());
    }
    if let Some(hidden) = text.chars().find(|letter| is_hidden(*letter)) {
        return Err(Misfit::Hidden(hidden));
    }
    match text.chars().count() {
        has if has > most => Err(Misfit::TooLong { most, has }),
        _ => Ok(()),
    }
}

/// Whether a text can name another thing.
pub(super) fn reference(reference: &str, most: usize) -> Result<(), Misfit> {
    match reference.is_empty() {
        true => Err(Misfit::Empty),
        false => text(reference, most),
    }
}

/// Whether a text can be the name of a principal.
pub(super) fn principal(kind: PrincipalKind, name: &str) -> Result<(), Misfit> {
    some_text(name, MOST_PRINCIPAL)?;
    if name.trim() != name {
        return Err(Misfit::BlankAtEnd);
    }
    match kind {
        PrincipalKind::Group | PrincipalKind::ServicePrincipal | PrincipalKind::Identity => Ok(()),
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

/// Whether a text is an address.
pub(super) fn address(text: &str) -> Result<(), Misfit> {
    text.parse::<IpAddr>()
        .map(|_| ())
        .map_err(|_| Misfit::NoAddress)
}

/// Longer than any name that the cloud has for addresses.
const MOST_PEER: usize = 128;

/// Whether a text can be an end of traffic: an address, a range, `any`, or a name that the cloud has for some addresses
/// (`Internet`, `Storage.WestEurope`). Whether there is such a name is for the cloud to say.
pub(super) fn peer(text: &str) -> Result<(), Misfit> {
    some_text(text, MOST_PEER)?;
    let letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '.';
    let is_name =
        text.starts_with(|first: char| first.is_ascii_alphabetic()) && text.chars().all(letter);
    if text == "*" || is_name || address(text).is_ok() {
        return Ok(());
    }
    network(text).map_err(|misfit| match misfit {
        Misfit::NoNetwork => Misfit::NoPeer,
        other => other,
    })
}

/// Whether a text is a port, a range of ports, or `any`.
pub(super) fn ports(text: &str) -> Result<(), Misfit> {
    same::port_range(text).map(|_| ()).ok_or(Misfit::NoPorts)
}

/// Whether a text is a range of addresses that begins where its prefix ends.
pub(super) fn network(text: &str) -> Result<(), Misfit> {
    match range(text) {
        None => Err(Misfit::NoNetwork),
        Some((number, length)) if first_of(number, length) != number => Err(Misfit::BitsBehind),
        Some(_) => Ok(()),
    }
}

/// The range that a text with bits behind its prefix lies in.
pub(super) fn range_around(text: &str) -> Option<String> {
    let (number, length) = range(text)?;
    Some(format!("{}/{length}", first_of(number, length)))
}

/// The address and the length of the prefix of a range.
fn range(text: &str) -> Option<(IpAddr, u32)> {
    let (number, length) = text.split_once('/')?;
    let number: IpAddr = number.parse().ok()?;
    let most = if number.is_ipv4() { 32 } else { 128 };
    let digits = length.len() <= 3 && length.bytes().all(|byte| byte.is_ascii_digit());
    let length: u32 = length.parse().ok().filter(|_| digits)?;
    (length <= most).then_some((number, length))
}

/// The first address of the range of this prefix around an address.
fn first_of(number: IpAddr, length: u32) -> IpAddr {
    match number {
        IpAddr::V4(number) => {
            let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
            Ipv4Addr::from_bits(number.to_bits() & mask).into()
        }
        IpAddr::V6(number) => {
            let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
            Ipv6Addr::from_bits(number.to_bits() & mask).into()
        }
    }
}

/// Whether a tag may be named so (FACTS.md 15).
pub(super) fn tag_name(name: &str) -> Result<(), Misfit> {
    some_text(name, MOST_TAG_NAME)?;
    if name.trim() != name {
        return Err(Misfit::BlankAtEnd);
    }
    let bad = |byte: &u8| br"<>%&\?/".contains(byte);
    name.bytes()
        .find(bad)
        .map_or(Ok(()), |bad| Err(Misfit::Holds(bad.into())))
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
pub(crate) fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Whether a text says something, is fit to be shown and short enough.
pub(super) fn some_text(words: &str, most: usize) -> Result<(), Misfit> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_begins_where_its_prefix_ends() {
        for good in [
            "10.20.0.0/16",
            "0.0.0.0/0",
            "10.0.0.4/32",
            "fd00::/8",
            "::/0",
        ] {
            assert_eq!(network(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "10.20.0.0",
            "10.20.0.0/",
            "10.20.0.0/33",
            "10.20.0.0/+8",
            "10.20/16",
            "fd00::/129",
            "10.20.0.0/16/8",
        ] {
            assert_eq!(network(bad), Err(Misfit::NoNetwork), "{bad}");
        }
        assert_eq!(network("10.20.1.0/16"), Err(Misfit::BitsBehind));
        assert_eq!(
            range_around("10.20.1.0/16").as_deref(),
            Some("10.20.0.0/16")
        );
        assert_eq!(range_around("fd00::1/8").as_deref(), Some("fd00::/8"));
        assert_eq!(range_around("1.2.3.4/0").as_deref(), Some("0.0.0.0/0"));
    }

    #[test]
    fn an_end_of_traffic_is_an_address_a_range_or_a_name() {
        for good in [
            "*",
            "any",
            "10.0.0.4",
            "10.0.0.0/8",
            "fd00::/8",
            "::1",
            "Internet",
            "Storage.WestEurope",
            "AzureFrontDoor.Frontend",
        ] {
            assert_eq!(peer(good), Ok(()), "{good}");
        }
        for bad in [
            "10.0.0",
            "10.0.0.0-10.0.0.9",
            "a b",
            "a/b",
            ".a",
            "*.x",
            "!Internet",
        ] {
            assert_eq!(peer(bad), Err(Misfit::NoPeer), "{bad}");
        }
        assert_eq!(peer(""), Err(Misfit::Empty));
        assert_eq!(peer("10.0.0.1/8"), Err(Misfit::BitsBehind));
    }

    #[test]
    fn an_address_has_no_prefix() {
        assert_eq!(address("10.20.0.4"), Ok(()));
        assert_eq!(address("10.20.0.4/32"), Err(Misfit::NoAddress));
        assert_eq!(address("10.20.0"), Err(Misfit::NoAddress));
    }
}
