//! The declared values of one thing, by name.

use super::Declared;
use crate::named::Named;

/// Declared values by the names of the kind's schema.
pub type Settings = Named<&'static str, Declared>;
