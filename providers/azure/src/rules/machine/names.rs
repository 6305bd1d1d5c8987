//! What declared Windows machines with a login call themselves, as far as that can be known.

use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;

use crate::rules::subject::{self, Subject};

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
    /// Whether its login works already.
    pub(super) installed: bool,
}

/// All declared machines with a login, by address.
pub(super) fn named<'a>(scene: &Scene<'a>) -> Vec<Named<'a>> {
    subject::all(scene).iter().map(name).collect()
}

fn name<'a>(subject: &Subject<'a>) -> Named<'a> {
    let told = subject.computer_name();
    // The record of an Arc-enabled machine may be called anything: only the machine itself tells where its name is cut.
    let most = match told {
        None if subject.is_arc() => usize::MAX,
        _ => LONGEST,
    };
    let mut computer = told.unwrap_or(subject.name()).to_lowercase();
    if let Some((end, _)) = computer.char_indices().nth(most) {
        computer.truncate(end);
    }
    Named {
        machine: subject.machine,
        computer,
        windows: subject.os().map(|os| os == "windows"),
        installed: subject.is_installed(),
    }
}
