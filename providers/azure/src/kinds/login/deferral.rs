//! Why a login cannot be changed now, though nothing is wrong with the manifest: the step is put off, and the reason carries its
//! number.

use vmlogin_engine::inventory::Live;
use vmlogin_engine::kind::Hindrance;
use vmlogin_engine::rule::{Card, Needs, Severity};
use vmlogin_engine::value::Value;

/// The reasons, to be explained like rules.
pub(crate) static DEFERRALS: &[Card] = &[
    Card {
        id: "VML205",
        title: "the machine does not run, so its login is put off",
        severity: Severity::Info,
        needs: Needs::Arm,
        explanation: "Extensions are made, changed and removed by an agent inside the machine, so a machine that is stopped or \
            deallocated takes none: Azure refuses, or waits in vain. The step is put off with what needs it, which is no failure; an \
            identity is switched on all the same.\n\n\
            Start the machine and run again: vmlogin goes on where it stopped.",
        source: "public issue Azure/RDS-Templates 685",
        checked: "2026-11-21",
    },
    Card {
        id: "VML206",
        title: "the machine's agent is not ready, so its login is put off",
        severity: Severity::Info,
        needs: Needs::Arm,
        explanation: "Extensions are installed by the agent inside the machine. While it reports that it is not ready, an extension would \
            wait for it until Azure gives up. An agent that reports nothing yet, as right after a start, is not waited for.\n\n\
            On an Arc-enabled machine the Connected Machine agent has to be connected, and its extension service has to run. It \
            reports every five minutes, counts as disconnected after 15 to 30, and as expired when its certificate ran out.\n\n\
            Wait until the agent is ready, restart the machine, or connect it again, and run again.",
        source: "Microsoft.Compute 2024-07-01, VirtualMachineAgentInstanceView, as published in azure-rest-api-specs; Azure Arc \
            documentation, overview and azcmagent reconnect (2026)",
        checked: "2026-11-21",
    },
];

/// What stands in the way of a write to an extension of a machine.
pub(super) fn of(machine: &Live, name: &str) -> Option<Hindrance> {
    match machine.kind {
        "arc-machine" => on_arc(machine, name),
        _ => on_a_vm(machine, name),
    }
}

fn on_a_vm(machine: &Live, name: &str) -> Option<Hindrance> {
    let fact = |name: &str| machine.facts.get(name).and_then(Value::as_text);
    match (fact("power"), fact("agent")) {
        (Some(power), _) if power != "running" => Some(Hindrance {
            reason: format!(
                "`{name}` is {power}, and extensions change only while a machine runs (VML205)"
            ),
            help: format!("start `{name}` and run again"),
        }),
        (_, Some("not-ready")) => Some(Hindrance {
            reason: format!("the agent of `{name}` is not ready (VML206)"),
            help: format!(
                "wait until the agent of `{name}` is ready, or restart the machine, and run again"
            ),
        }),
        _ => None,
    }
}

/// An extension that is sent to an agent which does not answer waits for it, and the run with it. The agent's words are open:
/// only one that says it is connected is counted on.
fn on_arc(machine: &Live, name: &str) -> Option<Hindrance> {
    let fact = |name: &str| machine.facts.get(name).and_then(Value::as_text);
    let (reason, help) = match (fact("agent"), fact("extension-service")) {
        (Some("connected"), None | Some("running")) => return None,
        (Some("connected"), Some(service)) => (
            format!("the extension service of the agent on `{name}` is {service} (VML206)"),
            format!("start the agent's extension service on `{name}` and run again"),
        ),
        (Some("expired"), _) => (
            format!(
                "the agent of `{name}` has expired, being silent for so long that its certificate ran out (VML206)"
            ),
            format!(
                "connect `{name}` again (`azcmagent reconnect` on the machine, from agent 1.70 on), then run again"
            ),
        ),
        (Some("disconnected"), _) => (
            format!(
                "the agent of `{name}` is disconnected: it has not reported for a while (VML206)"
            ),
            format!(
                "see that `{name}` runs and reaches Azure (`azcmagent check` on the machine), then run again"
            ),
        ),
        (None | Some("never-seen"), _) => (
            format!("no agent has ever reported for `{name}`: it is a record only (VML206)"),
            "connect the machine to it with `azcmagent connect`, then run again".to_owned(),
        ),
        (Some(other), _) => (
            format!(
                "the agent of `{name}` says `{other}` of itself instead of being connected (VML206)"
            ),
            "see what ails it (`azcmagent show` on the machine), then run again".to_owned(),
        ),
    };
    Some(Hindrance { reason, help })
}
