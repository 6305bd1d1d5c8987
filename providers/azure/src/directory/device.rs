//! The device that a machine becomes when it joins the directory. "Succeeded" of an extension does not mean joined; this does.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use vmlogin_engine::provider::Fault;

use crate::arm::ArmId;
use crate::http::{Client, Request, segment};

/// The machine whose device is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sought {
    /// The machine.
    pub(crate) machine: ArmId,
    /// Its name for itself, which the device is called by.
    pub(crate) computer_name: String,
    /// When the run began; a device registered before is an older machine's of the same name.
    pub(crate) since: Timestamp,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sighting {
    /// A device that points at the machine.
    Pointing,
    /// A device of the machine's name that joined during this run.
    Named,
    /// Nothing that could be the machine; the number of other devices of its name, which block it.
    Nothing {
        /// How many other devices have the name.
        others: usize,
    },
}

/// A device as Microsoft Graph spells it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Device {
    trust_type: Option<String>,
    registration_date_time: Option<String>,
    physical_ids: Vec<String>,
}

/// How much the clocks here and in the directory may differ.
const SKEW: SignedDuration = SignedDuration::from_mins(2);

/// Looks once.
pub(crate) async fn look(client: &Client, sought: &Sought) -> Result<Sighting, Fault> {
    let devices = client.list(query(sought)).await?;
    Ok(judge(sought, &devices))
}

/// All devices of the machine's name: one question finds the one that points at it as well as those in its way.
pub(crate) fn query(sought: &Sought) -> Request {
    let name = &sought.computer_name;
    Request::directory(
        "/v1.0/devices",
        format!("find device `{name}` in the directory"),
    )
    .with_query(
        "$filter",
        format!("displayName eq {}", segment::literal(name)),
    )
    .with_query(
        "$select",
        "id,displayName,trustType,registrationDateTime,physicalIds",
    )
}

/// Which of the devices is the machine.
///
/// That `physicalIds` holds the machine's resource id is reported of machines in Azure (unverified against Azure, 2026-11-21);
/// where it does not, name, trust and time must do.
pub(crate) fn judge(sought: &Sought, devices: &[Device]) -> Sighting {
    if devices
        .iter()
        .any(|device| points_at(device, &sought.machine))
    {
        return Sighting::Pointing;
    }
    if devices
        .iter()
        .any(|device| joined_since(device, sought.since))
    {
        return Sighting::Named;
    }
    Sighting::Nothing {
        others: devices.len(),
    }
}

fn points_at(device: &Device, machine: &ArmId) -> bool {
    device
        .physical_ids
        .iter()
        .any(|id| id.to_lowercase().ends_with(&format!(":{}", machine.key())))
}

fn joined_since(device: &Device, since: Timestamp) -> bool {
    let joined = device
        .trust_type
        .as_deref()
        .is_some_and(|trust| trust.eq_ignore_ascii_case("AzureAd"));
    let registered = device
        .registration_date_time
        .as_deref()
        .and_then(|time| time.parse::<Timestamp>().ok());
    // A device that points at another machine is that one's, whenever it registered.
    let elsewhere = device
        .physical_ids
        .iter()
        .any(|id| id.to_lowercase().starts_with("[azureresourceid]:"));
    joined
        && !elsewhere
        && registered
            .is_some_and(|registered| registered >= since.saturating_sub(SKEW).unwrap_or(since))
}
