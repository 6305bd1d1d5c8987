//! The clouds and their hosts. No other file of vmlogin has the name of a host that it speaks to: a token is sent to a URL only
//! after [`Cloud::is_own_host`] has recognised it. Hosts that only machines need are rows of `tables/endpoints.rs`.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use crate::arm::fault::{Fault, FaultKind, fault};

/// One cloud: where its services are and for which audience tokens are asked.
///
/// Hosts and audiences are those of azure-cli-core 2.91.0 and the Entra login documentation; nothing here was tried against the
/// sovereign clouds (unverified against Azure, 2026-11-21).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cloud {
    /// Which cloud of the table this is. A sandbox says `Public`.
    pub name: CloudName,
    /// Azure Resource Manager, ending in `/`.
    pub arm: Url,
    /// Entra ID's token service, ending in `/`.
    pub authority: Url,
    /// Microsoft Graph, ending in `/`, without the version.
    pub directory: Url,
    /// OAuth scope of an ARM token.
    pub arm_scope: String,
    /// OAuth scope of a directory token.
    pub directory_scope: String,
    /// The portal, for links that people open.
    pub portal: Url,
    /// The metadata service of a machine in this cloud. It never sees a token of ours, it issues them.
    pub metadata: Url,
    sandbox: bool,
}

/// The three clouds vmlogin knows, spelled in manifests `public`, `usgov` and `china`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CloudName {
    /// Azure, worldwide.
    Public,
    /// Azure US Government.
    UsGovernment,
    /// Azure operated by 21Vianet.
    China,
}

/// Whose token a request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// Azure Resource Manager.
    Arm,
    /// Microsoft Graph.
    Directory,
}

impl Cloud {
    /// Looks a cloud up in the table.
    #[must_use]
    pub fn named(name: CloudName) -> Cloud {
        Cloud::from_row(
            &TABLE[match name {
                CloudName::Public => 0,
                CloudName::UsGovernment => 1,
                CloudName::China => 2,
            }],
        )
    }

    /// A cloud whose ARM, directory and token service all sit at one loopback URL.
    ///
    /// # Errors
    /// [`FaultKind::Untrusted`] for any other host: a sandbox elsewhere could be anybody.
    pub fn sandbox(url: &Url) -> Result<Cloud, Fault> {
        if !is_loopback(url) || url.cannot_be_a_base() || has_user(url) {
            let mut refused = fault(
                FaultKind::Untrusted,
                "reach the sandbox",
                format!("`{url}` is not a loopback address"),
            );
            refused.help = Some(
                "a sandbox runs on this machine: use a URL such as `http://127.0.0.1:8443`"
                    .to_owned(),
            );
            return Err(refused);
        }
        let mut root = url.clone();
        root.set_path("/");
        root.set_query(None);
        root.set_fragment(None);
        Ok(Cloud {
            arm: root.clone(),
            authority: root.clone(),
            directory: root,
            sandbox: true,
            ..Cloud::named(CloudName::Public)
        })
    }

    /// Whether this is a sandbox rather than a row of the table.
    #[must_use]
    pub fn is_sandbox(&self) -> bool {
        self.sandbox
    }

    /// Says which of this cloud's services a URL belongs to, if any: same scheme, host and port, and no user part.
    ///
    /// Next links, operation URLs and redirects are followed only where this says so. In a sandbox both services share one
    /// address; there the directory is told by its version in the path.
    #[must_use]
    pub fn is_own_host(&self, url: &Url) -> Option<Audience> {
        if has_user(url) || !(url.scheme() == "https" || (self.sandbox && is_loopback(url))) {
            return None;
        }
        let (arm, directory) = (same_place(&self.arm, url), same_place(&self.directory, url));
        match (arm, directory) {
            (true, true) if is_directory_path(url.path()) => Some(Audience::Directory),
            (true, _) => Some(Audience::Arm),
            (false, true) => Some(Audience::Directory),
            (false, false) => None,
        }
    }

    /// The base URL of an audience.
    #[must_use]
    pub fn base(&self, audience: Audience) -> &Url {
        match audience {
            Audience::Arm => &self.arm,
            Audience::Directory => &self.directory,
        }
    }

    /// The OAuth scope of an audience.
    #[must_use]
    pub fn scope(&self, audience: Audience) -> &str {
        match audience {
            Audience::Arm => &self.arm_scope,
            Audience::Directory => &self.directory_scope,
        }
    }

    /// Rewrites a URL of this cloud's token service to another place, keeping path and query: how a sandbox is asked for
    /// tokens by a library that knows only https authorities.
    pub(crate) fn moved(url: &Url, to: &Url) -> Url {
        let mut moved = to.clone();
        moved.set_path(url.path());
        moved.set_query(url.query());
        moved
    }

    fn from_row(row: &Row) -> Cloud {
        let url = |text: &str| {
            Url::parse(text).unwrap_or_else(|error| unreachable!("cloud table, `{text}`: {error}"))
        };
        Cloud {
            name: row.name,
            arm: url(row.arm),
            authority: url(row.authority),
            directory: url(row.directory),
            arm_scope: format!("{}/.default", row.arm_audience),
            directory_scope: format!("{}.default", row.directory),
            portal: url(row.portal),
            metadata: url(METADATA),
            sandbox: false,
        }
    }
}

impl CloudName {
    /// All clouds, in the order of the documentation.
    pub const ALL: [CloudName; 3] = [CloudName::Public, CloudName::UsGovernment, CloudName::China];

    /// The spellings in manifests, in the same order; the first is the default.
    pub const WORDS: [&'static str; 3] = [
        CloudName::ALL[0].as_str(),
        CloudName::ALL[1].as_str(),
        CloudName::ALL[2].as_str(),
    ];

    /// The spelling in manifests.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            CloudName::Public => "public",
            CloudName::UsGovernment => "usgov",
            CloudName::China => "china",
        }
    }

    /// The name the Azure CLI has for this cloud (`az cloud set --name …`).
    #[must_use]
    pub fn cli_name(self) -> &'static str {
        match self {
            CloudName::Public => "AzureCloud",
            CloudName::UsGovernment => "AzureUSGovernment",
            CloudName::China => "AzureChinaCloud",
        }
    }
}

impl fmt::Display for CloudName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for CloudName {
    type Err = UnknownCloud;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        CloudName::ALL
            .into_iter()
            .find(|name| name.as_str() == text)
            .ok_or_else(|| UnknownCloud {
                name: text.to_owned(),
            })
    }
}

/// A cloud name that is not in the table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown cloud `{name}`: one of `{}`", CloudName::WORDS.join("`, `"))]
pub struct UnknownCloud {
    /// What was written.
    pub name: String,
}

/// Whether a URL names this machine by a loopback address or `localhost`, over http or https.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(domain)) => domain == "localhost",
            None => false,
        }
}

fn same_place(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host() == other.host()
        && one.port_or_known_default() == other.port_or_known_default()
}

fn has_user(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

fn is_directory_path(path: &str) -> bool {
    ["/v1.0/", "/beta/"]
        .iter()
        .any(|version| path.starts_with(version))
}

struct Row {
    name: CloudName,
    arm: &'static str,
    arm_audience: &'static str,
    authority: &'static str,
    directory: &'static str,
    portal: &'static str,
}

/// Every machine in Azure finds its metadata service here.
const METADATA: &str = "http://169.254.169.254/";

const TABLE: [Row; 3] = [
    Row {
        name: CloudName::Public,
        arm: "https://management.azure.com/",
        arm_audience: "https://management.azure.com",
        authority: "https://login.microsoftonline.com/",
        directory: "https://graph.microsoft.com/",
        portal: "https://portal.azure.com/",
    },
    Row {
        name: CloudName::UsGovernment,
        arm: "https://management.usgovcloudapi.net/",
        arm_audience: "https://management.core.usgovcloudapi.net",
        authority: "https://login.microsoftonline.us/",
        directory: "https://graph.microsoft.us/",
        portal: "https://portal.azure.us/",
    },
    Row {
        name: CloudName::China,
        arm: "https://management.chinacloudapi.cn/",
        arm_audience: "https://management.core.chinacloudapi.cn",
        authority: "https://login.chinacloudapi.cn/",
        directory: "https://microsoftgraph.chinacloudapi.cn/",
        portal: "https://portal.azure.cn/",
    },
];

#[cfg(test)]
mod tests;
