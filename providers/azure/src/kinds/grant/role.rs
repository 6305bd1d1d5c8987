//! The two roles that let people sign in to a machine. One pair serves virtual machines and Arc machines.

/// A built-in role whose data actions are those of signing in.
#[derive(Debug, PartialEq, Eq)]
pub struct Role {
    /// The word for it in a manifest.
    pub word: &'static str,
    /// Its name in Azure.
    pub title: &'static str,
    /// The GUID of its definition, alike in all three clouds. Azure's built-in role reference, read 2026-11-21.
    pub guid: &'static str,
}

/// The roles, by their words in a manifest.
pub static ROLES: [Role; 2] = [
    Role {
        word: "admin",
        title: "Virtual Machine Administrator Login",
        guid: "1c0163c0-47e6-4577-8991-ea5c82e286e4",
    },
    Role {
        word: "user",
        title: "Virtual Machine User Login",
        guid: "fb879df8-f326-4884-b1cf-06f3ad86be52",
    },
];

impl Role {
    /// The role of this word.
    pub fn named(word: &str) -> Option<&'static Role> {
        ROLES.iter().find(|role| role.word == word)
    }

    /// The role of a role definition's id. Only its last segment tells: the prefix is the tenant's, a subscription's, or that of
    /// whatever it was written at.
    pub fn of_definition(id: &str) -> Option<&'static Role> {
        let guid = id.rsplit('/').next().unwrap_or_default();
        ROLES
            .iter()
            .find(|role| role.guid.eq_ignore_ascii_case(guid))
    }
}
