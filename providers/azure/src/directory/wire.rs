//! Directory objects as Microsoft Graph spells them: only what vmlogin reads.

use serde::Deserialize;
use vmlogin_engine::value::{Principal, PrincipalKind};

/// The rows of a list.
#[derive(Debug, Deserialize)]
pub(super) struct Rows<T> {
    pub(super) value: Vec<T>,
}

/// A user, a group or a service principal.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Object {
    /// `#microsoft.graph.user`, where objects of several types are asked for.
    #[serde(rename = "@odata.type")]
    pub(super) type_of: Option<String>,
    pub(super) id: String,
    pub(super) display_name: Option<String>,
    pub(super) user_principal_name: Option<String>,
    pub(super) mail_nickname: Option<String>,
    pub(super) created_date_time: Option<String>,
    pub(super) app_id: Option<String>,
    pub(super) account_enabled: Option<bool>,
    pub(super) user_type: Option<String>,
}

impl Object {
    /// As ARM's `principalType` spells the type.
    pub(super) fn principal_type(&self) -> Option<&'static str> {
        match self.type_of.as_deref()?.rsplit('.').next()? {
            "user" => Some("User"),
            "group" => Some("Group"),
            "servicePrincipal" => Some("ServicePrincipal"),
            _ => None,
        }
    }

    /// What tells it from others of the same name.
    pub(super) fn description(&self) -> String {
        let name = self.display_name.as_deref().unwrap_or("without a name");
        let more = [
            self.own_name().map(str::to_owned),
            self.mail_nickname
                .as_ref()
                .map(|nickname| format!("mail nickname {nickname}")),
            self.app_id
                .as_ref()
                .map(|id| format!("application id {id}")),
            self.created_date_time
                .as_ref()
                .map(|created| format!("created {created}")),
            self.user_type
                .clone()
                .filter(|user_type| user_type.eq_ignore_ascii_case("guest")),
        ];
        std::iter::once(name.to_owned())
            .chain(more.into_iter().flatten())
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// Its user principal name, without the object id that the directory puts in front of a deleted one.
    fn own_name(&self) -> Option<&str> {
        let name = self.user_principal_name.as_deref()?;
        let id = self.id.replace('-', "");
        let (before, own) = name.split_at_checked(id.len()).unwrap_or(("", name));
        Some(if before.eq_ignore_ascii_case(&id) {
            own
        } else {
            name
        })
    }

    /// Whether it had this name before it was deleted.
    pub(super) fn was_named(&self, principal: &Principal) -> bool {
        let wanted = principal.name.to_lowercase();
        match principal.kind {
            PrincipalKind::User => self.own_name().map(str::to_lowercase) == Some(wanted),
            PrincipalKind::Group => {
                self.display_name.as_ref().map(|name| name.to_lowercase()) == Some(wanted)
            }
            PrincipalKind::ServicePrincipal => [&self.display_name, &self.app_id]
                .into_iter()
                .flatten()
                .any(|name| name.to_lowercase() == wanted),
            PrincipalKind::ObjectId | PrincipalKind::Identity => {
                self.id.eq_ignore_ascii_case(&wanted)
            }
        }
    }
}
