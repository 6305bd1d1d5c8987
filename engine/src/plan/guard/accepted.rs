//! Which guards a person lifted, by name and number.

use std::collections::BTreeMap;

use crate::address::Address;
use crate::problem::nearest;

/// The guards that `--accept` lifts, and whether each takes a number. `replace` takes an address.
pub const GUARDS: &[(&str, bool)] = &[
    ("foreign-estate", false),
    ("max-change-percent", true),
    ("max-delete", true),
    ("privileged-role", false),
    ("protected", false),
    ("reinstall-login", false),
    ("replace", false),
];

/// Guards that the design names and this version does not build: `--accept` refuses them by name.
pub const GUARDS_LATER: &[&str] = &["break-glass", "last-admin", "self-lockout"];

/// The guards that were lifted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    guards: BTreeMap<&'static str, Option<u32>>,
    replaced: Vec<Address>,
}

/// An `--accept` that names no guard, or names it wrongly.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AcceptError {
    /// No guard has this name.
    #[error("there is no guard `{name}`")]
    Unknown {
        /// The name as typed.
        name: String,
        /// The guard that was probably meant.
        nearest: Option<&'static str>,
    },
    /// The guard is documented and not built yet.
    #[error("the guard `{name}` is documented, but this version of vmlogin does not build it yet")]
    Later {
        /// Its name.
        name: String,
    },
    /// The guard counts, and no number was given.
    #[error("`{name}` needs the number that you accept")]
    NumberMissing {
        /// Its name.
        name: &'static str,
    },
    /// The guard is lifted for one thing, and no address was given.
    #[error("`replace` needs the address of what is to be made anew")]
    AddressMissing,
    /// What followed is no address of one thing.
    #[error("`{text}` is no address of one thing")]
    NoAddress {
        /// What was typed.
        text: String,
    },
    /// The guard does not count, and something followed it.
    #[error("`{name}` takes no number")]
    NumberSurplus {
        /// Its name.
        name: &'static str,
    },
    /// What followed is no number.
    #[error("`{text}` is no number")]
    NotANumber {
        /// The guard.
        name: &'static str,
        /// What was typed.
        text: String,
    },
}

impl AcceptError {
    /// What to type instead.
    pub fn help(&self) -> String {
        match self {
            AcceptError::Unknown {
                nearest: Some(nearest),
                ..
            } => format!("did you mean `--accept {nearest}`?"),
            AcceptError::Unknown { nearest: None, .. } | AcceptError::Later { .. } => {
                let names: Vec<&str> = GUARDS.iter().map(|(name, _)| *name).collect();
                format!("the guards are `{}`", names.join("`, `"))
            }
            AcceptError::NumberMissing { name } | AcceptError::NotANumber { name, .. } => {
                format!("write `--accept {name}=12`, with the number that the refusal shows")
            }
            AcceptError::AddressMissing | AcceptError::NoAddress { .. } => {
                "write `--accept replace=ADDRESS`, with the address that the plan shows".to_owned()
            }
            AcceptError::NumberSurplus { name } => format!("write `--accept {name}`"),
        }
    }
}

impl Accepted {
    /// Reads the values of `--accept`; a guard that is named twice counts with its last number.
    pub fn read<T: AsRef<str>>(texts: &[T]) -> Result<Accepted, AcceptError> {
        let mut accepted = Accepted::default();
        for text in texts {
            match text.as_ref().split_once('=') {
                Some((REPLACE, address)) => accepted.replaced.push(read_address(address)?),
                _ => {
                    let (name, number) = read_one(text.as_ref())?;
                    accepted.guards.insert(name, number);
                }
            }
        }
        Ok(accepted)
    }

    /// What may be made anew.
    pub fn replaced(&self) -> &[Address] {
        &self.replaced
    }

    /// Whether a guard was lifted.
    pub fn has(&self, guard: &str) -> bool {
        self.guards.contains_key(guard)
    }

    /// The number up to which a guard was lifted.
    pub fn number(&self, guard: &str) -> Option<u32> {
        self.guards.get(guard).copied().flatten()
    }
}

const REPLACE: &str = "replace";

/// Reads the address of one thing; a pattern might mean more than anybody looked at.
fn read_address(text: &str) -> Result<Address, AcceptError> {
    match text.split_once(':') {
        Some((kind, path)) if !kind.is_empty() && !path.is_empty() && !text.contains('*') => {
            Ok(Address::read(text))
        }
        _ => Err(AcceptError::NoAddress {
            text: text.to_owned(),
        }),
    }
}

fn read_one(text: &str) -> Result<(&'static str, Option<u32>), AcceptError> {
    let (typed, number) = match text.split_once('=') {
        Some((name, number)) => (name, Some(number)),
        None => (text, None),
    };
    let Some((name, counts)) = GUARDS.iter().find(|(name, _)| *name == typed) else {
        let name = typed.to_owned();
        return Err(if GUARDS_LATER.contains(&typed) {
            AcceptError::Later { name }
        } else {
            AcceptError::Unknown {
                nearest: nearest(typed, GUARDS.iter().map(|(name, _)| *name)),
                name,
            }
        });
    };
    if *name == REPLACE {
        return Err(AcceptError::AddressMissing);
    }
    match (counts, number) {
        (true, Some(number)) => match number.parse() {
            Ok(number) => Ok((name, Some(number))),
            Err(_) => Err(AcceptError::NotANumber {
                name,
                text: number.to_owned(),
            }),
        },
        (true, None) => Err(AcceptError::NumberMissing { name }),
        (false, Some(_)) => Err(AcceptError::NumberSurplus { name }),
        (false, None) => Ok((name, None)),
    }
}
