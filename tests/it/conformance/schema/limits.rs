//! What a schema says of a single value beyond its type: format, enum, bounds, length, pattern.

use serde_json::Value;

use super::super::formats::format_flaw;
use super::super::pattern::Pattern;

/// How the flaw of an enum value ends that is right but for its case.
pub(crate) const OTHER_CASE: &str = "in another case";

/// What is wrong with a value that has the right type already.
pub(super) fn limit_flaws(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    found.extend(
        schema["format"]
            .as_str()
            .and_then(|format| format_flaw(format, value)),
    );
    found.extend(
        schema["enum"]
            .as_array()
            .and_then(|allowed| enum_flaw(allowed, schema, value)),
    );
    if let Some(number) = value.as_f64() {
        if schema["minimum"]
            .as_f64()
            .is_some_and(|least| number < least)
        {
            found.push(format!("is below the minimum {}", schema["minimum"]));
        }
        if schema["maximum"].as_f64().is_some_and(|most| number > most) {
            found.push(format!("is above the maximum {}", schema["maximum"]));
        }
    }
    if let Some(text) = value.as_str() {
        let length = text.chars().count() as u64;
        if schema["minLength"]
            .as_u64()
            .is_some_and(|least| length < least)
        {
            found.push(format!(
                "is shorter than {} characters",
                schema["minLength"]
            ));
        }
        if schema["maxLength"]
            .as_u64()
            .is_some_and(|most| length > most)
        {
            found.push(format!("is longer than {} characters", schema["maxLength"]));
        }
        found.extend(
            schema["pattern"]
                .as_str()
                .and_then(|pattern| pattern_flaw(pattern, text)),
        );
    }
    found
}

fn pattern_flaw(written: &str, text: &str) -> Option<String> {
    match Pattern::parse(written) {
        Err(unsupported) => Some(unsupported),
        Ok(pattern) if pattern.matches(text) => None,
        Ok(_) => Some(format!("does not match the pattern `{written}`")),
    }
}

/// A value outside an enum passes where the enum is open (`x-ms-enum.modelAsString`), unless only its case is wrong.
fn enum_flaw(allowed: &[Value], schema: &Value, value: &Value) -> Option<String> {
    if allowed.contains(value) {
        return None;
    }
    let alike = |known: &&Value| match (known.as_str(), value.as_str()) {
        (Some(known), Some(value)) => known.eq_ignore_ascii_case(value),
        _ => false,
    };
    if let Some(known) = allowed.iter().find(alike) {
        return Some(format!("is {value}, which is {known} {OTHER_CASE}"));
    }
    let open = schema["x-ms-enum"]["modelAsString"] == true;
    (!open).then(|| format!("is {value}, not one of {}", Value::from(allowed.to_vec())))
}
