//! The stamp in a grant's description: `vmlogin:<estate>`, then the reason.

/// Before the estate's name.
const MARK: &str = "vmlogin:";

/// The description of a grant that an estate makes.
pub(in crate::kinds) fn write(estate: &str, reason: Option<&str>) -> String {
    match reason {
        Some(reason) if !reason.is_empty() => format!("{MARK}{estate} {reason}"),
        _ => format!("{MARK}{estate}"),
    }
}

/// The estate and the reason in a description. Of one without our stamp, all is the reason.
pub(in crate::kinds) fn read(description: &str) -> (Option<&str>, Option<&str>) {
    let Some(stamped) = description.strip_prefix(MARK) else {
        return (None, non_empty(description));
    };
    let (estate, reason) = stamped.split_once(' ').unwrap_or((stamped, ""));
    (non_empty(estate), non_empty(reason))
}

fn non_empty(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for reason in [None, Some("CHG-4711: on call")] {
            assert_eq!(
                read(&write("contoso-prod", reason)),
                (Some("contoso-prod"), reason)
            );
        }
        assert_eq!(write("contoso", Some("")), "vmlogin:contoso");
    }

    #[test]
    fn a_description_of_somebody_else_is_all_reason() {
        assert_eq!(read("for the audit"), (None, Some("for the audit")));
        assert_eq!(read(""), (None, None));
        assert_eq!(read("vmlogin:"), (None, None));
    }
}
