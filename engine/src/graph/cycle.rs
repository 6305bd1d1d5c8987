//! x
/// Resources that wait for each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// The addresses in order; each waits for the next, the last for the first.
    pub steps: Vec<crate::address::Address>,
}
