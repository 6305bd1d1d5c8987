//! What declared Windows machines with a login call themselves, as far as that can be known.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;
use vmlogin_engine::value::Value;

use crate::kinds::catalogue;
use crate::kinds::vm::image::declared_os;

/// How many letters of a computer's name Windows keeps for its older, flat sort of name; Azure makes no longer ones. FACTS 15.
pub(super) const LONGEST: usize = 15;

/// A declared machine with a login.
pub(super) struct Named<'a> {
    /// The machine.
    pub(super) machine: &'a Resource,
    /// What it calls itself, lower-case and cut: as it was read, as it is declared, else by its resource's name.
    pub(super) computer: String,
    /// Whether it runs Windows, where that is declared or was read.
    pub(super) windows: Option<bool>,
}

/// All declared machines with a login, by address.
pub(super) fn named<'a>(scene: &Scene<'a>) -> Vec<Named<'a>> {
    let scene = *scene;
    let logins = scene.manifest.of_kind("login");
    logins
        .filter_map(|login| Some(name(scene, scene.manifest.parent_of(login)?)))
        .collect()
}

fn name<'a>(scene: Scene<'a>, machine: &'a Resource) -> Named<'a> {
    let live = catalogue().kind(machine.kind).and_then(|kind| {
        let key = kind.key(machine, &scene)?;
        scene.inventory.get(kind.schema().kind, &key)
    });
    let fact = |name: &str| live?.facts.get(name).and_then(Value::as_text);
    let os = fact("os").or_else(|| declared_os(machine));
    let said = || machine.get("computer-name").and_then(Value::as_text);
    let told = fact("computer-name").or_else(said);
    // The record of an Arc-enabled machine may be called anything: only the machine itself tells where its name is cut.
    let most = match told {
        None if machine.kind == "arc-machine" => usize::MAX,
        _ => LONGEST,
    };
    let computer = told.unwrap_or(&machine.name).to_lowercase();
    Named {
        machine,
        computer: computer.chars().take(most).collect(),
        windows: os.map(|os| os == "windows"),
    }
}
