//! Where the routes of a subnet lead traffic that leaves it.

use vmlogin_engine::diff::same::ANY;
use vmlogin_engine::value::{Attributes, Value};

use super::space::{Range, holds_a_host};
use super::{Flow, Match, Target};

/// One route that somebody made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    /// Its name.
    pub(crate) name: String,
    /// Where it leads.
    pub(crate) hop: Hop,
    prefix: String,
}

/// Where a route leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hop {
    /// Out.
    Internet,
    /// Nowhere: what takes it is lost.
    Nowhere,
    /// To something that decides for itself: an appliance, a gateway, another place in the network.
    Elsewhere,
}

/// What routes make of traffic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lead<'a> {
    /// It goes out as Azure's own routes lead it.
    Out,
    /// This route loses it.
    Lost(&'a Route),
    /// This route leads it to something that decides for itself.
    Elsewhere(&'a Route),
    /// Where it goes depends on whether this route is about it.
    Unsure(&'a Route),
}

impl Route {
    /// Reads a route; `None` where something is missing that every route says.
    pub(crate) fn read(says: &Attributes) -> Option<Route> {
        let text = |name: &str| says.get(name).and_then(Value::as_text);
        let hop = match text("next-hop")?.to_lowercase().as_str() {
            "internet" => Hop::Internet,
            "none" => Hop::Nowhere,
            _ => Hop::Elsewhere,
        };
        Some(Route {
            name: text("name")?.to_owned(),
            hop,
            prefix: text("prefix")?.to_owned(),
        })
    }

    /// Whether it is the one for all that no other route is about.
    fn is_general(&self) -> bool {
        self.prefix == "0.0.0.0/0"
    }

    fn concerns(&self, tags: &[&str]) -> Match {
        if let Some(range) = Range::read(&self.prefix) {
            return holds_a_host([range].into_iter());
        }
        let named = |name: &str| self.prefix.eq_ignore_ascii_case(name);
        match self.prefix.contains(':') {
            true => Match::No,
            false if tags.iter().any(|tag| named(tag)) || named(ANY) => Match::Yes,
            false => Match::Maybe,
        }
    }
}

/// Where the routes lead: the more exact one wins, and the one for everything else comes last.
pub(crate) fn lead<'a>(routes: &'a [Route], flow: &Flow<'_>) -> Lead<'a> {
    // No route leads the metadata service astray: it answers on the machine's own host.
    let Target::Host(tags) = flow.target else {
        return Lead::Out;
    };
    let general = routes.iter().find(|route| route.is_general());
    let (mut sure, mut possible) = (general, Vec::new());
    for route in routes.iter().filter(|route| !route.is_general()) {
        match route.concerns(tags) {
            Match::No => {}
            Match::Maybe => possible.push(route),
            Match::Yes => sure = Some(route),
        }
    }
    let ranges = possible
        .iter()
        .filter_map(|route| Range::read(&route.prefix));
    if holds_a_host(ranges) == Match::Yes {
        // One of them takes it, whichever: the one for the rest has no part in it.
        sure = possible.pop();
    }
    let hop = sure.map_or(Hop::Internet, |route| route.hop);
    match (possible.into_iter().find(|route| route.hop != hop), sure) {
        (Some(other), _) => Lead::Unsure(other),
        (None, None) => Lead::Out,
        (None, Some(route)) => match route.hop {
            Hop::Internet => Lead::Out,
            Hop::Nowhere => Lead::Lost(route),
            Hop::Elsewhere => Lead::Elsewhere(route),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRA: Flow<'static> = Flow {
        source: None,
        target: Target::Host(&["AzureActiveDirectory"]),
        port: 443,
    };

    /// What routes, each `prefix hop`, make of traffic.
    fn led(lines: &[&str], flow: &Flow<'_>) -> String {
        let routes: Vec<Route> = lines
            .iter()
            .map(|line| {
                let (prefix, hop) = line.split_once(' ').unwrap();
                Route::read(&Attributes::from([
                    ("name".to_owned(), prefix.into()),
                    ("prefix".to_owned(), prefix.into()),
                    ("next-hop".to_owned(), hop.into()),
                ]))
                .unwrap()
            })
            .collect();
        match lead(&routes, flow) {
            Lead::Out => "out".to_owned(),
            Lead::Lost(route) => format!("lost by {}", route.name),
            Lead::Elsewhere(route) => format!("elsewhere by {}", route.name),
            Lead::Unsure(route) => format!("unsure for {}", route.name),
        }
    }

    #[test]
    fn the_more_exact_route_wins_and_what_is_not_known_is_unsure() {
        for (lines, expected) in [
            (&[][..], "out"),
            (&["0.0.0.0/0 None"], "lost by 0.0.0.0/0"),
            (&["0.0.0.0/0 Internet"], "out"),
            (&["0.0.0.0/0 VirtualAppliance"], "elsewhere by 0.0.0.0/0"),
            (
                &["0.0.0.0/0 VirtualNetworkGateway"],
                "elsewhere by 0.0.0.0/0",
            ),
            (
                &["10.0.0.0/8 None", "172.16.0.0/12 VirtualAppliance"],
                "out",
            ),
            (&["0.0.0.0/0 None", "AzureActiveDirectory Internet"], "out"),
            (
                &["0.0.0.0/0 Internet", "azureactivedirectory None"],
                "lost by azureactivedirectory",
            ),
            (
                &["0.0.0.0/0 None", "AzureCloud Internet"],
                "unsure for AzureCloud",
            ),
            (&["20.0.0.0/8 None"], "unsure for 20.0.0.0/8"),
            (&["20.0.0.0/8 Internet"], "out"),
            // The two halves of everything.
            (
                &["0.0.0.0/1 None", "128.0.0.0/1 None", "0.0.0.0/0 Internet"],
                "lost by 128.0.0.0/1",
            ),
            (
                &["0.0.0.0/1 None", "128.0.0.0/1 VirtualAppliance"],
                "unsure for 0.0.0.0/1",
            ),
            (&["::/0 None"], "out"),
        ] {
            assert_eq!(led(lines, &ENTRA), expected, "{lines:?}");
        }
    }

    #[test]
    fn no_route_leads_the_metadata_service_astray() {
        let metadata = Flow {
            target: Target::Metadata,
            port: 80,
            ..ENTRA
        };
        assert_eq!(
            led(&["0.0.0.0/0 None", "20.0.0.0/8 None"], &metadata),
            "out"
        );
    }
}
