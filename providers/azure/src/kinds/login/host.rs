//! A machine as far as its login goes: a virtual machine and an Arc-enabled one tell the same in other words.

use serde_json::Value as Json;
use vmlogin_engine::inventory::Health;
use vmlogin_engine::plan::Step;
use vmlogin_engine::provider::Fault;
use vmlogin_engine::value::{Attributes, Value};

use super::wire::Extension;
use crate::arm::ArmId;
use crate::http::Request;
use crate::kinds::vm::wire::ExtensionView;
use crate::kinds::{arc_machine, decode, health, refusal, vm};

/// What a machine tells of its extensions.
pub(crate) trait Host {
    /// `windows` or `linux`, where it is known.
    fn os(&self) -> Option<String>;

    /// The machine's name for itself.
    fn computer_name(&self) -> Option<String>;

    /// Its extensions, in full where the machine was read alone.
    fn extensions(&self) -> &[Extension];

    /// How one of them runs.
    fn view(&self, extension: &Extension) -> Option<ExtensionView>;
}

/// Whether an id is an Arc-enabled machine's.
pub(super) fn is_arc(machine: &ArmId) -> bool {
    machine.is_type(arc_machine::TYPE)
}

/// Reads a machine with its extensions and how they run.
pub(super) fn read(machine: &ArmId, attempted: String) -> Request {
    if is_arc(machine) {
        arc_machine::read(machine, attempted)
    } else {
        vm::read(machine, attempted)
    }
}

/// The machine of a login's step, from the answer to that reading.
pub(super) fn of(step: &Step, body: &Json) -> Result<Box<dyn Host>, Fault> {
    Ok(if is_arc(&refusal::id(step)?.parent()) {
        Box::new(decode::<arc_machine::wire::Machine>(step, body)?)
    } else {
        Box::new(decode::<vm::wire::Machine>(step, body)?)
    })
}

/// The facts of a machine about its extensions: their handlers, which of them join a
/// directory by themselves, and how those fare that are no login.
pub(crate) fn neighbours(machine: &dyn Host) -> Attributes {
    let all = machine.extensions().iter();
    let handlers: Attributes = all
        .clone()
        .map(|extension| {
            let properties = &extension.properties;
            let handler = format!("{}.{}", properties.publisher(), properties.handler());
            (extension.name().to_owned(), Value::Text(handler))
        })
        .collect();
    let joiners = all
        .clone()
        .filter(|extension| extension.joins_by_itself())
        .map(|extension| extension.name().into());
    let joiners: Vec<Value> = joiners.collect();
    let states: Attributes = all
        .filter(|extension| extension.login().is_none())
        .map(|extension| (extension.name().to_owned(), state(extension).into()))
        .collect();
    let mut facts = Attributes::from([
        ("extensions", Value::Map(handlers)),
        ("other-extensions", Value::Map(states)),
    ]);
    if !joiners.is_empty() {
        facts.insert("joining-extensions", Value::List(joiners));
    }
    facts
}

/// How an extension is, in a word.
fn state(extension: &Extension) -> &'static str {
    match health(&extension.properties.provisioning_state, || None) {
        Health::Good => "good",
        Health::Busy => "busy",
        Health::Failed { .. } => "failed",
    }
}
