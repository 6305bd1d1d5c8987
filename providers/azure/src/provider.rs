//! Azure as the engine sees it: survey, carry out, verify. Here requests meet the client; what they are is said by the kinds.

#[cfg(test)]
pub(crate) mod rehearsal;
#[cfg(test)]
mod tests;
mod turns;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value as Json;
use vmlogin_engine::address::Address;
use vmlogin_engine::inventory::{Inventory, Resolution};
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::pins::Pins;
use vmlogin_engine::plan::{Action, Mode, Step};
use vmlogin_engine::provider::{Done, Fault, FaultKind, Progress, Proof, Provider, Verdict};
use vmlogin_engine::value::Principal;

use crate::directory::{
    self,
    device::{self, Sighting, Sought},
};
use crate::http::{Client, Held, Request, holds};
use crate::kinds::{Ask, AzureKind, Opinion, Seen, Write, azure_kind, login};
use crate::secrets::Secrets;
use crate::survey::{self, Hearsay, Manner, Reader, Reading, Reads};

/// Azure, as far as one manifest's tenants reach.
#[derive(Clone, Debug)]
pub struct Azure {
    tenants: BTreeMap<String, TenantAccess>,
    parallelism: usize,
    patience: Patience,
    pins: Option<Pins>,
    secrets: Secrets,
    turns: turns::Turns,
    reading: Arc<Reading>,
    manner: Arc<Manner>,
}

/// Access to one tenant.
#[derive(Clone, Debug)]
pub struct TenantAccess {
    /// The id of the tenant that its tokens are of, lower-case.
    pub id: String,
    /// Sends with the tenant's tokens.
    pub client: Client,
}

/// How long a verification waits for what comes late, and since when it counts.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// When the run began.
    pub since: Timestamp,
    /// How long to wait for a device to appear.
    pub at_most: Duration,
    /// How long to wait between two looks.
    pub between: Duration,
}

impl Azure {
    /// Azure through clients that are already signed in, by the tenants' names in the manifest. At most `parallelism` requests of
    /// one sort are under way in a survey. A verification looks once; see [`Azure::with_patience`].
    pub fn new(tenants: BTreeMap<String, TenantAccess>, parallelism: usize) -> Azure {
        let patience = Patience {
            since: Timestamp::MAX,
            at_most: Duration::ZERO,
            between: Duration::from_secs(10),
        };
        Azure {
            tenants,
            parallelism,
            patience,
            pins: None,
            secrets: Secrets::default(),
            turns: turns::Turns::default(),
            reading: Arc::default(),
            manner: Arc::default(),
        }
    }

    /// The same, reading so. `fresh` leaves Resource Graph alone, which lags behind.
    #[must_use]
    pub fn with_reads(self, reads: Reads, fresh: bool) -> Azure {
        let manner = Arc::new(Manner {
            reads,
            fresh,
            ..Manner::default()
        });
        Azure { manner, ..self }
    }

    /// The same, reading each of these by itself, whatever lists may tell of them.
    #[must_use]
    pub fn reading_firsthand(&self, firsthand: BTreeSet<Address>) -> Azure {
        let manner = Arc::new(Manner {
            firsthand,
            ..Manner::clone(&self.manner)
        });
        Azure {
            manner,
            ..self.clone()
        }
    }

    /// The same, with the secrets that its writes need.
    #[must_use]
    pub fn with_secrets(self, secrets: Secrets) -> Azure {
        Azure { secrets, ..self }
    }

    /// The same, with what the principal lock says: the directory has to confirm it where it can be read, and need not be readable.
    #[must_use]
    pub fn with_pins(self, pins: Option<Pins>) -> Azure {
        Azure { pins, ..self }
    }

    /// What the directory makes of everybody whom the manifest names, and names in `absent`, whatever a principal lock says.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub async fn look_up(
        &self,
        manifest: &Manifest,
    ) -> Result<BTreeMap<(String, Principal), Resolution>, Fault> {
        let hearsay = Hearsay::default();
        directory::look_up(self.reader(&manifest.with_absent(), &hearsay)).await
    }

    /// How far a survey is, to be looked at while it runs.
    #[must_use]
    pub fn reading(&self) -> Arc<Reading> {
        self.reading.clone()
    }

    /// What waits before it is sent, and why, to be looked at while something runs.
    #[must_use]
    pub fn held(&self) -> Vec<Held> {
        holds::sum(
            self.tenants
                .values()
                .flat_map(|access| access.client.held()),
        )
    }

    /// The same, with a verification that waits.
    #[must_use]
    pub fn with_patience(self, patience: Patience) -> Azure {
        Azure { patience, ..self }
    }

    /// Whether the directory has a device for the machine of each login that works, by the login's address; those that joined in
    /// earlier runs too.
    pub async fn joined(
        &self,
        manifest: &Manifest,
        inventory: &Inventory,
    ) -> BTreeMap<Address, Proof> {
        let hearsay = Hearsay::default();
        survey::joined(self.reader(manifest, &hearsay), inventory).await
    }

    fn reader<'a>(&'a self, manifest: &'a Manifest, hearsay: &'a Hearsay) -> Reader<'a> {
        Reader {
            manifest,
            tenants: &self.tenants,
            pins: self.pins.as_ref(),
            parallelism: self.parallelism,
            reading: &self.reading,
            manner: &self.manner,
            hearsay,
            nowhere: survey::nowhere(),
        }
    }

    fn client(&self, step: &Step) -> Result<&Client, Fault> {
        let access = self.tenants.get(&step.tenant).map(|access| &access.client);
        access.ok_or_else(|| {
            unreachable_step(
                step,
                &format!("nobody signed in to tenant `{}`", step.tenant),
            )
        })
    }
}

#[async_trait]
impl Provider for Azure {
    async fn survey(&self, manifest: &Manifest, mode: Mode) -> Result<Inventory, Fault> {
        // What should be absent is read like anything else.
        let whole = manifest.with_absent();
        let hearsay = Hearsay::default();
        let surveyed = survey::survey(self.reader(&whole, &hearsay), mode).await;
        surveyed.map_err(|fault| self.secrets.unsaid(fault))
    }

    async fn carry_out(
        &self,
        step: &Step,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Done, Fault> {
        let told = |news: Progress| {
            progress(Progress {
                status: self.secrets.hidden(news.status),
            })
        };
        let done = match step.action {
            Action::Replace => self.replace(step, &told).await,
            _ => self.write(step, &told).await,
        };
        done.map(|done| Done {
            note: done.note.map(|note| self.secrets.hidden(note)),
            ..done
        })
        .map_err(|fault| self.secrets.unsaid(fault))
    }

    async fn verify(&self, step: &Step) -> Vec<Verdict> {
        let [_, new] = halves(step);
        let step = match step.action {
            Action::Replace => &new,
            _ => step,
        };
        let opinions = match (kind(step), self.client(step)) {
            (Ok(kind), Ok(client)) => self.look(kind, client, step).await,
            (Err(fault), _) | (_, Err(fault)) => vec![not_checked(&fault)],
        };
        opinions
            .into_iter()
            .map(|Opinion { check, result, .. }| Verdict {
                address: step.address.clone(),
                check,
                result,
            })
            .map(|verdict| self.secrets.unjudged(verdict))
            .collect()
    }
}

/// A replacement as what it comes to: a deletion, then a creation.
fn halves(step: &Step) -> [Step; 2] {
    [Action::Delete, Action::Create].map(|action| Step {
        action,
        ..step.clone()
    })
}

impl Azure {
    async fn replace(
        &self,
        step: &Step,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Done, Fault> {
        let [old, new] = halves(step);
        self.write(&old, progress).await?;
        let made = self.write(&new, progress).await;
        // The old one is gone, whatever became of the new one.
        made.map_err(|fault| Fault {
            unsent: false,
            help: Some(match fault.help {
                Some(help) => format!("the old one is deleted; {help}"),
                None => "the old one is deleted: run again, it is then made".to_owned(),
            }),
            ..fault
        })
    }

    async fn write(
        &self,
        step: &Step,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Done, Fault> {
        let kind = kind(step)?;
        let client = self.client(step)?;
        let _turn = self.turns.take(kind.alone(step)).await;
        let step = &settled(kind, client, step).await.map_err(nothing_written)?;
        let fresh = read(client, kind.fresh(step)?)
            .await
            .map_err(nothing_written)?;
        let requests = match kind.write(step, &fresh)? {
            Write::Send(requests) => requests,
            Write::Nothing(note) => {
                return Ok(Done {
                    id: step.id.clone(),
                    note: Some(note),
                });
            }
        };
        for (number, request) in requests.into_iter().enumerate() {
            let tell = |news: &crate::arm::Progress| {
                progress(Progress {
                    status: news.status.clone(),
                })
            };
            let request = self.secrets.fill(step, request)?;
            if let Err(mut fault) = client.carry_out(request, tell).await {
                fault.unsent &= number == 0;
                return make_sense(kind, client, step, fault).await;
            }
        }
        Ok(Done {
            id: step.id.clone(),
            note: None,
        })
    }
}

impl Azure {
    /// Looks until there is something to say of everything, or patience ends: a new machine's agent takes its time to report.
    async fn look(&self, kind: &dyn AzureKind, client: &Client, step: &Step) -> Vec<Opinion> {
        let mut waited = Duration::ZERO;
        let (mut opinions, joining) = loop {
            let looked = self.look_once(kind, client, step).await;
            let early = looked.0.iter().any(|opinion| opinion.early);
            let what = "wait for the machine's agent";
            // A run that is told to stop says what it has seen so far.
            if !early || !self.wait(client, &mut waited, what).await.unwrap_or(false) {
                break looked;
            }
        };
        if let Some(joining) = joining {
            opinions.push(self.join(client, joining).await);
        }
        opinions
    }

    async fn look_once(
        &self,
        kind: &dyn AzureKind,
        client: &Client,
        step: &Step,
    ) -> (Vec<Opinion>, Option<login::Joining>) {
        let found = match settled(kind, client, step).await {
            Ok(step) => find(kind, client, &step).await.map(|seen| (step, seen)),
            Err(fault) => Err(fault),
        };
        let (step, seen) = match &found {
            Ok((step, seen)) => (step, seen),
            Err(fault) => return (vec![not_checked(fault)], None),
        };
        let opinions = kind.judge(step, seen);
        let works = opinions
            .iter()
            .all(|opinion| !matches!(opinion.result, Proof::Wrong(_)));
        let joining = works.then(|| login::joining(step, seen)).flatten();
        (opinions, joining)
    }

    /// Waits before the next look; `false` where there is to be none.
    async fn wait(
        &self,
        client: &Client,
        waited: &mut Duration,
        what: &str,
    ) -> Result<bool, Fault> {
        let pause = self.patience.between.min(self.patience.at_most - *waited);
        if pause.is_zero() {
            return Ok(false);
        }
        client.wait(pause, what).await?;
        *waited += pause;
        Ok(true)
    }

    /// Waits for the machine's device, since the directory shows it some time after the extension has reported success.
    async fn join(&self, client: &Client, joining: login::Joining) -> Opinion {
        let Some(computer_name) = joining.computer_name else {
            let why = "the machine does not tell its computer name".to_owned();
            return Opinion::new(JOINED, Proof::NotChecked(why));
        };
        let sought = Sought {
            machine: joining.machine,
            computer_name,
            since: self.patience.since,
        };
        let mut waited = Duration::ZERO;
        loop {
            let others = match device::look(client, &sought).await {
                Ok(Sighting::Pointing | Sighting::Named) => {
                    return Opinion::new(JOINED, Proof::Verified);
                }
                Ok(Sighting::Nothing { others }) => others,
                Err(fault) => return Opinion::new(JOINED, Proof::NotChecked(fault.to_string())),
            };
            match self
                .wait(client, &mut waited, "wait for the machine's device")
                .await
            {
                Ok(true) => {}
                Ok(false) => return Opinion::new(JOINED, Proof::Wrong(no_device(&sought, others))),
                Err(fault) => return Opinion::new(JOINED, Proof::NotChecked(fault.to_string())),
            }
        }
    }
}

/// The look whether a machine joined the directory, as verdicts call it.
pub const JOINED: &str = "the directory has a device for the machine";

fn no_device(sought: &Sought, others: usize) -> String {
    let name = &sought.computer_name;
    match others {
        0 => format!(
            "the extension reports success, and no device `{name}` is in the directory: look again in some minutes, then at `dsregcmd /status` in the machine"
        ),
        others => format!(
            "the extension reports success, and {others} older device(s) called `{name}` are in the directory: delete them if no machine uses them, then run again"
        ),
    }
}

/// The step with what only earlier steps could bring about.
async fn settled(kind: &dyn AzureKind, client: &Client, step: &Step) -> Result<Step, Fault> {
    let seen = read(client, kind.pending(step)?).await?;
    kind.settle(step, &seen)
}

/// Looks for what a finished step wrote, and elsewhere where it is not at its place.
async fn find(kind: &dyn AzureKind, client: &Client, step: &Step) -> Result<Seen, Fault> {
    let seen = read(client, kind.look(step)).await?;
    match (seen, kind.look_elsewhere(step)) {
        (Seen::Missing, Ask::Nothing) => Ok(Seen::Missing),
        (Seen::Missing, elsewhere) => read(client, elsewhere).await,
        (seen, _) => Ok(seen),
    }
}

/// Reads what a kind asks for. What does not exist is an answer.
async fn read(client: &Client, ask: Ask) -> Result<Seen, Fault> {
    let seen = match ask {
        Ask::Nothing => Some(Seen::NotAsked),
        Ask::One(request) => one(client, request).await?.map(Seen::One),
        Ask::All(request) => all(client, request).await?.map(Seen::All),
        Ask::OneAndAll(both) => {
            let (object, list) = *both;
            match one(client, object).await? {
                Some(object) => all(client, list)
                    .await?
                    .map(|rows| Seen::OneAndAll(object, rows)),
                None => None,
            }
        }
    };
    Ok(seen.unwrap_or(Seen::Missing))
}

async fn one(client: &Client, request: Request) -> Result<Option<Json>, Fault> {
    let reply = survey::unless_missing(client.send(request).await)?;
    reply.map(|reply| reply.json()).transpose()
}

async fn all(client: &Client, request: Request) -> Result<Option<Vec<Json>>, Fault> {
    survey::unless_missing(client.list(request).await)
}

/// A step that was stopped, or ran out of time, while it only read has not begun.
fn nothing_written(mut fault: Fault) -> Fault {
    fault.unsent |= matches!(fault.kind, FaultKind::Interrupted | FaultKind::TimedOut);
    fault
}

/// Lets the kind say what a fault means. That the second look fails does not hide the fault.
async fn make_sense(
    kind: &dyn AzureKind,
    client: &Client,
    step: &Step,
    fault: Fault,
) -> Result<Done, Fault> {
    let seen = read(client, kind.second_look(step, &fault))
        .await
        .unwrap_or(Seen::NotAsked);
    kind.make_sense(step, fault, &seen)
}

fn kind(step: &Step) -> Result<&'static dyn AzureKind, Fault> {
    azure_kind(&step.kind).ok_or_else(|| {
        unreachable_step(step, &format!("`{}` is no kind of this version", step.kind))
    })
}

fn unreachable_step(step: &Step, why: &str) -> Fault {
    Fault {
        help: Some("this is a bug in vmlogin: please report it with the plan".to_owned()),
        ..Fault::new(
            FaultKind::Rejected,
            format!("{} {}", step.action.word(), step.title),
            why.to_owned(),
        )
    }
}

fn not_checked(fault: &Fault) -> Opinion {
    let why = match &fault.help {
        Some(help) => format!("{fault}; {help}"),
        None => fault.to_string(),
    };
    Opinion::new("it can be read back", Proof::NotChecked(why))
}
