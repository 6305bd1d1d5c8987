//! Texts with blanks that were written without quotes: to KDL each word is a value of its own.

use std::borrow::Cow;

use super::Walker;
use super::value::written;
use crate::manifest::problem::ManifestProblem;
use crate::source::Span;
use crate::syntax::tree::{Argument, Node, Property, Scalar};

impl Walker<'_, '_> {
    /// The arguments that are no rest of a text before them; such a rest is reported.
    pub(super) fn whole<'n>(
        &mut self,
        node: &Node,
        arguments: &'n [Argument],
    ) -> Vec<&'n Argument> {
        let mut behind: Option<u32> = None;
        let mut whole = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let ends = |property: &&Property| follows(argument, property.span.end);
            if behind.is_some_and(|end| follows(argument, end)) {
                behind = Some(argument.span.end);
            } else if let Some(property) = node.properties.iter().find(ends).filter(is_bare) {
                let name = &property.name.text;
                self.found.push(ManifestProblem::Unquoted {
                    what: format!("the value of `{name}`"),
                    before: format!("{name}="),
                    text: format!("{} …", written(&property.value)),
                    span: over(property.value_span, argument.span),
                });
                behind = Some(argument.span.end);
            } else {
                whole.push(argument);
            }
        }
        whole
    }

    /// How many arguments behind the first belong to the name of a role that has no quotes; that is reported. Somebody who is
    /// named has to follow: else they may be the names, without what they are.
    pub(super) fn rest_of_role(&mut self, node: &Node, first: &Argument) -> usize {
        let mut end = first.span.end;
        let rest = &node.arguments[1..];
        let run = rest.iter().take_while(|argument| {
            let more = follows(argument, end);
            end = argument.span.end;
            more
        });
        let more = run.count();
        let named = rest.get(more).is_some_and(|next| next.annotation.is_some());
        if more == 0 || !named || !bare_text(&first.value, first.span) {
            return 0;
        }
        let words = node.arguments[..=more].iter();
        let words: Vec<Cow<'_, str>> = words.map(|word| written(&word.value)).collect();
        self.found.push(ManifestProblem::Unquoted {
            what: "the name of a role".to_owned(),
            before: format!("{} ", node.name.text),
            text: words.join(" "),
            span: over(first.span, rest[more - 1].span),
        });
        more
    }
}

/// Whether a value without type and quotes stands one blank behind an end.
fn follows(argument: &Argument, end: u32) -> bool {
    let bare = match &argument.value {
        Scalar::Text(_) => bare_text(&argument.value, argument.span),
        value => matches!(value, Scalar::Integer(_) | Scalar::Float(_)),
    };
    bare && argument.annotation.is_none() && argument.span.start == end + 1
}

fn is_bare(property: &&Property) -> bool {
    property.annotation.is_none() && bare_text(&property.value, property.value_span)
}

/// Whether a text stands as it is: quotes and escapes take room.
fn bare_text(value: &Scalar, span: Span) -> bool {
    matches!(value, Scalar::Text(text) if text.len() == span.range().len())
}

fn over(first: Span, last: Span) -> Span {
    Span {
        end: last.end,
        ..first
    }
}
