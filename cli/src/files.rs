//! From paths to texts: the files that `-f` names, and those that they include.
//!
//! Included files stay inside the tree of the manifest, which is the folder of the file that `-f` names; a link that leads
//! out of it is refused. What cannot be read is a problem like any other, so that it comes in the same report.

mod beside;
mod include;
pub(crate) mod output;
mod pins;
mod table;

use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use vmlogin_engine::language::{self, File, IncludeWish, Tables};
use vmlogin_engine::pins::{FILE, Pins};
use vmlogin_engine::problem::{Code, Label, Problem};
use vmlogin_engine::source::{SourceId, Sources, Span};
use vmlogin_engine::syntax::{self, MOST_BYTES};

pub(crate) use beside::{Homes, find, from_here, text};
pub(crate) use pins::pins_path;

/// The manifest that is read where `-f` names none.
pub(crate) const DEFAULT: &str = "estate.kdl";

/// What was read, and what was wrong with it.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    /// The files, those of `-f` first.
    pub files: Vec<File>,
    /// Their texts.
    pub sources: Sources,
    /// What could not be read or parsed.
    pub problems: Vec<Problem>,
    /// Where each of them lies, for the files that they name.
    pub homes: Homes,
    /// The tables that their loops go through.
    pub tables: Tables,
    /// The texts of those of which nobody can tell what their cells are.
    pub unread: Vec<Span>,
    /// What the principal lock beside the first of them says, where there is one.
    pub pins: Option<Pins>,
}

/// Reads the files of `-f`, all that they include, and the tables that they name.
pub(crate) fn read(paths: &[PathBuf]) -> Texts {
    let mut reading = Reading::default();
    if paths.is_empty() {
        reading.root(Path::new(DEFAULT), true);
    }
    for path in paths {
        reading.root(path, false);
    }
    while let Some(wish) = reading.wishes.pop_front() {
        reading.include(&wish);
    }
    reading.tables();
    reading.lock(&pins_path(paths));
    reading.texts
}

/// A manifest that lies in no file, under the name that its problems are shown with. What it includes is not looked for.
pub(crate) fn in_memory(name: &str, text: &str) -> Texts {
    let mut texts = Texts::default();
    let source = texts.sources.next();
    let parsed = add(&mut texts.sources, name.to_owned(), text.as_bytes());
    texts.problems = parsed.problems;
    texts.files.push(File {
        source,
        path: name.to_owned(),
        tree: parsed.tree,
        root: true,
    });
    texts
}

/// A manifest that a saved plan holds. The files that it takes values from are named from the current folder, which they must not
/// lead out of.
pub(crate) fn of_plan(name: &str, text: &str) -> Texts {
    let mut texts = in_memory(name, text);
    texts.homes = beside::here(texts.files.iter().map(|file| file.source));
    texts
}

/// The folder that a manifest lies in, as it was typed.
pub(crate) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Reads one file that is no part of a manifest, such as a seed. Problems are those of reading and parsing.
pub(crate) fn read_one(path: &Path) -> (Sources, syntax::Parsed) {
    let mut sources = Sources::new();
    let parsed = match bounded(path) {
        Ok(bytes) => add(&mut sources, shown(path), &bytes),
        Err(unreadable) => {
            let problem = unreadable.problem(&mut sources, &shown(path), None);
            syntax::Parsed {
                problems: vec![problem],
                ..syntax::Parsed::default()
            }
        }
    };
    (sources, parsed)
}

impl Texts {
    /// Takes the text of a principal lock that lies in no file of its own, under the name that its problems are shown with.
    pub(crate) fn with_lock(&mut self, name: String, text: &str) {
        let (pins, problems) = pins::understand(name, text.as_bytes(), &mut self.sources);
        self.pins = Some(pins);
        self.problems.extend(problems);
    }
}

#[derive(Default)]
struct Reading {
    texts: Texts,
    /// What was read already, by its real path: a file that is named twice is read once.
    seen: BTreeSet<PathBuf>,
    wishes: VecDeque<Wish>,
    /// How many entries of folders were looked at, and how many bytes were read: both are bounded, however the files name each other.
    looked: usize,
    bytes: usize,
    tables: Vec<table::Wish>,
}

/// The most entries of folders that the includes of one manifest look at. A hundred thousand files are found several times over.
const MOST_ENTRIES: usize = 1_000_000;

/// The most bytes that all files of one manifest have together. Fifty thousand machines that say all there is to say have a quarter
/// of it.
const MOST_BYTES_IN_ALL: usize = 100 * 1000 * 1000;

/// An include, with the folders that decide what it may name.
struct Wish {
    include: IncludeWish,
    /// The folder of the including file, as shown and as it really is.
    shown: PathBuf,
    folder: PathBuf,
    /// The tree that must not be left, as it really is.
    tree: PathBuf,
}

impl Reading {
    fn lock(&mut self, path: &Path) {
        if let Some((pins, problems)) = pins::read(path, &mut self.texts.sources) {
            self.texts.pins = Some(pins);
            self.texts.problems.extend(problems);
        }
    }

    fn root(&mut self, path: &Path, is_default: bool) {
        let tree = folder(path)
            .canonicalize()
            .unwrap_or_else(|_| folder(path).to_owned());
        let name = path
            .file_name()
            .map_or_else(|| shown(path), |name| name.to_string_lossy().into_owned());
        if let Err(unreadable) = self.file(path, &name, &tree, true) {
            let mut problem = unreadable.problem(&mut self.texts.sources, &shown(path), None);
            if is_default {
                problem.help = Some(
                    "name the manifest with `-f PATH`, or run where `estate.kdl` is".to_owned(),
                );
            }
            self.texts.problems.push(problem);
        }
    }

    fn include(&mut self, wish: &Wish) {
        let place = include::Place {
            folder: &wish.folder,
            tree: &wish.tree,
        };
        let mut left = MOST_ENTRIES - self.looked;
        let found = include::resolve(&wish.include.pattern, place, &mut left);
        self.looked = MOST_ENTRIES - left;
        let found = match found {
            Ok(found) => found,
            Err(refused) => return self.texts.problems.push(refused.problem(wish.include.span)),
        };
        // A pattern that names the whole folder does not mean the principal lock; whoever names it is told what it is.
        let named = wish.include.pattern.ends_with(FILE);
        let is_lock = |real: &PathBuf| !named && real.ends_with(FILE);
        for real in found.into_iter().filter(|real| !is_lock(real)) {
            let inside = real.strip_prefix(&wish.tree).unwrap_or(&real);
            let path = slashed(inside);
            let seen_from = real
                .strip_prefix(&wish.folder)
                .map_or_else(|_| real.clone(), |rest| wish.shown.join(rest));
            if let Err(unreadable) = self.file(&seen_from, &path, &wish.tree, false) {
                let problem = unreadable.problem(
                    &mut self.texts.sources,
                    &shown(&seen_from),
                    Some(wish.include.span),
                );
                self.texts.problems.push(problem);
            }
        }
    }

    /// Reads and parses one file and takes note of its includes. `path` is how it is shown and opened, `name` where it lies
    /// in its tree.
    fn file(&mut self, path: &Path, name: &str, tree: &Path, root: bool) -> Result<(), Unreadable> {
        let bytes = bounded(path)?;
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if !self.seen.insert(real.clone()) {
            return Ok(());
        }
        if bytes.len() > MOST_BYTES_IN_ALL - self.bytes {
            return Err(Unreadable::TooMuch);
        }
        self.bytes += bytes.len();
        let source = self.texts.sources.next();
        let home = beside::Home {
            folder: folder(path).to_owned(),
            tree: tree.to_owned(),
        };
        self.texts.homes.0.insert(source, home);
        let parsed = add(&mut self.texts.sources, shown(path), &bytes);
        self.texts.problems.extend(parsed.problems);
        let file = File {
            source,
            path: name.to_owned(),
            tree: parsed.tree,
            root,
        };
        let (wishes, problems) = language::includes(&file);
        self.texts.problems.extend(problems);
        self.wishes.extend(wishes.into_iter().map(|include| Wish {
            include,
            shown: folder(path).to_owned(),
            folder: folder(&real).to_owned(),
            tree: tree.to_owned(),
        }));
        let (tables, problems) = language::tables(&file);
        self.texts.problems.extend(problems);
        self.tables
            .extend(tables.into_iter().map(|wish| table::Wish {
                table: wish,
                shown: folder(path).to_owned(),
                folder: folder(&real).to_owned(),
                tree: tree.to_owned(),
            }));
        self.texts.files.push(file);
        Ok(())
    }
}

/// Parses bytes and keeps their text for screens; what is no text is kept as far as it is one.
fn add(sources: &mut Sources, name: String, bytes: &[u8]) -> syntax::Parsed {
    let parsed = syntax::parse_bytes(sources.next(), bytes);
    sources.add(name, String::from_utf8_lossy(bytes).into_owned());
    parsed
}

/// The bytes of a file, which is not read further than any manifest may reach.
fn bounded(path: &Path) -> Result<Vec<u8>, Unreadable> {
    let about = fs::metadata(path).map_err(Unreadable::Failed)?;
    if about.is_dir() {
        return Err(Unreadable::Folder);
    }
    let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX);
    if about.len() > most {
        return Err(Unreadable::TooLarge(about.len()));
    }
    let bytes = at_most(path, most + 1).map_err(Unreadable::Failed)?;
    match bytes.len() as u64 > most {
        true => Err(Unreadable::TooLarge(bytes.len() as u64)),
        false => Ok(bytes),
    }
}

/// The beginning of a file, at most so many bytes. What is neither a file nor a pipe that the shell has put there is not opened: it
/// may never answer, or never end.
pub(crate) fn at_most(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let about = fs::metadata(path)?;
    let from_the_shell = path == Path::new("/dev/stdin") || path.starts_with("/dev/fd");
    if !about.is_file() && !from_the_shell {
        return Err(io::Error::other("it is no regular file"));
    }
    let expected = usize::try_from(about.len().min(most)).unwrap_or_default();
    let mut bytes = Vec::with_capacity(expected);
    fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Why a file could not be read.
#[derive(Debug)]
enum Unreadable {
    Failed(io::Error),
    Folder,
    TooLarge(u64),
    /// With it, the whole manifest would be larger than any may be.
    TooMuch,
}

impl Unreadable {
    /// The problem, at the include that asked for the file where there is one.
    fn problem(&self, sources: &mut Sources, name: &str, asked: Option<Span>) -> Problem {
        let (code, message, help) = match self {
            Unreadable::TooLarge(_) => (
                "VML002",
                format!("`{name}` is larger than {} MB", MOST_BYTES / 1_000_000),
                "split it into several files and name them with `include`",
            ),
            Unreadable::TooMuch => (
                "VML002",
                format!(
                    "with `{name}` the manifest is larger than {} MB in all",
                    MOST_BYTES_IN_ALL / 1_000_000
                ),
                "give the parts an estate of their own each, and run them one by one",
            ),
            Unreadable::Folder => (
                "VML060",
                format!("`{name}` is a folder"),
                "name a file in it, such as `-f estate.kdl`; several, each with `-f`",
            ),
            Unreadable::Failed(error) if error.kind() == io::ErrorKind::NotFound => (
                "VML060",
                format!("there is no file `{name}`"),
                "check the path",
            ),
            Unreadable::Failed(error) => (
                "VML060",
                format!("`{name}` cannot be read: {error}"),
                "check that the file may be read by whoever runs vmlogin",
            ),
        };
        let labels = match (asked, self) {
            (Some(span), _) => vec![Label::new(span, "asked for here")],
            (None, Unreadable::TooLarge(bytes)) => {
                let source: SourceId = sources.add(name.to_owned(), String::new());
                vec![Label::new(
                    Span::new(source, 0, 0),
                    format!("{bytes} bytes in all"),
                )]
            }
            (None, _) => Vec::new(),
        };
        Problem {
            code: Code(code),
            message,
            labels,
            help: Some(help.to_owned()),
        }
    }
}

/// A path as it is shown.
pub(crate) fn shown(path: &Path) -> String {
    let short = path.strip_prefix(".").unwrap_or(path);
    match short.as_os_str().is_empty() {
        true => slashed(path),
        false => slashed(short),
    }
}

fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

#[cfg(test)]
mod tests;
