//! A query carried out over rows.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::expression::{Expression, How, Row, Step, text};
use super::parse::{Query, Stage};

/// Rows with their columns in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Table {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// Carries a query out.
pub(super) fn run(query: &Query, table: Table) -> Result<Table, String> {
    query.stages.iter().try_fold(table, step)
}

/// The types that rows can have to get through the first conditions, in lower case; `None` for any. Only what spares work: rows of
/// other types would be sorted out all the same.
pub(super) fn types(query: &Query) -> Option<Vec<String>> {
    query.stages.iter().find_map(|stage| match stage {
        Stage::Where(condition) => types_of(condition),
        _ => None,
    })
}

fn types_of(condition: &Expression) -> Option<Vec<String>> {
    let is_type = |it: &Expression| match it {
        Expression::Path(path) => *path == [Step::Member("type".to_owned())],
        Expression::Call(_, arguments) => {
            arguments.len() == 1
                && arguments[0] == Expression::Path(vec![Step::Member("type".to_owned())])
        }
        _ => false,
    };
    match condition {
        Expression::And(parts) => parts.iter().find_map(types_of),
        Expression::Or(parts) => {
            let each: Option<Vec<Vec<String>>> = parts.iter().map(types_of).collect();
            each.map(|all| all.concat())
        }
        Expression::Compare(left, comparison, right)
            if is_type(left)
                && !comparison.negated
                && matches!(comparison.how, How::Same | How::SameText) =>
        {
            let value = |it: &Expression| match it {
                Expression::Value(value) => Some(text(value).to_lowercase()),
                _ => None,
            };
            right.iter().map(value).collect()
        }
        _ => None,
    }
}

fn step(mut table: Table, stage: &Stage) -> Result<Table, String> {
    check(&table, stage)?;
    match stage {
        Stage::Where(condition) => table.rows.retain(|row| condition.holds(row)),
        Stage::Project(columns) => {
            table.columns = columns.iter().map(|(name, _)| name.clone()).collect();
            for row in &mut table.rows {
                *row = columns
                    .iter()
                    .map(|(name, value)| (name.clone(), value.value(row)))
                    .collect();
            }
        }
        Stage::Extend(columns) => {
            for (name, value) in columns {
                if !table.columns.contains(name) {
                    table.columns.push(name.clone());
                }
                for row in &mut table.rows {
                    let value = value.value(row);
                    row.insert(name.clone(), value);
                }
            }
        }
        Stage::ProjectAway(columns) => {
            table.columns.retain(|it| !columns.contains(it));
            for row in &mut table.rows {
                row.retain(|name, _| !columns.contains(name));
            }
        }
        Stage::Order(keys) => table.rows.sort_by(|a, b| compare(keys, a, b)),
        Stage::Limit(rows) => table.rows.truncate(*rows),
        Stage::Count => {
            table = Table {
                rows: vec![Row::from_iter([(
                    "Count".to_owned(),
                    json!(table.rows.len()),
                )])],
                columns: vec!["Count".to_owned()],
            }
        }
        Stage::Summarize(counted, columns) => {
            table = summarized(&table, counted.as_deref(), columns)
        }
    }
    Ok(table)
}

/// A column that is not there is a mistake of the query.
fn check(table: &Table, stage: &Stage) -> Result<(), String> {
    let columns: Vec<&str> = match stage {
        Stage::Where(condition) => condition.columns(),
        Stage::Project(columns) | Stage::Extend(columns) | Stage::Summarize(_, columns) => {
            columns.iter().flat_map(|(_, it)| it.columns()).collect()
        }
        Stage::ProjectAway(columns) => columns.iter().map(String::as_str).collect(),
        Stage::Order(keys) => keys.iter().flat_map(|(it, _)| it.columns()).collect(),
        Stage::Limit(_) | Stage::Count => Vec::new(),
    };
    match columns
        .into_iter()
        .find(|it| !table.columns.iter().any(|known| known == it))
    {
        None => Ok(()),
        Some(column) => Err(format!(
            "Failed to resolve scalar expression named '{column}'"
        )),
    }
}

fn compare(keys: &[(Expression, bool)], a: &Row, b: &Row) -> Ordering {
    let each = keys.iter().map(|(key, falls)| {
        let (a, b) = (key.value(a), key.value(b));
        let order = match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => text(&a).cmp(&text(&b)),
        };
        if *falls { order.reverse() } else { order }
    });
    each.fold(Ordering::Equal, Ordering::then)
}

fn summarized(table: &Table, counted: Option<&str>, columns: &[(String, Expression)]) -> Table {
    let mut groups: BTreeMap<String, (Row, usize)> = BTreeMap::new();
    for row in &table.rows {
        let group: Row = columns
            .iter()
            .map(|(name, value)| (name.clone(), value.value(row)))
            .collect();
        let key = Value::from(group.clone()).to_string();
        groups.entry(key).or_insert((group, 0)).1 += 1;
    }
    if columns.is_empty() {
        groups = BTreeMap::from([(String::new(), (Row::new(), table.rows.len()))]);
    }
    let names = columns.iter().map(|(name, _)| name.clone());
    Table {
        columns: names.chain(counted.map(str::to_owned)).collect(),
        rows: groups
            .into_values()
            .map(|(mut row, count)| {
                if let Some(counted) = counted {
                    row.insert(counted.to_owned(), json!(count));
                }
                row
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse::parse;
    use super::*;

    fn table() -> Table {
        let row = |id: &str, kind: &str, place: &str| {
            let row =
                json!({"id": id, "type": kind, "location": place, "properties": {"n": id.len()}});
            row.as_object().cloned().unwrap_or_default()
        };
        Table {
            columns: ["id", "type", "location", "properties"]
                .map(str::to_owned)
                .to_vec(),
            rows: vec![
                row("/a", "x/vms", "west"),
                row("/bb", "x/nics", "west"),
                row("/ccc", "X/vms", "north"),
            ],
        }
    }

    fn told(query: &str) -> Value {
        let done = run(&parse(query).expect("a query"), table()).expect("rows");
        json!(done.rows)
    }

    #[test]
    fn rows_are_chosen_ordered_and_cut() {
        assert_eq!(
            told("Resources | where type =~ 'x/VMS' | order by id desc | project id | take 1"),
            json!([{"id": "/ccc"}])
        );
        assert_eq!(
            told("Resources | where properties.n > 2 and location !contains 'or' | project id"),
            json!([{"id": "/bb"}])
        );
    }

    #[test]
    fn rows_are_counted() {
        assert_eq!(told("Resources | count"), json!([{"Count": 3}]));
        assert_eq!(
            told("Resources | summarize n = count() by location"),
            json!([{"location": "north", "n": 1}, {"location": "west", "n": 2}])
        );
        assert_eq!(
            told("Resources | where id == '' | summarize count()"),
            json!([{"count_": 0}])
        );
    }

    #[test]
    fn a_column_that_is_not_there_is_a_mistake() {
        let query = parse("Resources | project id | where nmae == 'x'").expect("a query");
        assert!(
            run(&query, table())
                .expect_err("a refusal")
                .contains("'nmae'")
        );
    }

    #[test]
    fn the_types_that_can_get_through_are_known() {
        let of = |query: &str| types(&parse(query).expect("a query"));
        let two = "Resources | where (type =~ 'A/b' or tolower(type) == 'a/c') and name != ''";
        assert_eq!(of(two), Some(vec!["a/b".to_owned(), "a/c".to_owned()]));
        assert_eq!(of("Resources | where type !~ 'a/b'"), None);
        assert_eq!(of("Resources | where type =~ 'a' or name == 'x'"), None);
    }
}
