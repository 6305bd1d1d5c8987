//! The formats that others read, as JSON Schema: what stands in the folder `schemas/`.

use schemars::{JsonSchema, SchemaGenerator};

use crate::event::Event;
use crate::plan::Plan;
use crate::plan::saved::Saved;

/// File names and texts of all published schemas. Deterministic, so that a check can compare bytes.
pub fn schemas() -> Vec<(&'static str, String)> {
    vec![
        ("plan.schema.json", text::<Plan>()),
        ("saved-plan.schema.json", text::<Saved>()),
        ("event.schema.json", text::<Event>()),
    ]
}

fn text<T: JsonSchema>() -> String {
    let schema = SchemaGenerator::default().into_root_schema_for::<T>();
    let mut text =
        serde_json::to_string_pretty(&schema).expect("a JSON Schema has only text as keys");
    text.push('\n');
    text
}
