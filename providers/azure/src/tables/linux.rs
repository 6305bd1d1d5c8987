//! On which Linux the login extension installs, and which sizes of machine have too little memory for it.

/// A distribution that Microsoft's page lists, and the versions of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Distribution {
    /// What the page calls it.
    pub(crate) name: &'static str,
    /// What its agent reports as the name of the system, in lower case.
    reported: &'static [&'static str],
    /// What the publisher or the offer of its images contains, in lower case.
    imaged: &'static [&'static str],
    /// The listed versions, both ends included; a listed `8` covers `8.6`.
    versions: &'static [(&'static [u32], &'static [u32])],
    /// The listed versions, as a sentence names them.
    pub(crate) listed: &'static str,
}

/// Where the list comes from.
pub(crate) const SOURCE: &str = "Microsoft's page of March 2025 on Linux machines";
/// The day it was read.
pub(crate) const CHECKED: &str = "2026-11-21";

/// The table of `howto-vm-sign-in-azure-ad-linux` (2025-03-07). It lists older releases of SUSE too, and says in a note that the
/// extension, which always installs the latest packages, does not work on them. What images are called is from the Azure CLI's aliases and, for
/// distributions that have none there, general knowledge (2026-11-21).
pub(crate) static LISTED: [Distribution; 9] = [
    Distribution {
        name: "AlmaLinux",
        reported: &["almalinux"],
        imaged: &["almalinux"],
        versions: &[(&[8], &[9])],
        listed: "8 and 9",
    },
    Distribution {
        name: "Azure Linux",
        reported: &["mariner", "azurelinux"],
        imaged: &["microsoftcblmariner", "azurelinux"],
        versions: &[(&[2, 0], &[3])],
        listed: "2.0 (CBL-Mariner) and 3.0",
    },
    Distribution {
        name: "Debian",
        reported: &["debian"],
        imaged: &["debian"],
        versions: &[(&[9], &[12])],
        listed: "9 to 12",
    },
    Distribution {
        name: "openSUSE Leap",
        reported: &["opensuse", "opensuse-leap"],
        imaged: &["opensuse"],
        versions: &[(&[15, 6], &[15])],
        listed: "15.6 for the extension, older ones with packages installed by hand",
    },
    Distribution {
        name: "Oracle Linux",
        reported: &["oracle", "ol"],
        imaged: &["oracle"],
        versions: &[(&[8], &[9])],
        listed: "8 and 9",
    },
    Distribution {
        name: "Red Hat Enterprise Linux",
        reported: &["redhat", "rhel"],
        imaged: &["redhat"],
        versions: &[(&[7, 4], &[7, 9]), (&[8, 3], &[8]), (&[9], &[9])],
        listed: "7.4 to 7.9, from 8.3 on, and 9",
    },
    Distribution {
        name: "Rocky Linux",
        reported: &["rocky"],
        imaged: &["rocky"],
        versions: &[(&[8], &[9])],
        listed: "8 and 9",
    },
    Distribution {
        name: "SUSE Linux Enterprise Server",
        reported: &["suse", "sles"],
        imaged: &["suse"],
        versions: &[(&[15, 6], &[15])],
        listed: "15.6 for the extension, older ones with packages installed by hand",
    },
    Distribution {
        name: "Ubuntu",
        reported: &["ubuntu"],
        imaged: &["canonical"],
        versions: &[(&[16, 4], &[24, 4])],
        listed: "16.04 to 24.04",
    },
];

/// Distributions that Azure offers images of and the page does not list.
static UNLISTED: [(&str, &[&str], &[&str]); 4] = [
    ("CentOS", &["centos"], &["openlogic"]),
    ("Flatcar", &["flatcar"], &["kinvolk"]),
    ("FreeBSD", &["freebsd"], &["freebsd"]),
    ("Kali", &["kali"], &["kali"]),
];

/// Which Linux a machine runs, as far as the list is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The page lists it.
    Listed,
    /// The page lists the distribution in other versions.
    OtherVersions(&'static str, &'static str),
    /// The page does not list the distribution.
    Unlisted(&'static str),
    /// What the machine tells does not say which it is.
    Unknown,
}

/// By what the machine's agent reports: `ubuntu` and `20.04`.
pub(crate) fn reported(name: &str, version: Option<&str>) -> Standing {
    let name = name.to_lowercase();
    let is = |names: &[&str]| names.contains(&name.as_str());
    standing(|row| is(row.reported), |row| is(row.1), version)
}

/// By the title of a system as the agent of an Arc-enabled machine reports it: `Ubuntu 24.04.1 LTS`, `Debian GNU/Linux 12 (bookworm)`
/// (recorded). Its version there is the kernel's.
pub(crate) fn titled(title: &str) -> Standing {
    let title = title.to_lowercase();
    let mut words = title.split_whitespace();
    let first = words.next().unwrap_or_default();
    let version = words.find(|word| word.starts_with(|letter: char| letter.is_ascii_digit()));
    let is = |name: &str, reported: &[&str]| {
        title.starts_with(&name.to_lowercase()) || reported.contains(&first)
    };
    standing(
        |row| is(row.name, row.reported),
        |row| is(row.0, row.1),
        version,
    )
}

/// By the image that the machine was made from, `publisher:offer:sku`. It tells the distribution; of its version nothing that
/// could be relied on.
pub(crate) fn imaged(image: &str) -> Standing {
    let image = image.to_lowercase();
    let mut words = image.split(':');
    let (publisher, offer) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let is = |names: &[&str]| {
        names
            .iter()
            .any(|name| publisher.contains(name) || offer.contains(name))
    };
    standing(|row| is(row.imaged), |row| is(row.2), None)
}

fn standing(
    listed: impl Fn(&Distribution) -> bool,
    unlisted: impl Fn(&(&str, &[&str], &[&str])) -> bool,
    version: Option<&str>,
) -> Standing {
    if let Some((name, ..)) = UNLISTED.iter().find(|row| unlisted(row)) {
        return Standing::Unlisted(name);
    }
    let Some(row) = LISTED.iter().find(|row| listed(row)) else {
        return Standing::Unknown;
    };
    match version.map(numbers) {
        Some(version) if !version.is_empty() && !row.lists(&version) => {
            Standing::OtherVersions(row.name, row.listed)
        }
        _ => Standing::Listed,
    }
}

impl Distribution {
    fn lists(&self, version: &[u32]) -> bool {
        self.versions.iter().any(|(least, most)| {
            // `12` is no older than `12.0`, and `8.6` no newer than `8`: only as many numbers count as the row has.
            let head = &version[..version.len().min(most.len())];
            version >= &least[..least.len().min(version.len())] && head <= *most
        })
    }
}

/// The leading numbers of a version; empty where it has none.
fn numbers(version: &str) -> Vec<u32> {
    version
        .split('.')
        .map_while(|part| part.parse().ok())
        .collect()
}

/// The extension for Linux does not install with less than this, in gibibytes.
pub(crate) const LEAST_MEMORY: f32 = 1.0;

/// The sizes with less than that, in lower case, and their memory in gibibytes. `Standard_A0` as in Microsoft's example of a list
/// of sizes (Compute 2021-07-01); the others general knowledge, not looked up (2026-11-21).
pub(crate) static SMALL: [(&str, f32); 3] = [
    ("standard_a0", 0.75),
    ("basic_a0", 0.75),
    ("standard_b1ls", 0.5),
];

/// The memory of a size, where it is one of the small ones.
pub(crate) fn memory(size: &str) -> Option<f32> {
    let size = size.to_lowercase();
    SMALL
        .iter()
        .find(|(name, _)| *name == size)
        .map(|(_, memory)| *memory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_that_an_arc_agent_reports_tells_the_distribution_and_its_version() {
        for title in [
            "Ubuntu 24.04.1 LTS",
            "Debian GNU/Linux 12 (bookworm)",
            "Red Hat Enterprise Linux 9.4 (Plow)",
            "ubuntu",
        ] {
            assert_eq!(titled(title), Standing::Listed, "{title}");
        }
        assert!(matches!(
            titled("Ubuntu 14.04.6 LTS"),
            Standing::OtherVersions("Ubuntu", _)
        ));
        assert_eq!(
            titled("CentOS Linux 7 (Core)"),
            Standing::Unlisted("CentOS")
        );
        assert_eq!(titled("Plan 9"), Standing::Unknown);
    }

    #[test]
    fn listed_versions_are_listed_to_their_last_part() {
        for (name, version) in [
            ("ubuntu", "16.04"),
            ("ubuntu", "24.04"),
            ("ubuntu", "22.10"),
            ("debian", "12"),
            ("debian", "10.13"),
            ("redhat", "7.4"),
            ("rhel", "8.10"),
            ("rhel", "9.5"),
            ("sles", "15.6"),
            ("opensuse-leap", "15.6"),
            ("azurelinux", "3.0"),
            ("mariner", "2.0"),
            ("ol", "8.9"),
        ] {
            assert_eq!(
                reported(name, Some(version)),
                Standing::Listed,
                "{name} {version}"
            );
        }
    }

    #[test]
    fn other_versions_of_a_listed_distribution_are_told_with_the_listed_ones() {
        for (name, version) in [
            ("ubuntu", "14.04"),
            ("ubuntu", "24.10"),
            ("debian", "8"),
            ("debian", "13"),
            ("redhat", "7.3"),
            ("redhat", "8.2"),
            ("suse", "12"),
            ("sles", "15.5"),
            ("opensuse", "42.3"),
            ("azurelinux", "4.0"),
        ] {
            assert!(
                matches!(
                    reported(name, Some(version)),
                    Standing::OtherVersions(_, listed) if !listed.is_empty()
                ),
                "{name} {version}"
            );
        }
    }

    #[test]
    fn what_is_not_listed_and_what_is_not_known_differ() {
        assert_eq!(
            reported("centos", Some("8.5")),
            Standing::Unlisted("CentOS")
        );
        assert_eq!(reported("linux", None), Standing::Unknown);
        assert_eq!(reported("ubuntu", None), Standing::Listed);
    }

    #[test]
    fn an_image_tells_the_distribution() {
        assert_eq!(
            imaged("Canonical:0001-com-ubuntu-server-jammy:22_04-lts-gen2"),
            Standing::Listed
        );
        assert_eq!(imaged("SUSE:openSUSE-leap-15-4:gen2"), Standing::Listed);
        assert_eq!(
            imaged("kinvolk:flatcar-container-linux-free:stable"),
            Standing::Unlisted("Flatcar")
        );
        assert_eq!(imaged("contoso:golden:v1"), Standing::Unknown);
    }

    #[test]
    fn small_sizes_are_known_whatever_their_case() {
        assert_eq!(memory("standard_b1LS"), Some(0.5));
        assert_eq!(memory("Standard_B1s"), None);
        assert!(SMALL.iter().all(|(_, memory)| *memory < LEAST_MEMORY));
    }
}
