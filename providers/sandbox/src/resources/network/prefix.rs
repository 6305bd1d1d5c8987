//! Ranges of addresses.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A range such as `10.0.0.0/24`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Prefix {
    first: IpAddr,
    length: u8,
}

impl Prefix {
    /// The range that a text is; an address alone is none.
    pub(crate) fn parse(text: &str) -> Option<Prefix> {
        let (address, length) = text.split_once('/')?;
        let first: IpAddr = address.parse().ok()?;
        let length: u8 = length.parse().ok()?;
        (length <= width(first)).then_some(Prefix { first, length })
    }

    /// The same with the address at which the range begins, which need not be what was written.
    pub(crate) fn canonical(self) -> Prefix {
        let first = number(self.first) & mask(self);
        Prefix {
            first: address(self.first, first),
            length: self.length,
        }
    }

    /// Whether all of the other lies in it.
    pub(crate) fn holds(self, other: Prefix) -> bool {
        self.length <= other.length && self.has(other.first)
    }

    /// Whether some address lies in both.
    pub(crate) fn overlaps(self, other: Prefix) -> bool {
        self.holds(other) || other.holds(self)
    }

    /// Whether an address lies in it.
    pub(crate) fn has(self, address: IpAddr) -> bool {
        address.is_ipv4() == self.first.is_ipv4()
            && number(address) & mask(self) == number(self.first) & mask(self)
    }

    /// Its addresses that machines can have: not the first four and, of IPv4, not the last.
    pub(crate) fn usable(self) -> impl Iterator<Item = IpAddr> {
        let start = number(self.first) & mask(self);
        let size = 1_u128.checked_shl(u32::from(width(self.first) - self.length));
        let end = size.map_or(u128::MAX, |size| start.saturating_add(size));
        let end = end.saturating_sub(u128::from(self.first.is_ipv4()));
        (start.saturating_add(4)..end).map(move |it| address(self.first, it))
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.length)
    }
}

fn width(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(it) => u128::from(u32::from(it)),
        IpAddr::V6(it) => u128::from(it),
    }
}

fn address(like: IpAddr, number: u128) -> IpAddr {
    match like {
        IpAddr::V4(_) => Ipv4Addr::from(u32::try_from(number).unwrap_or(u32::MAX)).into(),
        IpAddr::V6(_) => Ipv6Addr::from(number).into(),
    }
}

fn mask(prefix: Prefix) -> u128 {
    let host = width(prefix.first) - prefix.length;
    u128::MAX.checked_shl(u32::from(host)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefix(text: &str) -> Prefix {
        Prefix::parse(text).expect(text)
    }

    #[test]
    fn a_range_holds_what_lies_in_it() {
        assert!(prefix("10.0.0.0/8").holds(prefix("10.1.2.0/24")));
        assert!(!prefix("10.1.2.0/24").holds(prefix("10.0.0.0/8")));
        assert!(prefix("10.1.2.0/24").overlaps(prefix("10.0.0.0/8")));
        assert!(!prefix("10.0.0.0/24").overlaps(prefix("10.0.1.0/24")));
        assert!(prefix("fd00::/48").holds(prefix("fd00:0:0:1::/64")));
        assert!(!prefix("0.0.0.0/0").holds(prefix("::/0")));
    }

    #[test]
    fn a_range_begins_where_its_length_says() {
        assert_eq!(prefix("10.0.0.9/24").canonical().to_string(), "10.0.0.0/24");
        assert_eq!(Prefix::parse("10.0.0.0/33"), None);
        assert_eq!(Prefix::parse("10.0.0.0"), None);
    }

    #[test]
    fn five_addresses_of_a_range_are_not_for_machines() {
        let usable: Vec<String> = prefix("10.0.0.0/29")
            .usable()
            .map(|it| it.to_string())
            .collect();
        assert_eq!(usable, ["10.0.0.4", "10.0.0.5", "10.0.0.6"]);
    }
}
