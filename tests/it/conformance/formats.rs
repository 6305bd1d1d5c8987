//! The string and number formats that occur in Microsoft's files.

use serde_json::Value;

/// What is wrong with a value of this format, if anything. A format nobody here has met is wrong too: it would
/// otherwise go unchecked.
pub(crate) fn format_flaw(format: &str, value: &Value) -> Option<String> {
    let fits = match (format, value) {
        ("int32", Value::Number(number)) => number
            .as_i64()
            .is_some_and(|number| i32::try_from(number).is_ok()),
        ("int64", Value::Number(number)) => number.is_i64(),
        ("float" | "double", Value::Number(_)) => true,
        ("uuid", Value::String(text)) => is_uuid(text),
        ("date-time", Value::String(text)) => is_date_time(text),
        ("uri", Value::String(text)) => url::Url::parse(text).is_ok(),
        ("arm-id", Value::String(text)) => text.starts_with('/'),
        ("int32" | "int64" | "float" | "double" | "uuid" | "date-time" | "uri" | "arm-id", _) => {
            false
        }
        (unknown, _) => return Some(format!("format `{unknown}` is not supported by this check")),
    };
    (!fits).then(|| format!("is not of format `{format}`"))
}

/// Whether this is a GUID in its 8-4-4-4-12 form, of either case.
pub(crate) fn is_uuid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

/// Whether this is a moment with an offset, as RFC 3339 has it.
pub(crate) fn is_date_time(text: &str) -> bool {
    text.contains(['T', 't']) && text.parse::<jiff::Timestamp>().is_ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::format_flaw;

    #[test]
    fn a_number_fits_its_width() {
        assert_eq!(format_flaw("int32", &json!(2_147_483_647)), None);
        assert!(format_flaw("int32", &json!(2_147_483_648_i64)).is_some());
        assert_eq!(format_flaw("int64", &json!(2_147_483_648_i64)), None);
        assert!(format_flaw("int64", &json!(1.5)).is_some());
    }

    #[test]
    fn a_uuid_has_its_hyphens() {
        assert_eq!(
            format_flaw("uuid", &json!("372140E0-b3b7-4226-8ef9-d57986796201")),
            None
        );
        assert!(format_flaw("uuid", &json!("372140e0b3b742268ef9d57986796201")).is_some());
        assert!(format_flaw("uuid", &json!("{subscription-id}")).is_some());
    }

    #[test]
    fn a_moment_needs_its_offset() {
        assert_eq!(
            format_flaw("date-time", &json!("2019-06-21T18:44:15.6509758Z")),
            None
        );
        assert_eq!(
            format_flaw("date-time", &json!("2025-11-17T10:00:00+00:00")),
            None
        );
        assert!(format_flaw("date-time", &json!("2019-06-21T18:44:15")).is_some());
        assert!(format_flaw("date-time", &json!("yesterday")).is_some());
    }

    #[test]
    fn a_format_nobody_has_met_is_said() {
        assert_eq!(
            format_flaw("duration", &json!("PT1H")).as_deref(),
            Some("format `duration` is not supported by this check")
        );
    }
}
