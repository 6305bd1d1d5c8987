//! What a seed says of answers that are to go wrong.

use serde::{Deserialize, Serialize};

/// An answer that is to go wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FaultRule {
    /// Method it is for; `*` for any.
    pub method: String,
    /// Path it is for, without the query: `*` stands for any text, slashes too, and case does not count.
    pub path: String,
    /// HTTP status to answer.
    pub status: u16,
    /// How often.
    pub times: u32,
    /// How many matching requests are let through before.
    pub after: u32,
    /// Error code; one that suits the status when absent.
    pub code: Option<String>,
    /// Error message; one that names the sandbox when absent.
    pub message: Option<String>,
    /// `Retry-After` of the answer, in seconds.
    pub retry_after: Option<u64>,
    /// Accept the request; its operation ends `Failed` with `code` and `message`.
    #[serde(rename = "async")]
    pub ends_failed: bool,
    /// Do the write, then answer the error all the same.
    pub effect: bool,
}

impl Default for FaultRule {
    fn default() -> Self {
        FaultRule {
            method: "*".to_owned(),
            path: "*".to_owned(),
            status: 503,
            times: 1,
            after: 0,
            code: None,
            message: None,
            retry_after: None,
            ends_failed: false,
            effect: false,
        }
    }
}
