//! The device that a machine becomes when it joins the directory. "Succeeded" of an extension does not mean joined; this does.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use vmlogin_engine::provider::Fault;

use super::batch;
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
    id: Option<String>,
    display_name: Option<String>,
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

/// A device that has the name of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Namesake {
    /// Its object id.
    pub(crate) id: String,
    /// The resource that it says it is, lower-case, where it says so.
    pub(crate) resource: Option<String>,
}

/// The devices of each name, or why they could not be read, in the order of the names.
///
/// # Errors
/// A fault that is about none of them.
pub(crate) async fn namesakes(
    client: &Client,
    names: &[&str],
) -> Result<Vec<Result<Vec<Namesake>, Fault>>, Fault> {
    let questions = names.chunks(MOST_NAMES).map(named).collect();
    let answers = batch::ask::<Device>(client, questions).await?;
    let told = names.chunks(MOST_NAMES).zip(answers);
    Ok(told
        .flat_map(|(names, answer)| each(names, answer))
        .collect())
}

/// The names of one question, each with its devices: names are compared as the directory does, whatever the case.
fn each(names: &[&str], answer: Result<Vec<Device>, Fault>) -> Vec<Result<Vec<Namesake>, Fault>> {
    let devices = match answer {
        Ok(devices) => devices,
        Err(fault) => return vec![Err(fault); names.len()],
    };
    // What answers a question about one name is of that.
    if let [_] = names {
        let namesakes = devices.into_iter().map(Device::into_namesake);
        return vec![Ok(namesakes.collect())];
    }
    let mut by_name: BTreeMap<String, Vec<Namesake>> = BTreeMap::new();
    for device in devices {
        let name = device.display_name.clone().unwrap_or_default();
        let namesakes = by_name.entry(name.to_lowercase()).or_default();
        namesakes.push(device.into_namesake());
    }
    let of = |name: &&str| by_name.get(&name.to_lowercase()).cloned();
    let all = names.iter().map(|name| Ok(of(name).unwrap_or_default()));
    all.collect()
}

impl Device {
    fn into_namesake(self) -> Namesake {
        let mut ids = self.physical_ids.iter();
        let resource = ids.find_map(|id| {
            let id = id.to_lowercase();
            Some(id.strip_prefix(RESOURCE)?.trim().to_owned())
        });
        Namesake {
            id: self.id.unwrap_or_default(),
            resource,
        }
    }
}

/// What stands before a resource id among the physical ids (unverified against Azure, 2026-11-21).
const RESOURCE: &str = "[azureresourceid]:";

/// All devices of the machine's name: one question finds the one that points at it as well as those in its way.
pub(crate) fn query(sought: &Sought) -> Request {
    named(&[&sought.computer_name])
}

/// As many names as one filter takes: the directory is reported to refuse more alternatives than these (unverified, 2026-11-21).
const MOST_NAMES: usize = 15;

fn named(names: &[&str]) -> Request {
    let literals: Vec<String> = names.iter().map(|name| segment::literal(name)).collect();
    let (what, filter) = match literals.as_slice() {
        [one] => (
            format!("device `{}`", names[0]),
            format!("displayName eq {one}"),
        ),
        several => (
            format!("devices `{}` and {} more", names[0], names.len() - 1),
            format!("displayName in ({})", several.join(", ")),
        ),
    };
    let attempted = format!("find {what} in the directory");
    Request::directory("/v1.0/devices", attempted)
        .with_query("$filter", filter)
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
        .any(|id| id.to_lowercase().starts_with(RESOURCE));
    joined
        && !elsewhere
        && registered
            .is_some_and(|registered| registered >= since.saturating_sub(SKEW).unwrap_or(since))
}
