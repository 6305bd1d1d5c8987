//! Devices that joined.

use serde_json::{Value, json};

use super::{Sort, find, many, not_found, one};
use crate::http::Call;
use crate::http::reply::{Answer, Reply};
use crate::state::{Device, Tenant, clock};

/// `devices` and `devices/{id}`.
pub(super) fn answer(call: &Call<'_>, tenant: &Tenant, rest: &[&str]) -> Answer {
    match rest {
        [] => {
            let devices = tenant.devices.iter();
            many(
                call,
                Sort::Device,
                devices.map(|(key, it)| (key.clone(), shown(it))),
            )
        }
        [id] => one(call, Sort::Device, find(tenant, id, &[Sort::Device]), id),
        [id, ..] => Err(not_found(id)),
    }
}

/// `DELETE devices/{id}`, with which a stale name is freed.
pub(super) fn delete(call: &mut Call<'_>, id: &str) -> Answer {
    let gone = call
        .world
        .tenants
        .get_mut(&call.bearer.tenant)
        .and_then(|it| it.devices.remove(&id.to_lowercase()));
    match gone {
        Some(_) => {
            call.world.touch();
            Ok(Reply::empty(204))
        }
        None => Err(not_found(id)),
    }
}

/// All that is known about a device. The form of the resource id among the physical ids is unverified against
/// Azure, 2026-11-21.
pub(super) fn shown(device: &Device) -> Value {
    let physical: Vec<String> = device
        .machine
        .iter()
        .map(|id| format!("[AzureResourceId]:{id}"))
        .collect();
    let registered = clock::whole_seconds(device.registered);
    json!({"id": device.id, "deletedDateTime": null, "accountEnabled": true,
        "approximateLastSignInDateTime": registered, "complianceExpirationDateTime": null,
        "createdDateTime": registered, "deviceId": device.device_id, "deviceVersion": 2, "displayName": device.name,
        "isCompliant": null, "isManaged": null, "manufacturer": null, "mdmAppId": null, "model": null,
        "onPremisesSyncEnabled": null, "operatingSystem": "Windows", "operatingSystemVersion": device.os_version,
        "physicalIds": physical, "profileType": "RegisteredDevice", "registrationDateTime": registered,
        "trustType": "AzureAd"})
}
