//! An answer that is read for two things at once: so nothing is asked twice.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// What one answer says of a thing.
#[derive(Deserialize)]
#[serde(
    try_from = "Box<RawValue>",
    bound = "D: DeserializeOwned, A: DeserializeOwned"
)]
pub(super) struct Told<D, A> {
    /// What its node says too.
    pub(super) declared: D,
    /// What it means to the machines around it.
    pub(super) around: A,
}

impl<D: DeserializeOwned, A: DeserializeOwned> TryFrom<Box<RawValue>> for Told<D, A> {
    type Error = serde_json::Error;

    fn try_from(body: Box<RawValue>) -> Result<Told<D, A>, serde_json::Error> {
        Ok(Told {
            declared: serde_json::from_str(body.get())?,
            around: serde_json::from_str(body.get())?,
        })
    }
}
