//! Files whose text a manifest takes a value from, `(file)"keys/admin.pub"`: named from the folder of the file that says so, inside
//! the manifest's tree, and read only when the value is needed.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Component, Path, PathBuf};

use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::problem::{Code, Label, Problem};
use vmlogin_engine::source::SourceId;
use vmlogin_engine::value::{SecretSource, Value};

use super::{at_most, shown};

/// Larger than any password and any key.
const MOST_BYTES: u64 = 64 * 1024;

/// Where the files of a manifest lie.
#[derive(Clone, Debug, Default)]
pub(crate) struct Homes(pub(super) BTreeMap<SourceId, Home>);

/// Where one file lies.
#[derive(Clone, Debug)]
pub(super) struct Home {
    /// Its folder, as it was typed.
    pub(super) folder: PathBuf,
    /// The tree that must not be left, as it really is.
    pub(super) tree: PathBuf,
}

/// Makes the paths that the values of a manifest name into such as can be opened. Whether there is a file is asked when its text
/// is needed; a path that leads out of its manifest's folder is refused now.
pub(crate) fn find(manifest: &mut Manifest, homes: &Homes) -> Vec<Problem> {
    let mut problems = Vec::new();
    let resources = manifest.resources.values_mut();
    for declared in resources.flat_map(|resource| resource.attributes.values_mut()) {
        let Value::Secret(SecretSource::File(path)) = &mut declared.value else {
            continue;
        };
        let Some(home) = homes.0.get(&declared.span.source) else {
            continue;
        };
        match leads_out(Path::new(path.as_str())) {
            true => problems.push(Problem {
                code: Code("VML064"),
                message: "a file that a manifest takes a value from lies in the manifest's folder".to_owned(),
                labels: vec![Label::new(declared.span, "leads out of it")],
                help: Some(
                    "put the file beside the manifest and name it from there, or take the value from `(env)NAME`"
                        .to_owned(),
                ),
            }),
            false => *path = shown(&home.seen_from_here().join(&*path)),
        }
    }
    problems
}

/// The home of texts that lie in no file: the current folder.
pub(super) fn here(sources: impl Iterator<Item = SourceId>) -> Homes {
    // Without a current folder no file is found.
    let Ok(tree) = Path::new(".").canonicalize() else {
        return Homes::default();
    };
    let home = Home {
        folder: PathBuf::new(),
        tree,
    };
    Homes(sources.map(|source| (source, home.clone())).collect())
}

/// A path that a text names, from the current folder; `None` where the text lies outside of that.
pub(crate) fn from_here(path: &str, source: SourceId, homes: &Homes) -> Option<String> {
    let folder = homes.0.get(&source)?.below_here()?;
    Some(shown(&folder.join(path)))
}

impl Home {
    /// Its folder as the current one sees it, so that one file has one name however the manifest was named.
    fn seen_from_here(&self) -> PathBuf {
        self.below_here().unwrap_or_else(|| self.folder.clone())
    }

    fn below_here(&self) -> Option<PathBuf> {
        let here = Path::new(".").canonicalize().ok()?;
        let folder = match self.folder.as_os_str().is_empty() {
            true => here.clone(),
            false => self.folder.canonicalize().ok()?,
        };
        folder.strip_prefix(&here).ok().map(Path::to_owned)
    }
}

/// Whether a path leaves the folder that it begins in, links aside.
fn leads_out(path: &Path) -> bool {
    !path
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

/// The text of a file that [`find`] found.
pub(crate) fn text(path: &str, homes: &Homes) -> io::Result<String> {
    let real = Path::new(path).canonicalize()?;
    let trees: BTreeSet<&Path> = homes.0.values().map(|home| home.tree.as_path()).collect();
    if !trees.iter().any(|tree| real.starts_with(tree)) {
        return Err(io::Error::other(
            "it is a link that leads out of the manifest's folder",
        ));
    }
    let bytes = at_most(&real, MOST_BYTES + 1)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(io::Error::other("it is larger than any password or key"));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::other("it is no text in UTF-8"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_path_stays_where_it_begins() {
        for inside in ["keys/admin.pub", "./key", "key"] {
            assert!(!leads_out(Path::new(inside)), "{inside}");
        }
        for outside in ["/etc/passwd", "../key", "keys/../../key"] {
            assert!(leads_out(Path::new(outside)), "{outside}");
        }
    }

    #[test]
    fn a_link_out_of_the_tree_is_not_read() {
        let outside = tempfile::tempdir().unwrap();
        let tree = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "out").unwrap();
        fs::write(tree.path().join("own"), "in\n").unwrap();
        let home = Home {
            folder: tree.path().to_owned(),
            tree: tree.path().canonicalize().unwrap(),
        };
        let homes = Homes(BTreeMap::from([(SourceId(0), home)]));
        let path = |name: &str| tree.path().join(name).to_string_lossy().into_owned();
        assert_eq!(text(&path("own"), &homes).unwrap(), "in\n");
        assert!(text(&path("none"), &homes).is_err());
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(outside.path().join("secret"), tree.path().join("link"))
                .unwrap();
            assert!(text(&path("link"), &homes).is_err());
        }
    }
}
