//! The graph for Graphviz.

use std::collections::BTreeMap;
use std::fmt::Write;

use vmlogin_engine::address::Address;
use vmlogin_engine::graph::Edge;
use vmlogin_engine::schema::Need;

use crate::render::foreign;

/// A digraph: arrows point from what goes first to what waits; a dashed one waits for the end only.
pub(crate) fn dot(order: &[Address], edges: &[Edge<'_>]) -> String {
    let names: BTreeMap<&Address, usize> = order.iter().zip(0..).collect();
    let mut graph = String::from(
        "digraph vmlogin {\n    rankdir=LR;\n    node [shape=box, style=rounded];\n    edge [fontsize=10];\n",
    );
    for (at, address) in order.iter().enumerate() {
        let _ = writeln!(graph, "    n{at} [label={}];", quoted(address.as_str()));
    }
    for edge in edges {
        let (Some(on), Some(from)) = (names.get(&edge.on), names.get(&edge.from)) else {
            continue;
        };
        let style = match edge.need {
            Need::Success => "",
            Need::End => ", style=dashed",
        };
        let _ = writeln!(
            graph,
            "    n{on} -> n{from} [label={}{style}];",
            quoted(&edge.reason)
        );
    }
    graph.push_str("}\n");
    graph
}

/// A string of the DOT language that stands for itself: no escape of DOT's, and no entity of HTML's, which labels know too.
fn quoted(text: &str) -> String {
    let safe = foreign::line(text)
        .replace('&', "&amp;")
        .replace('\\', "\\\\")
        .replace('"', "\\\"");
    format!("\"{safe}\"")
}
