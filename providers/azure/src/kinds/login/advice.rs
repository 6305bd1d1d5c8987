//! What a person can do about the failures that are known of the login extension (RULES.md 3, FACTS 7 and 8; read 2026-11-21).

struct Symptom {
    /// Lower-case texts of which the message holds one. A number is held only whole.
    marks: &'static [&'static str],
    help: &'static str,
}

const TOO_OLD: &str = "its Windows is too old: Windows Server 2019 or Windows 10 1809 is the least";

static SYMPTOMS: [Symptom; 8] = [
    Symptom {
        marks: &["-2145648574", "0x801c0042"],
        help: "the machine has no system-assigned identity, or cannot reach its metadata service: see that the manifest declares `identity system-assigned`, then run again",
    },
    Symptom {
        marks: &["-2145648607", "0x801c0021"],
        help: "the machine cannot reach device registration: see its DNS, its network security group and its proxy, then run again",
    },
    Symptom {
        marks: &["-2145648639", "0x801c0001"],
        help: "a device of this name may exist already, or the machine's name is longer than 15 characters: delete the stale device or rename the machine, then run again",
    },
    Symptom {
        marks: &["hostname duplication"],
        help: "a device of this name exists in the directory: delete the stale one or rename the machine, then run again",
    },
    Symptom {
        marks: &["'mdmid' setting"],
        help: "the extension that is there lacks the setting `mdmId`: delete it, then run again and it is made anew with it",
    },
    Symptom {
        marks: &[
            "exit code: 51",
            "exit code '51'",
            "exit code 51",
            "exit code: 50",
            "exit code '50'",
            "exit code 50",
        ],
        help: TOO_OLD,
    },
    Symptom {
        marks: &["when the vm is not running"],
        help: "start the machine, then run again",
    },
    Symptom {
        marks: &["in failed state"],
        help: "repair or delete the extension that the message names, then run again",
    },
];

/// The help for a message, where its failure is known.
pub(super) fn of(message: &str) -> Option<&'static str> {
    let message = message.to_lowercase();
    let known = SYMPTOMS
        .iter()
        .find(|symptom| symptom.marks.iter().any(|mark| holds(&message, mark)));
    known.map(|symptom| symptom.help)
}

fn holds(message: &str, mark: &str) -> bool {
    let ends_in_digit = mark.ends_with(|last: char| last.is_ascii_digit());
    message.match_indices(mark).any(|(at, _)| {
        let next = message[at + mark.len()..].chars().next();
        !(ends_in_digit && next.is_some_and(|next| next.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn known_failures_have_a_help() {
        let help = |message: &str| of(message).unwrap_or("none");
        assert!(
            help("has exited with Exit code: -2145648574").contains("system-assigned identity")
        );
        assert!(
            help("AAD Join failed with status code: -2145648607.").contains("device registration")
        );
        assert!(help("has exited with Exit code: 51").contains("Windows Server 2019"));
        assert!(help("''mdmId' setting was not found").contains("mdmId"));
        assert!(
            help("Cannot modify extensions in the VM when the VM is not running.")
                .starts_with("start")
        );
    }

    #[test]
    fn an_unknown_failure_has_none_and_a_longer_number_is_another_one() {
        assert_eq!(of("something new"), None);
        assert_eq!(of("has exited with Exit code: 510"), None);
    }
}
