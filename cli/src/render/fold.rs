//! Folding: the same change to three hundred machines is one entry with a number.

use std::collections::BTreeMap;

use vmlogin_engine::address::Address;
use vmlogin_engine::plan::Step;
use vmlogin_engine::value::Value;

use super::names::Names;

/// Fewer than this are shown one by one.
const FEW: usize = 3;

/// Things that a screen shows as one: the first of them, and how many they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Group<T> {
    pub(super) first: T,
    pub(super) count: usize,
}

/// Puts those with an equal key together, in the order of their first; all stay apart where `verbose`.
pub(super) fn folded<T: Copy>(
    things: &[T],
    verbose: bool,
    key: impl Fn(T) -> String,
) -> Vec<Group<T>> {
    let keys: Vec<String> = things.iter().map(|thing| key(*thing)).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for key in &keys {
        *counts.entry(key).or_default() += 1;
    }
    let mut groups = Vec::new();
    for (first, key) in things.iter().zip(&keys) {
        let count = match counts.get_mut(key.as_str()) {
            Some(count) if !verbose && *count >= FEW => std::mem::take(count),
            Some(0) => continue,
            _ => 1,
        };
        groups.push(Group {
            first: *first,
            count,
        });
    }
    groups
}

/// What two steps of a plan have in common when they are one entry: all that the screen says of them, names of things left out.
pub(super) fn same_step(step: &Step, names: &Names<'_>) -> String {
    let changes: Vec<_> = step
        .changes
        .iter()
        .map(|change| {
            let [before, after] =
                [&change.before, &change.after].map(|side| relative(step, side, names));
            (&change.attribute, change.class, before, after)
        })
        .collect();
    let notes: Vec<String> = step.notes.iter().map(|note| general(step, note)).collect();
    let hindrance = step.hindrance.as_ref().map(|hindrance| {
        let waits = step
            .waits
            .iter()
            .any(|wait| hindrance.reason.contains(wait.on.as_str()));
        // "it needs `vm:…/web01/identity`" is the same for each machine with its own identity.
        if waits { "" } else { hindrance.reason.as_str() }
    });
    let rule = step.blocked.as_ref().map(|blocked| blocked.rule.as_str());
    let same = (step.action, same_place(&step.kind, &step.address));
    format!("{:?}", (same, changes, notes, hindrance, rule))
}

/// What two addresses have in common when they are the same part of two things: `login`, `grant/user/user:kim`. Of a grant the
/// role and the principal count, not the scope.
pub(super) fn same_place(kind: &str, address: &Address) -> String {
    let segments: Vec<&str> = address.segments().collect();
    let behind = match address.root() {
        "grant" => segments.len().saturating_sub(2),
        _ => segments.len().min(OWN + 1),
    };
    format!("{:?}", (kind, address.root(), &segments[behind..]))
}

/// Many of a kind.
pub(super) fn plural(kind: &str) -> &'static str {
    match kind {
        "vm" | "arc-machine" => "machines",
        "identity" => "identities",
        "login" => "logins",
        "grant" => "grants",
        "resource-group" => "resource groups",
        "managed-identity" => "managed identities",
        "virtual-network" => "networks",
        "subnet" => "subnets",
        "network-interface" => "network interfaces",
        "public-ip" => "public addresses",
        "network-security-group" => "security groups",
        "rule" => "security rules",
        _ => "things",
    }
}

/// Where in an address the name of a machine, or of another thing in a group, stands.
const OWN: usize = 2;

/// A value, so that what each of many machines has of its own reads the same: the interface of `web01` is to `web01` what that
/// of `web02` is to `web02`.
fn relative(step: &Step, value: &Value, names: &Names<'_>) -> String {
    let said = names.said(value);
    let Some(own) = step.address.segments().nth(OWN) else {
        return said;
    };
    if value.as_text() == Some(own) {
        return "its name".to_owned();
    }
    let related = names.address(value).and_then(|address| {
        let name = address.segments().last()?;
        Some(format!("{}:{:?}", address.root(), name.strip_prefix(own)?))
    });
    related.unwrap_or(said)
}

/// A note without the name of what it speaks of.
fn general(step: &Step, note: &str) -> String {
    match step.address.segments().nth(OWN) {
        Some(own) => note.replace(&format!("`{own}`"), "it"),
        None => note.to_owned(),
    }
}

/// What was said of a step, so that it reads the same for each of many machines: without the name of what it is about, and without
/// the ids of single requests and objects.
pub(super) fn alike(step: &Step, said: &str) -> String {
    let unnamed = match step.address.segments().nth(OWN) {
        Some(own) => said.replace(own, "it"),
        None => said.to_owned(),
    };
    let words =
        unnamed.split_inclusive(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
    words
        .map(|word| {
            match is_guid(word.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric())) {
                true => "id ",
                false => word,
            }
        })
        .collect()
}

fn is_guid(word: &str) -> bool {
    let lengths = word.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12])
        && word
            .chars()
            .all(|letter| letter == '-' || letter.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::{change, machine, plan, step};
    use vmlogin_engine::plan::Action;

    #[test]
    fn two_stay_apart_and_three_are_one_in_the_place_of_the_first() {
        let groups = folded(&["a1", "b1", "a2", "b2", "a3"], false, |it| it[..1].into());
        let told: Vec<(&str, usize)> = groups.iter().map(|it| (it.first, it.count)).collect();
        assert_eq!(told, [("a1", 3), ("b1", 1), ("b2", 1)]);
        assert_eq!(folded(&["a", "a", "a"], true, str::to_owned).len(), 3);
    }

    #[test]
    fn only_what_is_a_machine_s_own_is_alike_for_all_machines() {
        let id = "/subscriptions/s/networkInterfaces/web01-nic";
        let address = Address::new("network-interface", ["core", "rg-web", "web01-nic"]);
        let mut interface = step(address, "network-interface", "", Action::Keep);
        interface.id = Some(id.to_owned());
        let plan = plan(vec![interface]);
        let names = Names::of(&plan);
        let make = |name: &str, of: &str| {
            let mut made = step(machine(name, &[]), "vm", "", Action::Create);
            made.changes
                .push(change("computer-name", Value::Null, name.into()));
            made.changes.push(change("size", Value::Null, of.into()));
            made.notes.push(format!("`{name}` restarts"));
            same_step(&made, &names)
        };
        assert_eq!(make("web01", "D2"), make("web02", "D2"));
        assert_ne!(make("web01", "D2"), make("web02", "D4"));
        assert_ne!(make("web01", id), make("web02", id));
    }

    #[test]
    fn names_and_ids_do_not_keep_what_was_said_apart() {
        let said = |name: &str, id: &str| {
            let step = step(machine(name, &["login"]), "login", "", Action::Create);
            let text = format!("VM '{name}' failed: {id} (exit code 1007).");
            alike(&step, &text)
        };
        let one = said("web01", "11111111-1111-4111-8111-111111111111");
        assert_eq!(one, said("web02", "22222222-2222-4222-8222-222222222222"));
        assert_ne!(one, said("web02", "1111"));
        assert!(one.contains("exit code 1007"), "{one}");
    }
}
