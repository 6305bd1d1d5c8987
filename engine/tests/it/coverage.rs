//! How far machines have come: what is put off is counted at the machine that it belongs to, and nowhere else.

use std::collections::BTreeMap;

use vmlogin_engine::coverage::coverage;
use vmlogin_engine::kind::{Hindrance, Scene};
use vmlogin_engine::plan::Action;

use crate::plan::people;
use crate::sample::CATALOGUE;
use crate::world::manifest;

#[test]
fn what_is_put_off_counts_at_its_own_machine_and_not_at_one_of_nearly_the_same_name() {
    let machines = ["web1", "web1-x", "web10", "web2"];
    let nodes: String = machines
        .map(|name| format!("vm {name} {{ identity system-assigned\nlogin }}\n"))
        .concat();
    let manifest = manifest(&format!(
        "resource-group rg subscription=core {{\n{nodes}}}"
    ));
    let mut world = people().group("core/rg");
    for name in machines {
        world = world.machine(&format!("core/rg/{name}"));
    }
    let mut plan = world.plan(&manifest);
    for step in &mut plan.steps {
        if step.kind == "login" && !step.address.as_str().contains("web2") {
            step.action = Action::Defer;
            step.hindrance = Some(Hindrance {
                reason: "the machine is stopped".to_owned(),
                help: "start it".to_owned(),
            });
        }
    }
    let scene = Scene::of(&manifest, world.inventory());
    let told = coverage(&CATALOGUE, &scene, &plan, &BTreeMap::new());
    let waiting: Vec<&str> = told[0]
        .waiting
        .iter()
        .map(|one| one.address.as_str())
        .collect();
    assert_eq!((told[0].machines, told[0].deferred), (4, 3));
    assert_eq!(
        waiting,
        [
            "vm:core/rg/web1-x/login",
            "vm:core/rg/web1/login",
            "vm:core/rg/web10/login"
        ]
    );
}
