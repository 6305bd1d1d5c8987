//! Who has which role where, as far as guards judge it: the provider tells what a role lets people do, the plan what becomes of it.

use std::collections::BTreeSet;

use crate::address::Address;

/// Everything of this sort that one reading saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// Every role assignment in the lists of the manifest's subscriptions, those handed down from above among them.
    pub holdings: Vec<Holding>,
    /// The machines that people can sign in to.
    pub doors: Vec<Door>,
    /// The things whose identity whoever runs this program is, and those that it is attached to.
    pub itself: Vec<Itself>,
}

/// A role that somebody has, or would have once a step is done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holding {
    /// The id of the live assignment, lower-case; empty for one that is to be made.
    pub id: String,
    /// What a sentence calls it: "`Owner` of group `sg-web` at `rg-web`".
    pub title: String,
    /// Whose it is: "user `kim@contoso.com` (Kim Rossi)".
    pub who: String,
    /// The tenant's name in the manifest.
    pub tenant: String,
    /// The manifest's name of the subscription in whose list it stood.
    pub subscription: String,
    /// What it holds at, and what that lies in: ids in lower case, outermost first, its own scope last.
    pub within: Vec<String>,
    /// Whether it is handed down from outside of the subscription, and so holds in all of it.
    pub beyond: bool,
    /// The object id, lower-case.
    pub principal: String,
    /// `User`, `Group` or `ServicePrincipal`, as ARM's `principalType` spells it; empty where nobody told.
    pub principal_type: String,
    /// Whether it lets people sign in as administrator; `None` where its role could not be read.
    pub admin: Option<bool>,
    /// What this program writes that it lets its principal write, in words: "hand out roles".
    pub rights: BTreeSet<&'static str>,
    /// Whether a condition narrows it: then it may not reach as far as it seems to.
    pub conditional: bool,
    /// Whether it is of whoever runs this program, directly or through a group.
    pub of_caller: bool,
}

/// A machine that people can sign in to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// Its address.
    pub address: Address,
    /// The manifest's name of its subscription.
    pub subscription: String,
    /// Ids in lower case of what it lies in, outermost first, its own last.
    pub within: Vec<String>,
}

/// A thing whose identity, or to which attached one, is the one that runs this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Itself {
    /// What a sentence calls it: "VM `ci01`".
    pub title: String,
    /// The name of the identity, where that is a thing of its own and attached to this one.
    pub attached: Option<String>,
    /// Ids in lower case of what it lies in, outermost first, its own last.
    pub within: Vec<String>,
    /// Whether nobody told which object its identity is: then it may be the one.
    pub untold: bool,
}

impl Holding {
    /// Whether it holds in a place of a subscription.
    pub fn covers(&self, subscription: &str, within: &[String]) -> bool {
        self.subscription == subscription
            && (self.beyond
                || self
                    .within
                    .last()
                    .is_some_and(|scope| within.contains(scope)))
    }

    /// Whether people have it: nobody else can sign in to a machine.
    pub fn is_of_people(&self) -> bool {
        matches!(self.principal_type.as_str(), "User" | "Group")
    }
}
