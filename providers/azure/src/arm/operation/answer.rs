//! What one answer says about an operation, by the way in which it was asked for.

use serde_json::Value;

use super::Way;
use crate::arm::fault::{self, Fault, FaultKind, bounded, fault, is_absence, member};
use crate::http::Reply;
use crate::http::request::Method;

/// What an answer says.
pub(super) enum Answer {
    /// It goes on; Azure's word for it and how far it is, where they are given.
    Running {
        status: Option<String>,
        percent: Option<f64>,
    },
    /// It ended well, with this body.
    Done(Option<Value>),
    /// It ended badly.
    Failed(Fault),
    /// Nothing: the state could not be read.
    Unread(Fault),
}

/// Reads the answer to a question about what `attempted` says, begun by this verb.
pub(super) fn read(way: Way, attempted: &str, method: &Method, reply: &Reply) -> Answer {
    let reading = Reading { attempted, reply };
    match way {
        Way::Status => reading.status_document(),
        Way::Result => reading.result(),
        Way::Resource if *method == Method::DELETE => reading.vanishing_resource(),
        Way::Resource => reading.resource(),
    }
}

/// The `provisioningState` of the resource in an answer.
pub(super) fn state(reply: &Reply) -> Option<String> {
    let body = reply.value()?;
    let state = member(member(&body, "properties")?, "provisioningState")?.as_str()?;
    Some(bounded(state.to_owned(), 64))
}

/// Whether a state or status is none of those that end an operation. Whatever other word a service has means that it goes on.
pub(super) fn is_running(status: &str) -> bool {
    !has_succeeded(status) && !has_failed(status)
}

struct Reading<'a> {
    attempted: &'a str,
    reply: &'a Reply,
}

impl Reading<'_> {
    fn status_document(&self) -> Answer {
        let Some(body) = self.reply.value().filter(|_| self.reply.is_success()) else {
            return if self.reply.status == 202 {
                running(None)
            } else {
                self.unread()
            };
        };
        let Some(status) = member(&body, "status").and_then(Value::as_str) else {
            // Some providers answer with the resource instead of a status document.
            return match state(self.reply) {
                Some(state) => self.judge(&state, &body, Some(body.clone())),
                None if self.reply.status == 202 => running(None),
                None => self.unread(),
            };
        };
        // HybridCompute hands over the finished resource, or an empty list where there is none.
        let resource = member(&body, "properties")
            .filter(|given| given.is_object())
            .cloned();
        match self.judge(status, &body, resource) {
            Answer::Running { status, .. } => Answer::Running {
                status,
                percent: member(&body, "percentComplete").and_then(Value::as_f64),
            },
            ended => ended,
        }
    }

    fn result(&self) -> Answer {
        match self.reply.status {
            202 => running(None),
            200..=299 => match self.reply.value() {
                // Update operations of Arc end with a document whose own status is the outcome.
                Some(body)
                    if member(&body, "status")
                        .and_then(Value::as_str)
                        .is_some_and(has_failed) =>
                {
                    self.failed(&body)
                }
                body => Answer::Done(body),
            },
            // A record that is gone, too, says nothing: whether a deletion had its effect is told by the resource.
            400 | 409 | 412 | 422 => Answer::Failed(fault::from_reply(self.attempted, self.reply)),
            _ => self.unread(),
        }
    }

    fn resource(&self) -> Answer {
        let Some(body) = self.reply.value().filter(|_| self.reply.is_success()) else {
            return self.unread();
        };
        match state(self.reply) {
            Some(state) => self.judge(&state, &body, Some(body.clone())),
            None => Answer::Done(Some(body)),
        }
    }

    /// A resource that is to go and is not on its way may be read too early, or stay for ever: it gets as much patience as an
    /// answer that says nothing.
    fn vanishing_resource(&self) -> Answer {
        match (self.reply.status, state(self.reply)) {
            (404, _) => match fault::from_reply(self.attempted, self.reply) {
                absent if is_absence(&absent) => Answer::Done(None),
                other => Answer::Unread(other),
            },
            (200..=299, Some(state)) if is_running(&state) => running(Some(state)),
            (200..=299, state) => {
                let state = state.unwrap_or_else(|| "unknown".to_owned());
                Answer::Unread(fault(
                    FaultKind::Conflict,
                    self.attempted,
                    format!("it is still there, in state `{state}`"),
                ))
            }
            _ => self.unread(),
        }
    }

    fn judge(&self, status: &str, body: &Value, resource: Option<Value>) -> Answer {
        if has_succeeded(status) {
            Answer::Done(resource)
        } else if has_failed(status) {
            self.failed(body)
        } else {
            running(Some(bounded(status.to_owned(), 64)))
        }
    }

    fn failed(&self, body: &Value) -> Answer {
        Answer::Failed(fault::from_operation(
            self.attempted,
            body,
            self.reply.headers.request_id(),
        ))
    }

    fn unread(&self) -> Answer {
        Answer::Unread(fault::from_reply(self.attempted, self.reply))
    }
}

fn running(status: Option<String>) -> Answer {
    Answer::Running {
        status,
        percent: None,
    }
}

fn has_succeeded(status: &str) -> bool {
    status.eq_ignore_ascii_case("Succeeded")
}

fn has_failed(status: &str) -> bool {
    ["Failed", "Canceled", "Cancelled"]
        .iter()
        .any(|ended| status.eq_ignore_ascii_case(ended))
}
