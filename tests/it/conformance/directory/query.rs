//! Query options of the directory: `$select`, `$filter` and their like.

use super::super::Flaw;
use super::super::row::Row;
use super::filter::{filter_flaws, is_advanced};
use super::target::Target;
use super::types::DirectoryTypes;

/// What is wrong with the options of a call, those of a next page excepted.
pub(super) fn query_flaws(types: &DirectoryTypes, target: &Target<'_>, row: &Row) -> Vec<Flaw> {
    let mut found = Vec::new();
    let sent = row.query();
    let eventual = row.header("consistencylevel") == Some("eventual");
    let counted = sent
        .iter()
        .any(|(name, value)| name == "$count" && value == "true");
    for (at, (name, value)) in sent.iter().enumerate() {
        let place = format!("query `{name}`");
        if sent[..at].iter().any(|(earlier, _)| earlier == name) {
            found.push(Flaw::at(&place, "is given twice"));
        }
        let Some(entity) = target
            .entity()
            .filter(|_| row.method == "GET" || *target == Target::GetByIds)
        else {
            found.push(Flaw::at(place, "is not an option of this call"));
            continue;
        };
        let one = |property: &str| match types.property(entity, property) {
            Some(_) => None,
            None => Some(Flaw::at(
                &place,
                format!("`{property}` is not a property of `{entity}`"),
            )),
        };
        let listed = !matches!(target, Target::Entity(_));
        match name.as_str() {
            "$select" => found.extend(
                value
                    .split(',')
                    .filter(|property| *property != "*")
                    .filter_map(one),
            ),
            "$orderby" if listed => {
                found.extend(
                    value
                        .split(',')
                        .filter_map(|term| one(term.split_whitespace().next().unwrap_or_default())),
                );
            }
            "$filter" if listed => {
                found.extend(
                    filter_flaws(types, entity, value)
                        .into_iter()
                        .map(|what| Flaw::at(&place, what)),
                );
                if is_advanced(value) && !(eventual && counted) {
                    found.push(Flaw::at(
                        &place,
                        "needs `ConsistencyLevel: eventual` and `$count=true`",
                    ));
                }
            }
            "$search" if listed && !eventual => {
                found.push(Flaw::at(&place, "needs `ConsistencyLevel: eventual`"))
            }
            "$search" if listed => {}
            "$top" if listed && value.parse::<u16>().is_ok_and(|top| top > 0) => {}
            "$count" if listed && ["true", "false"].contains(&value.as_str()) => {}
            "$expand" => {
                let names = value
                    .split(',')
                    .map(|term| term.split('(').next().unwrap_or_default());
                let strangers = names.filter(|name| !types.has_navigation(entity, name));
                found.extend(strangers.map(|name| {
                    Flaw::at(&place, format!("`{name}` leads nowhere from `{entity}`"))
                }));
            }
            "$top" | "$count" if listed => {
                found.push(Flaw::at(&place, format!("cannot be `{value}`")))
            }
            _ => found.push(Flaw::at(&place, "is not an option of this call")),
        }
    }
    found
}
