//! Folding: the same change to three hundred machines is one entry with a number.

use std::collections::BTreeMap;

use vmlogin_engine::address::Address;
use vmlogin_engine::plan::Step;

/// Fewer than this are shown one by one.
const FEW: usize = 3;

/// Steps that a screen shows as one.
#[derive(Debug)]
pub(crate) struct Group<'a> {
    /// The first of them.
    pub first: &'a Step,
    /// How many they are.
    pub count: usize,
    /// What they are: "machines".
    pub noun: &'static str,
}

/// Puts steps that do the same to things of one kind together, in the order of their first; all stay apart where `verbose`.
pub(crate) fn folded<'a>(steps: &[&'a Step], verbose: bool) -> Vec<Group<'a>> {
    let mut sizes: BTreeMap<String, usize> = BTreeMap::new();
    let sames: Vec<String> = steps.iter().map(|step| same(step)).collect();
    for same in &sames {
        *sizes.entry(same.clone()).or_default() += 1;
    }
    let mut groups = Vec::new();
    for (step, same) in steps.iter().zip(&sames) {
        let count = sizes.get_mut(same);
        let noun = noun(&step.address);
        match count {
            Some(count) if !verbose && *count >= FEW => {
                groups.push(Group {
                    first: step,
                    count: *count,
                    noun,
                });
                *count = 0;
            }
            Some(0) => {}
            _ => groups.push(Group {
                first: step,
                count: 1,
                noun,
            }),
        }
    }
    groups
}

/// What two steps have in common when they are one entry: all that the screen says of them, names of things left out.
fn same(step: &Step) -> String {
    let hindrance = step.hindrance.as_ref().map(|hindrance| {
        let waits = step
            .waits
            .iter()
            .any(|wait| hindrance.reason.contains(wait.on.as_str()));
        // "it needs `vm:…/web01/identity`" is the same for each machine with its own identity.
        if waits { "" } else { hindrance.reason.as_str() }
    });
    let rule = step.blocked.as_ref().map(|blocked| blocked.rule.as_str());
    let (root, tail) = place(&step.address);
    format!(
        "{:?}",
        (
            step.action,
            &step.kind,
            root,
            tail,
            &step.changes,
            &step.notes,
            hindrance,
            rule
        )
    )
}

/// The kind of the outermost named thing, and what stands behind its name: `login`, `grant/user/user:kim`. Of a grant the role
/// and the principal count, not the scope.
fn place(address: &Address) -> (&str, Vec<&str>) {
    let segments: Vec<&str> = address.segments().collect();
    let behind = match address.root() {
        "grant" => segments.len().saturating_sub(2),
        _ => segments.len().min(3),
    };
    (address.root(), segments[behind..].to_vec())
}

fn noun(address: &Address) -> &'static str {
    match address.root() {
        "vm" | "arc-machine" => "machines",
        "resource-group" => "resource groups",
        "grant" => "scopes",
        _ => "things",
    }
}
