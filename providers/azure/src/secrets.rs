//! Secrets of a run: read or made once, just before the first write, filled into the requests that need them, forgotten with the
//! run. Nothing here is shown, stored or compared, and nothing that the cloud says repeats any of it.
//!
//! The texts are overwritten when they are dropped. The requests that carry them are not: their bytes pass through libraries that
//! keep copies of their own (JSON, HTTP, TLS), so that overwriting ours would promise what it cannot hold.

mod echo;

use std::collections::BTreeMap;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use vmlogin_engine::address::Address;
use vmlogin_engine::plan::{Plan, Step};
use vmlogin_engine::provider::{Fault, Proof, Verdict};
use vmlogin_engine::value::SecretSource;

use crate::http::Request;
use crate::kinds::vm::account::{MADE_FROM, made_password};
use crate::kinds::{azure_kind, refusal};

/// How many bytes of chance a generated secret is made of.
pub const CHANCE: usize = MADE_FROM;

/// How often a generated secret is thrown away, because it misses a class of letters, before chance is held to be none: by chance
/// it happens once in thirty times.
const MOST_THROWN_AWAY: usize = 100;

/// The texts of a run's secrets. They cannot be shown or saved:
///
/// ```compile_fail
/// fn saved(_: impl serde::Serialize) {}
/// saved(vmlogin_azure::secrets::Secrets::default());
/// ```
///
/// ```compile_fail
/// vmlogin_azure::secrets::Secrets::default().to_string();
/// ```
#[derive(Clone, Default)]
pub struct Secrets {
    /// By source, for what is read; by the machine too for what is made, so that no two machines share one.
    texts: BTreeMap<(Option<Address>, SecretSource), SecretString>,
}

/// A secret that a plan needs.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'p> {
    /// The step that sends it.
    pub step: &'p Step,
    /// The attribute that it is for: `admin.password`.
    pub attribute: &'p str,
    /// Where it comes from.
    pub source: &'p SecretSource,
}

/// What a plan needs, in its order.
pub fn wanted(plan: &Plan) -> Vec<Wanted<'_>> {
    let secrets = plan.secrets();
    secrets
        .map(|(step, attribute, source)| Wanted {
            step,
            attribute,
            source,
        })
        .collect()
}

impl Secrets {
    /// Keeps a text that was read, without the line break that ends a file.
    ///
    /// # Errors
    /// Why Azure would refuse it, without repeating any of it.
    pub fn read(&mut self, wanted: Wanted<'_>, text: &str) -> Result<(), String> {
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() {
            return Err("it is empty".to_owned());
        }
        if let Some(kind) = azure_kind(&wanted.step.kind) {
            kind.admits(wanted.step, wanted.attribute, text)?;
        }
        self.texts
            .insert((None, wanted.source.clone()), text.to_owned().into());
        Ok(())
    }

    /// Makes a secret out of chance, which is asked for again where the first does not satisfy Azure; so all that do are equally
    /// likely.
    ///
    /// # Errors
    /// What `chance` says where it gives nothing.
    pub fn make<E>(
        &mut self,
        wanted: Wanted<'_>,
        mut chance: impl FnMut() -> Result<[u8; CHANCE], E>,
    ) -> Result<(), NoChance<E>> {
        for _ in 0..MOST_THROWN_AWAY {
            let made = made_password(&chance().map_err(NoChance::Refused)?);
            if made_misfit(wanted, &made).is_none() {
                let key = (Some(wanted.step.address.clone()), wanted.source.clone());
                self.texts.insert(key, made.into());
                return Ok(());
            }
        }
        Err(NoChance::AlwaysTheSame)
    }

    /// The fault without what it repeats of a secret.
    #[must_use]
    pub(crate) fn unsaid(&self, fault: Fault) -> Fault {
        let hide = |text: String| self.hidden(text);
        Fault {
            attempted: hide(fault.attempted),
            code: fault.code.map(hide),
            message: hide(fault.message),
            request_id: fault.request_id.map(hide),
            correlation_id: fault.correlation_id.map(hide),
            help: fault.help.map(hide),
            operation_url: fault.operation_url.map(hide),
            ..fault
        }
    }

    /// The verdict without what it repeats of a secret.
    #[must_use]
    pub(crate) fn unjudged(&self, verdict: Verdict) -> Verdict {
        Verdict {
            result: match verdict.result {
                Proof::Wrong(why) => Proof::Wrong(self.hidden(why)),
                Proof::NotChecked(why) => Proof::NotChecked(self.hidden(why)),
                Proof::Verified => Proof::Verified,
            },
            ..verdict
        }
    }

    /// A text of the cloud's without what it repeats of a secret.
    #[must_use]
    pub(crate) fn hidden(&self, text: String) -> String {
        self.texts.values().fold(text, |text, secret| {
            echo::hidden(text, secret.expose_secret())
        })
    }

    /// Fills the secrets of a step into one of its requests.
    pub(crate) fn fill(&self, step: &Step, mut request: Request) -> Result<Request, Fault> {
        for (pointer, source) in std::mem::take(&mut request.secrets) {
            let own = (Some(step.address.clone()), source.clone());
            let text = self
                .texts
                .get(&own)
                .or_else(|| self.texts.get(&(None, source)));
            let body = request.body.as_mut();
            match (text, body.and_then(|body| place(body, pointer))) {
                (Some(text), Some(place)) => *place = text.expose_secret().into(),
                _ => return Err(refusal::malformed(step, "a secret of it was not read")),
            }
        }
        Ok(request)
    }
}

/// Why no secret could be made.
#[derive(Debug, PartialEq, Eq)]
pub enum NoChance<E> {
    /// There was no chance to be had.
    Refused(E),
    /// What was had is no chance.
    AlwaysTheSame,
}

/// Why a made text would not do, the name of its account in it included: Windows' own rule refuses that.
fn made_misfit(wanted: Wanted<'_>, made: &str) -> Option<String> {
    let account = wanted
        .attribute
        .rsplit_once('.')
        .map(|(account, _)| account);
    let of_the_account = account.and_then(|account| wanted.step.write.get(account)?.as_text());
    if of_the_account.is_some_and(|name| holds_name(made, name)) {
        return Some("it holds the account's name".to_owned());
    }
    azure_kind(&wanted.step.kind)?
        .admits(wanted.step, wanted.attribute, made)
        .err()
}

/// Whether a password holds a name of at least three letters, whatever their case (Windows, "Password must meet complexity
/// requirements", read 2026-11-21).
fn holds_name(password: &str, name: &str) -> bool {
    name.chars().count() > 2 && password.to_lowercase().contains(&name.to_lowercase())
}

/// The place of a pointer, made where only its last member is missing.
fn place<'b>(body: &'b mut serde_json::Value, pointer: &str) -> Option<&'b mut serde_json::Value> {
    let (around, name) = pointer.rsplit_once('/')?;
    let around = body.pointer_mut(around)?.as_object_mut()?;
    Some(around.entry(name).or_insert(serde_json::Value::Null))
}

/// Tells how many there are, and nothing of them.
impl fmt::Debug for Secrets {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Secrets({})", self.texts.len())
    }
}
