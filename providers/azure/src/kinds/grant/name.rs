//! Where a grant's GUID comes from.

use uuid::Uuid;

/// The namespace of the names that vmlogin makes; a random GUID, drawn once. Another tool that hashes the same triple in its own
/// namespace cannot collide with it.
const NAMESPACE: Uuid = Uuid::from_u128(0x5c1f_7a86_9e0d_4c0b_8a43_6d2f_41b7_e395);

/// How often the counter is raised. A name is a 122-bit hash, so that a second try is rare and a third one a fairy tale.
const TRIES: u32 = 1_000;

/// What a name is made of. The texts are lower-case, so that the same grant gets the same name from whatever spelling.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    /// The scope's id.
    pub scope: &'a str,
    /// The principal's object id.
    pub principal: &'a str,
    /// The role's GUID.
    pub role: &'a str,
    /// The estate that grants.
    pub estate: &'a str,
}

/// The name of a new role assignment: UUIDv5 of scope, principal, role, estate and a counter, raised while the name is taken by
/// something else. Names are unique in a whole tenant. `None` if every try is taken, which no listing can bring about by chance.
pub fn name(parts: Parts<'_>, is_taken: impl Fn(&str) -> bool) -> Option<String> {
    (0..TRIES)
        .map(|counter| nth(parts, counter))
        .find(|name| !is_taken(name))
}

fn nth(parts: Parts<'_>, counter: u32) -> String {
    let Parts {
        scope,
        principal,
        role,
        estate,
    } = parts;
    let text = format!("{scope}|{principal}|{role}|{estate}|{counter}").to_lowercase();
    Uuid::new_v5(&NAMESPACE, text.as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTS: Parts<'_> = Parts {
        scope: "/subscriptions/s/resourcegroups/rg",
        principal: "p",
        role: "r",
        estate: "contoso",
    };

    #[test]
    fn the_same_grant_has_the_same_name() {
        let upper = Parts {
            scope: "/subscriptions/S/resourceGroups/RG",
            ..PARTS
        };
        assert_eq!(name(PARTS, |_| false), name(upper, |_| false));
        assert_eq!(
            name(PARTS, |_| false).as_deref(),
            Some("c91725b5-84ab-5b2b-9879-db7a468b618c")
        );
    }

    #[test]
    fn another_estate_has_another_name() {
        let other = Parts {
            estate: "contoso-dev",
            ..PARTS
        };
        assert_ne!(name(PARTS, |_| false), name(other, |_| false));
    }

    #[test]
    fn a_taken_name_raises_the_counter() {
        let first = name(PARTS, |_| false).unwrap();
        let second = name(PARTS, |name| name == first).unwrap();
        assert_ne!(first, second);
        assert_eq!(second, nth(PARTS, 1));
        assert_eq!(name(PARTS, |_| true), None);
    }
}
