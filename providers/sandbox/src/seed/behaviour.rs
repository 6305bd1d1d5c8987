//! In what the services of a world differ from how they mostly are, so that clients can be tried against it.

use serde::{Deserialize, Serialize};

/// How lists come, and how late rows are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Behaviour {
    /// Rows of a page of ARM where the request says nothing; as usual when absent.
    pub page_rows: Option<u16>,
    /// Whether an empty page comes before the last one.
    pub empty_pages: bool,
    /// For how many requests the rows of Resource Graph stay as they were.
    pub sweep_lag: u64,
}

impl Behaviour {
    /// Whether nothing differs.
    pub(crate) fn is_usual(&self) -> bool {
        *self == Behaviour::default()
    }
}
