//! The rows of lists, of which a manifest may want few.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The id of a row, which is read no further than that: there may be tens of thousands, and the most of each comes after it.
pub(super) fn id(row: &RawValue) -> serde_json::Result<Cow<'_, str>> {
    let mut id = None;
    let mut reader = serde_json::Deserializer::from_str(row.get());
    let read = reader.deserialize_map(UpToId(&mut id));
    match (id, read) {
        // That the row goes on is no mistake of it.
        (Some(id), _) => Ok(id),
        (None, Err(error)) => Err(error),
        (None, Ok(())) => Err(Error::missing_field("id")),
    }
}

struct UpToId<'i, 'r>(&'i mut Option<Cow<'r, str>>);

/// A text that is copied only where it is escaped.
#[derive(Deserialize)]
struct Text<'r>(#[serde(borrow)] Cow<'r, str>);

impl<'r> Visitor<'r> for UpToId<'_, 'r> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a row with an id")
    }

    fn visit_map<A: MapAccess<'r>>(self, mut row: A) -> Result<(), A::Error> {
        while let Some(Text(name)) = row.next_key()? {
            if name == "id" {
                let Text(id) = row.next_value()?;
                *self.0 = Some(id);
                break;
            }
            row.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(row: &str) -> Result<String, String> {
        let row: &RawValue = serde_json::from_str(row).expect("JSON");
        id(row).map(Cow::into_owned).map_err(|it| it.to_string())
    }

    #[test]
    fn an_id_is_found_wherever_it_stands() {
        for row in [
            r#"{"id":"/a/b"}"#,
            r#"{"id":"/a/b","name":"b","properties":{"id":"/c"}}"#,
            r#"{ "name" : "b", "properties" : {"id":"/c"}, "id" : "\/a\/b" }"#,
        ] {
            assert_eq!(read(row).as_deref(), Ok("/a/b"), "{row}");
        }
    }

    #[test]
    fn a_row_without_an_id_is_none() {
        for row in [r#"{"name":"b"}"#, "{}", r#"{"id":7}"#, r#"["/a"]"#, "null"] {
            assert!(read(row).is_err(), "{row}");
        }
    }
}
