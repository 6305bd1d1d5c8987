//! One difference between declared and live: on one line where it fits, else one text above the other with the words that
//! differ in colour.

use similar::{ChangeTag, TextDiff};
use vmlogin_engine::plan::Change;
use vmlogin_engine::value::Value;

use super::names::Names;
use super::{Paint, View, foreign, prose};

/// How far differences are indented.
const INDENT: usize = 6;

/// The lines of a difference.
pub(crate) fn text(change: &Change, names: &Names<'_>, view: View) -> String {
    let (before, after) = (names.said(&change.before), names.said(&change.after));
    let line = format!("{}: {before} -> {after}", change.attribute);
    let fits = INDENT + line.chars().count() <= view.width;
    match (&change.before, &change.after) {
        (Value::Text(before), Value::Text(after)) if !fits && are_alike(before, after) => {
            apart(&change.attribute, before, after, view)
        }
        _ => prose::prose(view, INDENT, &line),
    }
}

/// Whether two texts have so much in common that the eye needs help to find what differs.
fn are_alike(before: &str, after: &str) -> bool {
    TextDiff::from_words(before, after).ratio() > 0.3
}

/// Both texts, each whole, on lines of their own; they are not broken, so that they can be compared and copied.
fn apart(attribute: &str, before: &str, after: &str, view: View) -> String {
    let (before, after) = (foreign::line(before), foreign::line(after));
    let words = TextDiff::from_words(before.as_ref(), after.as_ref());
    let side = |gone: ChangeTag, paint: fn(Paint, &str) -> String| -> String {
        let changes = words.iter_all_changes();
        changes
            .filter(|change| change.tag() == ChangeTag::Equal || change.tag() == gone)
            .map(|change| match change.tag() {
                ChangeTag::Equal => change.value().to_owned(),
                _ => paint(view.paint, change.value()),
            })
            .collect()
    };
    format!(
        "      {}:\n        - \"{}\"\n        + \"{}\"\n",
        foreign::line(attribute),
        side(ChangeTag::Delete, Paint::removed),
        side(ChangeTag::Insert, Paint::added),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{PLAIN, change};

    #[test]
    fn a_short_difference_is_one_line() {
        let short = change("tags.owner", Value::Null, "team web".into());
        assert_eq!(
            text(&short, &Names::default(), PLAIN),
            "      tags.owner: (none) -> \"team web\"\n"
        );
    }

    #[test]
    fn long_texts_stand_above_each_other_and_only_their_words_are_coloured() {
        let before = "opened for the migration of the billing system in January, see CHG-4711";
        let after = "opened for the migration of the billing system in February, see CHG-4712";
        let long = change("reason", before.into(), after.into());
        assert_eq!(
            text(&long, &Names::default(), PLAIN),
            format!("      reason:\n        - \"{before}\"\n        + \"{after}\"\n")
        );
        let colored = text(
            &long,
            &Names::default(),
            View {
                paint: Paint { on: true },
                ..PLAIN
            },
        );
        let red = Paint { on: true }.removed("January,");
        assert!(
            colored.contains(&red) && colored.contains("billing system in "),
            "{colored:?}"
        );
        assert_eq!(
            anstream::adapter::strip_str(&colored).to_string(),
            text(&long, &Names::default(), PLAIN)
        );
    }
}
