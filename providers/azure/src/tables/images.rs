//! Short names of marketplace images, and the systems that publishers of images are known for.
//!
//! The names are those of two lists, which agree wherever both have one: the list in azure-cli 2.91.0
//! (`azure/cli/command_modules/vm/_alias.py`) and `arm-compute/quickstart-templates/aliases.json` of azure-rest-api-specs (snapshot
//! of 2024-11-06). Both were read on 2026-11-21.

/// A short name and the image that it stands for, always in its latest version.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Alias {
    /// The short name.
    pub(crate) name: &'static str,
    /// `windows` or `linux`.
    pub(crate) os: &'static str,
    /// `publisher:offer:sku`.
    pub(crate) image: &'static str,
    /// Where it is listed.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "every row says where it comes from")
    )]
    pub(crate) source: &'static str,
}

const BOTH: &str = "azure-cli 2.91.0 and azure-rest-api-specs of 2024-11-06, read on 2026-11-21";
const CLI: &str = "azure-cli 2.91.0, read on 2026-11-21";
const SPECS: &str = "azure-rest-api-specs of 2024-11-06, read on 2026-11-21";

/// Every short name, by the alphabet.
pub(crate) static ALIASES: [Alias; 19] = [
    Alias {
        name: "AzureLinux4",
        os: "linux",
        image: "microsoftazurelinux:azurelinux-4:4",
        source: CLI,
    },
    Alias {
        name: "AzureLinux4Arm64",
        os: "linux",
        image: "microsoftazurelinux:azurelinux-4:4-arm64",
        source: CLI,
    },
    Alias {
        name: "AzureLinux4Gen1",
        os: "linux",
        image: "microsoftazurelinux:azurelinux-4:4-gen1",
        source: CLI,
    },
    Alias {
        name: "CentOS85Gen2",
        os: "linux",
        image: "OpenLogic:CentOS:8_5-gen2",
        source: BOTH,
    },
    Alias {
        name: "Debian11",
        os: "linux",
        image: "Debian:debian-11:11-backports-gen2",
        source: BOTH,
    },
    Alias {
        name: "FlatcarLinuxFreeGen2",
        os: "linux",
        image: "kinvolk:flatcar-container-linux-free:stable-gen2",
        source: BOTH,
    },
    Alias {
        name: "OpenSuseLeap154Gen2",
        os: "linux",
        image: "SUSE:openSUSE-leap-15-4:gen2",
        source: BOTH,
    },
    Alias {
        name: "RHELRaw8LVMGen2",
        os: "linux",
        image: "RedHat:RHEL:8-lvm-gen2",
        source: BOTH,
    },
    Alias {
        name: "SuseSles15SP3",
        os: "linux",
        image: "SUSE:sles-15-sp3:gen2",
        source: CLI,
    },
    Alias {
        name: "SuseSles15SP5",
        os: "linux",
        image: "SUSE:sles-15-sp5:gen2",
        source: SPECS,
    },
    Alias {
        name: "Ubuntu2204",
        os: "linux",
        image: "Canonical:0001-com-ubuntu-server-jammy:22_04-lts-gen2",
        source: BOTH,
    },
    Alias {
        name: "Ubuntu2404",
        os: "linux",
        image: "Canonical:ubuntu-24_04-lts:server",
        source: SPECS,
    },
    Alias {
        name: "Ubuntu2404Pro",
        os: "linux",
        image: "Canonical:ubuntu-24_04-lts:ubuntu-pro",
        source: SPECS,
    },
    Alias {
        name: "Win2012Datacenter",
        os: "windows",
        image: "MicrosoftWindowsServer:WindowsServer:2012-Datacenter",
        source: BOTH,
    },
    Alias {
        name: "Win2012R2Datacenter",
        os: "windows",
        image: "MicrosoftWindowsServer:WindowsServer:2012-R2-Datacenter",
        source: BOTH,
    },
    Alias {
        name: "Win2016Datacenter",
        os: "windows",
        image: "MicrosoftWindowsServer:WindowsServer:2016-datacenter-gensecond",
        source: BOTH,
    },
    Alias {
        name: "Win2019Datacenter",
        os: "windows",
        image: "MicrosoftWindowsServer:WindowsServer:2019-datacenter-gensecond",
        source: BOTH,
    },
    Alias {
        name: "Win2022AzureEditionCore",
        os: "windows",
        image: "MicrosoftWindowsServer:WindowsServer:2022-datacenter-azure-edition-core",
        source: BOTH,
    },
    Alias {
        name: "Win2022Datacenter",
        os: "windows",
        image: "MicrosoftWindowsServer:WindowsServer:2022-datacenter-g2",
        source: BOTH,
    },
];

/// Publishers whose images all hold one system: those of the short names, and the one of Windows 10 and 11 (seen in public
/// templates, FACTS 11, 2026-11-21). Of any other the manifest says it.
pub(crate) static PUBLISHERS: [(&str, &str); 9] = [
    ("MicrosoftWindowsServer", "windows"),
    ("MicrosoftWindowsDesktop", "windows"),
    ("Canonical", "linux"),
    ("Debian", "linux"),
    ("OpenLogic", "linux"),
    ("RedHat", "linux"),
    ("SUSE", "linux"),
    ("kinvolk", "linux"),
    ("microsoftazurelinux", "linux"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value as Json;

    use super::*;

    #[test]
    fn names_are_in_order_and_their_publishers_are_known_for_the_same_system() {
        assert!(ALIASES.is_sorted_by(|one, other| one.name < other.name));
        for alias in &ALIASES {
            let publisher = alias.image.split(':').next().unwrap();
            assert!(
                PUBLISHERS.contains(&(publisher, alias.os)),
                "{} by {}",
                alias.name,
                alias.source
            );
        }
    }

    #[test]
    fn the_rows_are_those_of_the_published_lists() {
        let Some(shared) = crate::testing::shared() else {
            return;
        };
        let text = std::fs::read_to_string(shared.join("arm/data/vm-image-aliases.json")).unwrap();
        let lists: BTreeMap<String, Json> = serde_json::from_str(&text).unwrap();
        let mut published = BTreeMap::new();
        for list in lists.values() {
            for (os, aliases) in list["aliases"].as_object().unwrap() {
                for (name, row) in aliases.as_object().unwrap() {
                    let part = |part: &str| row[part].as_str().unwrap().to_owned();
                    let image = format!("{}:{}:{}", part("publisher"), part("offer"), part("sku"));
                    assert_eq!(part("version"), "latest");
                    let told = published.insert(name.clone(), (os.to_lowercase(), image.clone()));
                    assert!(told.is_none_or(|told| told == (os.to_lowercase(), image)));
                }
            }
        }
        let ours: BTreeMap<String, (String, String)> = ALIASES
            .iter()
            .map(|row| {
                (
                    row.name.to_owned(),
                    (row.os.to_owned(), row.image.to_owned()),
                )
            })
            .collect();
        assert_eq!(ours, published);
    }
}
