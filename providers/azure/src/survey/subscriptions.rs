//! Whether each subscription of the manifest is there, and in the tenant that the manifest says.

use serde::Deserialize;
use vmlogin_engine::manifest::Subscription;
use vmlogin_engine::provider::{Fault, FaultKind};

use super::Reader;
use crate::arm::ArmId;
use crate::http::{Client, Request};
use crate::kinds::versions;

/// A subscription as ARM spells it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wire {
    tenant_id: Option<String>,
    display_name: Option<String>,
    /// `Enabled`, `Warned`, `PastDue`, `Disabled`, `Deleted`.
    state: Option<String>,
}

/// Reads every subscription; the first one that is wrong is the fault.
pub(super) async fn check(reader: Reader<'_>) -> Result<(), Fault> {
    let all: Vec<&Subscription> = reader.manifest.subscriptions.values().collect();
    reader
        .each(all, |subscription| one(reader, subscription))
        .await?;
    Ok(())
}

async fn one(reader: Reader<'_>, subscription: &Subscription) -> Result<(), Fault> {
    let tenant = reader.tenant(&subscription.tenant)?;
    let declared = reader.manifest.tenants.get(&subscription.tenant);
    let tenant_id = declared.map_or(&tenant.id, |declared| &declared.id);
    state(&tenant.client, subscription, tenant_id).await
}

/// Reads one subscription; an error where it cannot be worked with.
pub(crate) async fn state(
    client: &Client,
    subscription: &Subscription,
    tenant_id: &str,
) -> Result<(), Fault> {
    let attempted = format!(
        "read subscription `{}` ({})",
        subscription.name, subscription.id
    );
    let path = ArmId::of_subscription(&subscription.id).path();
    let reply = client
        .send(Request::get(path, versions::SUBSCRIPTIONS, attempted))
        .await;
    let found: Wire = reply
        .map_err(|fault| not_found(fault, subscription))?
        .json()?;
    judge(subscription, tenant_id, &found)
}

fn not_found(fault: Fault, subscription: &Subscription) -> Fault {
    if fault.kind != FaultKind::NotFound {
        return fault;
    }
    Fault {
        help: Some(format!(
            "check `id` of subscription `{}`, and that whoever is signed in has a role in it or beneath it",
            subscription.name
        )),
        ..fault
    }
}

/// Compares what was found with what the manifest says.
pub(super) fn judge(subscription: &Subscription, tenant: &str, found: &Wire) -> Result<(), Fault> {
    let name = &subscription.name;
    let wrong = |message: String, help: String| Fault {
        help: Some(help),
        ..Fault::new(
            FaultKind::SignIn,
            format!("use subscription `{name}` ({})", subscription.id),
            message,
        )
    };
    let shown = found.display_name.as_deref().unwrap_or(name);
    if let Some(actual) = found
        .tenant_id
        .as_deref()
        .filter(|actual| !actual.eq_ignore_ascii_case(tenant))
    {
        return Err(wrong(
            format!(
                "`{shown}` is in tenant `{actual}`, and the manifest has it in tenant `{}` ({tenant})",
                subscription.tenant
            ),
            format!(
                "move `subscription {name}` to the tenant with id `{actual}`, or correct one of the two ids"
            ),
        ));
    }
    match found.state.as_deref() {
        Some(state @ ("Disabled" | "Deleted")) => Err(Fault {
            kind: FaultKind::Rejected,
            ..wrong(
                format!("`{shown}` is {}", state.to_lowercase()),
                "have the subscription enabled again, or take it out of the manifest".to_owned(),
            )
        }),
        _ => Ok(()),
    }
}
