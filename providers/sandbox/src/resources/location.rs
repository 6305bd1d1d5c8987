//! The regions.

use serde_json::json;

use crate::http::reply::Reply;

/// Name and display name of regions that take resource groups.
const REGIONS: [(&str, &str); 38] = [
    ("australiacentral", "Australia Central"),
    ("australiaeast", "Australia East"),
    ("australiasoutheast", "Australia Southeast"),
    ("brazilsouth", "Brazil South"),
    ("canadacentral", "Canada Central"),
    ("canadaeast", "Canada East"),
    ("centralindia", "Central India"),
    ("centralus", "Central US"),
    ("chinaeast2", "China East 2"),
    ("chinanorth3", "China North 3"),
    ("eastasia", "East Asia"),
    ("eastus", "East US"),
    ("eastus2", "East US 2"),
    ("francecentral", "France Central"),
    ("germanywestcentral", "Germany West Central"),
    ("italynorth", "Italy North"),
    ("japaneast", "Japan East"),
    ("japanwest", "Japan West"),
    ("koreacentral", "Korea Central"),
    ("koreasouth", "Korea South"),
    ("northcentralus", "North Central US"),
    ("northeurope", "North Europe"),
    ("norwayeast", "Norway East"),
    ("polandcentral", "Poland Central"),
    ("southafricanorth", "South Africa North"),
    ("southcentralus", "South Central US"),
    ("southeastasia", "Southeast Asia"),
    ("swedencentral", "Sweden Central"),
    ("switzerlandnorth", "Switzerland North"),
    ("uaenorth", "UAE North"),
    ("uksouth", "UK South"),
    ("ukwest", "UK West"),
    ("usgovvirginia", "USGov Virginia"),
    ("westcentralus", "West Central US"),
    ("westeurope", "West Europe"),
    ("westus", "West US"),
    ("westus2", "West US 2"),
    ("westus3", "West US 3"),
];

/// A region's name: blanks and case do not count.
pub(crate) fn canonical(location: &str) -> String {
    location
        .chars()
        .filter(|it| !it.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether a resource group may lie there.
pub(crate) fn exists(canonical: &str) -> bool {
    REGIONS.iter().any(|(name, _)| *name == canonical)
}

/// The names of all regions, as an error lists them.
pub(crate) fn names() -> String {
    REGIONS.map(|(name, _)| name).join(",")
}

/// `GET /subscriptions/{id}/locations`.
pub(crate) fn list(subscription: &str) -> Reply {
    let rows: Vec<_> = REGIONS
        .iter()
        .map(|(name, display)| {
            json!({"id": format!("/subscriptions/{subscription}/locations/{name}"), "name": name, "type": "Region",
                "displayName": display, "regionalDisplayName": display,
                "metadata": {"regionType": "Physical", "regionCategory": "Recommended"}})
        })
        .collect();
    Reply::json(200, json!({"value": rows}))
}
