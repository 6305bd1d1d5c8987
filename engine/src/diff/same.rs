//! When two values of a shape are the same thing.

use std::cmp::Ordering;
use std::net::IpAddr;

use crate::schema::Shape;
use crate::value::{Attributes, Value};

/// Whether a live value is what was declared.
pub fn same(shape: Shape, wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Text(wanted), Value::Text(found)) => same_text(shape, wanted, found),
        (Value::List(wanted), Value::List(found)) => same_lists(shape, wanted, found),
        // An absent switch is one that is off.
        (Value::Bool(false), Value::Null) => true,
        // So an absent setting of this shape is an empty one.
        (Value::Text(wanted), Value::Null) if matches!(shape, Shape::Alias { .. }) => {
            wanted.is_empty()
        }
        _ => wanted == found,
    }
}

fn same_text(shape: Shape, wanted: &str, found: &str) -> bool {
    match shape {
        Shape::Name | Shape::Choice { .. } | Shape::Elsewhere | Shape::Reference { .. } => {
            wanted.eq_ignore_ascii_case(found)
        }
        Shape::Alias { word, means } => {
            let full = |text: &str| alias(word, means, text).to_lowercase();
            full(wanted) == full(found)
        }
        Shape::Own(sort) => (sort.same)(wanted, found),
        Shape::Region => region(wanted) == region(found),
        Shape::Floor => compare_versions(found, wanted) != Ordering::Less,
        Shape::Network | Shape::Networks | Shape::Addresses => address(wanted) == address(found),
        Shape::Peers => peer(wanted) == peer(found),
        Shape::Ports => ports(wanted) == ports(found),
        Shape::Text
        | Shape::Bool
        | Shape::Pairs
        | Shape::Principal
        | Shape::Integer { .. }
        | Shape::Secret
        | Shape::TextOrFile(_) => wanted == found,
    }
}

/// What a text means where a word may stand for it.
pub fn alias<'a>(word: &str, means: &'a str, text: &'a str) -> &'a str {
    if text.eq_ignore_ascii_case(word) {
        means
    } else {
        text
    }
}

fn same_lists(shape: Shape, wanted: &[Value], found: &[Value]) -> bool {
    let spelt = |values: &[Value]| -> Vec<String> {
        let spelling = match shape {
            Shape::Reference { .. } => str::to_lowercase,
            Shape::Peers => peer,
            Shape::Ports => ports,
            _ => address,
        };
        let texts = values.iter().map(|value| value.as_text().map(spelling));
        let mut texts: Vec<String> = texts.map(Option::unwrap_or_default).collect();
        let unordered = matches!(
            shape,
            Shape::Reference { .. } | Shape::Networks | Shape::Peers | Shape::Ports
        );
        if unordered {
            texts.sort();
            texts.dedup();
        }
        texts
    };
    spelt(wanted) == spelt(found)
}

/// An address or a range in its shortest spelling: `FD00:0::/8` is `fd00::/8`. What is neither stays as it is.
fn address(text: &str) -> String {
    let (number, length) = match text.split_once('/') {
        Some((number, length)) => (number, format!("/{length}")),
        None => (text, String::new()),
    };
    match number.parse::<IpAddr>() {
        Ok(number) => format!("{number}{length}"),
        Err(_) => text.to_owned(),
    }
}

/// The one word for all of them, which clouds write as `*`.
pub const ANY: &str = "any";

/// An end of traffic in one spelling: a single address is the range that holds it alone, a name has no case.
pub fn peer(text: &str) -> String {
    if is_any(text) {
        return ANY.to_owned();
    }
    let range = address(text);
    let alone = match range.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => "/32",
        Ok(IpAddr::V6(_)) => "/128",
        Err(_) => "",
    };
    format!("{range}{alone}").to_lowercase()
}

/// Ports in one spelling: `22-22` is `22`, `0-65535` is `any`.
pub fn ports(text: &str) -> String {
    match port_range(text) {
        Some((0, u16::MAX)) => ANY.to_owned(),
        Some((first, last)) if first == last => first.to_string(),
        Some((first, last)) => format!("{first}-{last}"),
        None => text.to_owned(),
    }
}

/// The first and the last port that a text stands for; `None` where it is no port, no range and not `any`.
pub fn port_range(text: &str) -> Option<(u16, u16)> {
    if is_any(text) {
        return Some((0, u16::MAX));
    }
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let number = |digits: &str| {
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse().ok().filter(|_| plain)
    };
    let (first, last) = (number(first)?, number(last)?);
    (first <= last).then_some((first, last))
}

fn is_any(text: &str) -> bool {
    text == "*" || text.eq_ignore_ascii_case(ANY)
}

/// A region's name without case and blanks: `West Europe` is `westeurope`.
pub fn region(name: &str) -> String {
    name.chars()
        .filter(|character| !character.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Compares dotted versions number by number; missing numbers are 0, and what is no number counts as 0.
pub fn compare_versions(one: &str, other: &str) -> Ordering {
    let mut one = one.split('.');
    let mut other = other.split('.');
    loop {
        let (left, right) = (one.next(), other.next());
        if left.is_none() && right.is_none() {
            return Ordering::Equal;
        }
        let number =
            |part: Option<&str>| part.and_then(|part| part.parse::<u64>().ok()).unwrap_or(0);
        match number(left).cmp(&number(right)) {
            Ordering::Equal => {}
            unequal => return unequal,
        }
    }
}

/// A member by its name without case, as Azure's tags are found.
pub fn without_case<'a>(map: &'a Attributes, name: &str) -> Option<&'a Value> {
    map.get(name).or_else(|| {
        map.iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_version_satisfies_a_floor() {
        let same = |wanted: &str, found: &str| same(Shape::Floor, &wanted.into(), &found.into());
        assert!(same("1.0", "1.0"));
        assert!(same("1.0", "2.2.0.0"));
        assert!(same("1.0", "1"));
        assert!(same("1.9", "1.10"));
        assert!(!same("1.10", "1.9.9"));
    }

    #[test]
    fn ranges_have_no_order_and_no_spelling_and_addresses_have_an_order() {
        let list = |texts: &[&str]| Value::List(texts.iter().map(|text| (*text).into()).collect());
        let same_ranges =
            |one: &[&str], other: &[&str]| same(Shape::Networks, &list(one), &list(other));
        assert!(same_ranges(
            &["10.0.0.0/8", "FD00:0::/8"],
            &["fd00::/8", "10.0.0.0/8"]
        ));
        assert!(!same_ranges(&["10.0.0.0/8"], &["10.0.0.0/16"]));
        assert!(!same_ranges(&["10.0.0.0/8"], &[]));
        let servers = ["10.0.0.4", "10.0.0.5"];
        assert!(same(Shape::Addresses, &list(&servers), &list(&servers)));
        assert!(!same(
            Shape::Addresses,
            &list(&servers),
            &list(&["10.0.0.5", "10.0.0.4"])
        ));
    }

    #[test]
    fn ends_of_traffic_have_no_order_no_case_and_one_word_for_all() {
        let list = |texts: &[&str]| Value::List(texts.iter().map(|text| (*text).into()).collect());
        let same_peers =
            |one: &[&str], other: &[&str]| same(Shape::Peers, &list(one), &list(other));
        assert!(same_peers(&["any"], &["*"]));
        assert!(same_peers(
            &["virtualnetwork", "10.0.0.4", "FD00:0::/8"],
            &["fd00::/8", "10.0.0.4/32", "VirtualNetwork", "10.0.0.4"]
        ));
        assert!(!same_peers(&["any"], &["0.0.0.0/0"]));
        assert!(!same_peers(&["any"], &["Internet"]));
        assert!(!same_peers(&["10.0.0.4"], &[]));
    }

    #[test]
    fn ports_have_no_order_and_no_spelling() {
        let list = |texts: &[&str]| Value::List(texts.iter().map(|text| (*text).into()).collect());
        let same_ports =
            |one: &[&str], other: &[&str]| same(Shape::Ports, &list(one), &list(other));
        assert!(same_ports(&["any"], &["*"]));
        assert!(same_ports(&["any"], &["0-65535"]));
        assert!(same_ports(&["443", "22"], &["22-22", "443", "443"]));
        assert!(!same_ports(&["80-90"], &["80"]));
        for bad in ["", "-", "90-80", "65536", "+1", "http", "1-2-3", "1,2"] {
            assert_eq!(port_range(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_region_has_no_case_and_no_blanks() {
        assert!(same(
            Shape::Region,
            &"West Europe".into(),
            &"westeurope".into()
        ));
        assert!(!same(
            Shape::Region,
            &"westeurope".into(),
            &"northeurope".into()
        ));
    }

    #[test]
    fn a_word_is_what_it_stands_for_and_an_empty_one_is_none() {
        let shape = Shape::Alias {
            word: "intune",
            means: "0000000A",
        };
        assert!(same(shape, &"intune".into(), &"0000000a".into()));
        assert!(same(shape, &"0000000a".into(), &"Intune".into()));
        assert!(!same(shape, &"".into(), &"0000000a".into()));
        assert!(same(shape, &"".into(), &Value::Null));
        assert!(!same(shape, &"intune".into(), &Value::Null));
    }

    #[test]
    fn a_switch_that_is_absent_is_off() {
        assert!(same(Shape::Bool, &false.into(), &Value::Null));
        assert!(!same(Shape::Bool, &true.into(), &Value::Null));
    }

    #[test]
    fn a_tag_is_found_whatever_its_case() {
        let tags = Attributes::from([("Owner".to_owned(), Value::from("web"))]);
        assert_eq!(without_case(&tags, "owner"), Some(&Value::from("web")));
        assert_eq!(without_case(&tags, "team"), None);
    }
}
