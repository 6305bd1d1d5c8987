//! Up to twenty questions in one request. Parts succeed and fail one by one; a part that was throttled is asked again alone, so
//! that waiting and repeating stay the client's business.

use std::collections::BTreeMap;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use vmlogin_engine::provider::{Fault, FaultKind};

use super::wire::Rows;
use crate::arm::fault;
use crate::http::{Client, Headers, Reply, Request, segment};

/// As many parts as a batch takes.
const MOST: usize = 20;

/// What came of one question: its rows, or why there are none.
pub(super) type Answer<T> = Result<Vec<T>, Fault>;

/// How many batches are under way at once: the directory counts their parts one by one.
const AT_ONCE: usize = 4;

/// Asks all questions; the answers are in their order.
pub(super) async fn ask<T: DeserializeOwned>(
    client: &Client,
    questions: Vec<Request>,
) -> Result<Vec<Answer<T>>, Fault> {
    let batches: Vec<_> = questions
        .chunks(MOST)
        .map(|questions| some(client, questions))
        .collect();
    let answers: Vec<Vec<Answer<T>>> = stream::iter(batches)
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    Ok(answers.into_iter().flatten().collect())
}

async fn some<T: DeserializeOwned>(
    client: &Client,
    questions: &[Request],
) -> Result<Vec<Answer<T>>, Fault> {
    match questions {
        [one] => Ok(vec![client.list(one.clone()).await]),
        several => together(client, several).await,
    }
}

async fn together<T: DeserializeOwned>(
    client: &Client,
    questions: &[Request],
) -> Result<Vec<Answer<T>>, Fault> {
    let reply = client.send(batch(questions)).await?;
    let mut parts = parts(reply.json::<Parts>()?);
    let mut answers = Vec::with_capacity(questions.len());
    for (at, question) in questions.iter().enumerate() {
        let answer = parts
            .remove(&at.to_string())
            .and_then(|part| part.settle(question));
        answers.push(match answer {
            Some(answer) => answer,
            None => client.list(question.clone()).await,
        });
    }
    Ok(answers)
}

/// The questions as one request.
pub(super) fn batch(questions: &[Request]) -> Request {
    let parts: Vec<Json> = questions
        .iter()
        .enumerate()
        .map(|(at, question)| json!({"id": at.to_string(), "method": "GET", "url": relative(question)}))
        .collect();
    Request::directory_query(
        "/v1.0/$batch",
        json!({"requests": parts}),
        "ask the directory for several names",
    )
}

/// The URL of a part: without host and version.
fn relative(question: &Request) -> String {
    let path = question
        .path
        .strip_prefix("/v1.0")
        .unwrap_or(&question.path);
    let query: Vec<String> = question
        .query
        .iter()
        .map(|(name, value)| format!("{}={}", segment::query(name), segment::query(value)))
        .collect();
    format!("{path}?{}", query.join("&"))
}

#[derive(Debug, Deserialize)]
pub(super) struct Parts {
    responses: Vec<Part>,
}

/// The answer to one part.
#[derive(Debug, Deserialize)]
pub(super) struct Part {
    id: String,
    status: u16,
    #[serde(default)]
    headers: Option<BTreeMap<String, String>>,
    #[serde(default)]
    body: Json,
}

/// Parts come in any order.
pub(super) fn parts(parts: Parts) -> BTreeMap<String, Part> {
    parts
        .responses
        .into_iter()
        .map(|part| (part.id.clone(), part))
        .collect()
}

impl Part {
    /// The answer, or `None` where the question is to be asked again alone: the part was throttled or the service stumbled, or
    /// the rows go on on another page.
    pub(super) fn settle<T: DeserializeOwned>(self, question: &Request) -> Option<Answer<T>> {
        if self.status == 429 || self.status >= 500 || self.has_more() {
            return None;
        }
        if (200..300).contains(&self.status) {
            let rows = serde_json::from_value::<Rows<T>>(self.body).map(|rows| rows.value);
            return Some(rows.map_err(|error| malformed(question, &error)));
        }
        let headers: Headers = self.headers.unwrap_or_default().into_iter().collect();
        let reply = Reply::new(self.status, headers, self.body.to_string());
        Some(Err(fault::from_reply(&question.attempted, &reply)))
    }

    fn has_more(&self) -> bool {
        self.body
            .get("@odata.nextLink")
            .is_some_and(|link| !link.is_null())
    }
}

fn malformed(question: &Request, error: &serde_json::Error) -> Fault {
    fault::fault(
        FaultKind::Malformed,
        &question.attempted,
        format!("the answer cannot be read: {error}"),
    )
}
