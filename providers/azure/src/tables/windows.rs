//! From which Windows on the login extension installs. The sources for virtual machines are two versions of one page of Microsoft's
//! Entra documentation, `howto-vm-sign-in-azure-ad-windows`; the one for Arc-enabled machines is an article of its own.

/// What a build of Windows is sold as. Server and client share builds, so the build alone does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Product {
    /// Windows Server.
    Server,
    /// Windows 10 and 11.
    Client,
}

/// One page's floor for one product.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Floor {
    /// What it is about.
    pub(crate) product: Product,
    /// The lowest build that the page names.
    pub(crate) build: u32,
    /// What that build is called.
    pub(crate) name: &'static str,
    /// The page.
    pub(crate) source: &'static str,
    /// The day it was read.
    pub(crate) checked: &'static str,
}

/// The article of 2023, which agrees with those of 2019: below it the extension ends with exit code 51.
pub(crate) static OLDER: [Floor; 2] = [
    Floor {
        product: Product::Server,
        build: 17763,
        name: "Windows Server 2019",
        source: "Microsoft's article of 2023",
        checked: "2026-11-21",
    },
    Floor {
        product: Product::Client,
        build: 17763,
        name: "Windows 10 1809",
        source: "Microsoft's article of 2023",
        checked: "2026-11-21",
    },
];

/// The same page in December 2025. Its part on exit code 51 still gives the older floor, so this one only warns.
pub(crate) static NEWER: [Floor; 2] = [
    Floor {
        product: Product::Server,
        build: 26100,
        name: "Windows Server 2025",
        source: "Microsoft's page of December 2025",
        checked: "2026-11-21",
    },
    Floor {
        product: Product::Client,
        build: 26100,
        name: "Windows 11 24H2",
        source: "Microsoft's page of December 2025",
        checked: "2026-11-21",
    },
];

/// On Arc-enabled machines: the article says the same in its requirements and in its part on exit code 51. It adds that a server
/// has to have the Desktop Experience.
pub(crate) static ON_ARC: [Floor; 2] = [
    Floor {
        product: Product::Server,
        build: 26100,
        name: "Windows Server 2025",
        source: "Microsoft's article on Arc-enabled servers",
        checked: "2026-11-21",
    },
    Floor {
        product: Product::Client,
        build: 26100,
        name: "Windows 11 24H2",
        source: "Microsoft's article on Arc-enabled servers",
        checked: "2026-11-21",
    },
];

/// Words in the name of a product, or in an image's SKU, and the build that they stand for, where the build itself is not known.
/// Releases in between are left out: their builds lie between these, and no floor does.
pub(crate) static RELEASES: [(Product, &str, u32); 18] = [
    (Product::Server, "2008", 7601),
    (Product::Server, "2012", 9600),
    (Product::Server, "2016", 14393),
    (Product::Server, "2019", 17763),
    (Product::Server, "2022", 20348),
    (Product::Server, "2025", 26100),
    (Product::Client, "win7", 7601),
    (Product::Client, "rs5", 17763),
    (Product::Client, "19h1", 18362),
    (Product::Client, "19h2", 18363),
    (Product::Client, "20h1", 19041),
    (Product::Client, "20h2", 19042),
    (Product::Client, "win10-21h2", 19044),
    (Product::Client, "win10-22h2", 19045),
    (Product::Client, "win11-21h2", 22000),
    (Product::Client, "win11-22h2", 22621),
    (Product::Client, "win11-23h2", 22631),
    (Product::Client, "win11-24h2", 26100),
];

/// Which release a machine runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Release {
    /// Server or client.
    pub(crate) product: Product,
    /// Its build; 0 for everything before Windows 10 and Server 2016.
    pub(crate) build: u32,
}

/// The floor of a product in a table.
pub(crate) fn floor(table: &'static [Floor], product: Product) -> Option<&'static Floor> {
    table.iter().find(|floor| floor.product == product)
}

/// The release by what the machine reports of itself: `Windows Server 2022 Datacenter` and `10.0.20348.2700`, or
/// `Microsoft Windows NT 10.0.14393.0`.
pub(crate) fn reported(name: &str, version: Option<&str>) -> Option<Release> {
    let product = product(name)?;
    let build = version.and_then(build).or_else(|| named(product, name))?;
    Some(Release { product, build })
}

/// The release by the image that the machine was made from, `publisher:offer:sku`.
pub(crate) fn imaged(image: &str) -> Option<Release> {
    let image = image.to_lowercase();
    let product = match image.split(':').next()? {
        "microsoftwindowsserver" => Product::Server,
        "microsoftwindowsdesktop" => Product::Client,
        _ => return None,
    };
    Some(Release {
        product,
        build: named(product, &image)?,
    })
}

/// The numbers by which Windows names the editions of Server Core: GetProductInfo of the Windows API, read 2026-11-21. The Arc
/// agent's `productType` is recorded with 7 and 8 for servers with a desktop and 4 for clients, which fits the same list.
pub(crate) static CORE_PRODUCTS: [&str; 11] = [
    "12", "13", "14", "29", "39", "40", "41", "145", "146", "168", "408",
];

/// Server or client, by the name of the product.
pub(crate) fn product(name: &str) -> Option<Product> {
    let name = name.to_lowercase();
    match name.as_str() {
        name if name.contains("windows server") => Some(Product::Server),
        name if name.contains("windows") => Some(Product::Client),
        _ => None,
    }
}

fn build(version: &str) -> Option<u32> {
    let mut parts = version.split_whitespace().last()?.split('.');
    let major: u32 = parts.next()?.parse().ok()?;
    let (_, build) = (parts.next()?, parts.next()?.parse().ok()?);
    Some(if major < 10 { 0 } else { build })
}

fn named(product: Product, text: &str) -> Option<u32> {
    let text = text.to_lowercase();
    let row = RELEASES
        .iter()
        .find(|(of, word, _)| *of == product && text.contains(word));
    row.map(|(_, _, build)| *build)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release(product: Product, build: u32) -> Option<Release> {
        Some(Release { product, build })
    }

    #[test]
    fn a_machine_tells_its_release_in_either_spelling() {
        let server = "Windows Server 2022 Datacenter";
        assert_eq!(
            reported(server, Some("10.0.20348.2700")),
            release(Product::Server, 20348)
        );
        assert_eq!(
            reported(
                "Windows Server 2016 Datacenter",
                Some("Microsoft Windows NT 10.0.14393.0")
            ),
            release(Product::Server, 14393)
        );
        assert_eq!(
            reported("Windows 11 Enterprise", Some("10.0.22631.1")),
            release(Product::Client, 22631)
        );
        assert_eq!(
            reported("Windows Server 2012 R2 Datacenter", Some("6.3.9600.1")),
            release(Product::Server, 0)
        );
    }

    #[test]
    fn the_name_helps_where_the_version_is_not_told() {
        let server = "Windows Server 2019 Datacenter";
        assert_eq!(reported(server, None), release(Product::Server, 17763));
        assert_eq!(reported("Windows 10 Enterprise", None), None);
        assert_eq!(reported("ubuntu", Some("22.04")), None);
    }

    #[test]
    fn an_image_tells_the_release_whatever_its_case() {
        assert_eq!(
            imaged("MicrosoftWindowsServer:WindowsServer:2022-datacenter-g2"),
            release(Product::Server, 20348)
        );
        assert_eq!(
            imaged("microsoftwindowsdesktop:office-365:win11-24h2-avd-m365"),
            release(Product::Client, 26100)
        );
        assert_eq!(imaged("contoso:golden:v1"), None);
    }

    #[test]
    fn every_row_has_a_source_and_a_day() {
        for floor in OLDER.iter().chain(&NEWER).chain(&ON_ARC) {
            assert!(!floor.source.is_empty() && floor.checked.starts_with("20"));
        }
    }
}
