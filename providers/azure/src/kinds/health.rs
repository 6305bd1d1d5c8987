//! How a resource is, from ARM's `provisioningState`.

use serde::Deserialize;
use vmlogin_engine::inventory::Health;

/// The member that every resource with operations has.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub(crate) struct Provisioning(Option<String>);

/// Reads a state. An absent one means that there is nothing to wait for; so does one that is none of the known words, since
/// services invent words for things at rest (`Ready`, `Paused`).
pub(crate) fn health(state: &Provisioning, failure: impl FnOnce() -> Option<String>) -> Health {
    match state
        .0
        .as_deref()
        .unwrap_or_default()
        .to_ascii_lowercase()
        .as_str()
    {
        "failed" | "canceled" => Health::Failed {
            message: failure().unwrap_or_else(|| {
                "Azure says no more than that its last operation failed".to_owned()
            }),
        },
        "creating" | "updating" | "deleting" | "accepted" | "running" | "inprogress"
        | "migrating" => Health::Busy,
        _ => Health::Good,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(state: Option<&str>) -> Health {
        health(&Provisioning(state.map(str::to_owned)), || {
            Some("why".to_owned())
        })
    }

    #[test]
    fn an_absent_state_is_good() {
        assert_eq!(of(None), Health::Good);
        assert_eq!(of(Some("Succeeded")), Health::Good);
    }

    #[test]
    fn a_running_operation_is_busy_and_a_failed_one_says_why() {
        assert_eq!(of(Some("Updating")), Health::Busy);
        assert_eq!(of(Some("creating")), Health::Busy);
        assert_eq!(
            of(Some("Failed")),
            Health::Failed {
                message: "why".to_owned()
            }
        );
    }
}
