//! What must hold for any bytes at all that are taken for a saved plan.

use super::{read, stale};

/// Checks that any bytes are answered as promised: without a panic, and where they are taken, with what would be written as those
/// very bytes. Shared by the tests and by `fuzz`.
///
/// # Panics
///
/// If a promise is broken.
pub fn check_hostile(bytes: &[u8]) {
    match read(bytes) {
        Ok(saved) => {
            assert_eq!(saved.to_text().as_bytes(), bytes, "taken, yet not its own");
            let same = stale::differences(&saved.plan, &saved.plan);
            assert!(same.is_empty(), "it differs from itself: {same:?}");
        }
        Err(unusable) => {
            let said = unusable.to_string();
            assert!(!said.is_empty() && !unusable.help().is_empty());
        }
    }
}
