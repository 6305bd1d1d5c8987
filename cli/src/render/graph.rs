//! The dependency graph as a screen and as a mermaid flowchart.

use std::collections::BTreeMap;
use std::fmt::Write;

use vmlogin_engine::address::Address;
use vmlogin_engine::graph::Edge;
use vmlogin_engine::schema::Need;

use super::{View, foreign};

/// Each address, and under it what it waits for and why. Edges come sorted by what waits.
pub(crate) fn text(order: &[Address], edges: &[Edge], view: View) -> String {
    let mut screen = String::new();
    for address in order {
        let _ = writeln!(
            screen,
            "{}",
            view.paint.heading(&foreign::line(address.as_str()))
        );
        let start = edges.partition_point(|edge| edge.from < *address);
        for edge in edges[start..]
            .iter()
            .take_while(|edge| edge.from == *address)
        {
            let on = foreign::line(edge.on.as_str());
            let need = match edge.need {
                Need::Success => "after",
                Need::End => "after the end of",
            };
            let _ = writeln!(screen, "  {need} {on}: {}", foreign::line(&edge.reason));
        }
    }
    let _ = writeln!(screen, "\n{} addresses, {} edges", order.len(), edges.len());
    screen
}

/// A mermaid flowchart: arrows point from what goes first to what waits; a dotted one waits for the end only.
pub(crate) fn mermaid(order: &[Address], edges: &[Edge]) -> String {
    let names: BTreeMap<&Address, usize> = order
        .iter()
        .enumerate()
        .map(|(at, address)| (address, at))
        .collect();
    let mut chart = String::from("flowchart TD\n");
    for (at, address) in order.iter().enumerate() {
        let _ = writeln!(chart, "    n{at}[\"{}\"]", label(address.as_str()));
    }
    for edge in edges {
        let (Some(on), Some(from)) = (names.get(&edge.on), names.get(&edge.from)) else {
            continue;
        };
        let arrow = match edge.need {
            Need::Success => "-->",
            Need::End => "-.->",
        };
        let _ = writeln!(
            chart,
            "    n{on} {arrow}|\"{}\"| n{from}",
            label(&edge.reason)
        );
    }
    chart
}

/// Text inside quotes of mermaid: entities for what would end them, or be read as Markdown or HTML.
fn label(text: &str) -> String {
    let mut label = String::new();
    for character in foreign::line(text).chars() {
        match character {
            '"' => label.push_str("#quot;"),
            '#' => label.push_str("#35;"),
            '&' => label.push_str("#amp;"),
            '<' => label.push_str("#lt;"),
            '>' => label.push_str("#gt;"),
            '`' => label.push_str("#96;"),
            '\\' => label.push_str("#92;"),
            other => label.push(other),
        }
    }
    label
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Paint;

    fn sample() -> (Vec<Address>, Vec<Edge>) {
        let machine = Address::new("vm", ["core", "rg-web", "web01"]);
        let identity = machine.child("identity");
        let grant = Address::new(
            "grant",
            ["core", "rg-web", "user", "group:sg \"ops\" <b>&#1`\u{202e}"],
        );
        let edge = |from: &Address, on: &Address, need, reason: &str| Edge {
            from: from.clone(),
            on: on.clone(),
            need,
            reason: reason.to_owned(),
        };
        let edges = vec![
            edge(&grant, &identity, Need::End, "grants wait for logins"),
            edge(
                &identity,
                &machine,
                Need::Success,
                "it lies in the VM `web01`",
            ),
        ];
        (vec![machine, identity, grant], edges)
    }

    #[test]
    fn each_address_says_what_it_waits_for_and_why() {
        let (order, edges) = sample();
        let view = View {
            paint: Paint::OFF,
            width: 80,
            verbose: false,
        };
        insta::assert_snapshot!(text(&order, &edges, view), @r#"
        vm:core/rg-web/web01
        vm:core/rg-web/web01/identity
          after vm:core/rg-web/web01: it lies in the VM `web01`
        grant:core/rg-web/user/group:sg "ops" <b>&#1`\u{202e}
          after the end of vm:core/rg-web/web01/identity: grants wait for logins

        3 addresses, 2 edges
        "#);
    }

    #[test]
    fn labels_of_a_flowchart_cannot_break_out() {
        let (order, edges) = sample();
        insta::assert_snapshot!(mermaid(&order, &edges), @r#"
        flowchart TD
            n0["vm:core/rg-web/web01"]
            n1["vm:core/rg-web/web01/identity"]
            n2["grant:core/rg-web/user/group:sg #quot;ops#quot; #lt;b#gt;#amp;#35;1#96;#92;u{202e}"]
            n1 -.->|"grants wait for logins"| n2
            n0 -->|"it lies in the VM #96;web01#96;"| n1
        "#);
    }
}
