//! Lines that a text repeats: machines of an estate tend to say the same of themselves.
//!
//! The `kdl` crate takes most of the time in which a manifest is read, and the same text always means the same. So it judges each
//! line that is there more than once by itself, once; the pieces are judged without those lines, and what they mean is put where
//! they stand. A line that it refuses is left in its pieces, and told of there.

use super::guard::{Line, Piece};
use super::judge::on_big_stack;
use super::parse::{Place, lower};
use super::tree::{Argument, Node, Piece as Part, Property, Scalar, Word};
use crate::source::{SourceId, Span};
use indexmap::IndexMap;
use kdl::KdlDocument;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The repeated lines of a text, and what they mean.
#[derive(Debug, Default)]
pub(super) struct Repeated {
    /// In order, each with the number of its node.
    lines: Vec<(Line, usize)>,
    /// With spans as if each began the text.
    nodes: Vec<Node>,
}

impl Repeated {
    /// Judges those of the lines that are there more than once.
    pub(super) fn of(source: SourceId, text: &str, lines: &[Line]) -> Repeated {
        let written = |line: &Line| text.get(line.node()).unwrap_or_default();
        let mut times: IndexMap<&str, usize> = IndexMap::new();
        for line in lines {
            *times.entry(written(line)).or_default() += 1;
        }
        times.retain(|_, times| *times > 1);
        if times.is_empty() {
            return Repeated::default();
        }
        let meant: IndexMap<&str, Node> = on_big_stack(|| {
            let meant = times.keys().map(|line| Some((*line, alone(source, line)?)));
            meant.flatten().collect()
        });
        let numbered = |line: &Line| Some((*line, meant.get_index_of(written(line))?));
        Repeated {
            lines: lines.iter().filter_map(numbered).collect(),
            nodes: meant.into_values().collect(),
        }
    }

    /// Those that stand in a piece, outside its holes, with what they mean. Their parent is named where it is in the piece too.
    pub(super) fn within(&self, piece: &Piece) -> Vec<(Line, &Node)> {
        let ends = piece.holes.iter().map(|hole| hole.start);
        let begins = piece.holes.iter().map(|hole| hole.end);
        let begins = std::iter::once(piece.range.start).chain(begins);
        let stretches = begins.zip(ends.chain([piece.range.end]));
        let lines = stretches.flat_map(|(begin, end)| {
            let first = self
                .lines
                .partition_point(|(line, _)| line.whole().start < begin);
            let lines = self.lines.get(first..).unwrap_or_default().iter();
            lines.take_while(move |(line, _)| line.whole().end <= end)
        });
        lines
            .filter_map(|(line, number)| Some((line.of(piece), self.nodes.get(*number)?)))
            .collect()
    }
}

/// The node that a line is, where the `kdl` crate and the language take it.
fn alone(source: SourceId, line: &str) -> Option<Node> {
    let document = catch_unwind(AssertUnwindSafe(|| KdlDocument::parse_v2(line)));
    let place = Place {
        source,
        stretches: vec![(0, 0)],
    };
    let lowered = lower(&document.ok()?.ok()?, line, &place, &[]);
    let [node] = <[Node; 1]>::try_from(lowered.nodes).ok()?;
    lowered.problems.is_empty().then_some(node)
}

/// A node without a block, so many bytes further on.
pub(super) fn further(node: &Node, by: u32) -> Node {
    let mut node = node.clone();
    move_span(&mut node.span, by);
    move_word(&mut node.name, by);
    node.annotation
        .iter_mut()
        .for_each(|word| move_word(word, by));
    for Argument {
        annotation,
        value,
        span,
    } in &mut node.arguments
    {
        annotation.iter_mut().for_each(|word| move_word(word, by));
        move_references(value, by);
        move_span(span, by);
    }
    for Property {
        name,
        annotation,
        value,
        value_span,
        span,
    } in &mut node.properties
    {
        move_word(name, by);
        annotation.iter_mut().for_each(|word| move_word(word, by));
        move_references(value, by);
        move_span(value_span, by);
        move_span(span, by);
    }
    node
}

fn move_word(word: &mut Word, by: u32) {
    move_span(&mut word.span, by);
}

fn move_references(value: &mut Scalar, by: u32) {
    match value {
        Scalar::Reference(reference) => move_span(&mut reference.span, by),
        Scalar::Pattern(pieces) => {
            for piece in pieces {
                if let Part::Reference(reference) = piece {
                    move_span(&mut reference.span, by);
                }
            }
        }
        Scalar::Null
        | Scalar::Bool(_)
        | Scalar::Integer(_)
        | Scalar::Float(_)
        | Scalar::Text(_)
        | Scalar::Cell(_) => {}
    }
}

fn move_span(span: &mut Span, by: u32) {
    span.start += by;
    span.end += by;
}

#[cfg(test)]
mod tests {
    use super::super::guard::{PIECE_BYTES, Part, plan};
    use super::super::{check_hostile, parse};
    use super::*;

    /// What is repeated in a text, and what the crate is given of its first piece.
    fn repeated(text: &str) -> (Vec<&str>, String) {
        let source = SourceId(0);
        let (plan, problems) = plan(source, text, PIECE_BYTES);
        assert_eq!(problems, []);
        let repeated = Repeated::of(source, text, &plan.lines);
        let Some(Part::Nodes(piece)) = plan.parts.first() else {
            panic!("{:?}", plan.parts);
        };
        let lines = repeated.within(piece);
        let rest = piece.without(lines.iter().map(|(line, _)| *line));
        let texts = lines.iter().filter_map(|(line, _)| text.get(line.node()));
        (texts.collect(), rest.cut(text, source).0)
    }

    #[test]
    fn a_line_that_is_repeated_is_judged_once_and_left_out() {
        let (lines, rest) =
            repeated("vm a {\n  size b\n  login\n}\nvm c {\n  size d\n  login\n}\n");
        assert_eq!(lines, ["login", "login"]);
        assert_eq!(rest, "vm a {\n  size b\n }\nvm c {\n  size d\n }\n");
        let (lines, rest) = repeated("a 1 2\r\na 1 2\r\na 1  2\r\n");
        assert_eq!(lines, ["a 1 2", "a 1 2"]);
        assert_eq!(rest, " a 1  2\r\n");
    }

    #[test]
    fn what_shares_its_line_or_is_commented_out_stays() {
        for text in [
            "a { login }\nb { login }\n",
            "login; login\n",
            "a; login\nb; login\n",
            "/* x */ login\n/* x */ login\n",
            "/- a {\n  login\n  login\n}\n",
            "/- login\n/- login\n",
            "login { x }\nlogin { x }\n",
            "login /- { x }\nlogin /- { x }\n",
            "login",
        ] {
            let (lines, _) = repeated(text);
            assert_eq!(lines, Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn it_means_what_it_means_where_it_stands() {
        let machines = "(t)vm a {\n\tsize big x=(u)\"${y}\" // z\n\tlogin\n\n  nic { subnet b\n\tlogin\n  }\n\tlogin\n}\n";
        let strings = "text \"\"\"\n  one\n  \"\"\" \\\n  $two #null\nlogin /- x (t)1\n";
        for text in [
            machines.repeat(3),
            strings.repeat(3),
            format!("rg a {{\n{}}}\nlogin\nlogin", machines.repeat(300)),
            format!(
                "rg a /- {{\n{0}}} {{\n{0}}} /- {{\n{0}}}\n",
                machines.repeat(2)
            ),
            format!("\u{feff}{}", "login\n".repeat(3)).replace('\n', "\r\n"),
        ] {
            assert_eq!(parse(SourceId(0), &text).problems, [], "{text}");
            check_hostile(text.as_bytes());
        }
    }

    #[test]
    fn one_that_is_refused_is_told_of_wherever_it_stands() {
        let text = "vm a {\n  size x=1 x=2\n  login\n}\n".repeat(2);
        let parsed = parse(SourceId(0), &text);
        let places = parsed
            .problems
            .iter()
            .filter_map(crate::problem::Problem::place);
        assert_eq!(
            places.map(|place| place.start).collect::<Vec<_>>(),
            [18, 50]
        );
        assert_eq!(parsed.tree.nodes[1].children().len(), 2);
    }
}
