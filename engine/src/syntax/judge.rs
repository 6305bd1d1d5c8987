//! Lets the `kdl` crate judge a text piece by piece, and puts together what it understood.

use super::guard::{self, Part, Piece, Plan};
use super::parse::{Lowered, Place, lower};
use super::problem::SyntaxProblem;
use super::shapes::{Shaped, Shapes};
use super::tree::Node;
use crate::problem::MOST_PROBLEMS;
use crate::source::SourceId;
use kdl::KdlDocument;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

/// The `kdl` crate recurses with every block and with some mistakes; a debug build takes some kilobytes for each.
const STACK_BYTES: usize = 64 << 20;

/// More threads than this gain nothing: assembling the tree is not parallel.
const MOST_THREADS: usize = 8;

/// Parses a text in pieces of about `piece_bytes`.
pub(super) fn judge(source: SourceId, text: &str, piece_bytes: usize) -> Lowered {
    let (plan, problems) = guard::plan(source, text, piece_bytes);
    let mut jobs = Vec::new();
    list(&plan.parts, &mut jobs);
    let audible = jobs.len();
    jobs.extend(&plan.silent);
    let judge = Judge {
        source,
        text,
        shapes: &Shapes::of(source, text, &plan),
    };
    let mut results = in_parallel(&jobs, judge).into_iter();
    let mut assembly = Assembly {
        problems,
        results: results.by_ref().take(audible),
    };
    let nodes = assembly.nodes(&plan.parts);
    let mut problems = assembly.problems;
    for silent in results {
        problems.extend(
            silent
                .problems
                .into_iter()
                .filter(SyntaxProblem::is_about_kdl),
        );
    }
    Lowered { nodes, problems }
}

/// The pieces of a plan, in the order in which [`Assembly`] asks for their results.
fn list<'p>(parts: &'p [Part], jobs: &mut Vec<&'p Piece>) {
    for part in parts {
        match part {
            Part::Nodes(piece) => jobs.push(piece),
            Part::Large(head, block) => {
                jobs.push(head);
                list(&block.parts, jobs);
            }
        }
    }
}

/// Judges the pieces on threads with a big stack. The results are in the order of the pieces.
///
/// Those threads only judge; what is kept of a document is made on this one. An allocator gives each thread memory of
/// its own and cannot give it back while something small that is kept lies between what was dropped, and a document
/// takes sixty times the memory of its text.
fn in_parallel(pieces: &[&Piece], judge: Judge<'_>) -> Vec<Lowered> {
    let next = AtomicUsize::new(0);
    let mut results: Vec<Lowered> = pieces.iter().map(|_| Lowered::default()).collect();
    std::thread::scope(|scope| {
        let (sender, judged) = sync_channel(0);
        let threads = (0..most_threads(pieces.len())).map_while(|_| {
            let sender = sender.clone();
            let next = &next;
            let work = move || judge.share(pieces, next, &sender);
            std::thread::Builder::new()
                .stack_size(STACK_BYTES)
                .spawn_scoped(scope, work)
                .ok()
        });
        // A thread that cannot be had leaves its share to the others, and in the end to this one.
        if threads.count() == 0 {
            results = pieces
                .iter()
                .map(|piece| judge.piece(piece).lowered())
                .collect();
        }
        drop(sender);
        for (number, judged) in judged {
            if let Some(result) = results.get_mut(number) {
                *result = judged.lowered();
            }
        }
    });
    results
}

fn most_threads(pieces: usize) -> usize {
    std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(MOST_THREADS)
        .min(pieces)
}

/// Does one thing on a thread with a big stack.
pub(super) fn on_big_stack<T: Send>(work: impl Fn() -> T + Sync) -> T {
    let done = std::thread::scope(|scope| {
        let spawned = std::thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, &work);
        spawned.ok().and_then(|thread| thread.join().ok())
    });
    done.unwrap_or_else(work)
}

/// Judges pieces of one text.
#[derive(Copy, Clone)]
struct Judge<'t> {
    source: SourceId,
    text: &'t str,
    shapes: &'t Shapes<'t>,
}

/// What was said of a piece.
enum Judged<'t> {
    /// It is KDL; the document with its text, where that stands, and what stands there besides.
    Kdl(KdlDocument, String, Place, Vec<Shaped<'t>>),
    /// Not all of it is.
    Partly(Lowered),
}

impl Judged<'_> {
    fn lowered(self) -> Lowered {
        match self {
            Judged::Kdl(document, text, place, shaped) => lower(&document, &text, &place, &shaped),
            Judged::Partly(lowered) => lowered,
        }
    }
}

impl<'t> Judge<'t> {
    /// Judges the pieces that nobody has begun, as long as somebody takes the results.
    fn share(
        self,
        pieces: &[&Piece],
        next: &AtomicUsize,
        results: &SyncSender<(usize, Judged<'t>)>,
    ) {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(piece) = pieces.get(number) else {
                break;
            };
            if results.send((number, self.piece(piece))).is_err() {
                break;
            }
        }
    }

    /// Judges a piece; one that is refused is judged again node by node, so that only what is broken is lost.
    fn piece(self, piece: &Piece) -> Judged<'t> {
        let shaped = self.shapes.within(piece);
        let rest = piece.without(shaped.iter().map(|shaped| shaped.lines));
        self.leaf(&rest, shaped).unwrap_or_else(|_| {
            Judged::Partly(self.nodes(&guard::plan_again(self.source, self.text, piece)))
        })
    }

    fn nodes(self, plan: &Plan) -> Lowered {
        let mut jobs = Vec::new();
        list(&plan.parts, &mut jobs);
        let results = jobs
            .into_iter()
            .map(|piece| match self.leaf(piece, Vec::new()) {
                Ok(judged) => judged.lowered(),
                Err(problem) => Lowered {
                    nodes: Vec::new(),
                    problems: vec![problem],
                },
            });
        let results: Vec<Lowered> = results.collect();
        let mut assembly = Assembly {
            problems: Vec::new(),
            results: results.into_iter(),
        };
        let nodes = assembly.nodes(&plan.parts);
        let mut problems = assembly.problems;
        problems.extend(
            plan.silent
                .iter()
                .filter_map(|piece| self.leaf(piece, Vec::new()).err()),
        );
        Lowered { nodes, problems }
    }

    /// Judges a piece, from which the `shaped` nodes were left out, as a whole. Of several mistakes the first is told: the rest tend to
    /// follow from it.
    fn leaf(self, piece: &Piece, shaped: Vec<Shaped<'t>>) -> Result<Judged<'t>, SyntaxProblem> {
        let (cut, place) = piece.cut(self.text, self.source);
        let judged = catch_unwind(AssertUnwindSafe(|| KdlDocument::parse_v2(&cut)));
        let (said, span) = match judged {
            Ok(Ok(document)) => return Ok(Judged::Kdl(document, cut, place, shaped)),
            Ok(Err(error)) => {
                let first = error.diagnostics.into_iter().next();
                let span = first.as_ref().map(|first| {
                    place.span(first.span.offset(), first.span.offset() + first.span.len())
                });
                (first.and_then(|first| first.message), span)
            }
            Err(_) => (Some("the parser gave up".to_owned()), None),
        };
        let span = span.unwrap_or_else(|| place.span(0, cut.len()));
        Err(SyntaxProblem::NotKdl {
            said: said.unwrap_or_default(),
            span,
        })
    }
}

/// Puts the results of pieces together into one tree.
struct Assembly<R> {
    problems: Vec<SyntaxProblem>,
    results: R,
}

impl<R: Iterator<Item = Lowered>> Assembly<R> {
    /// Recurses as deep as blocks nest, which the guard has bounded.
    fn nodes(&mut self, parts: &[Part]) -> Vec<Node> {
        let mut stretches = Vec::with_capacity(parts.len());
        for part in parts {
            let lowered = self.results.next().unwrap_or_default();
            self.problems
                .extend(lowered.problems.into_iter().take(MOST_PROBLEMS + 1));
            let mut found = lowered.nodes;
            if let Part::Large(_, block) = part {
                let children = self.nodes(&block.parts);
                if let Some(parent) = found.first_mut() {
                    parent.children = Some(children);
                }
            }
            stretches.push(found);
        }
        // Room for all of them at once: a vector that grows holds everything twice.
        let mut nodes = Vec::with_capacity(stretches.iter().map(Vec::len).sum());
        for mut stretch in stretches {
            nodes.append(&mut stretch);
        }
        nodes
    }
}
