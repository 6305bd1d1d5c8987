//! Ranges of IPv4 addresses. Traffic to the hosts that sign-ins need is IPv4 as far as anybody documents (2026-11-21).

use std::net::Ipv4Addr;

use super::Match;

/// The first and the last address of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Range(u32, u32);

/// Ranges that hold no host outside: private, shared, loopback, link-local and Azure's own virtual address, multicast, reserved.
const INSIDE: [&str; 10] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "168.63.129.16/32",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/4",
    "240.0.0.0/4",
];

impl Range {
    /// Reads `10.0.0.0/8` or `10.0.0.4`; `None` for all else.
    pub(super) fn read(text: &str) -> Option<Range> {
        let (address, length) = text.split_once('/').unwrap_or((text, "32"));
        let address: Ipv4Addr = address.parse().ok()?;
        let length: u32 = length.parse().ok().filter(|length| *length <= 32)?;
        let hosts = u32::MAX.checked_shr(length).unwrap_or(0);
        let first = address.to_bits() & !hosts;
        Some(Range(first, first | hosts))
    }

    pub(super) fn holds(self, other: Range) -> bool {
        self.0 <= other.0 && other.1 <= self.1
    }
}

/// Whether an unknown host outside lies in one of some ranges: certain where they hold every address, or none that is outside.
pub(super) fn holds_a_host(ranges: impl Iterator<Item = Range>) -> Match {
    let inside: Vec<Range> = INSIDE.iter().filter_map(|text| Range::read(text)).collect();
    let ranges: Vec<Range> = ranges.collect();
    let outside = |range: &&Range| !inside.iter().any(|own| own.holds(**range));
    if ranges.iter().find(outside).is_none() {
        return Match::No;
    }
    // What is inside anyway may be missing from the rest.
    Match::of(hold_all(ranges.into_iter().chain(inside))).max(Match::Maybe)
}

/// Whether ranges, overlapping or not, hold every address together.
fn hold_all(ranges: impl Iterator<Item = Range>) -> bool {
    let mut ranges: Vec<Range> = ranges.collect();
    ranges.sort_unstable();
    let mut next = Some(0);
    for Range(first, last) in ranges {
        match next {
            Some(free) if first > free => return false,
            Some(free) if last >= free => next = last.checked_add(1),
            _ => {}
        }
    }
    next.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[&str]) -> Match {
        holds_a_host(texts.iter().map(|text| Range::read(text).unwrap()))
    }

    #[test]
    fn ranges_hold_a_host_outside_certainly_possibly_or_not() {
        for (texts, expected) in [
            (&["0.0.0.0/0"][..], Match::Yes),
            (&["0.0.0.0/1", "128.0.0.0/1"], Match::Yes),
            (&["128.0.0.0/1", "64.0.0.0/2", "0.0.0.0/2"], Match::Yes),
            // They overlap, and leave out what is private anyway.
            (
                &[
                    "0.0.0.0/5",
                    "8.0.0.0/7",
                    "11.0.0.0/8",
                    "12.0.0.0/6",
                    "16.0.0.0/4",
                    "32.0.0.0/3",
                    "64.0.0.0/2",
                    "128.0.0.0/1",
                    "200.0.0.0/8",
                ],
                Match::Yes,
            ),
            (&["0.0.0.0/1"], Match::Maybe),
            (&["20.190.128.0/18"], Match::Maybe),
            (&["20.190.128.4"], Match::Maybe),
            (&["10.0.0.0/8", "192.168.4.0/24", "172.31.0.4"], Match::No),
            (&[], Match::No),
        ] {
            assert_eq!(of(texts), expected, "{texts:?}");
        }
    }

    #[test]
    fn what_is_no_range_of_this_kind_is_none() {
        for bad in ["fd00::/8", "Internet", "10.0.0.0/33", "10.0.0.0/x", ""] {
            assert_eq!(Range::read(bad), None, "{bad}");
        }
    }
}
