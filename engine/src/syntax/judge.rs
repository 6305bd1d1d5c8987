//! Lets the `kdl` crate judge pieces of a text.

use super::parse::{Lowered, Place, lower};
use super::problem::SyntaxProblem;
use crate::source::SourceId;
use kdl::KdlDocument;

/// The `kdl` crate recurses with every block and every mistake; a debug build takes some kilobytes for each.
const STACK_BYTES: usize = 64 << 20;

/// Parses a whole text.
pub(super) fn judge(source: SourceId, text: &str) -> Lowered {
    let place = Place {
        source,
        stretches: vec![(0, 0)],
    };
    std::thread::scope(|scope| {
        let spawned = std::thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, || piece(text, &place));
        spawned
            .ok()
            .and_then(|thread| thread.join().ok())
            .unwrap_or_default()
    })
}

fn piece(text: &str, place: &Place) -> Lowered {
    match KdlDocument::parse_v2(text) {
        Ok(document) => lower(&document, text, place),
        Err(error) => {
            let problems = error.diagnostics.iter().map(|diagnostic| {
                let (start, end) = (
                    diagnostic.span.offset(),
                    diagnostic.span.offset() + diagnostic.span.len(),
                );
                SyntaxProblem::NotKdl {
                    said: diagnostic.message.clone().unwrap_or_default(),
                    label: diagnostic.label.clone().unwrap_or_default(),
                    help: diagnostic.help.clone(),
                    span: place.span(start, end),
                }
            });
            Lowered {
                nodes: Vec::new(),
                problems: problems.collect(),
            }
        }
    }
}
