//! Holds the traffic of a run against what Microsoft publishes: every ARM request against the OpenAPI files in
//! `shared/arm/specs`, every directory request against `types.json` beside them.
//!
//! Two questions, asked apart, of the sandbox's request log (one JSON row a request):
//!
//! - [`check_log`]: did **we** ask what the published contract allows?
//! - [`check_answers`]: does the **sandbox** answer what it allows? Where real traffic differs from the contract, [`known`]
//!   says so by name, with a source and a date.
//!
//! Neither knows anything of the crates under test: the contract is read from files that are no part of this project.
//! What neither sees: hosts and tokens (the log has none), and the order of requests, save for addresses that only an
//! earlier answer can have given (operations and next pages).

use std::fmt;

mod directory;
mod formats;
mod known;
mod log;
mod operation;
mod paths;
mod pattern;
mod row;
mod schema;
mod specs;

#[cfg(test)]
mod tests;

pub(crate) use self::log::{
    check_answers, check_log, operations_used, wrong, wrong_but_for_last_pages,
};
pub(crate) use self::specs::Specs;

/// One way in which a row of the log differs from the published contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    /// The row's number in the log; of a line that is no row, its place in the file from 1.
    pub(crate) n: u64,
    /// The row's verb, upper case.
    pub(crate) method: String,
    /// The row's path and query as received, percent-encoded.
    pub(crate) url: String,
    /// Where: a JSON pointer into the body (or `answer` and one into the answer), "query `$select`", "path `vmName`".
    pub(crate) place: String,
    /// What is wrong there. Never holds a value from a body, since bodies may hold secrets; enums excepted.
    pub(crate) what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "#{} {} {}: {}: {}",
            self.n, self.method, self.url, self.place, self.what
        )
    }
}

/// What is wrong at one place, before it is tied to a row of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    /// As [`Violation::place`].
    pub(crate) place: String,
    /// As [`Violation::what`].
    pub(crate) what: String,
}

impl Flaw {
    /// A flaw at a place.
    pub(crate) fn at(place: impl Into<String>, what: impl Into<String>) -> Flaw {
        Flaw {
            place: place.into(),
            what: what.into(),
        }
    }

    /// The same flaw seen from further out: `prefix` goes before its place.
    pub(crate) fn within(self, prefix: &str) -> Flaw {
        Flaw {
            place: format!("{prefix}{}", self.place),
            what: self.what,
        }
    }
}
