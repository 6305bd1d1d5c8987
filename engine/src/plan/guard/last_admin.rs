//! `last-admin`: a machine would have nobody left who can sign in to it as administrator.

use super::{Refusal, running};
use crate::address::Address;
use crate::plan::Plan;
use crate::plan::stakes::Admins;

pub(super) fn judge(plan: &Plan) -> Option<Refusal> {
    let running = running(plan);
    let any = |steps: &[Address]| steps.iter().any(|step| running.contains(step));
    let all = |steps: &[Address]| steps.iter().all(|step| running.contains(step));
    let left = plan.stakes.admins.iter();
    let bare: Vec<&Admins> = left
        .filter(|admins| all(&admins.by) && !any(&admins.given))
        .collect();
    let mut affected: Vec<Address> = bare
        .iter()
        .flat_map(|admins| admins.machines.iter().cloned())
        .collect();
    affected.sort();
    let who = bare.iter().flat_map(|admins| admins.who.iter().cloned());
    let who: Vec<String> = who.collect();
    let mut message = match affected.len() {
        0 => return None,
        1 => "1 machine would lose its last administrator".to_owned(),
        count => format!("{count} machines would lose their last administrator"),
    };
    let untold = bare.iter().find_map(|admins| admins.untold.first());
    if let Some(untold) = untold {
        message.push_str(&format!(
            "; whether somebody stays could not be told: {untold}"
        ));
    }
    Some(Refusal::of("last-admin", message, affected, "last-admin".to_owned()).about(who))
}
