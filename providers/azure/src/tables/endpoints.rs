//! The hosts that a machine must reach so that people can sign in to it. vmlogin never speaks to them; those that it speaks to are in
//! `cloud.rs`. That an Arc-enabled machine needs the same hosts as a virtual one is documented for 21Vianet's cloud only, and derived
//! for the others.

use crate::cloud::CloudName;
use crate::network::Target;

/// One host that machines need.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Endpoint {
    /// In which cloud.
    pub(crate) cloud: CloudName,
    /// The operating systems that need it, as a machine's fact `os` says them.
    pub(crate) systems: &'static [&'static str],
    /// Its name.
    pub(crate) host: &'static str,
    /// The port there.
    pub(crate) port: u16,
    /// How filters name it.
    pub(crate) target: Target<'static>,
    /// What it is for.
    pub(crate) purpose: &'static str,
    /// Where it is named.
    pub(crate) source: &'static str,
    /// The day that was read.
    pub(crate) checked: &'static str,
    /// Whether no page names it for this cloud, and it was derived from another one.
    pub(crate) derived: bool,
}

const WINDOWS: &[&str] = &["windows"];
const LINUX: &[&str] = &["linux"];
const BOTH: &[&str] = &["windows", "linux"];

/// Microsoft's network requirements of Arc have the hosts of Entra ID in the service tag `AzureActiveDirectory`; that those of device
/// registration lie in it too is derived.
const ENTRA: Target<'static> = Target::Host(&["AzureActiveDirectory"]);

/// A host in no service tag that anybody documents.
const UNTAGGED: Target<'static> = Target::Host(&[]);

/// Microsoft's pages on signing in to machines, by system and year. That of 2019 requires the device sign-in; that of 2023 names it
/// in its checks only. The one on Arc servers is about 21Vianet's cloud, and names its second sign-in host in its checks.
const WINDOWS_2023: &str = "Windows 2023";
const WINDOWS_2019: &str = "Windows 2019";
const LINUX_2025: &str = "Linux 2025-03";
const BOTH_PAGES: &str = "Windows 2023 and Linux 2025-03";
const ARC: &str = "Arc servers in 21Vianet's cloud";

/// All rows, by cloud.
pub(crate) static ENDPOINTS: &[Endpoint] = &[
    row(
        CloudName::Public,
        WINDOWS,
        "enterpriseregistration.windows.net",
        ENTRA,
        "device registration",
        WINDOWS_2023,
    ),
    row(
        CloudName::Public,
        BOTH,
        "login.microsoftonline.com",
        ENTRA,
        "sign-in",
        BOTH_PAGES,
    ),
    row(
        CloudName::Public,
        WINDOWS,
        "device.login.microsoftonline.com",
        ENTRA,
        "device sign-in",
        WINDOWS_2019,
    ),
    row(
        CloudName::Public,
        BOTH,
        "pas.windows.net",
        ENTRA,
        "the check of roles",
        BOTH_PAGES,
    ),
    row(
        CloudName::Public,
        LINUX,
        "packages.microsoft.com",
        UNTAGGED,
        "the login's packages",
        LINUX_2025,
    ),
    metadata(CloudName::Public),
    row(
        CloudName::UsGovernment,
        WINDOWS,
        "enterpriseregistration.microsoftonline.us",
        ENTRA,
        "device registration",
        WINDOWS_2023,
    ),
    row(
        CloudName::UsGovernment,
        BOTH,
        "login.microsoftonline.us",
        ENTRA,
        "sign-in",
        BOTH_PAGES,
    ),
    derived(row(
        CloudName::UsGovernment,
        WINDOWS,
        "device.login.microsoftonline.us",
        ENTRA,
        "device sign-in",
        WINDOWS_2019,
    )),
    row(
        CloudName::UsGovernment,
        BOTH,
        "pasff.usgovcloudapi.net",
        ENTRA,
        "the check of roles",
        BOTH_PAGES,
    ),
    row(
        CloudName::UsGovernment,
        LINUX,
        "packages.microsoft.com",
        UNTAGGED,
        "the login's packages",
        LINUX_2025,
    ),
    metadata(CloudName::UsGovernment),
    row(
        CloudName::China,
        WINDOWS,
        "enterpriseregistration.partner.microsoftonline.cn",
        ENTRA,
        "device registration",
        WINDOWS_2023,
    ),
    // The pages name one host among the requirements and the other among the checks, so both must be open.
    row(
        CloudName::China,
        BOTH,
        "login.chinacloudapi.cn",
        ENTRA,
        "sign-in",
        BOTH_PAGES,
    ),
    row(
        CloudName::China,
        WINDOWS,
        "login.partner.microsoftonline.cn",
        ENTRA,
        "sign-in",
        ARC,
    ),
    derived(row(
        CloudName::China,
        LINUX,
        "login.partner.microsoftonline.cn",
        ENTRA,
        "sign-in",
        ARC,
    )),
    row(
        CloudName::China,
        WINDOWS,
        "device.login.partner.microsoftonline.cn",
        ENTRA,
        "device sign-in",
        ARC,
    ),
    row(
        CloudName::China,
        BOTH,
        "pas.chinacloudapi.cn",
        ENTRA,
        "the check of roles",
        BOTH_PAGES,
    ),
    row(
        CloudName::China,
        LINUX,
        "packages.microsoft.com",
        UNTAGGED,
        "the login's packages",
        LINUX_2025,
    ),
    metadata(CloudName::China),
];

const fn row(
    cloud: CloudName,
    systems: &'static [&'static str],
    host: &'static str,
    target: Target<'static>,
    purpose: &'static str,
    source: &'static str,
) -> Endpoint {
    Endpoint {
        cloud,
        systems,
        host,
        port: 443,
        target,
        purpose,
        source,
        checked: "2026-11-21",
        derived: false,
    }
}

const fn derived(endpoint: Endpoint) -> Endpoint {
    Endpoint {
        derived: true,
        ..endpoint
    }
}

/// Every machine finds its metadata service at one address, over plain HTTP.
const fn metadata(cloud: CloudName) -> Endpoint {
    Endpoint {
        port: 80,
        ..row(
            cloud,
            BOTH,
            "169.254.169.254",
            Target::Metadata,
            "the machine's own identity",
            BOTH_PAGES,
        )
    }
}

/// What a machine of this system needs in a cloud, by its word in manifests.
pub(crate) fn needed(cloud: &str, system: &str) -> impl Iterator<Item = &'static Endpoint> {
    let cloud: Option<CloudName> = cloud.parse().ok();
    ENDPOINTS
        .iter()
        .filter(move |endpoint| Some(endpoint.cloud) == cloud)
        .filter(move |endpoint| endpoint.systems.contains(&system))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_a_purpose_a_source_and_a_day() {
        for endpoint in ENDPOINTS {
            assert!(!endpoint.purpose.is_empty() && !endpoint.source.is_empty());
            assert!(endpoint.checked.starts_with("20"), "{}", endpoint.host);
        }
    }

    #[test]
    fn each_cloud_and_system_has_its_hosts_and_china_both_of_its_own() {
        let hosts = |cloud: &str, system: &str| -> Vec<&str> {
            needed(cloud, system)
                .map(|endpoint| endpoint.host)
                .collect()
        };
        assert_eq!(
            hosts("china", "windows"),
            [
                "enterpriseregistration.partner.microsoftonline.cn",
                "login.chinacloudapi.cn",
                "login.partner.microsoftonline.cn",
                "device.login.partner.microsoftonline.cn",
                "pas.chinacloudapi.cn",
                "169.254.169.254",
            ]
        );
        assert_eq!(
            hosts("public", "linux"),
            [
                "login.microsoftonline.com",
                "pas.windows.net",
                "packages.microsoft.com",
                "169.254.169.254",
            ]
        );
        assert_eq!(hosts("usgov", "windows").len(), 5);
        assert_eq!(hosts("usgov", "solaris"), Vec::<&str>::new());
    }

    #[test]
    fn what_no_page_names_for_a_cloud_is_marked() {
        let derived: Vec<(&str, &str)> = ENDPOINTS
            .iter()
            .filter(|endpoint| endpoint.derived)
            .map(|endpoint| (endpoint.cloud.as_str(), endpoint.host))
            .collect();
        assert_eq!(
            derived,
            [
                ("usgov", "device.login.microsoftonline.us"),
                ("china", "login.partner.microsoftonline.cn"),
            ]
        );
    }
}
