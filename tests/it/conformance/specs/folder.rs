//! The folder of Microsoft's files, which is no part of this project.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;

use super::Specs;

impl Specs {
    /// The folder `arm/specs` of the shared folder, which is `VMLOGIN_SHARED` or else `../shared` beside the repository.
    /// Without one it says on stderr what was skipped and why, and returns `None`.
    pub(crate) fn find() -> Option<PathBuf> {
        let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
        let shared = env::var_os("VMLOGIN_SHARED").map_or_else(beside, PathBuf::from);
        let folder = shared.join("arm/specs");
        if folder.is_dir() {
            return Some(folder);
        }
        // Not `eprintln!`: the test runner would keep it to itself when the test passes.
        writeln!(
            std::io::stderr(),
            "skipped: conformance with Microsoft's specs, since {} is no folder (set VMLOGIN_SHARED)",
            folder.display()
        )
        .expect("stderr takes a line");
        None
    }

    /// Reads every document below the folder of specs.
    ///
    /// # Panics
    /// If the folder cannot be read or holds something else: then nothing could be checked.
    pub(crate) fn load(folder: &Path) -> Specs {
        let mut documents = BTreeMap::new();
        read_folder(folder, "", &mut documents);
        Specs::of(documents)
    }
}

fn read_folder(folder: &Path, prefix: &str, documents: &mut BTreeMap<String, Value>) {
    let entries = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", folder.display()));
    for entry in entries {
        let entry =
            entry.unwrap_or_else(|error| panic!("cannot read {}: {error}", folder.display()));
        let (path, name) = (
            entry.path(),
            entry.file_name().to_string_lossy().into_owned(),
        );
        if path.is_dir() {
            read_folder(&path, &format!("{prefix}{name}/"), documents);
        } else if name.ends_with(".json") {
            let text = fs::read(&path)
                .unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()));
            let document = serde_json::from_slice(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            documents.insert(format!("{prefix}{name}"), document);
        }
    }
}
