//! Answers that go wrong on purpose, as the seed says.

use axum::http::Method;
use serde::{Deserialize, Serialize};

use crate::http::Audience;
use crate::http::error;
use crate::http::reply::Reply;
use crate::pattern::covers;
use crate::seed::FaultRule;
use crate::state::World;

/// A fault that is due.
#[derive(Debug, Clone)]
pub(crate) struct Due {
    pub rule: FaultRule,
}

/// The error in which an operation is to end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Doom {
    pub code: String,
    pub message: String,
}

/// The first rule that this request meets and that has not been used up. Every rule that matches counts it.
pub(crate) fn met(world: &mut World, method: &Method, path: &str) -> Option<Due> {
    let mut due = None;
    let mut changed = false;
    for fault in &mut world.faults {
        let rule = &fault.rule;
        let matches =
            (rule.method == "*" || rule.method == method.as_str()) && covers(&rule.path, path);
        if !matches || due.is_some() {
            continue;
        }
        fault.met = fault.met.saturating_add(1);
        changed = true;
        if fault.met > rule.after && fault.met <= rule.after.saturating_add(rule.times) {
            due = Some(Due { rule: rule.clone() });
        }
    }
    if changed {
        world.touch();
    }
    due
}

impl Due {
    pub(crate) fn doom(&self) -> Doom {
        Doom {
            code: self.code().to_owned(),
            message: self.message(),
        }
    }

    pub(crate) fn reply(&self, service: Audience) -> Reply {
        let reply = match service {
            Audience::Arm => error::gateway(self.rule.status, self.code(), self.message()),
            Audience::Directory => error::directory(self.rule.status, self.code(), self.message()),
        };
        match self.rule.retry_after {
            Some(seconds) => reply.header("retry-after", seconds.to_string()),
            None => reply,
        }
    }

    fn code(&self) -> &str {
        self.rule.code.as_deref().unwrap_or(match self.rule.status {
            400 => "BadRequest",
            403 => "AuthorizationFailed",
            404 => "NotFound",
            409 => "Conflict",
            412 => "PreconditionFailed",
            429 => "TooManyRequests",
            503 => "ServerTimeout",
            _ => "InternalServerError",
        })
    }

    fn message(&self) -> String {
        self.rule
            .message
            .clone()
            .unwrap_or_else(|| "A fault that the sandbox's seed asks for.".to_owned())
    }
}
