use vmlogin_engine::inventory::Inventory;
use vmlogin_engine::plan::Mode;

use crate::kinds::exchanges::{play, step};
use crate::kinds::scenes::estate;

const ADDRESS: &str = "public-ip:core/rg-web/web01-pip";

#[test]
fn a_missing_address_is_made_where_its_group_lies() {
    let (manifest, mut inventory) = estate();
    let comes_along = ["vm", "network-interface", "public-ip"];
    forget(&mut inventory, &comes_along[2..]);
    let step = step(&manifest, &inventory, Mode::Apply, ADDRESS);
    play(&step, include_str!("testdata/create.json"));
}

#[test]
fn an_address_is_deleted_only_while_nothing_has_it() {
    let (manifest, mut inventory) = estate();
    for live in inventory
        .live
        .values_mut()
        .filter(|live| live.kind == "public-ip")
    {
        live.stamp = Some("contoso".to_owned());
    }
    let step = step(&manifest, &inventory, Mode::Destroy, ADDRESS);
    play(&step, include_str!("testdata/delete.json"));
    play(&step, include_str!("testdata/delete-held.json"));
}

fn forget(inventory: &mut Inventory, kinds: &[&str]) {
    inventory.live.retain(|(kind, _), _| !kinds.contains(kind));
}
