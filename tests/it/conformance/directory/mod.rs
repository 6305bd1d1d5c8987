//! Microsoft Graph v1.0: the few shapes of path that a client of users, groups, service principals and devices needs.
//!
//! There is no OpenAPI file of it among the specs; paths follow OData and are held against the entity types of
//! `types.json`. What a shape below does not name is refused, so that a new kind of call is looked at first.

use self::target::Target;
use self::types::DirectoryTypes;
use super::Flaw;
use super::row::{Given, Row};

mod answers;
mod batch;
mod bodies;
mod filter;
mod query;
mod target;
pub(crate) mod types;

#[cfg(test)]
mod tests;

pub(crate) use self::answers::answer_flaws;

/// What is wrong with a request, and with each part of a batch.
pub(crate) fn request_flaws(types: &DirectoryTypes, row: &Row, given: &Given) -> Vec<Flaw> {
    let target = match Target::of(types, &row.path()) {
        Ok(target) => target,
        Err(what) => return vec![Flaw::at("path", what)],
    };
    if !target.verbs().contains(&row.method.as_str()) {
        return vec![Flaw::at(
            "method",
            format!("this path has only {}", target.verbs().join(", ")),
        )];
    }
    let mut found = Vec::new();
    if !given.is_page(&row.url) {
        found.extend(query::query_flaws(types, &target, row));
    }
    found.extend(bodies::body_flaws(types, &target, row));
    if let Target::Batch = target {
        for (place, part) in batch::parts(row) {
            let flaws =
                part.map_or_else(|flaw| vec![flaw], |part| request_flaws(types, &part, given));
            found.extend(
                flaws
                    .into_iter()
                    .map(|flaw| flaw.within(&format!("{place} "))),
            );
        }
    }
    found
}
