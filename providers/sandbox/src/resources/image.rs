//! Images of machines: by the words of publisher, offer and sku, what will report as running in them. A small table, not a
//! catalogue: versions are made up in the form that each publisher uses.

use serde_json::{Value, json};

use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::seed::Os;

/// What comes out of an image.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Image {
    pub os: Os,
    /// As the agent reports the product.
    pub os_name: String,
    pub os_version: String,
    /// The version that `latest` stands for.
    pub exact: String,
    /// Size of its disk in GB.
    pub disk: u32,
}

/// The distribution of a publisher of Linux images, and the version where no word tells one.
const LINUX: [(&str, &str, &str); 10] = [
    ("canonical", "ubuntu", "22.04"),
    ("debian", "debian", "12"),
    ("redhat", "redhat", "9.4"),
    ("suse", "suse", "15.5"),
    ("oracle", "ol", "9.4"),
    ("almalinux", "almalinux", "9.4"),
    ("resf", "rocky", "9.4"),
    ("openlogic", "centos", "8.5"),
    ("microsoftcblmariner", "mariner", "2.0"),
    ("microsoftazurelinux", "azurelinux", "3.0"),
];

/// Word of a sku of a Windows Server, its year and build.
const SERVERS: [(&str, &str); 4] = [
    ("2016", "14393.7259"),
    ("2019", "17763.6189"),
    ("2022", "20348.2700"),
    ("2025", "26100.1742"),
];

/// Word of a sku of a Windows client and its build, the more special first.
const CLIENTS: [(&str, &str); 7] = [
    ("win11-21h2", "22000.3197"),
    ("win11-22h2", "22621.4169"),
    ("win11-23h2", "22631.4169"),
    ("win11", "26100.1742"),
    ("win10-1809", "17763.6189"),
    ("win10-22h2", "19045.4894"),
    ("win10", "19044.4894"),
];

/// The image of a publisher, if the table has it.
pub(crate) fn find(publisher: &str, offer: &str, sku: &str) -> Option<Image> {
    let (publisher, offer, sku) = (
        publisher.to_lowercase(),
        offer.to_lowercase(),
        sku.to_lowercase(),
    );
    match publisher.as_str() {
        "microsoftwindowsserver" => server(&sku),
        "microsoftwindowsdesktop" => client(&sku),
        _ => linux(&publisher, &offer, &sku),
    }
}

/// The 404 for an image that is not in the table. Code and text are unverified against Azure, 2026-11-21.
pub(crate) fn not_found(reference: &Value) -> Reply {
    let text = |member: &str| reference[member].as_str().unwrap_or_default();
    error::targeted(
        404,
        "PlatformImageNotFound",
        format!(
            "The platform image '{}:{}:{}:{}' is not available. Verify that all fields in the storage profile are correct. \
             For more details about storage profile information, please refer to \
             https://aka.ms/storageprofile (The vmlogin sandbox knows a few publishers only.)",
            text("publisher"),
            text("offer"),
            text("sku"),
            text("version"),
        ),
        "imageReference",
    )
}

/// `…/publishers/{p}/artifacttypes/vmimage/offers/{o}/skus/{s}/versions[/{v}]`.
pub(crate) fn answer(call: &mut Call<'_>, rest: &[&str]) -> Answer {
    let path = &call.request.segments;
    let at = |n: usize| path.get(n).cloned().unwrap_or_default();
    // Behind `/subscriptions/{s}/providers/Microsoft.Compute/locations/{l}/publishers/{p}/artifacttypes/vmimage/…`.
    let (publisher, offer, sku) = (at(7), at(11), at(13));
    let asked = json!({"publisher": publisher, "offer": offer, "sku": sku, "version": at(15)});
    let image = find(&publisher, &offer, &sku).ok_or_else(|| not_found(&asked))?;
    let region = at(5).to_lowercase();
    let id = format!(
        "/Subscriptions/{}/Providers/Microsoft.Compute/Locations/{region}/Publishers/{publisher}/ArtifactTypes/VMImage/\
         Offers/{offer}/Skus/{sku}/Versions/{}",
        at(1),
        image.exact
    );
    let mut row = json!({"location": region, "name": image.exact, "id": id});
    let details = json!({"architecture": "x64", "hyperVGeneration": "V2", "replicaType": "Managed",
        "osDiskImage": {"operatingSystem": family(image.os), "sizeInGb": image.disk + 1},
        "automaticOSUpgradeProperties": {"automaticOSUpgradeSupported": false}, "dataDiskImages": [], "features": [],
        "imageDeprecationStatus": {"imageState": "Active"}});
    match rest {
        [
            _,
            "artifacttypes",
            "vmimage",
            "offers",
            _,
            "skus",
            _,
            "versions",
        ] => {
            if call.request.expands("properties") {
                row["properties"] = details;
            }
            Ok(Reply::json(200, json!([row])))
        }
        [
            _,
            "artifacttypes",
            "vmimage",
            "offers",
            _,
            "skus",
            _,
            "versions",
            version,
        ] if *version == image.exact || *version == "latest" => {
            row["properties"] = details;
            Ok(Reply::json(200, row))
        }
        [
            _,
            "artifacttypes",
            "vmimage",
            "offers",
            _,
            "skus",
            _,
            "versions",
            _,
        ] => Err(not_found(&asked)),
        _ => Err(error::not_emulated(
            "the catalogue of images, but for the versions of one",
        )),
    }
}

/// The word of ARM for a family.
pub(crate) fn family(os: Os) -> &'static str {
    match os {
        Os::Windows => "Windows",
        Os::Linux => "Linux",
    }
}

fn server(sku: &str) -> Option<Image> {
    let (year, build) = SERVERS.into_iter().find(|(year, _)| sku.contains(year))?;
    let edition = if sku.contains("azure-edition") {
        " Azure Edition"
    } else {
        ""
    };
    Some(windows(
        format!("Windows Server {year} Datacenter{edition}"),
        build,
    ))
}

fn client(sku: &str) -> Option<Image> {
    let (word, build) = CLIENTS.into_iter().find(|(word, _)| sku.contains(word))?;
    let name = if word.starts_with("win11") {
        "11"
    } else {
        "10"
    };
    let edition = if sku.contains("pro") {
        "Pro"
    } else {
        "Enterprise"
    };
    Some(windows(format!("Windows {name} {edition}"), build))
}

fn windows(os_name: String, build: &str) -> Image {
    Image {
        os: Os::Windows,
        os_name,
        os_version: format!("10.0.{build}"),
        exact: format!("{build}.240906"),
        disk: 127,
    }
}

fn linux(publisher: &str, offer: &str, sku: &str) -> Option<Image> {
    let (_, name, usual) = LINUX.into_iter().find(|(it, _, _)| *it == publisher)?;
    let version = version_in(sku)
        .or_else(|| version_in(offer))
        .unwrap_or_else(|| usual.to_owned());
    Some(Image {
        os: Os::Linux,
        os_name: name.to_owned(),
        exact: format!("{version}.202409120"),
        os_version: version,
        disk: 30,
    })
}

/// The first number of a name: `22_04-lts-gen2` and `ubuntu-24_04-lts` tell one, `server` does not; `sles-15-sp5` is 15.5.
fn version_in(name: &str) -> Option<String> {
    let mut parts = name.split('-').skip_while(|it| !starts_with_digit(it));
    let first = parts.next()?.replace('_', ".");
    match parts.next().and_then(|it| it.strip_prefix("sp")) {
        Some(pack) => Some(format!("{first}.{pack}")),
        None => Some(first),
    }
}

fn starts_with_digit(text: &str) -> bool {
    text.starts_with(|it: char| it.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(publisher: &str, offer: &str, sku: &str) -> String {
        let image = find(publisher, offer, sku).expect(sku);
        format!("{} {}", image.os_name, image.os_version)
    }

    #[test]
    fn an_image_tells_what_will_run() {
        let server = |sku| words("MicrosoftWindowsServer", "WindowsServer", sku);
        assert_eq!(
            server("2022-datacenter-azure-edition"),
            "Windows Server 2022 Datacenter Azure Edition 10.0.20348.2700"
        );
        assert_eq!(
            server("2019-datacenter-gensecond"),
            "Windows Server 2019 Datacenter 10.0.17763.6189"
        );
        assert_eq!(
            words("microsoftwindowsdesktop", "windows-11", "win11-24h2-pro"),
            "Windows 11 Pro 10.0.26100.1742"
        );
        assert_eq!(
            words(
                "Canonical",
                "0001-com-ubuntu-server-jammy",
                "22_04-lts-gen2"
            ),
            "ubuntu 22.04"
        );
        assert_eq!(
            words("Canonical", "ubuntu-24_04-lts", "server"),
            "ubuntu 24.04"
        );
        assert_eq!(words("SUSE", "sles-15-sp5", "gen2"), "suse 15.5");
        assert_eq!(
            words("Debian", "debian-11", "11-backports-gen2"),
            "debian 11"
        );
        assert_eq!(find("contoso", "x", "y"), None);
    }
}
