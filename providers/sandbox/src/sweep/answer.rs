//! How a result is told: its page, its form, and how a query is refused.

use serde_json::{Value, json};

use super::evaluate::Table;
use super::expression::Row;
use super::no_facets;
use crate::http::base64;
use crate::http::error;
use crate::http::reply::Reply;

/// Rows of a page of which nothing is said.
const ROWS: usize = 100;

/// What a body says of the result.
#[derive(Debug)]
pub(super) struct Options {
    top: usize,
    skip: usize,
    as_table: bool,
}

impl Options {
    /// Reads them. A token has the size and the place of the page after, both of which the body may overrule.
    pub(super) fn read(body: &Value) -> Result<Options, Reply> {
        if body["facets"].as_array().is_some_and(|it| !it.is_empty()) {
            return Err(refusal(
                "BadRequest",
                "The vmlogin sandbox does not evaluate facets.",
            ));
        }
        let options = &body["options"];
        let (top, skip) = match options["$skipToken"].as_str() {
            None => (ROWS, 0),
            Some(token) => place(token)
                .ok_or_else(|| refusal("BadRequest", "The $skipToken is not one of ours."))?,
        };
        let number = |name: &str, otherwise: usize| match &options[name] {
            Value::Null => Some(otherwise),
            value => value.as_u64().and_then(|it| usize::try_from(it).ok()),
        };
        let top = number("$top", top).filter(|it| (1..=1000).contains(it));
        let top = top.ok_or_else(|| refusal("BadRequest", "$top is a number from 1 to 1000."))?;
        let skip = number("$skip", skip);
        let skip = skip.ok_or_else(|| refusal("BadRequest", "$skip is a number from 0."))?;
        let as_table = match options["resultFormat"].as_str() {
            None => false,
            Some(form) if form.eq_ignore_ascii_case("objectArray") => false,
            Some(form) if form.eq_ignore_ascii_case("table") => true,
            Some(_) => {
                let said = "resultFormat is objectArray or table.";
                return Err(refusal("BadRequest", said));
            }
        };
        Ok(Options {
            top,
            skip,
            as_table,
        })
    }

    /// One page. The next is only to be had where rows tell their id; else what is left over is cut off, and that is said.
    pub(super) fn page(&self, table: &Table) -> Reply {
        let total = table.rows.len();
        let from = self.skip.min(total);
        let to = (from + self.top).min(total);
        let rows = &table.rows[from..to];
        let more = to < total;
        let can_page = table.columns.iter().any(|it| it == "id");
        let mut body = json!({"totalRecords": total, "count": rows.len(),
            "resultTruncated": if more && !can_page { "true" } else { "false" }, "facets": no_facets()});
        body["data"] = match self.as_table {
            false => rows.iter().cloned().map(Value::from).collect(),
            true => tabled(&table.columns, rows),
        };
        if more && can_page {
            let token = format!("{} {to}", self.top);
            body["$skipToken"] = json!(base64::encode(token.as_bytes()));
        }
        Reply::json(200, body)
    }
}

/// A query that is not evaluated, in the envelope of the service (the texts within are ours).
pub(super) fn refusal(code: &str, message: &str) -> Reply {
    refused(400, code, message)
}

/// The same with a status.
pub(super) fn refused(status: u16, code: &str, message: &str) -> Reply {
    let outer = if status == 400 { "BadRequest" } else { code };
    let mut reply = error::provider(status, outer, message);
    if let Some(body) = &mut reply.body {
        body["error"]["details"] = json!([{"code": code, "message": message}]);
    }
    reply
}

fn place(token: &str) -> Option<(usize, usize)> {
    let text = String::from_utf8(base64::decode(token)?).ok()?;
    let (top, skip) = text.split_once(' ')?;
    Some((top.parse().ok()?, skip.parse().ok()?))
}

fn tabled(columns: &[String], rows: &[Row]) -> Value {
    let value = |row: &Row, column: &String| row.get(column).cloned().unwrap_or(Value::Null);
    let told: Vec<Value> = columns
        .iter()
        .map(|column| json!({"name": column, "type": kind(rows, column)}))
        .collect();
    let rows: Vec<Value> = rows
        .iter()
        .map(|row| columns.iter().map(|column| value(row, column)).collect())
        .collect();
    json!({"columns": told, "rows": rows})
}

/// The type of a column, by the first row that has something in it.
fn kind(rows: &[Row], column: &str) -> &'static str {
    let first = rows
        .iter()
        .filter_map(|row| row.get(column))
        .find(|it| !it.is_null());
    match first {
        Some(Value::Number(_)) => "integer",
        Some(Value::Bool(_)) => "boolean",
        Some(Value::Object(_) | Value::Array(_)) => "object",
        _ => "string",
    }
}
