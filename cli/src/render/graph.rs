//! The dependency graph as a screen, as a mermaid flowchart, for Graphviz, and as a picture.

mod dot;
mod drawing;
mod place;
mod svg;

use std::collections::BTreeMap;
use std::fmt::Write;

use vmlogin_engine::address::Address;
use vmlogin_engine::graph::Edge;
use vmlogin_engine::schema::Need;

pub(crate) use dot::dot;
pub(crate) use svg::svg;

use super::{View, foreign, prose};

/// Each address, and under it what it waits for and why. Edges come sorted by what waits.
pub(crate) fn text(order: &[Address], edges: &[Edge<'_>], view: View) -> String {
    let mut screen = String::new();
    for address in order {
        let _ = writeln!(
            screen,
            "{}",
            view.paint.heading(&foreign::line(address.as_str()))
        );
        let start = edges.partition_point(|edge| edge.from < address);
        for edge in edges[start..]
            .iter()
            .take_while(|edge| edge.from == address)
        {
            let need = match edge.need {
                Need::Success => "after",
                Need::End => "after the end of",
            };
            let on = foreign::line(edge.on.as_str());
            let line = format!("{need} {on}: {}", foreign::line(&edge.reason));
            screen.push_str(&prose::prose(view, 2, &line));
        }
    }
    let _ = writeln!(screen, "\n{} addresses, {} edges", order.len(), edges.len());
    screen
}

/// A mermaid flowchart: arrows point from what goes first to what waits; a dotted one waits for the end only.
pub(crate) fn mermaid(order: &[Address], edges: &[Edge<'_>]) -> String {
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
    use super::super::Given;
    use super::*;
    use crate::render::Paint;

    fn sample() -> [Address; 3] {
        let machine = Address::new("vm", ["core", "rg-web", "web01"]);
        let identity = machine.child("identity");
        let grant = Address::new(
            "grant",
            ["core", "rg-web", "user", "group:sg \"ops\" <b>&#1`\u{202e}"],
        );
        [machine, identity, grant]
    }

    fn waits_in([machine, identity, grant]: &[Address; 3]) -> [Edge<'_>; 2] {
        let edge = |from, on, need, reason: &str| Edge {
            from,
            on,
            need,
            reason: reason.to_owned().into(),
        };
        [
            edge(grant, identity, Need::End, "grants wait for logins"),
            edge(
                identity,
                machine,
                Need::Success,
                "it lies in the VM `web01`",
            ),
        ]
    }

    #[test]
    fn each_address_says_what_it_waits_for_and_why() {
        let order = sample();
        let edges = waits_in(&order);
        let view = View {
            paint: Paint::OFF,
            width: 80,
            verbose: false,
            given: Given::NONE,
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
        let order = sample();
        let edges = waits_in(&order);
        insta::assert_snapshot!(mermaid(&order, &edges), @r#"
        flowchart TD
            n0["vm:core/rg-web/web01"]
            n1["vm:core/rg-web/web01/identity"]
            n2["grant:core/rg-web/user/group:sg #quot;ops#quot; #lt;b#gt;#amp;#35;1#96;#92;u{202e}"]
            n1 -.->|"grants wait for logins"| n2
            n0 -->|"it lies in the VM #96;web01#96;"| n1
        "#);
    }

    #[test]
    fn labels_for_graphviz_cannot_break_out() {
        let order = sample();
        let edges = waits_in(&order);
        insta::assert_snapshot!(dot(&order, &edges), @r#"
        digraph vmlogin {
            rankdir=LR;
            node [shape=box, style=rounded];
            edge [fontsize=10];
            n0 [label="vm:core/rg-web/web01"];
            n1 [label="vm:core/rg-web/web01/identity"];
            n2 [label="grant:core/rg-web/user/group:sg \"ops\" <b>&amp;#1`\\u{202e}"];
            n1 -> n2 [label="grants wait for logins", style=dashed];
            n0 -> n1 [label="it lies in the VM `web01`"];
        }
        "#);
    }

    #[test]
    fn a_picture_has_a_title_words_for_its_signs_and_no_foreign_tags() {
        let order = sample();
        let edges = waits_in(&order);
        let picture = svg("a <script> & \u{202e}b", &order, &edges);
        let start = picture.find("<rect class=\"page\"").unwrap();
        assert!(!picture[..start].contains("<script"), "{picture}");
        insta::assert_snapshot!(&picture[start..], @r#"
        <rect class="page" width="786" height="170"/>
        <text class="title" x="24" y="36">What waits for what in estate a &lt;script&gt; &amp; \u{202e}b</text>
        <g transform="translate(24 58)">
        <path class="wait" marker-end="url(#head)" d="M150.0 22.0C183.0 22.0 183.0 22.0 216.0 22.0"><title>vm:core/rg-web/web01/identity after vm:core/rg-web/web01: it lies in the VM `web01`</title></path>
        <path class="wait end" marker-end="url(#head)" d="M372.0 22.0C405.0 22.0 405.0 22.0 438.0 22.0"><title>grant:core/rg-web/user/group:sg &quot;ops&quot; &lt;b&gt;&amp;#1`\u{202e} after the end of vm:core/rg-web/web01/identity: grants wait for logins</title></path>
        <g class="box" transform="translate(0.0 0.0)"><title>vm:core/rg-web/web01</title>
        <rect class="face" width="150" height="44" rx="6"/><rect class="k1" x="1" y="7" width="4" height="30" rx="2"/>
        <text class="name" x="14" y="19">web01</text><text class="place" x="14" y="35">vm · core/rg-web</text></g>
        <g class="box" transform="translate(222.0 0.0)"><title>vm:core/rg-web/web01/identity</title>
        <rect class="face" width="150" height="44" rx="6"/><rect class="k1" x="1" y="7" width="4" height="30" rx="2"/>
        <text class="name" x="14" y="19">web01/identity</text><text class="place" x="14" y="35">vm · core/rg-web</text></g>
        <g class="box" transform="translate(444.0 0.0)"><title>grant:core/rg-web/user/group:sg &quot;ops&quot; &lt;b&gt;&amp;#1`\u{202e}</title>
        <rect class="face" width="294" height="44" rx="6"/><rect class="k0" x="1" y="7" width="4" height="30" rx="2"/>
        <text class="name" x="14" y="19">user/group:sg &quot;ops&quot; &lt;b&gt;&amp;#1`\u{202e}</text><text class="place" x="14" y="35">grant · core/rg-web</text></g>
        </g>
        <path class="wait" marker-end="url(#head)" d="M24 136h28"/><text class="note" x="64" y="140">waits for it to succeed</text>
        <path class="wait end" marker-end="url(#head)" d="M244 136h28"/><text class="note" x="284" y="140">waits only for it to end</text>
        </svg>
        "#);
    }

    #[test]
    fn a_picture_of_nothing_is_a_picture() {
        assert!(svg("empty", &[], &[]).contains("0 things in 0 boxes"));
    }
}
