//! What a loop makes anew at each of its elements and is yet the same: it is held against its form at the first alone.

use std::sync::Arc;

use super::Checked;
use crate::manifest::lower::form::Form;
use crate::source::Span;
use crate::syntax::tree::Node;

/// The nodes in a loop that mention nothing, each by the place of its name, with what it comes to once that is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Same<'a>(Vec<(Span, Option<Known<'a>>)>);

/// The form that a node has in its parent, and what it comes to.
type Known<'a> = (&'a Form, Arc<Checked<'a>>);

impl<'a> Same<'a> {
    /// What a node comes to, where that is known.
    pub(super) fn known(&self, node: &Node) -> Option<Known<'a>> {
        let at = self.find(node)?;
        self.0[at].1.clone()
    }

    /// Takes note of what a node comes to, where it comes to the same again.
    pub(super) fn learn(&mut self, node: &Node, form: &'a Form, checked: &Arc<Checked<'a>>) {
        if let Some(at) = self.find(node) {
            self.0[at].1 = Some((form, checked.clone()));
        }
    }

    fn find(&self, node: &Node) -> Option<usize> {
        let place = &node.name.span;
        self.0.binary_search_by_key(place, |(own, _)| *own).ok()
    }
}

impl<'n> FromIterator<&'n Node> for Same<'_> {
    fn from_iter<I: IntoIterator<Item = &'n Node>>(nodes: I) -> Self {
        let mut all: Vec<_> = nodes
            .into_iter()
            .map(|node| (node.name.span, None))
            .collect();
        all.sort_unstable_by_key(|(place, _)| *place);
        Same(all)
    }
}
