//! Role definitions as ARM spells them, the requests that read them, and what their permissions allow.

use serde::Deserialize;

use crate::arm::ArmId;
use crate::http::{Request, segment};
use crate::kinds::versions;

/// The type of role definitions.
const TYPE: &str = "Microsoft.Authorization/roleDefinitions";

/// A role definition.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub(crate) struct Definition {
    /// Its GUID.
    pub(crate) name: String,
    pub(crate) properties: Properties,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Properties {
    pub(crate) role_name: String,
    /// `BuiltInRole` or `CustomRole`.
    #[serde(rename = "type", default)]
    pub(crate) type_of: Option<String>,
    #[serde(default)]
    pub(crate) permissions: Vec<Permission>,
}

/// What is allowed, less what is not. All four lists are always there; a missing one is taken for an empty one.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Permission {
    pub(crate) actions: Option<Vec<String>>,
    pub(crate) not_actions: Option<Vec<String>>,
    pub(crate) data_actions: Option<Vec<String>>,
    pub(crate) not_data_actions: Option<Vec<String>>,
    /// What narrows it. Not in the specification of 2022-04-01; built-in roles that delegate carry one.
    pub(crate) condition: Option<String>,
}

impl Definition {
    /// Whether it allows a data action.
    pub(crate) fn allows_data(&self, action: &str) -> bool {
        let mut permissions = self.properties.permissions.iter();
        permissions.any(|own| {
            allows(
                own.data_actions.as_ref(),
                own.not_data_actions.as_ref(),
                action,
            )
        })
    }

    /// Whether it allows an action, be it under a condition.
    pub(crate) fn allows(&self, action: &str) -> bool {
        let mut permissions = self.properties.permissions.iter();
        permissions.any(|own| own.allows(action))
    }

    /// Whether it allows an action without a condition.
    pub(crate) fn allows_everywhere(&self, action: &str) -> bool {
        let mut permissions = self.properties.permissions.iter();
        permissions.any(|own| own.condition.is_none() && own.allows(action))
    }

    /// What tells it from others of the same name.
    pub(crate) fn description(&self) -> String {
        let kind = match self.properties.type_of.as_deref() {
            Some("BuiltInRole") => "built-in",
            _ => "custom",
        };
        format!("{kind} role `{}`", self.properties.role_name)
    }
}

impl Permission {
    /// Whether it allows an action.
    pub(crate) fn allows(&self, action: &str) -> bool {
        allows(self.actions.as_ref(), self.not_actions.as_ref(), action)
    }
}

fn allows(these: Option<&Vec<String>>, less: Option<&Vec<String>>, action: &str) -> bool {
    let any = |patterns: Option<&Vec<String>>| {
        patterns
            .into_iter()
            .flatten()
            .any(|pattern| covers(pattern, action))
    };
    any(these) && !any(less)
}

/// Whether a pattern of a role covers an action: `*` stands for any text, all else for itself, whatever its case.
fn covers(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.to_lowercase(), action.to_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = action.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some(at) = rest.find(part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// The definitions of one name that can be granted at a scope. Azure compares names without case (recorded).
pub(crate) fn by_name(scope: &ArmId, name: &str) -> Request {
    list(scope, format!("find the role `{name}`"))
        .with_query("$filter", format!("roleName eq {}", segment::literal(name)))
}

/// All definitions that can be granted at a scope.
pub(crate) fn all(scope: &ArmId) -> Request {
    list(scope, "list the roles that can be granted".to_owned())
}

fn list(scope: &ArmId, attempted: String) -> Request {
    Request::get(
        format!("{}/providers/{TYPE}", scope.path()),
        versions::AUTHORIZATION,
        attempted,
    )
}

/// A definition with these actions, as Microsoft's reference of built-in roles gives it.
pub(crate) fn built_in(guid: &str, name: &str, actions: &[&str], less: &[&str]) -> Definition {
    let texts = |texts: &[&str]| Some(texts.iter().map(|&text| text.to_owned()).collect());
    Definition {
        name: guid.to_owned(),
        properties: Properties {
            role_name: name.to_owned(),
            type_of: Some("BuiltInRole".to_owned()),
            permissions: vec![Permission {
                actions: texts(actions),
                not_actions: texts(less),
                ..Permission::default()
            }],
        },
    }
}

/// One definition by its GUID.
pub(crate) fn by_id(scope: &ArmId, guid: &str) -> Request {
    let path = format!(
        "{}/providers/{TYPE}/{}",
        scope.path(),
        segment::encode(guid)
    );
    Request::get(
        path,
        versions::AUTHORIZATION,
        format!("read the role `{guid}`"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(data: &[&str], less: &[&str]) -> Definition {
        let texts = |texts: &[&str]| Some(texts.iter().map(|&text| text.to_owned()).collect());
        Definition {
            name: "g".to_owned(),
            properties: Properties {
                role_name: "r".to_owned(),
                type_of: None,
                permissions: vec![Permission {
                    actions: texts(&["Microsoft.Authorization/*/read"]),
                    data_actions: texts(data),
                    not_data_actions: texts(less),
                    ..Permission::default()
                }],
            },
        }
    }

    #[test]
    fn a_pattern_covers_whatever_its_star_stands_for() {
        let login = "Microsoft.Compute/virtualMachines/login/action";
        for pattern in [
            "*",
            "microsoft.compute/*",
            "*/login/action",
            "Microsoft.Compute/*/Action",
            login,
        ] {
            assert!(covers(pattern, login), "{pattern}");
        }
        for pattern in [
            "",
            "Microsoft.Compute",
            "*/login",
            "Microsoft.Network/*",
            "*/loginAsAdmin/*",
        ] {
            assert!(!covers(pattern, login), "{pattern}");
        }
    }

    #[test]
    fn what_is_taken_out_is_not_allowed() {
        let login = "Microsoft.Compute/virtualMachines/login/action";
        assert!(role(&["Microsoft.Compute/*"], &[]).allows_data(login));
        assert!(!role(&["*"], &["*/login/action"]).allows_data(login));
        assert!(!role(&[], &[]).allows_data(login));
    }

    #[test]
    fn a_condition_keeps_a_role_from_handing_out_all_roles() {
        let mut role = role(&[], &[]);
        role.properties.permissions[0].actions = Some(vec!["Microsoft.Authorization/*".to_owned()]);
        let granting = "Microsoft.Authorization/roleAssignments/write";
        assert!(role.allows_everywhere(granting));
        role.properties.permissions[0].condition = Some("c".to_owned());
        assert!(!role.allows_everywhere(granting));
    }
}
