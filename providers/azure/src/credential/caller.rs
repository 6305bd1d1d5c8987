//! Who a token says that it is for. Only that is taken out of it: the token itself goes nowhere.

use azure_core::base64::decode_url_safe;
use azure_core::credentials::Secret;
use serde::Deserialize;

/// The object id of whoever a token was handed out to, lower-case; `None` where the token is none that can be read. Its claims are
/// not proved here: they say whose rights a plan looks at, and give none.
pub(crate) fn caller(token: &Secret) -> Option<String> {
    let claims = token.secret().split('.').nth(1)?;
    let claims = decode_url_safe(claims).ok()?;
    let claims: Claims = serde_json::from_slice(&claims).ok()?;
    let is_guid = uuid::Uuid::try_parse(&claims.oid).is_ok();
    is_guid.then(|| claims.oid.to_lowercase())
}

/// What is read of a token's middle part.
#[derive(Deserialize)]
struct Claims {
    oid: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A token whose middle part is this text.
    fn token(claims: &str) -> Secret {
        let middle = azure_core::base64::encode_url_safe(claims);
        Secret::new(format!("e30.{}.c2ln", middle.trim_end_matches('=')))
    }

    #[test]
    fn the_object_id_is_read_and_nothing_else_is_taken_for_one() {
        let id = "CCCCCCCC-0000-4000-8000-0000000000ff";
        let said = |claims: &str| caller(&token(claims));
        assert_eq!(
            said(&format!(r#"{{"aud":"x","oid":"{id}","appid":"y"}}"#)),
            Some(id.to_lowercase())
        );
        for claims in ["{}", r#"{"oid":5}"#, r#"{"oid":"me"}"#, "[]", ""] {
            assert_eq!(said(claims), None, "{claims}");
        }
        for token in ["", "opaque", "a.b", "a.!!!.c", "..", "a.e30.c"] {
            assert_eq!(caller(&Secret::new(token.to_owned())), None, "{token}");
        }
    }
}
