//! The principal lock, which lies beside the first file of `-f`, or beside what that is a link to.

use std::fs;
use std::path::{Path, PathBuf};

use vmlogin_engine::pins::{self, FILE, Pins};
use vmlogin_engine::problem::{Code, Problem};
use vmlogin_engine::source::Sources;

use super::{DEFAULT, Unreadable, add, bounded, folder, shown};

/// Where the principal lock of a manifest is, or would be.
pub(crate) fn pins_path(files: &[PathBuf]) -> PathBuf {
    let first = files
        .first()
        .map_or(Path::new(DEFAULT), |path| path.as_path());
    let here = match folder(first) {
        here if here == Path::new(".") => PathBuf::from(FILE),
        folder => folder.join(FILE),
    };
    // Whoever names a manifest by a link to it does not mean to leave out who was agreed on.
    let real = first.canonicalize().ok();
    let there = real.map(|real| folder(&real).join(FILE));
    let is_there = |path: &PathBuf| fs::symlink_metadata(path).is_ok();
    match there.filter(is_there) {
        Some(there) if !is_there(&here) => there,
        _ => here,
    }
}

/// What a principal lock says, and what is wrong with it; `None` where there is none.
pub(super) fn read(path: &Path, sources: &mut Sources) -> Option<(Pins, Vec<Problem>)> {
    // A link that leads nowhere is a lock that cannot be read, not one that is not there.
    fs::symlink_metadata(path).ok()?;
    let nothing = |problem| Some((Pins::default(), vec![problem]));
    if leads_out(path) {
        return nothing(strays(path));
    }
    let bytes = match bounded(path) {
        Ok(bytes) => bytes,
        Err(unreadable) => return nothing(unread(&unreadable, path, sources)),
    };
    Some(understand(shown(path), &bytes, sources))
}

/// What the bytes of a principal lock say, and what is wrong with them.
pub(super) fn understand(
    name: String,
    bytes: &[u8],
    sources: &mut Sources,
) -> (Pins, Vec<Problem>) {
    let parsed = add(sources, name, bytes);
    // What is no KDL would only be missed again.
    if !parsed.problems.is_empty() {
        return (Pins::default(), parsed.problems);
    }
    let reading = pins::read(&parsed.tree);
    (reading.pins, reading.problems)
}

fn unread(unreadable: &Unreadable, path: &Path, sources: &mut Sources) -> Problem {
    Problem {
        help: Some(
            "see that whoever runs vmlogin may read it; without it nothing tells who is meant"
                .to_owned(),
        ),
        ..unreadable.problem(sources, &shown(path), None)
    }
}

/// Whether it is a link to somewhere else: what says who gets in lies beside the manifest, where it is reviewed.
fn leads_out(path: &Path) -> bool {
    match (path.canonicalize(), folder(path).canonicalize()) {
        (Ok(real), Ok(tree)) => !real.starts_with(tree),
        _ => false,
    }
}

fn strays(path: &Path) -> Problem {
    Problem {
        code: Code("VML086"),
        message: format!(
            "`{}` is a link that leads out of the manifest's folder",
            shown(path)
        ),
        labels: Vec::new(),
        help: Some(
            "put the file itself there: who is meant is reviewed with the manifest".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_lies_beside_the_first_file() {
        let lies = |files: &[&str]| {
            let files: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
            pins_path(&files)
        };
        assert_eq!(lies(&[]), Path::new("principals.lock.kdl"));
        assert_eq!(lies(&["prod.kdl"]), Path::new("principals.lock.kdl"));
        assert_eq!(
            lies(&["teams/web.kdl", "estate.kdl"]),
            Path::new("teams/principals.lock.kdl")
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_the_manifest_leaves_nobody_out() {
        let tree = tempfile::tempdir().unwrap();
        let home = tree.path().canonicalize().unwrap();
        fs::create_dir(home.join("links")).unwrap();
        let link = home.join("links/estate.kdl");
        std::os::unix::fs::symlink("../estate.kdl", &link).unwrap();
        fs::write(home.join("estate.kdl"), "").unwrap();
        let own = home.join("links").join(FILE);
        assert_eq!(pins_path(std::slice::from_ref(&link)), own);
        fs::write(home.join(FILE), "principal-lock 1\n").unwrap();
        assert_eq!(pins_path(std::slice::from_ref(&link)), home.join(FILE));
        fs::write(&own, "principal-lock 1\n").unwrap();
        assert_eq!(pins_path(&[link]), own);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_only_within_the_folder() {
        use std::os::unix::fs::symlink;
        let outside = tempfile::tempdir().unwrap();
        let tree = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("lock"), "principal-lock 1\n").unwrap();
        let path = tree.path().join(FILE);
        let said = |path: &Path| {
            let (_, problems) = read(path, &mut Sources::new()).unwrap();
            problems
                .iter()
                .map(|problem| problem.code.0)
                .collect::<Vec<_>>()
        };
        assert!(read(&path, &mut Sources::new()).is_none());
        symlink(outside.path().join("lock"), &path).unwrap();
        assert_eq!(said(&path), ["VML086"]);
        fs::remove_file(&path).unwrap();
        symlink(tree.path().join("nowhere"), &path).unwrap();
        assert_eq!(said(&path), ["VML060"]);
    }
}
