//! Files that are there whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use super::folder;

/// Who may read a file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Whoever the system's habits let.
    Usual,
    /// Only who runs this.
    Owner,
}

/// Writes a file over an older one at once, and its folder where there is none: a reader sees the old text or the new one.
pub(crate) fn replace(path: &Path, text: &str, readers: Readers) -> io::Result<()> {
    fs::create_dir_all(folder(path))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.{}", std::process::id()));
    // What a run that ended hard left under this name is nobody's; who may read it is settled when a file is made.
    let _ = fs::remove_file(&beside);
    let written = new(&beside, text, readers).and_then(|()| fs::rename(&beside, path));
    written.inspect_err(|_| {
        let _ = fs::remove_file(&beside);
    })
}

fn new(path: &Path, text: &str, readers: Readers) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if readers == Readers::Owner {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let _ = readers;
    options.open(path)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_and_its_folder_are_made_and_replaced_and_nothing_is_left_beside() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("new/last.txt");
        replace(&path, "one", Readers::Owner).unwrap();
        replace(&path, "two", Readers::Owner).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(fs::read_dir(home.path().join("new")).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        // A folder cannot be replaced by a file.
        replace(&home.path().join("new"), "three", Readers::Usual).unwrap_err();
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }
}
