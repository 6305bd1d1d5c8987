//! Which guards a person lifted, by name and number.

use std::collections::BTreeMap;

use super::{GUARDS, Guard, Takes};
use crate::address::Address;
use crate::problem::nearest;

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
            AcceptError::Unknown { nearest: None, .. } => {
                let names: Vec<&str> = GUARDS.iter().map(|guard| guard.name).collect();
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
    let Some(guard) = Guard::named(typed) else {
        return Err(AcceptError::Unknown {
            nearest: nearest(typed, GUARDS.iter().map(|guard| guard.name)),
            name: typed.to_owned(),
        });
    };
    let name = guard.name;
    match (guard.takes, number) {
        (Takes::Address, _) => Err(AcceptError::AddressMissing),
        (Takes::Number, Some(number)) => match number.parse() {
            Ok(number) => Ok((name, Some(number))),
            Err(_) => Err(AcceptError::NotANumber {
                name,
                text: number.to_owned(),
            }),
        },
        (Takes::Number, None) => Err(AcceptError::NumberMissing { name }),
        (Takes::Nothing, Some(_)) => Err(AcceptError::NumberSurplus { name }),
        (Takes::Nothing, None) => Ok((name, None)),
    }
}
