//! Numbers put on shelves that have numbers too.

/// What lies on each shelf, in the order in which it came, all in one list: there are hundreds of thousands of shelves, and a list
/// for each would cost more than what lies there.
pub(super) struct Shelves {
    starts: Vec<usize>,
    lying: Vec<usize>,
}

impl Shelves {
    /// So many shelves, with what is put there: shelf and number.
    pub(super) fn of(count: usize, put: impl Iterator<Item = (usize, usize)> + Clone) -> Shelves {
        let mut starts = vec![0; count + 1];
        for (shelf, _) in put.clone() {
            starts[shelf + 1] += 1;
        }
        for shelf in 0..count {
            starts[shelf + 1] += starts[shelf];
        }
        let mut next = starts.clone();
        let mut lying = vec![0; starts[count]];
        for (shelf, number) in put {
            lying[next[shelf]] = number;
            next[shelf] += 1;
        }
        Shelves { starts, lying }
    }

    /// What lies on one.
    pub(super) fn at(&self, shelf: usize) -> &[usize] {
        &self.lying[self.starts[shelf]..self.starts[shelf + 1]]
    }
}
