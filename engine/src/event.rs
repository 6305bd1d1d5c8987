//! The event stream of `--json`: one object a line, the first with the format's version.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::coverage::{Coverage, Waiting};
use crate::plan::guard::Refusal;
use crate::plan::saved::Difference;
use crate::plan::{Action, Plan};
use crate::provider::{Fault, Verdict};

/// The version of the event stream. It rises when a reader of the old form would be misled.
pub const FORMAT: u32 = 1;

/// One line of the stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The first line.
    Version {
        /// The version of this stream: [`FORMAT`].
        format: u32,
        /// The version of vmlogin.
        tool: String,
        /// The verb that runs.
        verb: String,
    },
    /// Everything that is going to be done, and what the rules say.
    Planned {
        /// The plan.
        plan: Box<Plan>,
    },
    /// A guard stopped the plan.
    Refused {
        /// The refusal.
        refusal: Refusal,
    },
    /// A saved plan is not what planning comes to now; nothing is done.
    Stale {
        /// The steps that differ.
        differences: Vec<Difference>,
    },
    /// A step began.
    Started {
        /// Its address.
        address: Address,
        /// What it does.
        action: Action,
    },
    /// A step's operation goes on.
    Running {
        /// Its address.
        address: Address,
        /// What Azure says of it.
        status: String,
    },
    /// Requests wait before they are sent: told when that begins, and each minute while it lasts.
    Held {
        /// Why: Azure's limit of some sort of requests, a refusal that named a time, another operation in progress.
        why: String,
        /// How many wait.
        requests: usize,
        /// In how many seconds the last of them leaves.
        seconds: f64,
    },
    /// A step ended.
    Ended {
        /// Its address.
        address: Address,
        /// What it did.
        action: Action,
        /// How it ended.
        outcome: Outcome,
    },
    /// Something was looked at after the writes.
    Verified {
        /// What was found.
        verdict: Verdict,
    },
    /// Nothing can go on now, and the run waits before it looks again.
    Waiting {
        /// What may go on later, and why it cannot now.
        waiting: Vec<Waiting>,
        /// In how many seconds it looks again.
        again_seconds: f64,
        /// For how many seconds it goes on looking at most.
        left_seconds: f64,
    },
    /// How far the machines have come, told at the end of a run that waited for them.
    Coverage {
        /// By kind of machine.
        coverage: Vec<Coverage>,
    },
    /// The run ends with something that belongs to no step.
    Failed {
        /// What went wrong.
        fault: Fault,
    },
    /// The last line.
    Summary {
        /// Steps done.
        done: usize,
        /// Steps put off.
        deferred: usize,
        /// Steps failed.
        failed: usize,
        /// Steps that a failure, a deferral or a rule kept from running.
        blocked: usize,
        /// Steps that were not begun because the run was told to stop.
        not_started: usize,
        /// Why nothing new was begun, where the run was stopped: a signal, `--timeout`, `--max-failures`.
        #[serde(default)]
        stopped: Option<String>,
        /// The command line that continues, where something is left to do.
        #[serde(default)]
        again: Option<String>,
        /// The exit code that follows.
        exit: u8,
    },
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "result", rename_all = "kebab-case")]
pub enum Outcome {
    /// It did what the plan says.
    Done {
        /// What a person should know though all went well.
        note: Option<String>,
    },
    /// It was put off, because of itself or of what it needs.
    Deferred {
        /// Why.
        reason: String,
    },
    /// It failed.
    Failed {
        /// What the cloud said.
        fault: Fault,
    },
    /// It was not begun because another did not succeed, or a rule blocks it.
    Blocked {
        /// The address or rule because of which.
        because: String,
    },
    /// It was not begun because the run was told to stop.
    NotStarted,
}
