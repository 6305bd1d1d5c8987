//! Role assignments as ARM spells them.

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A role assignment.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Assignment {
    /// Its id.
    pub(crate) id: String,
    /// Its GUID, unique in the whole tenant.
    pub(crate) name: String,
    /// Its properties.
    pub(crate) properties: Properties,
}

/// The properties of a role assignment. Unset ones come as explicit nulls.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Properties {
    /// Subscription-scoped in answers, whatever was sent.
    pub(crate) role_definition_id: String,
    pub(crate) principal_id: String,
    /// `User`, `Group`, `ServicePrincipal`, …; older answers lack it.
    pub(crate) principal_type: Option<String>,
    /// Where it holds; the examples of older documents lack it, every recorded answer has it.
    pub(crate) scope: Option<String>,
    pub(crate) description: Option<String>,
    /// What narrows it; with it the grant is not the one that a manifest can declare.
    pub(crate) condition: Option<String>,
}

/// The properties of an assignment that can be sent back, with another description.
pub(super) fn writable(body: &Value, description: &str) -> Value {
    let mut properties: Map<String, Value> = Map::new();
    for member in [
        "roleDefinitionId",
        "principalId",
        "principalType",
        "condition",
        "conditionVersion",
        "delegatedManagedIdentityResourceId",
    ] {
        let value = body
            .get("properties")
            .and_then(|properties| properties.get(member));
        if let Some(value) = value.filter(|value| !value.is_null()) {
            properties.insert(member.to_owned(), value.clone());
        }
    }
    properties.insert("description".to_owned(), description.into());
    json!({"properties": properties})
}

/// The object id of a managed identity, or of a machine's own one. Both kinds of answer say it in a place of their own.
pub(crate) fn principal_of(body: &Value) -> Option<String> {
    let places = ["/properties/principalId", "/identity/principalId"];
    let found = places.iter().find_map(|place| body.pointer(place));
    Some(found?.as_str()?.to_owned())
}
