//! The seed that a state began with, kept beside it: a world does not follow its seed, and whoever edits one has to be told.

use std::path::{Path, PathBuf};

use super::BUILT_IN;
use crate::files;
use crate::files::output::{self, Readers};

/// Larger seeds are not kept, and so never told apart.
const MOST_BYTES: u64 = 10_000_000;

/// The seed that belongs to a manifest.
pub(crate) fn beside(manifest: &Path) -> PathBuf {
    files::folder(manifest).join("sandbox.kdl")
}

/// Keeps what a new state begins with. Where that cannot be, nothing is told later: the state itself is whole.
pub(crate) fn keep(state: &Path, manifest: &Path) {
    if let Some((_, text)) = current(manifest) {
        let _ = output::replace(&kept(state), &text, Readers::AsUsual);
    }
}

/// Keeps nothing: a state that others make next did not begin with what is kept.
pub(crate) fn forget(state: &Path) {
    let _ = std::fs::remove_file(kept(state));
}

/// The name of the seed that a new state would begin with, where that is another than this state began with.
pub(crate) fn differs(state: &Path, manifest: &Path) -> Option<String> {
    let began = files::at_most(&kept(state), MOST_BYTES).ok()?;
    let (name, text) = current(manifest)?;
    (began != text.as_bytes()).then_some(name)
}

/// The seed that a new state would begin with: what it is called, and its text.
fn current(manifest: &Path) -> Option<(String, String)> {
    let own = beside(manifest);
    if !own.exists() {
        return Some(("the built-in seed".to_owned(), BUILT_IN.to_owned()));
    }
    let text = files::at_most(&own, MOST_BYTES).ok()?;
    Some((files::shown(&own), String::from_utf8(text).ok()?))
}

/// Where it stands.
fn kept(state: &Path) -> PathBuf {
    let name = state.file_name().unwrap_or_default().to_string_lossy();
    state.with_file_name(format!("{name}.seed"))
}
