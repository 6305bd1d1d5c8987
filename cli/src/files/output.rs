//! Files that are there whole or not at all: those that `-o` names, never written over unasked, and those of our own.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{folder, shown};
use crate::error::Error;

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Whoever may read files of this user.
    AsUsual,
    /// This user alone.
    Owner,
}

/// Refuses to write over what is there, unless that was agreed to; to write through a link, or into what is no plain file; and where
/// there is no folder for it.
pub(crate) fn refuse_overwriting(path: &Path, force: bool) -> Result<(), Error> {
    let name = shown(path);
    if path == Path::new("-") {
        return Err(Error::usage(
            "`-` is no file: nothing was written",
            "name a file with `-o FILE`",
        ));
    }
    let Ok(there) = fs::symlink_metadata(path) else {
        let folder = folder(path);
        return match folder.is_dir() {
            true => Ok(()),
            false => Err(Error::usage(
                format!(
                    "there is no folder `{}`: nothing was written",
                    shown(folder)
                ),
                "make it, or name another file with `-o FILE`",
            )),
        };
    };
    if !force {
        return Err(Error::usage(
            format!("`{name}` exists already: nothing was written"),
            "name another file with `-o FILE`, or add `--force-overwrite`",
        ));
    }
    match there.is_file() {
        true => Ok(()),
        false => Err(Error::usage(
            format!("`{name}` is a link, a folder or a device: nothing was written"),
            "name a plain file with `-o FILE`",
        )),
    }
}

/// Writes a file. Whoever reads it meanwhile sees the whole of it, or none.
pub(crate) fn write(path: &Path, text: &str, force: bool, readers: Readers) -> Result<(), Error> {
    refuse_overwriting(path, force)?;
    written(path, text, force, readers).map_err(|cause| Error::File {
        attempted: "write",
        path: path.to_owned(),
        cause,
    })
}

/// Writes a file of our own over an older one, and its folder where there is none. A folder that is a link may have been checked in
/// by anybody, and leads anywhere.
pub(crate) fn replace(path: &Path, text: &str, readers: Readers) -> io::Result<()> {
    if folder(path).is_symlink() {
        return Err(io::Error::other("its folder is a link"));
    }
    fs::create_dir_all(folder(path))?;
    written(path, text, true, readers)
}

fn written(path: &Path, text: &str, force: bool, readers: Readers) -> io::Result<()> {
    let beside = beside(path);
    // What a run that ended hard left under this name is nobody's; who may read it is settled when a file is made.
    let _ = fs::remove_file(&beside);
    let mut file = create(&beside, readers)?;
    let filled = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all());
    // Claiming the name is what tells, between two that write at once, who may.
    let moved = filled
        .and_then(|()| match force {
            true => Ok(()),
            false => create(path, readers).map(drop),
        })
        .and_then(|()| fs::rename(&beside, path));
    if moved.is_err() {
        // What went wrong before is what counts.
        let _ = fs::remove_file(&beside);
    }
    moved
}

/// Where the text stands until it is whole.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}", std::process::id()))
}

/// Makes a file that was not there; a link in its place counts as there.
pub(crate) fn create(path: &Path, readers: Readers) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if readers == Readers::Owner {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = readers;
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_file_is_replaced_only_where_that_is_agreed_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        write(&path, "one", false, Readers::Owner).unwrap();
        assert!(write(&path, "two", false, Readers::Owner).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        write(&path, "two", true, Readers::Owner).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_of_our_own_and_its_folder_are_made_and_replaced_and_nothing_is_left_beside() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("new/last.txt");
        replace(&path, "one", Readers::Owner).unwrap();
        replace(&path, "two", Readers::Owner).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(fs::read_dir(home.path().join("new")).unwrap().count(), 1);
        // A folder cannot be replaced by a file.
        replace(&home.path().join("new"), "three", Readers::AsUsual).unwrap_err();
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_reads_it_and_no_link_is_followed() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.json");
        write(&path, "one", false, Readers::Owner).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let link = folder.path().join("link.json");
        symlink(&path, &link).unwrap();
        for force in [false, true] {
            assert!(write(&link, "two", force, Readers::Owner).is_err());
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
        let dangling = folder.path().join("dangling.json");
        symlink(folder.path().join("nowhere"), &dangling).unwrap();
        assert!(write(&dangling, "two", false, Readers::Owner).is_err());
        assert!(!folder.path().join("nowhere").exists());
        let own = folder.path().join(".own");
        symlink(folder.path().join("elsewhere"), &own).unwrap();
        fs::create_dir(folder.path().join("elsewhere")).unwrap();
        replace(&own.join("last.txt"), "one", Readers::Owner).unwrap_err();
        assert!(!folder.path().join("elsewhere/last.txt").exists());
    }
}
