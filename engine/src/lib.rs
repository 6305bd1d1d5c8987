//! The language, the graph, the diff, the plan and the schedule of vmlogin, as pure functions from values to values.
//!
//! Must not know Azure, HTTP, files, clocks or terminals: `clippy.toml` beside the manifest of this crate fences them out.

pub mod language;
pub mod problem;
pub mod source;
pub mod syntax;
