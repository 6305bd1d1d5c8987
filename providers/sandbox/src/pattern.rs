//! Patterns with a star, as role definitions and the seed's faults use them.

/// Whether a pattern covers a text: `*` stands for any text, everything else for itself without regard to case.
pub(crate) fn covers(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.to_lowercase(), text.to_lowercase());
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(covers("*/extensions/*", "/subscriptions/x/extensions/y"));
        assert!(covers("*", ""));
        assert!(covers("/a*c", "/abc"));
        assert!(!covers("*/extensions/*", "/subscriptions/x/extension"));
        assert!(!covers("/a", "/ab"));
        assert!(!covers("/ab*b", "/ab"));
    }

    #[test]
    fn an_action_is_covered_without_regard_to_case() {
        assert!(covers(
            "Microsoft.Authorization/*",
            "microsoft.authorization/roleAssignments/write"
        ));
        assert!(covers("*/write", "Microsoft.Compute/virtualMachines/write"));
        assert!(!covers("*/write", "Microsoft.Compute/virtualMachines/read"));
    }
}
