//! For tests alone, and in no release build: what nobody can bring about from outside, at the moment when every secret is in memory
//! and nothing is written yet.

use std::fmt::Debug;
use std::process::Command;

/// The variable that says what is to happen.
const VARIABLE: &str = "VMLOGIN_PROVOKED_BY_A_TEST";

/// Panics with all that is at hand, as the worst of our bugs would; or stops the process until somebody lets it go on.
#[expect(clippy::panic, reason = "a panic is what is provoked")]
pub(crate) fn here(at_hand: &dyn Debug) {
    match std::env::var(VARIABLE).as_deref() {
        Ok("panic") => panic!("provoked: {at_hand:#?}"),
        Ok("pause") => {
            let ourselves = std::process::id().to_string();
            // Without `kill` there is no pause, which the test notices.
            let _ = Command::new("kill").args(["-STOP", &ourselves]).status();
        }
        _ => {}
    }
}
