//! Reading a saved plan that may be damaged, edited, hostile, or something else altogether. Pure, bounded, and never a panic.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::error::Category;
use thiserror::Error;

use super::{FORMAT, Saved, sha256};
use crate::address::Address;
use crate::plan::{FORMAT as PLAN_FORMAT, Mode};

/// The largest file that is read: four times what 50,000 machines with a login each come to (1,000 were seen to take 2.4 MB).
pub const MOST_BYTES: usize = 512 * 1000 * 1000;

/// Why bytes are no saved plan that this version can use.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unusable {
    /// Larger than any plan.
    #[error("it is larger than {} MB, which no saved plan is", MOST_BYTES / 1_000_000)]
    TooLarge,
    /// Nothing is in it.
    #[error("it is empty")]
    Empty,
    /// It breaks off.
    #[error("it ends in the middle")]
    Truncated,
    /// It nests deeper than any plan; the reader stops at 128 levels.
    #[error("it nests deeper than any saved plan")]
    TooDeep,
    /// No JSON, or none of a plan.
    #[error("it is no saved plan of vmlogin")]
    NotAPlan,
    /// A plan of another version of the format.
    #[error("it has format {found}, and this version of vmlogin reads format {FORMAT}")]
    OtherFormat {
        /// The format that it says it has.
        found: u64,
    },
    /// A member is missing, unknown, there twice, or of another type.
    #[error("it is not as vmlogin writes it: {why}")]
    Malformed {
        /// Which, and where.
        why: String,
    },
    /// Its digest is that of something else.
    #[error("it was damaged or edited: its digest is that of another text")]
    Damaged,
}

impl Unusable {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Unusable::NotAPlan | Unusable::TooLarge => {
                "name a file that `vmlogin plan -o FILE` wrote"
            }
            Unusable::Empty | Unusable::Truncated => {
                "see that the file was copied whole, or plan again with `vmlogin plan -o FILE`"
            }
            Unusable::TooDeep
            | Unusable::OtherFormat { .. }
            | Unusable::Malformed { .. }
            | Unusable::Damaged => "plan again with `vmlogin plan -o FILE`",
        }
    }
}

/// Reads a saved plan. What comes back is, byte for byte, what vmlogin would write for it.
///
/// # Errors
/// The first thing that keeps the bytes from being that.
pub fn read(bytes: &[u8]) -> Result<Saved, Unusable> {
    if bytes.len() > MOST_BYTES {
        return Err(Unusable::TooLarge);
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(Unusable::Empty);
    }
    let head: Head = serde_json::from_slice(bytes).map_err(|error| match error.classify() {
        Category::Eof => Unusable::Truncated,
        _ if bytes.starts_with(BEGINNING) => misread(&error),
        _ => Unusable::NotAPlan,
    })?;
    if head.format != u64::from(FORMAT) {
        return Err(Unusable::OtherFormat { found: head.format });
    }
    let saved: Saved = serde_json::from_slice(bytes).map_err(|error| misread(&error))?;
    check(saved, bytes)
}

/// How every saved plan begins; what begins so and is no JSON was one.
const BEGINNING: &[u8] = br#"{"format":"#;

/// How much of what the JSON reader says is repeated: it may quote the file.
const MOST_SAID: usize = 200;

/// What tells a saved plan from other JSON, whatever else is in it.
#[derive(Deserialize)]
struct Head {
    format: u64,
    #[serde(rename = "manifest_sha256")]
    _manifest: String,
}

fn misread(error: &serde_json::Error) -> Unusable {
    let why = error.to_string();
    // The library has no other way of telling it.
    match why.starts_with("recursion limit exceeded") {
        true => Unusable::TooDeep,
        false => Unusable::Malformed {
            why: why.chars().take(MOST_SAID).collect(),
        },
    }
}

/// Types let some things pass that a person would have to know: members of inner objects that nobody knows, names that a map has
/// twice. What is read is therefore written again and has to come out the same.
fn check(saved: Saved, bytes: &[u8]) -> Result<Saved, Unusable> {
    let malformed = |why: &str| Unusable::Malformed {
        why: why.to_owned(),
    };
    let text = saved.to_text();
    if text.as_bytes() != bytes {
        let at = text
            .bytes()
            .zip(bytes)
            .take_while(|(own, read)| own == *read);
        let at = at.count() + 1;
        return Err(malformed(&format!(
            "at byte {at} stands a member that no plan has, one that is there twice, or another layout"
        )));
    }
    drop(text);
    if saved.plan.format != PLAN_FORMAT || saved.plan.mode != Mode::Apply {
        return Err(malformed("its steps are of another sort of plan"));
    }
    if saved.plan.tool != saved.tool {
        return Err(malformed("it says two versions of vmlogin"));
    }
    let addresses: BTreeSet<&Address> = saved.plan.steps.iter().map(|it| &it.address).collect();
    if addresses.len() != saved.plan.steps.len() {
        return Err(malformed("an address has two steps"));
    }
    if saved.manifest_sha256 != sha256(saved.manifest.as_bytes()) {
        return Err(Unusable::Damaged);
    }
    let digest = saved.digest.clone();
    let sealed = saved.sealed();
    match sealed.digest == digest {
        true => Ok(sealed),
        false => Err(Unusable::Damaged),
    }
}
