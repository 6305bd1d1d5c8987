//! What names come to, held against the principal lock: its word holds, and where the directory can be read it has to agree.

use std::collections::BTreeMap;

use vmlogin_engine::inventory::{Found, Gap, Pinned, Resolution};
use vmlogin_engine::pins::{Pin, Pins};
use vmlogin_engine::plan::Mode;
use vmlogin_engine::provider::Fault;
use vmlogin_engine::value::Principal;

use super::{Answers, Resolutions};

/// What names come to.
#[derive(Debug, Default)]
pub(crate) struct Resolved {
    /// What each stands for, where that is known.
    pub(crate) principals: Resolutions,
    /// How each stands to the lock, where there is one.
    pub(crate) pinned: BTreeMap<(String, Principal), Pinned>,
    /// What could not be looked up.
    pub(crate) gaps: Vec<Gap>,
}

impl Resolved {
    /// Takes the directory's word for the names of a tenant. One that may not be read is enough to stop, unless everything is to go.
    pub(super) fn take(&mut self, tenant: &str, answers: Answers, mode: Mode) -> Result<(), Fault> {
        let mut first = None;
        for (principal, answer) in answers {
            match answer {
                Ok(resolution) => {
                    let name = (tenant.to_owned(), principal);
                    self.principals.insert(name, resolution);
                }
                Err(fault) if mode == Mode::Apply => return Err(fault),
                Err(fault) => first = first.or(Some(fault)),
            }
        }
        let what = format!(
            "names of people and groups in tenant `{tenant}`; what this estate made is told by its stamps"
        );
        self.gaps.extend(first.map(|fault| Gap { what, fault }));
        Ok(())
    }

    /// Takes the lock's word for the names of a tenant, and holds the directory's against it.
    pub(super) fn pin(&mut self, tenant: &str, pins: &Pins, answers: Answers) {
        let mut first = None;
        for (principal, answer) in answers {
            let name = (tenant.to_owned(), principal);
            let pin = pins.pin(tenant, &name.1);
            first = first.or_else(|| answer.as_ref().err().cloned());
            let (resolution, pinned) = settle(pin, answer.ok());
            if let Some(resolution) = resolution {
                self.principals.insert(name.clone(), resolution);
            }
            self.pinned.insert(name, pinned);
        }
        let what = format!(
            "whom names in tenant `{tenant}` stand for today; they are taken for what the principal lock says"
        );
        self.gaps.extend(first.map(|fault| Gap { what, fault }));
    }
}

/// What a name stands for, and how it stands to the lock, from the lock's word and the directory's; `None` where that is not known.
fn settle(pin: Option<&Pin>, now: Option<Resolution>) -> (Option<Resolution>, Pinned) {
    let Some(pin) = pin else {
        return (now, Pinned::NotPinned);
    };
    match now {
        None => (Some(taken(pin)), Pinned::Unasked),
        Some(Resolution::Found(found)) if is(pin, &found) => {
            (Some(Resolution::Found(found)), Pinned::Confirmed)
        }
        // Whoever was agreed on keeps what they have until somebody decides.
        Some(now) => {
            let pin = pin.clone();
            (Some(taken(&pin)), Pinned::Moved { pin, now })
        }
    }
}

fn is(pin: &Pin, found: &Found) -> bool {
    (&pin.object_id, &pin.principal_type) == (&found.object_id, &found.principal_type)
}

/// The pinned object, of which nothing else is known.
fn taken(pin: &Pin) -> Resolution {
    Resolution::Found(Found {
        object_id: pin.object_id.clone(),
        principal_type: pin.principal_type.clone(),
        display_name: pin.display_name.clone(),
        enabled: None,
        guest: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(object_id: &str) -> Pin {
        Pin {
            object_id: object_id.to_owned(),
            principal_type: "Group".to_owned(),
            display_name: "sg-web".to_owned(),
        }
    }

    #[test]
    fn the_directory_confirms_the_object_and_adds_what_the_lock_does_not_know() {
        let Resolution::Found(mut found) = taken(&pin("a")) else {
            panic!("a pin stands for an object")
        };
        found.guest = Some(false);
        let now = Resolution::Found(found);
        let settled = settle(Some(&pin("a")), Some(now.clone()));
        assert_eq!(settled, (Some(now), Pinned::Confirmed));
    }

    #[test]
    fn another_object_or_none_leaves_the_pinned_one_in_place() {
        for now in [taken(&pin("b")), Resolution::Missing] {
            let moved = Pinned::Moved {
                pin: pin("a"),
                now: now.clone(),
            };
            let settled = settle(Some(&pin("a")), Some(now));
            assert_eq!(settled, (Some(taken(&pin("a"))), moved));
        }
    }

    #[test]
    fn without_the_directory_the_locks_word_is_taken() {
        let settled = settle(Some(&pin("a")), None);
        assert_eq!(settled, (Some(taken(&pin("a"))), Pinned::Unasked));
    }

    #[test]
    fn a_name_that_is_not_pinned_is_what_the_directory_says() {
        let now = Some(Resolution::Missing);
        assert_eq!(settle(None, now.clone()), (now, Pinned::NotPinned));
        assert_eq!(settle(None, None), (None, Pinned::NotPinned));
    }
}
