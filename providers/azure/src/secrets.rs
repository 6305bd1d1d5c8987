//! Secrets of a run: read or made once, just before the first write, filled into the requests that need them, forgotten with the
//! run. Nothing here is shown, stored or compared.

use std::collections::BTreeMap;
use std::fmt;

use vmlogin_engine::address::Address;
use vmlogin_engine::plan::{Plan, Step};
use vmlogin_engine::provider::Fault;
use vmlogin_engine::value::SecretSource;

use crate::http::Request;
use crate::kinds::vm::account::made_password;
use crate::kinds::{azure_kind, refusal};

/// How many bytes of chance a generated secret is made of.
pub const CHANCE: usize = 32;

/// The texts of a run's secrets.
#[derive(Clone, Default)]
pub struct Secrets {
    /// By source, for what is read; by the machine too for what is made, so that no two machines share one.
    texts: BTreeMap<(Option<Address>, SecretSource), String>,
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
            .insert((None, wanted.source.clone()), text.to_owned());
        Ok(())
    }

    /// Makes a secret out of chance.
    pub fn make(&mut self, wanted: Wanted<'_>, chance: &[u8; CHANCE]) {
        let key = (Some(wanted.step.address.clone()), wanted.source.clone());
        self.texts.insert(key, made_password(chance));
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
                (Some(text), Some(place)) => *place = text.as_str().into(),
                _ => return Err(refusal::malformed(step, "a secret of it was not read")),
            }
        }
        Ok(request)
    }
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
