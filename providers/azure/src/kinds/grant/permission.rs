//! What the caller's own permissions at a scope allow of handing out roles.

use vmlogin_engine::inventory::Granting;

use super::definition::Permission;
use super::role::GRANTING;
use crate::arm::ArmId;
use crate::http::Request;
use crate::kinds::versions;

/// Lists the caller's permissions at a resource group or a resource.
pub(crate) fn list(scope: &ArmId) -> Request {
    let path = format!(
        "{}/providers/Microsoft.Authorization/permissions",
        scope.path()
    );
    Request::get(
        path,
        versions::AUTHORIZATION,
        format!("read what you may do at `{}`", scope.name()),
    )
}

/// What some permissions together allow. One without a condition is enough; those with one add up.
pub(crate) fn granting(permissions: &[Permission]) -> Granting {
    let mut only = Vec::new();
    let mut conditional = false;
    for permission in permissions.iter().filter(|own| own.allows(GRANTING)) {
        let Some(condition) = &permission.condition else {
            return Granting::Allowed;
        };
        match roles_of(condition) {
            Some(roles) => only.extend(roles),
            None => conditional = true,
        }
    }
    match (conditional, only.is_empty()) {
        (true, _) => Granting::Unknown("your right to do it carries a condition".to_owned()),
        (false, false) => Granting::Only(only),
        (false, true) => Granting::Denied,
    }
}

/// The roles that a delegation allows, where it is written as Azure's own are: the requested role is one of a list. Anything else
/// is not understood.
fn roles_of(condition: &str) -> Option<Vec<String>> {
    let text: String = condition.split_whitespace().collect();
    let asks = "@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId]ForAnyOfAnyValues:GuidEquals{";
    let (_, rest) = text.split_once(asks)?;
    let (list, rest) = rest.split_once('}')?;
    let more =
        rest.contains("@Request") || rest.contains("@Principal") || rest.contains("@Environment");
    let roles: Vec<String> = list.split(',').map(str::to_lowercase).collect();
    (!more && roles.iter().all(|role| uuid::Uuid::try_parse(role).is_ok())).then_some(roles)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permission(actions: &[&str], less: &[&str], condition: Option<&str>) -> Permission {
        let texts = |texts: &[&str]| Some(texts.iter().map(|&text| text.to_owned()).collect());
        Permission {
            actions: texts(actions),
            not_actions: texts(less),
            condition: condition.map(str::to_owned),
            ..Permission::default()
        }
    }

    const DELEGATED: &str = "((!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR (@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] ForAnyOfAnyValues:GuidEquals{1c0163c0-47e6-4577-8991-ea5c82e286e4, FB879DF8-f326-4884-b1cf-06f3ad86be52}))";

    #[test]
    fn one_permission_without_a_condition_is_enough() {
        let contributor = permission(&["*"], &["Microsoft.Authorization/*/Write"], None);
        let owner = permission(&["*"], &[], None);
        assert_eq!(
            granting(std::slice::from_ref(&contributor)),
            Granting::Denied
        );
        assert_eq!(granting(&[contributor, owner]), Granting::Allowed);
        assert_eq!(granting(&[]), Granting::Denied);
    }

    #[test]
    fn a_delegation_allows_the_roles_that_it_lists() {
        let delegated = permission(&["Microsoft.Authorization/*"], &[], Some(DELEGATED));
        assert_eq!(
            granting(&[delegated]),
            Granting::Only(vec![
                "1c0163c0-47e6-4577-8991-ea5c82e286e4".to_owned(),
                "fb879df8-f326-4884-b1cf-06f3ad86be52".to_owned(),
            ])
        );
    }

    #[test]
    fn a_condition_that_is_not_understood_is_not_guessed_at() {
        let odd = permission(&["*"], &[], Some("@Principal[x] StringEquals 'y'"));
        let more = format!("{DELEGATED} AND (@Request[x:PrincipalType] StringEquals 'User')");
        let more = permission(&["*"], &[], Some(&more));
        for own in [odd, more] {
            assert!(matches!(granting(&[own]), Granting::Unknown(_)));
        }
    }
}
