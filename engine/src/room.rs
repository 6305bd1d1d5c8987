//! Room for many small things, asked for in large pieces.
//!
//! On any thread but the first of a process, glibc asks the system for one page after another (`grow_heap`, 2.36, seen
//! 2026-11-22). Where several threads make many small things that stay, a system call for each four kilobytes is what they wait
//! for most, and for each other in it. Given back at once, a large piece is room that it has at hand. With other allocators this
//! does nothing, and costs next to nothing.

use std::hint::black_box;

/// As large as glibc does not yet take straight from the system and gives back to it.
const PIECE: usize = 100 << 10;

/// Room on one thread.
#[derive(Debug, Default)]
pub(crate) struct Room {
    left: usize,
}

impl Room {
    /// Sees to it that there is some for things of about so many bytes together.
    pub(crate) fn see_to(&mut self, bytes: usize) {
        if let Some(left) = self.left.checked_sub(bytes) {
            self.left = left;
            return;
        }
        drop(black_box(Vec::<u8>::with_capacity(PIECE)));
        self.left = PIECE.saturating_sub(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_asked_for_when_the_one_before_is_used_up() {
        let mut room = Room::default();
        room.see_to(PIECE - 1);
        assert_eq!(room.left, 1);
        room.see_to(1);
        assert_eq!(room.left, 0);
        room.see_to(2);
        assert_eq!(room.left, PIECE - 2);
        room.see_to(2 * PIECE);
        assert_eq!(room.left, 0);
    }
}
