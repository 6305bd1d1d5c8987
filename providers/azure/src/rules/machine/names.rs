//! What declared Windows machines with a login call themselves, as far as that can be known.

use std::borrow::Cow;

use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Resource;

use crate::rules::subject::{self, Subject};

/// How many letters of a computer's name Windows keeps for its older, flat sort of name; Azure makes no longer ones. FACTS 15.
pub(super) const LONGEST: usize = 15;

/// A declared machine with a login.
pub(super) struct Named<'a> {
    subject: Subject<'a>,
    /// What it calls itself, lower-case and cut: as it was read, as it is declared, else by its resource's name.
    pub(super) computer: Cow<'a, str>,
}

/// The declared machines with a login that are wanted, by address.
pub(super) fn named<'a>(
    scene: &Scene<'a>,
    wanted: impl Fn(&Resource) -> bool,
) -> impl Iterator<Item = Named<'a>> {
    subject::on(scene, wanted).map(name)
}

fn name(subject: Subject<'_>) -> Named<'_> {
    let told = subject.computer_name();
    // The record of an Arc-enabled machine may be called anything: only the machine itself tells where its name is cut.
    let most = match told {
        None if subject.is_arc() => usize::MAX,
        _ => LONGEST,
    };
    Named {
        computer: cut(told.unwrap_or(subject.name()), most),
        subject,
    }
}

/// The first letters of a name in lower case. Most names are so already, and are not copied.
fn cut(name: &str, most: usize) -> Cow<'_, str> {
    if name.is_ascii() && !name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return name.get(..most).unwrap_or(name).into();
    }
    let mut name = name.to_lowercase();
    if let Some((end, _)) = name.char_indices().nth(most) {
        name.truncate(end);
    }
    name.into()
}

impl<'a> Named<'a> {
    /// The machine.
    pub(super) fn machine(&self) -> &'a Resource {
        self.subject.machine
    }

    /// Whether it runs Windows, where that is declared or was read.
    pub(super) fn windows(&self) -> Option<bool> {
        self.subject.os().map(|os| os == "windows")
    }

    /// Whether its login works already.
    pub(super) fn is_installed(&self) -> bool {
        self.subject.is_installed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_cut_by_letters_and_without_case() {
        assert_eq!(cut("web01", LONGEST), "web01");
        assert_eq!(cut("frontend-westeurope", LONGEST), "frontend-westeu");
        assert_eq!(cut("FRONTEND-westeurope", LONGEST), "frontend-westeu");
        assert_eq!(cut("Überlange-Straße", LONGEST), "überlange-straß");
        assert_eq!(cut("any-length", usize::MAX), "any-length");
    }
}
