//! Whether one tenant can be worked with: a token, ARM, the directory, the subscriptions and who has access there. Everything is
//! asked by itself, so that one answer does not hide another.

use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use vmlogin_engine::manifest::Subscription;
use vmlogin_engine::provider::{Fault, FaultKind};

use crate::arm::ArmId;
use crate::http::{Client, Reply, Request};
use crate::kinds::versions;
use crate::survey::subscription_state;

/// More than this between two clocks and tokens are refused: what they say of their time is believed to about five minutes.
pub const MOST_SKEW: SignedDuration = SignedDuration::from_mins(4);

/// What was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// A token, and ARM with it.
    Arm,
    /// The people and groups of the directory.
    Directory,
    /// A subscription, by its name in the manifest.
    Subscription(String),
    /// The role assignments of a subscription.
    Access(String),
}

/// What came of a look.
#[derive(Debug)]
pub struct Sight {
    /// What was looked at.
    pub looked: Looked,
    /// Why it cannot be worked with, where it cannot. Otherwise how far the service's clock is ahead of ours, where it told.
    pub result: Result<Option<SignedDuration>, Fault>,
}

/// Looks at everything that a plan on these subscriptions reads first. Where nobody can be signed in, nothing more is asked.
pub async fn checkup(
    client: &Client,
    tenant_id: &str,
    subscriptions: &[&Subscription],
    now: impl Fn() -> Timestamp,
) -> Vec<Sight> {
    let arm = Request::get(
        "/subscriptions",
        versions::SUBSCRIPTIONS,
        "list the subscriptions",
    );
    let arm = client.send(arm).await;
    let mut sights = Vec::new();
    let reached = arm.is_ok();
    sights.push(Sight {
        looked: Looked::Arm,
        result: arm.map(|reply| ahead(&reply, now())),
    });
    if !reached {
        return sights;
    }
    let people = Request::directory("/v1.0/users", "read the users of the directory")
        .with_query("$top", "1")
        .with_query("$select", "id");
    sights.push(Sight {
        looked: Looked::Directory,
        result: client.send(people).await.map(|_| None),
    });
    for subscription in subscriptions {
        let name = subscription.name.clone();
        let seen = subscription_state(client, subscription, tenant_id).await;
        let is_seen = seen.is_ok();
        sights.push(Sight {
            looked: Looked::Subscription(name.clone()),
            result: seen.map(|()| None),
        });
        if is_seen {
            sights.push(Sight {
                looked: Looked::Access(name),
                result: assignments(client, subscription).await,
            });
        }
    }
    sights
}

async fn assignments(
    client: &Client,
    subscription: &Subscription,
) -> Result<Option<SignedDuration>, Fault> {
    let scope = ArmId::of_subscription(&subscription.id);
    let path = format!(
        "{}/providers/Microsoft.Authorization/roleAssignments",
        scope.path()
    );
    let attempted = format!("list the role assignments of `{}`", subscription.name);
    // Only those at the subscription itself: the right to read is what is asked for.
    let request =
        Request::get(path, versions::AUTHORIZATION, attempted).with_query("$filter", "atScope()");
    client.send(request).await.map(|_| None)
}

/// How far the clock of whoever answered is ahead of ours.
fn ahead(reply: &Reply, now: Timestamp) -> Option<SignedDuration> {
    let date = rfc2822::parse(reply.headers.get("date")?).ok()?;
    Some(date.timestamp().duration_since(now))
}

/// Whether a fault says that nobody could be spoken to.
#[must_use]
pub fn is_unreachable(fault: &Fault) -> bool {
    matches!(fault.kind, FaultKind::Network | FaultKind::TimedOut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Headers;

    #[test]
    fn the_services_clock_is_read_from_its_answer() {
        let mut headers = Headers::default();
        headers.push("Date", "Sat, 21 Nov 2026 12:10:00 GMT");
        let reply = Reply::new(200, headers, "");
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        assert_eq!(ahead(&reply, now), Some(SignedDuration::from_mins(10)));
        assert_eq!(ahead(&Reply::new(200, Headers::default(), ""), now), None);
    }
}
