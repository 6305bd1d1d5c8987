//! Where two states of the sandbox differ.

use std::collections::BTreeSet;

use serde_json::Value as Json;

/// What the sandbox keeps of Azure.
const KINDS: [&str; 7] = [
    "groups",
    "machines",
    "arcs",
    "extensions",
    "resources",
    "assignments",
    "locks",
];

/// Every place that differs: of which thing, and where in it (`made` or `gone` for the whole). Members of lists that have names
/// are found by them, so that one more changes no other.
pub(super) fn changed(before: &Json, after: &Json) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for kind in KINDS {
        for key in keys(&before[kind], &after[kind]) {
            let thing = format!("{kind} {key}");
            match (before[kind].get(&key), after[kind].get(&key)) {
                (None, _) => all.push((thing, "made".to_owned())),
                (_, None) => all.push((thing, "gone".to_owned())),
                (Some(before), Some(after)) => {
                    compare(before, after, "", &mut |place| {
                        all.push((thing.clone(), place))
                    });
                }
            }
        }
    }
    all
}

fn compare(before: &Json, after: &Json, place: &str, differs: &mut impl FnMut(String)) {
    let (before, after) = (&by_name(before), &by_name(after));
    if !before.is_object() || !after.is_object() {
        if before != after {
            differs(place.to_owned());
        }
        return;
    }
    for key in keys(before, after) {
        compare(
            &before[&key],
            &after[&key],
            &format!("{place}/{key}"),
            differs,
        );
    }
}

/// A list whose members have names, as an object; everything else as it is.
fn by_name(json: &Json) -> Json {
    let named = json.as_array().and_then(|items| {
        let pair = |item: &Json| Some((item["name"].as_str()?.to_owned(), item.clone()));
        items
            .iter()
            .map(pair)
            .collect::<Option<serde_json::Map<_, _>>>()
    });
    match named {
        Some(named) if !named.is_empty() => Json::Object(named),
        _ => json.clone(),
    }
}

fn keys(one: &Json, other: &Json) -> BTreeSet<String> {
    let of = |json: &Json| {
        let members = json.as_object().into_iter().flatten();
        members.map(|(key, _)| key.clone()).collect::<Vec<_>>()
    };
    of(one).into_iter().chain(of(other)).collect()
}
