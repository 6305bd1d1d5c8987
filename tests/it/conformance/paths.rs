//! Path templates of the specs, and the paths that fit them.

use std::collections::{BTreeMap, BTreeSet};

/// What each path parameter stands for, percent-decoded, by name.
pub(crate) type Bindings = BTreeMap<String, String>;

/// A path such as `/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}`.
#[derive(Debug)]
pub(crate) struct Template {
    segments: Vec<Segment>,
}

#[derive(Debug)]
enum Segment {
    Literal(String),
    One(String),
    /// Several segments; none at all where the contract lets the parameter be empty.
    Span {
        name: String,
        optional: bool,
    },
}

impl Template {
    /// Reads a template; `spanning` names the parameters that may hold slashes. What follows a `?` only tells keys apart
    /// in the file and is no part of the path.
    pub(crate) fn parse(text: &str, spanning: &BTreeSet<&str>) -> Template {
        let path = text.split('?').next().unwrap_or_default();
        let segments = segments(path)
            .into_iter()
            .map(|segment| match parameter_name(segment) {
                None => Segment::Literal(segment.to_owned()),
                Some(name) if !spanning.contains(name) => Segment::One(name.to_owned()),
                // The root scope `/` and a type without parents are written as nothing at all (OBSERVED.md 4, 8).
                Some(name) => Segment::Span {
                    name: name.to_owned(),
                    optional: ["scope", "parentResourcePath"].contains(&name),
                },
            });
        Template {
            segments: segments.collect(),
        }
    }

    /// Whether a literal stands behind the last parameter that may hold slashes. Templates where none does (`/{resourceId}`,
    /// `…/{resourceType}/{resourceName}`) fit any path at all, so that no typing error would be found; each has a twin that
    /// does name its type, except for the generic resource operations, which this project has no use for.
    pub(crate) fn names_a_type(&self) -> bool {
        let last_span = self
            .segments
            .iter()
            .rposition(|segment| matches!(segment, Segment::Span { .. }));
        let last_literal = self
            .segments
            .iter()
            .rposition(|segment| matches!(segment, Segment::Literal(_)));
        last_literal.is_some() && last_span < last_literal
    }

    /// Greater for the more literal of two templates.
    pub(crate) fn weight(&self) -> (usize, usize) {
        let count = |wanted: fn(&Segment) -> bool| {
            self.segments
                .iter()
                .filter(|segment| wanted(segment))
                .count()
        };
        (
            count(|segment| matches!(segment, Segment::Literal(_))),
            count(|segment| matches!(segment, Segment::One(_))),
        )
    }

    /// What the parameters stand for if this path fits; literals compare without regard to case (FACTS.md 2).
    pub(crate) fn bind(&self, path: &[&str]) -> Option<Bindings> {
        bind(&self.segments, path)
    }
}

/// The segments of a path; a slash at the end makes none of its own.
pub(crate) fn segments(path: &str) -> Vec<&str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.strip_suffix('/').unwrap_or(path).split('/').collect()
}

/// Percent-decodes; bytes that are no UTF-8 become replacement characters.
pub(crate) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let hex = rest
            .strip_prefix('%')
            .and_then(|rest| rest.get(..2))
            .filter(|hex| hex.chars().all(|c| c.is_ascii_hexdigit()));
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            bytes.push(byte);
            rest = &rest[3..];
        } else {
            bytes.extend_from_slice(next.encode_utf8(&mut [0; 4]).as_bytes());
            rest = &rest[next.len_utf8()..];
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn bind(segments: &[Segment], path: &[&str]) -> Option<Bindings> {
    let Some((segment, others)) = segments.split_first() else {
        return path.is_empty().then(Bindings::new);
    };
    match segment {
        Segment::Literal(literal) => {
            let (first, rest) = path.split_first()?;
            let same = first.eq_ignore_ascii_case(literal)
                || first.contains('%') && decode(first).eq_ignore_ascii_case(literal);
            same.then(|| bind(others, rest))?
        }
        Segment::One(name) => {
            let (first, rest) = path.split_first().filter(|(first, _)| !first.is_empty())?;
            let mut bindings = bind(others, rest)?;
            bindings.insert(name.clone(), decode(first));
            Some(bindings)
        }
        Segment::Span { name, optional } => {
            (usize::from(!optional)..=path.len())
                .rev()
                .find_map(|length| {
                    let (taken, rest) = path.split_at(length);
                    let mut bindings = bind(others, rest)
                        .filter(|_| taken.iter().all(|segment| !segment.is_empty()))?;
                    bindings.insert(name.clone(), decode(&taken.join("/")));
                    Some(bindings)
                })
        }
    }
}

fn parameter_name(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Template, decode, segments};

    fn template(text: &str) -> Template {
        Template::parse(
            text,
            &BTreeSet::from(["scope", "resourceId", "parentResourcePath", "resourceType"]),
        )
    }

    fn bound(text: &str, path: &str) -> Option<Vec<String>> {
        let bindings = template(text).bind(&segments(path))?;
        Some(
            bindings
                .into_iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect(),
        )
    }

    #[test]
    fn literals_ignore_case_and_values_keep_it() {
        let bound = bound(
            "/subscriptions/{s}/resourceGroups/{g}",
            "/subscriptions/1/resourcegroups/RG-Web",
        );
        assert_eq!(bound.unwrap(), ["g=RG-Web", "s=1"]);
    }

    #[test]
    fn a_scope_holds_slashes_or_nothing() {
        let assignments = "/{scope}/providers/Microsoft.Authorization/roleAssignments/{name}";
        let path = "/subscriptions/1/providers/Microsoft.Authorization/roleAssignments/x";
        assert_eq!(
            bound(assignments, path).unwrap(),
            ["name=x", "scope=subscriptions/1"]
        );
        let root = "/providers/Microsoft.Authorization/roleAssignments/x";
        assert_eq!(bound(assignments, root).unwrap(), ["name=x", "scope="]);
    }

    #[test]
    fn a_name_holds_no_slash_and_is_not_empty() {
        assert_eq!(bound("/vms/{name}", "/vms/a/b"), None);
        assert_eq!(bound("/vms/{name}/extensions", "/vms//extensions"), None);
        assert_eq!(bound("/vms/{name}", "/vms/a%2Fb").unwrap(), ["name=a/b"]);
    }

    #[test]
    fn a_double_slash_fits_nothing() {
        assert_eq!(bound("/{scope}/locks", "/subscriptions//1/locks"), None);
    }

    #[test]
    fn a_template_that_would_fit_anything_names_no_type() {
        assert!(!template("/{resourceId}").names_a_type());
        assert!(
            !template("/providers/{ns}/{parentResourcePath}/{resourceType}/{name}").names_a_type()
        );
        assert!(template("/{scope}/providers/Microsoft.Resources/tags/default").names_a_type());
        assert!(template("/subscriptions/{s}/providers/{ns}/register").names_a_type());
    }

    #[test]
    fn percent_signs_are_decoded_byte_by_byte() {
        assert_eq!(decode("a%20b%C3%BC+%zz%+1"), "a bü+%zz%+1");
    }
}
