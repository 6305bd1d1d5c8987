//! Plans made by hand, for tests of screens.

use std::collections::BTreeMap;

use vmlogin_engine::address::Address;
use vmlogin_engine::kind::Hindrance;
use vmlogin_engine::plan::{Action, Blocked, Change, FORMAT, Mode, Plan, Step, Wait};
use vmlogin_engine::provider::{Fault, FaultKind};
use vmlogin_engine::schema::{Class, Need};
use vmlogin_engine::value::{Attributes, Value};

use super::{Given, Paint, View};

/// A screen without colour.
pub(crate) const PLAIN: View = View {
    paint: Paint::OFF,
    width: 100,
    verbose: false,
    given: Given::NONE,
};

/// The address of a machine or of something in it.
pub(crate) fn machine(name: &str, beneath: &[&str]) -> Address {
    beneath.iter().fold(
        Address::new("vm", ["core", "rg-web", name]),
        |address, part| address.child(part),
    )
}

/// A step with nothing to say but what it does.
pub(crate) fn step(address: Address, kind: &str, title: &str, action: Action) -> Step {
    Step {
        address,
        kind: kind.to_owned(),
        title: title.to_owned(),
        action,
        id: None,
        tenant: "contoso".to_owned(),
        subscription: "core".to_owned(),
        changes: Vec::new(),
        write: Attributes::new(),
        notes: Vec::new(),
        waits: Vec::new(),
        hindrance: None,
        blocked: None,
        fingerprint: String::new(),
        foreign: None,
        privileged: None,
        protected: false,
    }
}

/// A plan of these steps.
pub(crate) fn plan(steps: Vec<Step>) -> Plan {
    Plan {
        format: FORMAT,
        tool: "0.1.0".to_owned(),
        estate: "quickstart".to_owned(),
        mode: Mode::Apply,
        selection: None,
        steps,
        findings: Vec::new(),
        unmanaged: Vec::new(),
        gaps: Vec::new(),
        gone: Vec::new(),
        stakes: Default::default(),
        live_counts: BTreeMap::new(),
    }
}

/// The login of a machine, still to be made.
pub(crate) fn login(name: &str) -> Step {
    let mut login = step(
        machine(name, &["login"]),
        "login",
        &format!("login extension of `{name}`"),
        Action::Create,
    );
    login
        .changes
        .push(change("version", Value::Null, "1.0".into()));
    login.waits.push(Wait {
        on: machine(name, &["identity"]),
        need: Need::Success,
        reason: "the extension joins with the machine's identity".to_owned(),
    });
    login
}

/// A difference that is written.
pub(crate) fn change(attribute: &str, before: Value, after: Value) -> Change {
    Change {
        attribute: attribute.to_owned(),
        class: Class::Changeable,
        before,
        after,
    }
}

/// The same step, put off.
pub(crate) fn deferred(mut step: Step, reason: &str, help: &str) -> Step {
    step.action = Action::Defer;
    step.hindrance = Some(Hindrance {
        reason: reason.to_owned(),
        help: help.to_owned(),
    });
    step
}

/// The same step, blocked by a rule.
pub(crate) fn blocked(mut step: Step, rule: &str, subject: &Address) -> Step {
    step.blocked = Some(Blocked {
        rule: rule.to_owned(),
        subject: subject.clone(),
    });
    step
}

/// What Azure says of a login that could not be made.
pub(crate) fn fault() -> Fault {
    let message = "VM has reported a failure.\n\nError code: \u{1b}[31m1007";
    Fault {
        status: Some(200),
        code: Some("VMExtensionProvisioningError".to_owned()),
        request_id: Some("11111111-2222-4333-8444-555555555555".to_owned()),
        help: Some("give the machine an identity: `identity system-assigned`".to_owned()),
        ..Fault::new(
            FaultKind::Rejected,
            "create the login extension of `web01`",
            message,
        )
    }
}
