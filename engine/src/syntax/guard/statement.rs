//! The node that is being read: what has been seen of it, and what may follow.

/// How far a node has been read.
#[derive(Debug, Copy, Clone, PartialEq, Eq, Default)]
pub(super) enum Stage {
    /// Nothing but perhaps `/-` or an annotation.
    #[default]
    Start,
    /// Name and values.
    Entries,
    /// Behind an `=`.
    Value,
    /// Behind a block.
    Blocks,
}

/// The token before, as far as it decides what may follow it.
#[derive(Debug, Copy, Clone, PartialEq, Eq, Default)]
pub(super) enum Last {
    /// The name of the node, or nothing.
    #[default]
    Name,
    /// A string that an `=` would make a property name: its ends.
    Text(usize, usize),
    /// Any other value.
    Value,
}

/// An annotation that has been opened.
#[derive(Debug, Copy, Clone)]
pub(super) struct Parenthesis {
    pub(super) open: usize,
    pub(super) named: bool,
}

/// One node.
#[derive(Debug, Default)]
pub(super) struct Statement {
    /// Where it begins, its `/-` included; `None` between nodes.
    pub(super) start: Option<usize>,
    /// Where the line begins in which it does.
    pub(super) line: usize,
    /// How many blocks nest in it.
    pub(super) levels: usize,
    pub(super) stage: Stage,
    pub(super) last: Last,
    /// Whether a blank has been seen since the last token.
    pub(super) spaced: bool,
    /// A `/-` whose object has not come yet.
    pub(super) slashdash: Option<usize>,
    /// An annotation whose object has not come yet: where it begins.
    pub(super) annotation: Option<usize>,
    pub(super) parenthesis: Option<Parenthesis>,
    /// A backslash whose newline has not come yet.
    pub(super) backslash: Option<usize>,
    /// Whether the whole node is commented out.
    pub(super) silent: bool,
    /// Whether its own block has been seen, besides those that are commented out.
    pub(super) has_block: bool,
    /// Whether the block before was commented out, so that the next `/-` needs a blank.
    pub(super) after_silent_block: bool,
    /// Whether a mistake has been found in it; its further ones would only be a cascade.
    pub(super) broken: bool,
    /// Its children, where they are judged in pieces of their own.
    pub(super) large: Option<super::Block>,
}

impl Statement {
    /// Whether something has come that needs something behind it.
    pub(super) fn is_waiting(&self) -> bool {
        self.slashdash.is_some() || self.annotation.is_some() || self.parenthesis.is_some()
    }

    /// Whether a `/-` came last, behind which a newline ends nothing.
    pub(super) fn is_slashdash_last(&self) -> bool {
        self.slashdash.is_some() && self.annotation.is_none() && self.parenthesis.is_none()
    }
}
