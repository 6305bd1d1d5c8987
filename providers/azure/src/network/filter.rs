//! What the rules of one security group make of traffic that leaves a machine.

use vmlogin_engine::diff::same::{ANY, port_range};
use vmlogin_engine::value::{Attributes, Value};

use super::space::{Range, holds_a_host};
use super::{Flow, Match, Target};

/// One rule, as it concerns outbound traffic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Its name.
    pub(crate) name: String,
    /// The lower, the earlier it is asked.
    pub(crate) priority: i64,
    /// Whether it lets through.
    pub(crate) allows: bool,
    /// What it is about, at the other end.
    pub(crate) to: Vec<String>,
    outbound: bool,
    tcp: bool,
    from: Vec<String>,
    ports: Vec<String>,
    source_ports: Vec<String>,
}

/// What a group makes of traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision<'a> {
    /// It goes through.
    Allowed,
    /// This rule stops it, whatever the addresses are.
    Denied(&'a Rule),
    /// Whether it goes through depends on whether this rule is about it.
    Unsure(&'a Rule),
}

impl Rule {
    /// Reads a rule; `None` where something is missing that every rule says.
    pub(crate) fn read(says: &Attributes) -> Option<Rule> {
        let text = |name: &str| says.get(name).and_then(Value::as_text);
        let Some(Value::Integer(priority)) = says.get("priority") else {
            return None;
        };
        let word = |name: &str, word: &str| Some(text(name)?.eq_ignore_ascii_case(word));
        Some(Rule {
            name: text("name")?.to_owned(),
            priority: *priority,
            allows: word("access", "allow")?,
            to: texts(says.get("to")),
            outbound: word("direction", "outbound")?,
            tcp: word("protocol", "tcp")? || word("protocol", ANY)?,
            from: texts(says.get("from")),
            ports: texts(says.get("ports")),
            source_ports: texts(says.get("source-ports")),
        })
    }

    /// Whether it is about some traffic.
    fn concerns(&self, flow: &Flow<'_>) -> Match {
        let own = [
            Match::of(self.outbound && self.tcp),
            holds_port(&self.ports, flow.port),
            holds_client_ports(&self.source_ports),
            comes_from(&self.from, flow.source),
            goes_to(&self.to, flow.target),
        ];
        own.into_iter().min().unwrap_or(Match::No)
    }
}

/// What the rules decide, asked in the order of their priorities. The rules that Azure gives each group end the row.
pub(crate) fn decide<'a>(rules: &'a [Rule], flow: &Flow<'_>) -> Decision<'a> {
    let mut sorted: Vec<&Rule> = rules.iter().collect();
    sorted.sort_by_key(|rule| rule.priority);
    let mut unsure: Vec<&Rule> = Vec::new();
    for rule in sorted {
        match rule.concerns(flow) {
            Match::No => {}
            Match::Maybe => unsure.push(rule),
            Match::Yes if rule.allows => return unless(unsure, false, Decision::Allowed),
            Match::Yes => return unless(unsure, true, Decision::Denied(rule)),
        }
    }
    // Traffic to the outside is allowed by `AllowInternetOutBound`, 65001, of every group (FACTS 16).
    unless(unsure, false, Decision::Allowed)
}

/// A decision, unless a rule before it that may be about the traffic decides otherwise.
fn unless<'a>(unsure: Vec<&'a Rule>, allows: bool, otherwise: Decision<'a>) -> Decision<'a> {
    let other = unsure.into_iter().find(|rule| rule.allows == allows);
    other.map_or(otherwise, Decision::Unsure)
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::List(values)) => {
            let texts = values.iter().filter_map(Value::as_text);
            texts.map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

fn holds_port(ports: &[String], port: u16) -> Match {
    let mut ranges = ports.iter().filter_map(|text| port_range(text));
    Match::of(ranges.any(|(first, last)| (first..=last).contains(&port)))
}

/// Whether traffic comes from one of these ports. Clients take any above 1023.
fn holds_client_ports(ports: &[String]) -> Match {
    let ranges: Vec<(u16, u16)> = ports.iter().filter_map(|text| port_range(text)).collect();
    if ranges
        .iter()
        .any(|(first, last)| *first <= 1024 && *last == u16::MAX)
    {
        Match::Yes
    } else if ranges.iter().any(|(_, last)| *last >= 1024) {
        Match::Maybe
    } else {
        Match::No
    }
}

/// Whether a machine of this address is one of these sources.
fn comes_from(sources: &[String], address: Option<&str>) -> Match {
    let address = address.and_then(Range::read);
    let matches = sources
        .iter()
        .map(|source| match (source.as_str(), address) {
            (ANY, _) => Match::Yes,
            (name, _) if name.eq_ignore_ascii_case("VirtualNetwork") => Match::Yes,
            // Which machines are in it is not read.
            (name, _) if name.starts_with("application-security-group/") => Match::Maybe,
            (text, address) => match (Range::read(text), address) {
                (Some(range), Some(address)) => Match::of(range.holds(address)),
                (Some(_), None) => Match::Maybe,
                // A service tag: they hold public addresses of services, and no machine's private one.
                (None, _) => Match::No,
            },
        });
    matches.max().unwrap_or(Match::No)
}

fn goes_to(targets: &[String], target: Target<'_>) -> Match {
    let Target::Host(tags) = target else {
        let named = |text: &String| text.eq_ignore_ascii_case("AzurePlatformIMDS");
        return Match::of(targets.iter().any(named));
    };
    let ranges = targets.iter().filter_map(|text| Range::read(text));
    let names = targets
        .iter()
        .filter(|text| Range::read(text).is_none())
        .map(|name| goes_to_name(name, tags));
    names
        .chain([holds_a_host(ranges)])
        .max()
        .unwrap_or(Match::No)
}

fn goes_to_name(name: &str, tags: &[&str]) -> Match {
    let is = |other: &&str| name.eq_ignore_ascii_case(other);
    if [ANY, "Internet"].iter().any(is) || tags.iter().any(is) {
        return Match::Yes;
    }
    let inside = [
        "VirtualNetwork",
        "AzureLoadBalancer",
        "AzurePlatformDNS",
        "AzurePlatformIMDS",
        "AzurePlatformLKM",
    ];
    let group = name.starts_with("application-security-group/");
    if inside.iter().any(is) || group || name.contains(':') {
        return Match::No;
    }
    // Another tag, whose addresses are not known here.
    Match::Maybe
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `100 deny any → Internet:443`, with protocol and source ports where they are said.
    fn rule(line: &str) -> Rule {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [priority, access, from, _, to, rest @ ..] = words.as_slice() else {
            panic!("{line}");
        };
        let (to, ports) = to.rsplit_once(':').unwrap();
        let said = |mark: &str| rest.iter().find_map(|word| word.strip_prefix(mark));
        let list = |text: &str| Value::List(text.split(',').map(Value::from).collect());
        let says = Attributes::from([
            ("name".to_owned(), format!("r{priority}").into()),
            (
                "priority".to_owned(),
                Value::Integer(priority.parse().unwrap()),
            ),
            (
                "direction".to_owned(),
                said("direction=").unwrap_or("outbound").into(),
            ),
            ("access".to_owned(), (*access).into()),
            (
                "protocol".to_owned(),
                said("protocol=").unwrap_or("any").into(),
            ),
            ("from".to_owned(), list(from)),
            ("to".to_owned(), list(to)),
            ("ports".to_owned(), list(ports)),
            (
                "source-ports".to_owned(),
                list(said("source-ports=").unwrap_or("any")),
            ),
        ]);
        Rule::read(&says).unwrap()
    }

    fn decided(lines: &[&str], flow: &Flow<'_>) -> String {
        let rules: Vec<Rule> = lines.iter().map(|line| rule(line)).collect();
        match decide(&rules, flow) {
            Decision::Allowed => "allowed".to_owned(),
            Decision::Denied(rule) => format!("denied by {}", rule.name),
            Decision::Unsure(rule) => format!("unsure for {}", rule.name),
        }
    }

    const ENTRA: Flow<'static> = Flow {
        source: Some("10.20.1.4"),
        target: Target::Host(&["AzureActiveDirectory"]),
        port: 443,
    };

    #[test]
    fn rules_are_asked_in_order_and_only_where_they_are_about_the_traffic() {
        for (lines, expected) in [
            (&[][..], "allowed"),
            (&["200 deny any → Internet:any"], "denied by r200"),
            (&["200 deny any → any:443"], "denied by r200"),
            (&["200 deny any → 0.0.0.0/0:400-500"], "denied by r200"),
            // The lower number goes first, whatever the order in the answer.
            (
                &["200 deny any → any:any", "100 allow any → any:443"],
                "allowed",
            ),
            (
                &["100 deny any → any:any", "200 allow any → any:443"],
                "denied by r100",
            ),
            // Not about it: the direction, the protocol, the port, the other end, the source.
            (&["200 deny any → any:any direction=inbound"], "allowed"),
            (&["200 deny any → any:any protocol=udp"], "allowed"),
            (&["200 deny any → any:80,444-500"], "allowed"),
            (&["200 deny any → VirtualNetwork:any"], "allowed"),
            (&["200 deny any → 10.0.0.0/8,192.168.0.0/16:any"], "allowed"),
            (&["200 deny 10.20.2.0/24 → any:any"], "allowed"),
            (&["200 deny Internet → any:any"], "allowed"),
            (
                &["200 deny 10.20.2.0/24,10.20.1.0/24 → any:any"],
                "denied by r200",
            ),
            (&["200 deny VirtualNetwork → any:any"], "denied by r200"),
            (&["200 deny any → any:any source-ports=0-1023"], "allowed"),
            (
                &["200 deny any → any:any source-ports=1024-65535"],
                "denied by r200",
            ),
        ] {
            assert_eq!(decided(lines, &ENTRA), expected, "{lines:?}");
        }
    }

    #[test]
    fn a_service_tag_decides_where_it_holds_the_host() {
        for (lines, expected) in [
            (
                &["100 deny any → AzureActiveDirectory:443"][..],
                "denied by r100",
            ),
            (
                &[
                    "100 allow any → azureactivedirectory:443",
                    "200 deny any → Internet:any",
                ],
                "allowed",
            ),
            (
                &[
                    "100 allow any → Storage,AzureActiveDirectory:443",
                    "200 deny any → any:any",
                ],
                "allowed",
            ),
            // Which addresses another tag holds is not known.
            (&["100 deny any → AzureCloud:443"], "unsure for r100"),
            (
                &[
                    "100 allow any → AzureCloud.WestEurope:443",
                    "200 deny any → any:any",
                ],
                "unsure for r100",
            ),
            (
                &["100 allow any → Storage:443", "200 allow any → any:443"],
                "allowed",
            ),
            (
                &["100 deny any → Storage:443", "200 deny any → any:443"],
                "denied by r200",
            ),
        ] {
            assert_eq!(decided(lines, &ENTRA), expected, "{lines:?}");
        }
    }

    #[test]
    fn some_addresses_outside_may_be_the_hosts() {
        for (lines, expected) in [
            (
                &["100 deny any → 20.190.128.0/18:443"][..],
                "unsure for r100",
            ),
            (
                &[
                    "100 allow any → 20.190.128.0/18:443",
                    "200 deny any → any:443",
                ],
                "unsure for r100",
            ),
            // Overlapping ranges that hold every address together.
            (
                &["100 deny any → 0.0.0.0/1,64.0.0.0/2,128.0.0.0/1:443"],
                "denied by r100",
            ),
            (
                &["100 deny any → any:443 source-ports=50000-60000"],
                "unsure for r100",
            ),
            (
                &["100 deny application-security-group/web → any:443"],
                "unsure for r100",
            ),
            (
                &["100 deny any → application-security-group/web:443"],
                "allowed",
            ),
        ] {
            assert_eq!(decided(lines, &ENTRA), expected, "{lines:?}");
        }
        let unknown = Flow {
            source: None,
            ..ENTRA
        };
        assert_eq!(
            decided(&["100 deny 10.20.2.0/24 → any:443"], &unknown),
            "unsure for r100"
        );
    }

    #[test]
    fn the_metadata_service_is_filtered_only_by_its_own_tag() {
        let metadata = Flow {
            target: Target::Metadata,
            port: 80,
            ..ENTRA
        };
        assert_eq!(decided(&["100 deny any → any:any"], &metadata), "allowed");
        assert_eq!(
            decided(&["100 deny any → AzurePlatformIMDS:any"], &metadata),
            "denied by r100"
        );
    }

    #[test]
    fn a_rule_that_lacks_something_is_none() {
        assert_eq!(Rule::read(&Attributes::new()), None);
    }
}
