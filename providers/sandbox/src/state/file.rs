//! The state file: locked while used, read with care, written whole or not at all.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

use super::{FORMAT, World};
use crate::problem::SandboxError;

/// Machines of the largest world that is written before each answer that follows a change.
const LARGE: usize = 1000;

/// The pause between two writes of a larger one.
const PAUSE: SignedDuration = SignedDuration::from_secs(5);

/// The state file of a running sandbox. The lock lies beside it, since the file itself is replaced at every write.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    lock: File,
    /// The newest generation on disk. Held while writing, so that waiting requests share one write.
    written: Mutex<u64>,
    /// When a large world was last written.
    at: Mutex<Option<Timestamp>>,
}

impl StateFile {
    /// Takes the lock and reads what is there; makes the world with `sow` where nothing is, and proves that the
    /// file can be written before anything is served.
    pub(crate) fn open(
        path: &Path,
        sow: impl FnOnce() -> Result<World, SandboxError>,
    ) -> Result<(StateFile, World), SandboxError> {
        if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|cause| not_written(path, cause))?;
        }
        let lock = lock(path)?;
        let known = read(path)?;
        let file = StateFile {
            path: path.to_owned(),
            lock,
            written: Mutex::new(0),
            at: Mutex::new(None),
        };
        let world = match known {
            Some(world) => {
                OpenOptions::new()
                    .write(true)
                    .open(path)
                    .map_err(|cause| not_written(path, cause))?;
                world
            }
            None => sow()?,
        };
        file.write(&encoded(&world))?;
        Ok((file, world))
    }

    /// Writes the world, unless a newer one is on disk already. `snapshot` answers a generation and its bytes.
    pub(crate) fn save(
        &self,
        wanted: u64,
        snapshot: impl FnOnce() -> (u64, Vec<u8>),
    ) -> Result<(), SandboxError> {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        if *written >= wanted {
            return Ok(());
        }
        let (generation, bytes) = snapshot();
        self.write(&bytes)?;
        *written = generation;
        Ok(())
    }

    /// Whether a world is to be written now: a large one only every few seconds and at the end, since writing it takes longer than
    /// most of what changes it.
    pub(crate) fn is_due(&self, world: &World, now: Timestamp) -> bool {
        if !is_large(world) {
            return true;
        }
        let mut at = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = at.is_none_or(|at| now.duration_since(at) >= PAUSE);
        if is_due {
            *at = Some(now);
        }
        is_due
    }

    /// Gives the lock back. Nothing is written any more: a connection that lingers could not harm the next user.
    pub(crate) fn release(&self) -> Result<(), SandboxError> {
        *self.written.lock().unwrap_or_else(PoisonError::into_inner) = u64::MAX;
        self.lock
            .unlock()
            .map_err(|cause| not_written(&self.path, cause))
    }

    fn write(&self, bytes: &[u8]) -> Result<(), SandboxError> {
        replace(&self.path, bytes).map_err(|cause| not_written(&self.path, cause))
    }
}

fn is_large(world: &World) -> bool {
    world.machines.len() + world.arcs.len() > LARGE
}

/// The world as the file holds it: a large one without the layout that people read.
pub(crate) fn encoded(world: &World) -> Vec<u8> {
    let encode = match is_large(world) {
        true => serde_json::to_vec,
        false => serde_json::to_vec_pretty,
    };
    let mut bytes =
        encode(world).expect("the world has text keys only, so it always has a JSON form");
    bytes.push(b'\n');
    bytes
}

fn not_written(path: &Path, cause: std::io::Error) -> SandboxError {
    SandboxError::StateNotWritable {
        path: path.to_owned(),
        source: cause,
    }
}

/// A new file under another name, on disk to the last byte, then put in place of the old one.
fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let fresh = beside(path, ".new");
    // What a run that ended hard left there is nobody's; a link is not written through.
    let _ = std::fs::remove_file(&fresh);
    let mut file = File::create_new(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&fresh, path)?;
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = match folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => folder,
        };
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Option<World>, SandboxError> {
    // What is no file may never answer, or never end.
    let regular = std::fs::metadata(path).and_then(|about| match about.is_file() {
        true => std::fs::read(path),
        false => Err(std::io::Error::other("it is no regular file")),
    });
    let text = match regular {
        Ok(text) => text,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => {
            return Err(SandboxError::StateNotRead {
                path: path.to_owned(),
                source: cause,
            });
        }
    };
    let damaged = |cause: serde_json::Error| SandboxError::StateDamaged {
        path: path.to_owned(),
        line: cause.line(),
        column: cause.column(),
        source: cause,
    };
    #[derive(serde::Deserialize)]
    struct Header {
        format: u32,
    }
    let header: Header = serde_json::from_slice(&text).map_err(damaged)?;
    if header.format != FORMAT {
        return Err(SandboxError::StateFormat {
            path: path.to_owned(),
            found: header.format,
            known: FORMAT,
        });
    }
    serde_json::from_slice(&text).map(Some).map_err(damaged)
}

/// How a lock names who holds it.
const HOLDER: &str = "process ";

fn lock(path: &Path) -> Result<File, SandboxError> {
    let at = beside(path, ".lock");
    let taken = |what: &str| {
        let why = format!("`{}` {what}", at.display());
        not_written(path, std::io::Error::other(why))
    };
    // The name of the holder is written into it: through a link, or over something else, that would destroy what is not ours.
    if std::fs::symlink_metadata(&at).is_ok_and(|there| !there.is_file()) {
        return Err(taken("is no plain file"));
    }
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&at)
        .map_err(|cause| not_written(path, cause))?;
    let mut holder = String::new();
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            // Where the lock forbids reading as well (Windows), the holder stays unnamed.
            let holder = match file.read_to_string(&mut holder) {
                Ok(length) if length > 0 => holder.trim().to_owned(),
                _ => "another process".to_owned(),
            };
            return Err(SandboxError::StateInUse {
                path: path.to_owned(),
                holder,
            });
        }
        Err(TryLockError::Error(cause)) => return Err(not_written(path, cause)),
    }
    // Whatever is no lock may be long.
    let read = (&file).take(64).read_to_string(&mut holder);
    if read.is_err() || !(holder.is_empty() || holder.starts_with(HOLDER)) {
        return Err(taken("is there, and is no lock of a sandbox"));
    }
    let holder = format!("{HOLDER}{}\n", std::process::id());
    file.set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| file.write_all(holder.as_bytes()))
        .map_err(|cause| not_written(path, cause))?;
    Ok(file)
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
