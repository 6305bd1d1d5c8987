//! The API versions that requests name. Each is the one whose OpenAPI file the requests were checked against, 2026-11-21;
//! newer ones exist (Compute 2026-04-01), and from Compute 2025-04-01 on an extension that does not say
//! `enableAutomaticUpgrade` gets it switched on.

use crate::arm::ArmId;

/// Virtual machines and their extensions.
pub const COMPUTE: &str = "2024-07-01";
/// Arc-enabled machines and their extensions; also the version in Microsoft's template for the login on them.
pub const HYBRID_COMPUTE: &str = "2024-07-10";
/// Role assignments.
pub const AUTHORIZATION: &str = "2022-04-01";
/// Policy assignments and definitions.
pub const POLICY: &str = "2024-05-01";
/// Locks.
pub const LOCKS: &str = "2020-05-01";
/// User-assigned identities.
pub const MANAGED_IDENTITY: &str = "2023-01-31";
/// Virtual networks.
pub const NETWORK: &str = "2024-03-01";
/// Resource groups, tags and lists of resources.
pub const RESOURCES: &str = "2024-07-01";
/// Resource Graph.
pub const RESOURCE_GRAPH: &str = "2022-10-01";
/// Subscriptions.
pub const SUBSCRIPTIONS: &str = "2022-12-01";

/// The version for what lies at an id: by the namespace of its provider, and the groups' own where there is none.
pub(crate) fn of(id: &ArmId) -> &'static str {
    match id
        .provider()
        .unwrap_or_default()
        .to_ascii_lowercase()
        .as_str()
    {
        "microsoft.authorization" => AUTHORIZATION,
        "microsoft.compute" => COMPUTE,
        "microsoft.hybridcompute" => HYBRID_COMPUTE,
        "microsoft.managedidentity" => MANAGED_IDENTITY,
        "microsoft.network" => NETWORK,
        _ => RESOURCES,
    }
}
