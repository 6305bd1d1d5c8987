//! A write, followed until what it set off has ended.

use std::time::Duration;

use serde_json::Value;
use url::Url;

use super::client::{Client, Inner};
use super::delivery::{Delivered, Repeats};
use super::reply::Reply;
use super::request::Request;
use super::undelivered::Undelivered;
use crate::arm::fault::{Fault, FaultKind};
use crate::arm::operation::{Next, Operation, Progress};

/// A write and its operation, ended well.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// The first answer.
    pub reply: Reply,
    /// The final body, where one was given: the resource, or what an action put out. Not a substitute for reading it back.
    pub resource: Option<Value>,
}

impl Client {
    /// Sends a write and follows its operation to the end, telling `poll` before each wait. Deleting what is not there ends well,
    /// with the 404 as the reply.
    ///
    /// # Errors
    /// As [`Client::send`], and the fault with which the operation ended. Where it may still be running the fault has its URL.
    pub async fn carry_out(
        &self,
        request: Request,
        mut poll: impl FnMut(&Progress),
    ) -> Result<Finished, Fault> {
        let inner = &self.0;
        let Delivered { url, reply } = match inner.deliver(&request, Repeats::AsDecided).await {
            Ok(delivered) => delivered,
            Err(failed) => {
                return failed.gone(&request).map(|reply| Finished {
                    reply,
                    resource: None,
                });
            }
        };
        let deadline = inner.options.deadline;
        let begun = |mut fault: Fault| {
            // The write was accepted: what is cut short from here on is only the watching.
            if fault.unsent && fault.kind == FaultKind::Interrupted {
                fault.message = "left while it ran; it may go on in Azure".to_owned();
                fault.help = Some("run again: what has come of it is read afresh".to_owned());
            }
            fault.unsent = false;
            fault
        };
        let (mut operation, mut next) =
            Operation::begin(&request, &url, &reply, self.cloud(), deadline, inner.now());
        loop {
            match next {
                Next::Done(resource) => return Ok(Finished { reply, resource }),
                Next::Failed(failed) => return Err(begun(*failed)),
                Next::Poll { url, wait } => {
                    poll(&operation.progress(wait, inner.now()));
                    next = inner
                        .ask(&request, &mut operation, url, wait)
                        .await
                        .map_err(begun)?;
                }
            }
        }
    }
}

impl Inner {
    /// One question about an operation; it decides itself what an answer, or none, means.
    async fn ask(
        &self,
        request: &Request,
        operation: &mut Operation,
        url: Url,
        wait: Duration,
    ) -> Result<Next, Fault> {
        let question = request.asking(url);
        let answer = match self.pause(&question, wait).await {
            Ok(()) => self.deliver(&question, Repeats::ForTheToken).await,
            Err(cut_short) => Err(cut_short.into()),
        };
        Ok(match answer {
            Ok(Delivered { reply, .. }) => operation.feed(&reply, self.now()),
            Err(Undelivered {
                reply: Some(reply), ..
            }) => operation.feed(&reply, self.now()),
            Err(Undelivered { fault, .. }) => operation.lost(*fault, self.now()),
        })
    }
}
