//! The pure half of vmlogin: a manifest's text becomes a plan, and a plan a schedule, without a clock, a file or a socket.
//!
//! Nothing here knows Azure. Kinds, rules and readings come in through the traits in [`kind`], [`rule`] and [`provider`];
//! time, chance and order are arguments. The same inputs give the same plan, byte for byte. `clippy.toml` beside this
//! crate's Cargo.toml fences files, clocks and terminals out.

pub mod access;
pub mod address;
pub mod apply;
pub mod coverage;
pub mod diff;
pub mod event;
pub mod graph;
pub mod inventory;
pub mod kind;
pub mod language;
pub mod manifest;
pub mod named;
pub mod pins;
pub mod plan;
pub mod problem;
pub mod provider;
pub mod published;
pub mod reference;
pub mod rounds;
pub mod rule;
pub mod schedule;
pub mod schema;
mod shares;
pub mod source;
pub mod syntax;
pub mod value;
