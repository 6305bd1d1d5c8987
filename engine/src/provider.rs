//! What the engine asks of a cloud: read, write one step, look again. Answers are values; faults keep the service's own words.

use std::fmt;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::inventory::Inventory;
use crate::manifest::Manifest;
use crate::plan::{Mode, Step};

/// A cloud that can be read and written.
#[async_trait]
pub trait Provider: Sync {
    /// Reads everything that a plan for this manifest rests on.
    async fn survey(&self, manifest: &Manifest, mode: Mode) -> Result<Inventory, Fault>;

    /// Does exactly what the step says and returns when Azure's operation has ended.
    async fn carry_out(
        &self,
        step: &Step,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Done, Fault>;

    /// Looks at what a finished step was to bring about. Never an error: what cannot be looked at was not checked.
    async fn verify(&self, step: &Step) -> Vec<Verdict>;
}

/// News of a running operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What Azure says of it: `InProgress`, `Updating`.
    pub status: String,
}

/// What a finished step can tell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// The id of what was written, where it is news.
    pub id: Option<String>,
    /// What a person should know though all went well: "it was there already".
    pub note: Option<String>,
}

/// One answer of a verification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// The step's address.
    pub address: Address,
    /// What was looked at: "extension reports success".
    pub check: String,
    /// What was found.
    pub result: Proof,
}

/// What a look at a written thing found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Proof {
    /// As it should be.
    Verified,
    /// It could not be looked at; the reason is given. Never to be read as fine.
    NotChecked(String),
    /// It is not as it should be.
    Wrong(String),
}

/// A wrong answer from the cloud, tied to what was attempted, with the service's own code, message and request id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fault {
    /// What was attempted: "create the login extension of `web01`".
    pub attempted: String,
    /// What sort of wrong it is.
    pub kind: FaultKind,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// The service's code: `RoleAssignmentExists`.
    pub code: Option<String>,
    /// The service's message, or ours where there was no answer.
    pub message: String,
    /// The service's id of the request, to give to its support.
    pub request_id: Option<String>,
    /// The service's id of all that the request set off, by which its activity log is searched.
    #[serde(default)]
    pub correlation_id: Option<String>,
    /// Our advice: an action.
    pub help: Option<String>,
    /// The URL at which a running operation can still be watched, without the signature that came with it.
    pub operation_url: Option<String>,
    /// Whether the run was told to stop, or ran out of time, before anything of it was sent: then nothing was attempted after all.
    #[serde(default)]
    pub unsent: bool,
}

impl Fault {
    /// One without an answer behind it, and without advice.
    #[must_use]
    pub fn new(kind: FaultKind, attempted: impl Into<String>, message: impl Into<String>) -> Fault {
        Fault {
            attempted: attempted.into(),
            kind,
            status: None,
            code: None,
            message: message.into(),
            request_id: None,
            correlation_id: None,
            help: None,
            operation_url: None,
            unsent: false,
        }
    }
}

/// What sort of wrong a fault is; exit codes and retries depend on it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// Not signed in, or the token was refused.
    SignIn,
    /// The identity lacks a right.
    Permission,
    /// The thing is not there.
    NotFound,
    /// Another state or operation stands in the way.
    Conflict,
    /// The service asked for patience until the budget was used up.
    Throttled,
    /// It took longer than allowed.
    TimedOut,
    /// No answer came.
    Network,
    /// The service refused what was asked.
    Rejected,
    /// An answer pointed to a host that is not the cloud's own.
    Untrusted,
    /// The answer could not be read.
    Malformed,
    /// The run was told to stop.
    Interrupted,
}

impl fmt::Display for Fault {
    /// One sentence: what was attempted, then the service's code and message.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "could not {}: ", self.attempted)?;
        if let Some(code) = &self.code {
            write!(out, "{code}: ")?;
        }
        out.write_str(&self.message)
    }
}

impl std::error::Error for Fault {}
