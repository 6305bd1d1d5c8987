//! Which files an include pattern names: sorted, inside the tree, never by way of a link that leads out.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};
use vmlogin_engine::problem::{Code, Label, Problem};
use vmlogin_engine::source::Span;

/// How deep `**` looks.
const DEEPEST: usize = 32;

/// Why an include names nothing that may be read.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// No file matches.
    Nothing {
        /// The pattern.
        pattern: String,
        /// A file that lies where the pattern looks, as a hint.
        near: Option<String>,
    },
    /// It is no pattern.
    NoPattern {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        why: String,
    },
    /// There is more to look through than any manifest needs.
    TooMuch {
        /// The pattern.
        pattern: String,
    },
    /// A match leads out of the tree.
    Leaves {
        /// The path that does, from the including file.
        path: String,
    },
}

impl Refused {
    /// The problem, at the pattern.
    pub(crate) fn problem(self, span: Span) -> Problem {
        let (code, message, label, help) = match self {
            Refused::Nothing { pattern, near } => (
                "VML061",
                format!("`{pattern}` matches no file"),
                "looked for from the folder of this file",
                near.map_or_else(
                    || "correct the pattern, or remove the include".to_owned(),
                    |near| format!("correct the pattern: there is `{near}`"),
                ),
            ),
            Refused::NoPattern { pattern, why } => (
                "VML062",
                format!("`{pattern}` is no pattern of files: {why}"),
                "read as a pattern",
                "write it like `teams/*.kdl`".to_owned(),
            ),
            Refused::TooMuch { pattern } => (
                "VML062",
                format!("`{pattern}` looks through too many files"),
                "the includes before it are counted in",
                "name the folder that the files lie in, without `**`, and each file only once"
                    .to_owned(),
            ),
            Refused::Leaves { path } => (
                "VML063",
                format!("`{path}` is a link that leads out of the manifest's folder"),
                "asked for here",
                "put the file itself into the folder: what a manifest says must lie beside it"
                    .to_owned(),
            ),
        };
        Problem {
            code: Code(code),
            message,
            labels: vec![Label::new(span, label)],
            help: Some(help),
        }
    }
}

/// Where an include stands; both folders as they really are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    /// The folder of the including file.
    pub folder: &'a Path,
    /// The one that must not be left.
    pub tree: &'a Path,
}

/// The files that a pattern names, sorted. `left` is how many entries of folders may still be looked at.
pub(crate) fn resolve(
    pattern: &str,
    Place { folder, tree }: Place<'_>,
    left: &mut usize,
) -> Result<Vec<PathBuf>, Refused> {
    let parts: Vec<&str> = pattern
        .split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    let fixed = parts
        .iter()
        .take_while(|part| !part.contains(['*', '?', '[', '{']))
        .count();
    let (lead, rest) = parts.split_at(fixed.min(parts.len().saturating_sub(1)));
    let start = lead
        .iter()
        .fold(folder.to_owned(), |path, part| path.join(part));
    let mut walk = Walk {
        left,
        pattern,
        matcher: matcher(pattern, &rest.join("/"))?,
        tree,
        folder,
        depth: if rest.contains(&"**") {
            DEEPEST
        } else {
            rest.len()
        },
        found: BTreeSet::new(),
        seen: BTreeSet::new(),
        near: None,
    };
    walk.folder(&start, "", 1)?;
    if walk.found.is_empty() {
        return Err(Refused::Nothing {
            pattern: pattern.to_owned(),
            near: walk.near,
        });
    }
    Ok(walk.found.into_iter().collect())
}

fn matcher(pattern: &str, rest: &str) -> Result<GlobMatcher, Refused> {
    let glob = GlobBuilder::new(rest)
        .literal_separator(true)
        .backslash_escape(false)
        .build();
    glob.map(|glob| glob.compile_matcher())
        .map_err(|error| Refused::NoPattern {
            pattern: pattern.to_owned(),
            why: error.kind().to_string(),
        })
}

struct Walk<'a> {
    left: &'a mut usize,
    pattern: &'a str,
    matcher: GlobMatcher,
    tree: &'a Path,
    folder: &'a Path,
    depth: usize,
    found: BTreeSet<PathBuf>,
    /// Folders by their real path, so that a circle of links ends.
    seen: BTreeSet<PathBuf>,
    near: Option<String>,
}

impl Walk<'_> {
    /// Looks through one folder, `inside` being its path from where the pattern's letters end.
    fn folder(&mut self, path: &Path, inside: &str, depth: usize) -> Result<(), Refused> {
        let Ok(real) = path.canonicalize() else {
            return Ok(());
        };
        if !real.starts_with(self.tree) {
            return Err(self.leaves(path));
        }
        if !self.seen.insert(real) {
            return Ok(());
        }
        let Ok(entries) = fs::read_dir(path) else {
            return Ok(());
        };
        let mut names = Vec::new();
        for entry in entries.flatten() {
            *self.left = self.left.checked_sub(1).ok_or_else(|| Refused::TooMuch {
                pattern: self.pattern.to_owned(),
            })?;
            names.extend(entry.file_name().into_string());
        }
        names.sort();
        for name in names {
            let below = if inside.is_empty() {
                name.clone()
            } else {
                format!("{inside}/{name}")
            };
            let path = path.join(&name);
            // Links are followed here, and judged by where they lead.
            match fs::metadata(&path) {
                Ok(about) if about.is_dir() && depth < self.depth => {
                    self.folder(&path, &below, depth + 1)?
                }
                Ok(about) if about.is_file() => self.file(&path, &below)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, below: &str) -> Result<(), Refused> {
        if !self.matcher.is_match(below) {
            if self.near.is_none() && below.ends_with(".kdl") {
                self.near = Some(self.shown(path));
            }
            return Ok(());
        }
        match path.canonicalize() {
            Ok(real) if real.starts_with(self.tree) => {
                self.found.insert(real);
                Ok(())
            }
            _ => Err(self.leaves(path)),
        }
    }

    fn leaves(&self, path: &Path) -> Refused {
        Refused::Leaves {
            path: self.shown(path),
        }
    }

    fn shown(&self, path: &Path) -> String {
        path.strip_prefix(self.folder)
            .unwrap_or(path)
            .to_string_lossy()
            .replace('\\', "/")
    }
}
