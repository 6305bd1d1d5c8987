//! The tables that loops go through: files inside the manifest's tree, like those of an include.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use vmlogin_engine::language::TableWish;
use vmlogin_engine::language::table::Table;
use vmlogin_engine::problem::{Code, Label, Problem, nearest};
use vmlogin_engine::source::Span;
use vmlogin_engine::syntax::MOST_BYTES;

use super::include::Refused;
use super::{Reading, beside, bounded, folder, shown};

/// A table that a file asks for, with the folders that decide what it may name.
pub(super) struct Wish {
    pub(super) table: TableWish,
    /// The folder of the asking file, as shown and as it really is.
    pub(super) shown: PathBuf,
    pub(super) folder: PathBuf,
    /// The tree that must not be left, as it really is.
    pub(super) tree: PathBuf,
}

impl Reading {
    /// Reads the tables that were asked for, each once, and in all no more than one file may hold.
    pub(super) fn tables(&mut self) {
        let mut known: BTreeMap<PathBuf, Option<Arc<Table>>> = BTreeMap::new();
        let mut left = MOST_BYTES;
        for wish in std::mem::take(&mut self.tables) {
            let span = wish.table.span;
            let real = match resolve(&wish) {
                Ok(real) => real,
                Err(problem) => {
                    self.texts.problems.push(problem);
                    continue;
                }
            };
            if !known.contains_key(&real) {
                let table = self.table(&wish, &real, &mut left);
                known.insert(real.clone(), table.map(Arc::new));
            }
            if let Some(Some(table)) = known.get(&real) {
                self.texts.tables.insert(span, table.clone());
            }
        }
    }

    fn table(&mut self, wish: &Wish, real: &Path, left: &mut usize) -> Option<Table> {
        let path = wish.shown.join(&wish.table.path);
        let span = wish.table.span;
        let bytes = match bounded(real) {
            Ok(bytes) => bytes,
            Err(unreadable) => {
                let sources = &mut self.texts.sources;
                let problem = unreadable.problem(sources, &shown(&path), Some(span));
                self.texts.problems.push(problem);
                return None;
            }
        };
        let Some(rest) = left.checked_sub(bytes.len()) else {
            self.texts.problems.push(too_much(span));
            return None;
        };
        *left = rest;
        let source = self.texts.sources.next();
        let (table, problems) = Table::read(source, &bytes);
        let text = String::from_utf8(bytes)
            .unwrap_or_else(|broken| String::from_utf8_lossy(broken.as_bytes()).into_owned());
        if table.is_none() {
            self.texts.unread.push(Span::new(source, 0, text.len()));
        }
        self.texts.sources.add(shown(&path), text);
        self.texts.problems.extend(problems);
        // Paths in its cells are relative to it.
        let home = beside::Home {
            folder: folder(&path).to_owned(),
            tree: wish.tree.clone(),
        };
        self.texts.homes.0.insert(source, home);
        table
    }
}

/// The file that a wish names, as it really is.
fn resolve(wish: &Wish) -> Result<PathBuf, Problem> {
    let span = wish.table.span;
    let asked = wish.folder.join(&wish.table.path);
    let Ok(real) = asked.canonicalize() else {
        let near = near(wish, &asked);
        return Err(Problem {
            code: Code("VML061"),
            message: format!("there is no file `{}`", wish.table.path),
            labels: vec![Label::new(span, "looked for from the folder of this file")],
            help: Some(near.map_or_else(
                || "correct the path: it leads from this file's folder to the table".to_owned(),
                |near| format!("correct the path: there is `{near}`"),
            )),
        });
    };
    if !real.starts_with(&wish.tree) {
        let path = wish.table.path.clone();
        return Err(Refused::Leaves { path }.problem(span));
    }
    match fs::metadata(&real) {
        Ok(about) if about.is_file() => Ok(real),
        _ => Err(Problem {
            code: Code("VML060"),
            message: format!("`{}` is no file", wish.table.path),
            labels: vec![Label::new(span, "asked for here")],
            help: Some("name a file with comma-separated values".to_owned()),
        }),
    }
}

/// The file beside the one that was asked for with nearly its name, from the asking file. Nothing outside the tree is looked at.
fn near(wish: &Wish, asked: &Path) -> Option<String> {
    let within = folder(asked).canonicalize().ok()?;
    if !within.starts_with(&wish.tree) {
        return None;
    }
    let entries = fs::read_dir(within).ok()?.flatten();
    let names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.ends_with(".csv"))
        .collect();
    let name = nearest(
        &asked.file_name()?.to_string_lossy(),
        names.iter().map(String::as_str),
    )?;
    Some(shown(&Path::new(&wish.table.path).with_file_name(name)))
}

fn too_much(span: Span) -> Problem {
    Problem {
        code: Code("VML002"),
        message: format!(
            "the tables are larger than {} MB in all",
            MOST_BYTES / 1_000_000
        ),
        labels: vec![Label::new(span, "this one is too much")],
        help: Some("split the manifest into several".to_owned()),
    }
}
