//! Live things by kind and key, and which of them a declared one is.

use vmlogin_engine::inventory::{Inventory, Live, Lives};
use vmlogin_engine::kind::{Key, Scene};
use vmlogin_engine::manifest::Resource;

use crate::sample::CATALOGUE;
use crate::world::{World, live, manifest};

fn keys<'a>(lives: impl Iterator<Item = &'a Live>) -> Vec<String> {
    lives
        .map(|live| format!("{} {}", live.kind, live.key))
        .collect()
}

#[test]
fn they_stand_by_kind_and_key_however_they_come() {
    let mut lives: Lives = [live("vm", "core/rg/b"), live("login", "core/rg/b/login")]
        .into_iter()
        .collect();
    lives.insert(live("vm", "core/rg/a"));
    lives.extend([live("grant", "core/rg|g1|user"), live("vm", "core/rg/c")]);
    let all = [
        "grant core/rg|g1|user",
        "login core/rg/b/login",
        "vm core/rg/a",
        "vm core/rg/b",
        "vm core/rg/c",
    ];
    assert_eq!(keys(lives.values()), all);
    assert_eq!(keys(lives.of_kind("vm")), all[2..]);
    assert_eq!(keys(lives.of_kind("login")), all[1..2]);
    assert_eq!(lives.of_kind("network").count(), 0);
}

#[test]
fn each_is_found_by_both_and_replaced_by_its_like() {
    let mut lives: Lives = [live("vm", "core/rg/a"), live("vm", "core/rg/b")]
        .into_iter()
        .collect();
    let key = Key("core/rg/b".to_owned());
    assert!(lives.get("login", &key).is_none());
    lives.insert(Live {
        protected: true,
        ..live("vm", "core/rg/b")
    });
    assert!(lives.get("vm", &key).is_some_and(|live| live.protected));
    assert_eq!(lives.number("vm", &key), Some(1));
    assert_eq!(lives.at(1).map(|live| &live.key), Some(&key));
    assert_eq!(lives.values().count(), 2);
}

#[test]
fn a_declared_thing_is_the_live_one_of_its_key_each_time_it_is_asked_for() {
    let manifest = manifest("resource-group rg subscription=core { vm web01; vm web02 }");
    let world = World::new().group("core/rg").machine("core/rg/web02");
    let found = |inventory: &Inventory| -> Vec<Option<String>> {
        let scene = Scene::of(&manifest, inventory);
        let resources = || manifest.resources.values();
        let of = |resource: &Resource| {
            let kind = CATALOGUE.kind(resource.kind)?;
            Some(scene.live_of(kind, resource)?.key.to_string())
        };
        let (first, second): (Vec<_>, Vec<_>) =
            (resources().map(of).collect(), resources().map(of).collect());
        assert_eq!(first, second);
        first
    };
    assert_eq!(
        found(world.inventory()),
        [Some("core/rg".into()), None, Some("core/rg/web02".into())]
    );
    assert_eq!(found(&Inventory::default()), [None, None, None]);
}
