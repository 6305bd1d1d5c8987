//! Virtual machines: what cannot be changed once they are there.

use serde_json::{Map, Value};

use crate::http::error;
use crate::http::reply::Reply;
use crate::state::{Machine, named_guid};

/// Values that a machine keeps for life.
pub(super) fn check_fixed(held: &Map<String, Value>, sent: &Value) -> Result<(), Reply> {
    let fixed = [
        "/osProfile/computerName",
        "/osProfile/adminUsername",
        "/storageProfile/imageReference/publisher",
        "/storageProfile/imageReference/offer",
        "/storageProfile/imageReference/sku",
        "/storageProfile/imageReference/id",
        "/storageProfile/osDisk/name",
        "/storageProfile/osDisk/osType",
        "/storageProfile/osDisk/createOption",
        "/storageProfile/osDisk/managedDisk/id",
        "/osProfile/windowsConfiguration/provisionVMAgent",
        "/osProfile/linuxConfiguration/disablePasswordAuthentication",
        "/osProfile/linuxConfiguration/ssh/publicKeys",
        "/availabilitySet/id",
        "/priority",
    ];
    let held = Value::Object(held.clone());
    for pointer in fixed {
        if let (Some(held), Some(sent)) = (held.pointer(pointer), sent.pointer(pointer))
            && !sent.is_null()
            && !alike(held, sent)
        {
            return Err(fixed_for_life(&pointer[1..].replace('/', ".")));
        }
    }
    Ok(())
}

/// Ids and words match without case.
fn alike(held: &Value, sent: &Value) -> bool {
    match (held, sent) {
        (Value::String(held), Value::String(sent)) => held.eq_ignore_ascii_case(sent),
        _ => held == sent,
    }
}

/// The password of the administrator is set once. Another one is told from it by a digest, for as long as the sandbox runs: a state
/// that is read again has forgotten it, and takes any.
pub(super) fn check_password(held: &Machine, sent: &Value) -> Result<(), Reply> {
    let sent = sent["osProfile"]["adminPassword"].as_str();
    let vm_id = held.properties.get("vmId").and_then(Value::as_str);
    match (&held.password, sent) {
        (Some(held), Some(sent)) if *held != named_guid(vm_id.unwrap_or_default(), sent) => {
            Err(fixed_for_life("osProfile.adminPassword"))
        }
        _ => Ok(()),
    }
}

pub(super) fn check_zones(held: &Machine, sent: &Value) -> Result<(), Reply> {
    let held = held.members.get("zones");
    match !sent.is_null() && held != Some(sent) {
        true => Err(fixed_for_life("zones")),
        false => Ok(()),
    }
}

fn fixed_for_life(property: &str) -> Reply {
    error::targeted(
        409,
        "PropertyChangeNotAllowed",
        format!("Changing property '{property}' is not allowed."),
        property.rsplit('.').next().unwrap_or_default(),
    )
}
