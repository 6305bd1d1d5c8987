//! What others wrote into a thing survives every write of its tags: a request that names nothing else can change nothing else.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use vmlogin_engine::inventory::Inventory;
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::plan::Mode;
use vmlogin_engine::value::Value;

use super::exchanges::step;
use super::scenes::{self, arc, declare};
use super::{Seen, Write, azure_kind};

/// Every kind whose tags are declared, as its scene and its address there.
fn tagged() -> Vec<((Manifest, Inventory), &'static str)> {
    let azure = [
        "resource-group:core/rg-web",
        "managed-identity:core/rg-web/id-web",
        "virtual-network:core/rg-web/vnet-web",
        "network-security-group:core/rg-web/nsg-web",
        "vm:core/rg-web/web01",
    ];
    let azure = azure.map(|address| (scenes::estate(), address));
    let arc = (arc::estate(), "arc-machine:core/rg-web/line1");
    azure.into_iter().chain([arc]).collect()
}

/// What is sent where these tags are declared, of a thing that has others.
fn sent(
    (mut manifest, mut inventory): (Manifest, Inventory),
    address: &str,
    declared: &BTreeMap<String, String>,
    theirs: &BTreeMap<String, String>,
) -> Vec<(String, Option<Json>)> {
    let pairs = |tags: &BTreeMap<String, String>| {
        let pairs = tags.iter();
        Value::Map(
            pairs
                .map(|(name, value)| (name.clone(), value.as_str().into()))
                .collect(),
        )
    };
    declare(&mut manifest, address, "tags", pairs(declared));
    let mut live = inventory.live.values_mut();
    let live = live.find(|live| live.address.as_str() == address).unwrap();
    live.attributes.insert("tags".to_owned(), pairs(theirs));
    let step = step(&manifest, &inventory, Mode::Apply, address);
    let kind = azure_kind(&step.kind).unwrap();
    let Write::Send(requests) = kind.write(&step, &Seen::NotAsked).unwrap() else {
        panic!("nothing is sent");
    };
    let parts = |request: crate::http::Request| (request.path, request.body);
    requests.into_iter().map(parts).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn a_change_of_tags_names_the_declared_ones_only(
        declared in prop::collection::btree_map("a[a-z]{1,8}", "[a-z]{1,8}", 1..4),
        theirs in prop::collection::btree_map("x[a-z]{1,8}", "[a-z]{0,8}", 0..6),
    ) {
        for (scene, address) in tagged() {
            let requests = sent(scene, address, &declared, &theirs);
            prop_assert_eq!(requests.len(), 1, "{}", address);
            let (path, body) = &requests[0];
            prop_assert!(path.ends_with("/providers/Microsoft.Resources/tags/default"), "{}", path);
            let merge = json!({"operation": "Merge", "properties": {"tags": declared}});
            prop_assert_eq!(body.as_ref(), Some(&merge), "{}", address);
        }
    }
}
