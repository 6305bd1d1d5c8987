//! `vmlogin graph`: what waits for what, and why.

use vmlogin_engine::graph::Edge;

use crate::args::{GraphArgs, GraphFormat};
use crate::error::Error;
use crate::exit::Exit;
use crate::render::graph;
use crate::session::Session;
use crate::session::manifest::load;

/// Shows the graph of the manifest.
pub(crate) fn run(session: &Session, args: &GraphArgs) -> Result<Exit, Error> {
    let catalogue = vmlogin_azure::catalogue();
    let loaded = load(&args.inputs, catalogue)?;
    let drawn = loaded.graph(catalogue);
    let order = drawn.order();
    let edges: Vec<Edge<'_>> = drawn.edges().collect();
    let text = match args.format {
        GraphFormat::Text => graph::text(order, &edges, session.view_out()),
        GraphFormat::Mermaid => graph::mermaid(order, &edges),
        GraphFormat::Dot => graph::dot(order, &edges),
        GraphFormat::Svg => graph::svg(&loaded.manifest.estate, order, &edges),
    };
    session.terminal.result(&text);
    Ok(Exit::Done)
}
