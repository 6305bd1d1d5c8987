//! What loops may make in all: a few lines could else fill any memory.

use super::each;
use crate::syntax::tree::{Node, Piece, Scalar};

/// How many nodes and values loops may make in all. Fifty thousand machines of some dozen nodes each fit.
pub(super) const MOST_MADE: usize = 2_000_000;

/// How much text they may make in all, in bytes.
const MOST_TEXT: usize = 128 << 20;

/// How much more loops may make.
#[derive(Clone, Copy, Debug)]
pub(in crate::language) struct Making {
    made: usize,
    text: usize,
    spent: bool,
}

impl Default for Making {
    fn default() -> Making {
        Making {
            made: MOST_MADE,
            text: MOST_TEXT,
            spent: false,
        }
    }
}

impl Making {
    /// Takes what so many copies of these nodes cost; not where that is more than there is.
    pub(super) fn pay(&mut self, nodes: &[Node], times: usize) -> bool {
        let (mut made, mut text) = (0_usize, 0_usize);
        for node in each(nodes) {
            made += 1 + node.arguments.len() + node.properties.len();
            text += node.name.text.len();
            text += node
                .arguments
                .iter()
                .map(|one| bytes(&one.value))
                .sum::<usize>();
            let properties = node.properties.iter();
            text += properties
                .map(|one| one.name.text.len() + bytes(&one.value))
                .sum::<usize>();
        }
        let left = self.made.checked_sub(made.saturating_mul(times));
        let text_left = self.text.checked_sub(text.saturating_mul(times));
        let (Some(made), Some(text)) = (left, text_left) else {
            return false;
        };
        (self.made, self.text) = (made, text);
        true
    }

    /// Takes so many bytes that an element says, once for each time that it is mentioned; not where that is more than there is.
    pub(in crate::language) fn pay_for(&mut self, said: usize) -> bool {
        let left = self.text.checked_sub(said);
        self.spent = self.spent || left.is_none();
        self.text = left.unwrap_or_default();
        !self.spent
    }

    /// One of so many equal parts.
    pub(in crate::language) fn part(self, of: usize) -> Making {
        Making {
            text: self.text / of,
            ..self
        }
    }

    /// Takes what was taken from a part, of which this is left.
    pub(in crate::language) fn pay_as(&mut self, part: Making, left: Making) {
        self.text -= part.text - left.text;
    }

    /// Whether an element was mentioned that could not be paid for.
    pub(super) fn is_spent(&self) -> bool {
        self.spent
    }
}

/// How much text a value holds.
pub(in crate::language) fn bytes(scalar: &Scalar) -> usize {
    match scalar {
        Scalar::Text(text) | Scalar::Cell(text) => text.len(),
        Scalar::Pattern(pieces) => pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => text.len(),
                Piece::Reference(_) => 0,
            })
            .sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_bounds_a_share_and_the_whole_pays_for_what_it_took() {
        let mut whole = Making {
            text: 100,
            ..Making::default()
        };
        let part = whole.part(2);
        let mut share = part;
        assert!(share.pay_for(30));
        let mut other = part;
        assert!(!other.pay_for(51));
        whole.pay_as(part, share);
        assert_eq!(whole.text, 70);
    }
}
