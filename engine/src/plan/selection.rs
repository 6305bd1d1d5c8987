//! x
use crate::address::Pattern;

/// What `--target` and `--exclude` select.
#[derive(Clone, Debug, Default)]
pub struct Selected {
    /// Patterns of `--target`; none means everything.
    pub targets: Vec<Pattern>,
    /// Patterns of `--exclude`.
    pub excludes: Vec<Pattern>,
}
