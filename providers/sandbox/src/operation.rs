//! Work that goes on after the answer.
//!
//! Without latency nothing depends on time: an operation ends when it is looked at for the second time, be it by its
//! own URL or by a GET of what it works on, so that a client that never asks still finds the world settled later.
//! With latency it ends when that time is over.

pub(crate) mod hybrid;
pub(crate) mod network;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::fault::Doom;
use crate::http::Call;
use crate::http::base64;
use crate::http::error;
use crate::http::reply::{Answer, Reply};
use crate::resources::network as networks;
use crate::resources::{deployment, extension, handler, machine, resource_group};
use crate::seed::{ArcStatus, Power};
use crate::state::{Machine, World, clock, named_guid};

/// Looks that an operation takes without latency.
const LOOKS: u32 = 2;

/// Ended operations that are remembered.
const REMEMBERED: usize = 1000;

/// How time passes for a call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    pub now: Timestamp,
    pub latency: Option<Duration>,
}

impl Pace {
    /// Seconds that a client is asked to wait: none without latency, else as recorded.
    pub(crate) fn wait(&self, recorded: Option<u32>) -> Option<u32> {
        match self.latency {
            None => Some(0),
            Some(_) => recorded,
        }
    }
}

/// One piece of work.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operation {
    pub id: String,
    /// Order in which it began.
    pub order: u64,
    /// Key of what it works on.
    pub target: String,
    pub location: String,
    pub started: Timestamp,
    pub due: Option<Timestamp>,
    pub looks: u32,
    pub work: Work,
    pub doom: Option<Doom>,
    pub ended: Option<Ended>,
}

/// How an operation ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ended {
    pub at: Timestamp,
    pub failure: Option<Doom>,
}

/// What is done at the end of an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Work {
    /// A machine was changed; what it was before, for a failure.
    MachineUpdate {
        before: Option<Box<Machine>>,
    },
    MachineDelete,
    MachinePower {
        to: Power,
    },
    /// The handler of an extension runs, or is left alone because nothing was changed.
    ExtensionInstall {
        run: bool,
    },
    ExtensionDelete,
    GroupDelete,
    NetworkWrite,
    NetworkDelete,
    /// A part of a network resource: the operation works on what it belongs to.
    PartWrite {
        collection: String,
        name: String,
    },
    PartDelete {
        collection: String,
        name: String,
    },
    /// A template was carried out.
    Deploy,
}

/// Begins work on `target` and answers the operation's id.
pub(crate) fn begin(call: &mut Call<'_>, target: &str, location: &str, work: Work) -> String {
    finish_all_on(call.world, target, &call.pace);
    let id = call.world.new_guid(&call.bearer.tenant);
    let due = call
        .pace
        .latency
        .map(|it| call.pace.now + SignedDuration::try_from(it).unwrap_or(SignedDuration::ZERO));
    let operation = Operation {
        id: id.clone(),
        order: call.world.counter,
        target: target.to_owned(),
        location: location.to_owned(),
        started: call.pace.now,
        due,
        looks: 0,
        work,
        doom: call.doom.take(),
        ended: None,
    };
    call.world.operations.insert(id.clone(), operation);
    call.world.touch();
    forget_old(call.world);
    id
}

/// Ends all that began after the world's counter was at `before`, and answers the first failure.
pub(crate) fn finish_since(world: &mut World, before: u64, pace: &Pace) -> Option<Doom> {
    let mut begun: Vec<(u64, String)> = world
        .operations
        .values()
        .filter(|it| it.order > before)
        .map(|it| (it.order, it.id.clone()))
        .collect();
    begun.sort();
    for (_, id) in &begun {
        finish(world, id, pace);
    }
    let mut ended = begun.iter().filter_map(|(_, id)| ended(world, id));
    ended.find_map(|it| it.failure)
}

/// How an operation ended, once it has.
pub(crate) fn ended(world: &World, id: &str) -> Option<Ended> {
    world.operations.get(id).and_then(|it| it.ended.clone())
}

/// Counts a look at what may be worked on.
pub(crate) fn look_at(world: &mut World, target: &str, pace: &Pace) {
    for id in running_on(world, target) {
        look(world, &id, pace);
    }
}

/// Ends what is due by the clock.
pub(crate) fn settle(world: &mut World, pace: &Pace) {
    if pace.latency.is_none() {
        return;
    }
    let due: Vec<String> = running(world)
        .filter(|it| it.due.is_none_or(|due| due <= pace.now))
        .map(|it| it.id.clone())
        .collect();
    for id in due {
        finish(world, &id, pace);
    }
}

/// Headers that a Compute operation begins with. `location` also sends the form that answers like the call itself.
pub(crate) fn announce(call: &Call<'_>, id: &str, location: bool, reply: Reply) -> Reply {
    let url = compute_url(call, id);
    let reply = reply
        .header("azure-asyncnotification", "Enabled")
        .header("azure-asyncoperation", url.clone());
    match location {
        true => reply.header("location", format!("{url}&monitor=true")),
        false => reply,
    }
}

/// `GET …/providers/Microsoft.Compute/locations/{region}/operations/{id}`, in both its forms.
pub(crate) fn compute_status(call: &mut Call<'_>, id: &str) -> Answer {
    let id = id.to_lowercase();
    look(call.world, &id, &call.pace);
    let Some(operation) = call.world.operations.get(&id) else {
        return Err(error::provider(
            404,
            "NotFound",
            format!("The operation '{id}' was not found."),
        ));
    };
    let monitor = call.request.query("monitor").is_some_and(|it| it == "true");
    match (&operation.ended, monitor) {
        (None, true) => {
            let url = format!("{}&monitor=true", compute_url(call, &id));
            let reply = Reply::empty(202).header("location", url);
            Ok(with_wait(reply, call.pace.wait(Some(30))))
        }
        // What the Location form answers after a failure: unverified against Azure, 2026-11-21.
        (
            Some(Ended {
                failure: Some(failure),
                ..
            }),
            true,
        ) => Err(error::provider(409, &failure.code, &failure.message)),
        (Some(_), true) => Ok(Reply::empty(200)),
        (ended, false) => {
            let mut body = json!({"startTime": clock::with_offset(operation.started), "status": "InProgress",
                "name": operation.id});
            if let Some(ended) = ended {
                body["endTime"] = json!(clock::with_offset(ended.at));
                body["status"] = json!(if ended.failure.is_some() {
                    "Failed"
                } else {
                    "Succeeded"
                });
                if let Some(failure) = &ended.failure {
                    body["error"] = json!({"code": failure.code, "message": failure.message});
                }
            }
            let wait = call.pace.wait(ended.is_none().then_some(30));
            Ok(with_wait(Reply::json(200, body), wait))
        }
    }
}

/// Where the deletion of a group is followed.
pub(crate) fn job_url(call: &Call<'_>, subscription: &str, id: &str) -> String {
    let job = base64::encode(
        json!({"jobId": format!("RESOURCEGROUPDELETIONJOB-{id}")})
            .to_string()
            .as_bytes(),
    );
    let version = call.request.query("api-version").unwrap_or_default();
    format!(
        "{}/subscriptions/{subscription}/operationresults/{job}?api-version={version}",
        call.request.base
    )
}

/// `GET …/operationresults/{job}`: 202 and empty while the group goes, then 200 and empty.
pub(crate) fn job_result(call: &mut Call<'_>, subscription: &str, job: &str) -> Answer {
    let id = base64::decode(job)
        .and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok())
        .and_then(|job| {
            let job = job["jobId"].as_str()?;
            Some(job.strip_prefix("RESOURCEGROUPDELETIONJOB-")?.to_owned())
        });
    if let Some(id) = &id {
        look(call.world, id, &call.pace);
    }
    match id.as_ref().and_then(|id| call.world.operations.get(id)) {
        None => Err(error::gateway(404, "NotFound", "The job was not found.")),
        Some(Operation {
            id, ended: None, ..
        }) => {
            let reply = Reply::empty(202).header("location", job_url(call, subscription, id));
            Ok(with_wait(reply, call.pace.wait(Some(15))))
        }
        Some(Operation {
            ended: Some(Ended { failure: None, .. }),
            ..
        }) => Ok(Reply::empty(200)),
        // Capitalised, as a recorded deletion ended (arm/OBSERVED.md 2).
        Some(Operation {
            ended:
                Some(Ended {
                    failure: Some(failure),
                    ..
                }),
            ..
        }) => Err(Reply::json(
            409,
            json!({"Error": {"Code": failure.code, "Message": failure.message, "Details": []}}),
        )),
    }
}

/// The same with `Retry-After`, where one is sent.
pub(crate) fn with_wait(reply: Reply, seconds: Option<u32>) -> Reply {
    match seconds {
        Some(seconds) => reply.header("retry-after", seconds.to_string()),
        None => reply,
    }
}

fn look(world: &mut World, id: &str, pace: &Pace) {
    let Some(operation) = world.operations.get_mut(id) else {
        return;
    };
    operation.looks += 1;
    if pace.latency.is_none() && operation.looks >= LOOKS {
        finish(world, id, pace);
    }
}

/// A second write finds the first one done: nobody has seen what Compute does with two at once on one machine.
fn finish_all_on(world: &mut World, target: &str, pace: &Pace) {
    for id in running_on(world, target) {
        finish(world, &id, pace);
    }
}

fn finish(world: &mut World, id: &str, pace: &Pace) {
    world.users = None;
    let Some(operation) = world.operations.get(id).cloned() else {
        return;
    };
    if operation.ended.is_some() {
        return;
    }
    // What an agent does waits until it is connected: unverified against Azure, 2026-11-21.
    let away = handler::arc_of(world, &operation.target)
        .is_some_and(|arc| arc.status != ArcStatus::Connected);
    if away {
        return;
    }
    let target = &operation.target;
    let doom = operation.doom;
    let failure = match operation.work {
        Work::MachineUpdate { before } => machine::update_ended(world, target, before, doom),
        Work::MachineDelete => machine::delete_ended(world, target, doom),
        Work::MachinePower { to } => machine::power_ended(world, target, to, doom),
        Work::ExtensionInstall { run } => {
            extension::install_ended(world, target, run, doom, pace.now)
        }
        Work::ExtensionDelete => extension::delete_ended(world, target, doom),
        Work::NetworkWrite => networks::write_ended(world, target, doom),
        Work::NetworkDelete => networks::delete_ended(world, target, doom),
        Work::PartWrite { collection, name } => {
            networks::child_write_ended(world, target, &collection, &name, doom)
        }
        Work::PartDelete { collection, name } => {
            networks::child_delete_ended(world, target, &collection, &name, doom)
        }
        Work::Deploy => deployment::ended(world, target, doom),
        Work::GroupDelete => resource_group::delete_ended(world, target, doom),
    };
    if let Some(operation) = world.operations.get_mut(id) {
        operation.ended = Some(Ended {
            at: pace.now,
            failure,
        });
    }
    world.touch();
}

fn running(world: &World) -> impl Iterator<Item = &Operation> {
    world.operations.values().filter(|it| it.ended.is_none())
}

fn running_on(world: &World, target: &str) -> Vec<String> {
    let mut found: Vec<(u64, String)> = running(world)
        .filter(|it| it.target == target)
        .map(|it| (it.order, it.id.clone()))
        .collect();
    found.sort();
    found.into_iter().map(|(_, id)| id).collect()
}

fn forget_old(world: &mut World) {
    if world.operations.len() <= 2 * REMEMBERED {
        return;
    }
    let mut ended: Vec<(u64, String)> = world
        .operations
        .values()
        .filter(|it| it.ended.is_some())
        .map(|it| (it.order, it.id.clone()))
        .collect();
    ended.sort();
    let surplus = ended.len().saturating_sub(REMEMBERED);
    for (_, id) in ended.into_iter().take(surplus) {
        world.operations.remove(&id);
    }
}

/// The status URL with the signature parameters of the recordings, as long as theirs.
fn compute_url(call: &Call<'_>, id: &str) -> String {
    let (location, subscription) = place_of(call, id);
    let version = call.request.query("api-version").unwrap_or_default();
    let tick = call.world.requests;
    let sign = |what: &str| named_guid(id, &format!("{what} {tick}")).replace('-', "");
    format!(
        "{}/subscriptions/{subscription}/providers/Microsoft.Compute/locations/{location}/operations/{id}\
         ?p={}&api-version={version}&t={}&c={}&s={}&h={}",
        call.request.base,
        named_guid(subscription, "p"),
        call.pace.now.as_millisecond(),
        "MIIHhzCCBm-gAwIBAgITHgcert".repeat(120),
        sign("s").repeat(10),
        sign("h"),
    )
}

/// The region of an operation, and the subscription of what it works on.
fn place_of<'a>(call: &'a Call<'_>, id: &str) -> (&'a str, &'a str) {
    let operation = call.world.operations.get(id);
    operation.map_or(("", ""), |it| {
        let subscription = it.target.split('/').nth(2).unwrap_or("");
        (it.location.as_str(), subscription)
    })
}
