//! What Azure knows about each sort of resource: its schema, how a live answer becomes values, and which requests a step is.
//!
//! Requests are values made from a [`Step`] alone; [`crate::provider`] sends them. Only the `wire` files below know ARM's
//! property names.

pub mod arc_machine;
pub mod attachment;
pub mod grant;
pub mod identity;
pub mod login;
pub mod managed_identity;
pub mod network_interface;
pub mod network_security_group;
pub mod public_ip;
pub mod resource_group;
pub mod security_rule;
pub mod subnet;
pub(crate) mod surroundings;
pub mod vm;

mod amended;
mod health;
pub(crate) mod made;
mod place;
pub(crate) mod refusal;
mod tagged;
mod tags;
pub mod versions;
pub mod virtual_network;

#[cfg(test)]
mod bystanders;
#[cfg(test)]
mod exchanges;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod recorded;
#[cfg(test)]
pub(crate) mod scenes;

use serde_json::Value;
use vmlogin_engine::inventory::Live;
use vmlogin_engine::kind::{Catalogue, Key, Kind, Scene};
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::plan::Step;
use vmlogin_engine::provider::{Done, Fault, Proof};

use crate::cloud::CloudName;
use crate::http::Request;

pub(crate) use health::{Provisioning, health};
pub(crate) use place::{Place, arm_id, is_id, located, management_group_id, subscription_id};
pub(crate) use refusal::refuse;
pub(crate) use tags::Tags;
pub use tags::{ESTATE_TAG, PROTECT_TAG};

/// Makes the two lists that know every kind out of one line a kind.
macro_rules! kinds {
    ($($kind:expr,)*) => {
        static CATALOGUE: Catalogue = Catalogue {
            kinds: &[$(&$kind),*],
            clouds: &CloudName::WORDS,
        };
        static KINDS: &[&dyn AzureKind] = &[$(&$kind),*];
    };
}

kinds! {
    resource_group::ResourceGroup,
    managed_identity::ManagedIdentity,
    virtual_network::VirtualNetwork,
    subnet::Subnet,
    public_ip::PublicIp,
    network_interface::NetworkInterface,
    network_security_group::NetworkSecurityGroup,
    security_rule::SecurityRule,
    vm::Vm,
    arc_machine::ArcMachine,
    identity::Identity,
    attachment::Attachment,
    login::Login,
    grant::Grant,
}

/// All kinds that vmlogin knows on Azure, and the clouds that a tenant can be in.
pub fn catalogue() -> &'static Catalogue {
    &CATALOGUE
}

/// The live thing that a declared one is.
pub(crate) fn live_of<'a>(resource: &Resource, scene: &Scene<'a>) -> Option<&'a Live> {
    // `validate` reads nothing, and asks this of each machine.
    if scene.inventory.live.is_empty() {
        return None;
    }
    scene.live_of(catalogue().kind(resource.kind)?, resource)
}

/// The kind of this name, with what it knows about requests.
pub fn azure_kind(name: &str) -> Option<&'static dyn AzureKind> {
    KINDS
        .iter()
        .copied()
        .find(|kind| kind.schema().kind == name)
}

/// How a kind is written and looked at. All answers are pure: they are made from a step, and from what was read for it.
pub trait AzureKind: Kind {
    /// What to read for values that were not known when the plan was made ([`vmlogin_engine::value::Value::Pending`]).
    ///
    /// # Errors
    /// As for [`AzureKind::fresh`].
    fn pending(&self, step: &Step) -> Result<Ask, Fault> {
        let _ = step;
        Ok(Ask::Nothing)
    }

    /// The step with those values filled in. It changes nothing else: what is done was decided by the plan.
    ///
    /// # Errors
    /// A conflict where they are still not known.
    fn settle(&self, step: &Step, seen: &Seen) -> Result<Step, Fault> {
        let _ = seen;
        Ok(step.clone())
    }

    /// What must be read right before the write, because the write is based on it.
    ///
    /// # Errors
    /// A fault where the step lacks something that only a bug in vmlogin can explain; so for all functions here.
    fn fresh(&self, step: &Step) -> Result<Ask, Fault> {
        let _ = step;
        Ok(Ask::Nothing)
    }

    /// The requests that are the step, in order.
    ///
    /// # Errors
    /// A conflict where what was just read is not what the plan was made for.
    fn write(&self, step: &Step, fresh: &Seen) -> Result<Write, Fault>;

    /// Whether a text that was read for a secret is one that Azure takes; why not, without repeating any of it.
    ///
    /// # Errors
    /// A sentence without its subject, to follow the name of the attribute.
    fn admits(&self, step: &Step, attribute: &str, text: &str) -> Result<(), String> {
        let _ = (step, attribute, text);
        Ok(())
    }

    /// What no two steps may write at once: those with an equal key are carried out one after the other.
    fn alone(&self, step: &Step) -> Option<Key> {
        let _ = step;
        None
    }

    /// What to read to make sense of a fault that a write ended in.
    fn second_look(&self, step: &Step, fault: &Fault) -> Ask {
        let _ = (step, fault);
        Ask::Nothing
    }

    /// What a fault means for this kind: it may be no harm at all, or deserve a better help.
    ///
    /// # Errors
    /// The fault, where it is one.
    fn make_sense(&self, step: &Step, fault: Fault, seen: &Seen) -> Result<Done, Fault> {
        let _ = (step, seen);
        Err(fault)
    }

    /// What to read to see whether a finished step had its effect.
    fn look(&self, step: &Step) -> Ask;

    /// Where else to look for a thing that is not where the plan put it: an equal one may have been there already.
    fn look_elsewhere(&self, step: &Step) -> Ask {
        let _ = step;
        Ask::Nothing
    }

    /// What that shows. A thing that should be gone and is [`Seen::Missing`] is verified.
    fn judge(&self, step: &Step, seen: &Seen) -> Vec<Opinion>;
}

/// Something to read.
#[derive(Debug)]
pub enum Ask {
    /// Nothing.
    Nothing,
    /// One object; its absence is an answer.
    One(Request),
    /// Every row of a list.
    All(Request),
    /// One object, then every row of a list. Where either does not exist, neither does what is asked about.
    OneAndAll(Box<(Request, Request)>),
}

/// What was read.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// Nothing was asked.
    NotAsked,
    /// The object, or what the list is of, does not exist.
    Missing,
    /// One object, raw, so that members that vmlogin does not know survive a write.
    One(Value),
    /// The rows of a list.
    All(Vec<Value>),
    /// The object and the rows.
    OneAndAll(Value, Vec<Value>),
}

/// What a step comes to.
#[derive(Debug)]
pub enum Write {
    /// These requests, one after the other.
    Send(Vec<Request>),
    /// Nothing: it is as it should be already, and why that is news.
    Nothing(String),
}

/// One thing that was looked at after a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opinion {
    /// What was looked at.
    pub check: String,
    /// What was found.
    pub result: Proof,
    /// Whether a later look may find more.
    pub early: bool,
}

impl Opinion {
    pub(crate) fn new(check: &str, result: Proof) -> Opinion {
        Opinion {
            check: check.to_owned(),
            result,
            early: false,
        }
    }

    /// What cannot be told yet, though it will be.
    pub(crate) fn too_early(check: &str, why: &str) -> Opinion {
        Opinion {
            early: true,
            ..Opinion::new(check, Proof::NotChecked(why.to_owned()))
        }
    }

    /// What is there to say of a thing that should exist.
    pub(crate) fn exists(seen: &Seen) -> Opinion {
        let result = match seen {
            Seen::One(_) | Seen::All(_) | Seen::OneAndAll(..) => Proof::Verified,
            Seen::Missing => Proof::Wrong("it is not there".to_owned()),
            Seen::NotAsked => Proof::NotChecked("nothing was read".to_owned()),
        };
        Opinion::new("it exists", result)
    }

    /// What is there to say of a thing that should be gone.
    pub(crate) fn gone(seen: &Seen) -> Opinion {
        let result = match seen {
            Seen::Missing => Proof::Verified,
            Seen::One(_) | Seen::All(_) | Seen::OneAndAll(..) => {
                Proof::Wrong("it is still there".to_owned())
            }
            Seen::NotAsked => Proof::NotChecked("nothing was read".to_owned()),
        };
        Opinion::new("it is gone", result)
    }
}

/// Reads a raw answer as what it should be.
pub(crate) fn decode<T: serde::de::DeserializeOwned>(
    step: &Step,
    body: &Value,
) -> Result<T, Fault> {
    T::deserialize(body).map_err(|error| refusal::malformed(step, &error.to_string()))
}
