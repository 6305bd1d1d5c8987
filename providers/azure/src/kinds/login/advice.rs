//! What a person can do about the failures that are known of the login extension (RULES.md 3, FACTS 7 and 8; read 2026-11-21).

struct Symptom {
    /// The handler that it is known of; any where there is none.
    handler: Option<&'static str>,
    /// Lower-case texts of which the message holds one. A number is held only whole.
    marks: &'static [&'static str],
    help: &'static str,
}

/// The ways in which messages spell that a program exited with one of some codes.
macro_rules! exit_code {
    ($($code:literal),*) => {
        &[$(
            concat!("exit code: ", $code),
            concat!("exit code '", $code, "'"),
            concat!("exit code ", $code),
            // As an Arc agent says it.
            concat!("exit code for install: ", $code),
        )*]
    };
}

const TOO_OLD: &str = "its Windows is too old: Windows Server 2019 or Windows 10 1809 is the least";

const NO_REGISTRATION: &str = "the machine cannot reach device registration: see its DNS, its network security group and its proxy, then run again";

const ANY: Option<&str> = None;
const ON_LINUX: Option<&str> = Some("AADSSHLoginForLinux");

/// The first that fits counts.
static SYMPTOMS: [Symptom; 13] = [
    Symptom {
        handler: ON_LINUX,
        marks: exit_code!("22"),
        help: "the machine has no system-assigned identity: see that the manifest declares `identity system-assigned`, then run again",
    },
    Symptom {
        handler: ON_LINUX,
        marks: exit_code!("23"),
        help: "the retired extension AADLoginForLinux is still on the machine: sign everybody out who came in by it, delete it, then run again",
    },
    Symptom {
        handler: ON_LINUX,
        marks: exit_code!("20"),
        help: "the machine cannot fetch its packages: open packages.microsoft.com on port 443 in its network security group, firewall and proxy, then run again",
    },
    Symptom {
        handler: ON_LINUX,
        marks: exit_code!("100"),
        help: "another program on the machine holds the lock of its package manager: wait until that has ended, then run again",
    },
    Symptom {
        handler: ON_LINUX,
        marks: exit_code!("51"),
        help: "its Linux is not one that the extension supports, or a download of the extension failed: see that packages.microsoft.com is open on port 443 and that the distribution is listed, then run again",
    },
    Symptom {
        handler: ANY,
        marks: &["-2145648574", "0x801c0042"],
        help: "the machine has no system-assigned identity, or cannot reach its metadata service: see that the manifest declares `identity system-assigned`, then run again",
    },
    Symptom {
        handler: ANY,
        marks: &["-2145648607", "0x801c0021"],
        help: NO_REGISTRATION,
    },
    Symptom {
        handler: ANY,
        marks: &["-2145648639", "0x801c0001"],
        help: "a device of this name may exist already, or the machine's name is longer than 15 characters: delete the stale device or rename the machine, then run again",
    },
    Symptom {
        handler: ANY,
        marks: &["hostname duplication"],
        help: "a device of this name exists in the directory: delete the stale one or rename the machine, then run again",
    },
    Symptom {
        handler: ANY,
        marks: &["'mdmid' setting"],
        help: "the extension that is there lacks the setting `mdmId`: delete it, then run again and it is made anew with it",
    },
    Symptom {
        handler: ANY,
        marks: exit_code!("51", "50"),
        help: TOO_OLD,
    },
    Symptom {
        handler: ANY,
        marks: &["when the vm is not running"],
        help: "start the machine, then run again",
    },
    Symptom {
        handler: ANY,
        marks: &["in failed state"],
        help: "repair or delete the extension that the message names, then run again",
    },
];

/// What is another thing on an Arc-enabled machine; looked at first there.
static ON_ARC: [Symptom; 4] = [
    Symptom {
        handler: ON_LINUX,
        marks: exit_code!("64"),
        help: "the folder of its extensions is mounted without the right to run programs: mount it without `noexec`, then run again",
    },
    Symptom {
        handler: ON_LINUX,
        marks: exit_code!("22"),
        help: NO_IDENTITY_ON_ARC,
    },
    Symptom {
        handler: ANY,
        marks: &["-2145648574", "0x801c0042"],
        help: NO_IDENTITY_ON_ARC,
    },
    Symptom {
        handler: Some("AADLoginForWindows"),
        marks: exit_code!("51", "50"),
        help: "its Windows is too old: on Arc-enabled machines Windows Server 2025 or Windows 11 24H2 is the least",
    },
];

const NO_IDENTITY_ON_ARC: &str = "the machine has no system-assigned identity, or cannot reach its metadata service at localhost:40342: switch the identity on at the machine, or connect its agent again, then run again";

/// The help for a message of a handler, where its failure is known.
pub(super) fn of(handler: &str, on_arc: bool, message: &str) -> Option<&'static str> {
    let message = message.to_lowercase();
    let own = if on_arc { ON_ARC.as_slice() } else { &[] };
    let known = own
        .iter()
        .chain(&SYMPTOMS)
        .filter(|symptom| symptom.handler.is_none_or(|only| only == handler))
        .find(|symptom| symptom.marks.iter().any(|mark| holds(&message, mark)));
    known.map(|symptom| symptom.help)
}

/// The failures whose remedy is another installation: no system-assigned identity when the handler was installed.
static ASK_FOR_REINSTALL: [(Option<&str>, &[&str]); 2] = [
    (ANY, &["-2145648574", "0x801c0042"]),
    (ON_LINUX, exit_code!("22")),
];

/// Whether a message of a handler tells of a failure that writing the extension again may not mend.
pub(super) fn asks_for_reinstall(handler: &str, message: &str) -> bool {
    let message = message.to_lowercase();
    let mut failures = ASK_FOR_REINSTALL.iter();
    failures.any(|(only, marks)| {
        only.is_none_or(|only| only == handler) && marks.iter().any(|mark| holds(&message, mark))
    })
}

/// The help with the names of the hosts, where it speaks of them.
pub(super) fn with_hosts(help: &str, hosts: Option<&str>) -> String {
    match hosts {
        Some(hosts) if help == NO_REGISTRATION => {
            format!("{help} (it needs port 443 of {hosts})")
        }
        _ => help.to_owned(),
    }
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

    const WINDOWS: &str = "AADLoginForWindows";
    const LINUX: &str = "AADSSHLoginForLinux";

    #[test]
    fn known_failures_have_a_help() {
        let help = |message: &str| of(WINDOWS, false, message).unwrap_or("none");
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
    fn a_machine_that_cannot_register_is_told_the_hosts_of_its_cloud() {
        let help = of(WINDOWS, true, "Exit code: -2145648607").unwrap();
        let told = super::with_hosts(help, Some("one, two"));
        assert!(
            told.ends_with("then run again (it needs port 443 of one, two)"),
            "{told}"
        );
        assert_eq!(super::with_hosts(help, None), help);
        assert_eq!(super::with_hosts("another", Some("one")), "another");
    }

    #[test]
    fn an_unknown_failure_has_none_and_a_longer_number_is_another_one() {
        assert_eq!(of(WINDOWS, false, "something new"), None);
        assert_eq!(of(WINDOWS, false, "has exited with Exit code: 510"), None);
    }

    #[test]
    fn some_failures_mean_another_thing_on_arc_and_the_rest_the_same() {
        let on_arc = |message: &str| of(WINDOWS, true, message).unwrap_or("none");
        assert!(on_arc("Exit code: 51").contains("Windows Server 2025"));
        assert!(on_arc("Exit code: -2145648574").contains("localhost:40342"));
        assert!(on_arc("Exit code: -2145648607").contains("device registration"));
        let linux = of(
            LINUX,
            true,
            "Extension returned non-zero exit code for Install: 64.",
        );
        assert!(linux.is_some_and(|help| help.contains("noexec")));
        assert_eq!(of(LINUX, false, "exit code 64"), None);
    }

    #[test]
    fn only_the_want_of_an_identity_asks_for_another_installation() {
        let asks = super::asks_for_reinstall;
        assert!(asks(WINDOWS, "has exited with Exit code: -2145648574'"));
        assert!(asks(WINDOWS, "AAD Join failed: 0x801C0042"));
        assert!(asks(LINUX, "Non-zero exit code: 22, installer.sh"));
        assert!(!asks(WINDOWS, "Exit code: 22"));
        assert!(!asks(WINDOWS, "Exit code: -21456485741"));
        assert!(!asks(WINDOWS, "Exit code: -2145648607"));
        assert!(!asks(LINUX, "Non-zero exit code: 23, installer.sh"));
    }

    #[test]
    fn an_exit_code_means_another_thing_on_linux() {
        let help = |code: u32| {
            of(
                LINUX,
                false,
                &format!("Non-zero exit code: {code}, install.sh"),
            )
        };
        assert!(help(22).is_some_and(|help| help.contains("`identity system-assigned`")));
        assert!(help(23).is_some_and(|help| help.contains("AADLoginForLinux")));
        assert!(help(20).is_some_and(|help| help.contains("packages.microsoft.com")));
        assert!(help(100).is_some_and(|help| help.contains("lock")));
        assert!(help(51).is_some_and(|help| !help.contains("Windows")));
        assert_eq!(help(10), None);
        assert_eq!(of(WINDOWS, false, "exit code: 22"), None);
    }
}
