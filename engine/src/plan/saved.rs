//! A plan kept in a file, with everything that it takes to derive it once more: an apply of it decides anew from the same
//! manifest and the same flags, and goes on only where that comes to the very same steps.
//!
//! No secret is in it: a manifest names where secrets come from, and a plan holds no more than that. Its digest tells damage; it
//! proves nothing about who wrote it, which is why no step in it is obeyed without deciding it again. The manifest in it is taken at
//! its word: whoever can write the file can have anything applied, just as with the manifest itself.

mod hostile;
mod read;
mod stale;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use hostile::check_hostile;
pub use read::{MOST_BYTES, Unusable, read};
pub use stale::{Difference, Drift, differences};

use super::Plan;
use crate::address::Address;
use crate::manifest::Manifest;

/// The version of a saved plan's JSON. It rises with every change of it: no version reads the plans of another one.
pub const FORMAT: u32 = 1;

/// A plan as it stands in a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Saved {
    /// The version of this JSON: [`FORMAT`].
    pub format: u32,
    /// The version of vmlogin that made it; no other one applies it.
    pub tool: String,
    /// When it was made, as RFC 3339 writes times.
    pub made: String,
    /// Whether it was made for a sandbox and not for Azure.
    pub sandbox: bool,
    /// The files of `-f`, as they were named; none where it was the default.
    pub files: Vec<String>,
    /// The values of `--set`, as they were given.
    pub sets: Vec<String>,
    /// The tenants that it was made for, with their subscriptions.
    pub tenants: Vec<Place>,
    /// The flags that shaped it, besides the selection, which the plan tells.
    pub flags: Flags,
    /// The SHA-256 of `manifest`, in hexadecimal digits.
    pub manifest_sha256: String,
    /// The whole manifest as one text of KDL: its files put together, its names replaced by what they stand for.
    pub manifest: String,
    /// The principal lock that names were held against, as one text of KDL; none where there was none.
    pub principal_lock: Option<String>,
    /// What was decided.
    pub plan: Plan,
    /// The SHA-256 of this JSON as vmlogin writes it with nothing in this member, in hexadecimal digits. It tells damage, not who
    /// wrote it.
    pub digest: String,
}

/// A tenant that a plan was made for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Its name in the manifest.
    pub tenant: String,
    /// Its id.
    pub id: String,
    /// The cloud that it is in.
    pub cloud: String,
    /// Its subscriptions.
    pub subscriptions: Vec<PlaceWithin>,
}

/// A subscription that a plan was made for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlaceWithin {
    /// Its name in the manifest.
    pub subscription: String,
    /// Its id.
    pub id: String,
}

/// The flags that shape a plan, besides its selection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flags {
    /// The rules of `--allow`.
    pub allow: Vec<String>,
    /// The rules of `--deny`.
    pub deny: Vec<String>,
    /// Whether `--fail-on warn` was given, with which an apply does not begin while there are warnings.
    pub fail_on_warn: bool,
    /// The addresses of `--accept replace=ADDRESS`.
    pub replace: Vec<Address>,
    /// Whether `--accept reinstall-login` was given.
    pub reinstall_login: bool,
}

impl Saved {
    /// The same with its hashes, ready to be written.
    #[must_use]
    pub fn sealed(self) -> Saved {
        let hashed = Saved {
            manifest_sha256: sha256(self.manifest.as_bytes()),
            digest: String::new(),
            ..self
        };
        Saved {
            digest: sha256(hashed.to_text().as_bytes()),
            ..hashed
        }
    }

    /// The text of the file: on one line, its members always in the same order.
    pub fn to_text(&self) -> String {
        let mut text =
            serde_json::to_string(self).expect("values have only text as keys, so they serialise");
        text.push('\n');
        text
    }

    /// Whether the estate and the tenants that it names are those of its own manifest.
    pub fn is_for(&self, manifest: &Manifest) -> bool {
        self.plan.estate == manifest.estate && self.tenants == places(manifest)
    }
}

/// The tenants of a manifest, with their subscriptions.
pub fn places(manifest: &Manifest) -> Vec<Place> {
    let tenants = manifest.tenants.values();
    let places = tenants.map(|tenant| {
        let subscriptions = manifest.subscriptions.values();
        let within = subscriptions.filter(|subscription| subscription.tenant == tenant.name);
        Place {
            tenant: tenant.name.clone(),
            id: tenant.id.clone(),
            cloud: tenant.cloud.clone(),
            subscriptions: within
                .map(|subscription| PlaceWithin {
                    subscription: subscription.name.clone(),
                    id: subscription.id.clone(),
                })
                .collect(),
        }
    });
    places.collect()
}

fn sha256(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
